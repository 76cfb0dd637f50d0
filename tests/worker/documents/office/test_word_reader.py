"""Word documents: whatever holds words is read, and what is passed over is counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from PIL import Image

from tests.worker.documents.office_files import changed, word
from worker.documents.document import Document
from worker.documents.readers import read_document
from worker.errors import DocumentError

SPACES = " ".join(
    f'xmlns:{short}="{name}"'
    for short, name in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MAIN = "word/document.xml"


def read(*contents: str, parts: tuple[Callable[[Any], None], ...] = ()) -> Document:
    """What is read of a document whose body holds this XML, and to which parts were added."""

    def put(document: Any) -> None:
        for content in contents:
            spaced = re.sub(r"(/?>)", rf" {SPACES}\1", content, count=1)
            document.element.body.insert(-1, parse_xml(spaced))

    return read_document(word(*parts, put), "tides.docx")


def lines(document: Document) -> list[str]:
    return [line for line in document.text.split("\n") if line]


def run(inside: str, text: str = "") -> str:
    return f"<w:r>{inside}{f'<w:t>{text}</w:t>' if text else ''}</w:r>"


def math(*inside: str) -> str:
    return f"<w:p><w:r><w:t>Load: </w:t></w:r><m:oMath>{''.join(inside)}</m:oMath></w:p>"


def r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def part(number: int, kind: str, name: str, content: str | bytes) -> Callable[[Any], None]:
    """Something that adds a part, to which the relation of this number leads."""

    def add(document: Any) -> None:
        data = content if isinstance(content, bytes) else content.encode()
        found = Part(PackURI(f"/word/{name}"), "application/xml", data, document.part.package)
        document.part.load_rel(OFFICE + kind, found, f"rId9{number}")

    return add


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (r("F=4500 N"), "F=4500 N"),
        (f"<m:f><m:num>{r('a+b')}</m:num><m:den>{r('2')}</m:den></m:f>", "(a+b)/2"),
        (f"<m:f><m:num>{r('1')}</m:num><m:den>{r('2')}</m:den></m:f>{r('mv')}", "1/2 mv"),
        (f"<m:sSup><m:e>{r('x')}</m:e><m:sup>{r('2')}</m:sup></m:sSup>", "x^2"),
        (f"<m:sSub><m:e>{r('v')}</m:e><m:sub>{r('max')}</m:sub></m:sSub>", "v_max"),
        (f"<m:rad><m:radPr/><m:deg/><m:e>{r('2gh')}</m:e></m:rad>", "√(2gh)"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{r("i=1")}</m:sub>'
            f"<m:sup>{r('n')}</m:sup><m:e>{r('k')}</m:e></m:nary>",
            "∑_(i=1)^n k",
        ),
        (
            '<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>'
            f"<m:e>{r('0')}</m:e><m:e>{r('1')}</m:e></m:d>",
            "[0|1]",
        ),
        (
            f"<m:m><m:mr><m:e>{r('1')}</m:e><m:e>{r('0')}</m:e></m:mr>"
            f"<m:mr><m:e>{r('0')}</m:e><m:e>{r('1')}</m:e></m:mr></m:m>",
            "1, 0; 0, 1",
        ),
        (f"<m:func><m:fName>{r('sin')}</m:fName><m:e>{r('α')}</m:e></m:func>", "sin α"),
    ],
)
def test_equations_are_read_as_they_would_be_typed(inside: str, text: str):
    assert lines(read(math(inside))) == [f"Load: {text}"]


def test_an_equation_on_a_line_of_its_own_and_in_a_cell_is_read():
    document = read(
        f"<w:p><m:oMathPara><m:oMath>{r('E=mc²')}</m:oMath></m:oMathPara></w:p>",
        f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>力</w:t></w:r></w:p></w:tc>"
        f"<w:tc><w:p><m:oMath>{r('F=ma')}</m:oMath></w:p></w:tc></w:tr></w:tbl>",
    )
    assert lines(document) == ["E=mc²", "力 | F=ma"]


def test_furigana_leave_the_word_and_not_its_reading():
    ruby = (
        "<w:ruby><w:rubyPr/><w:rt><w:r><w:t>とうだい</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>燈台</w:t></w:r></w:rubyBase></w:ruby>"
    )
    older = (
        run('<w:fldChar w:fldCharType="begin"/>')
        + run(r"<w:instrText>EQ \* jc2 \* hps10 \o\ad(\s\up 9(</w:instrText>")
        + run("<w:instrText>みなと</w:instrText>")
        + run("<w:instrText>),港)</w:instrText>")
        + run('<w:fldChar w:fldCharType="end"/>')
    )
    document = read(f"<w:p>{run(ruby)}{run('', 'と')}{older}{run('', 'を見る。')}</w:p>")
    assert lines(document) == ["燈台と港を見る。"]
    assert document.lost == ()


def test_comments_are_read_with_their_authors():
    def comment(document: Any) -> None:
        paragraph = document.add_paragraph("Ebb at noon.")
        document.add_comment(paragraph.runs, text="Check with the pilot.", author="A. 山田")

    assert lines(read(parts=(comment,))) == [
        "Ebb at noon.",
        "Comment by A. 山田: Check with the pilot.",
    ]


def test_deletions_are_left_out_and_counted_with_equations_in_them():
    document = read(
        "<w:p><w:r><w:t>Term: </w:t></w:r><w:del><w:r><w:delText>ten</w:delText></w:r>"
        f"<m:oMath>{r('x=10')}</m:oMath></w:del><w:ins><w:r><w:t>twenty</w:t></w:r></w:ins></w:p>",
        "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
    )
    assert lines(document) == ["Term: twenty"]
    assert document.lost == ("2 deletions with changes tracked are left out.",)


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ('<w:sym w:font="Symbol" w:char="F0B1"/>', "±"),
        ('<w:sym w:font="Wingdings" w:char="F0FE"/>', "☑"),
        ('<w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>\uf061\uf0a3 9</w:t>', "α≤ 9"),
        ("<w:noBreakHyphen/>", "-"),
    ],
)
def test_signs_of_picture_fonts_are_read_as_what_they_show(inside: str, text: str):
    assert lines(read(f"<w:p>{run('', 'Sign: ')}{run(inside)}</w:p>")) == [f"Sign: {text}"]


def test_a_sign_that_nobody_knows_is_counted():
    sign = '<w:sym w:font="Ornaments" w:char="F041"/>'
    document = read(f"<w:p>{run(sign, 'a')}</w:p>")
    assert document.lost == ("1 sign of the font (Ornaments) is not read.",)


def field(instruction: str, result: str | None, form: str = "") -> str:
    separate = run('<w:fldChar w:fldCharType="separate"/>') if result is not None else ""
    return (
        run(f'<w:fldChar w:fldCharType="begin">{form}</w:fldChar>')
        + run(f"<w:instrText> {instruction} </w:instrText>")
        + separate
        + (run("", result) if result else "")
        + run('<w:fldChar w:fldCharType="end"/>')
    )


def test_results_of_fields_are_read_and_missing_ones_counted():
    document = read(
        f"<w:p>{run('', 'Client: ')}{field('DOCPROPERTY Client', 'Nordsand')}</w:p>",
        f"<w:p>{run('', 'Sum: ')}{field('=SUM(ABOVE)', None)}{field('PAGE', None)}</w:p>",
        '<w:p><w:fldSimple w:instr="MERGEFIELD Name"/></w:p>',
    )
    assert lines(document) == ["Client: Nordsand", "Sum:"]
    assert document.lost == (
        "2 fields without a result (=SUM(ABOVE), MERGEFIELD Name) are not read.",
    )


def test_what_was_ticked_and_chosen_in_a_form_is_read():
    ticked = '<w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData>'
    choice = (
        '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="Ebb"/>'
        '<w:listEntry w:val="Flood"/></w:ddList></w:ffData>'
    )
    document = read(
        f"<w:p>{field('FORMCHECKBOX', None, ticked)}{run('', ' tide: ')}"
        f"{field('FORMDROPDOWN', None, choice)}</w:p>"
    )
    assert lines(document) == ["☒ tide: Flood"]


def test_an_equation_typed_into_a_field_is_read():
    equation = r"EQ \f(s,t)"
    document = read(f"<w:p>{run('', 'v = ')}{field(equation, None)}</w:p>")
    assert lines(document) == ["v = (s)/(t)"]


def test_a_text_box_is_read_once_and_its_older_form_where_there_is_no_newer_one():
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    both = (
        f'<mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>{box.format("new")}</wps:txbx>'
        f"</mc:Choice><mc:Fallback><w:pict>{box.format('old')}</w:pict></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    unknown = (
        '<mc:AlternateContent><mc:Choice Requires="later"/><mc:Fallback><w:pict>'
        f"{box.format('still old')}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    document = read(f"<w:p>{run(both)}</w:p>", f"<w:p>{run(unknown)}</w:p>")
    assert lines(document) == ["new", "still old"]


def test_letters_with_effects_are_read():
    letters = '<w:pict><v:shape><v:textpath string="下書き"/></v:shape></w:pict>'
    document = read(f"<w:p>{run(letters)}</w:p>")
    assert lines(document) == ["下書き"]


def test_a_chart_in_a_document_is_read():
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart>'
        "<c:plotArea><c:lineChart><c:ser><c:tx><c:v>Depth</c:v></c:tx><c:cat><c:strLit>"
        '<c:pt idx="0"><c:v>北</c:v></c:pt></c:strLit></c:cat><c:val><c:numLit>'
        '<c:pt idx="0"><c:v>4.2000000000000002</c:v></c:pt></c:numLit></c:val></c:ser>'
        "</c:lineChart></c:plotArea></c:chart></c:chartSpace>"
    )
    document = read(
        '<w:p><w:r><w:drawing><c:chart r:id="rId91"/></w:drawing></w:r></w:p>',
        parts=(part(1, "chart", "charts/chart1.xml", chart),),
    )
    assert lines(document) == ["Chart", "北; Depth: 4.2"]


def test_the_words_of_a_diagram_are_read():
    diagram = (
        '<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><dgm:ptLst>'
        "<dgm:pt><dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt>"
        "<dgm:pt><dgm:t><a:p><a:r><a:t>Dredge</a:t></a:r></a:p></dgm:t></dgm:pt>"
        "</dgm:ptLst></dgm:dataModel>"
    )
    document = read(
        '<w:p><w:r><w:drawing><dgm:relIds r:dm="rId91"/></w:drawing></w:r></w:p>',
        parts=(part(1, "diagramData", "diagrams/data1.xml", diagram),),
    )
    assert lines(document) == ["Plan", "Dredge"]


def test_pictures_are_told_by_their_alternative_text_and_else_counted():
    def put(document: Any) -> None:
        for words in ("A chart of the bay.", ""):
            image = BytesIO()
            Image.new("RGB", (2, 2)).save(image, "PNG")
            shape = document.add_picture(BytesIO(image.getvalue()))
            shape._inline.docPr.set("descr", words)

    document = read(parts=(put,))
    assert lines(document) == ["Picture: A chart of the bay."]
    assert document.lost == ("1 picture without an alternative text is not read.",)


def test_embedded_files_are_counted_by_name_without_the_picture_beside_them():
    ole = (
        '<w:object><v:shape><v:imagedata r:id="rId1"/></v:shape>'
        '<o:OLEObject ProgID="{}" r:id="rId9{}"/></w:object>'
    )
    document = read(
        f"<w:p>{run('', 'Budget below.')}{run(ole.format('Excel.Sheet.12', 1))}"
        f"{run(ole.format('Package', 2))}{run(ole.format('Equation.3', 2))}</w:p>",
        parts=(
            part(1, "package", "embeddings/budget.xlsx", b"book"),
            part(2, "oleObject", "embeddings/oleObject1.bin", b"data"),
        ),
    )
    assert lines(document) == ["Budget below."]
    assert document.lost == (
        "2 embedded files (budget.xlsx, Package) are not read.",
        "1 equation of an older equation editor is not read.",
    )


def test_inserted_documents_are_read_or_counted():
    inner = word(lambda document: document.add_paragraph("From within."))
    document = read(
        *(f'<w:altChunk r:id="rId9{number}"/>' for number in (1, 2, 3)),
        parts=(
            part(1, "aFChunk", "page.html", "<p>Caf\u00e9 &amp; quay</p>"),
            part(2, "aFChunk", "inner.docx", inner),
            part(3, "aFChunk", "letter.rtf", "{\\rtf1 x}"),
        ),
    )
    assert lines(document) == ["Café & quay", "From within."]
    assert document.lost == ("1 inserted document (letter.rtf) is not read.",)


def test_content_controls_and_smart_tags_are_looked_into():
    document = read(
        "<w:sdt><w:sdtPr/><w:sdtContent><w:p><w:sdt><w:sdtContent><w:r><w:t>Ebb</w:t></w:r>"
        "</w:sdtContent></w:sdt><w:smartTag><w:r><w:t> at noon</w:t></w:r></w:smartTag></w:p>"
        "</w:sdtContent></w:sdt>"
    )
    assert lines(document) == ["Ebb at noon"]


def test_a_damaged_part_beside_the_body_harms_itself_alone():
    def comment(document: Any) -> None:
        paragraph = document.add_paragraph("Ebb at noon.")
        document.add_comment(paragraph.runs, text="Check.", author="A")

    broken = changed(word(comment), {"word/comments.xml": lambda data: data[:-9]})
    document = read_document(broken, "tides.docx")
    assert lines(document) == ["Ebb at noon."]
    assert document.lost == ("1 part (comments.xml) is damaged and not read.",)


def test_a_document_of_pictures_alone_says_what_it_holds():
    def put(document: Any) -> None:
        image = BytesIO()
        Image.new("RGB", (2, 2)).save(image, "PNG")
        document.add_picture(image)

    with pytest.raises(DocumentError) as caught:
        read(parts=(put,))
    assert caught.value.why == (
        "It holds no words. 1 picture without an alternative text is not read."
    )


def test_elements_nested_without_end_are_no_damage():
    def nested(body: bytes) -> bytes:
        opened, closed = b"<w:sdt><w:sdtContent>", b"</w:sdtContent></w:sdt>"
        return re.sub(b"<w:sectPr", opened * 900 + closed * 900 + b"<w:sectPr", body, count=1)

    with pytest.raises(DocumentError) as caught:
        read_document(changed(word(), {MAIN: nested}), "deep.docx")
    assert "nested" in caught.value.why
    assert "damaged" not in str(caught.value)
