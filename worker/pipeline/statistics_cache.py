"""Corpus statistics, kept on disk for each embedding model and set of points of view."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import BadZipFile

import numpy as np

from worker.contract import PointOfView
from worker.retrieval.base import Collection, Embedder, Vectors
from worker.scoring.corpus_statistics import SAMPLE_SIZE, CorpusStatistics, corpus_statistics
from worker.scoring.similarity import cosine_matrix
from worker.statistics_file import statistics_file

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatisticsCache:
    """Statistics of one set of points of view under one model, in a folder.

    Besides those of each index version, the last ones computed are kept as `latest`: they are
    what a worksheet function goes by, which knows no index.
    """

    folder: Path
    embedder: Embedder
    povs: Sequence[PointOfView]

    def of(self, collection: Collection, pov_vectors: Vectors) -> CorpusStatistics:
        """Return the statistics of a collection for (p, dim) points of view.

        They are computed once for each version, and each time while it is being changed.
        """
        path = self._path(f"{self.embedder.revision}-{collection.version}")
        statistics = _load(path) if collection.version else None
        if statistics is None:
            sample = collection.sample_vectors(SAMPLE_SIZE)
            statistics = corpus_statistics(cosine_matrix(sample, pov_vectors))
            if collection.version:
                _keep(statistics, path)
        _keep(statistics, self._path("latest"))
        return statistics

    def latest(self) -> CorpusStatistics | None:
        """Return the last statistics computed for these points of view, if any."""
        return _load(self._path("latest"))

    def _path(self, version: str) -> Path:
        texts = [pov.text for pov in self.povs]
        return statistics_file(self.folder, self.embedder.name, texts, version)


def _load(path: Path) -> CorpusStatistics | None:
    """Return kept statistics; a file that is absent or damaged is as good as none."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return CorpusStatistics(stored["mean"], stored["sd"], float(stored["grand_mean"]))
    except (OSError, EOFError, KeyError, ValueError, BadZipFile):
        return None


def _keep(statistics: CorpusStatistics, path: Path) -> None:
    """Keep statistics for next time; a ranking does not fail because they cannot be kept."""
    try:
        _write(statistics, path)
    except OSError:
        _log.warning("Corpus statistics cannot be kept in %s.", path, exc_info=True)


def _write(statistics: CorpusStatistics, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        np.savez(
            stream,
            mean=statistics.mean,
            sd=statistics.sd,
            grand_mean=np.array(statistics.grand_mean),
        )
    os.replace(stream.name, path)
