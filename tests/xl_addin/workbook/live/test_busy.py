"""Excel that is busy, shown with stand-ins for the errors that only Windows and macOS can raise."""

import sys
from types import SimpleNamespace

import pytest

from worker.errors import WorkbookError, WorkbookLockedError
from xl_addin.workbook.live import busy
from xl_addin.workbook.live.busy import patiently

REJECTED, RETRY_LATER, EXCEPTION, IGNORED = -2147418111, -2147417846, -2147352567, -2146777998


class com_error(Exception):  # noqa: N801, N818 (the name by which pywin32's is known)
    """A stand-in for pywintypes.com_error."""

    def __init__(self, hresult, scode=None, text=""):
        super().__init__(hresult, text)
        self.hresult = hresult
        self.excepinfo = (0, "Microsoft Excel", text, None, 0, scode) if scode or text else None


class CommandError(Exception):
    """A stand-in for appscript's."""

    def __init__(self, number):
        super().__init__("Apple event timed out")
        self.errornumber = number


class ExcelBusyError(Exception):
    """A stand-in for xlwings'."""


class Excel:
    """Raises an error so many times, then answers."""

    def __init__(self, error, times):
        self.error, self.times, self.calls = error, times, 0

    def ask(self):
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return "answer"


@pytest.fixture
def clock(monkeypatch):
    """A clock that only sleeping moves on."""
    clock = SimpleNamespace(now=0.0, pauses=[])

    def sleep(seconds):
        clock.now += seconds
        clock.pauses.append(seconds)

    monkeypatch.setattr(busy.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(busy.time, "sleep", sleep)
    return clock


BUSY_ERRORS = [
    com_error(REJECTED),
    com_error(RETRY_LATER),
    com_error(IGNORED),
    com_error(EXCEPTION, IGNORED),
    CommandError(-1712),
    ExcelBusyError(),
]


@pytest.mark.parametrize("error", BUSY_ERRORS, ids=lambda error: type(error).__name__)
def test_a_rejected_call_is_tried_again_ever_less_often(clock, error):
    excel = Excel(error, 4)
    assert patiently(excel.ask) == "answer"
    assert excel.calls == 5
    assert clock.pauses == [0.05, 0.1, 0.2, 0.4]


@pytest.mark.parametrize("error", BUSY_ERRORS, ids=lambda error: type(error).__name__)
def test_after_a_few_seconds_it_is_given_up_and_can_be_tried_later(clock, error):
    excel = Excel(error, 1000)
    with pytest.raises(WorkbookLockedError, match="busy") as caught:
        patiently(excel.ask)
    assert caught.value.retryable
    assert "Esc" in caught.value.next_step
    assert 3 < clock.now <= busy.PATIENCE
    assert excel.calls < 15


def test_another_refusal_is_told_at_once_in_excels_words(clock):
    excel = Excel(com_error(EXCEPTION, -2146827284, "That name is taken."), 1)
    with pytest.raises(WorkbookError, match="That name is taken") as caught:
        patiently(excel.ask)
    assert not caught.value.retryable
    assert excel.calls == 1


@pytest.mark.parametrize("error", [com_error(-2147023174), CommandError(-609)])
def test_excel_that_was_closed_is_told_as_that(clock, error):
    with pytest.raises(WorkbookError, match="not open any more"):
        patiently(Excel(error, 9).ask)


def test_our_own_mistakes_are_not_taken_for_excels(clock):
    with pytest.raises(AttributeError):
        patiently(Excel(AttributeError("typo"), 9).ask)
    assert clock.pauses == []


def test_xlwings_own_endless_repetition_is_switched_off(monkeypatch):
    windows = SimpleNamespace(N_COM_ATTEMPTS=0)
    monkeypatch.setitem(sys.modules, "xlwings._xlwindows", windows)
    assert patiently(lambda: windows.N_COM_ATTEMPTS) == 1
