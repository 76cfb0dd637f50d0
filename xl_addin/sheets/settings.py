"""The Settings sheet: each setting with its default, its meaning, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, get_args

from worker.contract import (
    AnswerRequest,
    ChunkFilter,
    DatasetRequest,
    IndexRequest,
    RankRequest,
    RegressionMode,
    RegressRequest,
    Retrieval,
    ScoreMode,
    Splitter,
    TasteRequest,
    TuneMethod,
    TuneRequest,
    Wire,
)
from xl_addin.sheets.setting_values import (
    DAY,
    MODE_LIST,
    MODEL,
    PARTS,
    SOME_PARTS,
    TEXT,
    YES_OR_NO,
    Given,
    Reader,
    number,
    one_of,
    whole,
)
from xl_addin.workbook.columns import Column, Table, user_column

T = TypeVar("T")

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
class Setting(Generic[T]):
    """One row of the Settings table.

    An empty `default` means 'what the machine has', or nothing. `fills` names the model of the
    contract and the field in it that take the value. `flag` is the option by which the command
    line may overrule the sheet; one that is a `path` counts from where the command is given.
    """

    name: str
    meaning: str
    reader: Reader[T]
    default: Given = ""
    flag: str = ""
    fills: tuple[type[Wire], str] | None = None
    is_path: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """What a cell's list offers, the usual one first."""
        return tuple(sorted(self.reader.choices, key=lambda choice: choice != self.default))


def _filling(
    model: type[Wire], field: str, name: str, reader: Reader[T], meaning: str, flag: str = ""
) -> Setting[T]:
    """Return a setting that fills a field of a model, and has its default from there."""
    default = _as_cell(model.model_fields[field].default)
    return Setting(name, meaning, reader, default, flag, (model, field))


def _as_cell(value: Any) -> Given:  # noqa: ANN401 - the default of any field
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else cast(Given, value)


DOCUMENTS = Setting(
    "Documents folder",
    "The folder that Index reads, subfolders included: text, Markdown, web pages, PDF, Word, "
    "PowerPoint, Excel and CSV files.",
    TEXT,
    flag="--documents",
    is_path=True,
)
COLLECTION = Setting(
    "Collection",
    "Name of the index made from the folder. Empty: the workbook's own name.",
    TEXT,
    flag="--collection",
)
CHUNK_SIZE = _filling(
    IndexRequest,
    "chunk_size",
    "Chunk size",
    whole(50, 100_000),
    "Longest passage, in characters (2000 is also usual).",
)
CHUNK_OVERLAP = _filling(
    IndexRequest,
    "chunk_overlap",
    "Chunk overlap",
    whole(0, 50_000),
    "Characters that neighbouring passages share (120 with 2000).",
)
SPLITTER = _filling(
    IndexRequest,
    "splitter",
    "Splitter",
    one_of(*get_args(Splitter)),
    "recursive: passages end at paragraphs, lines or words, as in the original. sentence: they "
    "hold whole sentences.",
)
WHOLE_DOCUMENTS = _filling(
    IndexRequest,
    "whole_documents",
    "Whole documents up to",
    whole(0, 100_000),
    "Documents of so many characters are one passage; 0: split as all others. The embedding model "
    "should read that much.",
)
QUESTIONS = Setting(
    "Questions",
    "Which questions of a row run: QInitial, the two chosen FBQ variants, or all three.",
    one_of("initial", "fbq", "all"),
    default="initial",
    flag="--questions",
)
ONLY_FILES = _filling(
    ChunkFilter,
    "files",
    "Only files",
    PARTS,
    "Rank only these files: patterns like reports/* or *2024*, with commas.",
    flag="--only-files",
)
ONLY_TYPES = _filling(
    ChunkFilter,
    "types",
    "Only types",
    PARTS,
    "Rank only these types, like pdf, docx.",
    flag="--only-types",
)
ONLY_SINCE = _filling(
    ChunkFilter,
    "since",
    "Only since",
    DAY,
    "Rank only files changed on this day or later.",
    flag="--only-since",
)
RETRIEVAL = _filling(
    RankRequest,
    "retrieval",
    "Retrieval",
    one_of(*get_args(Retrieval)),
    "hybrid: passages near the question in meaning, or that share its rare words. dense: by "
    "meaning alone, as in the original.",
    flag="--retrieval",
)
RERANKER = _filling(
    RankRequest,
    "reranker",
    "Reranker",
    MODEL,
    "Cross-encoder by name that has the last word on retrieval. Empty: none.",
    flag="--reranker",
)
DIVERSITY = _filling(
    RankRequest,
    "diversity",
    "Diversity",
    number(1),
    "0 takes the nearest passages, 1 the most different ones; .3 is mild.",
    flag="--diversity",
)
TOP_K = _filling(
    RankRequest,
    "top_k",
    "Passages",
    whole(1, 1000),
    "How many of the most similar passages are ranked a question.",
    flag="--top",
)
SCORE = _filling(
    RankRequest,
    "score",
    "Score",
    one_of(*get_args(ScoreMode)),
    "contrast: how a passage stands out for single POVs. classic: the original norm of all "
    "cosines. Also max and mean; pnorm is the same as contrast.",
    flag="--score",
)
SEXY_SHARE = _filling(
    RankRequest,
    "sexy_share",
    "SEXY share",
    number(1),
    "1 orders by the SEXY score alone, 0 by retrieval alone: how well passages fit the question.",
    flag="--sexy-share",
)
HEATMAPS = _filling(
    RankRequest,
    "heatmaps",
    "Heatmaps for the first",
    whole(0, 1000),
    "So many questions get a picture; 0: none. Pictures take most of the time and of the file.",
    flag="--heatmaps",
)
MODES = _filling(
    AnswerRequest,
    "modes",
    "Answer modes",
    MODE_LIST,
    "Any of no-rag, rag, sexy, separated by commas.",
    flag="--modes",
)
CONTEXTS = _filling(
    AnswerRequest,
    "contexts",
    "Contexts",
    whole(1, 20),
    "How many passages go into a prompt (1 to 3 is usual).",
    flag="--contexts",
)
ONE_PER_POV = _filling(
    AnswerRequest,
    "one_per_pov",
    "Contexts per POV",
    YES_OR_NO,
    "yes: no point of view gets a second passage before the others had one.",
)
PROMPT = _filling(
    AnswerRequest,
    "prompt",
    "Prompt",
    TEXT,
    "Empty: the model's own chat layout. alpaca: the original's, for models tuned on it. Or a text "
    "of your own with {question} and {context}.",
    flag="--prompt",
)
MAX_TOKENS = _filling(
    AnswerRequest, "max_tokens", "Answer tokens", whole(1, 100_000), "Longest answer, in tokens."
)
GATE = _filling(
    AnswerRequest,
    "gate",
    "Evidence gate",
    YES_OR_NO,
    'yes: where no passage seems to hold the answer, it is "I dont know", and Support says why. '
    "no: the model is always asked.",
)
TEMPERATURE = _filling(
    AnswerRequest,
    "temperature",
    "Temperature",
    number(2),
    "0: the likeliest words each time. Up to 2: more varied, and less reliable.",
)
SEED = _filling(
    AnswerRequest,
    "seed",
    "Seed",
    whole(0, 2**31 - 1),
    "Where chance begins, if the temperature is above 0; a whole number.",
)
REPEATABLE = _filling(
    AnswerRequest,
    "repeatable",
    "Repeatable",
    YES_OR_NO,
    "yes: the same run gives the same text, letter by letter; slower.",
)
RATINGS = Setting(
    "Ratings",
    "For Regress: a file of ratings (CSV), a sheet in one (FILE.xlsx#SHEET), or a sheet of this "
    "workbook as last saved. Empty, like the next two: the sample.",
    TEXT,
    flag="--ratings",
    is_path=True,
)
USERS = Setting(
    "Users", "The users who gave them, in the same way.", TEXT, flag="--users", is_path=True
)
ITEMS = Setting(
    "Items", "The items and their texts, in the same way.", TEXT, flag="--items", is_path=True
)
TARGET = _filling(
    RegressRequest, "target", "Rating column", TEXT, "The column to explain.", flag="--target"
)
USER_COLUMN = _filling(
    RegressRequest,
    "user_column",
    "User column",
    TEXT,
    "The users' ids, in ratings and users alike. Empty: the column that both have.",
    flag="--user-column",
)
ITEM_COLUMN = _filling(
    RegressRequest,
    "item_column",
    "Item column",
    TEXT,
    "The items' ids, in ratings and items alike. Empty: the column that both have.",
    flag="--item-column",
)
TEXTS = _filling(
    RegressRequest,
    "texts",
    "Text columns",
    SOME_PARTS,
    "Columns of the items that are embedded, with commas; the first names an item.",
    flag="--text",
)
CATEGORIES = _filling(
    RegressRequest,
    "categories",
    "Category columns",
    PARTS,
    "Columns of users or items whose words become features.",
    flag="--categories",
)
NUMBERS = _filling(
    RegressRequest,
    "numbers",
    "Number columns",
    PARTS,
    "Columns of users or items whose numbers become features.",
    flag="--numbers",
)
REGRESSION_MODE = _filling(
    RegressRequest,
    "mode",
    "Regression",
    one_of(*get_args(RegressionMode)),
    "honest: tested on items that the fit has not seen, beside what chance gives. original: "
    "Ridge(alpha=5) on a random split of the ratings, which leaks.",
    flag="--mode",
)
RESAMPLES = _filling(
    RegressRequest,
    "resamples",
    "Resamples",
    whole(199, 9999),
    "How often vectors are shuffled, and items drawn anew, to see what chance gives.",
    flag="--resamples",
)
EMBEDDER = Setting(
    "Embedder", "Embedding model by name. Empty: the machine's usual one.", MODEL, flag="--embedder"
)
LONG_PASSAGES = Setting(
    "Long passages",
    "What a passage is that the embedding model cannot read whole: truncate takes its beginning, "
    "cover the mean of its parts.",
    one_of("truncate", "cover"),
    default="truncate",
    flag="--long-passages",
)
SCORER = _filling(
    RankRequest,
    "scoring_embedder",
    "Scoring embedder",
    MODEL,
    "Embedding model that scores, if it is not the one that retrieves; or a taste, as taste:mine.",
    flag="--scoring-embedder",
)
LLM = Setting(
    "Language model",
    "gguf:, hf: or unsloth: with a name or path, or openai:URL#MODEL; keys belong in the machine's "
    "settings, never here. Empty: the usual one.",
    MODEL,
    flag="--llm",
)

QA_PASSAGES = _filling(
    DatasetRequest,
    "limit",
    "QA passages",
    whole(1, 100_000),
    "Questions and answers are made from up to so many passages.",
    flag="--limit",
)
QA_QUESTIONS = _filling(
    DatasetRequest,
    "questions",
    "QA questions",
    whole(1, 20),
    "Questions a passage.",
    flag="--per-passage",
)
QA_MORE_THAN = _filling(
    DatasetRequest,
    "more_than",
    "QA more than",
    whole(0, 100_000),
    "Only passages of more characters than this (1000 in the original, with a Chunk size of 2000).",
    flag="--more-than",
)
QA_FEWER_THAN = _filling(
    DatasetRequest,
    "fewer_than",
    "QA fewer than",
    whole(1, 200_000),
    "Only passages of fewer characters than this (2000 in the original).",
    flag="--fewer-than",
)
QA_WORDS = _filling(
    DatasetRequest,
    "words",
    "QA words",
    PARTS,
    "Only passages that hold one of these words, with commas, like film, actor. Empty: any.",
    flag="--words",
)
QA_WHOLE_WORDS = _filling(
    DatasetRequest,
    "whole_words",
    "QA whole words",
    YES_OR_NO,
    "no: a word counts inside another one too, as in the original.",
    flag="--whole-words",
)
QA_SHARE = _filling(
    DatasetRequest,
    "validation_share",
    "QA validation share",
    number(1),
    "This share of the documents is the validation part; no passage of them is trained on.",
    flag="--validation-share",
)
QA_VALIDATION = _filling(
    DatasetRequest,
    "validation_collection",
    "QA validation index",
    TEXT,
    "Name of another index whose documents are the validation part. Empty: a share of these.",
    flag="--validation-index",
)
QA_GRADE = _filling(
    DatasetRequest,
    "grade",
    "QA grade",
    YES_OR_NO,
    "yes: the language model grades what is left, from 1 to 10, and 7 is enough; slower.",
    flag="--grade",
)
QA_NEGATIVES = _filling(
    DatasetRequest,
    "negatives",
    "QA negatives",
    whole(0, 10),
    "Passages near a question that do not answer it, for training; 0: none.",
    flag="--negatives",
)
QA_SEED = _filling(
    DatasetRequest,
    "seed",
    "QA seed",
    whole(0, 2**31 - 1),
    "Which passages are drawn, and which documents are the validation part; a whole number.",
    flag="--seed",
)
TASTE_NAME = Setting(
    "Taste name",
    "Learn my taste keeps what it learns under this name. Write taste: and the name into Scoring "
    "embedder, and Rank goes by it.",
    TEXT,
    default="mine",
    flag="--name",
)
TASTE_STRENGTH = _filling(
    TasteRequest,
    "strength",
    "Taste strength",
    number(1),
    "0: the points of view as written; 1: all that was learnt. Scoring embedder takes "
    "taste:NAME@0.5 as well.",
    flag="--strength",
)
TUNE_NAME = Setting(
    "Tune name",
    "Tune keeps the model under this name. Write tuned: and the name into Embedder, and index "
    "again.",
    TEXT,
    flag="--name",
)
TUNE_BASE = Setting(
    "Tune base",
    "Embedding model that is tuned, such as st:BAAI/bge-base-en. Empty: that of Embedder.",
    MODEL,
    flag="--base",
)
TUNE_ON = Setting(
    "Tune on",
    "qa: the pairs of the sheet QA. taste: your points of view with the passages that you keep. "
    "both.",
    one_of("qa", "taste", "both"),
    default="qa",
    flag="--on",
)
TUNE_METHOD = _filling(
    TuneRequest,
    "method",
    "Tune method",
    one_of(*get_args(TuneMethod)),
    "full: all weights learn. lora: small matrices beside them, which takes less memory.",
    flag="--method",
)
TUNE_EPOCHS = _filling(
    TuneRequest,
    "epochs",
    "Tune epochs",
    whole(1, 100),
    "How often all pairs are gone through; 1 or 2 is usual, more forgets other things.",
    flag="--epochs",
)
TUNE_STRENGTH = _filling(
    TuneRequest,
    "strength",
    "Tune strength",
    number(1),
    "1: all that was learnt; 0: the base. In between, a mixture of both, which forgets less.",
    flag="--strength",
)
SNAPSHOTS = Setting(
    "Snapshots up to",
    "MB on this machine for copies of the workbook as it was before each run, which 'Restore' puts "
    "back; the oldest make room. 0: none.",
    whole(0, 1_000_000),
    default=200,
)
#: Not on the sheet: the command alone reads this folder, and makes the validation index of it.
VALIDATION_DOCUMENTS = Setting(
    "Validation folder",
    "Index this folder first: its documents are the validation part.",
    TEXT,
    flag="--val",
    is_path=True,
)

#: All of them, in the order of the sheet.
SETTING_ROWS: tuple[Setting[Any], ...] = (
    DOCUMENTS, COLLECTION, CHUNK_SIZE, CHUNK_OVERLAP, SPLITTER, WHOLE_DOCUMENTS, QUESTIONS,
    ONLY_FILES, ONLY_TYPES, ONLY_SINCE, RETRIEVAL, RERANKER, DIVERSITY, TOP_K, SCORE, SEXY_SHARE,
    HEATMAPS, MODES, CONTEXTS, ONE_PER_POV, GATE, LLM, PROMPT, MAX_TOKENS, TEMPERATURE, SEED,
    REPEATABLE, QA_PASSAGES, QA_QUESTIONS, QA_MORE_THAN, QA_FEWER_THAN, QA_WORDS, QA_WHOLE_WORDS,
    QA_SHARE, QA_VALIDATION, QA_GRADE, QA_NEGATIVES, QA_SEED, TASTE_NAME, TASTE_STRENGTH, TUNE_NAME,
    TUNE_BASE, TUNE_ON, TUNE_METHOD, TUNE_EPOCHS, TUNE_STRENGTH, EMBEDDER, LONG_PASSAGES, SCORER,
    RATINGS, USERS, ITEMS, TARGET, USER_COLUMN, ITEM_COLUMN, TEXTS, CATEGORIES, NUMBERS,
    REGRESSION_MODE, RESAMPLES, SNAPSHOTS,
)  # fmt: skip


def filling(*models: type[Wire]) -> tuple[Setting[Any], ...]:
    """Return the settings that fill fields of these models."""
    return tuple(row for row in SETTING_ROWS if row.fills and row.fills[0] in models)
