"""Keyword search beside the vectors: BM25 over the chunks of one collection.

Names, numbers and rare words are found by it that an embedding blurs. English words count by
their stem; Japanese, which has no spaces, by pairs of neighbouring characters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from worker.errors import package_missing
from worker.retrieval.base import StoredChunk

#: A word of any script, or a run of kana and kanji.
_JAPANESE = "぀-ヿ㐀-鿿々"
_RUN = re.compile(rf"[{_JAPANESE}]+|[^\W{_JAPANESE}]+")


class KeywordIndex:
    """BM25 over the chunks of one version of a collection, all in memory.

    :raises PackageMissingError: if bm25s or PyStemmer is not installed.
    """

    def __init__(self, chunks: Iterable[StoredChunk]) -> None:
        try:
            import bm25s
            from Stemmer import Stemmer
        except ImportError as error:
            raise package_missing("bm25s", "local") from error
        self._stem = lru_cache(maxsize=None)(Stemmer("english").stemWord)
        self._ids: list[str] = []
        self._sources: list[str] = []
        words: list[list[str]] = []
        for chunk in chunks:
            self._ids.append(chunk.chunk_id)
            self._sources.append(chunk.source)
            words.append(list(self._words(chunk.text)))
        self._place = {chunk_id: place for place, chunk_id in enumerate(self._ids)}
        self._bm25 = bm25s.BM25(method="lucene")  # k1 1.5, b 0.75
        self._bm25.index(words, show_progress=False)

    def best(self, query: str, count: int, sources: Collection[str] | None = None) -> list[str]:
        """Return the ids of up to `count` chunks that share words with a query, best first.

        :param sources: if given, chunks of other sources do not count.
        """
        scores = self._scores(query)
        if sources is not None:
            scores *= [source in sources for source in self._sources]
        order = np.argsort(-scores, kind="stable")[:count]
        return [self._ids[place] for place in order if scores[place] > 0]

    def scores(self, query: str, chunk_ids: Sequence[str]) -> NDArray[np.float64]:
        """Return (n,) scores of chunks; 0 where no word is shared or the chunk is not known."""
        scores, place = self._scores(query), self._place
        return np.array([scores[place[id_]] if id_ in place else 0.0 for id_ in chunk_ids])

    def _scores(self, query: str) -> NDArray[np.float64]:
        words = [word for word in self._words(query) if word in self._bm25.vocab_dict]
        if not words:
            return np.zeros(len(self._ids))
        return np.array(self._bm25.get_scores(words), np.float64)

    def _words(self, text: str) -> Iterator[str]:
        for run in _RUN.findall(text.lower()):
            if "぀" <= run[0] <= "鿿":
                yield from _pairs(run)
            else:
                yield self._stem(run)


def _pairs(run: str) -> Iterator[str]:
    """Yield neighbouring characters two by two; a single one by itself."""
    if len(run) == 1:
        yield run
    for start in range(len(run) - 1):
        yield run[start : start + 2]
