"""Settings of a ranking: which questions and passages, and what they are ordered by."""

from __future__ import annotations

from typing import get_args

from worker.contract import ChunkFilter, RankRequest, Retrieval, ScoreMode
from xl_addin.sheets.setting_values import DAY, MODEL, PARTS, number, one_of, whole
from xl_addin.sheets.settings.setting import Setting, field_setting

QUESTIONS = Setting(
    "Questions",
    "Which questions of a row run: QInitial, the two chosen FBQ variants, or all three.",
    one_of("initial", "fbq", "all"),
    default="initial",
    flag="--questions",
)

ONLY_FILES = field_setting(
    ChunkFilter,
    "files",
    "Only files",
    PARTS,
    "Rank only these files: patterns like reports/* or *2024*, with commas.",
    flag="--only-files",
)

ONLY_TYPES = field_setting(
    ChunkFilter,
    "types",
    "Only types",
    PARTS,
    "Rank only these types, like pdf, docx.",
    flag="--only-types",
)

ONLY_SINCE = field_setting(
    ChunkFilter,
    "since",
    "Only since",
    DAY,
    "Rank only files changed on this day or later.",
    flag="--only-since",
)

RETRIEVAL = field_setting(
    RankRequest,
    "retrieval",
    "Retrieval",
    one_of(*get_args(Retrieval)),
    "hybrid: passages near the question in meaning, or that share its rare words. dense: by "
    "meaning alone, as in the original.",
    flag="--retrieval",
)

RERANKER = field_setting(
    RankRequest,
    "reranker",
    "Reranker",
    MODEL,
    "Cross-encoder by name that has the last word on retrieval. Empty: none.",
    flag="--reranker",
)

DIVERSITY = field_setting(
    RankRequest,
    "diversity",
    "Diversity",
    number(1),
    "0 takes the nearest passages, 1 the most different ones; .3 is mild.",
    flag="--diversity",
)

TOP_K = field_setting(
    RankRequest,
    "top_k",
    "Passages",
    whole(1, 1000),
    "How many of the most similar passages are ranked a question.",
    flag="--top",
)

SCORE = field_setting(
    RankRequest,
    "score",
    "Score",
    one_of(*get_args(ScoreMode)),
    "contrast: how a passage stands out for single POVs. classic: the original norm of all "
    "cosines. Also max and mean; pnorm is the same as contrast.",
    flag="--score",
)

SEXY_SHARE = field_setting(
    RankRequest,
    "sexy_share",
    "SEXY share",
    number(1),
    "1 orders by the SEXY score alone, 0 by retrieval alone: how well passages fit the question.",
    flag="--sexy-share",
)

HEATMAPS = field_setting(
    RankRequest,
    "heatmaps",
    "Heatmaps for the first",
    whole(0, 1000),
    "So many questions get a picture; 0: none. Pictures take most of the time and of the file.",
    flag="--heatmaps",
)

SCORER = field_setting(
    RankRequest,
    "scoring_embedder",
    "Scoring embedder",
    MODEL,
    "Embedding model that scores, if it is not the one that retrieves; or a taste, as taste:mine.",
    flag="--scoring-embedder",
)
