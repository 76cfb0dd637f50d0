"""The disk: whether the home can be written, how much is free, what is kept; and fonts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from worker.addresses import origin
from worker.file_faults import advice_for, reason_of
from worker.picture_fonts import japanese_font
from xl_addin.doctor.finding import Finding, fault, good, warning
from xl_addin.doctor.patient import Patient

_LITTLE, _NOTHING = 2_000_000_000, 200_000_000  # bytes: for an index or a model, and for a job
_MOST_FILES = 200_000  # that are counted of a folder


def look_at_home(patient: Patient) -> Iterator[Finding]:
    """Look whether the home folder can be written."""
    home = patient.settings.home
    try:
        there = next(place for place in (home, *home.absolute().parents) if place.exists())
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(b"0")
    except OSError as error:
        yield fault(
            "home_unwritable",
            f"The folder {home} cannot be written, where BONSAI keeps its jobs and indexes.",
            reason_of(error),
            f"{advice_for(error, 'Check your rights to it.')} Or name another folder with "
            "BONSAI_HOME.",
        )
        return
    kept = ", ".join(
        f"{name} {_megabytes(home / name):,.0f} MB"
        for name in ("models", "store", "cache", "snapshots", "tuned")
        if (home / name).is_dir()
    )
    yield good("home", f"The folder {home} can be written" + (f": {kept}" if kept else ""))


def look_at_room(patient: Patient) -> Iterator[Finding]:
    """Look how much is free on each disk that is written to."""
    settings = patient.settings
    places = [settings.home, settings.models, Path(tempfile.gettempdir())]
    places += [] if origin(settings.store) else [Path(settings.store)]
    disks = {os.stat(nearest).st_dev: nearest for nearest in map(_nearest, places)}
    for place in disks.values():
        total, _, free = shutil.disk_usage(place)
        if not total:  # no disk: a folder that the system makes up
            continue
        words = f"{free / 1e9:,.1f} GB are free on the disk of {place}"
        if free < _NOTHING:
            yield fault("disk_full", f"{words}.", "A job could not store its results.", _ROOM)
        elif free < _LITTLE:
            yield warning("disk_tight", f"{words}.", "Weights take up to 1.2 GB.", _ROOM)
        else:
            yield good("disk", words)


_ROOM = "Make room: empty the bin, or move the models elsewhere with BONSAI_MODELS."


def look_at_fonts(patient: Patient) -> Iterator[Finding]:
    """Look for the font by which heatmaps show Japanese labels."""
    if font := japanese_font():
        yield good("fonts", f"Heatmaps can show Japanese: {font.name}")
        return
    yield warning(
        "font_missing",
        "Heatmaps show boxes in place of Japanese letters.",
        "The font of the package matplotlib-fontja is not there.",
        patient.machine.pip("--force-reinstall matplotlib-fontja"),
    )


def _nearest(place: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    return next(folder for folder in (place, *place.absolute().parents) if folder.is_dir())


def _megabytes(folder: Path) -> float:
    size = 0
    for number, (place, _, names) in enumerate(os.walk(folder)):
        if number > _MOST_FILES:
            break
        size += sum(_size(os.path.join(place, name)) for name in names)
    return size / 1e6


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
