"""The Settings sheet: its rows, and their values once read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from worker.contract import AnswerMode, ScoreMode
from worker.errors import SettingError
from xl_addin.workbook.layout import QUESTION_SETS, SCORE_MODES
from xl_addin.workbook.port import CellValue


@dataclass(frozen=True)
class SettingRow:
    """One row of the Settings table; an empty default means 'what the machine has'."""

    name: str
    default: str | int | float
    meaning: str
    choices: tuple[str, ...] = ()


DOCUMENTS = SettingRow(
    "Documents folder", "", "The folder that Index reads: .txt and .md files, subfolders included."
)
COLLECTION = SettingRow(
    "Collection", "", "Name of the index made from the folder. Empty: the workbook's own name."
)
CHUNK_SIZE = SettingRow("Chunk size", 1000, "Longest passage, in characters (2000 is also usual).")
CHUNK_OVERLAP = SettingRow(
    "Chunk overlap", 60, "Characters that neighbouring passages share (120 with 2000)."
)
QUESTIONS = SettingRow(
    "Questions",
    "initial",
    "Which questions of a row run: QInitial, the two chosen FBQ variants, or all three.",
    QUESTION_SETS,
)
TOP_K = SettingRow("Passages", 10, "How many of the most similar passages are ranked a question.")
SCORE = SettingRow(
    "Score",
    "contrast",
    "contrast: how a passage stands out for single POVs. classic: the original norm of all "
    "cosines. Also max, mean, pnorm.",
    SCORE_MODES,
)
SEXY_SHARE = SettingRow(
    "SEXY share", 1, "1 orders by the SEXY score alone, 0 by similarity to the question alone."
)
MODES = SettingRow(
    "Answer modes", "no-rag, rag, sexy", "Any of no-rag, rag, sexy, separated by commas."
)
CONTEXTS = SettingRow("Contexts", 3, "How many passages go into a prompt (1 to 3 is usual).")
PROMPT = SettingRow(
    "Prompt",
    "",
    "Empty: the model's own chat layout. alpaca: the original's layout. Or a text of your own "
    "with {question} and {context}.",
)
MAX_TOKENS = SettingRow("Answer tokens", 160, "Longest answer, in tokens.")
EMBEDDER = SettingRow("Embedder", "", "Embedding model by name. Empty: the machine's usual one.")
LLM = SettingRow("Language model", "", "Language model by name. Empty: the machine's usual one.")

SETTING_ROWS = (
    DOCUMENTS, COLLECTION, CHUNK_SIZE, CHUNK_OVERLAP, QUESTIONS, TOP_K, SCORE, SEXY_SHARE,
    MODES, CONTEXTS, PROMPT, MAX_TOKENS, EMBEDDER, LLM,
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What the Settings sheet asks for, checked. Empty text means 'what the machine has'."""

    documents: str = ""
    collection: str = ""
    chunk_size: int = 1000
    chunk_overlap: int = 60
    questions: str = "initial"
    top_k: int = 10
    score: ScoreMode = "contrast"
    sexy_share: float = 1.0
    modes: tuple[AnswerMode, ...] = ("no-rag", "rag", "sexy")
    contexts: int = 3
    prompt: str = ""
    max_tokens: int = 160
    embedder: str = ""
    llm: str = ""


def read_options(values: Mapping[str, CellValue]) -> Options:
    """Return the options in a mapping of setting name to cell value; empty cells mean the default.

    :raises SettingError: naming the setting whose value cannot be used.
    """
    cell = {row.name: _or_default(values.get(row.name), row.default) for row in SETTING_ROWS}
    size = _whole(CHUNK_SIZE, cell, 50, 100_000)
    return Options(
        documents=str(cell[DOCUMENTS.name]),
        collection=str(cell[COLLECTION.name]),
        chunk_size=size,
        chunk_overlap=_whole(CHUNK_OVERLAP, cell, 0, size // 2),
        questions=_choice(QUESTIONS, cell),
        top_k=_whole(TOP_K, cell, 1, 1000),
        score=cast(ScoreMode, _choice(SCORE, cell)),
        sexy_share=_share(cell[SEXY_SHARE.name]),
        modes=_modes(str(cell[MODES.name])),
        contexts=_whole(CONTEXTS, cell, 1, 20),
        prompt=str(cell[PROMPT.name]),
        max_tokens=_whole(MAX_TOKENS, cell, 1, 100_000),
        embedder=str(cell[EMBEDDER.name]),
        llm=str(cell[LLM.name]),
    )


def _or_default(value: CellValue, default: str | int | float) -> str | int | float:
    if value is None or (isinstance(value, str) and not value.strip()):
        return default
    return value.strip() if isinstance(value, str) else value


def _refused(name: str, value: object, expected: str) -> SettingError:
    return SettingError(
        f"The setting '{name}' has the value '{value}'.",
        f"It must be {expected}.",
        f"Correct '{name}' on the Settings sheet, or empty the cell to use the usual value.",
    )


def _whole(row: SettingRow, cell: Mapping[str, object], low: int, high: int) -> int:
    value = cell[row.name]
    try:
        number = float(str(value))
    except ValueError:
        number = float("nan")
    if not (number.is_integer() and low <= number <= high):
        raise _refused(row.name, value, f"a whole number from {low} to {high}")
    return int(number)


def _share(value: object) -> float:
    try:
        share = float(str(value))
    except ValueError:
        share = float("nan")
    if not 0 <= share <= 1:
        raise _refused(SEXY_SHARE.name, value, "a number from 0 to 1")
    return share


def _choice(row: SettingRow, cell: Mapping[str, object]) -> str:
    value = str(cell[row.name]).lower()
    if value not in row.choices:
        raise _refused(row.name, value, "one of " + ", ".join(row.choices))
    return value


def _modes(text: str) -> tuple[AnswerMode, ...]:
    known = get_args(AnswerMode)
    modes = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if not modes or any(mode not in known for mode in modes):
        raise _refused(MODES.name, text, "some of " + ", ".join(known) + ", separated by commas")
    return cast("tuple[AnswerMode, ...]", modes)
