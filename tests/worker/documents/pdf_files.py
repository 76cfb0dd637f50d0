"""PDF files written object by object, for what no library writes."""

from __future__ import annotations

from collections.abc import Sequence

_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(
    pages: Sequence[str],
    annotations: Sequence[str] = (),
    font: str = _FONT,
    catalog: str = "",
) -> bytes:
    """A PDF of pages, each given as what draws it; annotations lie on the first one.

    `catalog` is added to the root; {0}, {1}… in it are references to the annotations.
    """
    first = 4 + 2 * len(pages)
    marks = [f"{first + index} 0 R" for index in range(len(annotations))]
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog.format(*marks)} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        font,
    ]
    for index, drawn in enumerate(pages):
        on_page = f"/Annots [{' '.join(marks)}]" if index == 0 else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] {on_page} /Contents "
            f"{5 + 2 * index} 0 R /Resources << /Font << /F 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    return _written([*objects, *annotations])


def shown(text: str) -> str:
    """What draws a line of text."""
    return f"BT /F 12 Tf 20 200 Td ({text}) Tj ET"


def in_hex(text: str) -> str:
    """A string of a PDF that may hold any letter."""
    return f"<FEFF{text.encode('utf-16-be').hex()}>"


def _written(objects: Sequence[str]) -> bytes:
    data, places = "%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(f"{len(data):010} 00000 n \n")
        data += f"{number} 0 obj\n{content}\nendobj\n"
    size = len(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{''.join(places)}"
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return f"{data}{table}{end}".encode("latin-1")
