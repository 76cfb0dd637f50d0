"""Our macros at work: LibreOffice runs them, with stand-ins for Excel's own objects and xlwings.

LibreOffice 7.4 shows any CVErr in a cell as text, so that errors are real is seen in Basic.
"""

import pytest

from tests.xl_addin.template.macro_books import probe_book
from xl_addin.language.catalogue import LANGUAGES, language_named
from xl_addin.template.macros import own_modules
from xl_addin.template.ribbon import IDLE, buttons
from xl_addin.template.ribbon import RUNNING as RUNNING_WORDS

TICK = "python from xl_addin import ribbon; ribbon.tick()"
RELEASED = "status released"
PROGRESS = "status BONSAI: rank running, 3 of 12, 20 s left"
RUNNING = ["7", "rank", "running", 3, 12, "20 s left"]
QUEUED = ["8", "answer", "queued", "", "", ""]
DONE = ["6", "index", "done", 4, 4, ""]
POVS = "[P1][sea][1][yes][P2][hills][-2][no]"  # columns by header, whatever their order
NOT_REACHED = "tell BONSAI could not reach Python."
WORDS = {"fails": "tell BONSAI: Excel is busy: wait.", "raises": NOT_REACHED}
NAME = "a probe.xlsm"  # with a blank: the clock calls by the file's name
BETWEEN = 1  # second from tick to tick in the probe workbook


@pytest.fixture
def opened(office, tmp_path):
    """Open a probe workbook and give the office; its first log lines are those of opening."""

    def open_book(jobs=(), seconds=BETWEEN, patience=0, name=NAME, **control):
        path = tmp_path / name
        path.write_bytes(probe_book(jobs, seconds, patience, **control))
        office.open(str(path))
        assert office.call("Probe.Alive") == "yes"
        return office

    yield open_book
    if office.books():
        office.call("Probe.Clock", "stop")
        office.close()


@pytest.fixture
def idle(opened):
    """An open workbook without unfinished jobs, whose log is empty."""
    office = opened([DONE])
    office.take_log()
    return office


def code_of(module) -> str:
    lines = module.source.replace("\r\n", "\n").split("\n")
    return "\n".join(line for line in lines if not line.startswith("Attribute "))


#: Actions that wait until no job runs.
STARTED_BY_BUTTONS = {button.action for button in buttons() if button.blocked_while_running}


@pytest.fixture
def blank(office):
    office.open("private:factory/scalc")
    yield office
    office.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_of_our_modules_compiles_in_each_language(blank, language):
    for module in own_modules(["shStart"], language_named(language).say):
        assert blank.compiles(code_of(module)), module.name


def test_a_text_of_another_language_is_put_together(idle):
    assert idle.call("BonsaiWords.Decoded", "7D9A304D0020D83CDF33") == "続き 🌳"


@pytest.mark.parametrize(
    "broken",
    [
        "Sub A()\nIf x Then\ny = 1\nEnd Sub\n",
        "Sub A()\nx = ((\nEnd Sub\n",
        "Function A(end)\nEnd Function\n",
    ],
)
def test_a_module_that_does_not_compile_is_noticed(blank, broken):
    assert not blank.compiles(broken)


@pytest.mark.parametrize("button", buttons(), ids=lambda button: button.callback)
def test_each_button_asks_for_its_action(opened, button):
    office = opened([QUEUED] if button.blocked_while_idle else [DONE])
    office.take_log()
    assert office.call("Probe.Click", button.callback) == "done"
    asked = [line for line in office.take_log() if line.startswith(("python", "show"))]
    expected = f"python from xl_addin import ribbon; ribbon.run('{button.action}')"
    assert asked == [f"show {button.table}" if button.table else expected]


@pytest.mark.parametrize(
    ("jobs", "words", "blocked"),
    [
        ([], IDLE, {"stop"}),
        ([DONE], IDLE, {"stop"}),
        ([DONE, QUEUED], RUNNING_WORDS, STARTED_BY_BUTTONS),
        ([RUNNING, DONE], RUNNING_WORDS, STARTED_BY_BUTTONS),
    ],
)
def test_a_click_that_cannot_be_done_now_says_why_and_starts_nothing(opened, jobs, words, blocked):
    office = opened(jobs, seconds=59)
    actions = {button.action: button.callback for button in buttons()}
    obstacles = {action: office.call("Probe.Obstacle", action) for action in actions}
    assert obstacles == {action: words if action in blocked else "" for action in actions}
    office.take_log()
    for action in blocked:
        assert office.call("Probe.Click", actions[action]) == "done"
    assert office.take_log() == [f"tell {words}"] * len(blocked)


def test_a_click_without_a_job_gives_the_status_bar_back_and_starts_no_tick(idle):
    idle.call("Probe.Click", "RibbonScoreSelection")
    assert idle.take_log()[-1] == RELEASED
    idle.wait(2 * BETWEEN)
    assert idle.take_log() == []


@pytest.mark.parametrize("python", ["fails", "raises"])
def test_a_click_that_fails_gives_the_status_bar_back_and_starts_no_tick(opened, python):
    office = opened([DONE], Python=python)
    office.take_log()
    assert office.call("Probe.Click", "RibbonRank") == "done"
    log = office.take_log()
    assert RELEASED in log
    assert [line for line in log if line.startswith("status")][-1] == RELEASED
    told = [line for line in log if line.startswith("tell")]
    assert [line.partition("\n")[0] for line in told] == [WORDS[python]]
    office.wait(2 * BETWEEN)
    assert office.take_log() == []


def test_a_click_that_records_a_job_starts_the_tick_which_goes_on(opened):
    office = opened([DONE], NewState="running")
    office.take_log()
    office.call("Probe.Click", "RibbonRank")
    log = office.take_log()
    assert log[-1] == "status BONSAI: index running, 4 of 4"
    for _ in range(3):
        office.log_until(TICK)


def test_the_tick_starts_on_open_where_a_job_is_recorded_and_stops_when_it_is_done(opened):
    office = opened([RUNNING])
    assert office.take_log()[-1] == PROGRESS
    assert office.log_until(TICK)[0] == TICK
    office.write("tblJobs", "C2", "done")
    office.log_until(RELEASED)
    office.wait(2 * BETWEEN)
    assert office.take_log() == []


def test_no_tick_starts_on_open_where_no_job_is_unfinished(opened):
    office = opened([DONE])
    office.take_log()
    office.wait(2 * BETWEEN)
    assert office.take_log() == []


def test_a_queued_job_is_shown_until_one_runs(opened):
    assert opened([DONE, QUEUED]).take_log()[-1] == "status BONSAI: answer queued"


def test_there_are_never_two_timers(opened):
    office = opened([RUNNING], seconds=3)
    for _ in range(2):
        office.wait(1.1)  # the clock counts whole seconds: a second timer must differ by one
        office.call("Probe.Clock", "start")
    office.write("tblJobs", "C2", "done")
    office.take_log()
    office.wait(4)
    assert office.take_log() == [RELEASED]  # one line for each timer that ran out


def test_a_busy_excel_is_left_alone_and_asked_again_later(opened):
    office = opened([RUNNING], Ready="no")
    office.wait(2 * BETWEEN)
    log = office.take_log()
    assert PROGRESS in log
    assert TICK not in log
    office.write("Control", "B1", "yes")
    office.log_until(TICK)


def test_a_tick_that_finds_something_copied_writes_nothing(opened):
    office = opened([RUNNING], Copying="yes")
    office.take_log()
    office.wait(3 * BETWEEN)
    assert office.take_log() == []
    office.write("Control", "B9", "")
    assert office.read("Control", "A9") == "Copying"
    office.log_until(TICK)


def test_a_click_of_which_no_job_comes_is_told_when_patience_runs_out(opened):
    office = opened([DONE], patience=2)
    office.take_log()
    office.call("Probe.Click", "RibbonRank")
    log = office.log_until(RELEASED)
    log += office.log_until(RELEASED) if not any("no job" in line for line in log) else []
    told = [line for line in log if line.startswith("tell")]
    assert ["no job was recorded" in line for line in told] == [True]


def test_a_click_whose_failure_is_recorded_is_not_told_twice(opened):
    office = opened([DONE], patience=1)
    office.take_log()
    office.call("Probe.Click", "RibbonRank")
    office.write("tblJobs", "A2", "not started")
    office.wait(3 * BETWEEN)
    assert not [line for line in office.take_log() if line.startswith("tell")]


QUESTION = "Rank: which part? 1 all 4 trial"


@pytest.mark.parametrize(
    ("typed", "number"), [("1", 1), (" 4", 4), ("2)", 2), ("", 0), ("all", 0), ("-1", 0), ("'", 0)]
)
def test_a_question_is_shown_at_once_and_its_answer_reaches_python_as_a_number(
    opened, typed, number
):
    office = opened([DONE], Question=QUESTION, Answer=typed)
    office.take_log()
    assert office.call("Probe.Click", "RibbonRank") == "done"
    told = [line for line in office.take_log() if line.startswith(("ask", "python", "tell"))]
    chosen = f"python from xl_addin import ribbon; ribbon.choose('rank', {number})"
    assert told == [
        "python from xl_addin import ribbon; ribbon.run('rank')",
        f"ask {QUESTION}",
        chosen,
    ]


def test_a_question_that_comes_later_is_asked_by_a_tick_and_once(opened):
    office = opened([DONE], patience=5, Answer="2")
    office.take_log()
    office.call("Probe.Click", "RibbonAnswer")
    assert not [line for line in office.take_log() if line.startswith("ask")]
    office.write("tblJobs", "G2", QUESTION)
    office.write("tblJobs", "C2", "asks")
    office.write("tblJobs", "A2", "asked 1")
    chosen = "python from xl_addin import ribbon; ribbon.choose('answer', 2)"
    log = office.log_until(chosen)
    office.wait(2 * BETWEEN)
    log += office.take_log()
    assert log.count(f"ask {QUESTION}") == 1
    assert log.count(chosen) == 1


def test_a_question_of_another_day_is_not_asked(opened):
    asked = ["asked 0", "rank", "asks", "", "", "", QUESTION]
    office = opened([asked], patience=2)
    office.call("Probe.Click", "RibbonRank")
    log = office.log_until(RELEASED)
    office.wait(3 * BETWEEN)
    assert not [line for line in log + office.take_log() if line.startswith("ask")]


@pytest.mark.parametrize("python", ["fails", "raises"])
def test_a_tick_that_fails_stops_and_gives_the_status_bar_back(opened, python):
    office = opened([RUNNING], Python=python)
    office.take_log()
    log = [*office.log_until(RELEASED), *office.take_log()]
    assert log.count(TICK) == (python == "fails")
    assert [line for line in log if line.startswith("status")][-1] == RELEASED
    told = [line for line in log if line.startswith("tell")]
    assert [line.partition("\n")[0] for line in told] == [WORDS[python]]
    office.wait(2 * BETWEEN)
    assert office.take_log() == []


def test_the_tick_rests_before_closing_and_goes_on_when_closing_is_taken_back(opened):
    office = opened([RUNNING])
    office.call("Probe.Clock", "pause")
    assert office.take_log()[-1] == RELEASED
    office.wait(2 * BETWEEN)
    assert office.take_log() == []
    office.call("Probe.Clock", "resume")
    office.log_until(TICK)


def test_a_selection_starts_no_tick_that_was_not_paused(idle):
    idle.write("tblJobs", "C2", "running")
    idle.call("Probe.Clock", "resume")
    idle.wait(2 * BETWEEN)
    assert idle.take_log() == []


def test_renewing_keeps_one_timer_and_starts_none(opened):
    office = opened([RUNNING], seconds=2)
    office.wait(1.1)
    office.call("Probe.Clock", "renew")
    office.write("tblJobs", "C2", "done")
    office.take_log()
    office.wait(3.5)
    assert office.take_log() == [RELEASED]  # one line for each timer that ran out
    office.write("tblJobs", "C2", "running")
    office.call("Probe.Clock", "renew")
    office.wait(2 * BETWEEN)
    assert office.take_log() == []


def test_a_workbook_closed_with_a_job_is_not_opened_again_by_its_tick(opened):
    office = opened([RUNNING])
    office.close()
    office.wait(2 * BETWEEN)
    assert office.books() == []


CALL = "call xl_addin.functions."


@pytest.mark.parametrize(
    ("request_", "call"),
    [
        ("text", f"sexyscore | a text | {POVS} | None"),
        ("two arguments", "sexyscore | a text | a view | None"),
        ("mode", "sexyscore | a text | a view | max"),
        ("range", "sexyscore | [sea][hills] | a view | None"),
        ("similarity", "bonsai_similarity | one | two"),
        ("top", f"bonsai_toppov | a text | {POVS} | None"),
    ],
)
def test_a_function_hands_python_values_and_the_usual_points_of_view(idle, request_, call):
    assert idle.call("Probe.Compute", request_) == "1.5"
    assert idle.take_log() == [CALL + call]


def test_the_whole_table_is_read_by_its_headers(opened):
    office = opened(WholeTable="yes")
    office.take_log()
    assert office.call("Probe.Compute", "whole table") == "1.5"
    assert office.take_log() == [f"{CALL}sexyscore | a text | {POVS} | None"]


@pytest.mark.parametrize(
    ("bridge", "result"),
    [
        ("value", "#VALUE!"),  # Python said that an argument is bad
        ("gone", "#N/A"),  # the server is not there
        ("grid", "0.5;#VALUE!;#N/A;text;"),
        ("flat", "0.5;#N/A;"),
    ],
)
def test_what_fails_is_a_real_error_alone_and_within_an_array(opened, bridge, result):
    office = opened(Bridge=bridge)
    assert office.call("Probe.Compute", "two arguments") == result


def test_a_preview_in_the_wizard_asks_nothing(opened):
    office = opened(Wizard="yes")
    office.take_log()
    assert office.call("Probe.Compute", "two arguments") == "#N/A"
    assert office.take_log() == []


def test_an_error_in_the_text_is_handed_on(idle):
    assert idle.call("Probe.Compute", "error in") == "other error Error 2007"
    assert idle.take_log() == []


def test_a_missing_table_leaves_the_refusal_to_python(opened):
    office = opened()
    office.write("tblPOV", "B1", "Renamed")
    office.take_log()
    office.call("Probe.Compute", "text")
    assert office.take_log() == [f"{CALL}sexyscore | a text | None | None"]


def test_a_formula_in_a_cell_calls_python_with_the_cell_s_text(idle):
    idle.write("Control", "E1", "a chunk")
    idle.write("Control", "F1", '=SEXYSCORE(E1;"a view")')
    assert idle.read("Control", "F1") == "1.5"
    assert idle.take_log()[0] == f"{CALL}known_sexyscore | a chunk | a view | None"


@pytest.mark.parametrize(
    ("request_", "call"),
    [
        ("cell", "sexyscore | two | a view | None"),
        ("cell with views", "sexyscore | two | [sea][hills] | None"),
        ("top of cell", "bonsai_toppov | two | a view | 2"),
    ],
)
def test_a_cell_hands_its_column_over_only_where_nothing_is_known(opened, request_, call):
    office = opened(Known="yes")
    office.take_log()
    assert office.call("Probe.Compute", request_) == "1.5"
    assert office.take_log() == [f"{CALL}known_{call}"]
    office.write("Control", "B7", "")
    assert office.read("Control", "A7") == "Known"
    assert office.call("Probe.Compute", request_) == "1.5"
    assert office.take_log() == [
        f"{CALL}known_{call}",
        f"{CALL}{call} | [Chunk][one][two][][4]",
    ]


def column_of(office, request_="cell") -> str:
    """Return what is handed over beside the arguments of a cell."""
    office.take_log()
    assert office.call("Probe.Compute", request_) == "1.5"
    return office.take_log()[-1].split(" | ")[-1]


def test_a_cell_of_a_table_hands_over_the_rows_of_the_table(opened):
    assert column_of(opened(Table="A2:D3")) == "[one][two]"


def test_a_long_column_is_handed_over_in_blocks(idle):
    idle.write("Texts", "B5003", "far")
    assert column_of(idle).count("[") == 5000
    assert column_of(idle, "far cell") == "[][][far]"


def test_a_cell_of_a_table_of_one_row_hands_over_itself(opened):
    assert column_of(opened(Table="A3:D3")) == "two"


@pytest.mark.parametrize(
    ("request_", "call"),
    [
        ("row", "sexyscore | two | hills | None"),
        ("similarity of cells", "bonsai_similarity | two | sea"),
    ],
)
def test_a_formula_whose_neighbours_compare_with_other_cells_asks_for_itself(idle, request_, call):
    assert idle.call("Probe.Compute", request_) == "1.5"
    assert idle.take_log() == [CALL + call]


@pytest.mark.parametrize(("bridge", "result"), [("value", "#VALUE!"), ("gone", "#N/A")])
def test_an_error_of_the_first_look_is_the_result(opened, bridge, result):
    office = opened(Bridge=bridge, Known="yes")
    office.take_log()
    assert office.call("Probe.Compute", "cell") == result
    assert office.take_log() == [f"{CALL}known_sexyscore | two | a view | None"]


def starts(office) -> int:
    return int(float(office.read("Log", "D1") or 0))


def test_the_server_is_kept_from_cell_to_cell(opened):
    office = opened()
    for _ in range(3):
        assert office.call("Probe.Compute", "two arguments") == "1.5"
    assert starts(office) == 1


def test_a_server_that_has_ended_is_replaced_once_for_each_call(opened):
    office = opened()
    assert office.call("Probe.Compute", "two arguments") == "1.5"
    office.write("Control", "B5", "ended")
    assert office.read("Control", "A5") == "Bridge"
    assert office.call("Probe.Compute", "two arguments") == "#N/A"
    assert starts(office) == 2
    office.write("Control", "B5", "")


@pytest.mark.parametrize(
    "trouble", [{"Python": "raises"}, {"Bridge": "imports"}, {"Interpreter": "foreign"}]
)
def test_a_python_that_does_not_start_is_asked_once_for_all_cells(opened, trouble):
    office = opened([DONE], **trouble)
    for _ in range(3):
        assert office.call("Probe.Compute", "two arguments") == "#N/A"
    assert starts(office) == (0 if "Interpreter" in trouble else 1)
    for row in (3, 5, 10):
        office.write("Control", f"B{row}", "")
    assert office.call("Probe.Compute", "two arguments") == "#N/A"
    office.call("Probe.Click", "RibbonRank")  # a click asks again
    assert office.call("Probe.Compute", "two arguments") == "1.5"


def test_a_click_on_a_python_without_bonsai_says_so_and_formulas_rest(opened):
    office = opened([DONE], Bridge="imports")
    office.take_log()
    assert office.call("Probe.Click", "RibbonRank") == "done"
    told = [line for line in office.take_log() if line.startswith("tell")]
    assert [line.split("\n")[:3] for line in told] == [
        [NOT_REACHED, "", "No module named 'xl_addin'"]
    ]
    assert "INTERPRETER_" in told[0]
    assert office.call("Probe.Compute", "two arguments") == "#N/A"
    assert starts(office) == 1
    assert office.take_log() == []


def test_a_click_is_handed_to_a_new_server_where_the_kept_one_has_ended(opened):
    office = opened([DONE])
    office.call("Probe.Click", "RibbonRank")
    office.write("Control", "B5", "ended once")
    office.take_log()
    office.call("Probe.Click", "RibbonRank")
    assert len([line for line in office.take_log() if line.startswith("python")]) == 1
    assert starts(office) == 2


def test_an_error_in_words_lets_formulas_go_on(opened):
    office = opened([DONE], Python="fails")
    office.call("Probe.Click", "RibbonRank")
    assert office.call("Probe.Compute", "two arguments") == "1.5"
    assert starts(office) == 1


def test_a_timer_from_before_a_reset_of_the_macros_asks_nothing(opened):
    office = opened([RUNNING], seconds=59)
    office.take_log()
    office.call("Probe.Clock", "tick")
    assert office.take_log() == []


def test_a_path_that_windows_cannot_hand_on_is_told_before_python_is_asked(opened):
    office = opened([DONE], Interpreter="foreign")
    office.take_log()
    assert office.call("Probe.Click", "RibbonRank") == "done"
    log = office.take_log()
    assert not [line for line in log if line.startswith("python")]
    assert ["plain letters only" in line for line in log if line.startswith("tell")] == [True]


def test_help_is_registered_on_open_for_every_function(opened):
    helped = [line for line in opened().take_log() if line.startswith("help")]
    assert helped == ["help SEXYSCORE 3", "help BONSAI_SIMILARITY 2", "help BONSAI_TOPPOV 3"]


@pytest.mark.parametrize("mark", ['"', "$", "`", "|", ";"])
def test_a_name_that_the_shell_of_macos_would_take_apart_is_refused(opened, mark):
    office = opened([DONE], name=f"a {mark} probe.xlsm")
    office.take_log()
    assert office.call("Probe.Click", "RibbonRank") == "done"
    told = [line for line in office.take_log() if line.startswith("tell")]
    assert [f"has the mark {mark}," in line for line in told] == [True]


def test_quotes_and_blanks_in_a_name_do_no_harm_to_a_click(opened):
    """LibreOffice's clock does not find a macro of such a name, whose quotes stand doubled."""
    office = opened([DONE], name="it's my 'probe' 1.xlsm")
    office.take_log()
    office.call("Probe.Click", "RibbonRank")
    log = office.take_log()
    assert "python from xl_addin import ribbon; ribbon.run('rank')" in log
    assert not [line for line in log if line.startswith("tell")]
