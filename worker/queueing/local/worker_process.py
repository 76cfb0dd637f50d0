"""The worker process of this machine: started so that it outlives whoever starts it.

On Windows xlwings keeps its Python, and all that this one starts, in a job object that ends with
Excel. There WMI, a service of the system, is asked to start a process outside of it; that one
starts the worker as everywhere else, and ends.

Run as `python -m worker.queueing.local.worker_process MODULE…` to start a worker in that way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from worker.private_files import make_private_folder, open_private
from worker.settings import Settings, load_settings

WORKER = ("worker.queueing.local.local_worker",)
ENDS_WITH_EXCEL = (
    "The job ends when Excel is closed: Windows did not let BONSAI start it outside Excel{why}. "
    "Leave Excel open until it is done."
)

#: Processes this one has started; holding them lets the system clear them away when they end.
_STARTED: list[subprocess.Popen[bytes]] = []

_DETACHED = 8  # CreateFlags of Win32_ProcessStartup: no console
_HIDDEN = 0  # its ShowWindow
_REFUSALS = {
    2: "access denied",
    3: "insufficient privilege",
    9: "path not found",
    21: "invalid parameter",
}


def start_worker(settings: Settings, command: Sequence[str] = WORKER) -> str:
    """Start a process that outlives this one and never shows a window.

    Return a remark for the user if it will end with Excel all the same, else nothing.

    :param command: the module to run, and its arguments.
    """
    remark = ""
    if sys.platform == "win32":
        refusal = _start_outside([sys.executable, "-m", __name__, *command])
        if refusal is None:
            return ""
        remark = ENDS_WITH_EXCEL.format(why=f" ({refusal})")
    start_below(settings, command)
    return remark


def start_below(settings: Settings, command: Sequence[str]) -> None:
    """Start a detached process that writes into the log."""
    _STARTED[:] = [process for process in _STARTED if process.poll() is None]
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "DETACHED_PROCESS", 0)
    make_private_folder(settings.home)
    with open_private(settings.log, "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            creationflags=flags,
            start_new_session=True,
        )
    _STARTED.append(process)


def _start_outside(command: Sequence[str]) -> str | None:
    """Let WMI start a process with our environment and folder; return why it did not, if so."""
    try:
        from pythoncom import com_error
        from win32com.client import GetObject
    except ImportError:
        return "pywin32 is missing"
    try:
        service = GetObject("winmgmts:root\\cimv2")
        startup = service.Get("Win32_ProcessStartup").SpawnInstance_()
        # without a list of its own the process has the variables of the system, and none of ours
        variables = [f"{name}={value}" for name, value in os.environ.items()]
        _fill(startup, ShowWindow=_HIDDEN, CreateFlags=_DETACHED, EnvironmentVariables=variables)
        maker = service.Get("Win32_Process")
        asked = maker.Methods_.Item("Create").InParameters.SpawnInstance_()
        line = subprocess.list2cmdline(command)
        _fill(asked, CommandLine=line, CurrentDirectory=os.getcwd())
        _fill(asked, ProcessStartupInformation=startup)
        answer = maker.ExecMethod_("Create", asked).Properties_.Item("ReturnValue").Value
    except com_error as error:
        return str(error)
    return _REFUSALS.get(answer, f"code {answer}") if answer else None


def _fill(instance: object, **values: object) -> None:
    for name, value in values.items():
        instance.Properties_.Item(name).Value = value  # type: ignore[attr-defined]


if __name__ == "__main__":
    start_below(load_settings(), sys.argv[1:])
