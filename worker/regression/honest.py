"""The honest fit: items are split, not ratings, and chance is asked what it would give.

A vector is the same for all ratings of an item, so a fit that saw some of them knows the item by
its vector. Only items that it has never seen tell whether it has learnt anything of texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from worker.errors import InputError
from worker.regression.group_sums import GroupSums
from worker.regression.ratings import Codes, Features, Floats, Mask, Ratings
from worker.regression.ridge import Basis, CrossValidation, solve_ridge
from worker.regression.unseen import UnseenItems

#: Fewer items cannot be split into some to learn from, in folds, and some to test on.
FEWEST_ITEMS = 10
_TEST_SHARE = 0.2
#: Chance may beat a result that is called beyond chance in one of a hundred cases.
LEVEL = 0.01
_TAIL = 2.5  # per cent on either side of an interval

#: Told how many steps are done, of how many; raises to stop the work.
Step = Callable[[str, int, int], None]


@dataclass(frozen=True)
class HonestFit:
    """What a fit on four fifths of the items has found. Coefficients are in ratings a deviation.

    `raw` are the coefficients of the features as they are, (features,). `by_chance` are those of
    fits to vectors that were shuffled among the items, (shuffles, features), and `chance` what
    these explain of the unseen items.
    """

    penalty: float
    train_r_squared: float
    test_r_squared: float
    ceiling: float | None
    coefficients: Floats
    low: Floats
    high: Floats
    correlations: Floats
    raw: Floats
    by_chance: Floats
    chance: Floats
    predicted: Floats  # (items,)
    seen: Mask

    @property
    def p(self) -> float:
        """How often chance does as well, itself counted once: (b + 1) / (m + 1)."""
        return share_beyond(self.chance, self.test_r_squared)

    @property
    def is_beyond_chance(self) -> bool:
        """Whether unseen items are predicted better than chance does."""
        return self.test_r_squared > 0 and self.p <= LEVEL


def share_beyond(chance: Floats, found: float) -> float:
    """Return (b + 1) / (m + 1): b of m values that chance gave are as large as the one found."""
    return (int((chance >= found).sum()) + 1) / (len(chance) + 1)


def fit_honestly(
    ratings: Ratings, features: Features, *, resamples: int, seed: int, step: Step
) -> HonestFit:
    """Fit ratings on features of items beyond the levels of users.

    :param resamples: how often vectors are shuffled, and items are drawn anew.
    :param step: is told of each of these; what it raises ends the fit.
    :raises InputError: if the levels of users leave nothing to explain.
    """
    chance = np.random.default_rng(seed)
    seen, unseen = _split_items(ratings, chance)
    sums = GroupSums.of(ratings.about_mean(seen))
    known = sums.of_items(seen)
    own, split = UnseenItems(known, known), UnseenItems(known, sums.of_items(unseen))
    if not (own.is_open and split.is_open):
        raise _nothing_left()
    basis = Basis.of(features.values, seen * ratings.per_item())
    learner = _Learner(known, CrossValidation.of(known, chance))
    penalty, found = learner.learn(basis.values[seen])
    predicted = basis.values @ found
    by_chance, shuffled = _by_chance(
        learner, basis.values, split, (seen, unseen), resamples, chance, step
    )
    drawn = _drawn_anew(learner, basis.values[seen], penalty, resamples, chance, step)
    low, high = np.percentile(drawn @ basis.directions, [_TAIL, 100 - _TAIL], axis=0)
    return HonestFit(
        penalty=penalty,
        train_r_squared=own.r_squared(predicted[seen], predicted[seen]),
        test_r_squared=split.r_squared(predicted[seen], predicted[unseen]),
        ceiling=split.ceiling(),
        coefficients=found @ basis.directions,
        low=low,
        high=high,
        correlations=item_correlations(ratings, features.values),
        raw=basis.raw(found),
        by_chance=basis.raw(shuffled),
        chance=by_chance,
        predicted=predicted,
        seen=seen,
    )


def item_correlations(ratings: Ratings, features: Floats) -> Floats:
    """Return the correlation of each feature of items with the ratings; 0 if it never changes."""
    return _correlations(ratings.item, ratings.per_item(), ratings.value, features)


def user_correlations(ratings: Ratings, features: Floats) -> Floats:
    """Return the correlation of each feature of users with the ratings."""
    return _correlations(ratings.user, ratings.per_user(), ratings.value, features)


def _correlations(codes: Codes, counts: Floats, value: Floats, features: Floats) -> Floats:
    centred = value - value.mean()
    share = counts / counts.sum()
    away = features - share @ features
    together = np.bincount(codes, centred, minlength=len(counts)) @ away / len(value)
    spread = np.sqrt(share @ away**2) * centred.std()
    flat = spread <= 1e-12
    return np.where(flat, 0.0, together / np.where(flat, 1.0, spread))


@dataclass(frozen=True)
class _Learner:
    """Learns from the items that it may see; the folds are the same each time."""

    known: GroupSums
    folds: CrossValidation

    def learn(self, values: Floats) -> tuple[float, Floats]:
        """Return the penalty that predicts best across the folds, and the coefficients at it."""
        penalty = self.folds.choose_penalty(values)
        return penalty, self.at(penalty, values)

    def at(self, penalty: float, values: Floats, weights: Floats | None = None) -> Floats:
        """Return the coefficients at a penalty, each item counting as often as it weighs."""
        return solve_ridge(self.known.parts(values, weights).equations(), penalty)


def _split_items(ratings: Ratings, chance: np.random.Generator) -> tuple[Mask, Mask]:
    """Return the items to learn from, and a fifth of those that were rated, for the test."""
    rated = np.flatnonzero(ratings.per_item())
    lots = chance.permutation(rated)
    test = int(np.ceil(_TEST_SHARE * len(rated)))
    every = np.arange(ratings.items)
    return np.isin(every, lots[test:]), np.isin(every, lots[:test])


def _nothing_left() -> InputError:
    return InputError(
        "The users' own levels explain every rating.",
        "Nothing is left for texts where each user gave one rating, or always the same one.",
        "Give ratings of users who rated several items differently, or take the mode 'original'.",
    )


def _by_chance(
    learner: _Learner,
    values: Floats,
    split: UnseenItems,
    places: tuple[Mask, Mask],
    times: int,
    chance: np.random.Generator,
    step: Step,
) -> tuple[Floats, Floats]:
    """Return what is explained, and the coefficients, when vectors belong to other items.

    All is learnt anew each time, the penalty as well.
    """
    seen, unseen = places
    explained, coefficients = [], []
    for done in range(times):
        step("Shuffling", done, times)
        shuffled = values[chance.permutation(len(values))]
        _, found = learner.learn(shuffled[seen])
        explained.append(split.r_squared(shuffled[seen] @ found, shuffled[unseen] @ found))
        coefficients.append(found)
    return np.array(explained), np.array(coefficients)


def _drawn_anew(
    learner: _Learner,
    values: Floats,
    penalty: float,
    times: int,
    chance: np.random.Generator,
    step: Step,
) -> Floats:
    """Return (times, dimensions) coefficients of items drawn anew with replacement."""
    drawn = []
    for done in range(times):
        step("Redrawing", done, times)
        counts = np.bincount(chance.integers(len(values), size=len(values)), minlength=len(values))
        drawn.append(learner.at(penalty, values, counts.astype(np.float64)))
    return np.array(drawn)
