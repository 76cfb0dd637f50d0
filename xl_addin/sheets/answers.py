"""The Answers sheet: answers side by side, what they cite and what they stand on, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from worker.contract import Answer, Citation, Support
from xl_addin.sheets.row_cells import Cells, columns_of, filled
from xl_addin.workbook.columns import Column, Table, user_column
from xl_addin.workbook.port import TableContent

#: What a person may say of an answer.
VERDICTS = ("good", "partly", "wrong")
#: What an answer's time goes to, in this order.
STAGES = ("Embed", "Retrieve", "Score", "Prompt", "Generate")

#: What is read comes first and fits a screen and a page; figures for the curious stand behind it.
#: Run and Stale are filled when answers land; Proposed and Written where new ones meet those that
#: a person has edited.
CELLS: Cells[Answer] = (
    (Column("QID", 7), lambda answer: answer.qid),
    (Column("Question", 22, "wrapped"), lambda answer: answer.question),
    (Column("Mode", 8), lambda answer: answer.mode),
    (Column("Stale", 12, "wrapped", stands_out=True, says=True), None),
    (Column("Answer", 52, "wrapped"), lambda answer: answer.text),
    (Column("Citations", 28, "wrapped"), lambda answer: "\n".join(citation_lines(answer))),
    (Column("Support", 26, "wrapped", says=True), lambda answer: "\n".join(support_lines(answer))),
    (user_column("Verdict", 9, choices=VERDICTS), None),
    (user_column("Note", 17, "wrapped"), None),
    (Column("Seconds", 10, "seconds"), lambda answer: answer.seconds.total),
    *(
        (Column(f"{stage} s", 10, "seconds"), attrgetter(f"seconds.{stage.lower()}"))
        for stage in STAGES
    ),
    (Column("Prompt tokens", 9, "integer"), lambda answer: answer.prompt_tokens),
    (Column("Tokens", 9, "integer"), lambda answer: answer.tokens),
    (Column("Model", 24, "wrapped"), lambda answer: answer.model),
    (Column("Run", 18), None),
    (Column("Proposed", 50, "wrapped"), None),
    (Column("Written", 14, hidden=True), None),
)

#: A line of Citations, as `citation_lines` writes it.
_CITATION_LINE = re.compile(
    r"\[(?P<number>\d{1,4})\] (?P<source>.+) @(?P<start>\d{1,12})( \((?P<use>cited|repeated)\))?"
)

#: Of numbers and names that stand nowhere, so many are named, with so many signs.
_SHOWN = 5
_SHOWN_SIGNS = 20

ANSWERS = Table(
    "tblAnswers",
    "Answers",
    "Answers side by side",
    "no-rag: the model alone. rag: from the passages most similar to the question. sexy: from the "
    "passages that touch the points of view. An Answer that you change stays as you leave it, and "
    "later runs write theirs beside it, as Proposed; empty the Answer to have it written anew. "
    "Verdict and Note are yours. Stale says what has changed since. Citations: @ is the character "
    "at which a passage begins, "
    "(cited) says that the answer names it, (repeated) that it got the number afterwards, as a "
    "sentence of it repeats the passage.",
    columns_of(CELLS),
    key=("QID", "Mode"),
    frozen=3,
    last_printed="Note",
)


def answers_content(answers: Sequence[Answer]) -> TableContent:
    """Return what a run gives to the Answers table, in the order of `answers`."""
    return filled(ANSWERS, CELLS, answers)


def citation_lines(answer: Answer) -> list[str]:
    """Return each passage that stood in the prompt: number, file, place, whether it is cited."""
    return [
        f"[{passage.number}] {passage.source} @{passage.start}{_use(passage)}"
        for passage in answer.citations
    ]


class CitationLine(NamedTuple):
    """A line of the column Citations as read; `use` is cited, repeated or nothing."""

    number: int
    source: str
    start: int
    use: str


def read_citation_lines(text: str) -> list[CitationLine]:
    """Return what stands in a cell of Citations; lines of another shape are somebody's own."""
    found = map(_CITATION_LINE.fullmatch, text.split("\n"))
    return [
        CitationLine(int(line["number"]), line["source"], int(line["start"]), line["use"] or "")
        for line in found
        if line
    ]


def _use(passage: Citation) -> str:
    if passage.attributed:
        return " (repeated)"
    return " (cited)" if passage.cited else ""


def support_lines(answer: Answer) -> list[str]:
    """Return in plain words what an answer stands on, or why there is none."""
    support = answer.support
    if answer.problem:
        return [str(answer.problem), *support.unread]
    lines = [_evidence_text(support)]
    if support.similarity is not None:
        lines.append(f"best passage: similarity {_hundredths(support.similarity)}")
    if support.left_out:
        count = support.left_out
        lines.append(_plural(count, "1 passage did not fit", f"{count} passages did not fit"))
    if support.shortened:
        lines.append("passage shortened to fit")
    lines += _citation_remarks(support)
    if support.quotes:
        lines.append(f"quotes: {support.quotes_found} of {support.quotes} found letter by letter")
    if support.numbers:
        lines.append(_unfounded("number", support.numbers))
    if support.names:
        lines.append(_unfounded("name", support.names))
    return [*([line for line in lines if line] or ["from the model alone"]), *support.unread]


def _citation_remarks(support: Support) -> Iterator[str]:
    if count := support.dangling:
        many = f"{count} citations of no passage taken out"
        yield _plural(count, "1 citation of no passage taken out", many)
    if count := support.moved:
        many = f"{count} citations moved to the passage that has the sentence"
        yield _plural(count, "1 citation moved to the passage that has the sentence", many)
    if support.doubtful:
        doubtful = ", ".join(f"[{number}]" for number in support.doubtful)
        yield f"{doubtful}: little of what cites it stands there"


def _unfounded(what: str, found: Sequence[str]) -> str:
    shown = [one[:_SHOWN_SIGNS] for one in found[:_SHOWN]]
    if len(found) == 1:
        return f"the {what} {shown[0]} stands in none of the passages"
    more = " and others" if len(found) > len(shown) else ""
    return f"the {what}s {', '.join(shown)}{more} stand in none of the passages"


def _evidence_text(support: Support) -> str:
    if support.evidence is None or support.needed is None:
        return ""
    found, needed = _hundredths(support.evidence), _hundredths(support.needed)
    if support.evidence < support.needed:
        return f"abstained: evidence {found}, {needed} needed. {support.reason}".rstrip()
    return f"evidence {found} ({needed} needed)"


def _hundredths(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1)


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
