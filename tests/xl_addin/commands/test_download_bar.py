"""The bar of a download, on terminals of any width, in a file, and after Ctrl-C."""

from __future__ import annotations

import io

import pytest

from worker.errors import CancelledError
from worker.models.downloads import Download
from xl_addin.commands.console import Terminal
from xl_addin.commands.download_bar import DownloadBar
from xl_addin.commands.screen import Screen

LOOKS = [Download("gguf:qwen-1.5b", done, 1_117_320_768) for done in (0, 314_572_800)]


def shown(width: int, *looks: Download) -> str:
    """Return what stands on a terminal after some looks."""
    screen = Screen(file=io.StringIO(), force_terminal=True, width=width)
    with DownloadBar(screen, hidden=False) as bar:
        for look in looks:
            bar.take(look)
        picture = Screen(file=io.StringIO(), width=width)
        picture.print(bar.get_renderable())
    return picture.file.getvalue()


def test_it_tells_what_is_fetched_and_how_much_of_it_has_come():
    line = shown(80, *LOOKS)
    assert "gguf:qwen-1.5b" in line
    assert "315/1,117 MB" in line
    assert "━" in line


@pytest.mark.parametrize("width", [40, 59, 60, 80, 200])
def test_it_is_one_line_on_any_terminal(width: int):
    lines = shown(width, *LOOKS).splitlines()
    assert len(lines) == 1
    assert len(lines[0]) <= width
    assert "315/1,117 MB" in lines[0]


def test_where_nobody_knows_the_size_what_has_come_is_told():
    assert "5 MB" in shown(80, Download("x", 5_000_000, 0))


@pytest.mark.parametrize(("terminal", "hidden"), [(False, False), (True, True)])
def test_a_file_and_a_quiet_terminal_get_nothing(terminal: bool, hidden: bool):
    screen = Screen(file=io.StringIO(), force_terminal=terminal, width=80)
    with DownloadBar(screen, hidden=hidden) as bar:
        for look in LOOKS:
            bar.take(look)
    assert screen.file.getvalue() == ""


def test_ctrl_c_says_that_what_has_come_is_kept():
    with pytest.raises(CancelledError) as caught, Terminal(quiet=False).downloading():
        raise KeyboardInterrupt
    assert "run the same command again" in caught.value.next_step
