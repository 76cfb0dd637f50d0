"""scripts/install.sh and install.py: what they say of a machine that does not fit, and for real."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import REPOSITORY

SCRIPT = REPOSITORY / "scripts" / "install.sh"
ODD = "my 赤い folder"


@pytest.fixture(scope="session")
def script() -> ModuleType:
    """install.py as a module."""
    spec = importlib.util.spec_from_file_location("install", SCRIPT.with_name("install.py"))
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules["install"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]):
    """Run what must refuse, and return its three sentences."""

    def run(function, *given) -> str:
        with pytest.raises(SystemExit) as ended:
            function(*given)
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert len(said.splitlines()) >= 3
        return said

    return run


def pretended(folder: Path, name: str, answer: str) -> None:
    """Write a program that stands in for a Python."""
    folder.mkdir(exist_ok=True)
    place = folder / name
    place.write_text(f"#!/bin/sh\n{answer}\n")
    place.chmod(0o700)


def run_sh(*arguments: object, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run install.sh with nothing but these variables."""
    return subprocess.run(
        ["/bin/sh", SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PATH": path, **environment},
        check=False,
    )


def tools(folder: Path) -> Path:
    """Return a folder of programs that the script itself calls, without any Python."""
    folder.mkdir()
    for name in ("dirname", "head"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has install.ps1")


@unix
def test_without_a_python_it_says_where_to_get_one(tmp_path: Path):
    ended = run_sh(path=str(tools(tmp_path / "tools")))
    assert ended.returncode == 2
    assert "There is no Python" in ended.stderr
    assert "python.org" in ended.stderr


@unix
def test_an_old_python_is_named_and_a_newer_one_is_taken_instead(tmp_path: Path):
    programs = tools(tmp_path / "tools")
    pretended(programs, "python3", 'echo "Python 3.8.1"; exit 1')
    ended = run_sh(path=str(programs))
    assert ended.returncode == 2
    assert "python3 (Python 3.8.1)" in ended.stderr
    pretended(programs, "python3.12", 'echo "taken: $*"')
    ended = run_sh("--undo", path=str(programs))
    assert ended.returncode == 0
    assert ended.stdout.startswith("taken: ")
    assert ended.stdout.endswith("install.py --undo\n")


def test_a_python_of_32_bits_or_too_old_is_refused(script: ModuleType, refusal):
    assert "has 32 bits" in refusal(script.check_python, script.Host(bits=32))
    assert "3.9" in refusal(script.check_python, script.Host(version=(3, 9)))


def test_on_windows_the_usual_folder_can_be_written_in_the_code_page(script: ModuleType):
    host = script.Host(system="win32", code_page="cp1252", home=Path("/Users/Ann"))
    assert script.usual_folder(host) == Path("/Users/Ann/bonsai-xl")
    japanese = replace(host, home=Path("/Users/赤い"))
    assert str(script.usual_folder(japanese)).endswith(r":\bonsai-xl")
    assert script.usual_folder(replace(japanese, code_page="cp932")).parent == japanese.home


def test_a_folder_of_others_is_not_touched_and_a_mac_takes_none_with_blanks(
    script: ModuleType, refusal, tmp_path: Path
):
    (tmp_path / "notes.txt").touch()
    host = script.Host(system="linux")
    assert "is no environment" in refusal(script.check_folder, tmp_path, host)
    script.check_folder(tmp_path / "new folder", host)
    mac = replace(host, system="darwin")
    assert "cut at blanks" in refusal(script.check_folder, tmp_path / "new folder", mac)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("WARNING: Retrying ... [Errno -3] Temporary failure in name resolution", "not reached"),
        ("OSError('Tunnel connection failed: 407 Proxy Authentication Required')", "proxy"),
        ("SSLError(SSLCertVerificationError(1, 'certificate verify failed'))", "certificate"),
        ("ERROR: No matching distribution found for openvino>=2025.0", "no build"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: Could not install packages: [WinError 5] Access is denied", "Close Excel"),
    ],
)
def test_what_pip_says_becomes_a_reason_and_a_step(script: ModuleType, said: str, why: str):
    assert why in " ".join(script.cause(["Collecting lxml", said]))


def test_an_old_pip_is_handed_the_certificates_of_the_system_unless_it_has_others(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_CERT", raising=False)
    monkeypatch.setattr(script, "pip_version", lambda _: (23, 2))
    with script.certificates(Path(sys.executable)) as options:
        assert not options or "BEGIN CERTIFICATE" in Path(options[1]).read_text()
    monkeypatch.setattr(script, "pip_version", lambda _: (24, 2))
    with script.certificates(Path(sys.executable)) as options:
        assert not options
    monkeypatch.setattr(script, "pip_version", lambda _: (23, 2))
    monkeypatch.setenv("PIP_CERT", "/company.pem")
    with script.certificates(Path(sys.executable)) as options:
        assert not options


def test_a_half_removed_environment_is_made_anew(script: ModuleType, tmp_path: Path, capsys):
    folder = tmp_path / ODD
    python = script.make_environment(folder)
    shutil.rmtree(next(folder.glob("**/site-packages/pip")))
    assert script.pip_version(python) is None
    script.make_environment(folder)
    assert "made anew" in capsys.readouterr().out
    assert script.pip_version(python)


def test_a_folder_that_cannot_be_written_is_named(script: ModuleType, refusal, tmp_path: Path):
    (tmp_path / "file").touch()
    assert "cannot be made" in refusal(script.make_environment, tmp_path / "file" / "env")


@unix
def test_without_a_network_it_says_what_pip_lacks(processes: None, tmp_path: Path):
    ended = run_sh(
        tmp_path / ODD,
        path=os.environ["PATH"],
        HOME=str(tmp_path),
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="1",
    )
    assert ended.returncode == 2
    assert "The package index was not reached." in ended.stderr


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@unix
def test_from_a_fresh_clone_it_ends_in_a_workbook_and_undo_leaves_the_home_as_it_was(
    processes: None, models: Path, tmp_path: Path
):
    clone, home = tmp_path / ODD / "clone", tmp_path / "home 家"
    home.mkdir()
    (home / "notes.txt").touch()
    before = listing(home)
    subprocess.run(["git", "clone", "-q", "--depth", "1", REPOSITORY, clone], check=True)
    pip = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    mine = {"HOME": str(home), "BONSAI_MODELS": str(models), "BONSAI_LLM": "gguf:smollm2", **pip}
    mine["RUSTUP_HOME"] = str(tmp_path / "rustup")  # pip asks rustc for its version
    script = ["/bin/sh", clone / "scripts" / "install.sh"]
    environment = {"PATH": os.environ["PATH"], **mine}

    ended = subprocess.run(script, capture_output=True, text=True, env=environment, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert f"Made {home}/Documents/bonsai.xlsx" in ended.stdout
    assert ", 0 wrong" in ended.stdout
    assert (home / "Documents" / "bonsai.xlsx").is_file()

    ended = subprocess.run(
        [*script, "--undo"], capture_output=True, text=True, env=environment, check=False
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert listing(home) == before
