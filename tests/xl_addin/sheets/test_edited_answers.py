"""Answers that a person has edited, in a closed file ('file') and in Excel ('live').

Where there is no Excel, 'live' runs on the stand-in that its own module describes.
"""

import datetime as dt

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.xl_addin.samples import answer, answered, asked, land_answers
from tests.xl_addin.workbook.benches import FileBench, StandInBench
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.edited_answers import fingerprint, is_edited, keep_edits
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import Row

HEADERS = ANSWERS.headers
LETTERS = {
    header: openpyxl.utils.get_column_letter(place) for place, header in enumerate(HEADERS, 1)
}
FIRST_ROW = 6


@pytest.fixture(params=["file", "live"])
def bench(request, monkeypatch):
    if request.param == "file":
        yield FileBench()
    else:
        with remote_engine(monkeypatch) as xlwings:
            yield StandInBench(xlwings)


@pytest.fixture
def port(bench, book):
    """The template, with two answered questions."""
    port = bench.open(book)
    run(port, *answers("first"))
    return port


def answers(text):
    return [
        answer(qid, mode, f"{text} {qid} {mode}")
        for qid in ("Q1", "Q2")
        for mode in ("no-rag", "rag", "sexy")
    ]


def run(port, *given, of=("Q1", "Q2"), is_whole=True):
    return land_answers(port, asked(*of), answered(given, is_whole=is_whole))


def table(port):
    return [dict(row.values) for row in port.read_table(ANSWERS).rows]


def rows(port):
    return {(row["QID"], row["Mode"]): row for row in table(port)}


def keys(port):
    return [(row["QID"], row["Mode"]) for row in table(port)]


def typed(bench, port, place, value, header="Answer"):
    """Let a user type into a row of the table, counted from 0."""

    def change(workbook):
        workbook["Answers"][f"{LETTERS[header]}{FIRST_ROW + place}"] = value

    return bench.edit(port, change)


def test_answers_that_nobody_touched_are_written_anew(port):
    run(port, *answers("second"))
    assert [row["Answer"] for row in table(port)] == [given.text for given in answers("second")]
    assert {row["Proposed"] for row in table(port)} == {None}


TEXTS = (
    "Two lines.\r\nAnd a third\rone.\n",
    " blanks around ",
    "control \x07 and \ud800 surrogate",
    "=1+1",
    "'quoted'",
    "42",
    "2024-05-01",
    "TRUE",
    "#N/A",
    "雨 🌧 e\u0301",
    "long " * 8000,
    "line\n" * 300,
    "a _x0041_ b",
)


def test_no_text_is_taken_for_edited_because_of_what_a_cell_does_to_it(bench, port):
    questions = [f"Q{number}" for number in range(len(TEXTS))]
    given = [answer(qid, "rag", text) for qid, text in zip(questions, TEXTS, strict=True)]
    run(port, *given, of=questions)
    port = bench.edit(port, lambda workbook: None)
    taken = [text for row, text in zip(table(port), TEXTS, strict=True) if is_edited(row)]
    assert taken == []
    run(port, *(answer(qid, "rag", "second") for qid in questions), of=questions)
    assert {row["Answer"] for row in table(port)} == {"second"}
    assert len(table(port)) == len(TEXTS)


def test_an_edited_answer_keeps_its_whole_row_and_the_new_one_is_proposed(bench, port):
    port = typed(bench, port, 1, "My own words.")
    before = rows(port)["Q1", "rag"]
    run(port, *answers("second"))
    after = rows(port)["Q1", "rag"]
    assert after.pop("Proposed") == "second Q1 rag\nFrom [1] kettle.txt @12 (cited)"
    before.pop("Proposed")
    assert after == before
    assert rows(port)["Q1", "sexy"]["Answer"] == "second Q1 sexy"


def test_an_edited_answer_stays_through_every_later_run(bench, port):
    port = typed(bench, port, 0, "My own words.")
    for text in ("second", "third"):
        run(port, *answers(text))
        row = rows(port)["Q1", "no-rag"]
        assert (row["Answer"], row["Proposed"]) == ("My own words.", f"{text} Q1 no-rag")


def test_an_emptied_answer_is_written_anew(bench, port):
    port = typed(bench, typed(bench, port, 0, None), 1, "  ")
    run(port, *answers("second"))
    assert [row["Answer"] for row in table(port)[:2]] == ["second Q1 no-rag", "second Q1 rag"]
    port = typed(bench, typed(bench, port, 0, "Mine."), 0, "old", "Proposed")
    port = typed(bench, port, 0, None)
    run(port, *answers("third"))
    row = rows(port)["Q1", "no-rag"]
    assert (row["Answer"], row["Proposed"]) == ("third Q1 no-rag", None)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(42, 42), (dt.datetime(2024, 5, 1), "2024-05-01"), (True, True), ("first Q1 no-rag ", None)],
)
def test_whatever_a_user_types_counts_as_edited(bench, port, value, shown):
    port = typed(bench, port, 0, value)
    before = rows(port)["Q1", "no-rag"]["Answer"]
    run(port, *answers("second"))
    after = rows(port)["Q1", "no-rag"]
    assert after["Answer"] == before == (value if shown is None else shown)
    assert bench.look(port)["Answers"][f"{LETTERS['Answer']}{FIRST_ROW}"].value == value


def test_a_formula_in_an_answer_stays_a_formula_in_whatever_row_it_stands(bench, port):
    place = f"{LETTERS['Answer']}{FIRST_ROW + 3}"
    formula = f'={LETTERS["Question"]}{FIRST_ROW + 3}&"!"'

    def change(workbook):
        workbook["Answers"][place] = formula

    port = with_value(bench, bench.edit(port, change), place, "What of Q2?!")
    run(port, *answers("second")[3:], of=["Q2"])
    assert keys(port)[0] == ("Q2", "no-rag")
    sheet = bench.look(port)["Answers"]
    moved = f'={LETTERS["Question"]}{FIRST_ROW}&"!"'
    assert sheet[f"{LETTERS['Answer']}{FIRST_ROW}"].value == moved


def with_value(bench, port, place, value):
    """Give a formula the value that Excel would have computed."""
    port.save()
    path = bench.path(port)
    bench.close(port)
    book = FileBook.open(path)
    part = book._workbook.sheet_part("Answers")
    root = book._package.edit(part)
    cell = next(item for item in root.iter("{*}c") if item.get("r") == place)
    cell.set("t", "str")
    for computed in cell.iter("{*}v"):
        computed.text = value
    book.save()
    return bench.open(path)


def test_bold_words_in_an_edited_answer_stay_bold_in_a_closed_file(book):
    bench = FileBench()
    port = bench.open(book)
    run(port, *answers("first"))
    bold = CellRichText("Not ", TextBlock(InlineFont(b=True), "this"), " one.")
    port = typed(bench, port, 0, bold)
    run(port, *answers("second"))
    port.save()
    sheet = openpyxl.load_workbook(book, rich_text=True)["Answers"]
    assert sheet[f"{LETTERS['Answer']}{FIRST_ROW}"].value == bold
    assert rows(port)["Q1", "no-rag"]["Proposed"] == "second Q1 no-rag"


def test_a_proposal_that_the_user_took_over_is_not_proposed_again(bench, port):
    port = typed(bench, port, 1, "My own words.")
    run(port, *answers("second"))
    for accepted in (rows(port)["Q1", "rag"]["Proposed"], "second Q1 rag"):
        port = typed(bench, port, 1, accepted)
        run(port, *answers("second"))
        row = rows(port)["Q1", "rag"]
        assert (row["Answer"], row["Proposed"]) == (accepted, None)


def test_an_answer_that_failed_proposes_nothing_and_takes_no_proposal_away(bench, port):
    port = typed(bench, port, 1, "My own words.")
    run(port, *answers("second"))
    before = rows(port)["Q1", "rag"]
    run(port, *[given.model_copy(update={"text": ""}) for given in answers("")])
    assert rows(port)["Q1", "rag"] == before
    assert rows(port)["Q1", "sexy"]["Answer"] is None


def test_an_answer_written_by_hand_where_one_had_failed_is_the_users(bench, port):
    run(port, answer("Q1", "rag", ""), of=["Q1"])
    port = typed(bench, port, 0, "By hand.")
    run(port, answer("Q1", "rag", "second"), of=["Q1"])
    assert rows(port)["Q1", "rag"]["Answer"] == "By hand."


def test_an_edited_answer_that_was_not_asked_for_again_stays_at_the_end_and_says_so(bench, port):
    port = typed(bench, port, 0, "My own words.")
    for _ in range(2):
        run(port, answer("Q2", "rag", "second"), of=["Q2"])
        assert keys(port) == [("Q2", "rag"), ("Q1", "no-rag")]
        left = rows(port)["Q1", "no-rag"]
        assert left["Answer"] == "My own words."
        assert left["Support"] == "not in the last run\nfrom the model alone"
    run(port, *answers("third"))
    asked_again = rows(port)["Q1", "no-rag"]
    assert keys(port)[0] == ("Q1", "no-rag")
    assert (asked_again["Support"], asked_again["Proposed"]) == (
        "from the model alone",
        "third Q1 no-rag",
    )


@pytest.mark.parametrize(("header", "said"), [("Verdict", "good"), ("Note", "checked")])
def test_what_somebody_said_of_an_answer_keeps_it_when_its_mode_is_not_run(
    bench, port, header, said
):
    port = typed(bench, port, 0, said, header)
    for _ in range(2):
        assert run(port, answer("Q1", "rag", "second"), answer("Q2", "rag", "second")) == []
        assert keys(port) == [("Q1", "rag"), ("Q2", "rag"), ("Q1", "no-rag")]
        left = rows(port)["Q1", "no-rag"]
        assert (left[header], left["Answer"]) == (said, "first Q1 no-rag")
        assert left["Support"] == "not in the last run\nfrom the model alone"
    run(port, *answers("third"))
    again = rows(port)["Q1", "no-rag"]
    assert (again[header], again["Answer"]) == (said, "third Q1 no-rag")
    assert again["Support"] == "from the model alone"


def test_a_row_of_the_users_own_stays(bench, port):
    port = typed(bench, typed(bench, port, 5, "Q9", "QID"), 5, "a row of mine")
    run(port, *answers("second"))
    assert keys(port)[-2:] == [("Q2", "sexy"), ("Q9", "sexy")]
    assert rows(port)["Q9", "sexy"]["Answer"] == "a row of mine"


def test_a_proposal_names_the_question_if_that_has_changed(bench, port):
    port = typed(bench, port, 0, "My own words.")
    run(port, answer("Q1", "no-rag", "second", question="What now?"), of=["Q1"])
    row = rows(port)["Q1", "no-rag"]
    assert row["Question"] == "What of Q1?"
    assert row["Proposed"] == "second\nAsked: What now?"


@pytest.mark.parametrize("lost", ["column", "cells"])
def test_answers_without_a_hash_are_never_written_over(bench, port, lost):
    def change(workbook):
        sheet = workbook["Answers"]
        letter = LETTERS["Written"]
        for place in range(6):
            sheet[f"{letter}{FIRST_ROW + place}"] = None
        if lost == "column":  # a workbook from before there was one
            table = sheet.tables["tblAnswers"]
            table.tableColumns.pop()
            table.ref = table.autoFilter.ref = f"A5:{LETTERS['Proposed']}11"
            sheet[f"{letter}5"] = None

    port = bench.edit(port, change)
    run(port, *answers("second"))
    assert [row["Answer"] for row in table(port)] == [given.text for given in answers("first")]
    assert [str(row["Proposed"]).splitlines()[0] for row in table(port)] == [
        given.text for given in answers("second")
    ]
    assert port.read_table(ANSWERS).headers[-1] == "Written"


def test_the_column_of_hashes_is_out_of_sight_where_it_is_added_too(bench, port):
    def drop_column(workbook):
        sheet = workbook["Answers"]
        table = sheet.tables["tblAnswers"]
        table.tableColumns.pop()
        table.ref = table.autoFilter.ref = f"A5:{LETTERS['Proposed']}11"
        sheet.delete_cols(len(HEADERS))
        sheet.column_dimensions[LETTERS["Written"]].hidden = False

    assert bench.look(port)["Answers"].column_dimensions[LETTERS["Written"]].hidden
    port = bench.edit(port, drop_column)
    run(port, *answers("second"))
    added = bench.look(port)["Answers"].column_dimensions[LETTERS["Written"]]
    assert added.hidden


def test_verdict_and_note_go_with_an_edited_answer(bench, port):
    port = typed(bench, typed(bench, port, 1, "Mine."), 1, "checked", "Note")
    run(port, answer("Q2", "rag", "second"), answer("Q1", "rag", "second"))
    assert keys(port) == [("Q1", "rag"), ("Q2", "rag")]
    assert rows(port)["Q1", "rag"]["Note"] == "checked"


def test_answers_stand_in_the_order_of_questions_and_modes_however_they_came(port):
    run(port, *reversed(answers("second")))
    assert keys(port) == [(qid, mode) for qid in ("Q1", "Q2") for mode in ("no-rag", "rag", "sexy")]


def test_a_run_that_was_stopped_leaves_what_it_did_not_reach_in_its_place(bench, port):
    port = typed(bench, typed(bench, port, 0, "Mine."), 4, "Mine too.")
    before = rows(port)
    reached = [answer("Q2", "rag", "second"), answer("Q1", "sexy", "second")]
    run(port, *reached, is_whole=False)
    after = rows(port)
    assert list(after) == list(before)
    assert after["Q1", "sexy"]["Answer"] == "second"
    assert after["Q2", "rag"]["Answer"] == "Mine too."
    assert str(after["Q2", "rag"]["Proposed"]).startswith("second")
    untouched = [key for key in before if key not in {("Q1", "sexy"), ("Q2", "rag")}]
    assert [after[key] for key in untouched] == [before[key] for key in untouched]


def test_two_rows_of_one_question_and_mode_are_both_kept_if_both_are_edited():
    old = [
        Row(6, {"QID": "Q1", "Mode": "rag", "Answer": "mine", "Question": "?"}),
        Row(7, {"QID": "Q1", "Mode": "rag", "Answer": "mine too", "Question": "?"}),
    ]
    new = [{"QID": "Q1", "Mode": "rag", "Answer": "new", "Question": "?", "Citations": ""}]
    kept = keep_edits(new, old, ["Q1"], is_whole=True)
    assert [row["Answer"].value for row in kept] == ["mine", "mine too"]
    assert [row.get("Proposed") for row in kept] == ["new", None]


def test_only_text_has_a_hash():
    assert len(fingerprint("text")) == 12
    assert {fingerprint(value) for value in (None, "", 42, 4.5, True)} == {""}


@pytest.mark.parametrize("written", [None, ""])
def test_a_number_beside_an_empty_hash_is_edited(written):
    assert is_edited({"Answer": 42, "Written": written})
