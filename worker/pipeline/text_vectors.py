"""The asking side of the embed job: vectors of many texts, a bounded number in one request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from worker.contract import EmbedRequest, EmbedResult
from worker.pipeline.job_context import Ask, JobContext

_TEXTS_AT_ONCE = 64  # in one request, between two looks at the wish to stop
_CHARACTERS_AT_ONCE = 256_000
_NUMBERS = "<f4"


@dataclass
class TextVectors:
    """A worker's embedder at the other end of `ask`. `cut` counts texts it could not read whole."""

    embedder: str
    run_id: str
    ask: Ask
    cut: int = field(default=0, init=False)

    def model(self) -> str:
        """Return the model as name@revision; raises what keeps it from being used."""
        return self._asked((), ()).embedder

    def of_texts(self, texts: Sequence[str], context: JobContext) -> NDArray[np.float32]:
        """Return (n, dim) vectors of passages. A text that stands there often is sent once."""
        distinct = list(dict.fromkeys(texts))
        parts, done = [], 0
        for part in _parts(distinct):
            context.progress("Embedding", done, len(distinct))
            made = self._asked(part, ())
            self.cut += made.cut
            parts.append(_unpacked(made.vectors, made.dim))
            done += len(part)
        context.progress("Embedding", done, len(distinct))
        places = {text: place for place, text in enumerate(distinct)}
        return np.concatenate(parts)[[places[text] for text in texts]]

    def of_views(self, views: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, dim) vectors of points of view."""
        made = self._asked((), tuple(views))
        return _unpacked(made.view_vectors, made.dim)

    def _asked(self, texts: tuple[str, ...], views: tuple[str, ...]) -> EmbedResult:
        request = EmbedRequest(run_id=self.run_id, embedder=self.embedder, texts=texts, views=views)
        made = self.ask(request)
        assert isinstance(made, EmbedResult)
        return made


def _parts(texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the texts in parts that fit into one request; one that is longer stands alone."""
    part: list[str] = []
    length = 0
    for text in texts:
        if part and (len(part) == _TEXTS_AT_ONCE or length + len(text) > _CHARACTERS_AT_ONCE):
            yield tuple(part)
            part, length = [], 0
        part.append(text)
        length += len(text)
    if part:
        yield tuple(part)


def _unpacked(data: bytes, dim: int) -> NDArray[np.float32]:
    return np.frombuffer(data, _NUMBERS).reshape(-1, dim)
