"""A taste as an embedding model: its base for passages, moved points of view, its own revision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.worker.models.test_registry import entry
from worker.errors import SettingError, WeightsMissingError
from worker.models.registry import Registry
from worker.models.taste_map import TasteMap
from worker.retrieval.taste_embedder import passages_by
from worker.runtime import Runtime
from worker.settings import Settings, load_settings

TEXTS = ["A kettle can break your heart.", "Football tells the truth."]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(load_settings(), home=tmp_path, store=str(tmp_path / "store"))


@pytest.fixture
def runtime(settings: Settings) -> Runtime:
    return Runtime(settings)


def keep(runtime: Runtime, data: str = "d1", pull: float = 1.0, **fields: object) -> None:
    """Keep a taste that likes whatever the second text is about, in place of the first."""
    base = runtime.embedder("test:hash")
    povs = base.embed_queries(TEXTS)
    made = entry(data=data).model_copy(
        update={"base": "test:hash", "base_revision": "1", "settings": {"strength": 1.0}} | fields
    )
    with Registry(runtime.settings.made).adding(made, replace=True) as folder:
        TasteMap(povs, pull * povs[::-1], for_all=True).write(folder)


def test_passages_are_the_bases_and_points_of_view_are_moved(runtime: Runtime) -> None:
    keep(runtime)
    base, taste = runtime.embedder("test:hash"), runtime.embedder("taste:films")
    assert taste.embed_documents(TEXTS).tobytes() == base.embed_documents(TEXTS).tobytes()
    assert not np.allclose(taste.embed_queries(TEXTS), base.embed_queries(TEXTS))
    assert taste.count_tokens(TEXTS) == base.count_tokens(TEXTS)
    assert passages_by(taste) is base
    assert passages_by(base) is base


def test_strength_zero_is_the_base_to_the_last_digit(runtime: Runtime) -> None:
    keep(runtime)
    base, nothing = runtime.embedder("test:hash"), runtime.embedder("taste:films@0")
    assert nothing.embed_queries(TEXTS).tobytes() == base.embed_queries(TEXTS).tobytes()


def test_half_of_it_lies_between(runtime: Runtime) -> None:
    keep(runtime)
    base = runtime.embedder("test:hash").embed_queries(TEXTS)
    names = ("taste:films@0.25", "taste:films@.5", "taste:films@0.75", "taste:films")
    away = [float(np.linalg.norm(runtime.embedder(n).embed_queries(TEXTS) - base)) for n in names]
    assert away == sorted(away)
    assert away[0] > 0
    assert len(set(away)) == 4


def test_the_strength_that_it_was_learnt_with_holds_where_none_is_named(runtime: Runtime) -> None:
    keep(runtime, settings={"strength": 0.5})
    named = runtime.embedder("taste:films@0.5").embed_queries(TEXTS)
    assert runtime.embedder("taste:films").embed_queries(TEXTS).tobytes() == named.tobytes()


def test_a_taste_that_was_learnt_anew_is_loaded_anew_with_another_revision(
    runtime: Runtime,
) -> None:
    keep(runtime)
    first = runtime.embedder("taste:films")
    before = runtime.query_vectors(first, TEXTS)
    assert runtime.embedder("taste:films") is first
    keep(runtime, data="d2", pull=0.2)
    second = runtime.embedder("taste:films")
    assert second.revision != first.revision
    assert not np.allclose(runtime.query_vectors(second, TEXTS), before)


def test_a_taste_of_another_revision_of_its_base_is_refused(runtime: Runtime) -> None:
    keep(runtime, base_revision="0")
    with pytest.raises(SettingError, match="another version of test:hash") as refused:
        runtime.embedder("taste:films")
    assert "learn the taste again" in refused.value.next_step


@pytest.mark.parametrize("strength", ["2", "-1", "nan", "much", "0.5@0.5", " "])
def test_a_strength_that_is_none_is_refused(runtime: Runtime, strength: str) -> None:
    keep(runtime)
    with pytest.raises(SettingError, match="from 0"):
        runtime.embedder(f"taste:films@{strength}")


@pytest.mark.parametrize("name", ["taste:", "taste:absent", "taste:../films", "taste:films/.."])
def test_a_name_that_is_none_is_refused(runtime: Runtime, name: str) -> None:
    keep(runtime)
    with pytest.raises(SettingError):
        runtime.embedder(name)


def test_a_damaged_taste_is_told(runtime: Runtime) -> None:
    keep(runtime)
    (Registry(runtime.settings.made).place("taste:films") / "taste.npz").write_bytes(b"x")
    with pytest.raises(WeightsMissingError):
        runtime.embedder("taste:films")


def test_it_stands_over_a_base_that_covers_long_texts(runtime: Runtime) -> None:
    keep(runtime, base="test:hash+cover")
    assert passages_by(runtime.embedder("taste:films")).name == "test:hash+cover"
