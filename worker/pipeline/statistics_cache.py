"""Corpus statistics, kept on disk for each embedding model and set of points of view."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from worker.contract import PointOfView
from worker.pov_statistics import read_statistics, statistics_file, write_statistics
from worker.retrieval.base import Collection, EmbeddedChunk, Embedder, Vectors
from worker.scoring.corpus_statistics import SAMPLE_SIZE, CorpusStatistics, corpus_statistics
from worker.scoring.similarity import cosine_matrix

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatisticsCache:
    """Statistics of one set of points of view under one model, in a folder."""

    folder: Path
    embedder: Embedder
    povs: Sequence[PointOfView]

    def fetch_statistics(
        self,
        collection: Collection,
        pov_vectors: Vectors,
        chunk_vectors: Callable[[Sequence[EmbeddedChunk]], Vectors],
    ) -> CorpusStatistics:
        """Return the statistics of a collection for (p, dim) points of view.

        They are computed once for each version, and each time while it is being changed.

        :param chunk_vectors: gives the (n, dim) vectors of chunks under the model that scores.
        """
        if not collection.version:
            return _computed(collection, pov_vectors, chunk_vectors)
        path = self._path(collection.version)
        if kept := read_statistics(path):
            return CorpusStatistics.from_wire(kept)
        statistics = _computed(collection, pov_vectors, chunk_vectors)
        _keep(statistics, path)
        return statistics

    def _path(self, index_version: str) -> Path:
        version = f"{self.embedder.revision}-{index_version}"
        texts = [pov.text for pov in self.povs]
        return statistics_file(self.folder, self.embedder.name, texts, version)


def _computed(
    collection: Collection,
    pov_vectors: Vectors,
    chunk_vectors: Callable[[Sequence[EmbeddedChunk]], Vectors],
) -> CorpusStatistics:
    sampled = chunk_vectors(collection.sample(SAMPLE_SIZE))
    return corpus_statistics(cosine_matrix(sampled, pov_vectors))


def _keep(statistics: CorpusStatistics, path: Path) -> None:
    """Keep statistics for next time; a ranking does not fail because they cannot be kept."""
    try:
        write_statistics(path, statistics.to_wire())
    except OSError:
        _log.warning("Corpus statistics cannot be kept in %s.", path, exc_info=True)
