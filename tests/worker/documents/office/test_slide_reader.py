"""Presentations: what stands on slides in whatever shape, and what is counted as lost."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from lxml import etree
from PIL import Image
from pptx.chart.data import BubbleChartData, CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.slide import Slide
from pptx.util import Inches

from tests.worker.documents.office_files import changed, part_of, replacing, slides
from worker.documents.document import Document
from worker.documents.readers import read_document
from worker.errors import DocumentError

ChartData = CategoryChartData | XyChartData | BubbleChartData
BOX = (Inches(1), Inches(2), Inches(6), Inches(4))
SLIDE = "ppt/slides/slide1.xml"
MATH = (
    '<a:p><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
    '2006"><mc:Choice xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" '
    'Requires="a14"><a14:m><m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/'
    '2006/math"><m:r><m:t>v=330 m/s</m:t></m:r></m:oMath></a14:m></mc:Choice><mc:Fallback><a:r>'
    "<a:t>picture</a:t></a:r></mc:Fallback></mc:AlternateContent></a:p>"
)


def read(data: bytes) -> Document:
    return read_document(data, "talk.pptx")


def chart(slide: Slide, kind: XL_CHART_TYPE, data: ChartData, title: str = "") -> None:
    found = slide.shapes.add_chart(kind, *BOX, data).chart
    if title:
        found.has_title = True
        found.chart_title.text_frame.text = title


def catch(slide: Slide) -> None:
    data = CategoryChartData()
    data.categories = ["港", "岬"]
    data.add_series("Mackerel", (12.5, 7))
    data.add_series("Squid", (None, 31))
    chart(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data, "Catch by place")


def share(slide: Slide) -> None:
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["Rail", "Road"]
    data.add_series("Share", (0.415, 0.585))
    chart(slide, XL_CHART_TYPE.PIE, data)


def picture(slide: Slide, words: str = "") -> None:
    image = BytesIO()
    Image.new("RGB", (4, 4), "navy").save(image, "PNG")
    image.seek(0)
    shape = slide.shapes.add_picture(image, *BOX)
    shape._element.nvPicPr.cNvPr.set("descr", words)


def table_in_group(slide: Slide) -> None:
    frame = slide.shapes.add_table(1, 2, *BOX)
    frame.table.cell(0, 0).text, frame.table.cell(0, 1).text = "Saba", "800"
    group = slide.shapes.add_group_shape()
    group._element.append(frame._element)


def test_a_chart_is_read_as_its_title_and_a_line_for_each_category():
    document = read(slides(catch, share))
    assert document.text == (
        "Slide 1\nChart: Catch by place\n港; Mackerel: 12.5\n岬; Mackerel: 7; Squid: 31\n\n"
        "Slide 2\nChart\nRail; Share: 41.5%\nRoad; Share: 58.5%"
    )
    assert document.lost == ()


def test_what_is_written_beside_a_point_of_a_chart_is_read():
    def labelled(slide: Slide) -> None:
        data = CategoryChartData()
        data.categories = ["Pier", "湾"]
        data.add_series("Catch", (3, 5))
        made = slide.shapes.add_chart(XL_CHART_TYPE.LINE, *BOX, data).chart
        label = made.plots[0].series[0].points[1].data_label
        label.text_frame.text = "台風の後"

    assert "Pier; Catch: 3\n湾; Catch: 5 (台風の後)" in read(slides(labelled)).text


def test_charts_of_points_and_bubbles_are_read():
    points = XyChartData()
    series = points.add_series("Depth")
    series.add_data_point(0.5, 12)
    bubbles = BubbleChartData()
    bubbles.add_series("Ports").add_data_point(2, 3, 40)
    text = read(
        slides(
            lambda slide: chart(slide, XL_CHART_TYPE.XY_SCATTER, points),
            lambda slide: chart(slide, XL_CHART_TYPE.BUBBLE, bubbles),
        )
    ).text
    assert "0.5; Depth: 12" in text
    assert "2; Ports: 3 (size 40)" in text


def test_a_chart_without_stored_values_is_read_from_its_workbook():
    deck = slides(catch)
    document = read(changed(deck, {part_of(deck, "ppt/charts/chart"): without_values}))
    assert "港; Mackerel: 12.5" in document.text
    assert "岬; Mackerel: 7; Squid: 31" in document.text
    assert document.lost == ()


def without_values(chart_part: bytes) -> bytes:
    root = etree.fromstring(chart_part)
    for cache in root.xpath("//*[local-name()='strCache' or local-name()='numCache']"):
        cache.getparent().remove(cache)
    return etree.tostring(root)


def test_a_chart_without_any_values_is_counted():
    empty = CategoryChartData()
    empty.categories = []
    document = read(slides(lambda slide: chart(slide, XL_CHART_TYPE.LINE, empty)))
    assert document.lost == ("1 chart holds no values.",)


def test_pictures_are_told_by_their_alternative_text_and_else_counted():
    def put(slide: Slide) -> None:
        picture(slide, "A crane lifts a boat.")
        picture(slide, "IMG_0231.jpg")
        picture(slide)

    document = read(slides(put))
    assert document.text == "Slide 1\nPicture: A crane lifts a boat."
    assert document.lost == ("2 pictures without an alternative text are not read.",)


def test_a_shape_of_an_unknown_kind_is_counted_and_the_rest_is_read():
    deck = slides(catch, share)
    odd = '<x:hologram xmlns:x="urn:example:later"><x:data/></x:hologram></p:spTree>'
    document = read(changed(deck, {SLIDE: replacing(("</p:spTree>", odd))}))
    assert "岬; Mackerel: 7; Squid: 31" in document.text
    assert "Rail; Share: 41.5%" in document.text
    assert document.lost == ("1 shape of an unknown kind (hologram) is not read.",)


def test_a_shape_of_an_unknown_kind_that_holds_words_is_read():
    odd = (
        '<x:label xmlns:x="urn:example:later"><a:p><a:r><a:t>Ebb at noon</a:t></a:r></a:p>'
        "</x:label></p:spTree>"
    )
    document = read(changed(slides(catch), {SLIDE: replacing(("</p:spTree>", odd))}))
    assert document.text.endswith("Ebb at noon")
    assert document.lost == ()


def test_an_equation_on_a_slide_is_read_once():
    data = slides(lambda slide: slide.shapes.add_textbox(*BOX))
    assert read(changed(data, {SLIDE: with_math})).text == "Slide 1\nv=330 m/s"


def with_math(content: bytes) -> bytes:
    root = etree.fromstring(content)
    body = root.findall(".//{*}txBody")[-1]
    body.remove(body.find("{*}p"))
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    body.append(etree.fromstring(MATH.replace("<a:p>", f'<a:p xmlns:a="{main}">', 1)))
    return etree.tostring(root)


def test_a_table_in_a_group_is_read():
    assert read(slides(table_in_group)).text == "Slide 1\nSaba | 800"


def test_hidden_slides_are_read_and_told():
    deck = slides(lambda slide: None, lambda slide: slide._element.set("show", "0"))
    document = read(deck)
    assert document.text == "Slide 1\n\nSlide 2"
    assert document.read_as == ("with hidden slides (2)",)


def test_a_damaged_slide_harms_itself_alone():
    deck = slides(catch, share)
    document = read(changed(deck, {SLIDE: lambda content: content[: len(content) // 2]}))
    assert document.text.strip().startswith("Slide 2")
    assert document.page_at(document.text.index("Slide 2")) == 2
    assert document.lost == ("1 part (slide1.xml) is damaged and not read.",)


def test_a_relation_that_leads_nowhere_harms_itself_alone():
    deck = slides(lambda slide: picture(slide, "A quay."), share)
    relations = "ppt/slides/_rels/slide1.xml.rels"
    nowhere = replacing(("../media/image1.png", "NULL"))
    assert "Picture: A quay." in read(changed(deck, {relations: nowhere})).text


def test_a_presentation_without_its_list_of_slides_is_damaged():
    deck = changed(slides(catch), {"ppt/presentation.xml": lambda content: content[:99]})
    with pytest.raises(DocumentError, match="damaged"):
        read(deck)


def test_values_that_are_none_leave_the_rest_of_a_chart():
    deck = slides(catch)
    odd = replacing(('<c:pt idx="1">', '<c:pt idx="">'), ("<c:v>12.5</c:v>", "<c:v>#N/A</c:v>"))
    text = read(changed(deck, {part_of(deck, "ppt/charts/chart"): odd})).text
    assert "港; Mackerel: #N/A" in text
    assert "岬; Mackerel: 7" in text


def related(kind: str, target: str) -> tuple[str, str]:
    """What adds a relation to a list of relations."""
    return (
        "</Relationships>",
        f'<Relationship Id="rId99" Type="urn:example/{kind}" Target="{target}"/></Relationships>',
    )


@pytest.mark.parametrize(
    ("people", "authors", "comments"),
    [
        (
            "commentAuthors",
            '<p:cmAuthorLst xmlns:p="urn:p"><p:cmAuthor id="0" name="山田"/></p:cmAuthorLst>',
            '<p:cmLst xmlns:p="urn:p"><p:cm authorId="0"><p:pos/><p:text>Too low</p:text></p:cm>'
            '<p:cm authorId="5"><p:text>Who?</p:text></p:cm></p:cmLst>',
        ),
        (
            "authors",
            '<p:authorLst xmlns:p="urn:q"><p:author id="0" name="山田"/></p:authorLst>',
            '<p:cmLst xmlns:p="urn:q" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/'
            'main"><p:cm authorId="0"><p:replyLst><p:reply authorId="7"><p:txBody><a:p><a:r><a:t>'
            "Who?</a:t></a:r></a:p></p:txBody></p:reply></p:replyLst><p:txBody><a:p><a:r><a:t>"
            "Too low</a:t></a:r></a:p></p:txBody></p:cm></p:cmLst>",
        ),
    ],
    ids=["as they were", "as they are now"],
)
def test_comments_on_slides_are_read_with_their_authors(people: str, authors: str, comments: str):
    deck = changed(
        slides(lambda slide: None),
        {
            "ppt/_rels/presentation.xml.rels": replacing(related(people, "people.xml")),
            "ppt/slides/_rels/slide1.xml.rels": replacing(related("comments", "../said.xml")),
            "ppt/people.xml": authors.encode(),
            "ppt/said.xml": comments.encode(),
        },
    )
    assert read(deck).text == "Slide 1\nComment by 山田: Too low\nComment: Who?"


def test_categories_of_two_levels_are_read_together():
    def put(slide: Slide) -> None:
        data = CategoryChartData()
        for year, quarters in (("2025", ("Q3", "Q4")), ("2026", ("Q1",))):
            outer = data.add_category(year)
            for quarter in quarters:
                outer.add_sub_category(quarter)
        data.add_series("Catch", (1, 2, 3))
        chart(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data)

    assert read(slides(put)).text.endswith(
        "2025 Q3; Catch: 1\n2025 Q4; Catch: 2\n2026 Q1; Catch: 3"
    )


def test_dates_below_a_chart_are_read_as_dates():
    def put(slide: Slide) -> None:
        data = CategoryChartData()
        data.categories = [date(2026, 3, 1), date(2026, 4, 1)]
        data.add_series("Catch", (1, 2))
        chart(slide, XL_CHART_TYPE.LINE, data)

    assert "2026-03-01; Catch: 1\n2026-04-01; Catch: 2" in read(slides(put)).text
