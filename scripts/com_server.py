"""xlwings' COM server, started as Excel starts it, and a worksheet function called through it.

    python scripts/com_server.py    # Windows, in the environment that has BONSAI; no Excel needed

The stub model scores, in a home folder of its own: no weights, no network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

PATIENCE = 120.0  # seconds: what xlwings' library gives a Python to start
FUNCTIONS = "xl_addin.functions"
BAD_ARGUMENT, NOT_NOW = "BONSAI-VALUE:", "BONSAI-NA:"  # what the macro makes error values of
POVS = (("P1", "A kettle can break your heart.", 1.0, "yes"),)


@contextmanager
def server(clsid: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server under a class id, in a home that goes with it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        stub = {"BONSAI_HOME": home, "BONSAI_EMBEDDER": "test:hash"}
        command = [sys.executable, "-c", f"import xlwings; xlwings.serve('{clsid}')"]
        process = subprocess.Popen(command, env={**os.environ, **stub})
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def connect(clsid: str, process: subprocess.Popen[bytes]) -> Any:  # noqa: ANN401
    """Return the server's object as soon as it is there."""
    import pythoncom
    import win32com.client

    def ask() -> Any:  # noqa: ANN401
        if process.poll() is not None:
            sys.exit(f"The server has ended with {process.returncode}; what it said is above.")
        try:
            return win32com.client.Dispatch(clsid, clsctx=pythoncom.CLSCTX_LOCAL_SERVER)
        except pythoncom.com_error:
            return None

    return wait_for(ask, "the server to be found by its class id")


def wait_for(ask: Callable[[], Any], what: str) -> Any:  # noqa: ANN401
    """Return the first answer that is something; end with a message when patience runs out."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (answer := ask()) is not None:
            return answer
        time.sleep(0.2)
    sys.exit(f"Waited {PATIENCE:.0f} s in vain for {what}.")


def check(excel_side: Any, refusal: type[Exception]) -> None:  # noqa: ANN401
    """Call a function with good and with bad arguments.

    :param refusal: how an error of the function arrives here.
    """

    def score(mode: str) -> float:
        arguments = ((("The kettle sings.",),), POVS, mode)
        return float(excel_side.CallUDF(FUNCTIONS, "sexyscore", arguments))

    def score_in_time() -> float | None:
        try:
            return score("classic")
        except refusal as error:
            if NOT_NOW in str(error):  # a worker is on its way
                return None
            sys.exit(f"The function does not run: {error}")

    sys.stdout.write(f"SEXYSCORE gives {wait_for(score_in_time, 'a score')}\n")
    try:
        sys.exit(f"A mode that does not exist gives {score('no such mode')} and no error.")
    except refusal as error:
        if BAD_ARGUMENT not in str(error):
            sys.exit(f"A mode that does not exist is refused in other words: {error}")
    sys.stdout.write("and refuses a mode that does not exist\n")


def main() -> None:
    """Exit with a message unless the server starts and answers."""
    if sys.platform != "win32":
        sys.exit("COM is there on Windows only; on Linux the tests replace it.")
    from pythoncom import com_error

    clsid = f"{{{uuid4()}}}"
    with server(clsid) as process:
        check(connect(clsid, process), com_error)


if __name__ == "__main__":
    main()
