"""`bonsai tuned`: what was made here."""

from __future__ import annotations

import pytest

from tests.worker.contract_samples.tune import LINE
from tests.xl_addin.conftest import Run
from worker.models.registry import Entry, Registry
from worker.settings import load_settings


def made(kind: str, name: str) -> Entry:
    entry = Entry(
        kind=kind,
        name=name,
        base="st:minilm",
        base_revision="abc",
        time="2026-11-29T12:00:00Z",
        code_version="0.1.0",
        data_hash="123",
        documents=("a.txt", "b.txt"),
        counts={"pairs": 40},
        settings={"epochs": 2, "strength": 0.5},
        comparisons=(LINE.model_copy(update={"model": f"{kind}:{name}"}),),
    )
    with Registry(load_settings().made).adding(entry):
        pass
    return entry


def test_nothing_made_is_said(command: Run):
    code, out, _ = command("tuned")
    assert code == 0
    assert "bonsai tune" in out


def test_both_kinds_are_listed_with_their_verdict(command: Run):
    made("tuned", "films")
    made("taste", "mine")
    code, out, _ = command("tuned", "list")
    assert code == 0
    for words in ("tuned:films", "taste:mine", "st:minilm", "40 pairs", "no real change"):
        assert words in out


def test_one_is_shown_with_all_that_it_was_made_from(command: Run):
    made("tuned", "films")
    code, out, _ = command("tuned", "show", "films")
    assert code == 0
    for words in ("st:minilm@abc", "a.txt, b.txt", "Epochs", "nDCG@10", "40 questions"):
        assert words in out


def test_one_is_deleted_by_its_short_name_or_its_whole_one(command: Run):
    made("tuned", "films")
    made("taste", "mine")
    assert command("tuned", "delete", "films")[0] == 0
    assert command("tuned", "delete", "taste:mine")[0] == 0
    assert Registry(load_settings().made).entries() == []


@pytest.mark.parametrize("order", [("show",), ("delete",), ("export",)])
def test_a_name_that_is_none_is_refused(command: Run, order: tuple[str, ...]):
    code, out, err = command("tuned", *order, "nothing")
    assert (code, out) == (2, "")
    assert "There is no model called tuned:nothing" in err


def test_a_taste_has_nothing_to_export_or_to_mix(command: Run):
    made("taste", "mine")
    code, _, err = command("tuned", "export", "taste:mine")
    assert code == 2
    assert "taste:mine@0.5" in err
    assert command("tuned", "merge", "taste:mine", "--strength", 0.5, "--as", "x")[0] == 2


def test_a_strength_beyond_one_is_refused(command: Run):
    assert command("tuned", "merge", "films", "--strength", 1.5, "--as", "x")[0] == 2
