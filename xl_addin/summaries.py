"""What a command reports when it is done: tables for the terminal, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from worker.contract import AnswerResult, IndexResult, RankResult, json_ready
from worker.errors import InputError
from xl_addin.actions import Outcome
from xl_addin.console import Terminal, summary_table
from xl_addin.gathered import Gathered
from xl_addin.landing import lost_note


def print_index(terminal: Terminal, outcome: Outcome) -> None:
    """Print how many files ended in which state."""
    sources = outcome.gathered.sources
    if not sources:
        return
    counts = Counter(source.status for source in sources)
    files = ", ".join(f"{count} {status}" for status, count in counts.items())
    chunks = sum(source.chunks for source in sources)
    terminal.say(f"Indexed: {files}; {chunks} passages; {outcome.seconds:.1f} s")


def print_ranking(terminal: Terminal, outcome: Outcome) -> None:
    """Print the best passage of each question."""
    rows = [
        (
            ranking.qid,
            best.sexy,
            best.query_rank - best.rank,
            best.source,
            ", ".join(touch.pov_id for touch in best.top_povs),
        )
        for ranking in outcome.gathered.rankings
        for best in ranking.rows[:1]
    ]
    if not rows:
        return
    headers = ("Question", "SEXY", "Move", "Best passage", "Touches")
    terminal.show(summary_table("Ranked", headers, rows))


def print_answers(terminal: Terminal, outcome: Outcome) -> None:
    """Print how long the answers of each mode took."""
    answers = outcome.gathered.answers
    rows = []
    for mode in dict.fromkeys(answer.mode for answer in answers):
        own = [answer for answer in answers if answer.mode == mode]
        seconds = sum(answer.seconds for answer in own)
        failed = sum(answer.problem is not None for answer in own)
        rows.append((mode, len(own), failed, sum(answer.tokens for answer in own), seconds))
    if not rows:
        return
    headers = ("Mode", "Answers", "Failed", "Tokens", "Seconds")
    terminal.show(summary_table("Answered", headers, rows))


def print_problems(terminal: Terminal, outcome: Outcome) -> None:
    """Print remarks, rows that failed, notes that lost their passage, and what ended the run."""
    for remark in outcome.gathered.remarks:
        terminal.say(f"Note: {remark}")
    for problem in outcome.problems:
        terminal.error(problem)
    for row in outcome.lost_notes:
        terminal.say(lost_note(row))
    if outcome.gathered.error:
        terminal.error(outcome.gathered.error)


def exit_code(outcome: Outcome) -> int:
    """Return 0 for done, 1 for done with row errors, else the code of what ended the run."""
    if outcome.gathered.error:
        return outcome.gathered.error.exit_code
    failed_file = any(source.status == "failed" for source in outcome.gathered.sources)
    return 1 if outcome.problems or failed_file else 0


def write_json(path: Path, outcome: Outcome) -> None:
    """Write the complete result for programs; `-` is standard output.

    :raises InputError: if the file cannot be written.
    """
    result = _result(outcome.gathered)
    if result is None:
        return
    content = json_ready(result) | {
        "problems": [json_ready(problem) for problem in outcome.problems]
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    if str(path) == "-":
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The file {path} cannot be written.",
            f"{error.strerror}.",
            "Choose another place with --json.",
        ) from error


def _result(gathered: Gathered) -> IndexResult | RankResult | AnswerResult | None:
    """Return the result, or what there is of it if the run ended before its time."""
    if gathered.result or not gathered.run:
        return gathered.result
    questions = tuple(gathered.rankings)
    if gathered.answers:
        return AnswerResult(run=gathered.run, questions=questions, answers=tuple(gathered.answers))
    return RankResult(run=gathered.run, questions=questions) if questions else None
