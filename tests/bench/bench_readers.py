"""Whether readers take time and memory that grow no faster than the file.

    python -m tests.bench.bench_readers              # a few minutes
    python -m tests.bench.bench_readers --quick      # only to see that it runs

Each file is made and read in a process of its own, four times, each time twice as large. Seconds
are of processor time, so that it may run on a busy machine. What is printed beside a figure is how
many times the one before it is: 2 is as the file.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from time import process_time
from typing import Any

import docx
import pptx
import xlsxwriter
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook

from tests.worker.documents.pdf_files import pdf, shown
from worker.documents.readers import read_document
from worker.documents.splitting import split_sentences, split_text

_DOUBLINGS = 3


def _sentences(size: int) -> bytes:
    return "Die ganze Nacht fiel Regen, und im Hafen lag kein Schiff über Nacht.\n".encode(
        "cp1252"
    ) * (size // 70)


def _one_line(size: int) -> bytes:
    return "雨の港では、船は静かに待つ。".encode("cp932") * (size // 28)


def _rows(size: int) -> bytes:
    return b"Field,Wheat,Note\n" + b'Hill,10,"dry, in May"\n' * (size // 22)


def _open_marks(size: int) -> bytes:
    return b"Field,Note\n" + b'Hill,"never closed\n' * (size // 19)


def _cells(size: int) -> bytes:
    data = BytesIO()
    book = xlsxwriter.Workbook(data, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(size // 12):
        sheet.write_row(row, 0, [f"Field {row}", row, "dry"])
    book.close()
    return data.getvalue()


def _far_apart(size: int) -> bytes:
    """Make a sheet of few cells, each in a row of its own, at both ends of all columns."""
    book = Workbook()
    for number in range(1, size // 200):
        book.active.cell(number * 50, 1, f"Field {number}")
        book.active.cell(number * 50, 16384, number)
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def _word(size: int) -> bytes:
    document = docx.Document()
    for number in range(size // 160):
        document.add_paragraph(f"On day {number} the harbour had {number * 7} ships.")
    return _saved(document)


def _fields(size: int) -> bytes:
    """Make a paragraph of fields that begin and never end."""
    document = docx.Document()
    paragraph = document.add_paragraph()
    for _ in range(size // 60):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), "begin")
        paragraph.add_run("ebb")._r.append(mark)
    return _saved(document)


def _slides(size: int) -> bytes:
    show = pptx.Presentation()
    for number in range(size // 2500):
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = f"Day {number}"
        slide.placeholders[1].text = "\n".join(["The harbour had seven ships."] * 20)
    return _saved(show)


def _pdf(size: int) -> bytes:
    return pdf([shown("The harbour had seven ships.")] * (size // 300))


def _page(size: int) -> bytes:
    return b"<p>The harbour had <b>seven</b> ships.</p>\n" * (size // 43)


def _spaces(size: int) -> bytes:
    """Make a page of two words with spaces of two kinds between them."""
    return b"<p>ebb" + b"<i> </i>" * (size // 28) + b"&nbsp;" * (size // 28) + b"flood"


def _saved(document: Any) -> bytes:
    data = BytesIO()
    document.save(data)
    return data.getvalue()


#: What is made of a size (bytes, about), the name it is read under, and the size it begins with.
KINDS: dict[str, tuple[Callable[[int], bytes], str, int]] = {
    "text of an old encoding": (_sentences, "a.txt", 2_000_000),
    "one line of Shift-JIS": (_one_line, "a.txt", 2_000_000),
    "rows": (_rows, "a.csv", 500_000),
    "quotation marks never closed": (_open_marks, "a.csv", 500_000),
    "one line without any end": (lambda size: b"x" * size, "a.txt", 1_000_000),
    "one line of Japanese": (lambda size: "雨だ。".encode() * (size // 9), "a.txt", 250_000),
    "workbook": (_cells, "a.xlsx", 250_000),
    "workbook of far cells": (_far_apart, "a.xlsx", 500_000),
    "Word document": (_word, "a.docx", 500_000),
    "Word fields that never end": (_fields, "a.docx", 500_000),
    "presentation": (_slides, "a.pptx", 250_000),
    "PDF": (_pdf, "a.pdf", 250_000),
    "web page": (_page, "a.html", 1_000_000),
    "web page of spaces": (_spaces, "a.html", 1_000_000),
}


def measure(kind: str, size: int) -> dict[str, float]:
    """Return size in MB, seconds of processor time, and MB of memory above that before."""
    make, name, _ = KINDS[kind]
    data = make(size)
    before = _peak()
    started = process_time()
    text = read_document(data, name).text
    read = process_time()
    split_text(text, size=1000, overlap=60)
    split = process_time()
    split_sentences(text, size=1000, overlap=60)
    return {
        "MB": len(data) / 1e6,
        "seconds": read - started,
        "splitting": split - read,
        "by sentences": process_time() - split,
        "memory": _peak() - before,
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _apart(kind: str, size: int) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "tests.bench.bench_readers",
        "--one",
        kind,
        "--size",
        str(size),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Print a table of all kinds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--one", choices=KINDS)
    options.add_argument("--size", type=int, default=0)
    chosen = options.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one, chosen.size)))  # noqa: T201
        return
    for kind, (_, _, first) in KINDS.items():
        last: dict[str, float] = {}
        for doubling in range(_DOUBLINGS + 1):
            size = (first // 20 if chosen.quick else first) * 2**doubling
            found = _apart(kind, size)
            shown = "; ".join(_compared(name, found, last) for name in found)
            print(f"{kind}: {shown}", flush=True)  # noqa: T201
            last = found


def _compared(name: str, found: dict[str, float], last: dict[str, float]) -> str:
    times = f" (x{found[name] / last[name]:.1f})" if last.get(name) else ""
    return f"{name} {found[name]:.2g}{times}"


if __name__ == "__main__":
    main()
