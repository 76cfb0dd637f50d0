"""The parts of a question, with the words that a passage must speak of to answer them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.answering.evidence.answer_type import (
    INTERROGATIVE,
    WORD,
    AnswerType,
    answer_type,
    word_set,
    words_of_type,
)

#: Where a second question begins: ", and in which year", " and who".
_SEAM = re.compile(
    rf",?\s+and\s+(?=(?:\w+\s+){{0,2}}?(?:{INTERROGATIVE.pattern})\b)", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"['’]s$")

#: Words that say little by themselves: a text may answer without them.
_LIGHT = word_set(
    "a an the of in on at to for from by with as is are was were be been being am do does did done "
    "have has had having and or but if then than that this these those it its he him his she her "
    "they them their we us our i me my you your who whom whose which what when where why how not "
    "no nor so such there here will would shall should can could may might must about into over "
    "under after before between during through up down out off again further once only own same "
    "too very just also any all both each every few more most other some one ones many much long "
    "far old new first last end get got go goes going went gone come comes came take takes took "
    "make makes made give gives gave given use used still back main various kind sort"
)


@dataclass(frozen=True)
class QuestionPart:
    """One thing that is asked.

    `asked` are the words that carry it, `about` those that say of whom or what: names, numbers,
    and for a later part what the first one speaks of. `answer` is the type of what is asked for.
    """

    text: str
    asked: tuple[str, ...]
    about: tuple[str, ...]
    answer: AnswerType | None


def question_parts(question: str) -> list[QuestionPart]:
    """Return the parts of a question, at least one, with their words as they stand in it.

    A word with a capital is a name: the first one, too.
    """
    names = [word for word in content_words(question) if _is_name(word)]
    parts: list[QuestionPart] = []
    for text in _SEAM.split(question):
        answer = answer_type(text)
        unneeded = words_of_type(answer)
        words = [word for word in content_words(text) if word not in names]
        asked = [word for word in words if word.lower() not in unneeded]
        if parts and not asked:
            asked = words  # or else it would ask for nothing beyond the first part
        if not asked and text.lower().startswith(("who is", "who was")):
            answer = None  # a description will do
        first = parts[0].asked if parts else ()
        about = [*names, *(word for word in first if word not in asked)]
        parts.append(QuestionPart(text, tuple(asked), tuple(about), answer))
    return parts


def without_possessive(word: str) -> str:
    """Return a word in small letters without the 's at its end."""
    return _POSSESSIVE.sub("", word.lower())


def content_words(text: str) -> list[str]:
    """Return the words of a text that say something by themselves, each once."""
    words = WORD.findall(text)
    return list(dict.fromkeys(word for word in words if without_possessive(word) not in _LIGHT))


def _is_name(word: str) -> bool:
    return word[0].isdigit() or word[0].isupper()
