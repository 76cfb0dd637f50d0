"""Draw the pictures of the papers from the real program: python scripts/pictures.py.

It makes a workbook of the sample, has its first question ranked by the commands that a person
types, prints it with LibreOffice (libreoffice-calc), and draws the first pages of some sheets into
docs/.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

REPOSITORY = Path(__file__).resolve().parents[1]

#: Pictures by name: the sheet, how large it is drawn (1: 72 dots an inch), and how much of the
#: height of its first page is shown; the sheet's name is printed below.
PICTURES = {
    "start": ("Start", 1.4, 0.49),
    "povs": ("POV", 1.4, 0.48),
    "ranked": ("Ranked", 1.6, 0.8),
    "heatmap": ("Heatmap", 1.6, 0.9),
}

#: Colours of a picture: as many as a palette has, which takes a third of the bytes.
_COLOURS = 256
_MARGIN = 12


def main() -> None:
    """Write all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "my.xlsm")
        _fill(book)
        pages = list(_pages(_printed(book)))
    for name, (sheet, scale, part) in PICTURES.items():
        page = next(page for text, page in pages if text.startswith(f"{sheet} Page "))
        path = REPOSITORY / "docs" / f"{name}.png"
        _cropped(page.render(scale=scale).to_pil(), part).quantize(_COLOURS).save(path)
        sys.stdout.write(f"{path}: {path.stat().st_size // 1000} kB\n")


def _fill(book: Path) -> None:
    """Have the first question of the sample ranked."""
    documents = REPOSITORY / "templates" / "sample_documents"
    _bonsai("new", book, "--language", "en")
    _bonsai("index", book, "--documents", documents, "--collection", "pictures")
    _bonsai("rank", book, "--collection", "pictures", "--try", 1)


def _bonsai(*words: object) -> None:
    subprocess.run([sys.executable, "-m", "xl_addin.cli", *map(str, words)], check=True)


def _printed(book: Path) -> pypdfium2.PdfDocument:
    """Return the pages of a workbook, as LibreOffice prints them."""
    profile = (book.parent / "office").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf",
         "--outdir", str(book.parent), str(book)],
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return pypdfium2.PdfDocument(book.with_suffix(".pdf").read_bytes())


def _pages(document: pypdfium2.PdfDocument) -> Iterator[tuple[str, pypdfium2.PdfPage]]:
    for page in document:
        yield page.get_textpage().get_text_range(), page


def _cropped(picture: Image.Image, part: float) -> Image.Image:
    """Return the upper part of a page, without the white around it."""
    picture = picture.convert("RGB").crop((0, 0, picture.width, round(picture.height * part)))
    white = Image.new("RGB", picture.size, "white")
    left, top, right, bottom = ImageChops.difference(picture, white).getbbox()
    right, bottom = min(right + _MARGIN, picture.width), min(bottom + _MARGIN, picture.height)
    return picture.crop((max(left - _MARGIN, 0), max(top - _MARGIN, 0), right, bottom))


if __name__ == "__main__":
    main()
