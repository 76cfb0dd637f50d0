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
    llm: str = ""
    questions_hash: str = ""
    povs_hash: str = ""
    settings_hash: str = ""

    def continues(self, earlier: RunStamp) -> bool:
        """Say whether rows that an earlier try of the same run has made still hold."""
        return (self.code_version, self.index_version, self.embedder, self.llm) == (
            earlier.code_version,
            earlier.index_version,
            earlier.embedder,
            earlier.llm,
        )
