"""The commands as a person types them, on a small folder."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tests.worker.pipeline.conftest import TEXTS
from tests.xl_addin.conftest import FBQ_HEADERS, Run, fbq_row, rows
from worker.models.catalogue import MODELS
from worker.models.hub.recommended import RECOMMENDED
from worker.models.kinds import KINDS
from worker.pipeline import ranking
from xl_addin.commands import new_command
from xl_addin.jobs.books import set_settings
from xl_addin.jobs.session import Session
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.heatmap import HEATMAP, heatmap_name
from xl_addin.sheets.last_run import LAST_RUN
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.file.file_book import FileBook


@pytest.fixture
def small_book(book: Path, papers: Path) -> Path:
    """The template, with two questions and the small folder."""
    opened = FileBook.open(book)
    set_settings(opened, {"Documents folder": papers.name, "Answer tokens": "24"})
    opened.save()
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["FBQ"]
    table = sheet.tables["tblFBQ"]
    first, last = table.ref.split(":")
    use = next(cell.column for cell in sheet[first[1:]] if cell.value == "Use")
    for row in range(int(first[1:]) + 3, int(last.lstrip("ABCDEFGHIJKLMNO")) + 1):
        sheet.cell(row, use).value = "no"
    workbook.save(book)
    return book


def test_index_rank_and_answer_fill_the_workbook(real_bonsai: Run, small_book: Path):
    bonsai = real_bonsai
    assert bonsai("index", small_book)[0] == 0
    assert {row["Status"] for row in rows(small_book, SOURCES)} == {"indexed"}
    assert bonsai("rank", small_book)[0] == 0
    assert [row["Rank"] for row in rows(small_book, RANKED)] == [1, 2, 3, 4, 5, 6] * 2
    assert bonsai("answer", small_book)[0] == 0
    answers = rows(small_book, ANSWERS)
    assert [row["Mode"] for row in answers] == ["no-rag", "rag", "sexy"] * 2
    assert all(row["Answer"] for row in answers)
    stamp = {row["Item"]: row["Value"] for row in rows(small_book, LAST_RUN)}
    assert stamp["What"] == "Answer"
    assert stamp["Embedder"].startswith("onnx:minilm@")


def test_what_stands_on_the_command_line_says_how_to_rank(bonsai: Run, small_book: Path):
    bonsai("index", small_book)
    hybrid, dense = small_book.with_name("hybrid.json"), small_book.with_name("dense.json")
    assert bonsai("rank", small_book, "--json", hybrid)[0] == 0
    options = ("--retrieval", "dense", "--sexy-share", "0", "--only-files", "k*,c*")
    assert bonsai("rank", small_book, *options, "--heatmaps", "1", "--json", dense)[0] == 0
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in (hybrid, dense)]
    assert runs[0]["run"]["settings_hash"] != runs[1]["run"]["settings_hash"]
    ranked = [row for question in runs[1]["questions"] for row in question["rows"]]
    assert {row["source"] for row in ranked} == {"kettle.txt", "cocoa.txt", "coins.txt"}
    assert all(row["rank"] == row["query_rank"] for row in ranked)
    code, _, err = bonsai("rank", small_book, "--retrieval", "sparse")
    assert code == 2
    assert "The option --retrieval has the value 'sparse'" in err


def test_an_edited_answer_stays_and_the_new_one_is_proposed(bonsai: Run, small_book: Path):
    bonsai("index", small_book)
    bonsai("answer", small_book, "--modes", "no-rag")
    workbook = openpyxl.load_workbook(small_book)
    workbook["Answers"]["E6"] = "My own words."
    workbook.save(small_book)
    code, out, _ = bonsai("answer", small_book, "--modes", "no-rag")
    assert code == 0
    edited, other = rows(small_book, ANSWERS)
    assert edited["Answer"] == "My own words."
    assert edited["Proposed"]
    assert other["Answer"]
    assert not other["Proposed"]
    assert "Generate" in out


def test_notes_and_keep_follow_their_passage_through_another_ranking(bonsai: Run, small_book: Path):
    bonsai("index", small_book)
    bonsai("rank", small_book)
    before = rows(small_book, RANKED)
    write_note(small_book, "my note")
    bonsai("rank", small_book, "--score", "classic")
    after = rows(small_book, RANKED)
    assert [row["ChunkID"] for row in after] != [row["ChunkID"] for row in before]
    noted = [(row["QID"], row["ChunkID"]) for row in after if row["Note"] == "my note"]
    assert noted == [(before[0]["QID"], before[0]["ChunkID"])]


def test_the_original_files_give_the_original_scores(bonsai: Run, plain_book, papers: Path):
    fbq = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("What moves the world economy?")])
    pov = plain_book("list_of_POV.xlsx", ["POV"], [["Oil flows."], ["Kettles sing."]])
    untouched = fbq.read_bytes(), pov.read_bytes()
    bonsai("index", "--documents", papers, "--collection", "debate")
    code, out, err = bonsai(
        "rank", fbq, "--pov", pov, "--collection", "debate", "--score", "classic", "--json", "-"
    )
    assert code == 0, err
    (question,) = json.loads(out)["questions"]
    cosine = np.array(question["matrix"]["cosine"])
    classic = [row["classic"] for row in question["rows"]]
    assert classic == pytest.approx(np.sqrt((cosine**2).sum(axis=1)), abs=1e-6)
    assert classic == sorted(classic, reverse=True)
    assert set(question["rows"][0]) == {
        "chunk_id", "rank", "sexy", "classic", "query_similarity", "query_rank", "relevance",
        "top_povs", "source", "page", "start", "text",
    }  # fmt: skip
    assert (fbq.read_bytes(), pov.read_bytes()) == untouched
    results = fbq.with_name("FBQ_bonsai.xlsx")
    assert len(rows(results, RANKED)) == len(TEXTS)
    povs = {row["ID"]: row["POV"] for row in rows(results, POV)}
    assert povs == {"P01": "Oil flows.", "P02": "Kettles sing."}, "what the Matrix weighs by"
    assert [row["ID"] for row in rows(results, FBQ)] == ["Q1"]


def write_note(path: Path, text: str) -> None:
    """Write into the Note of the first ranked row."""
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Ranked"]
    header_row = next(cell.row for cell in sheet["A"] if cell.value == "QID")
    note = next(cell.column for cell in sheet[header_row] if cell.value == "Note")
    sheet.cell(header_row + 1, note).value = text
    workbook.save(path)


def test_notes_on_the_results_of_plain_files_stay_through_another_ranking(
    bonsai: Run, plain_book, papers: Path
):
    fbq = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("What moves the world economy?")])
    pov = plain_book("list_of_POV.xlsx", ["POV"], [["Oil flows."], ["Kettles sing."]])
    bonsai("index", "--documents", papers, "--collection", "debate")
    rank = ("rank", fbq, "--pov", pov, "--collection", "debate")
    bonsai(*rank)
    results = fbq.with_name("FBQ_bonsai.xlsx")
    write_note(results, "my note")
    noted = rows(results, RANKED)[0]["ChunkID"]
    assert bonsai(*rank, "--score", "classic")[0] == 0
    notes = {row["ChunkID"]: row["Note"] for row in rows(results, RANKED) if row["Note"]}
    assert notes == {noted: "my note"}


def test_results_of_plain_files_never_replace_another_file(bonsai: Run, plain_book):
    fbq = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Why oil?")])
    pov = plain_book("POV.xlsx", ["POV"], [["Oil flows."]])
    before = pov.read_bytes()
    code, _, err = bonsai("rank", fbq, "--pov", pov, "--out", pov)
    assert code == 2
    assert "not written over" in err
    assert pov.read_bytes() == before


@pytest.mark.parametrize("name", ["results.csv", "results.xlsm"])
def test_a_name_that_cannot_take_results_is_refused_before_any_work(
    bonsai: Run, small_book: Path, tmp_path: Path, name: str
):
    code, out, err = bonsai("rank", small_book, "--out", tmp_path / name)
    assert (code, out) == (2, "")
    assert "Choose a name that ends in .xlsx" in err


def test_a_bad_row_is_named_and_the_others_are_done(bonsai: Run, plain_book, papers: Path):
    fbq = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Why oil?", 7), fbq_row("Why tea?", 2)])
    pov = plain_book("POV.xlsx", ["POV"], [["Oil flows."]])
    bonsai("index", "--documents", papers, "--collection", "debate")
    code, _, err = bonsai("rank", fbq, "--pov", pov, "--collection", "debate", "--questions", "fbq")
    assert code == 1
    assert "FBQ.xlsx, sheet Sheet, row 2, column FBQ_A" in err
    assert {row["QID"] for row in rows(fbq.with_name("FBQ_bonsai.xlsx"), RANKED)} == {
        "Q2-A",
        "Q2-B",
    }


def test_an_empty_list_of_points_of_view_is_named(bonsai: Run, plain_book, papers: Path):
    fbq = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Why oil?")])
    pov = plain_book("POV.xlsx", ["POV"], [[None], ["  "]])
    code, _, err = bonsai("rank", fbq, "--pov", pov)
    assert code == 2
    assert "There is no point of view in use in POV.xlsx" in err


def test_points_of_view_none_of_which_counts_are_refused_before_anything_is_run(
    bonsai: Run, plain_book
):
    fbq = plain_book("FBQ.xlsx", FBQ_HEADERS, [fbq_row("Why oil?")])
    pov = plain_book("POV.xlsx", ["POV", "Weight"], [["Oil flows.", 0], ["Tea calms.", 0]])
    code, _, err = bonsai("rank", fbq, "--pov", pov)
    assert code == 2
    assert "All weights are 0" in err


def test_results_go_elsewhere_if_asked(bonsai: Run, small_book: Path, tmp_path: Path):
    bonsai("index", small_book)
    before = small_book.read_bytes()
    assert bonsai("rank", small_book, "-o", tmp_path / "results.xlsx", "--quiet")[:2] == (0, "")
    assert small_book.read_bytes() == before
    assert rows(tmp_path / "results.xlsx", RANKED)


def test_an_unreadable_document_is_named_and_the_others_are_indexed(bonsai: Run, papers: Path):
    (papers / "broken.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x00")
    code, out, err = bonsai("index", "--documents", papers)
    assert code == 1
    assert "broken.txt" in err
    assert "6 indexed" in out


def test_index_names_the_collection_that_it_fills_and_the_types_that_nobody_reads(
    bonsai: Run, papers: Path
):
    for name in ("a.jpg", "b.JPG", "c.zip", "README"):
        (papers / name).write_bytes(b"x")
    code, out, _ = bonsai("index", "--documents", papers)
    assert code == 0
    assert "Indexed into 'papers': 6 indexed;" in out
    assert "Not read, for their type: (no ending), *.jpg, *.zip\n" in out
    code, out, _ = bonsai("index", "--documents", papers, "--collection", "debate")
    assert (code, "Indexed into 'debate': 6 indexed;" in out) == (0, True)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_out_of_the_folder_is_not_said_to_be_of_an_unread_type(bonsai: Run, papers: Path):
    (papers / "elsewhere.txt").symlink_to(papers.parent / "outside.txt")
    (papers.parent / "outside.txt").write_text("A secret.", encoding="utf-8")
    (papers / "a.zip").write_bytes(b"x")
    code, out, _ = bonsai("index", "--documents", papers)
    assert code == 0
    assert "Not read, for their type: *.zip\n" in out
    assert "Not read, for where they lead or what they are: elsewhere.txt\n" in out


def test_ranking_before_indexing_says_what_to_do(bonsai: Run, small_book: Path):
    code, out, err = bonsai("rank", small_book)
    assert (code, out) == (2, "")  # and no empty table
    assert "There is no index called 'my book'" in err
    assert "Run Index first" in err


def test_absent_weights_name_the_command_that_gets_them(
    bonsai: Run, small_book: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BONSAI_EMBEDDER", "onnx:minilm")
    code, _, err = bonsai("index", small_book)
    assert code == 3
    assert "bonsai models get onnx:minilm" in err


@pytest.mark.parametrize("lock", ["~$my book.xlsx", ".~lock.my book.xlsx#"])
def test_a_workbook_open_elsewhere_is_refused_before_any_work(
    bonsai: Run, small_book: Path, lock: str
):
    (small_book.parent / lock).write_text("somebody")
    code, _, err = bonsai("rank", small_book)
    assert code == 2
    assert "my book.xlsx" in err


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 70],
    ids=["empty", "corrupt zip", "old or encrypted"],
)
def test_a_file_that_is_no_workbook_is_named(bonsai: Run, tmp_path: Path, content: bytes):
    path = tmp_path / "broken.xlsx"
    path.write_bytes(content)
    code, _, err = bonsai("rank", path)
    assert code == 2
    assert "broken.xlsx" in err


def test_new_makes_a_workbook_in_the_language_asked_for(bonsai: Run, tmp_path: Path):
    for suffix in (".xlsx", ".xlsm"):
        assert bonsai("new", tmp_path / f"b{suffix}", "--language", "ja")[0] == 0
        made = openpyxl.load_workbook(tmp_path / f"b{suffix}")
        assert made["Ranked"]["A1"].value == "順位の付いたパッセージ"
    code, _, err = bonsai("new", tmp_path / "c.xlsx", "--language", "tlh")
    assert code == 2
    assert "There is no language 'tlh'." in err


def test_new_never_replaces_a_file(bonsai: Run, small_book: Path):
    before = small_book.read_bytes()
    code, _, err = bonsai("new", small_book)
    assert code == 2
    assert "is there already" in err
    assert small_book.read_bytes() == before


def test_a_place_that_cannot_be_made_is_named(real_bonsai: Run, tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    for words in (("new",), ("demo", "--out")):
        code, _, err = real_bonsai(*words, tmp_path / "file" / "new.xlsx")
        assert code == 2
        assert "cannot be made" in err


def test_a_setting_that_cannot_be_used_is_named(bonsai: Run, small_book: Path):
    book = FileBook.open(small_book)
    set_settings(book, {"Score": "magic"})
    book.save()
    code, _, err = bonsai("rank", small_book)
    assert code == 2
    assert "The setting 'Score' has the value 'magic'" in err


def test_an_option_that_cannot_be_used_is_named_as_it_was_typed(bonsai: Run, small_book: Path):
    code, _, err = bonsai("rank", small_book, "--score", "magic")
    assert code == 2
    assert "The option --score has the value 'magic'" in err
    assert "Settings sheet" not in err


def test_index_without_anything_to_index_says_so(bonsai: Run):
    assert bonsai("index")[0] == 2


@pytest.mark.parametrize("words", [("models",), ("models", "list")])
def test_the_models_are_listed_with_size_licence_and_hash(bonsai: Run, words: tuple[str, ...]):
    code, out, _ = bonsai(*words)
    assert code == 0
    for model in MODELS:
        assert model.name in out
        assert f"{model.megabytes} MB" in out
        assert all(file.sha256 in out for file in model.files)


def test_the_kinds_of_models_are_listed_with_what_each_still_needs(
    bonsai: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("CO_API_KEY", raising=False)
    monkeypatch.delenv("COHERE_API_KEY", raising=False)
    code, out, _ = bonsai("models")
    assert code == 0
    kinds = {line.split()[1]: line for line in out.splitlines() if line.startswith("│ ")}
    for kind in KINDS:
        assert f"{kind.name}:" in kinds
    assert " yes " in kinds["gguf:"]
    assert " no " in kinds["cohere:"]
    assert "for tests" in kinds["test:"]
    assert "for tests" in kinds["scripted:"]
    assert "CO_API_KEY" in out


@pytest.mark.parametrize("columns", [80, 120])
def test_hashes_stay_whole_on_narrow_terminals(
    bonsai: Run, monkeypatch: pytest.MonkeyPatch, columns: int
):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = bonsai("models")[1].splitlines()
    names = {each.name for each in RECOMMENDED}
    assert names <= set(lines), "a name is never broken: it is there to be copied"
    assert max(len(line) for line in lines if line not in names) <= columns
    for model in MODELS:
        assert all(f"  sha256 {file.sha256}" in lines for file in model.files)


def test_an_unforeseen_error_is_three_sentences_and_a_log_entry(
    bonsai: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(new_command, "new_book", lambda *_: 1 / 0)
    code, _, err = bonsai("new", tmp_path / "x.xlsx")
    assert code == 3
    assert "nobody foresaw" in err
    assert "ZeroDivisionError" in (tmp_path / "home" / "bonsai.log").read_text()


def test_an_unforeseen_error_in_a_job_is_three_sentences_and_a_log_entry(
    bonsai: Run, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.pipeline.indexing.index", lambda *_: 1 / 0)
    code, _, err = bonsai("index", "--documents", papers)
    assert code == 3
    assert "nobody foresaw" in err
    assert "ZeroDivisionError" in (tmp_path / "home" / "bonsai.log").read_text()


def test_a_log_that_cannot_be_written_hides_nothing(
    bonsai: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("BONSAI_HOME", str(tmp_path / "file" / "home"))
    monkeypatch.setattr(new_command, "new_book", lambda *_: 1 / 0)
    code, _, err = bonsai("new", tmp_path / "x.xlsx")
    assert code == 3
    assert "ZeroDivisionError" in err


def test_a_locked_target_at_the_end_loses_nothing(
    bonsai: Run, small_book: Path, monkeypatch: pytest.MonkeyPatch
):
    bonsai("index", small_book)
    rank, before = Session.run, small_book.read_bytes()

    def rank_while_somebody_opens_the_workbook(*arguments):
        run = rank(*arguments)
        (small_book.parent / f"~${small_book.name}").write_text("somebody")
        return run

    monkeypatch.setattr(Session, "run", rank_while_somebody_opens_the_workbook)
    code, out, _ = bonsai("rank", small_book)
    (aside,) = small_book.parent.glob("my book results *.xlsx")
    assert code == 0
    assert aside.name in out.replace("\n", "")
    assert rows(aside, RANKED)
    assert small_book.read_bytes() == before


def test_a_read_only_workbook_is_refused_before_any_work(bonsai: Run, small_book: Path):
    os.chmod(small_book, stat.S_IREAD)
    if os.access(small_book, os.W_OK):
        pytest.skip("needs a user whom read-only files stop: root is not")
    assert bonsai("rank", small_book)[0] == 2


def test_a_run_that_is_stopped_leaves_the_results_of_questions_it_did_not_reach(
    bonsai: Run, small_book: Path, monkeypatch: pytest.MonkeyPatch
):
    bonsai("index", small_book)
    bonsai("rank", small_book)
    before = rows(small_book, RANKED)
    asked: list[str] = []

    def stop_after_the_first(self) -> bool:
        return len(asked) > 0

    rank_one = ranking._rank_one
    monkeypatch.setattr("xl_addin.commands.console.Terminal.cancelled", stop_after_the_first)
    monkeypatch.setattr(
        ranking, "_rank_one", lambda *all_: (rank_one(*all_), asked.append("one"))[0]
    )
    code, _, _ = bonsai("rank", small_book, "--score", "classic")
    after = rows(small_book, RANKED)
    assert code == 130
    assert [row["QID"] for row in after] == [row["QID"] for row in before]
    assert [row for row in after if row["QID"] == "Q2"] == [
        row for row in before if row["QID"] == "Q2"
    ]
    assert after[0]["SexyScore"] == after[0]["Classic"] != before[0]["SexyScore"]
    assert len(rows(small_book, MATRIX)) == len(before)
    pictures = {each.name for each in FileBook.open(small_book).pictures(HEATMAP.sheet)}
    assert heatmap_name("Q2") in pictures <= {heatmap_name("Q1"), heatmap_name("Q2")}
