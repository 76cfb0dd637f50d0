"""The proof of a tune job: what a base finds, and what is found by what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from worker.contract import Comparison, PairSet, QuestionMove, TuneRequest
from worker.pipeline.job_context import JobContext
from worker.tuning.learner import Learner, Watch
from worker.tuning.merging import mixed
from worker.tuning.pairs import Search, search, unrelated
from worker.tuning.proof import Ranks, Vectors, compare, in_words, kept_neighbours, lost, ranks

if TYPE_CHECKING:
    from worker.tuning.merging import State

#: By so much control questions may fall, as a share: what costs more is not kept as it is.
MOST_LOST = 0.02
#: Shares of the strength asked for that are tried in turn, the strongest first.
_WEAKER = (1.0, 0.75, 0.5, 0.25)
_CONTROL = "Control questions: "


@dataclass
class Chosen:
    """What was measured of the mixture that is kept, or of the last that was tried."""

    strength: float
    lines: tuple[Comparison, ...]
    moves: tuple[QuestionMove, ...]
    tried: tuple[tuple[float, float], ...]  # strengths, each with what control questions lost
    shift: str
    is_kept: bool

    def remarks(self, request: TuneRequest) -> Iterator[str]:
        """Say what came of it: the verdict, what is forgotten, what to do."""
        yield in_words(self.lines[0])
        costs = ", ".join(f"{loss:+.1%} at {strength:g}" for strength, loss in self.tried)
        if not self.tried:
            yield "No control questions were measured: none is unrelated to these pairs."
        elif not self.is_kept:
            yield (
                f"{request.model} was not kept: control questions may lose {MOST_LOST:.0%}, and "
                f"lost {costs}. Tune with fewer epochs, or with more pairs."
            )
        elif self.strength < request.strength:
            yield (
                f"{request.model} is kept at strength {self.strength:g}, not {request.strength:g}: "
                f"control questions may lose {MOST_LOST:.0%}, and lost {costs}."
            )
        else:
            yield f"Control questions lost {costs}; {MOST_LOST:.0%} is allowed."
        if self.shift:
            yield self.shift
        if self.is_kept:
            yield (
                f"To use it, index again: an index belongs to the model that made it. Run 'bonsai "
                f"index BOOK --embedder {request.model} --collection NEW', or write "
                f"{request.model} into 'Embedder' on the Settings sheet with another 'Collection' "
                "and press Index, then Rank."
            )


class Proof:
    """What the base finds, to be compared with what is made of it."""

    def __init__(
        self, request: TuneRequest, data: PairSet, learner: Learner, context: JobContext
    ) -> None:
        self._request, self._learner, self._context = request, learner, context
        control = unrelated(request.control, data)
        placed = [each.model_copy(update={"split": "validation"}) for each in control.passages]
        others = PairSet(passages=tuple(placed), pairs=control.pairs)
        self._asked = search(data, "validation")
        self._control = search(others, "validation", data.passages)
        self.base = self._vectors(self._asked, "Measuring the base")
        self._base_ranks = ranks(self._asked, self.base)
        self._base_control = self._control_ranks(self.base)
        self._base_povs = self._pov_vectors(self.base)

    def strongest(self, start: State, learnt: State) -> Chosen:
        """Return the strongest mixture, up to the one asked for, that control questions allow.

        The model is that mixture then.
        """
        tried: list[tuple[float, float]] = []
        for share in _WEAKER:
            strength = self._request.strength * share
            self._learner.model.load_state_dict(mixed(start, learnt, strength))
            chosen = self._measured(strength, tried)
            if chosen.is_kept:
                break
        return chosen

    def _measured(self, strength: float, tried: list[tuple[float, float]]) -> Chosen:
        model = self._request.model
        vectors = self._vectors(self._asked, f"Measuring strength {strength:g}")
        found = ranks(self._asked, vectors)
        lines = compare(model, self._base_ranks, found)
        is_kept = True
        if self._base_control:
            control = compare(model, self._base_control, self._control_ranks(vectors), _CONTROL)
            tried.append((strength, lost(control)))
            is_kept = lost(control) <= MOST_LOST
            lines += control
        moves = tuple(self._moves(found))
        return Chosen(strength, tuple(lines), moves, tuple(tried), self._shift(vectors), is_kept)

    def _vectors(self, asked: Search, stage: str) -> Vectors:
        return self._learner.vectors(asked, progress_of(self._context, stage))

    def _control_ranks(self, known: Vectors) -> list[Ranks]:
        """Return ranks of the control's passages; those of the set are searched with them."""
        if not self._control.questions:
            return []
        control = Search(
            self._control.questions,
            self._control.passages[: len(self._control.passages) - len(known.passages)],
            self._control.relevant,
            self._control.docs,
        )
        own = self._vectors(control, "Measuring control questions")
        return ranks(
            self._control,
            Vectors(own.questions, np.concatenate([own.passages, known.passages])),
        )

    def _pov_vectors(self, known: Vectors) -> Vectors | None:
        if not self._request.povs:
            return None
        texts = [pov.text for pov in self._request.povs]
        watch = progress_of(self._context, "Reading points of view")
        return Vectors(
            self._learner.embed(texts, self._learner.query_prompt, watch), known.passages
        )

    def _shift(self, vectors: Vectors) -> str:
        after = self._pov_vectors(vectors)
        if not (after and self._base_povs):
            return ""
        kept = kept_neighbours(self._base_povs, after)
        least = int(np.argmin(kept))
        return (
            f"Points of view: {np.mean(kept):.0%} of the ten passages nearest to each are as "
            f"before, on average over {len(kept)}; least of all at "
            f"{self._request.povs[least].pov_id} ({kept[least]:.0%})."
        )

    def _moves(self, found: Sequence[Ranks]) -> Iterator[QuestionMove]:
        rows = zip(self._asked.questions, self._asked.docs, self._base_ranks, found, strict=True)
        for question, doc, before, after in rows:
            yield QuestionMove(
                model=self._request.model,
                question=question,
                doc=doc,
                base_rank=before[0],
                tuned_rank=after[0],
            )


def progress_of(context: JobContext, stage: str) -> Watch:
    """Return what takes the news of a part of the work and tells it as progress."""
    return lambda done, of, word: context.progress(stage, done, of, word)
