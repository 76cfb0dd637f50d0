from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.evidence_set import (
    EVALUATION,
    Asked,
    abstentions_by_kind,
    judged,
    labelled_questions,
    rates,
    shipped_questions,
)
from tests.bench.labelled_set import indexed
from tests.worker.pipeline.conftest import Watched, index
from worker.answering.evidence.judge import Evidence
from worker.contract import IndexRequest, RankRequest
from worker.pipeline.evidence_gate import EvidenceGate
from worker.pipeline.job_context import JobContext
from worker.runtime import Runtime
from worker.settings import Settings

EMBEDDER = "onnx:minilm"
STARK = "The red kettle was bought in Brannock by a smith called Orla Finch in 1911."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture(scope="module")
def context(home: Path, models: Path) -> JobContext:
    """A context whose home is for this module: what is measured is kept there."""
    settings = Settings(home=home, store=str(home / "store"), models=models, threads=1)
    return JobContext(Runtime(settings), emit=lambda _event: None, cancelled=lambda: False)


def requested(collection: str, embedder: str = EMBEDDER) -> RankRequest:
    return RankRequest(
        run_id="rank", collection=collection, embedder=embedder, questions=(), povs=()
    )


@pytest.fixture(scope="module")
def shipped(context: JobContext) -> RankRequest:
    """The shipped evaluation set, indexed."""
    request = IndexRequest(
        run_id="index",
        folder=str(EVALUATION / "documents"),
        collection="evaluation",
        embedder=EMBEDDER,
    )
    index(request, context)
    return requested("evaluation")


@pytest.fixture(scope="module")
def gate(shipped: RankRequest, context: JobContext) -> EvidenceGate:
    return EvidenceGate(shipped, context)


def test_what_a_passage_tells_may_be_answered(gate: EvidenceGate):
    evidence = gate.judge("In which year was the red kettle bought?", [STARK])
    assert evidence.enough
    assert not evidence.why


def test_what_no_passage_tells_is_kept_from_the_model(gate: EvidenceGate):
    evidence = gate.judge("Which orchestra rehearses in the cathedral?", [STARK])
    assert not evidence.enough
    assert "orchestra" in evidence.why


def test_without_passages_there_is_no_evidence(gate: EvidenceGate):
    evidence = gate.judge("In which year was the red kettle bought?", [])
    assert (evidence.score, evidence.enough) == (0.0, False)


def test_japanese_questions_are_judged_by_their_characters(gate: EvidenceGate):
    passage = "灯台守の猫は白い。港の市場は月曜に開く。"
    assert gate.judge("港の市場はいつ開くか。", [passage]).score > 0.5
    assert "characters" in gate.judge("鉄道の運賃はいくらか。", [passage]).why


def test_a_question_for_a_judgement_needs_less_than_one_for_a_fact(gate: EvidenceGate):
    fact = gate.judge("In which year was the red kettle bought?", [STARK])
    judgement = gate.judge("Was it wise to buy the red kettle?", [STARK])
    assert judgement.needed < fact.needed
    assert judgement.enough


@pytest.fixture
def small(
    watched: Watched, index_request: IndexRequest, documents: Path, request: pytest.FixtureRequest
) -> Callable[[], float]:
    """What is needed in a small collection, asked of a new gate at each call."""
    (documents / "own.txt").write_text(f"A version of the index for {request.node.name} alone.")
    index(index_request, watched.context)
    ranking = requested(index_request.collection, index_request.embedder)
    ranking = ranking.model_copy(update={"store": index_request.store})
    return lambda: EvidenceGate(ranking, watched.context).judge("Who owns it?", [STARK]).needed


def test_a_small_collection_has_the_usual_threshold(small: Callable[[], float]):
    assert small() == 0.55


def test_what_is_needed_is_measured_once_and_kept(small: Callable[[], float], watched: Watched):
    folder = watched.runtime.settings.evidence
    before = set(folder.iterdir()) if folder.is_dir() else set()
    needed = small()
    (kept,) = set(folder.iterdir()) - before
    kept.write_text('{"fact": 0.25, "judgement": 0.125}')
    assert small() == 0.25
    kept.write_text("{damaged")
    assert small() == needed


def test_without_a_model_that_reads_words_characters_are_compared(
    shipped: RankRequest, context: JobContext, home: Path, monkeypatch: pytest.MonkeyPatch
):
    class OnlyVectors:
        """Stands in for a model of another kind, which gives a text one vector and no more."""

        def __init__(self, embedder):
            self.name, self.revision, self.dim = embedder.name, embedder.revision, embedder.dim
            self.embed_queries = embedder.embed_queries

    alone = Runtime(replace(context.runtime.settings, models=home / "none", home=home / "alone"))
    of_another_kind = OnlyVectors(context.runtime.embedder(EMBEDDER))
    real = alone.embedder
    monkeypatch.setattr(
        alone,
        "embedder",
        lambda name: of_another_kind if name == "another" else real(name),
    )
    there = JobContext(alone, emit=lambda _event: None, cancelled=lambda: False)
    gate = EvidenceGate(shipped.model_copy(update={"embedder": "another"}), there)
    told = gate.judge("red kettle bought in Brannock", [STARK])
    untold = gate.judge("Which orchestra rehearses here?", [STARK])
    assert told.score > untold.score
    assert "characters" in untold.why


def test_most_questions_of_the_labelled_set_are_judged_rightly(context: JobContext):
    """This set was looked at while the gate was made; tests/data/README.md has the figures."""
    indexed(context, EMBEDDER)
    judgements = judged(labelled_questions(), requested("labelled"), context)
    found = rates(judgements)
    assert found.abstention_recall >= 0.8
    assert found.false_abstention <= 0.2
    assert abstentions_by_kind(judgements)["outside"] == (12, 12)


@pytest.fixture(scope="module")
def judgements(shipped: RankRequest, context: JobContext) -> list[tuple[Asked, Evidence]]:
    return judged(shipped_questions(), shipped, context)


def test_the_shipped_set_is_judged_nearly_as_well_as_is_wanted(
    judgements: list[tuple[Asked, Evidence]],
):
    found = rates(judgements)
    assert found.abstention_recall >= 0.8
    assert found.false_abstention <= 0.15
    assert abstentions_by_kind(judgements)["outside"] == (12, 12)


@pytest.mark.xfail(
    strict=True,
    reason="5 of 40 with an answer are held back, 4 are wanted: see tests/data/README.md",
)
def test_the_shipped_set_is_judged_as_well_as_is_wanted(judgements: list[tuple[Asked, Evidence]]):
    found = rates(judgements)
    assert found.abstention_recall >= 0.9
    assert found.false_abstention <= 0.1
