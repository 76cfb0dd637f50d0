"""The stamp of a run: what its results were made from."""

from __future__ import annotations

from worker.contract.wire import Wire


class RunStamp(Wire):
    """What a result was made from: enough to tell whether it still holds."""

    run_id: str
    time: str  # ISO 8601, UTC
    code_version: str
    collection: str
    index_version: str
    embedder: str
    score_formula: str = ""  # as `score_formula` names it; empty where nothing is scored
    llm: str = ""
    questions_hash: str = ""
    povs_hash: str = ""
    tables_hash: str = ""
    settings_hash: str = ""

    def continues(self, earlier: RunStamp) -> bool:
        """Say whether rows that an earlier try of the same run has made still hold."""
        return self._makers() == earlier._makers()

    def _makers(self) -> tuple[str, ...]:
        """Return what a row depends on beside the request."""
        versions = (self.code_version, self.index_version, self.tables_hash, self.score_formula)
        return (*versions, self.embedder, self.llm)
