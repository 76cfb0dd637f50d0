"""Settings of a question–answer data set: which passages, how many questions, what is kept."""

from __future__ import annotations

from worker.contract import DatasetRequest
from xl_addin.sheets.setting_values import PARTS, TEXT, YES_OR_NO, number, whole
from xl_addin.sheets.settings.setting import Setting, field_setting

QA_PASSAGES = field_setting(
    DatasetRequest,
    "limit",
    "QA passages",
    whole(1, 100_000),
    "Questions and answers are made from up to so many passages.",
    flag="--limit",
)

QA_QUESTIONS = field_setting(
    DatasetRequest,
    "questions",
    "QA questions",
    whole(1, 20),
    "Questions a passage.",
    flag="--per-passage",
)

QA_MORE_THAN = field_setting(
    DatasetRequest,
    "more_than",
    "QA more than",
    whole(0, 100_000),
    "Only passages of more characters than this (1000 in the original, with a Chunk size of 2000).",
    flag="--more-than",
)

QA_FEWER_THAN = field_setting(
    DatasetRequest,
    "fewer_than",
    "QA fewer than",
    whole(1, 200_000),
    "Only passages of fewer characters than this (2000 in the original).",
    flag="--fewer-than",
)

QA_WORDS = field_setting(
    DatasetRequest,
    "words",
    "QA words",
    PARTS,
    "Only passages that hold one of these words, with commas, like film, actor. Empty: any.",
    flag="--words",
)

QA_WHOLE_WORDS = field_setting(
    DatasetRequest,
    "whole_words",
    "QA whole words",
    YES_OR_NO,
    "no: a word counts inside another one too, as in the original.",
    flag="--whole-words",
)

QA_SHARE = field_setting(
    DatasetRequest,
    "validation_share",
    "QA validation share",
    number(1),
    "This share of the documents is the validation part; no passage of them is trained on.",
    flag="--validation-share",
)

QA_VALIDATION = field_setting(
    DatasetRequest,
    "validation_collection",
    "QA validation index",
    TEXT,
    "Name of another index whose documents are the validation part. Empty: a share of these.",
    flag="--validation-index",
)

QA_GRADE = field_setting(
    DatasetRequest,
    "grade",
    "QA grade",
    YES_OR_NO,
    "yes: the language model grades what is left, from 1 to 10, and 7 is enough; slower.",
    flag="--grade",
)

QA_NEGATIVES = field_setting(
    DatasetRequest,
    "negatives",
    "QA negatives",
    whole(0, 10),
    "Passages near a question that do not answer it, for training; 0: none.",
    flag="--negatives",
)

QA_SEED = field_setting(
    DatasetRequest,
    "seed",
    "QA seed",
    whole(0, 2**31 - 1),
    "Which passages are drawn, and which documents are the validation part; a whole number.",
    flag="--seed",
)

#: Not on the sheet: the command alone reads this folder, and makes the validation index of it.
VALIDATION_DOCUMENTS = Setting(
    "Validation folder",
    "Index this folder first: its documents are the validation part.",
    TEXT,
    flag="--val",
    is_path=True,
)
