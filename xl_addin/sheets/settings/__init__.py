"""The Settings sheet: all settings in their order, one module for those of each job."""

from __future__ import annotations

from typing import Any

from worker.contract import Wire
from xl_addin.sheets.settings.answer import (
    CONTEXTS,
    GATE,
    LLM,
    MAX_TOKENS,
    MODES,
    ONE_PER_POV,
    PROMPT,
    REPEATABLE,
    SEED,
    TEMPERATURE,
)
from xl_addin.sheets.settings.dataset import (
    QA_FEWER_THAN,
    QA_GRADE,
    QA_MORE_THAN,
    QA_NEGATIVES,
    QA_PASSAGES,
    QA_QUESTIONS,
    QA_SEED,
    QA_SHARE,
    QA_VALIDATION,
    QA_WHOLE_WORDS,
    QA_WORDS,
)
from xl_addin.sheets.settings.index import (
    CHUNK_OVERLAP,
    CHUNK_SIZE,
    COLLECTION,
    DOCUMENTS,
    EMBEDDER,
    LONG_PASSAGES,
    SPLITTER,
    WHOLE_DOCUMENTS,
)
from xl_addin.sheets.settings.language import LANGUAGE
from xl_addin.sheets.settings.rank import (
    DIVERSITY,
    HEATMAPS,
    ONLY_FILES,
    ONLY_SINCE,
    ONLY_TYPES,
    QUESTIONS,
    RERANKER,
    RETRIEVAL,
    SCORE,
    SCORER,
    SEXY_SHARE,
    TOP_K,
)
from xl_addin.sheets.settings.regress import (
    CATEGORIES,
    ITEM_COLUMN,
    ITEMS,
    NUMBERS,
    RATINGS,
    REGRESSION_MODE,
    RESAMPLES,
    TARGET,
    TEXTS,
    USER_COLUMN,
    USERS,
)
from xl_addin.sheets.settings.setting import Setting
from xl_addin.sheets.settings.taste import (
    TASTE_NAME,
    TASTE_STRENGTH,
)
from xl_addin.sheets.settings.translate import TRANSLATE_TO, TRANSLATOR
from xl_addin.sheets.settings.tune import (
    TUNE_BASE,
    TUNE_EPOCHS,
    TUNE_METHOD,
    TUNE_NAME,
    TUNE_ON,
    TUNE_STRENGTH,
)
from xl_addin.sheets.settings.workbook import SNAPSHOTS
from xl_addin.workbook.columns import Column, Table, user_column

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

#: All of them, in the order of the sheet.
SETTING_ROWS: tuple[Setting[Any], ...] = (
    DOCUMENTS, COLLECTION, CHUNK_SIZE, CHUNK_OVERLAP, SPLITTER, WHOLE_DOCUMENTS, QUESTIONS,
    ONLY_FILES, ONLY_TYPES, ONLY_SINCE, RETRIEVAL, RERANKER, DIVERSITY, TOP_K, SCORE, SEXY_SHARE,
    HEATMAPS, MODES, CONTEXTS, ONE_PER_POV, GATE, LLM, PROMPT, MAX_TOKENS, TEMPERATURE, SEED,
    REPEATABLE, TRANSLATE_TO, TRANSLATOR, QA_PASSAGES, QA_QUESTIONS, QA_MORE_THAN, QA_FEWER_THAN,
    QA_WORDS, QA_WHOLE_WORDS, QA_SHARE, QA_VALIDATION, QA_GRADE, QA_NEGATIVES, QA_SEED, TASTE_NAME,
    TASTE_STRENGTH, TUNE_NAME, TUNE_BASE, TUNE_ON, TUNE_METHOD, TUNE_EPOCHS, TUNE_STRENGTH,
    EMBEDDER, LONG_PASSAGES, SCORER, RATINGS, USERS, ITEMS, TARGET, USER_COLUMN, ITEM_COLUMN, TEXTS,
    CATEGORIES, NUMBERS, REGRESSION_MODE, RESAMPLES, SNAPSHOTS, LANGUAGE,
)  # fmt: skip


def filling(*models: type[Wire]) -> tuple[Setting[Any], ...]:
    """Return the settings that fill fields of these models."""
    return tuple(row for row in SETTING_ROWS if row.fills and row.fills[0] in models)
