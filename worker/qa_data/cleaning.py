"""What a model wrote, reduced to the one question or answer that it was asked for."""

from __future__ import annotations

import re

from worker.visible_text import visible

#: Marks of a chat layout, with the name of whose turn it is, that a model goes on with.
_TURN = re.compile(
    r"<\|(?:im_start|start_header_id|start)\|>\s*(?:assistant|user|system|model)?\s*(?:<\|end_header_id\|>)?"
    r"|<\|[a-z_ ]{1,30}\|>|<(?:start|end)_of_turn>\s*(?:model|user)?|</?s>|\[/?INST\]"
)
_SPEAKER = re.compile(r"^(?:assistant|model|アシスタント)\s*(?:\n|:)\s*", re.IGNORECASE)
_NUMBER = r"(?:\s*(?:no\.?\s*)?\d{1,2})?"
_LABEL = re.compile(
    r"^[\s#*_>-]*(?:(?:(?:exam |test )?questions?|answers?|response|output"
    rf"|質問|問題|問い|問|設問|答え|回答|解答|答){_NUMBER}[\s*_]*[:：.)）]|[qa]\d{{0,2}}\s*[:：])[\s*_]*"
    r"|^\s*(?:[-*•]|\d{1,2}[.)])\s+",
    re.IGNORECASE,
)
#: A courtesy before what was asked for: "Sure! Here is a question about ports:".
_COURTESY = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok|absolutely)\b[^\n:：?？]{0,20}?[!.,:]\s*)?"
    r"(?:here(?:'s|’s| is| are)\b[^\n:?]{0,120}:\s*|(?:はい|もちろんです)[、。]\s*)?",
    re.IGNORECASE,
)
#: What opens an answer and says only that there is a passage.
_ACCORDING = re.compile(
    r"^(?:according to|based on|as (?:stated|mentioned|described) in|in) "
    r"the (?:given |provided )?(?:passage|text|document|article|context),\s*|"
    r"^(?:本文|この文章|文章|一節|この一節)(?:によれば|によると|では)、?\s*",
    re.IGNORECASE,
)
#: A question ends here, unless the mark is that of a title in quotation marks.
_END_OF_QUESTION = re.compile(r"[?？]+(?![\"”’'」』])")
_NEXT_PART = re.compile(
    r"\n\s*[#*_]*(?:answer|explanation|note|question|q\d?|a|user|human|答え|回答|解答|解説|質問|問い)\s*\d{0,2}[*_]*\s*[:：]",
    re.IGNORECASE,
)
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"), ("‘", "’"), ("「", "」"), ("『", "』"), ("**", "**"))
_SPACE = re.compile(r"\s+")


def clean_question(text: str) -> str:
    """Return the first question of a model's text, in one line; empty if it wrote nothing.

    Chat headers, labels such as "Question:", courtesies and quotation marks around all of it are
    cut, and whatever follows the first question mark.
    """
    text = _bare(text)
    end = _END_OF_QUESTION.search(text)
    # what stands in lines before a question mark is not the question
    line = text[: end.end()].rpartition("\n")[2] if end else text.partition("\n")[0]
    return _SPACE.sub(" ", _bare(line))


def clean_answer(text: str) -> str:
    """Return a model's answer, in one line, without chat headers, labels and further questions."""
    text = _NEXT_PART.split(_bare(text), maxsplit=1)[0].strip()
    bare = _ACCORDING.sub("", text)
    if bare != text:
        bare = bare[:1].upper() + bare[1:]
    return _SPACE.sub(" ", bare).strip()


def _bare(text: str) -> str:
    """Return a text without what is put around what was asked for, however often it is put."""
    text = visible(_first_turn(text)).strip()
    while True:
        before = text
        for pattern in (_SPEAKER, _COURTESY, _LABEL):
            text = pattern.sub("", text, count=1)
        text = _unquoted(text.strip())
        if text == before:
            return text


def _first_turn(text: str) -> str:
    """Return what stands between the marks of a chat layout, or before the first of them."""
    turns = (turn.strip() for turn in _TURN.split(text))
    return next((turn for turn in turns if turn), "")


def _unquoted(text: str) -> str:
    for opening, closing in _QUOTES:
        inner = text[len(opening) : -len(closing)]
        if text == f"{opening}{inner}{closing}" and inner and closing not in inner:
            return inner.strip()
    return text
