"""A ranking as a worker gives it, for the tests of the sheets that it fills."""

from __future__ import annotations

import numpy as np

from worker.contract import PovMatrix, QuestionRanking, RankedChunk
from worker.scoring.corpus_statistics import CorpusStatistics, corpus_statistics
from worker.scoring.score_modes import score_chunks

# Five chunks by four points of view; ids with marks that mean something inside a formula.
COSINE = np.random.default_rng(7).uniform(-0.1, 0.7, (5, 4))
IDS = ("@P1", "it's #2 [x]", 'say "3"', "視点4")
#: How the chunks were found, worst first: ranks by it count down.
RELEVANCE = np.array([0.31, 0.31, 0.42, 0.5, 0.93])
WEIGHTS = np.array([1.0, 0.25, -0.5, 2.0])
STATISTICS = corpus_statistics(np.random.default_rng(8).uniform(-0.1, 0.7, (50, 4)))


def ranking(
    mode: str, cosine: np.ndarray = COSINE, statistics: CorpusStatistics = STATISTICS
) -> QuestionRanking:
    scores = score_chunks(cosine, np.ones(4), statistics, mode)
    rows = tuple(
        RankedChunk(
            chunk_id=f"c{n}",
            rank=n + 1,
            sexy=float(scores.sexy[n]),
            classic=float(scores.classic[n]),
            query_similarity=0.5,
            query_rank=5 - n,
            relevance=float(RELEVANCE[n]),
            top_povs=(),
            source="kettle.txt",
            page=None,
            start=0,
            text="=1+1 is no formula here",
        )
        for n in range(5)
    )
    matrix = PovMatrix(
        chunk_ids=tuple(row.chunk_id for row in rows),
        pov_ids=IDS,
        cosine=tuple(map(tuple, scores.cosine.tolist())),
        contrast=tuple(map(tuple, scores.contrast.tolist())),
        statistics=statistics.to_wire(),
    )
    return QuestionRanking(qid="Q1", question="Who whistles?", rows=rows, matrix=matrix)
