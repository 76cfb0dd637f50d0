"""The base of everything that travels, words with a closed meaning, and errors on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from worker.addresses import holds_secret, masked_address
from worker.errors import BonsaiError, ProtocolError, SettingError, error_class

#: Raised whenever a request or result changes its shape; other versions are refused.
PROTOCOL_VERSION = 15

ScoreMode = Literal["contrast", "classic", "max", "mean", "pnorm"]
#: The score where nobody asks for another.
USUAL_SCORE: ScoreMode = "contrast"
#: Scores that look at the cosines themselves; the others look at contrast, with statistics.
ON_COSINES: frozenset[ScoreMode] = frozenset({"classic", "mean"})
#: At so many points of view, scores on contrast take half of a row's mean off.
HALF_CENTRED = 2
#: A deviation of cosines below this is rounding noise, not a difference between chunks.
NO_SPREAD = 1e-9
#: The formula behind each score. A name changes whenever the scores of the same cosines do.
_FORMULAS: dict[ScoreMode, str] = {
    "classic": "classic",
    "contrast": "contrast p4/2",
    "max": "max/2",
    "mean": "mean",
    "pnorm": "contrast p4/2",
}
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

#: Integers that every program on the way, a spreadsheet too, keeps to the last digit.
_MOST = 2**53
#: The largest number of a cell is about 1e308; sums of such numbers must stay below it as well.
_LARGEST = 1e300

#: How many of something, or how far from its beginning.
Count = Annotated[int, Field(ge=0, le=_MOST)]
#: A place in an order.
Rank = Annotated[int, Field(ge=1, le=_MOST)]


def score_formula(mode: ScoreMode) -> str:
    """Return the name of the formula by which a mode scores, for the stamps of runs."""
    return _FORMULAS[mode]


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


def require(fits: bool, why: str) -> None:
    """See that something fits what was asked for.

    :param why: what is wrong if it does not, as the end of a sentence.
    :raises ProtocolError: if it does not fit.
    """
    if not fits:
        raise ProtocolError(
            "Something that the worker sent was refused.",
            f"It does not fit what was asked for: {why}.",
            "The rest is kept. Use the same version of BONSAI on both sides, and run it again.",
        )


def require_numbers(value: object) -> None:
    """See that each number, however deep inside, is one that a cell can hold.

    :raises ProtocolError: if one is not.
    """
    if isinstance(value, dict):
        require_numbers(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            require_numbers(part)
    elif isinstance(value, int | float):
        most = _MOST if isinstance(value, int) else _LARGEST
        require(-most <= value <= most, "a number is too large for a cell")


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
