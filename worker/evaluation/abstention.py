"""Abstentions: answers that say that they do not know."""

from __future__ import annotations

import re

from worker.evaluation.facts import normalise

_PASSAGES = r"(?:passages?|contexts?|documents?|texts?|sources?|information)"
_TELL = r"(?:say|mention|state|hold|contain|specify|provide|tell|give|include|answer)"

#: On normalised text. Few on purpose: doubt ("perhaps", "I am not sure") is still an answer.
_ABSTENTION = re.compile(
    r"\b(?:"
    r"i (?:dont|do not) know"
    rf"|not (?:found |given |stated |mentioned )?in (?:the|these|this|any) (?:\w+ )?{_PASSAGES}"
    rf"|{_PASSAGES} (?:\w+ )?(?:do|does|did) not (?:\w+ )?{_TELL}"
    rf"|{_PASSAGES} (?:\w+ )?(?:dont|doesnt|didnt) (?:\w+ )?{_TELL}"
    r"|(?:no|not enough|insufficient) (?:\w+ )?information"
    r"|no mention of"
    r"|(?:is|are|was|were) not (?:\w+ )?(?:mentioned|stated|specified|provided)"
    r"|(?:cannot|can not|cant|could not|unable to|not able to) (?:be )?"
    r"(?:answer|answered|determine|determined|find|found)"
    r")\b"
)


def abstains(answer: str) -> bool:
    """Say whether an answer holds the original's "I dont know" or a usual variant, or is empty.

    An empty answer counts, as under "missing" in CRAG (arXiv 2406.04744, section 4).
    """
    words = normalise(answer)
    return not words or _ABSTENTION.search(words) is not None
