"""The regress job as a person meets it: tables named on the sheet or in a command, or none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tests.worker.regression.films import film_tables
from tests.xl_addin.conftest import Run
from worker.contract import TablePlace
from worker.errors import SettingError
from worker.settings import load_settings
from xl_addin.jobs.base import Inputs
from xl_addin.jobs.books import book_options, set_settings
from xl_addin.jobs.regress import ask
from xl_addin.sheets.regression import REGRESSION
from xl_addin.workbook.file.file_book import FileBook


def asked(book: Path, **settings: str):
    opened = FileBook.open(book)
    set_settings(opened, settings)
    options = book_options(opened, book)
    return ask(Inputs(options, replace(load_settings()), opened, opened, book)).request


def options(folder: Path, place: str) -> list[str]:
    """The options that name the three tables; `place` has a gap for the name of each."""
    named = {"ratings": "ratings", "users": "users", "items": "movies"}
    return [f"--{flag}={folder / place.format(name)}" for flag, name in named.items()]


def shown(path: Path) -> list[dict]:
    return [dict(row.values) for row in FileBook.open(path).read_table(REGRESSION).rows]


def test_without_tables_the_sample_is_taken(book: Path):
    request = asked(book)
    assert [Path(place.file).name for place in (request.ratings, request.users, request.items)] == [
        "ratings.csv", "users.csv", "items.csv",
    ]  # fmt: skip
    assert Path(request.ratings.file).is_file()
    assert len(request.povs) == 23
    assert (request.mode, request.texts) == ("honest", ("title", "overview"))


def test_one_table_alone_is_refused_by_the_name_of_the_next(book: Path):
    with pytest.raises(SettingError, match="No table of users is named"):
        asked(book, Ratings="ratings.csv")


def test_tables_are_files_beside_the_workbook_sheets_in_files_or_its_own_sheets(book: Path):
    film_tables(book.parent)
    openpyxl.Workbook().save(book.parent / "people.xlsx")
    request = asked(book, Ratings="ratings.csv", Users="people.xlsx#Adults", Items="Films")
    assert request.ratings == TablePlace(file=str(book.parent / "ratings.csv"))
    assert request.users == TablePlace(file=str(book.parent / "people.xlsx"), sheet="Adults")
    assert request.items == TablePlace(file=str(book), sheet="Films")


def test_settings_fill_the_request(book: Path):
    request = asked(
        book, **{"Text columns": "plot", "Regression": "original", "Rating column": "stars",
                 "User column": "who", "Resamples": 999},
    )  # fmt: skip
    assert (request.texts, request.mode, request.target) == (("plot",), "original", "stars")
    assert (request.user_column, request.resamples) == ("who", 999)


def test_the_command_needs_no_workbook_and_makes_one(bonsai: Run, tmp_path: Path):
    film_tables(tmp_path)
    out, result = tmp_path / "out.xlsx", tmp_path / "result.json"
    tables = options(tmp_path, "{}.csv")
    code, text, said = bonsai("regress", *tables, "--text", "title,overview", "--json", str(result),
                              "-o", str(out))  # fmt: skip
    assert (code, said.strip()) == (0, "")
    assert "beyond chance" in text
    parts = [row["Part"] for row in shown(out)]
    assert [part for part in dict.fromkeys(parts)] == [
        "verdict", "feature", "point of view", "highest item", "lowest item",
    ]  # fmt: skip
    content = json.loads(result.read_text(encoding="utf-8"))
    assert content["verdict"]["mode"] == "honest"
    assert len(content["views"]) == 23
    pictures = openpyxl.load_workbook(out)["Regression"]._images
    assert len(pictures) == 2


def test_a_second_run_into_the_same_workbook_replaces_the_first(bonsai: Run, tmp_path: Path):
    film_tables(tmp_path)
    out = tmp_path / "out.xlsx"
    tables = options(tmp_path, "{}.csv")
    for mode, pictures in (("original", 1), ("honest", 2), ("original", 1)):
        assert bonsai("regress", *tables, "--mode", mode, "-o", str(out))[0] == 0
        assert len(openpyxl.load_workbook(out)["Regression"]._images) == pictures
    assert {row["Part"] for row in shown(out)} == {"verdict", "feature"}


def test_rows_left_out_are_printed_and_change_the_exit_code(bonsai: Run, tmp_path: Path):
    film_tables(tmp_path)
    with (tmp_path / "ratings.csv").open("a", encoding="utf-8") as file:
        file.write("999,1,4\r\n")
    tables = options(tmp_path, "{}.csv")
    code, _, said = bonsai("regress", *tables, "--mode", "original", "-o", str(tmp_path / "o.xlsx"))
    assert code == 1
    assert "user_id is not in the users table: 1, the first '999'" in " ".join(said.split())


def test_without_a_place_for_results_it_says_so(bonsai: Run):
    code, _, said = bonsai("regress")
    assert code == 2
    assert "-o FILE.xlsx" in said


def test_a_result_for_programs_needs_no_workbook(bonsai: Run, tmp_path: Path):
    film_tables(tmp_path)
    tables = options(tmp_path, "{}.csv")
    code, text, said = bonsai("regress", *tables, "--mode", "original", "--json", "-")
    assert (code, said) == (0, "")
    assert len(json.loads(text)["features"]) == 20
    assert not list(tmp_path.glob("*.xlsx"))


def test_sheets_of_the_workbook_itself_are_tables_too(bonsai: Run, book: Path):
    film_tables(book.parent)
    opened = openpyxl.Workbook()
    for name in ("ratings", "users", "movies"):
        sheet = opened.create_sheet(name)
        for line in (book.parent / f"{name}.csv").read_text(encoding="utf-8").splitlines():
            sheet.append(line.split(","))
    tables = book.parent / "tables.xlsx"
    opened.save(tables)
    flags = options(book.parent, "tables.xlsx#{}")
    files = options(book.parent, "{}.csv")
    one, other = book.parent / "one.xlsx", book.parent / "other.xlsx"
    assert bonsai("regress", *flags, "--mode", "original", "-o", str(one))[0] == 0
    assert bonsai("regress", *files, "--mode", "original", "-o", str(other))[0] == 0
    assert shown(one) == shown(other)
