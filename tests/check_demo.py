"""Checks the workbook that `bonsai demo` has made; run by the continuous integration.

Usage: python -m tests.check_demo WORKBOOK
"""

import sys
import zipfile
from collections import Counter
from pathlib import Path

from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.matrix import MATRIX
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.file.file_book import FileBook


def main(path: Path) -> None:
    """Exit with a message unless every used question has its ranking, picture and answers."""
    book = FileBook.open(path)
    questions = [row.values for row in book.read_table(FBQ).rows]
    used = [question["ID"] for question in questions if question["Use"] != "no"]
    ranked = Counter(row.values["QID"] for row in book.read_table(RANKED).rows)
    matrix = Counter(row.values["QID"] for row in book.read_table(MATRIX).rows)
    answers = [row.values for row in book.read_table(ANSWERS).rows]
    answered = Counter(answer["QID"] for answer in answers if answer["Answer"])
    pictures = [name for name in zipfile.ZipFile(path).namelist() if name.startswith("xl/media/")]
    assert ranked == matrix == dict.fromkeys(used, 10), (ranked, matrix)
    assert answered == dict.fromkeys(used, 3), answered
    assert len(pictures) == len(used) + 1, f"one each, and one of all: {pictures}"
    sys.stdout.write(f"{path.name}: {len(used)} questions, ranked, pictured and answered\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
