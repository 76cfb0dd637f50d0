"""What a question is to ask for: words of one sentence of its passage, chosen before it is written.

A small model that may ask anything asks what its passage does not answer. One that is given the
answer asks for it, and whether it has can be seen: asked its own question over the passage, it must
come to the same words (the answer-aware generation and round trip of Alberti et al., 2019,
"Synthetic QA corpora generation with roundtrip consistency").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from worker.language import mostly_japanese
from worker.qa_data.pair import QuestionKind, Target

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]+[\"”’')]*(?=\s|$)")
_SENTENCE_JA = re.compile(r"[^。！？\n]+[。！？]")
_LENGTHS, _LENGTHS_JA = (50, 300), (20, 150)  # characters of a sentence that one can ask about

_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'-]*\w"
_NAME = re.compile(rf"\b{_WORD}(?:\s+(?:(?:of|de|da|del|du|van|von|al|the)\s+){{0,2}}{_WORD})*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]*\d(?![\w])|(?<![\w.,])\d\b")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DATE = re.compile(rf"\b(?:\d{{1,2}}\s+)?{_MONTH}(?:\s+\d{{4}})?\b|\b[12]\d{{3}}\b")
#: What a capital letter at the start of a sentence makes of a small word.
_STARTER = re.compile(
    r"^(?:The|An?|In|On|At|By|To|Of|For|From|With|When|While|Where|Until|Since|After|Before|Under"
    r"|Over|As|If|Through|During|Among|Between|Into|Its?|Their|His|Her|Only|Even|Both|Most|Some"
    r"|Many|Few|One|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|More|Not|No|What|How|Why|Who)\s+"
)
#: "The Dutch planters": a single name before a noun says of what sort that is, and no more.
_BEFORE_NOUN = re.compile(
    r"\s+(?!(?:and|or|in|on|at|by|to|of|for|from|with|when|while|where|until|since|after|before"
    r"|under|over|as|through|during|into|is|are|was|were|had|has|have|did|would|could|who|which"
    r"|that|came|went|took|made|gave|left|began|became)\b)[a-z]"
)
#: Names side by side, as in a list: each could be the answer.
_LISTED_BEFORE = re.compile(rf"{_WORD}(?:,|,?\s+(?:and|or))\s+$")
_LISTED_AFTER = re.compile(rf"(?:,|,?\s+(?:and|or))\s+{_WORD}")
_CLAUSES: Mapping[QuestionKind, re.Pattern[str]] = {
    "reason": re.compile(r"\b(?:because|in order to)\s+(?P<words>[^,;:.!?]{12,120})"),
    "consequence": re.compile(
        r"\b(?:therefore|which (?:led|made|left|meant)|as a result),?\s+(?P<words>[^;:.!?]{12,120})"
    ),
    "procedure": re.compile(r"\bby (?P<words>\w+ing [^,;:.!?]{8,120})"),
}
_ASKED_BY: Mapping[QuestionKind, tuple[str, ...]] = {
    "reason": ("why",),
    "consequence": ("what",),
    "procedure": ("how",),
}
_WHEN = ("when", "year", "month", "day")
_HOW_MANY = ("how many", "how much", "how")
_POSSESSIVE = re.compile(r"[’']s?$")
#: Words for what an earlier sentence has named.
_PRONOUN = re.compile(
    r"\b(?:he|she|it|its|they|them|him|his|her|their|this|these|those)\b", re.IGNORECASE
)
#: More than one statement: what is said of the one is easily asked of the other.
_JOINED = re.compile(r"[;:]")
#: A sentence that begins so says by itself neither who nor what.
_POINTS_BACK = re.compile(
    r"(?:he|she|it|they|this|that|these|those|his|her|its|their|such|both|neither|one|another"
    r"|others?|some|yet|but|so|then|there|here|we|i|you|(?:the|a)\s+(?:same|other|second|latter))\b",
    re.IGNORECASE,
)
_JAPANESE = re.compile(
    r"[ァ-ヴー・]{3,}|[一二三四五六七八九〇十百千]{2,}[年月日人]"
    r"|[0-9０-９][0-9０-９,.，．]*[^\s、。はがをにでとのも]?"
)
_COMPOUND = re.compile(r"[一-龯]{2,}")
#: What a target is worth, whether it is of the kind that is wanted first, and the target.
_Found = tuple[tuple[bool, int], Target]
_NOTHING: _Found = ((False, 0), Target("", ""))
_TITLE_LIKE = 2  # words: a name of so many is clearer than one of one


def choose_target(passage: str, kind: QuestionKind, number: int) -> Target | None:
    """Return what the question of a number, from 1, can ask of a passage; None if nothing is clear.

    That is what a sentence gives as a reason, a consequence or a way if such a kind is wanted, and
    else a name, a date or a number in a sentence that names something else besides. Each number
    takes another sentence, the clearest first.
    """
    best: dict[str, _Found] = {}
    for clearness, target in _targets(passage):
        worth = (target.kind == kind, clearness)
        usable = clearness > 0 and target.kind in (kind, "fact")
        if usable and worth > best.get(target.sentence, _NOTHING)[0]:
            best[target.sentence] = worth, target
    ordered = sorted(best.values(), key=lambda each: each[0], reverse=True)
    return ordered[number - 1][1] if number <= len(ordered) else None


def _targets(passage: str) -> Iterator[tuple[int, Target]]:
    """Yield all that can be asked for, with its clearness."""
    japanese = mostly_japanese([passage])
    least, most = _LENGTHS_JA if japanese else _LENGTHS
    for sentence in map(str.strip, (_SENTENCE_JA if japanese else _SENTENCE).findall(passage)):
        if least <= len(sentence) <= most and not _POINTS_BACK.match(sentence):
            for target in _japanese(sentence) if japanese else _english(sentence):
                yield _clearness(target, passage), target


def _english(sentence: str) -> Iterator[Target]:
    for kind, clause in _CLAUSES.items():
        for match in clause.finditer(sentence):
            yield Target(sentence, match["words"].strip(), kind, _ASKED_BY[kind])
    dates = [match[0] for match in _DATE.finditer(sentence)]
    if len(dates) == 1:
        yield Target(sentence, dates[0], "fact", _WHEN)
    for match in _NUMBER.finditer(_DATE.sub(lambda date: " " * len(date[0]), sentence)):
        yield Target(sentence, match[0], "fact", _HOW_MANY)
    yield from (Target(sentence, name) for name in _names(sentence))


def _names(sentence: str) -> Iterator[str]:
    """Yield the names in a sentence that can be an answer by themselves."""
    for match in _NAME.finditer(sentence):
        starter = _STARTER.match(match[0])
        name = match[0][starter.end() :] if starter else match[0]
        before, after = sentence[: match.start()], sentence[match.end() :]
        is_listed = _LISTED_BEFORE.search(before) or _LISTED_AFTER.match(after)
        is_whole = not (_POSSESSIVE.search(name) or _DATE.search(name))
        is_clear = " " in name or ((before or starter) and not _BEFORE_NOUN.match(after))
        if is_whole and is_clear and not is_listed:
            yield name


def _japanese(sentence: str) -> Iterator[Target]:
    yield from (Target(sentence, match[0]) for match in _JAPANESE.finditer(sentence))


def _clearness(target: Target, passage: str) -> int:
    """Return how clearly a question can ask for a target; 0 if it cannot.

    The sentence must name something besides, and say one thing. Words that stand once in the
    passage, dates and names of several words can hardly be another's answer; a pronoun may speak
    of what only an earlier sentence has named.
    """
    words, sentence = target.words, target.sentence
    rest = sentence.replace(words, " ")
    names = [*_NAME.findall(rest[1:]), *_NUMBER.findall(rest), *_COMPOUND.findall(rest)]
    if sentence.count(words) > 1 or not names or _JOINED.search(sentence):
        return 0
    is_long = len(words.split()) >= _TITLE_LIKE or _DATE.fullmatch(words) is not None
    points_back = _PRONOUN.search(sentence) is not None
    worth = 2 * min(3, len(names)) + 2 * is_long + 2 * (passage.count(words) == 1)
    return max(1, worth - 3 * points_back)
