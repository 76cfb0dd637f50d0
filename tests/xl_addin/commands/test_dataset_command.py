"""`bonsai dataset` and `bonsai export` as a person types them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest

from tests.worker.qa_documents import TOWNS, passage, write_towns
from tests.xl_addin.conftest import Run, rows
from worker.pipeline.dataset import PILOT
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.qa import QA
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent


@pytest.fixture
def asking(bonsai: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BONSAI_LLM", "scripted:asking")
    return bonsai


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    return write_towns(tmp_path / "towns")


@pytest.fixture
def qa_book(asking: Run, book: Path, towns: Path) -> Path:
    """A workbook with a data set."""
    opened = FileBook.open(book)
    set_settings(opened, {"Documents folder": towns.name})
    opened.save()
    assert asking("index", book)[0] == 0
    assert asking("dataset", book, "--yes")[0] == 0
    return book


def test_a_workbook_gets_its_pairs(asking: Run, qa_book: Path):
    found = rows(qa_book, QA)
    assert len(found) == TOWNS
    assert {row["Kept"] for row in found} == {"yes"}
    code, out, err = asking("dataset", qa_book, "--limit", 5)
    assert code == 0, err
    assert len(rows(qa_book, QA)) == 5
    assert "Leakage audit" in out


def test_a_folder_is_indexed_first_and_its_pairs_go_into_a_fresh_workbook(
    asking: Run, towns: Path, tmp_path: Path
):
    out = tmp_path / "QA.xlsx"
    code, said, err = asking("dataset", "--documents", towns, "-o", out)
    assert code == 0, err
    assert f"{TOWNS} indexed" in said
    assert len(rows(out, QA)) == TOWNS
    assert len(rows(out, SOURCES)) == TOWNS


def test_what_a_person_has_flipped_survives_the_same_command(
    asking: Run, towns: Path, tmp_path: Path
):
    out = tmp_path / "QA.xlsx"
    asking("dataset", "--documents", towns, "-o", out)
    workbook = openpyxl.load_workbook(out)
    sheet = workbook["QA"]
    first = int(sheet.tables["tblQA"].ref.split(":")[0].lstrip("ABCDEFGHIJ")) + 1
    kept = next(cell for cell in sheet[first] if cell.value == "yes")
    kept.value = "no"
    name = sheet.cell(first, 1).value
    workbook.save(out)
    assert asking("dataset", "--documents", towns, "-o", out)[0] == 0
    assert [row["ID"] for row in rows(out, QA) if row["Kept"] == "no"] == [name]


def test_documents_for_validation_come_from_a_folder_of_their_own(
    asking: Run, towns: Path, tmp_path: Path
):
    other = tmp_path / "other"
    other.mkdir()
    for name in ("harwick.txt", "tollen.txt"):
        (towns / name).rename(other / name)
    out = tmp_path / "QA.xlsx"
    code, _, err = asking("dataset", "--documents", towns, "--val", other, "-o", out)
    assert code == 0, err
    validation = {row["Doc"] for row in rows(out, QA) if row["Split"] == "validation"}
    assert validation == {"harwick.txt", "tollen.txt"}
    assert len(rows(out, SOURCES)) == TOWNS - 2, "the folder that the workbook stands for"


def test_a_trial_shows_some_pairs_and_writes_nothing(asking: Run, qa_book: Path):
    before = qa_book.read_bytes()
    code, out, _ = asking("dataset", qa_book, "--try", 3)
    assert code == 0
    assert out.count("was founded in") == 3
    assert "Results are in" not in out
    assert qa_book.read_bytes() == before


def test_json_holds_the_complete_set(asking: Run, towns: Path, tmp_path: Path):
    path = tmp_path / "qa.json"
    assert asking("dataset", "--documents", towns, "--json", path)[0] == 0
    result = json.loads(path.read_text(encoding="utf-8"))
    assert len(result["pairs"]) == TOWNS
    assert result["leaks"] == []
    assert {pair["passage"] for pair in result["pairs"]} == {passage(n) for n in range(TOWNS)}
    assert result["run"]["llm"] == "scripted:asking"


def test_a_folder_without_a_place_for_results_is_refused(asking: Run, towns: Path):
    code, _, err = asking("dataset", "--documents", towns)
    assert code == 2
    assert "no place for the results" in err


def test_a_file_of_others_is_not_written_over(asking: Run, towns: Path, tmp_path: Path):
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    before = other.read_bytes()
    code, _, err = asking("dataset", "--documents", towns, "-o", other)
    assert code == 2
    assert "not written over" in err
    assert other.read_bytes() == before


def test_settings_are_named_by_their_options(asking: Run, qa_book: Path):
    code, _, err = asking("dataset", qa_book, "--more-than", 1000)
    assert code == 2
    assert "--more-than" in err
    assert "Settings sheet" not in err.partition("--more-than")[2].partition(",")[0]


@pytest.fixture
def long_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each run count as a long one."""
    monkeypatch.setattr("worker.pipeline.dataset._LONG", 0.0)


@contextmanager
def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> Iterator[None]:
    """Sit at the terminal and type."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, encoding="utf-8") as terminal:
        os.write(ours, text.encode())
        monkeypatch.setattr("sys.stdin", terminal)
        yield
    os.close(ours)


needs_unix = pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")


@needs_unix
@pytest.mark.usefixtures("long_run")
@pytest.mark.parametrize(("typed", "made"), [("y\n", TOWNS), ("n\n", PILOT)])
def test_a_long_run_asks_once_it_knows_how_long(
    asking: Run,
    qa_book: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    made: int,
    tmp_path: Path,
):
    path = tmp_path / "qa.json"
    with typing(monkeypatch, typed):
        code, _, err = asking("dataset", qa_book, "--json", path)
    assert f"{TOWNS - PILOT} more pairs, about" in err
    assert code == (0 if made == TOWNS else 130)
    assert len(json.loads(path.read_text(encoding="utf-8"))["pairs"]) == made
    assert len(rows(qa_book, QA)) == TOWNS, "what was not reached stays"


@pytest.mark.usefixtures("long_run")
def test_where_nobody_can_be_asked_yes_stands_for_the_person(
    asking: Run, qa_book: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", None)
    code, _, err = asking("dataset", qa_book)
    assert code == 130
    assert "--yes" in err
    assert asking("dataset", qa_book, "--yes")[0] == 0


def test_a_model_that_is_too_weak_is_told_with_a_better_one(
    asking: Run, qa_book: Path, monkeypatch: pytest.MonkeyPatch
):
    """The quoting model asks nothing at all."""
    code, _, err = asking("dataset", qa_book, "--llm", "scripted:quoting")
    assert code == 2
    assert "too weak" in err
    assert "--llm" in err
    assert sum(row["Kept"] == "no" for row in rows(qa_book, QA)) == PILOT, "they are there to see"


def test_pairs_are_exported_for_trainers_with_negatives(asking: Run, qa_book: Path, tmp_path: Path):
    path = tmp_path / "train.jsonl"
    code, out, err = asking("export", qa_book, path, "--negatives", 2)
    assert code == 0, err
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    train = [row for row in rows(qa_book, QA) if row["Split"] == "train"]
    assert len(lines) == len(train)
    assert {tuple(line) for line in lines} == {("anchor", "positive", "negative_1", "negative_2")}
    assert {line["positive"] for line in lines} == {row["Passage"] for row in train}
    assert str(path) in out


@pytest.mark.parametrize("name", ["set.json", "set.xlsx"])
def test_the_originals_files_are_written_and_read_back(
    asking: Run, qa_book: Path, tmp_path: Path, name: str
):
    first, second = tmp_path / name, tmp_path / "again.json"
    more = ("--format", "original", "--split", "all")
    assert asking("export", qa_book, first, *more)[0] == 0
    code, _, err = asking("export", first, second, *more)
    assert code == 0, err
    records = json.loads(second.read_text(encoding="utf-8"))
    assert len(records) == TOWNS
    assert [*records[0]] == ["id", "doc", "question", "answer"]


def test_other_formats_are_written(asking: Run, qa_book: Path, tmp_path: Path):
    assert asking("export", qa_book, tmp_path / "beir", "--format", "beir")[0] == 0
    queries = (tmp_path / "beir" / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(queries) == sum(row["Split"] == "validation" for row in rows(qa_book, QA))
    corpus = (tmp_path / "beir" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(corpus) == TOWNS
    assert asking("export", qa_book, tmp_path / "chat.jsonl", "--format", "chat")[0] == 0


def test_an_export_replaces_nothing_and_says_where_there_is_nothing(
    asking: Run, qa_book: Path, book: Path, tmp_path: Path
):
    (tmp_path / "there.jsonl").write_text("mine", encoding="utf-8")
    code, _, err = asking("export", qa_book, tmp_path / "there.jsonl")
    assert (code, "there already" in err) == (2, True)
    assert asking("new", tmp_path / "empty.xlsx")[0] == 0
    code, _, err = asking("export", tmp_path / "empty.xlsx", tmp_path / "out.jsonl")
    assert (code, "no pair for train" in err) == (2, True)


def test_a_leak_that_a_person_has_made_is_told(asking: Run, qa_book: Path, tmp_path: Path):
    opened = FileBook.open(qa_book)
    content = [row.cells(QA.columns) for row in opened.read_table(QA).rows]
    train = next(row for row in content if row["Split"] == "train")
    content.append(train | {"ID": "mine", "Question": "Mine?", "Split": "validation"})

    opened.write_table(TableContent(QA, content))
    opened.save()
    code, out, _ = asking("export", qa_book, tmp_path / "train.jsonl")
    assert code == 0
    assert "1 files are on both sides" in out
