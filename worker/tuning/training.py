"""Training: a model learns from examples, with a checkpoint an epoch, in the memory there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from worker.errors import EngineError
from worker.tuning.learner import Learner, LossPoint, Recipe, Watch
from worker.tuning.pairs import Example

if TYPE_CHECKING:
    from worker.tuning.merging import State


def train(
    learner: Learner,
    start: State,
    examples: Sequence[Example],
    recipe: Recipe,
    folder: Path,
    watch: Watch,
    say: Callable[[str], None],
) -> list[LossPoint]:
    """Train a model from the weights of its start, or on from the last checkpoint in a folder.

    Where memory runs out, half as many examples are computed at a time: the batch stays as it is,
    and so does what is learnt.

    :param say: gets a sentence whenever that happens.
    :return: the loss of each step, those before a checkpoint too.
    :raises EngineError: if there is no memory for a single example.
    """
    from worker.tuning.trainer import run_epochs

    at_once = recipe.batch
    while True:
        learner.model.load_state_dict(start)
        try:
            return run_epochs(learner, examples, recipe, folder, watch, at_once)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            if at_once == 1:
                raise _no_memory(error) from error
            at_once //= 2
            say(
                f"Memory ran out: {at_once} of the {recipe.batch} pairs of a batch are computed at "
                "a time now, which takes longer and learns the same."
            )


def is_out_of_memory(error: Exception) -> bool:
    """Say whether an error is that of torch, or of Python, that memory ran out."""
    text = str(error).lower()
    signs = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, MemoryError) or any(sign in text for sign in signs)


def _no_memory(error: Exception) -> EngineError:
    return EngineError(
        "There is too little memory to train this model.",
        f"Even one pair at a time does not fit: {(str(error).splitlines() or [''])[0]}",
        "End other programs, choose a smaller base, or the method lora.",
    )
