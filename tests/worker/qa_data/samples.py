"""Passages, pairs and vectors for tests that need no model."""

from __future__ import annotations

import numpy as np

from worker.qa_data.pair import Pair, Passage, Split, UnitVectors, pair_id

TEXT = (
    "The Tamsel ferry stopped running in 1988, two years after the bridge at Lorn was finished. "
    "For a century and a half it had crossed the river on a chain. The last ferryman, Aldo Brix, "
    "kept a log of every passenger; the busiest day was the cattle fair of 1911."
)
JAPANESE = (
    "霧谷の石橋は、洪水で木の橋が三度流されたあと、一八五四年に石工の岩永源蔵が架けた。"
    "橋には釘も漆喰も使われておらず、石どうしが押し合うことで立っている。工事には二年かかり、村人は年貢の代わりに石を運んだ。"
)


def passage(text: str = TEXT, chunk_id: str = "c1", doc_id: str = "ferry.txt") -> Passage:
    return Passage(chunk_id, doc_id, text)


def pair(
    question: str = "Who was the last ferryman at Tamsel?",
    answer: str = "Aldo Brix.",
    *,
    of: Passage | None = None,
    split: Split = "train",
    number: int = 1,
) -> Pair:
    of = of or passage()
    return Pair(pair_id(of.chunk_id, number), of, split, question, answer)


def unit_vectors(*degrees: float) -> UnitVectors:
    """Return vectors in a plane; the cosine of two is that of the angle between them."""
    angles = np.radians(np.asarray(degrees, dtype=np.float64))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
