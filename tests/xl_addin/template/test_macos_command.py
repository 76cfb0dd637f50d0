"""What a click runs on macOS, in a shell as the AppleScript of xlwings puts it together."""

import re
import shlex
import subprocess
import sys

import pytest

from xl_addin.template.vba.vba_text import vba_source


def in_words() -> str:
    """Return what the macros put before a command, as they would put it together."""
    constant = re.search(
        r"IN_WORDS As String = _\n(.*?)\n#End If", vba_source("BonsaiBridge.bas"), re.S
    )
    return "".join(re.findall(r'"([^"]*)"', constant[1]))


def written(command: str) -> str:
    """Run a command; return what xlwings would find in its log, and show."""
    shell = f'{shlex.quote(sys.executable)} -B -W ignore -c "{in_words()}{command}"'
    return subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False).stderr


@pytest.mark.parametrize("module", ["xl_addin_is_not_here", "xl_addin.ribbon_of_another_time"])
def test_a_python_without_bonsai_says_so_and_what_to_do(module):
    text = written(f"from {module} import ribbon; ribbon.run('rank')")
    assert text.startswith("BONSAI: No module named")
    assert "install it there, or name the right Python." in text
    assert "Traceback" not in text


def test_another_error_is_told_in_its_own_words():
    raising = "from worker.errors import InputError; raise InputError('Ranked', 'has', 'no rows.')"
    assert written(raising) == "BONSAI: Ranked has no rows."


def test_what_goes_well_writes_nothing():
    assert written("pass") == ""


def test_nothing_in_it_means_anything_to_the_shell_or_to_xlwings():
    assert not set(in_words()) & set('"$`\\!|')
