"""Merging: a model between a base and what was learnt from it, without training again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sentence_transformers import SentenceTransformer
    from torch import Tensor

    #: The weights of a model, by name.
    State = Mapping[str, Tensor]


def state_of(model: SentenceTransformer) -> dict[str, Tensor]:
    """Return a copy of the weights of a model."""
    return {name: weights.detach().clone() for name, weights in model.state_dict().items()}


def mixed(base: State, learnt: State, strength: float) -> dict[str, Tensor]:
    """Return weights on the straight line between two sets: 0 is the base, exactly.

    :param strength: from 0 to 1, which is all that was learnt.
    :raises InputError: if the two are not of the same shape.
    """
    if {name: each.shape for name, each in base.items()} != {
        name: each.shape for name, each in learnt.items()
    }:
        raise InputError(
            "The two models cannot be merged.",
            "Their weights have other names or sizes, so one was not tuned from the other.",
            "Merge a tuned model with the very base that it was tuned from.",
        )
    return {
        name: weights + strength * (learnt[name] - weights)
        if weights.is_floating_point()
        else weights.clone()
        for name, weights in base.items()
    }
