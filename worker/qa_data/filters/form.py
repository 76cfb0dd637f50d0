"""Form: a question that is one, an answer that is one, of usual length, in their language."""

from __future__ import annotations

import re
from collections import Counter

from worker.language import mostly_japanese
from worker.qa_data.pair import Pair, Rejection

FORM = "form"

#: Characters of a question and of an answer; Japanese says the same in half as many.
_QUESTION = (15, 300)
_ANSWER = (2, 800)
_QUESTION_JA = (8, 150)
_ANSWER_JA = (1, 400)

_ASKS = re.compile(
    r"[?？][\"”’」』)]*$|(?:か|かな|でしょう)[。.]?$|(?:述べ|答え|説明し)(?:よ|なさい|てください)。?$"
)
#: An answer of more characters than this ends like a sentence, unless it was cut off.
_WHOLE_SENTENCE = 80
_SENTENCE_END = re.compile(r"[.!?…。！？][\"”’'」』)）\]]*$")
_NO_ANSWER = re.compile(
    r"\b(?:i (?:do not|don['’]?t|cannot|can['’]?t) (?:know|answer|say|find|provide)|i['’]?m sorry"
    r"|(?:do|does|did|is|are|was|were)(?:n['’]t| not) (?:\w+ )?"
    r"(?:mention|specif|state[ds]?\b|provide|say\b|indicate|(?:given|known)\W*$)"
    r"|no (?:information|mention|answer)\b|cannot be (?:determined|answered)|as an ai\b)"
    r"|分かりません|わかりません|(?:記載|言及|説明|記述)されていません|不明です|情報がありません",
    re.IGNORECASE,
)
_MARKS = re.compile(r"<\||\|>|\ufffd|[_=#*~-]{4,}|https?://|```")
_WORD = re.compile(r"[^\W_]+")
#: Words that come again and again are a model running in circles.
_CIRCLES = 4
_SMALL_WORD = re.compile(r"\b[a-zà-öø-ÿ]+\b")
#: Of a text's words in small letters, how many stand in a passage of its language, at least.
_SHARED_WORDS = 0.2
_ENOUGH_WORDS = 6
#: A passage with all of these is English, and any of the others may stand in a question on it.
_IN_ENGLISH = frozenset(("the", "of", "and", "in"))
_COMMON = (
    "a an as at be been before after between both by can could did do does for from had has have "
    "how into is it its many may more most much not of on one or other should so such than that "
    "their them then there they this to two use used using was were what when where which who why "
    "will with without would"
)
_ENGLISH = frozenset(_COMMON.split())
_KANA = re.compile(r"[ぁ-ゟ゠-ヿ]")


def bad_form(pair: Pair) -> Rejection | None:
    """Reject a pair whose question or answer is none by its form."""
    why = _question_fault(pair) or _answer_fault(pair)
    return Rejection(FORM, why) if why else None


def bad_question(pair: Pair) -> Rejection | None:
    """Reject a pair whose question is none by its form, whatever its answer."""
    why = _question_fault(pair)
    return Rejection(FORM, why) if why else None


def _question_fault(pair: Pair) -> str:
    question = pair.question.strip()
    if not question:
        return "The model wrote no question."
    if not _ASKS.search(question):
        return "The question does not end like one."
    lengths = _QUESTION_JA if mostly_japanese([question]) else _QUESTION
    return _fault("question", question, lengths, pair.passage.text)


def _answer_fault(pair: Pair) -> str:
    answer = pair.answer.strip()
    if not answer:
        return "The model wrote no answer."
    if _NO_ANSWER.search(answer):
        return "The answer says that it does not know."
    if _words(answer) == _words(pair.question):
        return "The answer repeats the question."
    if answer.endswith(("?", "？")):
        return "The answer is a question."
    if len(answer) > _WHOLE_SENTENCE and not _SENTENCE_END.search(answer):
        return "The answer is cut off in the middle of a sentence."
    lengths = _ANSWER_JA if mostly_japanese([answer]) else _ANSWER
    return _fault("answer", answer, lengths, pair.passage.text)


def _fault(role: str, text: str, lengths: tuple[int, int], passage: str) -> str:
    least, most = lengths
    if not least <= len(text) <= most:
        return f"The {role} has {len(text)} characters; {least} to {most} are usual."
    if _MARKS.search(text):
        return f"The {role} holds marks that are no part of a text."
    if not _WORD.search(text):
        return f"The {role} holds no word."
    if _runs_in_circles(text):
        return f"The {role} says the same again and again."
    if _is_foreign(text, passage):
        return f"The {role} is not in the passage's language."
    return ""


def _runs_in_circles(text: str) -> bool:
    """Say whether three words in a row come four times."""
    words = _words(text)
    threes = Counter(zip(words, words[1:], words[2:], strict=False))
    return max(threes.values(), default=0) >= _CIRCLES


def _is_foreign(text: str, passage: str) -> bool:
    if mostly_japanese([passage]):
        # names and numbers stand in an answer without any kana; Chinese is long without it
        return len(text) > 20 and not _KANA.search(text)
    if mostly_japanese([text]):
        return True
    words = _SMALL_WORD.findall(text)
    if len(words) < _ENOUGH_WORDS:
        return False
    known = set(_words(passage))
    if known >= _IN_ENGLISH:
        known |= _ENGLISH
    return sum(word in known for word in words) < _SHARED_WORDS * len(words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
