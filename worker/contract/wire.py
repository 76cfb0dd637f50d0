"""The base of everything that travels, words with a closed meaning, and errors on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from worker.addresses import holds_secret, masked_address
from worker.errors import BonsaiError, SettingError, error_class

#: Raised whenever a request or result changes its shape; other versions are refused.
PROTOCOL_VERSION = 6

ScoreMode = Literal["contrast", "classic", "max", "mean", "pnorm"]
#: The score where nobody asks for another.
USUAL_SCORE: ScoreMode = "contrast"
#: Scores that look at the cosines themselves; the others look at contrast, with statistics.
ON_COSINES: frozenset[ScoreMode] = frozenset({"classic", "mean"})
#: dense: by vectors alone. hybrid: together with keywords (BM25).
Retrieval = Literal["dense", "hybrid"]
#: recursive: cut at the coarsest separators that give the size. sentence: between sentences.
Splitter = Literal["recursive", "sentence"]
AnswerMode = Literal["no-rag", "rag", "sexy"]

#: Marks a field that names a model: `Request.models` finds them by it.
MODEL = "names a model"


def plain_name(name: str) -> str:
    """Return the name of a model or the place of a store, which is shown and saved.

    :raises SettingError: if the address in it holds a secret.
    """
    if holds_secret(name):
        raise SettingError(
            f"The address {masked_address(name)} holds a user, a password or a query.",
            "It would be shown in workbooks and logs, and saved with each run.",
            "Take them out. The key of a language model belongs into BONSAI_LLM_KEY, the token of "
            "a store into BONSAI_STORE_TOKEN.",
        )
    return name


PlainName = Annotated[str, AfterValidator(plain_name)]
ModelName = Annotated[PlainName, MODEL]


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
    """Return `model` as plain JSON types, for programs that read `--json` files.

    A row's `kind` stays out: in a file each kind of row stands under a name of its own.
    """
    plain: dict[str, Any] = _without_kinds(model.model_dump(mode="json"))
    return plain


def _without_kinds(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {name: _without_kinds(part) for name, part in value.items() if name != "kind"}
    return [_without_kinds(part) for part in value] if isinstance(value, list) else value
