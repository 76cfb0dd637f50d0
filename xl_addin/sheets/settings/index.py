"""Settings of an index: the documents, how they are split, the model that embeds them."""

from __future__ import annotations

from typing import get_args

from worker.contract import IndexRequest, Splitter
from xl_addin.sheets.setting_values import MODEL, TEXT, one_of, whole
from xl_addin.sheets.settings.setting import Setting, field_setting

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

CHUNK_SIZE = field_setting(
    IndexRequest,
    "chunk_size",
    "Chunk size",
    whole(50, 100_000),
    "Longest passage, in characters (2000 is also usual).",
)

CHUNK_OVERLAP = field_setting(
    IndexRequest,
    "chunk_overlap",
    "Chunk overlap",
    whole(0, 50_000),
    "Characters that neighbouring passages share (120 with 2000).",
)

SPLITTER = field_setting(
    IndexRequest,
    "splitter",
    "Splitter",
    one_of(*get_args(Splitter)),
    "recursive: passages end at paragraphs, lines or words, as in the original. sentence: they "
    "hold whole sentences.",
)

WHOLE_DOCUMENTS = field_setting(
    IndexRequest,
    "whole_documents",
    "Whole documents up to",
    whole(0, 100_000),
    "Documents of so many characters are one passage; 0: split as all others. The embedding model "
    "should read that much.",
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
