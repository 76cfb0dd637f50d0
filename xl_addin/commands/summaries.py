"""What a command reports when it is done: tables for the terminal, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from worker.contract import (
    Answer,
    AnswerMode,
    AnswerResult,
    RankResult,
    RunResult,
    json_ready,
)
from worker.errors import InputError
from worker.evaluation.abstention import abstains
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.jobs.actions import Outcome
from xl_addin.jobs.landing import lost_note
from xl_addin.jobs.run import Gathered
from xl_addin.sheets.answers import STAGES

_COUNTED = ("Mode", "Answers", "Abstained", "Failed", "Prompt tokens", "Reused", "Tokens")


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
    """Print what the answers of each mode came to, and where their time went."""
    by_mode = {
        mode: [answer for answer in outcome.gathered.answers if answer.mode == mode]
        for mode in get_args(AnswerMode)
    }
    given = {mode: answers for mode, answers in by_mode.items() if answers}
    if not given:
        return
    counts = [(mode, *_counts(answers)) for mode, answers in given.items()]
    seconds = [(mode, *_seconds(answers)) for mode, answers in given.items()]
    terminal.show(summary_table("Answered", _COUNTED, counts))
    terminal.show(summary_table("Seconds", ("Mode", *STAGES, "Total", "Tokens/s"), seconds))


def _counts(answers: Sequence[Answer]) -> tuple[int, ...]:
    whole = [answer for answer in answers if not answer.problem]
    return (
        len(answers),
        sum(abstains(answer.text) for answer in whole),
        len(answers) - len(whole),
        sum(answer.prompt_tokens for answer in answers),
        sum(answer.reused_tokens for answer in answers),
        sum(answer.tokens for answer in answers),
    )


def _seconds(answers: Sequence[Answer]) -> tuple[float, ...]:
    stages = [sum(getattr(answer.seconds, stage.lower()) for answer in answers) for stage in STAGES]
    generate = sum(answer.seconds.generate for answer in answers)
    tokens = sum(answer.tokens for answer in answers)
    return (*stages, sum(stages), tokens / generate if generate else 0.0)


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
    """Write the complete result of a run for programs; `-` is standard output.

    :raises InputError: if the file cannot be written.
    """
    result = _result(outcome.gathered)
    if result is not None:
        problems = [json_ready(problem) for problem in outcome.problems]
        write_content(path, json_ready(result) | {"problems": problems})


def write_content(path: Path, content: Mapping[str, object]) -> None:
    """Write JSON for programs; `-` is standard output.

    :raises InputError: if the file cannot be written.
    """
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


def _result(gathered: Gathered) -> RunResult | None:
    """Return the result, or what there is of it if the run ended before its time."""
    if gathered.result or not gathered.run:
        return gathered.result
    if gathered.answers:
        return AnswerResult.so_far(gathered.run, [*gathered.rankings, *gathered.answers])
    return RankResult.so_far(gathered.run, gathered.rankings) if gathered.rankings else None
