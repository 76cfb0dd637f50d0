"""The Settings sheet: its rows, and their values once read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import cast, get_args

from worker.contract import AnswerMode, ChunkFilter, Retrieval, ScoreMode, Splitter
from worker.errors import SettingError
from xl_addin.workbook.columns import Column, Table, user_column
from xl_addin.workbook.port import CellValue

QUESTION_SETS = ("initial", "fbq", "all")

SETTINGS = Table(
    "tblSettings",
    "Settings",
    "Settings",
    "Leave a value empty to use the usual one. Passwords and keys never belong in a workbook.",
    (
        Column("Setting", 22, required=True),
        user_column("Value", 34, "any", required=True),
        Column("Meaning", 84, "wrapped"),
    ),
    key=("Setting",),
)


@dataclass(frozen=True)
class SettingRow:
    """One row of the Settings table; an empty default means 'what the machine has'."""

    name: str
    default: str | int | float
    meaning: str
    choices: tuple[str, ...] = ()


DOCUMENTS = SettingRow(
    "Documents folder",
    "",
    "The folder that Index reads, subfolders included: text, Markdown, web pages, PDF, Word, "
    "PowerPoint, Excel and CSV files.",
)
COLLECTION = SettingRow(
    "Collection", "", "Name of the index made from the folder. Empty: the workbook's own name."
)
CHUNK_SIZE = SettingRow("Chunk size", 1000, "Longest passage, in characters (2000 is also usual).")
CHUNK_OVERLAP = SettingRow(
    "Chunk overlap", 60, "Characters that neighbouring passages share (120 with 2000)."
)
SPLITTER = SettingRow(
    "Splitter",
    "recursive",
    "recursive: passages end at paragraphs, lines or words, as in the original. sentence: they "
    "hold whole sentences.",
    get_args(Splitter),
)
QUESTIONS = SettingRow(
    "Questions",
    "initial",
    "Which questions of a row run: QInitial, the two chosen FBQ variants, or all three.",
    QUESTION_SETS,
)
ONLY_FILES = SettingRow(
    "Only files", "", "Rank only these files: patterns like reports/* or *2024*, with commas."
)
ONLY_TYPES = SettingRow("Only types", "", "Rank only these types, like pdf, docx.")
ONLY_SINCE = SettingRow("Only since", "", "Rank only files changed on this day or later.")
RETRIEVAL = SettingRow(
    "Retrieval",
    "dense",
    "dense: passages near the question in meaning, as in the original. hybrid: those that share "
    "its rare words too.",
    get_args(Retrieval),
)
RERANKER = SettingRow(
    "Reranker", "", "Cross-encoder by name that has the last word on retrieval. Empty: none."
)
DIVERSITY = SettingRow(
    "Diversity", 0, "0 takes the nearest passages, 1 the most different ones; .3 is mild."
)
TOP_K = SettingRow("Passages", 10, "How many of the most similar passages are ranked a question.")
SCORE = SettingRow(
    "Score",
    "contrast",
    "contrast: how a passage stands out for single POVs. classic: the original norm of all "
    "cosines. Also max, mean, pnorm.",
    get_args(ScoreMode),
)
SEXY_SHARE = SettingRow(
    "SEXY share", 1, "1 orders by the SEXY score alone, 0 by similarity to the question alone."
)
MODES = SettingRow(
    "Answer modes", "no-rag, rag, sexy", "Any of no-rag, rag, sexy, separated by commas."
)
CONTEXTS = SettingRow("Contexts", 3, "How many passages go into a prompt (1 to 3 is usual).")
ONE_PER_POV = SettingRow(
    "Contexts per POV",
    "no",
    "yes: no point of view gets a second passage before the others had one.",
    ("no", "yes"),
)
PROMPT = SettingRow(
    "Prompt",
    "",
    "Empty: the model's own chat layout. alpaca: the original's, for models tuned on it. Or a text "
    "of your own with {question} and {context}.",
)
MAX_TOKENS = SettingRow("Answer tokens", 160, "Longest answer, in tokens.")
GATE = SettingRow(
    "Evidence gate",
    "yes",
    'yes: where no passage seems to hold the answer, it is "I dont know", and Support says why. '
    "no: the model is always asked.",
    ("yes", "no"),
)
TEMPERATURE = SettingRow(
    "Temperature", 0, "0: the likeliest words each time. Up to 2: more varied, and less reliable."
)
SEED = SettingRow("Seed", 1, "Where chance begins, if the temperature is above 0; a whole number.")
REPEATABLE = SettingRow(
    "Repeatable",
    "no",
    "yes: the same run gives the same text, letter by letter; slower.",
    ("no", "yes"),
)
EMBEDDER = SettingRow("Embedder", "", "Embedding model by name. Empty: the machine's usual one.")
LONG_PASSAGES = SettingRow(
    "Long passages",
    "truncate",
    "What a passage is that the embedding model cannot read whole: truncate takes its beginning, "
    "cover the mean of its parts.",
    ("truncate", "cover"),
)
SCORER = SettingRow(
    "Scoring embedder", "", "Embedding model that scores, if it is not the one that retrieves."
)
LLM = SettingRow(
    "Language model",
    "",
    "gguf:, hf: or unsloth: with a name or path, or openai:URL#MODEL; keys belong in the machine's "
    "settings, never here. Empty: the usual one.",
)

SETTING_ROWS = (
    DOCUMENTS, COLLECTION, CHUNK_SIZE, CHUNK_OVERLAP, SPLITTER, QUESTIONS, ONLY_FILES,
    ONLY_TYPES, ONLY_SINCE, RETRIEVAL, RERANKER, DIVERSITY, TOP_K, SCORE, SEXY_SHARE, MODES,
    CONTEXTS, ONE_PER_POV, GATE, LLM, PROMPT, MAX_TOKENS, TEMPERATURE, SEED, REPEATABLE,
    EMBEDDER, LONG_PASSAGES, SCORER,
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What the Settings sheet asks for, checked. Empty text means 'what the machine has'."""

    documents: str = ""
    collection: str = ""
    chunk_size: int = 1000
    chunk_overlap: int = 60
    splitter: Splitter = "recursive"
    questions: str = "initial"
    only: ChunkFilter = field(default_factory=ChunkFilter)
    retrieval: Retrieval = "dense"
    reranker: str = ""
    diversity: float = 0.0
    top_k: int = 10
    score: ScoreMode = "contrast"
    sexy_share: float = 1.0
    modes: tuple[AnswerMode, ...] = ("no-rag", "rag", "sexy")
    contexts: int = 3
    one_per_pov: bool = False
    prompt: str = ""
    max_tokens: int = 160
    gate: bool = True
    temperature: float = 0.0
    seed: int = 1
    repeatable: bool = False
    embedder: str = ""
    cover_long: bool = False
    scorer: str = ""
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
        splitter=cast(Splitter, _choice(SPLITTER, cell)),
        questions=_choice(QUESTIONS, cell),
        only=_only(cell),
        retrieval=cast(Retrieval, _choice(RETRIEVAL, cell)),
        reranker=str(cell[RERANKER.name]),
        diversity=_number(DIVERSITY, cell, 1),
        top_k=_whole(TOP_K, cell, 1, 1000),
        score=cast(ScoreMode, _choice(SCORE, cell)),
        sexy_share=_number(SEXY_SHARE, cell, 1),
        modes=_modes(str(cell[MODES.name])),
        contexts=_whole(CONTEXTS, cell, 1, 20),
        one_per_pov=_choice(ONE_PER_POV, cell) == "yes",
        prompt=str(cell[PROMPT.name]),
        max_tokens=_whole(MAX_TOKENS, cell, 1, 100_000),
        gate=_choice(GATE, cell) == "yes",
        temperature=_number(TEMPERATURE, cell, 2),
        seed=_whole(SEED, cell, 0, 2**31 - 1),
        repeatable=_choice(REPEATABLE, cell) == "yes",
        embedder=str(cell[EMBEDDER.name]),
        cover_long=_choice(LONG_PASSAGES, cell) == "cover",
        scorer=str(cell[SCORER.name]),
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


def _number(row: SettingRow, cell: Mapping[str, object], high: int) -> float:
    value = cell[row.name]
    try:
        number = float(str(value))
    except ValueError:
        number = float("nan")
    if not 0 <= number <= high:
        raise _refused(row.name, value, f"a number from 0 to {high}")
    return number


def _only(cell: Mapping[str, object]) -> ChunkFilter:
    return ChunkFilter(
        files=_parts(cell[ONLY_FILES.name]),
        types=_parts(cell[ONLY_TYPES.name]),
        since=_day(cell[ONLY_SINCE.name]),
    )


def _parts(value: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def _day(value: object) -> str:
    """Return a day as ISO date; Excel hands dates over as such, people write them as text."""
    if value == "":
        return ""
    try:
        return date.fromisoformat(str(value)[:10].replace("/", "-")).isoformat()
    except ValueError:
        raise _refused(ONLY_SINCE.name, value, "a date, like 2025-01-31") from None


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
