"""Paths as people paste them, wherever a command takes one; and words that name what was given."""

import os
from pathlib import Path

import pytest

from tests.xl_addin.conftest import FBQ_HEADERS, Run, fbq_row, rows
from worker.settings import load_settings
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.pov import POV
from xl_addin.sheets.sources import SOURCES
from xl_addin.workbook.file.file_book import FileBook


def set_up(book: Path, **values: str) -> None:
    opened = FileBook.open(book)
    set_settings(opened, {name.replace("_", " "): value for name, value in values.items()})
    opened.save()


@pytest.mark.parametrize(
    "paste",
    [
        lambda papers: f'"{papers}"',
        lambda papers: f'"../{papers.parent.name}/{papers.name}"',
        lambda papers: papers.as_uri(),
        lambda papers: f"..\\{papers.parent.name}\\{papers.name}",
        lambda papers: "$PLACE/" + papers.name,
        lambda papers: f"%PLACE%\\{papers.name}",
        lambda papers: "~/" + papers.name,
    ],
    ids=["quotes", "quotes, relative", "address", "backslashes", "$NAME", "%NAME%", "home"],
)
@pytest.mark.parametrize("where", ["sheet", "option"])
def test_a_documents_folder_is_found_as_it_was_pasted(
    bonsai: Run, book: Path, papers: Path, monkeypatch, paste, where: str
):
    papers = papers.rename(papers.with_name("my papers"))
    monkeypatch.setenv("PLACE", str(papers.parent))
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(papers.parent))
    monkeypatch.chdir(papers.parent)
    text = paste(papers)
    if where == "sheet":
        set_up(book, Documents_folder=text)
    code, _, err = bonsai("index", book, *(["--documents", text] if where == "option" else []))
    assert code == 0, err
    assert {row["Status"] for row in rows(book, SOURCES)} == {"indexed"}


@pytest.mark.parametrize("paste", [lambda path: f'"{path}"', lambda path: path.as_uri()])
def test_workbooks_lists_results_and_stores_are_found_as_they_were_pasted(
    bonsai: Run, plain_book, papers: Path, tmp_path: Path, monkeypatch, paste
):
    fbq = plain_book("my questions.xlsx", FBQ_HEADERS, [fbq_row("Why oil?")])
    pov = plain_book("my list.xlsx", ["POV"], [["Oil flows."]])
    results, store = tmp_path / "my results.xlsx", tmp_path / "my store"
    shared = ("--collection", "c", "--store", paste(store))
    assert bonsai("index", "--documents", paste(papers), *shared)[0] == 0
    assert store.is_dir()
    files = (paste(fbq), "--pov", paste(pov), "--out", paste(results))
    code, _, err = bonsai("rank", *files, *shared, "--json", paste(tmp_path / "my run.json"))
    assert code == 0, err
    assert [row["POV"] for row in rows(results, POV)] == ["Oil flows."]
    assert (tmp_path / "my run.json").is_file()
    assert bonsai("new", paste(tmp_path / "my new.xlsx"))[0] == 0
    assert (tmp_path / "my new.xlsx").is_file()


def test_settings_of_the_environment_are_read_as_they_were_pasted(
    bonsai: Run, papers: Path, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("BONSAI_HOME", f'"{tmp_path / "my home"}"')
    monkeypatch.setenv("BONSAI_STORE", (tmp_path / "my store").as_uri())
    monkeypatch.setenv("BONSAI_MODELS", "file:///a%20b")
    monkeypatch.setenv("BONSAI_BROKER_CA", "~/ca.pem")
    settings = load_settings()
    assert settings.home == tmp_path / "my home"
    assert settings.models == Path("/a b")
    assert settings.broker_ca == os.path.expanduser("~/ca.pem")
    assert bonsai("index", "--documents", papers)[0] == 0
    assert (tmp_path / "my store").is_dir()


def test_a_folder_that_is_not_there_is_named_with_its_whole_path(
    bonsai: Run, book: Path, tmp_path: Path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    set_up(book, Documents_folder='"no papers"')
    _, _, err = bonsai("index", book.name)
    assert f"{tmp_path / 'no papers'} is not there" in err
    assert "Correct 'Documents folder' on the Settings sheet." in err
    _, _, err = bonsai("index", book.name, "--documents", '"none here"')
    assert f"{tmp_path / 'none here'} is not there" in err
    assert "Correct --documents." in err
    assert "Settings sheet" not in err


def test_a_workbook_that_is_not_there_is_named_with_its_whole_path(
    bonsai: Run, tmp_path: Path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, _, err = bonsai("rank", '"no book.xlsx"')
    assert code == 2
    assert f"Nothing was found at {tmp_path / 'no book.xlsx'}" in err
    code, _, err = bonsai("evaluate", "--povs", '"no povs.csv"')
    assert code == 2
    assert str(tmp_path / "no povs.csv") in err


def test_what_was_wrong_on_the_command_line_is_not_looked_for_on_the_sheet(
    bonsai: Run, book: Path, papers: Path
):
    set_up(book, Documents_folder=papers.name)
    bonsai("index", book)
    code, _, err = bonsai("answer", book, "--prompt", "no place for it")
    assert code == 2
    assert "The option --prompt is neither" in err
    assert "Settings sheet" not in err
    set_up(book, Prompt="no place for it")
    _, _, err = bonsai("answer", book)
    assert "Correct 'Prompt' on the Settings sheet" in err
