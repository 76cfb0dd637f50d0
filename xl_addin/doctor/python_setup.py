"""Python and its packages: the right width, all there, whole, of versions that fit."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError

from packaging.requirements import InvalidRequirement, Requirement

from worker import __version__
from xl_addin.doctor.finding import Finding, fault, good, warning
from xl_addin.doctor.machine import Machine
from xl_addin.doctor.patient import Patient

_OWN = "bonsai-xl"
_CODE = (".py", ".pyd", ".so", ".dll", ".dylib", ".exe")
_FOR_TESTS = "dev"


def look_at_python(patient: Patient) -> Iterator[Finding]:
    """Look at the Python that runs this: its width, and where it comes from."""
    machine = patient.machine
    if machine.bits != 64:
        yield fault(
            "python_bits",
            f"This Python has {machine.bits} bits.",
            "The packages that BONSAI needs are made for 64 bits alone.",
            "Install the 64-bit Python of python.org, and BONSAI into a new environment of it.",
        )
    elif "WindowsApps" in machine.python.parts:
        yield fault(
            "python_of_store",
            f"This Python, {machine.python}, comes from the Microsoft Store.",
            "Windows keeps it apart, so that Excel cannot start it.",
            "Install Python of python.org, and BONSAI into a new environment of it.",
        )
    else:
        yield good("python", f"BONSAI {__version__} in {machine.python}, with 64 bits")


def look_at_packages(patient: Patient) -> Iterator[Finding]:
    """Look for packages that are missing, damaged, or of a version that does not fit."""
    machine = patient.machine
    try:
        own = machine.installed(_OWN)
    except PackageNotFoundError:
        yield warning(
            "not_installed",
            "BONSAI runs out of a folder and is not installed.",
            "So it is not known which versions of other packages it needs.",
            machine.pip('".[local]"') + "   (in that folder)",
        )
        return
    needed = [each for each in _requirements(own) if each.extra != _FOR_TESTS]
    number = len({package.name for package in needed if not package.extra})
    problems = [*_misfits(machine, needed), *_damages(machine, own, needed)]
    yield from problems or [
        good("packages", f"All {number} packages that BONSAI needs are there, and fit")
    ]


class _Needed(Requirement):
    """A requirement on this machine; `extra` is the optional part it belongs to, if any."""

    extra: str = ""


def _requirements(own: Distribution) -> Iterator[_Needed]:
    """Yield what applies to this machine."""
    extras = own.metadata.get_all("Provides-Extra") or []
    for line in own.requires or []:
        try:
            needed = _Needed(line)
        except InvalidRequirement:
            continue
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            yield needed
            continue
        for extra in extras:
            if needed.marker.evaluate({"extra": extra}):
                needed.extra = extra
                yield needed
                break


def _misfits(machine: Machine, needed: list[_Needed]) -> Iterator[Finding]:
    for package in needed:
        version = _version(machine, package.name)
        advice = machine.pip(f'"{package.name}{package.specifier}"')
        if version is None and not package.extra:
            yield fault(
                "package_missing",
                f"The package {package.name} is not installed.",
                "BONSAI cannot do without it; an install was cut short, or it was removed.",
                advice,
            )
        elif version and not package.specifier.contains(version, prereleases=True):
            of = f" (of the optional part '{package.extra}')" if package.extra else ""
            yield fault(
                "package_version",
                f"The package {package.name}{of} has version {version}.",
                f"BONSAI needs {package.specifier}; another program may have changed it.",
                advice,
            )


def _damages(machine: Machine, own: Distribution, needed: list[_Needed]) -> Iterator[Finding]:
    """Yield packages of which files are gone that were installed."""
    names = dict.fromkeys(package.name for package in needed)
    found = [own, *(machine.installed(name) for name in names if _version(machine, name))]
    for package in found:
        files = [file for file in package.files or [] if file.suffix in _CODE]
        gone = [file for file in files if not package.locate_file(file).exists()]  # type: ignore[attr-defined]
        if gone:
            name = package.metadata["Name"]
            yield fault(
                "package_damaged",
                f"Of the package {name} {len(gone)} of {len(files)} files are gone: {gone[0]}.",
                "It was removed by half, or a virus scanner has taken them away.",
                machine.pip(f"--force-reinstall --no-deps {name}")
                + "   (if they vanish again, ask for an exception in the virus scanner)",
            )


def _version(machine: Machine, name: str) -> str | None:
    try:
        return machine.installed(name).version or None
    except PackageNotFoundError:
        return None
