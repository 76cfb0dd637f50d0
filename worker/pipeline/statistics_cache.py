"""Corpus statistics of points of view under one model: each sentence's are computed once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from worker.contract import PointOfView
from worker.errors import StoreError
from worker.pov_statistics import Figures, KeptStatistics, gathered
from worker.retrieval.base import Collection, EmbeddedChunk, Embedder, Vectors
from worker.scoring.corpus_statistics import SAMPLE_SIZE, CorpusStatistics, corpus_statistics
from worker.scoring.similarity import cosine_matrix

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatisticsCache:
    """Statistics of points of view under one model, in a file."""

    path: Path
    embedder: Embedder
    povs: Sequence[PointOfView]

    def fetch_statistics(
        self,
        collection: Collection,
        pov_vectors: Vectors,
        chunk_vectors: Callable[[Sequence[EmbeddedChunk]], Vectors],
    ) -> CorpusStatistics:
        """Return the statistics of a collection for (p, dim) points of view.

        Those of a sentence are computed once for each version, and each time while the collection
        is being changed. A sentence that stands there twice has one column.

        :param chunk_vectors: gives the (n, dim) vectors of chunks under the model that scores.
        """
        texts = [pov.text for pov in self.povs]
        known = self._kept(collection.version, texts)
        new = {text: at for at, text in enumerate(texts) if text not in known}
        if new:
            sampled = chunk_vectors(collection.sample(SAMPLE_SIZE))
            columns = pov_vectors[np.array([*new.values()])]
            statistics = corpus_statistics(cosine_matrix(sampled, columns))
            computed = map(Figures, statistics.mean.tolist(), statistics.sd.tolist())
            learnt = dict(zip(new, computed, strict=True))
            self._keep(collection.version, learnt)
            known |= learnt
        return CorpusStatistics.from_wire(gathered(known, texts))

    def _kept(self, index_version: str, texts: Sequence[str]) -> dict[str, Figures]:
        """Return what is known of this version; a file that cannot be read is as good as none."""
        if not index_version:
            return {}
        try:
            with closing(KeptStatistics(self.path)) as kept:
                return kept.find(self.embedder.name, self._version(index_version), texts)
        except StoreError:
            _log.warning("Corpus statistics cannot be read in %s.", self.path, exc_info=True)
            return {}

    def _keep(self, index_version: str, figures: Mapping[str, Figures]) -> None:
        """Keep figures for next time; a ranking does not fail because they cannot be kept."""
        if not index_version:
            return
        try:
            with closing(KeptStatistics(self.path)) as kept:
                kept.keep(self.embedder.name, self._version(index_version), figures)
        except StoreError:
            _log.warning("Corpus statistics cannot be kept in %s.", self.path, exc_info=True)

    def _version(self, index_version: str) -> str:
        return f"{self.embedder.revision}-{index_version}"
