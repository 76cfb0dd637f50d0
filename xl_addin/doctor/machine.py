"""What the doctor asks of a machine: its system, its Python, its registry, its packages."""

from __future__ import annotations

import locale
import os
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution
from pathlib import Path


def registry_values(key: str) -> Mapping[str, object]:
    r"""Return the values of a key such as `HKCU\Software\…`; none if it is not there."""
    found: dict[str, object] = {}
    if sys.platform == "win32":
        import winreg

        try:
            with _opened(key) as opened:
                for number in range(winreg.QueryInfoKey(opened)[1]):
                    name, value, _ = winreg.EnumValue(opened, number)
                    found[name] = value
        except OSError:
            return found
    return found


def registry_keys(key: str) -> list[str]:
    """Return the names of the keys below a key."""
    names: list[str] = []
    if sys.platform == "win32":
        import winreg

        try:
            with _opened(key) as opened:
                names += [
                    winreg.EnumKey(opened, number)
                    for number in range(winreg.QueryInfoKey(opened)[0])
                ]
        except OSError:
            return names
    return names


if sys.platform == "win32":
    from winreg import HKEYType

    def _opened(key: str) -> HKEYType:
        import winreg

        hives = {
            "HKCU": winreg.HKEY_CURRENT_USER,
            "HKLM": winreg.HKEY_LOCAL_MACHINE,
            "HKCR": winreg.HKEY_CLASSES_ROOT,
        }
        hive, _, path = key.partition("\\")
        return winreg.OpenKey(hives[hive], path)


@dataclass(frozen=True)
class Machine:
    """The answers of a machine, by default of this one; tests hand other answers.

    `code_page` is the encoding in which Excel's side hands paths on. `installed` gives a package,
    and raises PackageNotFoundError.
    """

    system: str = sys.platform
    bits: int = struct.calcsize("P") * 8
    python: Path = Path(sys.executable)
    user: Path = field(default_factory=Path.home)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    code_page: str = field(default_factory=lambda: locale.getpreferredencoding(False))
    values: Callable[[str], Mapping[str, object]] = registry_values
    keys: Callable[[str], list[str]] = registry_keys
    installed: Callable[[str], Distribution] = distribution

    @property
    def has_excel(self) -> bool:
        """Whether there is an Excel for the desktop on this kind of system."""
        return self.system in ("win32", "darwin")

    def pip(self, arguments: str) -> str:
        """Return the line by which pip of this Python installs something, for PowerShell or sh."""
        shown = f'"{self.python}"' if " " in str(self.python) else str(self.python)
        call = "& " if self.system == "win32" and shown.startswith('"') else ""
        return f"Run: {call}{shown} -m pip install {arguments}"
