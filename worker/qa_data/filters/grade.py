"""A grade that a language model gives to a pair; whoever calls the model reads it here."""

from __future__ import annotations

import re
import unicodedata

from worker.foreign_text import harmless
from worker.qa_data.pair import Pair, Rejection
from worker.qa_data.wording import opening

GRADE = "grade"

#: The lowest grade of ten that stays.
LEAST_GRADE = 7

#: Tokens that a grade may take.
GRADE_TOKENS = 12

_PROMPT = (
    "{passage}Question: {question}\nAnswer: {answer}\n\n"
    "Grade this pair from 1 to 10. 10: the question can be understood without the passage, and the "
    "passage shows that the answer is right. 1: neither. Reply with the number alone."
)
_NUMBER = re.compile(r"(?<![\d./])(10|[1-9])(?:[.,]\d)?(?:\s*(?:/|out of|of)\s*10)?(?![\d/])")


def grade_prompt(pair: Pair) -> str:
    """Return the text that asks a model for a grade; it begins as that of the question does."""
    return _PROMPT.format(
        passage=opening(pair.passage.text),
        question=harmless(pair.question),
        answer=harmless(pair.answer),
    )


def read_grade(text: str) -> int | None:
    """Return the grade that a model gave, 1 to 10; None if it gave none, or several."""
    grades = {int(each) for each in _NUMBER.findall(unicodedata.normalize("NFKC", text))}
    return grades.pop() if len(grades) == 1 else None


def low_grade(grade: int | None) -> Rejection | None:
    """Reject a grade under the least; a model that gives none leaves the pair as it is."""
    if grade is None or grade >= LEAST_GRADE:
        return None
    return Rejection(GRADE, f"The model gives it {grade} of 10; {LEAST_GRADE} are needed.")
