import pytest
from lxml import etree

from tests.xl_addin.workbook.samples import loaded, parts, png, rich_book
from worker.errors import InternalError
from xl_addin.workbook.file.file_book import FileBook
from xl_addin.workbook.file.markup import DRAWING, RELATION, SHEET_DRAWING, q
from xl_addin.workbook.png import shown_size
from xl_addin.workbook.port import Picture


def picture(name, image=None, caption=""):
    return Picture(f"bonsai {name}", image or png(), f"alt of {name}", caption or f"About {name}")


def shown(path, sheet, *pictures):
    port = FileBook.open(path)
    port.put_pictures(sheet, pictures)
    port.save()
    return loaded(path)[sheet]


def anchors(path, part="xl/drawings/drawing1.xml"):
    """Name, row (from 1), size and alt text of each picture."""
    root = etree.fromstring(parts(path)[part])
    x = lambda tag: q(tag, SHEET_DRAWING)  # noqa: E731
    found = {}
    for anchor in root:
        for properties in anchor.iter(x("cNvPr")):
            row = int(anchor.findtext(f"{x('from')}/{x('row')}")) + 1
            size = anchor.find(x("ext"))
            found[properties.get("name")] = (
                row,
                None if size is None else (int(size.get("cx")), int(size.get("cy"))),
                properties.get("descr"),
            )
    return found


def media(path):
    return sorted(name for name in parts(path) if name.startswith("xl/media/"))


def test_pictures_stand_below_each_other_with_captions_and_alt_text(book):
    sheet = shown(book, "Heatmap", picture("Q1", png(100, 60)), picture("Q2", png(50, 30)))
    assert anchors(book) == {
        "bonsai Q1": (6, (100 * 9525, 60 * 9525), "alt of Q1"),
        "bonsai Q2": (12, (50 * 9525, 30 * 9525), "alt of Q2"),
    }
    assert (sheet["A5"].value, sheet["A11"].value) == ("About Q1", "About Q2")
    assert sheet["A5"].style == "Heading 3"
    assert len(sheet._images) == 2


def test_a_known_picture_keeps_its_place_and_size_and_shows_the_new_image(book):
    shown(book, "Heatmap", picture("Q1", png(100, 60)))
    root = etree.fromstring(parts(book)["xl/drawings/drawing1.xml"])
    next(root.iter(q("row", SHEET_DRAWING))).text = "20"
    port = FileBook.open(book)
    port._package._parts["xl/drawings/drawing1.xml"] = etree.tostring(root)
    port.put_pictures("Heatmap", [picture("Q1", png(500, 500, "red"), caption="New caption")])
    port.save()
    assert anchors(book) == {"bonsai Q1": (21, (100 * 9525, 60 * 9525), "alt of Q1")}
    sheet = loaded(book)["Heatmap"]
    assert sheet["A5"].value == "New caption"
    assert sheet["A20"].value is None
    assert [parts(book)[name] for name in media(book)] == [png(500, 500, "red")]


def test_a_picture_that_is_no_longer_wanted_goes_with_caption_and_image(book):
    shown(book, "Heatmap", picture("Q1"), picture("Q2"))
    sheet = shown(book, "Heatmap", picture("Q2"))
    assert list(anchors(book)) == ["bonsai Q2"]
    assert sheet["A5"].value is None
    assert len(media(book)) == 1
    shown(book, "Heatmap")
    assert media(book) == []


def test_foreign_pictures_and_charts_stay_as_they_are(tmp_path):
    path = rich_book(tmp_path / "a.xlsx")
    before = parts(path)
    shown(path, "Other", picture("Q1", png(300, 200, "red")))
    after = parts(path)
    assert [name for name in before if name not in after] == []
    assert after["xl/charts/chart1.xml"] == before["xl/charts/chart1.xml"]
    assert after["xl/media/image1.png"] == before["xl/media/image1.png"]
    found = anchors(path)
    others = [row for name, (row, *_) in found.items() if name != "bonsai Q1"]
    assert found["bonsai Q1"][0] > max(others)
    shown(path, "Other")
    assert set(anchors(path)) == set(found) - {"bonsai Q1"}
    assert media(path) == ["xl/media/image1.png"]


def test_equal_images_that_excel_made_one_are_parted_when_one_changes(book):
    shown(book, "Heatmap", picture("Q1"), picture("Q2"))
    part = "xl/drawings/drawing1.xml"
    root = etree.fromstring(parts(book)[part])
    blips = list(root.iter(q("blip", DRAWING)))
    blips[1].set(q("embed", RELATION), blips[0].get(q("embed", RELATION)))
    port = FileBook.open(book)
    port._package._parts[part] = etree.tostring(root)
    red, blue = png(9, 9, "red"), png(9, 9, "blue")
    port.put_pictures("Heatmap", [picture("Q1", red), picture("Q2", blue)])
    port.save()
    images = {parts(book)[name] for name in media(book)}
    assert images >= {red, blue}


@pytest.mark.parametrize(
    ("image", "size"),
    [
        (png(200, 100), (200, 100)),
        (png(300, 150, dpi=192), (150, 75)),
        (png(2500, 100), (1250, 50)),
        (png(1, 4000), (1, 4000)),
    ],
)
def test_pictures_have_their_natural_size_up_to_a_limit(image, size):
    assert shown_size(image) == size


def test_an_image_of_another_kind_is_our_mistake():
    with pytest.raises(InternalError, match="not a PNG"):
        shown_size(b"GIF89a")


def test_each_picture_after_the_first_begins_a_printed_page(book):
    sheet = shown(book, "Heatmap", picture("Q1", png(100, 60)), picture("Q2", png(50, 30)))
    assert [page.id for page in sheet.row_breaks.brk] == [10], "the caption of Q2 is in row 11"
