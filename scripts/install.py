"""Install BONSAI for this user: an environment, the packages, and what `bonsai setup` does.

    python3 scripts/install.py [FOLDER]          # of the environment; else bonsai-xl at home
    python3 scripts/install.py --undo [FOLDER]   # all of it is removed; your own workbooks stay

It needs no administrator and no network but the package index, which pip reaches as it is set up
to: `pip config`, PIP_INDEX_URL, HTTPS_PROXY. `install.sh` and `install.ps1` find a Python for it.
Nothing but the standard library is used here, for nothing else is there yet.
"""

from __future__ import annotations

import argparse
import locale
import os
import re
import shutil
import ssl
import struct
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

REPOSITORY = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
MARK = "made-by-bonsai-install"  # a file in an environment that was made here
TRUSTS_SYSTEM = (24, 2)  # from this version on pip takes the certificates of the system
_NOT_FITTING = 2
_TAIL = 12  # lines of pip that are shown where no cause is found in them

#: What pip says, why that is, and what helps. The first that is found counts: what tells most.
CAUSES = (
    ("No space left|Disk quota|not enough space", "The disk is full.", "Make room on it."),
    (
        "Tunnel connection failed|ProxyError|407 Proxy|Cannot connect to proxy",
        "The proxy does not let pip through.",
        "Set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT, or ask your administrator for it.",
    ),
    (
        "(?i:certificate verify failed|SSLError|SSLCertVerification)",
        "The certificate of the package index is not trusted here; something on the way may put "
        "its own in its place, as companies do.",
        "Set PIP_CERT to the file with the certificates of your company.",
    ),
    (
        "(?i:name resolution|getaddrinfo|name or service not known|network is unreachable"
        "|connection refused|no route to host|timed out|newconnectionerror|connection error)",
        "The package index was not reached.",
        "Check the network. Behind a proxy, set HTTPS_PROXY; for an index of your company, set "
        "PIP_INDEX_URL.",
    ),
    (
        "No matching distribution|requires a different Python",
        "The package index has no build of a package for this Python and system.",
        "Try another version of Python (3.11 to 3.13), or an index that has it: PIP_INDEX_URL.",
    ),
    (
        "Permission denied|Access is denied|WinError 5",
        "A file may not be written; Excel or a virus scanner may hold it.",
        "Close Excel, and try again.",
    ),
)


@dataclass(frozen=True)
class Host:
    """What is asked of a machine; tests hand other answers."""

    system: str = sys.platform
    bits: int = struct.calcsize("P") * 8
    version: tuple[int, int] = sys.version_info[:2]
    code_page: str = locale.getpreferredencoding(False)
    home: Path = field(default_factory=Path.home)


def stop(what: str, why: str, next_step: str) -> NoReturn:
    """End with three sentences: what happened, why, and what to do."""
    sys.stderr.write(f"✗ {what}\n  {why}\n  {next_step}\n")
    raise SystemExit(_NOT_FITTING)


def say(text: str) -> None:
    """Print a line on how it goes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def check_python(host: Host) -> None:
    """Make sure that this Python can have the packages."""
    name = f"Python {host.version[0]}.{host.version[1]} ({sys.executable})"
    if host.version < OLDEST:
        stop(
            f"{name} is too old.",
            f"BONSAI needs {OLDEST[0]}.{OLDEST[1]} or newer.",
            "Install one from https://www.python.org/downloads, and run this again.",
        )
    if host.bits != 64:
        stop(
            f"{name} has {host.bits} bits.",
            "The packages that BONSAI needs are made for 64 bits alone; Excel may have 32.",
            "Install the 64-bit Python from https://www.python.org/downloads, and run this again.",
        )


def usual_folder(host: Host) -> Path:
    r"""Return where the environment goes: at home, unless Excel could not start Python there.

    On Windows its path must be within the system's code page; `C:\bonsai-xl` always is.
    """
    folder = host.home / "bonsai-xl"
    if host.system == "win32":
        try:
            str(folder).encode(host.code_page)
        except UnicodeEncodeError:
            return Path(os.environ.get("SYSTEMDRIVE", "C:") + "\\bonsai-xl")
    return folder


def check_folder(folder: Path, host: Host) -> None:
    """Make sure that an environment may be made in a folder."""
    if host.system == "darwin" and " " in str(folder):
        stop(
            f"The environment cannot be made in {folder}.",
            "Excel for Mac starts Python by a line of a shell, which is cut at blanks.",
            "Name a folder without blanks, such as: sh scripts/install.sh /Users/Shared/bonsai-xl",
        )
    is_ours = (folder / "pyvenv.cfg").is_file() or (folder / MARK).is_file()
    if folder.exists() and not is_ours and (not folder.is_dir() or any(folder.iterdir())):
        stop(
            f"{folder} is there already, and is no environment of Python.",
            "Nothing of yours is written over.",
            "Name another folder, as in: sh scripts/install.sh FOLDER",
        )


def python_in(folder: Path) -> Path:
    """Return the Python of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def call(python: Path, *arguments: str) -> list[str]:
    """Return the line that calls a module of an environment, and nothing of other Pythons."""
    return [str(python), "-I", "-X", "utf8", "-m", *arguments]


def pip_version(python: Path) -> tuple[int, int] | None:
    """Return the version of pip in an environment; nothing if its Python does not start."""
    try:
        said = subprocess.run(call(python, "pip", "--version"), capture_output=True, text=True)
    except OSError:
        return None
    found = re.match(r"pip (\d+)\.(\d+)", said.stdout)
    return (int(found[1]), int(found[2])) if found else None


def make_environment(folder: Path) -> Path:
    """Make an environment, or mend one that was half removed; return its Python."""
    python = python_in(folder)
    if pip_version(python):
        say(f"The environment is there: {folder}")
        return python
    is_broken = folder.exists() and any(folder.iterdir())
    say(
        f"{'The environment does not start, and is made anew' if is_broken else 'Making'}: {folder}"
    )
    try:
        venv.create(folder, with_pip=True, clear=is_broken)
        (folder / MARK).touch()
    except OSError as error:
        stop(
            f"The environment cannot be made in {folder}.",
            f"{error.strerror or error}.",
            "Name a folder that you may write, as in: sh scripts/install.sh FOLDER",
        )
    except (ImportError, subprocess.CalledProcessError):
        stop(
            "This Python cannot make environments.",
            "Its part 'ensurepip' is missing, as Linux packages leave it out.",
            "Install it, as with: sudo apt install python3-venv. Or use another Python.",
        )
    return python


def pip(python: Path, *arguments: str) -> None:
    """Run pip, and say in three sentences why it fails."""
    command = call(python, "pip", *arguments, "--no-input", "--disable-pip-version-check")
    command += ["--progress-bar", "off", "--no-cache-dir"]  # fetched once, it needs no copy
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    lines = []
    with subprocess.Popen(
        command, cwd=REPOSITORY, encoding="utf-8", errors="replace", **output
    ) as run:
        for line in run.stdout or ():
            lines.append(line.rstrip())
            if line.startswith(("Collecting", "Installing")):
                say(f"  {line.strip()[:100]}")
    if run.returncode:
        stop("The packages could not be installed.", *cause(lines))


def cause(lines: Sequence[str]) -> tuple[str, str]:
    """Return why pip failed, with its own words, and what helps."""
    for words, why, next_step in CAUSES:
        for line in lines:
            if re.search(words, line):
                return f"{why} pip says: {line.strip()[:300]}", f"{next_step} Then run this again."
    tail = "\n    ".join(lines[-_TAIL:])
    return f"pip says:\n    {tail}", "Ask somebody who knows pip, with these lines."


@contextmanager
def certificates(python: Path) -> Iterator[list[str]]:
    """Give the options by which a pip that does not trust the system's certificates yet does so.

    On Windows they come out of its store, elsewhere from where OpenSSL looks; a company may have
    its own among them. What pip is set up to use counts more.
    """
    version = pip_version(python)
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    if (version and version >= TRUSTS_SYSTEM) or not found or has_certificates(python):
        yield []
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "system.pem")
        path.write_text("".join(map(ssl.DER_cert_to_PEM_cert, found)))
        yield ["--cert", str(path)]


def has_certificates(python: Path) -> bool:
    """Say whether pip is told which certificates to trust, by a variable or its own settings."""
    told = subprocess.run(call(python, "pip", "config", "list"), capture_output=True, text=True)
    return bool(re.search(r"\bcert=", told.stdout))


def install_packages(python: Path) -> None:
    """Install BONSAI and its packages, with a pip that trusts what the system trusts."""
    if (pip_version(python) or (0, 0)) < TRUSTS_SYSTEM:
        with certificates(python) as options:
            pip(python, "install", "--upgrade", "pip", *options)
    say("Installing BONSAI and its packages; that takes some minutes …")
    with certificates(python) as options:
        pip(python, "install", "--upgrade", ".[local]", *options)


def install(folder: Path, options: Sequence[str], host: Host) -> int:
    """Install BONSAI into a folder, and set it up; return the exit code."""
    check_python(host)
    check_folder(folder, host)
    python = make_environment(folder)
    install_packages(python)
    return subprocess.run(call(python, "xl_addin.cli", "setup", *options)).returncode


def undo(folder: Path) -> int:
    """Take back what was set up, and remove the environment if it was made here."""
    python = python_in(folder)
    if pip_version(python):
        code = subprocess.run(call(python, "xl_addin.cli", "setup", "--undo")).returncode
        if code:
            return code
    elif folder.exists():
        say(f"Its Python does not start: what was set up outside of {folder} stays.")
    if not (folder / MARK).is_file():
        say(f"{folder} was not made by this script, and stays.")
        return 0
    try:
        shutil.rmtree(folder)
    except OSError as error:
        stop(f"{folder} cannot be removed.", f"{error}.", "Close Excel, and run this again.")
    say(f"Removed {folder}")
    return 0


def main(arguments: Sequence[str]) -> int:
    """Do what a command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Install BONSAI for this user.")
    parser.add_argument("folder", nargs="?", type=Path, help="of the environment")
    parser.add_argument("--undo", action="store_true", help="remove all of it")
    fetch = parser.add_mutually_exclusive_group()
    fetch.add_argument("--models", dest="models", action="append_const", const="--models")
    fetch.add_argument("--no-models", dest="models", action="append_const", const="--no-models")
    given = parser.parse_args(arguments)
    host = Host()
    folder = Path(os.path.abspath((given.folder or usual_folder(host)).expanduser()))
    return undo(folder) if given.undo else install(folder, given.models or (), host)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a code page lacks some of the signs
    raise SystemExit(main(sys.argv[1:]))
