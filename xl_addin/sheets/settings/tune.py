"""Settings of a tuned model: its name, its base, what it learns from and how."""

from __future__ import annotations

from typing import get_args

from worker.contract import TuneMethod, TuneRequest
from xl_addin.sheets.setting_values import MODEL, TEXT, number, one_of, whole
from xl_addin.sheets.settings.setting import Setting, field_setting

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

TUNE_METHOD = field_setting(
    TuneRequest,
    "method",
    "Tune method",
    one_of(*get_args(TuneMethod)),
    "full: all weights learn. lora: small matrices beside them, which takes less memory.",
    flag="--method",
)

TUNE_EPOCHS = field_setting(
    TuneRequest,
    "epochs",
    "Tune epochs",
    whole(1, 100),
    "How often all pairs are gone through; 1 or 2 is usual, more forgets other things.",
    flag="--epochs",
)

TUNE_STRENGTH = field_setting(
    TuneRequest,
    "strength",
    "Tune strength",
    number(1),
    "1: all that was learnt; 0: the base. In between, a mixture of both, which forgets less.",
    flag="--strength",
)
