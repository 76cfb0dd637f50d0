"""The tune job with a tiny model: what is kept, what is refused, what is told on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.worker.pipeline.conftest import Watched, timeless
from tests.worker.tuning.tiny_model import control, tiny_model, world
from worker.contract import PairSet, PointOfView, TuneRequest
from worker.contract.pictures import check_png
from worker.errors import CancelledError, CollectionError, InputError, SettingError
from worker.jobs import run_job
from worker.models.registry import Registry
from worker.pipeline import tuning_proof
from worker.pipeline.made_models import export, merge
from worker.runtime import Runtime
from worker.settings import Settings, load_settings


@pytest.fixture(scope="session")
def tiny(torch: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("datasets", reason="the extra 'tune' is not installed")
    return tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(load_settings(), home=tmp_path / "home")


@pytest.fixture
def watched(settings: Settings) -> Watched:
    return Watched(Runtime(settings))


def request(base: object = "/model", **fields: object) -> TuneRequest:
    usual = {"name": "mine", "data": world(), "epochs": 2, "batch": 8, "learning_rate": 2e-3}
    return TuneRequest(run_id="run", base=f"st:{base}", **(usual | fields))


def test_a_model_is_trained_measured_and_kept(tiny: Path, watched: Watched, settings: Settings):
    povs = (PointOfView(pov_id="P1", text="A kettle stands."),)
    result = run_job(request(tiny, povs=povs), watched.context)
    assert [line.metric for line in result.comparisons][:2] == ["nDCG@10", "MRR@10"]
    assert result.comparisons[0].tuned > result.comparisons[0].base
    assert {line.counted for line in result.comparisons} == {12}
    assert len(result.moves) == 12
    assert {move.doc for move in result.moves} == {"grey.txt", "pink.txt"}
    check_png("loss", watched.blobs["loss"])
    entry = Registry(settings.made).find("tuned:mine")
    assert entry.base == f"st:{tiny}"
    assert entry.counts == {"pairs for training": 36, "pairs for validation": 12}
    assert entry.comparisons == result.comparisons
    assert len(entry.documents) == 8
    assert any("P1" in remark for remark in result.remarks)
    assert any("bonsai index BOOK --embedder tuned:mine" in remark for remark in result.remarks)
    assert not list(settings.training.iterdir())


def test_a_kept_model_embeds_as_it_was_measured(tiny: Path, watched: Watched, settings: Settings):
    result = run_job(request(tiny), watched.context)
    embedder = Runtime(settings).embedder("tuned:mine")
    texts = [passage.text for passage in world().passages]
    passages = embedder.embed_documents(texts)
    for move in result.moves:
        question = embedder.embed_queries([move.question])[0]
        own = next(i for i, pair in enumerate(world().pairs) if pair.question == move.question)
        cosines = passages @ question
        assert int((cosines > cosines[own] + 1e-6).sum()) + 1 == move.tuned_rank


def test_torch_and_the_export_give_the_same_vectors_and_order(
    tiny: Path, watched: Watched, settings: Settings
):
    run_job(request(tiny), watched.context)
    texts = [passage.text for passage in world().passages] + ["red " * 300]
    by_torch = Runtime(settings).embedder("tuned:mine")
    expected = by_torch.embed_documents(texts)
    folder = export("tuned:mine", settings)
    assert {path.name for path in folder.iterdir()} == {
        "model.onnx",
        "tokenizer.json",
        "encoder.json",
    }
    exported = Runtime(settings).embedder("tuned:mine")
    assert type(exported).__name__ == "OnnxEmbedder"
    found = exported.embed_documents(texts)
    assert np.abs(found - expected).max() <= 1e-5
    assert exported.revision == by_torch.revision
    assert exported.max_tokens == by_torch.max_tokens == 64
    assert exported.count_tokens(texts) == by_torch.count_tokens(texts)
    asked = world().pairs[0].question
    orders = [
        np.argsort(-(vectors @ each.embed_queries([asked])[0])).tolist()
        for each, vectors in ((by_torch, expected), (exported, found))
    ]
    assert orders[0] == orders[1]


def test_a_mixture_of_nothing_is_the_base(tiny: Path, watched: Watched, settings: Settings):
    run_job(request(tiny), watched.context)
    texts = [passage.text for passage in world().passages]
    vectors = {}
    for strength in (0.0, 0.5, 1.0):
        entry = merge("tuned:mine", strength, f"at-{strength}", settings)
        assert entry.settings["strength"] == strength
        assert entry.comparisons == ()
        vectors[strength] = Runtime(settings).embedder(entry.model).embed_documents(texts)
    base = Runtime(settings).embedder(f"st:{tiny}").embed_documents(texts)
    tuned = Runtime(settings).embedder("tuned:mine").embed_documents(texts)
    assert np.abs(vectors[0.0] - base).max() <= 1e-6
    assert np.abs(vectors[1.0] - tuned).max() <= 1e-6
    nearer = [float((each * tuned).sum(axis=1).mean()) for each in vectors.values()]
    assert nearer == sorted(nearer)
    with pytest.raises(SettingError, match="taken"):
        merge("tuned:mine", 0.5, "at-0.5", settings)


def test_what_costs_control_questions_too_much_is_kept_weaker(
    tiny: Path, watched: Watched, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """What is lost is set here; each strength is asked twice for it."""
    monkeypatch.setattr(tuning_proof, "lost", _constant([0.2, 0.2, 0.05, 0.05, 0.01, 0.01]))
    result = run_job(request(tiny, control=control()), watched.context)
    assert result.strength == 0.5
    assert Registry(settings.made).find("tuned:mine").settings["strength"] == 0.5
    assert any("kept at strength 0.5, not 1" in remark for remark in result.remarks)
    assert any(line.metric.startswith("Control questions: ") for line in result.comparisons)


def _constant(values: list[float]):
    left = iter(values)
    return lambda _lines: next(left)


def test_what_costs_too_much_at_every_strength_is_not_kept(
    tiny: Path, watched: Watched, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tuning_proof, "lost", lambda _lines: 0.021)
    result = run_job(request(tiny, control=control()), watched.context)
    assert result.strength == 0.0
    assert Registry(settings.made).entries() == []
    assert any("was not kept" in remark for remark in result.remarks)


def test_a_run_that_is_stopped_goes_on_after_its_epoch(
    tiny: Path, watched: Watched, settings: Settings
):
    def stop() -> bool:
        trained = [e for e in watched.events if e.kind == "progress" and e.stage == "Training"]
        return bool(trained) and trained[-1].done == 7

    watched.stop = stop
    with pytest.raises(CancelledError):
        run_job(request(tiny), watched.context)
    again = watched.next_try()
    run_job(request(tiny), again.context)
    steps = [e.done for e in again.events if e.kind == "progress" and e.stage == "Training"]
    assert steps == [6, 7, 8, 9, 10]


def test_two_runs_measure_the_same(tiny: Path, settings: Settings, tmp_path: Path):
    results = []
    for name in ("one", "two"):
        own = replace(settings, home=tmp_path / name)
        results.append(timeless(run_job(request(tiny), Watched(Runtime(own)).context)))
    assert results[0] == results[1]


def test_an_index_of_the_base_is_refused_for_the_tuned_model(
    tiny: Path, watched: Watched, settings: Settings, tmp_path: Path
):
    run_job(request(tiny), watched.context)
    runtime = Runtime(settings)
    store = runtime.store(str(tmp_path / "store"))
    store.open_or_create("papers", runtime.embedder(f"st:{tiny}"))
    with pytest.raises(CollectionError, match="was made with the embedding model"):
        store.open("papers", runtime.embedder("tuned:mine"))


def test_a_name_that_is_taken_is_refused_before_anything_is_trained(
    tiny: Path, watched: Watched, settings: Settings
):
    run_job(request(tiny), watched.context)
    told = len(watched.events)
    with pytest.raises(SettingError, match="taken"):
        run_job(request(tiny, name="MINE"), watched.context)
    assert len(watched.events) == told


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"data": world(1)}, "one document"),
        ({"data": PairSet()}, "no pairs"),
        ({"data": world(2, split=False)}, "too few pairs to train on: 6"),
        ({"name": "../away"}, "cannot be used"),
        ({"base": "cohere:embed-english-v3.0"}, "cannot be trained"),
    ],
)
def test_what_cannot_be_used_is_refused_without_a_model(
    watched: Watched, fields: dict[str, object], words: str
):
    asked = request().model_copy(update=fields)
    with pytest.raises((InputError, SettingError), match=words):
        run_job(asked, watched.context)


def test_sides_that_overlap_are_refused_and_shown(watched: Watched):
    whole = world()
    moved = whole.passages[0].model_copy(update={"split": "validation"})
    data = whole.model_copy(update={"passages": (moved, *whole.passages[1:])})
    with pytest.raises(InputError, match="overlap") as caught:
        run_job(request(data=data), watched.context)
    assert "the file red.txt" in caught.value.why
