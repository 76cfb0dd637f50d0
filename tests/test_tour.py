"""The tour: its commands, as a reader types them, with PDFs and sentences of its own."""

import subprocess
import sys
from pathlib import Path

import fpdf
import pytest

from tests.conftest import REPOSITORY
from tests.test_readme import typed_commands
from tests.worker.pipeline.conftest import TEXTS
from tests.xl_addin.edits import write_rows
from xl_addin.jobs.books import set_settings
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.pov import POV
from xl_addin.sheets.ranked import RANKED
from xl_addin.sheets.settings.index import DOCUMENTS
from xl_addin.workbook.file.file_book import FileBook

OWN = (REPOSITORY / "docs" / "tour.md").read_text(encoding="utf-8").split("## Your own folder")[1]
MADE, *REST = typed_commands(OWN)


def bonsai(words: list[str], folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "xl_addin.cli", *words], cwd=folder, check=True)


def write_papers(folder: Path) -> None:
    folder.mkdir()
    for name, text in TEXTS.items():
        paper = fpdf.FPDF()
        paper.add_page()
        paper.set_font("helvetica", size=11)
        paper.multi_cell(0, 6, text.encode("latin-1", "replace").decode("latin-1"))
        paper.output(folder / f"{Path(name).stem}.pdf")


def write_own_words(path: Path) -> None:
    """Write what the tour has its reader write, into the cells that it names."""
    book = FileBook.open(path)
    set_settings(book, {DOCUMENTS.name: "papers"})
    write_rows(book, POV, [{"POV": "A red kettle in the corner knows more than a summit."}])
    write_rows(book, FBQ, [{"QInitial": "What stands on the stove?", "Use": "yes"}])
    book.save()


@pytest.fixture
def toured(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a reader who has followed the tour to its end."""
    monkeypatch.setenv("BONSAI_MODELS", str(models))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    write_papers(tmp_path / "papers")
    bonsai(MADE, tmp_path)
    write_own_words(tmp_path / "my.xlsx")
    for words in REST:
        bonsai(words, tmp_path)
    return tmp_path


def test_whoever_follows_the_tour_has_an_own_folder_ranked_answered_and_handed_on(toured: Path):
    assert [words[0] for words in (MADE, *REST)] == ["new", "index", "rank", "answer", "report"]
    book = FileBook.open(toured / "my.xlsx")
    ranked = [row.values for row in book.read_table(RANKED).rows]
    assert {row["Question"] for row in ranked} == {"What stands on the stove?"}
    assert {Path(str(row["Source"])).suffix for row in ranked} == {".pdf"}
    assert any(str(row["Top POVs"]).startswith("P01") for row in ranked)
    answers = [row.values for row in book.read_table(ANSWERS).rows]
    assert [answer["Mode"] for answer in answers if answer["Answer"]] == ["no-rag", "rag", "sexy"]
    assert (toured / "reader.xlsx").is_file()
    assert "What stands on the stove?" in (toured / "page.html").read_text(encoding="utf-8")
