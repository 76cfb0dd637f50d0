"""What a terminal shows of answers, on 80 columns."""

from __future__ import annotations

import io

import pytest

from tests.xl_addin.samples import KETTLE, answer, answered
from worker.contract import Progress, RowReady, StageSeconds, Support, TextReady
from worker.errors import InputError
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.commands.screen import Screen
from xl_addin.commands.summaries import print_summary
from xl_addin.commands.watch import Watch, row_panel
from xl_addin.jobs.answer import JOB, answer_text

ESTIMATE = Progress(
    stage="Answering", done=3, of=24, message="Q1 rag", estimate="21 more answers, about 3 min"
)
FINISHED = Progress(stage="Answering", done=3, of=24, message="Q1 sexy")


def console(*, terminal: bool) -> Screen:
    return Screen(file=io.StringIO(), width=80, force_terminal=terminal, color_system=None)


def shown(on: Screen) -> str:
    return on.file.getvalue()


def picture(watch: Watch) -> str:
    on = console(terminal=False)
    on.print(watch._picture())
    return shown(on)


def pieces(watch: Watch, *parts: tuple[str, str]) -> None:
    for qid, text in parts:
        watch.take(TextReady(qid=qid, mode="rag", text=text))


@pytest.mark.parametrize("terminal", [True, False])
def test_the_estimate_of_a_long_run_is_one_line_that_stays(terminal: bool):
    on = console(terminal=terminal)
    watch = Watch(on, quiet=False)
    for event in (FINISHED, ESTIMATE, FINISHED):
        watch.take(event)
    assert shown(on) == "21 more answers, about 3 min\n"


def test_the_display_is_away_while_something_is_asked_and_back_then():
    watch = Watch(console(terminal=True), quiet=False)
    with watch.shown() as live:
        with watch.paused():
            assert not live.is_started
        assert live.is_started


def test_quiet_shows_no_estimate():
    on = console(terminal=True)
    Watch(on, quiet=True).take(ESTIMATE)
    assert shown(on) == ""


def test_other_stages_have_no_estimate():
    on = console(terminal=False)
    Watch(on, quiet=False).take(Progress(stage="Reading", done=1, of=2, message="kettle.txt"))
    assert shown(on) == ""


def test_pieces_of_several_answers_come_together_whatever_their_order():
    watch = Watch(console(terminal=True), quiet=False)
    pieces(watch, ("Q1", "The kettle "), ("Q2", "The ship "), ("Q1", "sings."), ("Q2", "sails."))
    seen = picture(watch)
    assert "The kettle sings." in seen
    assert "The ship sails." in seen
    assert seen.index("Q1 · rag") < seen.index("Q2 · rag")


def test_the_newest_answers_under_way_are_shown_with_their_last_lines():
    watch = Watch(console(terminal=True), quiet=False)
    lines = "".join(f"line {n}\n" for n in range(20))
    pieces(watch, ("Q1", "one"), ("Q2", "two"), ("Q3", lines), ("Q4", "four"))
    seen = picture(watch)
    assert "Q1" not in seen
    assert all(text in seen for text in ("two", "line 19", "four"))
    assert "line 16" not in seen
    assert len(seen.splitlines()) < 24


def test_a_finished_answer_makes_room():
    on = console(terminal=True)
    watch = Watch(on, quiet=False)
    pieces(watch, ("Q1", "The kettle"), ("Q2", "The ship"))
    watch.take(RowReady(row=answer("Q1", "rag", "The kettle sings.")))
    assert "Q1" not in picture(watch)
    assert "The ship" in picture(watch)
    assert "The kettle sings." in shown(on)


def test_a_question_id_is_no_markup():
    watch = Watch(console(terminal=True), quiet=False)
    pieces(watch, ("[bold]", "text"))
    assert "[bold] · rag" in picture(watch)


def test_an_answer_is_shown_with_its_passages_and_what_it_stands_on():
    on = console(terminal=False)
    support = Support(similarity=0.57, evidence=0.62, needed=0.4)
    given = answer("Q1", "rag", "It sings.", citations=(KETTLE,), support=support)
    on.print(row_panel(answer_text(given)))
    seen = shown(on)
    assert "Q1 · rag · 4.8 s" in seen
    assert "[1] kettle.txt @12 (cited)" in seen
    assert "evidence .62 (.40 needed); best passage: similarity .57" in seen


def test_the_summary_counts_by_mode_and_says_where_the_time_went(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("COLUMNS", "80")
    long = {"seconds": StageSeconds(score=1234.5, generate=1000), "prompt_tokens": 1_234_567}
    answers = [
        answer("Q1", "sexy", "It sings.", tokens=500, reused_tokens=99, **long),
        answer("Q1", "no-rag", "It is red."),
        answer("Q2", "sexy", "I dont know"),
    ]
    print_summary(Terminal(quiet=False), JOB, answered(answers))
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
    assert ["no-rag", "1", "0", "0", "300", "0", "20"] in cells
    assert ["sexy", "2", "1", "0", "1234867", "99", "520"] in cells
    assert ["no-rag", "0.250", "0.000", "0.500", "0.000", "4.000", "4.750", "5.000"] in cells
    assert max(map(len, lines)) <= 80


def test_a_japanese_terminal_says_errors_notes_tables_and_stages_in_japanese(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("BONSAI_LANGUAGE", "ja")
    terminal = Terminal(quiet=False)
    terminal.error(InputError("No cells are selected.", "It is empty.", "Delete it."))
    terminal.say("Results are in my.xlsx")
    terminal.show(summary_table("Ranked", ("Best passage",), [("none seen",)]))
    out, err = capsys.readouterr()
    assert err == "✗ セルが選択されていません。\n  空です。\n  削除してください。\n"
    assert out.startswith("結果は my.xlsx にあります\n順位付け")
    assert "最良のパッセージ" in out
    assert "見つかりません" in out
    watch = Watch(console(terminal=True), quiet=False)
    watch.take(FINISHED)
    assert "回答中" in picture(watch)


def test_an_answer_stays_as_it_was_written_whatever_the_language(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BONSAI_LANGUAGE", "ja")
    on = console(terminal=False)
    support = Support(similarity=0.57, evidence=0.62, needed=0.4)
    on.print(row_panel(answer_text(answer("Q1", "rag", "It is empty.", support=support))))
    seen = shown(on)
    assert "It is empty." in seen
    assert "根拠 .62（.40 必要）; 最良のパッセージ: 類似度 .57" in seen
