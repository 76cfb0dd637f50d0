"""A taste in closed form: what moves, by how much, and how λ is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.worker.models.test_taste_map import units
from worker.models.taste_map import Vectors
from worker.tuning.taste import MAP_FROM, PULL, RIDGES, Labels, choose_ridge, learn

POVS = units(4, dim=24)


def labels(count: int, documents: int, noise: float = 0.6, weights: float = 1.0) -> Labels:
    """Liked passages scattered about a point near their point of view."""
    generator = np.random.default_rng(5)
    povs = np.arange(count) % len(POVS)
    centres = units(len(POVS), dim=24, seed=11) + POVS
    vectors = centres[povs] + noise * generator.normal(size=(count, 24)) / np.sqrt(24)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    names = [f"{number % documents}.txt" for number in range(count)]
    return Labels(vectors, names, povs, np.full(count, weights))


def test_few_labels_pull_each_point_of_view_towards_their_mean() -> None:
    few = labels(8, 4)
    moved = learn(POVS, few, None).moved(POVS, 1.0)
    for place in range(len(POVS)):
        expected = POVS[place] + PULL * few.vectors[few.povs == place].mean(axis=0)
        assert moved[place] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)


def test_a_point_of_view_without_labels_stays_where_it_was() -> None:
    few = labels(8, 4)
    some = few.chosen(few.povs != 2)
    moved = learn(POVS, some, None).moved(POVS, 1.0)
    assert moved[2].tobytes() == POVS[2].tobytes()
    assert not np.allclose(moved[1], POVS[1])


@pytest.mark.parametrize("ridge", RIDGES)
def test_the_map_is_that_of_the_ridge_towards_the_identity(ridge: float) -> None:
    """P (PᵀP + λI)⁻¹ (PᵀT + λI), in as many dimensions as vectors have."""
    many = labels(40, 10)
    targets, _ = many.means(len(POVS))
    square = POVS.T @ POVS + ridge * np.eye(24)
    whole = np.linalg.solve(square, POVS.T @ targets + ridge * np.eye(24))
    others = units(6, dim=24, seed=3)
    for sentences in (POVS, others):
        expected = sentences @ whole
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        assert learn(POVS, many, ridge).moved(sentences, 1.0) == pytest.approx(expected, abs=1e-5)


def test_a_passage_that_stands_out_more_clearly_counts_for_more() -> None:
    pair = labels(8, 4).chosen(np.array([True, *[False] * 3, True, *[False] * 3]))
    heavy = Labels(pair.vectors, pair.documents, pair.povs, np.array([9.0, 1.0]))
    means, has = heavy.means(len(POVS))
    assert has.tolist() == [True, False, False, False]
    assert means[0] == pytest.approx(0.9 * pair.vectors[0] + 0.1 * pair.vectors[1], abs=1e-6)


def test_so_many_labels_make_one_map_for_all() -> None:
    usual = np.zeros(24, np.float32)
    assert choose_ridge(POVS, labels(MAP_FROM - 1, 10), usual) is None
    assert choose_ridge(POVS, labels(MAP_FROM, 10), usual) in RIDGES


def test_the_noisier_the_labels_the_more_is_left_of_the_points_of_view() -> None:
    usual = np.zeros(24, np.float32)
    clear = choose_ridge(POVS, labels(40, 20, noise=0.1), usual)
    noisy = choose_ridge(POVS, labels(40, 5, noise=6.0), usual)
    assert clear is not None
    assert noisy is not None
    assert clear < noisy


def test_folds_keep_documents_whole_and_set_each_aside_once() -> None:
    many = labels(40, 7)
    seen: list[str] = []
    for aside in many.folds():
        inside, outside = set(many.chosen(aside).documents), set(many.chosen(~aside).documents)
        assert not inside & outside
        seen += inside
    assert sorted(seen) == sorted(set(many.documents))


def test_one_document_cannot_be_left_out() -> None:
    assert [*labels(3, 1).folds()] == []


def test_the_same_labels_give_the_same_taste_whatever_their_order() -> None:
    many = labels(40, 10)
    order = np.random.default_rng(1).permutation(40)
    documents = [many.documents[place] for place in order]
    mixed = Labels(many.vectors[order], documents, many.povs[order], many.weights[order])
    usual: Vectors = np.zeros(24, np.float32)
    ridge = choose_ridge(POVS, many, usual)
    assert choose_ridge(POVS, mixed, usual) == ridge
    assert learn(POVS, mixed, ridge).moves == pytest.approx(
        learn(POVS, many, ridge).moves, abs=1e-5
    )
