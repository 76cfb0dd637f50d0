from pathlib import Path

from worker.settings import load_settings
from xl_addin.jobs.answer import ask
from xl_addin.jobs.base import Inputs
from xl_addin.sheets.options import read_options
from xl_addin.workbook.file.file_book import FileBook


def test_how_answers_are_drawn_and_gated_reaches_the_worker(book: Path):
    port = FileBook.open(book)

    def asked(**values: object):
        return ask(Inputs(read_options(values), load_settings(), port, port, book)).request

    usual = asked()
    assert (usual.temperature, usual.seed, usual.repeatable, usual.gate) == (0, 1, False, True)
    other = asked(**{"Temperature": 0.5, "Seed": 7, "Repeatable": "yes", "Evidence gate": "no"})
    assert (other.temperature, other.seed, other.repeatable, other.gate) == (0.5, 7, True, False)
