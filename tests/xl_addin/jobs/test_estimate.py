"""What a run will take is told by what earlier ones took; services that charge are counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.worker.contract_samples.answer import ANSWER, ANSWERING
from tests.worker.contract_samples.rank import CHUNK, RANK, RANKING
from tests.worker.contract_samples.shared import RUN
from worker.contract import AnswerResult, Question, RankResult, RowReady, StageSeconds
from worker.scoring.corpus_statistics import SAMPLE_SIZE
from worker.settings import Settings
from xl_addin.jobs.earlier_runs import EarlierRuns
from xl_addin.jobs.estimate import SAMPLED, Estimate, Plan, estimate, learnt
from xl_addin.jobs.run import Run

SERVICE = "cohere:embed-english-v3.0"
COHERE = "https://api.cohere.com"


@pytest.fixture
def machine(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, store=str(tmp_path / "store"), models=tmp_path / "models")


def asking(questions: int, **changes: object) -> Plan:
    """Rank for so many questions, of ten characters each."""
    asked = tuple(Question(qid=f"Q{n}", text="ten " * 2 + "00") for n in range(questions))
    return Plan(RANK.model_copy(update={"questions": asked, **changes}))


def answering(questions: int, **changes: object) -> Plan:
    """Rank as above, then answer."""
    ranking = asking(questions).ranking
    return Plan(ranking, ANSWERING.model_copy(update={"ranking": ranking, **changes}))


def whole_run(result: RankResult | AnswerResult) -> Run:
    run = Run()
    for row in (*result.questions, *getattr(result, "answers", ())):
        run.take_event(RowReady(row=row))
    run.end(result)
    return run


def ranked(seconds: float, qid: str = "1"):
    return RANKING.model_copy(update={"qid": qid, "seconds": StageSeconds(score=seconds)})


def written(seconds: float, qid: str = "1", **changes: object):
    timed = {"seconds": StageSeconds(embed=99, prompt=0.5, generate=seconds - 0.5)}
    return ANSWER.model_copy(update={"qid": qid, **timed, **changes})


def test_of_what_was_never_run_here_no_time_is_told(machine: Settings):
    expected = estimate(asking(3), {}, machine)
    assert expected == Estimate(3, 0, None)
    assert str(expected) == "3 questions: it is not known yet how long that takes"


def test_the_next_run_is_told_from_rows_of_the_last(machine: Settings):
    result = RankResult(run=RUN, questions=(ranked(2.0), ranked(4.0, "2")), seconds=10.0)
    means = learnt(asking(2), whole_run(result))
    expected = estimate(asking(100), means, machine)
    assert expected.seconds == 4 + 100 * 3  # what came before the first row is done once
    assert str(expected) == "100 questions: about 5 min"
    assert estimate(asking(100, embedder="onnx:bge"), means, machine).seconds is None


def test_an_answer_counts_by_its_mode_and_without_the_time_of_the_ranking(machine: Settings):
    answers = (written(3.0, mode="no-rag"), written(6.0, mode="sexy"))
    result = AnswerResult(run=RUN, questions=(ranked(1.0),), answers=answers, seconds=12.0)
    means = learnt(answering(1), whole_run(result))
    assert estimate(answering(10), means, machine).seconds == pytest.approx(2 + 10 * (1 + 3 + 6))
    assert estimate(answering(10, modes=("rag",)), means, machine).seconds is None
    assert estimate(answering(10, llm="gguf:other"), means, machine).seconds is None


def test_answers_that_were_written_side_by_side_share_the_time(machine: Settings):
    answers = tuple(written(10.0, str(n), mode="sexy") for n in range(4))
    result = AnswerResult(run=RUN, questions=(ranked(0.0),), answers=answers, seconds=20.0)
    means = learnt(answering(4), whole_run(result))
    assert means[answering(4).each_answer("sexy")] == 5


def test_answers_that_no_model_wrote_prove_nothing():
    answers = (written(0.5, tokens=0),)
    result = AnswerResult(run=RUN, questions=(ranked(1.0),), answers=answers, seconds=2.0)
    assert answering(1).each_answer("sexy") not in learnt(answering(1), whole_run(result))


def test_nothing_is_learnt_of_a_run_that_ended_early():
    run = Run()
    run.take_event(RowReady(row=ranked(2.0)))
    assert learnt(asking(2), run) == {}


@pytest.mark.parametrize(
    ("questions", "seconds", "is_long"),
    [(500, 119.0, False), (1, 121.0, True), (20, None, False), (21, None, True)],
)
def test_a_run_is_long_by_its_time_or_where_none_is_known_by_its_rows(
    questions: int, seconds: float | None, is_long: bool
):
    assert Estimate(questions, 0, seconds).is_long is is_long


def test_models_of_this_machine_cost_nothing(machine: Settings):
    keyed = replace(machine, llm_key="k", llm="openai:http://127.0.0.1:9/v1#qwen")
    assert not estimate(answering(9, llm=keyed.llm), {}, keyed).may_cost
    elsewhere = "openai:http://192.0.2.7:9/v1#qwen"
    assert not estimate(answering(9, llm=elsewhere), {}, keyed).may_cost, "it gets no key"


def test_calls_and_characters_of_an_embedding_service_are_counted(machine: Settings):
    povs = [len(pov.text) for pov in RANK.povs]
    expected = estimate(asking(97, embedder=SERVICE), {}, machine)
    assert [(s.server, s.calls, s.characters, s.passages) for s in expected.sendings] == [
        (COHERE, 2, 970, 0),
        (COHERE, 1, sum(povs), 0),
    ]
    assert "up to 2 calls to https://api.cohere.com, which may charge for them" in str(expected)


def test_passages_that_a_service_reads_are_counted_in_characters_once_their_length_is_known(
    machine: Settings,
):
    plan = asking(10, scoring_embedder=SERVICE)
    passages = SAMPLED + 10 * RANK.top_k
    (sending,) = estimate(plan, {}, machine).sendings
    assert sending.passages == passages
    known = learnt(asking(1), whole_run(RankResult(run=RUN, questions=(ranked(1.0),))))
    (sending,) = estimate(plan, known, machine).sendings
    povs = sum(len(pov.text) for pov in RANK.povs)
    assert (sending.passages, sending.characters) == (0, povs + len(CHUNK.text) * passages)


def test_answers_of_a_server_with_a_key_are_counted(machine: Settings):
    llm = "openai:https://api.example.com/v1#big"
    keyed = replace(machine, llm=llm, llm_key="k")
    plan = answering(10, llm=llm)
    assert ANSWERING.modes == ("no-rag", "sexy")
    (sending,) = estimate(plan, {}, keyed).sendings
    assert (sending.server, sending.calls) == ("https://api.example.com", 20)
    assert (sending.characters, sending.passages) == (200, 10 * ANSWERING.contexts)
    (sending,) = estimate(plan, {plan.each_passage: 100.0}, keyed).sendings
    assert (sending.characters, sending.passages) == (200 + 10 * ANSWERING.contexts * 100, 0)


def test_the_sample_is_as_large_as_the_worker_takes():
    assert SAMPLED == SAMPLE_SIZE


def test_what_was_learnt_is_there_for_the_next_command(tmp_path: Path):
    kept = EarlierRuns(tmp_path / "cache" / "runs.json")
    assert kept.means() == {}
    kept.remember({"a": 1.0, "b": 2.0})
    kept.remember({"a": 3.0})
    assert EarlierRuns(kept.path).means() == {"a": 3.0, "b": 2.0}


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"a": "x"}', b"\xff"])
def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, content: bytes):
    kept = EarlierRuns(tmp_path / "runs.json")
    kept.path.write_bytes(content)
    assert kept.means() == {}
    kept.remember({"a": 1.0})
    assert kept.means() == {"a": 1.0}


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    EarlierRuns(tmp_path / "file" / "runs.json").remember({"a": 1.0})
