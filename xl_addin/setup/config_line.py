"""The line of xlwings.conf that names a Python: put above all others, and taken away again.

Of several lines for one name Excel's side takes the first. So the line of another set-up can stay
where it is, and counts again as soon as ours is gone.
"""

from __future__ import annotations

from worker.errors import SettingError
from xl_addin.doctor.interpreter import ENTRY, Entry, path_problem, user_config
from xl_addin.doctor.machine import Machine


def config_line(machine: Machine) -> bytes:
    """Return the line that names this Python, in the encoding in which Excel's side reads it.

    :raises SettingError: if Excel's side cannot start a Python of that path.
    """
    python = str(machine.python)
    problem = path_problem(machine, Entry(python, python, user_config(machine)))
    if problem:
        raise SettingError(problem.what, problem.why, problem.next_step)
    end = "\r\n" if machine.system == "win32" else "\n"
    try:
        return f'"{ENTRY[machine.system]}","{python}"{end}'.encode(machine.code_page)
    except UnicodeEncodeError:
        raise SettingError(
            f"The path of Python, {python}, has letters that do not reach Excel.",
            f"Excel reads it in the code page {machine.code_page}, which lacks some of them.",
            r"Make the environment in a folder with plain letters, such as C:\bonsai-xl.",
        ) from None


def without_line(content: bytes, line: bytes) -> bytes:
    """Return the content of a configuration without such a line, and all else in it as it was."""
    lines = content.splitlines(keepends=True)
    if line in lines:
        lines.remove(line)
    return b"".join(lines)
