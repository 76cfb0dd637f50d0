"""One small valid file of each type that is read, made out of nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.slide import Slide
from pptx.util import Inches

from tests.worker.documents.office_files import slides, word
from tests.worker.documents.pdf_files import in_hex, pdf, shown

_BOX = (Inches(1), Inches(2), Inches(6), Inches(4))
_TEXT = "雨の港で、船は静かに夜を待つ。\nThe rain fell on the harbour; 20.59 mm in a night.\n\n" * 3
_ROWS = 'Place;Ships;"Said of it"\nHarbour;7;"dry,\nin May"\n岬;12,5;雨\nTotal;19,5;\n'
_PAGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Tides</title></head><body>'
    "<h1>潮</h1><p>The ebb is <b>at noon</b> &amp; late.</p><!-- a note --><script>x()</script>"
    '<table><tr><th>Place</th><th colspan="2">Feet</th></tr><tr><td>Cape</td><td>7</td></tr>'
    '</table><ul><li>one<ul><li>two</ul></ul><img src="a.png" alt="A ship"><pre>a\n b</pre>'
    "<math><mfrac><mi>a</mi><mn>2</mn></mfrac></math></body></html>"
)
_EQUATION = (
    f"<m:oMath {nsdecls('m')}><m:f><m:num><m:r><m:t>F</m:t></m:r></m:num><m:den><m:r>"
    "<m:t>4500 N</m:t></m:r></m:den></m:f></m:oMath>"
)
_FIELD = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>7</w:t></w:r></w:fldSimple>'


def _picture() -> BytesIO:
    image = BytesIO()
    Image.new("RGB", (4, 4), "navy").save(image, "PNG")
    image.seek(0)
    return image


def _written(document: Any) -> None:
    document.add_heading("The harbour 港", 1)
    paragraph = document.add_paragraph("The limit load is ")
    paragraph._p.append(parse_xml(_EQUATION))
    paragraph._p.append(parse_xml(_FIELD))
    document.add_comment(paragraph.runs, text="Check with the pilot.", author="A. 山田")
    for item in ("one", "two"):
        document.add_paragraph(item, style="List Number")
    table = document.add_table(2, 2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"cell {number}"
    document.add_picture(_picture())
    document.sections[0].footer.paragraphs[0].text = "at the foot"


def _shown(slide: Slide) -> None:
    data = CategoryChartData()
    data.categories = ["港", "岬"]
    data.add_series("Mackerel", (12.5, 7))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *_BOX, data)
    slide.shapes.add_table(2, 2, *_BOX).table.cell(0, 0).text = "Saba"
    slide.shapes.add_picture(_picture(), *_BOX)
    slide.notes_slide.notes_text_frame.text = "Say it slowly."


def _workbook() -> bytes:
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("Catch")
        sheet.write_row(0, 0, ["Place", "Tons", "Day", "Share", "Whole"])
        for row, place in enumerate(["港", "Cape", "Bay"], start=1):
            sheet.write_row(row, 0, [place, row * 1.5])
            sheet.write_datetime(row, 2, date(2024, 5, row), book.add_format({"num_format": 14}))
            sheet.write_number(row, 3, row / 7, book.add_format({"num_format": "0.0%"}))
            sheet.write_formula(row, 4, f"=B{row + 1}*2", value=row * 3)
        sheet.merge_range(6, 0, 6, 3, "a note below")
        sheet.write_comment("A2", "asked twice", {"author": "A. 山田"})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Catch!$B$2:$B$4", "categories": "=Catch!$A$2:$A$4"})
        sheet.insert_chart("G2", chart)
        hidden = book.add_worksheet("Kept back")
        hidden.write_row(0, 0, ["Key", True])
        hidden.hide()
    return data.getvalue()


def _pages() -> bytes:
    note = f"<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /Contents {in_hex('雨')} >>"
    return pdf([shown("The harbour had seven ships."), shown("Rain fell all night.")], [note])


#: What makes a file of each type, by its ending.
SMALL_FILES: dict[str, Callable[[], bytes]] = {
    ".txt": _TEXT.encode,
    ".md": f"# Harbour\n\n- *one*\n\n```\n{_TEXT}```\n".encode,
    ".html": _PAGE.encode,
    ".htm": lambda: _PAGE.replace("utf-8", "shift_jis").encode("cp932"),
    ".pdf": _pages,
    ".docx": lambda: word(_written),
    ".pptx": lambda: slides(_shown, lambda slide: None),
    ".xlsx": _workbook,
    ".xlsm": _workbook,
    ".csv": _ROWS.encode,
    ".tsv": lambda: _ROWS.replace(";", "\t").encode("utf-16"),
}
