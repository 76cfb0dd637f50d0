"""Questions and answers that can be read only with the passage in hand."""

from __future__ import annotations

import re

from worker.qa_data.pair import Pair, Rejection

NEEDS_PASSAGE = "needs the passage"

#: What a passage is called; "the text of the treaty" and "the passage of a law" are things.
_TEXT = r"passages?|texts?|excerpts?|extracts?|paragraphs?|contexts?|documents?|articles?|snippets?"
#: What a passage may be a part of, and those who speak in it: clear only with a name beside it.
_WORK = (
    r"stud(?:y|ies)|papers?|reports?|stor(?:y|ies)|essays?|chapters?|sections?|reviews?|authors?"
    r"|narrators?|writers?|speakers?|researchers?|evaluators?|surve(?:y|ys)|experiments?|findings"
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
    r"\s+(?:of|by|on|about|into|for|from|between|in|at|to|with|called|named|titled|entitled|that"
    r"|who|which|whose|where|through|against|against|published|written|made|founded|built|held"
    r"|signed|known|under|behind|across|over|near)\b|['’]s?\s+\w"
)
_THIS = r"(?:this|that|these|those|the (?:given|provided|above|following|preceding|present|said))"
_PRONOUN = r"he|she|it|they|him|them|his|her|their|its"
_ASKING = r"(?:who|whom|whose|what|which|when|where|why|how)"

_POINTS = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (rf"\b(?:{_THIS}|the) (?:{_TEXT})\b(?!{_QUALIFIED})", "a text that is not named"),
        (rf"\b{_THIS} (?:[\w-]+ )?(?:{_TEXT}|{_WORK}|{_ROLE})\b", "what only the passage shows"),
        (rf"\bthe (?:{_WORK})\b(?!{_QUALIFIED})", "a work or a writer that is not named"),
        (
            r"\b(?:mentioned|described|discussed|listed|stated|shown|given|presented|outlined|cited"
            r"|quoted|explained|referred to)\s*(?:above|below|here|earlier|previously|[?.,]|$)"
            r"|\bas (?:mentioned|described|discussed|stated|noted|shown)\b",
            "what is said elsewhere",
        ),
        (
            r"\b(?:in|from|according to|by|within|of) (?:the )?(?:passage|text|excerpt|context"
            r"|author|narrator|writer)\b(?!\s+(?:of|from|to|through)\b)",
            "the passage itself",
        ),
        (
            r"\b(?:can|could|may) be (?:inferred|concluded|learned|learnt|deduced)\b"
            r"|\b(?:do|can|could) (?:we|you|readers?) (?:learn|infer|conclude|tell|see)\b"
            r"|\b(?:main|central|key|primary|overall) "
            r"(?:idea|theme|topic|message|argument|point|subject|findings?|points)s?"
            r"(?:\s*\?|\s+(?:here|being)\b)",
            "what a reader is to find in it",
        ),
    )
)
#: A question that begins with a pronoun for what it has not named.
_SUBJECT = re.compile(
    rf"^(?:[\w'’,-]+ ){{0,3}}?{_ASKING}(?:[ '’]\w+){{0,2}}? "
    rf"(?:(?:{_PRONOUN})\b|(?:this|that|these|those)\b(?! (?:of|who|which)\b))",
    re.IGNORECASE,
)
#: "It" that stands for what comes: why is it that, how long does it take to.
_IT_TO_COME = re.compile(r"\bit\b[^,?]*\b(?:to|that|for|when|if|like|mean)\b", re.IGNORECASE)
_THEY_TO_COME = re.compile(r"\b(?:they|them|their|he|his|she|her|it|its)\b", re.IGNORECASE)
_ROLE_ALONE = re.compile(rf"\bthe (?:{_ROLE})\b(?!{_QUALIFIED})", re.IGNORECASE)
_NAMED = re.compile(r"(?<!^)(?<![.?!] )\b[A-ZÀ-ÖØ-Þ][\w’'-]+|\d")

_NOUN_JA = (
    r"文章|本文|テキスト|論文|研究|調査|記事|資料|報告書?|文書|段落|一節|節|章|物語|話|作品|映画|会社|企業|町|村|都市"
    r"|国|地域|島|会議|組織|機関|銀行|政府|条約|協定|法律|政策|計画|人物|出来事|戦争|事件|制度|方法|決定"
)
_POINTS_JA = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (
            rf"(?:この|その|本|当該|以下の|上記の?|前述の?|次の|同)(?:{_NOUN_JA})(?![ぁ-ん]?本)",
            "what only the passage shows",
        ),
        (
            r"筆者|著者|作者(?=[はがの](?:[^、]{0,12})?(?:述べ|考え|主張|言|なぜ|何|どう))|本文|文中|文章中|一節|上記|前述|本稿",
            "the passage itself",
        ),
        (
            r"^[^はがを、「]{0,8}?(?:彼女ら?|彼ら|彼(?!岸|方)|これら?|それ(?!ぞれ)ら?|そこ|ここ|この|その|あの"
            r"|こうした|そうした|同氏|同社|両者|両国)",
            "somebody or something that it does not name",
        ),
    )
)


def needs_passage(pair: Pair) -> Rejection | None:
    """Reject a pair that speaks of its passage, or of something that it does not name."""
    for role, text in (("question", pair.question), ("answer", pair.answer)):
        said = _pointed_at(text) or (_unnamed(text) if role == "question" else "")
        if said:
            return Rejection(NEEDS_PASSAGE, f"The {role} speaks of {said}.")
    return None


def _pointed_at(text: str) -> str:
    """Return what a text points at outside of itself, with the words; empty if at nothing."""
    for pattern, what in _POINTS + _POINTS_JA[:2]:
        match = pattern.search(text)
        if match:
            return f"{what}: “{match[0].strip()}”"
    return ""


def _unnamed(question: str) -> str:
    pattern, what = _POINTS_JA[2]
    match = pattern.search(question) or _pronoun(question)
    if match:
        return f"{what}: “{match[0].strip()}”"
    role = _ROLE_ALONE.search(question)
    if role and not _NAMED.search(question):
        return f"{what}: “{role[0]}”"
    return ""


def _pronoun(question: str) -> re.Match[str] | None:
    match = _SUBJECT.search(question)
    if match and match[0].lower().endswith(" it") and _IT_TO_COME.search(question):
        return None
    return match
