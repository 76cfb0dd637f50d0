"""Models made here: kept whole or not at all, found by name, never outside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.contract import Comparison
from worker.errors import SettingError, StoreError, WeightsMissingError
from worker.models.registry import Entry, Registry, checked_name, is_made_here

GAIN = Comparison(
    model="taste:films",
    metric="nDCG@10",
    base=0.63,
    tuned=0.75,
    low=0.05,
    high=0.2,
    counted=12,
    over="points of view",
    verdict="better",
)


def entry(name: str = "films", kind: str = "taste", data: str = "d1") -> Entry:
    return Entry(
        kind=kind,
        name=name,
        base="onnx:minilm",
        base_revision="r1",
        time="2026-11-29T12:00:00Z",
        code_version="0.1.0",
        data_hash=data,
        documents=("日本/雨.txt",),
        counts={"labels": 12},
        settings={"weight": 0.5},
        comparisons=(GAIN,),
    )


class NoRoom(str):
    """Text that no disk has room for."""

    def encode(self, *_args: object, **_options: object) -> bytes:
        raise OSError(28, "No space left on device")


def put(registry: Registry, made: Entry, content: str = "weights", **options: bool) -> None:
    with registry.adding(made, **options) as folder:
        (folder / "weights.bin").write_bytes(content.encode())


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "tuned")


def test_a_model_is_found_with_all_that_it_was_made_from(registry: Registry) -> None:
    put(registry, entry())
    assert registry.find("taste:films") == entry()
    assert (registry.place("taste:films") / "weights.bin").read_text() == "weights"
    assert registry.entries() == [entry()]


def test_nothing_is_there_before_anything_was_made(registry: Registry) -> None:
    assert registry.entries() == []
    assert registry.version("taste:films") == ""


def test_both_kinds_may_have_the_same_name(registry: Registry) -> None:
    put(registry, entry())
    put(registry, entry(kind="tuned"))
    assert [each.model for each in registry.entries()] == ["taste:films", "tuned:films"]


def test_a_failure_while_weights_are_written_leaves_nothing(registry: Registry) -> None:
    with pytest.raises(StoreError):
        put(registry, entry(), NoRoom())
    assert registry.entries() == []
    assert list((registry.folder / "taste").iterdir()) == []


def test_a_failure_leaves_the_earlier_model(registry: Registry) -> None:
    put(registry, entry(), "first")
    with pytest.raises(ZeroDivisionError), registry.adding(entry(data="d2"), replace=True):
        raise ZeroDivisionError
    assert registry.find("taste:films").data_hash == "d1"


@pytest.mark.parametrize("name", ["films", "FILMS"])
def test_a_taken_name_is_refused(registry: Registry, name: str) -> None:
    put(registry, entry())
    with pytest.raises(SettingError) as refused:
        put(registry, entry(name))
    assert "taken" in refused.value.what
    assert all((refused.value.what, refused.value.why, refused.value.next_step))


def test_a_taken_name_is_replaced_on_request(registry: Registry) -> None:
    put(registry, entry(), "first")
    before = registry.version("taste:films")
    put(registry, entry(data="d2"), "second", replace=True)
    assert registry.find("taste:films").data_hash == "d2"
    assert (registry.place("taste:films") / "weights.bin").read_text() == "second"
    assert registry.version("taste:films") != before
    assert len(list((registry.folder / "taste").iterdir())) == 1


def test_a_deleted_model_is_gone(registry: Registry) -> None:
    put(registry, entry())
    registry.delete("taste:films")
    assert registry.entries() == []
    with pytest.raises(SettingError):
        registry.delete("taste:films")


def test_an_unknown_model_is_named_beside_those_that_are_known(registry: Registry) -> None:
    put(registry, entry())
    with pytest.raises(SettingError) as unknown:
        registry.find("taste:books")
    assert "taste:films" in unknown.value.why


def test_a_damaged_entry_is_told_and_left_out_of_the_list(registry: Registry) -> None:
    put(registry, entry())
    put(registry, entry("books"))
    (registry.place("taste:films") / "entry.json").write_text('{"kind": "taste"}')
    with pytest.raises(WeightsMissingError) as damaged:
        registry.find("taste:films")
    assert all((damaged.value.what, damaged.value.why, damaged.value.next_step))
    assert [each.name for each in registry.entries()] == ["books"]


@pytest.mark.parametrize("name", ["mine", "films-2026", "a", "雨の好み", "v1.2_b", "é" * 60])
def test_plain_names_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../up", "a/b", "a\\b", "C:", ".hidden", "end.", " a", "a b", "a@0.5"),
        *("a+cover", "con", "LPT1.txt", "a" * 61, "a\n", "\x1b[2J", "-"),
    ],
)
def test_what_is_no_plain_name_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(SettingError):
        checked_name(name)
    with pytest.raises(SettingError):
        registry.delete(f"taste:{name}")


def test_two_ways_to_write_a_letter_are_one_name() -> None:
    assert checked_name("e\u0301") == "\u00e9"


def test_what_is_made_here_shows_in_its_name(registry: Registry) -> None:
    assert is_made_here("tuned:films")
    assert not is_made_here("onnx:minilm")
    with pytest.raises(SettingError):
        registry.place("onnx:minilm")


def test_a_taste_stands_over_its_base_and_all_others_on_their_own(registry: Registry) -> None:
    put(registry, entry())
    put(registry, entry(kind="tuned"))
    names = ("taste:films", "taste:films@0.5", "taste:absent", "taste:..", "tuned:films", "st:a/b")
    assert [registry.base_of(name) for name in names] == ["onnx:minilm"] * 2 + [*names[2:]]
