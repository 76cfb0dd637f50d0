"""Whether what was retrieved for a question holds its answer."""

from __future__ import annotations

from collections.abc import Sequence

from worker.answering.evidence import Evidence
from worker.contract import RankRequest
from worker.pipeline.job_context import JobContext


class EvidenceGate:
    """Judges passages of one collection."""

    def __init__(self, request: RankRequest, context: JobContext) -> None:
        self._request = request
        self._context = context

    def judge(self, question: str, passages: Sequence[str]) -> Evidence:
        """Return how well passages hold the answer to a question."""
        return Evidence(1.0 if passages else 0.0, 0.5, "")
