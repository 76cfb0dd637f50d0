"""What is read of the files of a folder, file by file, as Sources would say it.

python -m tests.bench.read_folder FOLDER [--text]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rich.console import Console

from worker.documents.folder import look_into
from worker.documents.readers import read_bytes, read_document
from worker.errors import DocumentError


def main() -> None:
    """Print a line for each file, and with --text what was read of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--text", action="store_true")
    options = parser.parse_args()
    console = Console(soft_wrap=True, markup=False, highlight=False)
    for source, path in look_into(options.folder).documents.items():
        started = time.perf_counter()
        said, text = _read(path, source)
        console.print(f"{source} ({time.perf_counter() - started:.2f} s): {said}")
        if options.text:
            console.print(text)


def _read(path: Path, source: str) -> tuple[str, str]:
    """Return what is said of a file, and its text."""
    try:
        document = read_document(read_bytes(path, source), source)
    except DocumentError as error:
        return f"not read: {error}", ""
    remarks = " ".join([*document.read_as, *document.lost])
    return f"{len(document.text)} characters. {remarks}", document.text


if __name__ == "__main__":
    main()
