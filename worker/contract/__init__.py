"""What the workbook side and the worker say to each other: JSON models, nothing heavy.

One job = one request model in, events along the way, one result model out. Every model is
frozen, refuses unknown fields and survives a JSON round trip unchanged. Images and other large
things do not travel inside these models: they are blobs, named by `heatmap_blob`.
"""

from worker.contract.events import (
    Event,
    Progress,
    RowFailed,
    RowReady,
    Started,
    TextReady,
)
from worker.contract.requests import (
    AnswerRequest,
    IndexRequest,
    JobRequest,
    PointOfView,
    Question,
    RankRequest,
    Request,
    ScoreRequest,
    parse_request,
)
from worker.contract.results import (
    Answer,
    AnswerResult,
    Citation,
    IndexResult,
    JobResult,
    PovMatrix,
    PovTouch,
    QuestionRanking,
    RankedChunk,
    RankResult,
    RunStamp,
    ScoreResult,
    SourceReport,
    heatmap_blob,
    parse_result,
)
from worker.contract.wire import (
    PROTOCOL_VERSION,
    AnswerMode,
    Problem,
    ScoreMode,
    Wire,
    json_ready,
)

__all__ = [
    "PROTOCOL_VERSION",
    "Answer",
    "AnswerMode",
    "AnswerRequest",
    "AnswerResult",
    "Citation",
    "Event",
    "IndexRequest",
    "IndexResult",
    "JobRequest",
    "JobResult",
    "PointOfView",
    "PovMatrix",
    "PovTouch",
    "Problem",
    "Progress",
    "Question",
    "QuestionRanking",
    "RankRequest",
    "RankResult",
    "RankedChunk",
    "Request",
    "RowFailed",
    "RowReady",
    "RunStamp",
    "ScoreMode",
    "ScoreRequest",
    "ScoreResult",
    "SourceReport",
    "Started",
    "TextReady",
    "Wire",
    "heatmap_blob",
    "json_ready",
    "parse_request",
    "parse_result",
]
