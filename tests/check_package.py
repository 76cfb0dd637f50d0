"""The package as it is released: built, looked at, installed without extras, and tried.

    python -m tests.check_package

The continuous integration runs it. It needs `build`, and the package index for what is installed.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from worker import __version__

REPOSITORY = Path(__file__).resolve().parent.parent

#: Files beside the Python code, as the repository has them; a wheel has templates in xl_addin.
DATA = (
    "templates/**/*.*",
    "xl_addin/language/*.po",
    "xl_addin/report/page.*",
    "xl_addin/template/vba/*.bas",
    "xl_addin/template/vba/*.cls",
    "worker/**/*.py",
    "xl_addin/**/*.py",
)
#: All that may stand at the top of an sdist.
TOP = {
    *("worker", "xl_addin", "templates", "pyproject.toml", "PKG-INFO", ".gitignore"),
    *("LICENSE", "README.md", "CHANGELOG.md"),
}
#: Commands that a bare install cannot do, and the line that helps.
LACKING = {
    ("mcp",): "pip install 'bonsai-xl[mcp]'",
    ("up",): "pip install 'bonsai-xl[local]'",
    ("index", "--documents", "documents"): "pip install 'bonsai-xl[local]'",
}


def wanted_files() -> set[str]:
    """Return what a package must hold, by its place in the repository."""
    paths = {path for pattern in DATA for path in REPOSITORY.glob(pattern) if path.is_file()}
    return {path.relative_to(REPOSITORY).as_posix() for path in paths}


def wheel_faults(names: Iterable[str]) -> list[str]:
    """Say what a wheel lacks, and what it must not hold."""
    held = {name.replace("xl_addin/shipped/", "templates/") for name in names}
    info = f"bonsai_xl-{__version__}.dist-info/"
    own = {name for name in held if not name.startswith(info)}
    return _faults(own, own - wanted_files())


def sdist_faults(names: Iterable[str]) -> list[str]:
    """Say the same of an sdist; there all is in a folder of its name."""
    held = {name.partition("/")[2] for name in names}
    return _faults(held, {name for name in held if name.partition("/")[0] not in TOP})


def _faults(held: set[str], surplus: set[str]) -> list[str]:
    lacking = (f"{name} is missing" for name in wanted_files() - held)
    return sorted([*lacking, *(f"{name} does not belong in it" for name in surplus)])


def build(folder: Path, *options: str) -> tuple[Path, Path]:
    """Build sdist and, out of it, wheel; return them in this order."""
    _run(sys.executable, "-m", "build", *options, "--outdir", folder, REPOSITORY)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


def check_contents(sdist: Path, wheel: Path) -> None:
    """Exit with a message unless both hold what they must, and nothing else."""
    with tarfile.open(sdist) as archive:
        faults = sdist_faults(each.name for each in archive if each.isfile())
    faults += wheel_faults(zipfile.ZipFile(wheel).namelist())
    if faults:
        sys.exit("\n".join(faults))


def check_install(wheel: Path, folder: Path) -> None:
    """Install a wheel without extras into a fresh environment, and try its commands there."""
    venv.create(folder / "environment", with_pip=True)
    programs = folder / "environment" / ("Scripts" if sys.platform == "win32" else "bin")
    _run(programs / "python", "-m", "pip", "install", "-q", wheel)
    bonsai = [programs / "python", "-I", "-m", "xl_addin.cli"]
    (folder / "documents").mkdir()
    (folder / "documents" / "kettle.txt").write_text("The kettle sings.", "utf-8")
    assert _run(*bonsai, "--version", cwd=folder).split() == ["bonsai", __version__]
    assert "index" in _run(programs / "bonsai", "--help", cwd=folder)
    _run(*bonsai, "new", "my.xlsx", cwd=folder)
    _run(*bonsai, "new", "my.xlsm", "--language", "ja", cwd=folder)
    assert (folder / "my.xlsm").stat().st_size > 0
    for words, line in LACKING.items():
        said = _run(*bonsai, *words, cwd=folder, code=3)
        assert line in " ".join(said.split()), f"bonsai {' '.join(words)}: {said}"


def _run(*command: object, cwd: Path = REPOSITORY, code: int = 0) -> str:
    """Run a program; return what it says, on both streams, if its exit code is this one."""
    ended = subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False
    )
    said = ended.stdout + ended.stderr
    if ended.returncode != code:
        sys.exit(f"{' '.join(map(str, command))} ended with {ended.returncode}:\n{said}")
    return said


def main() -> None:
    """Exit with a message unless the package can be released."""
    with TemporaryDirectory() as folder:
        sdist, wheel = build(Path(folder) / "dist")
        check_contents(sdist, wheel)
        check_install(wheel, Path(folder))
        sys.stdout.write(f"{sdist.name}, {wheel.name}: whole, and they install without extras\n")


if __name__ == "__main__":
    main()
