"""Answers as the contents of their table: what they cite and what they stand on, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.contract import Answer, Support
from xl_addin.sheets import layout
from xl_addin.workbook.port import TableContent, Writable


def answers_content(answers: Sequence[Answer]) -> TableContent:
    """Return what a run gives to the Answers table, in the order of `answers`."""
    rows: list[Mapping[str, Writable]] = [
        {
            "QID": answer.qid,
            "Question": answer.question,
            "Mode": answer.mode,
            "Answer": answer.text,
            "Citations": "\n".join(citation_lines(answer)),
            "Support": "\n".join(support_lines(answer)),
            "Seconds": answer.seconds.total,
            **{f"{stage} s": getattr(answer.seconds, stage.lower()) for stage in layout.STAGES},
            "Prompt tokens": answer.prompt_tokens,
            "Tokens": answer.tokens,
            "Model": answer.model,
        }
        for answer in answers
    ]
    return TableContent(layout.ANSWERS, rows)


def citation_lines(answer: Answer) -> list[str]:
    """Return each passage that stood in the prompt: number, file, place, whether it is cited."""
    return [
        f"[{passage.number}] {passage.source} @{passage.start}" + " (cited)" * passage.cited
        for passage in answer.citations
    ]


def support_lines(answer: Answer) -> list[str]:
    """Return in plain words what an answer stands on, or why there is none."""
    if answer.problem:
        return [str(answer.problem)]
    support = answer.support
    lines = [_evidence_text(support)]
    if support.similarity is not None:
        lines.append(f"best passage: similarity {_hundredths(support.similarity)}")
    if support.left_out:
        lines.append(f"{_counted(support.left_out, 'passage')} did not fit")
    if support.shortened:
        lines.append("passage shortened to fit")
    if support.dangling:
        lines.append(f"{_counted(support.dangling, 'citation')} of no passage taken out")
    if support.quotes:
        lines.append(f"quotes: {support.quotes_found} of {support.quotes} found letter by letter")
    return [line for line in lines if line] or ["from the model alone"]


def _evidence_text(support: Support) -> str:
    if support.evidence is None or support.needed is None:
        return ""
    found, needed = _hundredths(support.evidence), _hundredths(support.needed)
    if support.evidence < support.needed:
        return f"abstained: evidence {found}, {needed} needed. {support.reason}".rstrip()
    return f"evidence {found} ({needed} needed)"


def _hundredths(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".", 1)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
