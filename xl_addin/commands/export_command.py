"""The `bonsai export` command: the pairs of a workbook as the files that trainers read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from worker.errors import InputError
from worker.file_faults import advice_for, reason_of
from worker.qa_data.audit import audit
from worker.qa_data.exports.beir import write_beir
from worker.qa_data.exports.chat import write_chat
from worker.qa_data.exports.original import (
    read_records,
    write_records_excel,
    write_records_json,
)
from worker.qa_data.exports.trainer import write_tuples
from worker.qa_data.pair import Passage
from xl_addin.commands.console import Terminal
from xl_addin.commands.path_options import path_argument
from xl_addin.sheets.qa import QA
from xl_addin.sheets.qa_pairs import WrittenPair, written_pairs
from xl_addin.workbook.file.file_book import FileBook


class Format(StrEnum):
    """What pairs are exported as."""

    jsonl = "jsonl"
    original = "original"
    beir = "beir"
    chat = "chat"


class Part(StrEnum):
    """Which pairs are exported."""

    train = "train"
    validation = "validation"
    all = "all"


@dataclass(frozen=True)
class _Set:
    """What is exported: the pairs of a part, and all passages, of pairs that are not kept too."""

    pairs: Sequence[WrittenPair]
    corpus: Sequence[Passage]


def export(
    source: Annotated[Path, path_argument("Workbook with a sheet QA, or a file of the original.")],
    to: Annotated[Path, path_argument("File to write; a folder for beir.")],
    format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="jsonl: anchor, positive and negatives, for trainers of embedding models. "
            "original: id, doc, question and answer, as .json or .xlsx. beir: a folder. chat: "
            "messages, for trainers of language models.",
        ),
    ] = Format.jsonl,
    split: Annotated[
        Part | None,
        typer.Option(help="Usual: train; for beir, which is there to measure, validation."),
    ] = None,
    negatives: Annotated[
        int,
        typer.Option(min=0, max=10, help="Negatives a row of jsonl; who has fewer stays out."),
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show errors alone.")] = False,
) -> None:
    """Write the pairs with Kept = yes as a file that trainers and evaluators read."""
    terminal = Terminal(quiet=quiet)
    _refuse_existing(to)
    found = _read(source)
    kept = [each for each in found if each.kept]
    part = split or (Part.validation if format is Format.beir else Part.train)
    chosen = [each for each in kept if part in (Part.all, each.pair.split)]
    if not chosen:
        raise _nothing_to_export(source, part, len(found))
    corpus = {each.pair.passage.chunk_id: each.pair.passage for each in found}
    try:
        count = _WRITERS[format](to, _Set(chosen, [*corpus.values()]), negatives)
    except OSError as error:
        raise _not_written(to, error) from error
    terminal.say(f"Wrote {count} of {len(chosen)} pairs to {to}")
    for remark in _leaks(kept):
        terminal.say(f"Note: {remark}")


def _read(source: Path) -> list[WrittenPair]:
    """Return the pairs of a workbook of BONSAI's, or of a file as the original wrote it."""
    if source.suffix.lower() != ".json":
        book = FileBook.open(source)
        if book.has_table(QA):
            return written_pairs(book.read_table(QA).rows)
    return [WrittenPair(pair, kept=True) for pair in read_records(source, "train")]


def _leaks(kept: Sequence[WrittenPair]) -> list[str]:
    """Say what the parts share: a person may have moved or added rows since the run's audit."""
    pairs = [each.pair for each in kept]
    unlike = np.zeros((len(pairs), 1), np.float32)  # nothing is embedded here
    found = audit(pairs, unlike, unlike)
    shared = {"files": found.count("file"), "passages": found.count("passage")}
    return [
        f"{count} {what} are on both sides of the split; see the sheet QA."
        for what, count in shared.items()
        if count
    ]


def _as_jsonl(path: Path, content: _Set, negatives: int) -> int:
    pairs = [each.pair for each in content.pairs]
    others = [[Passage("", "", text) for text in each.negatives] for each in content.pairs]
    return write_tuples(path, pairs, others, negatives)


def _as_original(path: Path, content: _Set, _negatives: int) -> int:
    write = write_records_json if path.suffix.lower() == ".json" else write_records_excel
    write(path, [each.pair for each in content.pairs])
    return len(content.pairs)


def _as_beir(path: Path, content: _Set, _negatives: int) -> int:
    write_beir(path, [each.pair for each in content.pairs], content.corpus)
    return len(content.pairs)


def _as_chat(path: Path, content: _Set, _negatives: int) -> int:
    """Write conversations; a pair without an answer, kept for its question, is none."""
    return write_chat(path, [each.pair for each in content.pairs if each.pair.answer])


_WRITERS: dict[Format, Callable[[Path, _Set, int], int]] = {
    Format.jsonl: _as_jsonl,
    Format.original: _as_original,
    Format.beir: _as_beir,
    Format.chat: _as_chat,
}


def _refuse_existing(to: Path) -> None:
    if to.exists():
        raise InputError(
            f"{to.absolute()} is there already.",
            "An export replaces nothing.",
            "Choose another name, or move what is there away.",
        )


def _nothing_to_export(source: Path, part: Part, rows: int) -> InputError:
    which = "" if part is Part.all else f" for {part.value}"
    return InputError(
        f"There is no pair{which} to export in {source}.",
        f"Of its {rows} rows none has Kept = yes{' and that split' if which else ''}.",
        "Run 'bonsai dataset' first, set Kept to yes, or choose another --split.",
    )


def _not_written(to: Path, error: OSError) -> InputError:
    return InputError(
        f"{to.absolute()} cannot be written.",
        reason_of(error),
        advice_for(error, "Choose another place."),
    )
