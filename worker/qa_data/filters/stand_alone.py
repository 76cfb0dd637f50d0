"""Questions and answers that can be read only with the passage in hand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from worker.qa_data.pair import Pair, Rejection

NEEDS_PASSAGE = "needs the passage"

Pointer = tuple[re.Pattern[str], str]

#: What a passage is called; "the text of the treaty" and "the passage of a law" are things.
_TEXT = r"passages?|texts?|excerpts?|extracts?|paragraphs?|contexts?|snippets?"
#: What a passage may be a part of, and those who speak in it: clear only with a name beside it.
_WORK = (
    r"documents?|articles?|stud(?:y|ies)|papers?|reports?|stor(?:y|ies)|essays?|chapters?|sections?"
    r"|reviews?|authors?|narrators?|writers?|speakers?|researchers?|evaluators?|surve(?:y|ys)"
    r"|experiments?|findings"
)
#: Whoever and whatever has a part in a passage, and many namesakes outside.
_ROLE = (
    r"company|firm|director|film|movie|village|town|city|country|region|island|river|bridge|harbour"
    r"|port|conference|meeting|summit|committee|commission|council|organi[sz]ation|institution|bank"
    r"|government|minister|president|king|queen|treaty|agreement|law|policy|project|program(?:me)?"
    r"|team|man|woman|boy|girl|family|protagonist|character|hero|event|war|battle|incident|book"
    r"|novel|poem|song|ship|building|tower|school|system|process|method|model|plan|decision|group"
)
#: What makes a general noun a particular one, after it.
_QUALIFIED = (
    r"(?:\s+(?:of|by|on|about|into|for|from|between|in|at|to|with|called|named|titled|entitled|that"
    r"|who|which|whose|where|through|against|published|written|made|founded|built|held|signed"
    r"|known|under|behind|across|over|near)\b|['’]s?\s+\w|\s+(?-i:[A-Z]))"
)
_THAT = r"(?:that|those|the (?:given|provided|above|following|preceding|present|said))"
_ASKING = r"(?:who|whom|whose|what|which|when|where|why|how)"
_AUXILIARY = r"(?:is|are|was|were|did|do|does|has|have|had|can|could|will|would|should)"


def _pointers(*patterns: tuple[str, str], flags: int = re.IGNORECASE) -> tuple[Pointer, ...]:
    return tuple((re.compile(pattern, flags), what) for pattern, what in patterns)


#: What neither a question nor an answer may say.
_ANYWHERE = _pointers(
    (rf"\b(?:{_THAT}|this|the) (?:{_TEXT})\b(?!{_QUALIFIED})", "a text that is not named"),
    (
        r"\b(?:in|from|according to|by|within|of) (?:the )?(?:passage|text|excerpt|context"
        r"|author|narrator)\b(?!\s+(?:of|from|to|through)\b|\s+(?-i:[A-Z]))",
        "the passage itself",
    ),
    (
        r"\b(?:mentioned|described|discussed|listed|stated|shown|given|presented|outlined|cited"
        r"|quoted|explained) (?:above|below|here|earlier|previously)\b",
        "what is said elsewhere",
    ),
)
_ANYWHERE_JA = _pointers(
    (
        r"(?:この|本|当該|以下の|上記の?|前述の?|次の)(?:文章|文|テキスト|論文|記事|資料|報告書?|文書|段落|一節|節)"
        r"|本文|文中|文章中|一節|上記|前述|本稿|筆者|著者",
        "the passage itself",
    ),
)

#: What a question may not say besides; an answer may, of what its question has named.
_IN_QUESTIONS = _pointers(
    (r"\b(?:this|these)\b", "what only the passage shows"),
    (rf"\b{_THAT} (?:[\w-]+ )?(?:{_WORK}|{_ROLE})\b", "what only the passage shows"),
    (rf"\bthe (?:{_WORK})\b(?!{_QUALIFIED})", "a work or a writer that is not named"),
    (
        r"\b(?:mentioned|described|discussed|listed|stated|outlined|cited|quoted)\s*(?:[?.,]|and\b|$)"
        r"|\bas (?:mentioned|described|discussed|stated|noted|shown)\b",
        "what is said elsewhere",
    ),
    (
        r"\b(?:can|could|may) be (?:inferred|concluded|learned|learnt|deduced)\b"
        r"|\b(?:do|can|could) (?:we|you|readers?) (?:learn|infer|conclude|tell|see)\b"
        r"|\b(?:main|central|key|primary|overall) "
        r"(?:ideas?|themes?|topics?|messages?|arguments?|points?|subjects?|findings?)"
        r"(?:\s*\?|\s+(?:here|being)\b)",
        "what a reader is to find in it",
    ),
)
_UNNAMED = "somebody or something that it does not name"
_NAMELESS = "somebody, or something that happened once, and names nothing"
_IN_QUESTIONS_JA = _pointers(
    (
        r"^[^はがを、「]{0,8}?(?:彼女ら?|彼ら|彼(?!岸|方)|これら?|それ(?!ぞれ)ら?|そこ|ここ|この|その|あの"
        r"|こうした|そうした|同氏|同社|両者|両国|作者|当時)",
        _UNNAMED,
    ),
)
#: A question that begins with a pronoun for what it has not named.
_PRONOUN = re.compile(
    rf"^(?:[\w'’,-]+ ){{0,3}}?{_ASKING}(?:[ '’]\w+){{0,2}}? (?:he|she|it|they|him|them)\b"
    rf"|^{_ASKING}(?: \w+)? {_AUXILIARY} (?:his|her|their|its|that|those)\b"
    r"(?! (?:of|who|which)\b)",
    re.IGNORECASE,
)
#: "It" that stands for what comes: why is it that, how long does it take to.
_IT_TO_COME = re.compile(r"\bit\b[^,?]*\b(?:to|that|for|when|if|like|mean)\b", re.IGNORECASE)
_ROLE_ALONE = re.compile(rf"\bthe (?:{_ROLE})\b(?!{_QUALIFIED})", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b[A-ZÀ-ÖØ-Þ][\w’'-]+|\d|[“\"']\w")
#: Asks for one person or one event, of which there is no telling without a name.
_ONCE = re.compile(
    rf"^(?:\w+ )?{_ASKING}\b.*?\b(?:did|was|were|had)\b|^who(?:m|se)?\b", re.IGNORECASE
)


def needs_passage(pair: Pair) -> Rejection | None:
    """Reject a pair that speaks of its passage, or a question of something that it does not name.

    English and Japanese are known.
    """
    asked = _pointed_at(pair.question, _ANYWHERE + _IN_QUESTIONS + _ANYWHERE_JA + _IN_QUESTIONS_JA)
    asked = asked or _unnamed(pair.question)
    if asked:
        return Rejection(NEEDS_PASSAGE, f"The question speaks of {asked}.")
    said = _pointed_at(pair.answer, _ANYWHERE + _ANYWHERE_JA)
    return Rejection(NEEDS_PASSAGE, f"The answer speaks of {said}.") if said else None


def _pointed_at(text: str, pointers: Iterable[Pointer]) -> str:
    """Return what a text points at outside of itself, with the words; empty if at nothing."""
    found = ((pattern.search(text), what) for pattern, what in pointers)
    return next((_said(match, what) for match, what in found if match), "")


def _unnamed(question: str) -> str:
    pronoun = _PRONOUN.search(question)
    if pronoun and not (pronoun[0].endswith(" it") and _IT_TO_COME.search(question)):
        return _said(pronoun, _UNNAMED)
    if _NAME.search(question):
        return ""
    role = _ROLE_ALONE.search(question)
    if role:
        return _said(role, _UNNAMED)
    return _NAMELESS if _ONCE.search(question) else ""


def _said(match: re.Match[str], what: str) -> str:
    return f"{what}: “{match[0].strip()}”"
