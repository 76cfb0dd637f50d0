"""The report of a command that is done: tables for the terminal, a result for programs."""

from __future__ import annotations

from worker.contract import RunResult, json_ready
from xl_addin.commands.console import Terminal, summary_table
from xl_addin.jobs.base import ExcelJob, In, SummaryTable
from xl_addin.jobs.landing import lost_note
from xl_addin.jobs.run import Run


def print_summary(terminal: Terminal, job: ExcelJob[In], run: Run) -> None:
    """Print what a run of the job came to."""
    for part in job.summary(run):
        if isinstance(part, SummaryTable):
            terminal.show(summary_table(part.title, part.headers, part.rows))
        else:
            terminal.say(part)


def print_problems(terminal: Terminal, run: Run) -> None:
    """Print remarks, rows that failed, notes that lost their passage, and what ended the run."""
    for remark in run.remarks:
        terminal.say(f"Note: {remark}")
    for problem in (*run.left_out, *run.problems):
        terminal.error(problem)
    for row in run.lost:
        terminal.say(lost_note(row))
    if run.error:
        terminal.error(run.error)


def exit_code(run: Run) -> int:
    """Return 0 for done, 1 for done with row errors, else the code of what ended the run."""
    if run.error:
        return run.error.exit_code
    failed = any(row.has_failed for row in run.all_rows)
    return 1 if run.left_out or run.problems or failed else 0


def complete_result(job: ExcelJob[In], run: Run) -> dict[str, object] | None:
    """Return the complete result of a run for programs; nothing if it gave nothing.

    Of a run that ended before its time it is what its rows say.
    """
    result = run.result_as(RunResult)
    if result is None and run.stamp and run.all_rows:
        result = job.kind.result.so_far(run.stamp, run.all_rows)
    if result is None:
        return None
    problems = [json_ready(problem) for problem in (*run.left_out, *run.problems)]
    return json_ready(result) | {"problems": problems}
