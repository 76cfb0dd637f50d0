"""One process of the scale run: it builds an index of many chunks, or asks one.

    python -m tests.bench.scale_process build CHUNKS FOLDER
    python -m tests.bench.scale_process ask CHUNKS FOLDER

Vectors are made up: clouds around `_CLOUDS` directions, wide enough to overlap. Texts are real.
It prints its figures as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from tests.bench.comparisons import seconds
from tests.bench.our_path import OurPath, sample_documents, sample_povs, sample_questions
from worker.retrieval.base import Collection, StoredChunk, Vectors

COLLECTION = "scale"
_DIM = 384
_CLOUDS = 50
_WIDTH = 1.0  # length of what is added to a direction of length 1
_AT_ONCE = 5000
_CHUNKS_IN_A_FILE = 20
_LATER = 15  # questions after the first
_SEARCHES = 200
_K = 10


def build(chunks: int, folder: Path) -> dict[str, float]:
    """Store made-up vectors with real texts; a new collection."""
    ours = OurPath(folder)
    collection = ours.runtime.store("").open_or_create(COLLECTION, ours.embedder)
    texts = _texts()

    def store() -> None:
        collection.begin_changes()
        for first, vectors in _parts(chunks):
            rows = [_chunk(first + row, next(texts)) for row in range(len(vectors))]
            collection.upsert(rows, vectors)
        collection.finish_changes()

    took = seconds(store)
    files = [path.stat().st_size for path in (folder / "store").rglob("*") if path.is_file()]
    return {"build": took, "build memory": peak(), "disk": sum(files)}


def ask(chunks: int, folder: Path) -> dict[str, float]:
    """Rank for questions one by one, in a fresh process; then hold its search against exact."""
    povs, questions = sample_povs(), cycle(sample_questions())
    numbered = (f"{question} ({number})" for number, question in enumerate(questions))
    paths: list[OurPath] = []

    def first() -> None:
        paths.append(OurPath(folder))
        paths[0].rank(COLLECTION, next(numbered), povs)

    opening = seconds(first)

    def later(rank: Callable[..., object]) -> float:
        return median(
            seconds(lambda: rank(COLLECTION, next(numbered), povs)) for _ in range(_LATER)
        )

    figures = {
        "first question": opening,
        "question": later(paths[0].rank),
        "question, no picture": later(paths[0].rank_only),
        "memory": peak(),
    }
    return figures | _against_exact(paths[0].opened(COLLECTION), chunks)


def _against_exact(collection: Collection, chunks: int) -> dict[str, float]:
    """Return the seconds of a search, ours and exact, and the share of exact hits ours found."""
    vectors = np.vstack([part for _, part in _parts(chunks)])
    queries = _draw(_SEARCHES, part=-1)
    ours, our_seconds = _searched(partial(_nearest, collection), queries)
    exact, exact_seconds = _searched(partial(_exact, vectors), queries)
    shares = [len(one & other) / _K for one, other in zip(ours, exact, strict=True)]
    return {"search": our_seconds, "exact search": exact_seconds, "recall": fmean(shares)}


def _searched(
    search: Callable[[Vectors], set[str]], queries: Vectors
) -> tuple[list[set[str]], float]:
    """Return what each query finds, and the median of seconds."""
    found: list[set[str]] = []
    took = [seconds(partial(_add, found, search, query)) for query in queries]
    return found, median(took)


def _add(found: list[set[str]], search: Callable[[Vectors], set[str]], query: Vectors) -> None:
    found.append(search(query))


def _nearest(collection: Collection, query: Vectors) -> set[str]:
    return {hit.chunk.chunk_id for hit in collection.nearest(query[np.newaxis], _K)[0]}


def _exact(vectors: Vectors, query: Vectors) -> set[str]:
    return {_name(int(row)) for row in np.argpartition(-(vectors @ query), _K)[:_K]}


def _parts(chunks: int) -> Iterator[tuple[int, Vectors]]:
    """Yield the number of a first chunk, and vectors from there on."""
    for first in range(0, chunks, _AT_ONCE):
        yield first, _draw(min(_AT_ONCE, chunks - first), part=first)


def _draw(count: int, part: int) -> Vectors:
    """Return (count, dim) unit vectors, the same ones for the same part."""
    centres = _unit(np.random.default_rng(0).standard_normal((_CLOUDS, _DIM)))
    random = np.random.default_rng(part + 2)
    noise = random.standard_normal((count, _DIM)) * (_WIDTH / np.sqrt(_DIM))
    return _unit(centres[random.integers(_CLOUDS, size=count)] + noise)


def _unit(vectors: NDArray[np.float64]) -> Vectors:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _texts() -> Iterator[str]:
    whole = "\n\n".join(path.read_text(encoding="utf-8") for path in sample_documents())
    return cycle(whole[start : start + 1000] for start in range(0, len(whole), 1000))


def _chunk(number: int, text: str) -> StoredChunk:
    file, place = divmod(number, _CHUNKS_IN_A_FILE)
    return StoredChunk(_name(number), f"file{file:05}.txt", None, 1000 * place, text, "hash")


def _name(number: int) -> str:
    return f"chunk-{number:07}"


def peak() -> float:
    """Return the most memory this process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    task, number, place = sys.argv[1:]
    figures = {"build": build, "ask": ask}[task](int(number), Path(place))
    print(json.dumps(figures))  # noqa: T201
