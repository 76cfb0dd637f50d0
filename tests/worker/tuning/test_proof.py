from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from worker.tuning.pairs import Search
from worker.tuning.proof import (
    METRICS,
    Vectors,
    compare,
    in_words,
    interval,
    kept_neighbours,
    lost,
    ndcg,
    ranks,
    reciprocal_rank,
)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def drawn(questions: int = 40, passages: int = 90) -> tuple[Search, Vectors]:
    """Questions near their passage, some of which have two."""
    random = np.random.default_rng(1)
    texts = unit(random.normal(size=(passages, 16)))
    near = unit(texts[:questions] + 0.35 * random.normal(size=(questions, 16)))
    relevant = tuple(
        frozenset({row, row + 45} if row % 3 == 0 else {row}) for row in range(questions)
    )
    asked = Search(
        tuple(f"question {row}" for row in range(questions)),
        tuple(f"passage {row}" for row in range(passages)),
        relevant,
        tuple("doc" for _ in range(questions)),
    )
    return asked, Vectors(near, texts)


def test_ranks_count_from_one_by_cosine():
    asked = Search(("q",), ("a", "b", "c"), (frozenset({0, 2}),), ("d",))
    vectors = Vectors(unit(np.array([[1.0, 0.0]])), unit(np.array([[1, 1], [1, 0.1], [-1, 0]])))
    assert ranks(asked, vectors) == [(2, 3)]


def test_measures_of_ranks_that_are_worked_out_by_hand():
    assert reciprocal_rank((4,)) == 0.25
    assert reciprocal_rank((11,)) == 0
    assert ndcg((1,)) == 1
    assert ndcg((3,)) == 0.5
    assert ndcg((1, 3)) == pytest.approx(1.5 / (1 + 1 / np.log2(3)))


def test_an_interval_lies_around_the_mean_and_is_the_same_each_time():
    changes = np.array([0.0, 0.1, 0.3, -0.1, 0.2] * 8)
    low, high = interval(changes)
    assert low < changes.mean() < high
    assert interval(changes) == (low, high)
    assert interval(np.full(9, 0.5)) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("after", "verdict"),
    [([(1,)] * 20, "better"), ([(3,)] * 20, "no real change"), ([(9,)] * 20, "worse")],
)
def test_the_verdict_follows_the_interval(after: list[tuple[int]], verdict: str):
    lines = compare("tuned:x", [(3,)] * 20, after)
    assert lines[0].verdict == verdict
    assert [line.metric for line in lines] == list(METRICS)
    assert verdict in in_words(lines[0])


def test_what_is_lost_is_a_share_of_the_base():
    assert lost(compare("tuned:x", [(1,), (1,)], [(1,), (3,)], "Control: ")) == 0.25
    assert lost(compare("tuned:x", [(3,)], [(1,)])) == -1


def test_neighbours_that_stay_are_counted_for_each_point_of_view():
    _, vectors = drawn()
    assert kept_neighbours(vectors, vectors) == [1.0] * 40
    turned = Vectors(-vectors.questions, vectors.passages)
    assert max(kept_neighbours(vectors, turned)) == 0


def test_figures_are_those_of_the_library_s_evaluator(torch: ModuleType):
    evaluation = pytest.importorskip("sentence_transformers.sentence_transformer.evaluation")
    asked, vectors = drawn()
    evaluator = evaluation.InformationRetrievalEvaluator(
        {str(row): text for row, text in enumerate(asked.questions)},
        {str(row): text for row, text in enumerate(asked.passages)},
        {str(row): set(map(str, found)) for row, found in enumerate(asked.relevant)},
        show_progress_bar=False,
    )
    known = dict(
        zip((*asked.questions, *asked.passages), np.vstack(vectors_of(vectors)), strict=True)
    )

    class Known:
        """Gives the drawn vectors: what is compared is the arithmetic."""

        similarity_fn_name = "cosine"
        model_card_data = type("Card", (), {"set_evaluation_metrics": lambda *_: None})()

        def similarity(self, one, other):
            return torch.as_tensor(one) @ torch.as_tensor(other).T

    evaluator.embed_inputs = lambda _model, texts, **_: torch.tensor(
        np.stack([known[text] for text in texts])
    )
    evaluator.score_functions = {"cosine": lambda one, other: one @ other.T}
    evaluator.score_function_names = ["cosine"]
    theirs = evaluator.compute_metrices(Known())["cosine"]
    found = ranks(asked, vectors)
    ours = {name: np.mean([figure(each) for each in found]) for name, figure in METRICS.items()}
    assert ours["nDCG@10"] == pytest.approx(theirs["ndcg@k"][10])
    assert ours["MRR@10"] == pytest.approx(theirs["mrr@k"][10])
    for k in (1, 3, 5, 10):
        assert ours[f"hit@{k}"] == pytest.approx(theirs["accuracy@k"][k])


def vectors_of(vectors: Vectors) -> tuple[np.ndarray, np.ndarray]:
    return vectors.questions, vectors.passages
