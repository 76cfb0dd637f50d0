"""What everything that travels has in common, and errors on the wire."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from worker.errors import BonsaiError, error_class

#: Raised whenever a request or result changes its shape; a worker refuses other versions.
PROTOCOL_VERSION = 4

ScoreMode = Literal["contrast", "classic", "max", "mean", "pnorm"]
#: Scores that look at the cosines themselves; the others look at contrast, with statistics.
ON_COSINES: frozenset[ScoreMode] = frozenset({"classic", "mean"})
#: dense: by vectors alone. hybrid: together with keywords (BM25).
Retrieval = Literal["dense", "hybrid"]
#: recursive: cut at the coarsest separators that give the size. sentence: between sentences.
Splitter = Literal["recursive", "sentence"]
AnswerMode = Literal["no-rag", "rag", "sexy"]


class Wire(BaseModel):
    """Base of everything that travels."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Problem(Wire):
    """An error on the wire: a failed job, or one failed row of a job that goes on."""

    code: str
    what: str
    why: str
    next_step: str
    retryable: bool = False

    @classmethod
    def from_error(cls, error: BonsaiError) -> Problem:
        """Return the wire form of `error`."""
        return cls(
            code=error.code,
            what=error.what,
            why=error.why,
            next_step=error.next_step,
            retryable=error.retryable,
        )

    def to_error(self) -> BonsaiError:
        """Return an error of the class that has this code."""
        return error_class(self.code)(self.what, self.why, self.next_step)

    def __str__(self) -> str:
        """Return the three parts as one line."""
        return " ".join(part for part in (self.what, self.why, self.next_step) if part)


def json_ready(model: Wire) -> dict[str, Any]:
    """Return `model` as plain JSON types, for programs that read `--json` files."""
    return model.model_dump(mode="json")
