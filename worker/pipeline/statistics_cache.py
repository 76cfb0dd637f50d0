"""Corpus statistics, computed once for each index version, model and set of points of view."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from worker.pipeline.job_context import short_hash
from worker.retrieval.base import Collection, Embedder, Vectors
from worker.scoring.corpus_statistics import SAMPLE_SIZE, CorpusStatistics, corpus_statistics
from worker.scoring.similarity import cosine_matrix


def statistics_for(
    collection: Collection, embedder: Embedder, povs: Vectors, cache: Path
) -> CorpusStatistics:
    """Return the statistics of a collection for (p, dim) points of view.

    They are kept on disk, except while the collection is being changed.
    """
    key = [embedder.name, embedder.revision, collection.version, povs.tolist()]
    path = cache / "statistics" / f"{short_hash(key)}.npz"
    if collection.version and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            return CorpusStatistics(stored["mean"], stored["sd"], float(stored["grand_mean"]))
    statistics = corpus_statistics(cosine_matrix(collection.sample_vectors(SAMPLE_SIZE), povs))
    if collection.version:
        _keep(statistics, path)
    return statistics


def _keep(statistics: CorpusStatistics, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as stream:
        np.savez(
            stream,
            mean=statistics.mean,
            sd=statistics.sd,
            grand_mean=np.array(statistics.grand_mean),
        )
    os.replace(stream.name, path)
