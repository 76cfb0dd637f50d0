"""All filters on planted pairs, with the real embedding model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.worker.qa_data.planted import GOOD, pairs, passages, sample_passages, unfounded
from tests.worker.qa_data.samples import pair, passage, unit_vectors
from worker.language import mostly_japanese
from worker.qa_data.audit import audit
from worker.qa_data.filters.run import Corpus, read_alone, read_question, run_filters
from worker.qa_data.pair import Pair, UnitVectors
from worker.retrieval.base import Embedder
from worker.runtime import Runtime

SIX_KINDS = {"form", "needs the passage", "copied", "facts", "duplicate", "not found"}


@pytest.fixture(scope="module")
def minilm(warm_runtime: Runtime) -> Embedder:
    return warm_runtime.embedder("onnx:minilm")


@pytest.fixture(scope="module")
def corpus(minilm: Embedder) -> Corpus:
    """The planted passages among those of the sample documents, all in English."""
    english = [
        each
        for each in (*passages().values(), *sample_passages())
        if not mostly_japanese([each.text])
    ]
    return Corpus(english, minilm.embed_documents([each.text for each in english]))


@pytest.fixture(scope="module")
def verdicts(corpus: Corpus, minilm: Embedder) -> dict[Pair, str]:
    """What became of each planted pair. The model reads English: Japanese is not embedded."""
    japanese, english = [], []
    for each in pairs():
        (japanese if mostly_japanese([each.passage.text]) else english).append(each)
    found = run_filters(
        english,
        corpus,
        unfounded=unfounded,
        embed_questions=minilm.embed_queries,
        embed_answers=minilm.embed_documents,
    )
    found += [read_alone(each, unfounded) for each in japanese]
    return {
        each: rejection.filter if rejection else GOOD
        for each, rejection in zip([*english, *japanese], found, strict=True)
    }


def test_ten_pairs_are_planted_of_each_kind_and_sixty_good_ones():
    assert Counter(pairs().values()) == {GOOD: 60, **dict.fromkeys(SIX_KINDS, 10)}


def test_planted_pairs_are_rejected_for_the_right_reason(verdicts: dict[Pair, str]):
    bad = [each for each, kind in pairs().items() if kind != GOOD]
    right = sum(verdicts[each] == pairs()[each] for each in bad)
    assert right >= 0.95 * len(bad), [
        (pairs()[each], verdicts[each], each.question)
        for each in bad
        if verdicts[each] != pairs()[each]
    ]


def test_good_pairs_are_kept(verdicts: dict[Pair, str]):
    good = [each for each, kind in pairs().items() if kind == GOOD]
    kept = sum(verdicts[each] == GOOD for each in good)
    assert kept >= 0.9 * len(good), [(verdicts[each], each.question) for each in good]


def test_what_the_filters_keep_has_no_leak(verdicts: dict[Pair, str], minilm: Embedder):
    kept = [each for each, verdict in verdicts.items() if verdict == GOOD]
    english = [each for each in kept if not mostly_japanese([each.passage.text])]
    questions = minilm.embed_queries([each.question for each in english])
    answers = minilm.embed_documents([each.answer for each in english])
    assert audit(english, questions, answers).is_clean


def no_vectors(texts: Sequence[str]) -> UnitVectors:
    raise AssertionError(f"embedded: {texts}")


def test_what_can_be_read_alone_is_not_embedded():
    bad = pair("What does the passage say?")
    corpus = Corpus([bad.passage], unit_vectors(0))
    (verdict,) = run_filters(
        [bad], corpus, unfounded=unfounded, embed_questions=no_vectors, embed_answers=no_vectors
    )
    assert verdict is not None


def test_a_pair_that_is_rejected_makes_no_duplicate_of_another():
    far, near = passage(chunk_id="far"), passage(chunk_id="near")
    twins = [pair(of=far), pair(of=near)]
    verdicts = run_filters(
        twins,
        Corpus([far, near], unit_vectors(90, 0)),
        unfounded=unfounded,
        embed_questions=lambda texts: unit_vectors(*[0] * len(texts)),
        embed_answers=lambda texts: unit_vectors(*[0] * len(texts)),
        top_k=1,
    )
    assert [each and each.filter for each in verdicts] == ["not found", None]


def test_a_question_is_read_before_it_has_an_answer():
    assert read_question(pair(answer=""), unfounded) is None
    assert read_question(pair("What does the passage say?", ""), unfounded) is not None
    assert read_alone(pair(answer=""), unfounded) is not None
