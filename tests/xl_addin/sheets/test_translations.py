"""The column Translation, in a closed file ('file') and in Excel ('live').

Where there is no Excel, 'live' runs on the stand-in that its own module describes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.xl_addin.samples import answer, answered, asked, land_answers
from tests.xl_addin.sheets.rankings import ranking
from tests.xl_addin.workbook.benches import FileBench, StandInBench
from tests.xl_addin.workbook.stand_in_excel import remote_engine
from worker.contract import Problem, RowReady, Translation, text_key
from xl_addin.jobs.books import set_settings
from xl_addin.jobs.restore import Restored, put_back
from xl_addin.jobs.run import Run
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.labels import LABELS, land_ranked
from xl_addin.sheets.ranked import RANKED, ranked_content
from xl_addin.sheets.translations import split_question, translation_text, with_translations
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.port import TableContent


@pytest.fixture(params=["file", "live"])
def bench(request, monkeypatch):
    if request.param == "file":
        yield FileBench()
    else:
        with remote_engine(monkeypatch) as xlwings:
            yield StandInBench(xlwings)


@pytest.fixture
def port(bench, book):
    return bench.open(book)


def said(text: str, translation: str, **marks) -> Translation:
    return Translation(of=text_key(text), text=translation, **marks)


def run(port, text: str, *translations: Translation) -> Run:
    """Land an answer in mode rag to Q1, and its translations."""
    landed = answered([answer("Q1", "rag", text)])
    for translation in translations:
        landed.take_event(RowReady(row=translation))
    landed.lost = land_answers(port, asked("Q1"), landed)
    return landed


def standing(port, table: Table = ANSWERS) -> list:
    return [row.values.get("Translation") for row in port.read_table(table).rows]


def edit(port, table: Table, header: str, value: str, place: int = 0) -> None:
    """Write one cell, as a person does, who may write into any column."""
    data = port.read_table(table)
    rows = [
        {**row.values, **({header: value} if at == place else {})}
        for at, row in enumerate(data.rows)
    ]
    port.write_table(TableContent(replace(table, key=()), rows, tuple(map(Column, data.headers))))


def test_there_is_no_such_column_unless_something_is_translated(port):
    run(port, "It rained.")
    assert "Translation" not in port.read_table(ANSWERS).headers


def test_the_translation_stands_in_the_row_of_its_answer(port):
    run(port, "It rained.", said("It rained.", "雨が降った。"))
    assert standing(port) == ["雨が降った。"]


def test_a_ranked_row_has_its_question_and_its_passage(port):
    ranked = ranking("contrast")
    texts = (ranked.question, ranked.rows[0].text)
    made = [said(text, f"訳{place}。") for place, text in enumerate(texts)]
    port.write_table(with_translations(port, ranked_content([ranked]), made).content)
    assert standing(port, RANKED) == ["訳0。\n\n訳1。"] * 5


def test_an_edited_translation_stays_and_is_said_to_be_of_another_text(port):
    run(port, "It rained.", said("It rained.", "雨が降った。"))
    edit(port, ANSWERS, "Translation", "雨でした。")
    landed = run(port, "It rained.", said("It rained.", "雨が降った。"))
    assert standing(port) == ["雨でした。"]
    assert landed.notes == []
    landed = run(port, "It snowed.", said("It snowed.", "雪が降った。"))
    assert standing(port) == ["雨でした。"]
    assert any("Translation that you edited" in note for note in landed.notes)


def test_an_emptied_translation_is_made_anew(port):
    run(port, "It rained.", said("It rained.", "雨が降った。"))
    edit(port, ANSWERS, "Translation", "")
    run(port, "It rained.", said("It rained.", "雨が降った。"))
    assert standing(port) == ["雨が降った。"]


def test_without_the_setting_a_translation_stays_while_it_is_of_its_text(port):
    run(port, "It rained.", said("It rained.", "雨が降った。"))
    run(port, "It rained.")
    assert standing(port) == ["雨が降った。"]
    run(port, "It snowed.")
    assert standing(port) == [None]


def test_an_edited_translation_whose_row_goes_is_told(port):
    run(port, "It rained.", said("It rained.", "雨が降った。"))
    edit(port, ANSWERS, "Translation", "雨でした。")
    landed = answered([answer("Q2", "rag", "No.")])
    lost = land_answers(port, asked("Q2"), landed)
    assert [row.values["Translation"] for row in lost] == ["雨でした。"]


def test_an_edited_translation_stays_beside_a_mark_that_comes_back(port):
    ranked = ranking("contrast")
    few = ranked.model_copy(update={"rows": ranked.rows[1:]})
    made = [said(ranked.question, "問い。")]

    def land(shown):
        land_ranked(port, with_translations(port, ranked_content([shown]), made).content)

    land(ranked)
    edit(port, RANKED, "Keep", "yes", 0)
    edit(port, RANKED, "Translation", "私の訳", 1)
    land(few)
    assert len(port.read_table(LABELS).rows) == 1
    land(ranked)
    assert standing(port, RANKED) == ["問い。", "私の訳", "問い。", "問い。", "問い。"]
    assert port.read_table(RANKED).rows[0].values["Keep"] == "yes"


def test_restore_brings_back_translations_but_not_over_edits(port, book, tmp_path):
    first = FileBook.open(book)
    run(first, "It rained.", said("It rained.", "雨が降った。"))
    first.save()
    then = FileBook.open(book)
    run(port, "It snowed.", said("It snowed.", "雪が降った。"))
    put_back(port, then, Restored(0.0))
    assert standing(port) == ["雨が降った。"]
    edit(port, ANSWERS, "Translation", "雨でした。")
    put_back(port, then, Restored(0.0))
    assert standing(port) == ["雨でした。"]


def test_the_first_line_says_what_is_doubtful():
    doubtful = said(
        "x", "雨。", missing=("1954", "[2]"), added=("1945",), flaws=("short", "unchanged")
    )
    assert translation_text([doubtful]) == (
        "⚠ 1954, [2] are missing; 1945 is not in the text; much shorter than the text; "
        "not in the language asked for\n雨。"
    )
    many = said("x", "雨。", missing=tuple("abcdefg"))
    assert translation_text([many]).startswith("⚠ a, b, c, d, e and others are missing\n")


def test_the_first_line_is_said_in_the_language_of_the_workbook_and_nothing_else_is(port):
    set_settings(port, {"Language": "ja"})
    made = said("It rained in 1954.", "is missing", missing=("1954",), flaws=("cut",))
    cell = "⚠ 1954 がありません; 文の途中で終わっています\nis missing"
    for _ in range(2):
        run(port, "It rained in 1954.", made)
        assert standing(port) == [cell]
    landed = run(port, "It snowed.", said("It snowed.", "雪。"))
    assert standing(port) == ["雪。"], "what a run has written is nobody's own, in any language"
    assert landed.notes == []


def test_the_hashes_are_out_of_sight(bench, port):
    run(port, "It rained.", said("It rained.", "雨が降った。"))
    sheet = bench.look(port)[ANSWERS.sheet]
    columns = {
        cell.value: sheet.column_dimensions[cell.column_letter]
        for row in sheet.iter_rows()
        for cell in row
        if cell.value in ("Translation", "Translated")
    }
    assert columns["Translated"].hidden or columns["Translated"].width == 0
    assert not columns["Translation"].hidden
    assert columns["Translation"].width > 50


@pytest.mark.parametrize(
    ("cells", "question", "rest"),
    [
        (["問い。\n\n雨。", "問い。\n\n雪。\n\n風。"], "問い。", ["雨。", "雪。\n\n風。"]),
        (["⚠ x\n問い。\n\n雨。", "問い。"], "問い。", ["⚠ x\n雨。", ""]),
        (["問い。\n\n雨。", "私の訳"], "", ["問い。\n\n雨。", "私の訳"]),
        (["問い。\n\n雨。"], "", ["問い。\n\n雨。"]),
        (["⚠ x", "⚠ x"], "", ["⚠ x", "⚠ x"]),
        (["", ""], "", ["", ""]),
        ([], "", []),
    ],
)
def test_readers_see_the_translation_of_a_question_once(cells, question, rest):
    assert split_question(cells) == (question, rest)


def test_where_no_engine_is_the_cell_says_why():
    problem = Problem(code="x", what="It is not there.", why="Nobody has it.", next_step="Get it.")
    nothing = said("x", "", problem=problem)
    assert translation_text([nothing, nothing]) == (
        "⚠ not translated: It is not there. Nobody has it. Get it."
    )
