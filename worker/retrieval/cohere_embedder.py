"""Embedding by Cohere's service, through its SDK."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from worker.errors import BonsaiError, EngineError, SettingError, package_missing
from worker.retrieval.base import Embedder, Vectors
from worker.settings import Settings

if TYPE_CHECKING:
    from cohere import ClientV2
    from cohere.core import ApiError

_BATCH = 96  # the service takes no more texts a call
_MAX_TOKENS = 512
_TRIES_AGAIN = 5  # the SDK waits longer each time, or as long as the service asks
_SECONDS = 60
_KEY_REFUSED = (401, 403, 498)
_TOO_MANY = (402, 429)
_ELSEWHERE = range(300, 400)


class CohereEmbedder:
    """A model such as `cohere:embed-english-v3.0`; the service cuts texts after 512 tokens.

    :param key: the user's key; it is sent to the service and kept nowhere.
    :param url: another address that speaks the same interface.
    :raises PackageMissingError: if the SDK is not installed.
    :raises SettingError: if there is no key, or it is refused, or the model is not known.
    :raises EngineError: if the service cannot be reached or does not answer, here and in every
        method that embeds.
    """

    def __init__(self, name: str, key: str, *, url: str | None = None) -> None:
        self.name = name
        self.revision = "service"  # Cohere tells versions apart by the name alone
        self.max_tokens = _MAX_TOKENS
        self._model = name.partition(":")[2]
        self._client = _client(key, url)
        self.dim = 0  # until it is known
        self.dim = len(self._embed(["dimension"], "search_query")[0])

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self._embed(texts, "search_document")

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dim) float32 unit vectors."""
        return self._embed(texts, "search_query")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Estimate how many tokens each whole text has, on the high side for ordinary prose.

        Three ASCII characters are taken for a token (English has four to five), and each other
        character for one. Counting exactly would send every text to the service once more.
        """
        return [_estimated_tokens(text) for text in texts]

    def _embed(self, texts: Sequence[str], input_type: str) -> Vectors:
        parts = [
            self._embed_batch(texts[first : first + _BATCH], input_type)
            for first in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.dim), np.float32)

    def _embed_batch(self, texts: Sequence[str], input_type: str) -> Vectors:
        with _cohere_errors(self.name):
            try:
                answer = self._client.embed(
                    model=self._model,
                    texts=list(texts),
                    input_type=input_type,
                    embedding_types=["float"],
                    truncate="END",
                )
                vectors = answer.embeddings.float_ or []
            except (TypeError, AttributeError, ValueError) as error:  # the SDK checks no shapes
                raise self._unusable("what no client can read") from error
        return self._unit_vectors(vectors, len(texts))

    def _unit_vectors(self, vectors: object, texts: int) -> Vectors:
        """Return (texts, dim) unit vectors of what the service sent.

        :raises EngineError: if it is not as many, as long, or no finite numbers other than zeros.
        """
        try:
            matrix = np.array(vectors, np.float64)
        except (TypeError, ValueError) as error:
            raise self._unusable("vectors that hold no numbers, or not as many each") from error
        if len(matrix) != texts:
            raise self._unusable(f"{len(matrix)} vectors for {texts} texts")
        if matrix.ndim != 2 or matrix.shape[1] != (self.dim or matrix.shape[1]):
            raise self._unusable(f"vectors of another length than {self.dim}")
        if not np.isfinite(matrix).all():
            raise self._unusable("vectors with numbers that are not finite")
        largest = np.abs(matrix).max(axis=1, keepdims=True, initial=0.0)
        if not largest.all():
            raise self._unusable("vectors of nothing but zeros")
        scaled = matrix / largest  # or else the squares of large numbers may have no place
        unit: Vectors = (scaled / np.linalg.norm(scaled, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def _unusable(self, what: str) -> EngineError:
        return EngineError(
            f"Cohere answered with {what}.",
            f"The model is {self.name}.",
            "Check the name of the model; try again later.",
        )


def _client(key: str, url: str | None) -> ClientV2:
    try:
        import httpx
        from cohere import ClientV2
    except ImportError as error:
        raise package_missing("cohere", "cohere") from error
    if not key:
        raise SettingError(
            "There is no key for Cohere.",
            "Its models run as a service that asks for one.",
            "Set CO_API_KEY in the environment, or cohere_key in settings.toml in the home folder.",
        )
    alone = httpx.Client(timeout=_SECONDS, follow_redirects=False)  # key and texts go nowhere else
    return ClientV2(
        api_key=key, base_url=url, timeout=_SECONDS, max_retries=_TRIES_AGAIN, httpx_client=alone
    )


@contextmanager
def _cohere_errors(name: str) -> Iterator[None]:
    from cohere.core import ApiError
    from httpx import HTTPError

    try:
        yield
    except ApiError as error:
        raise _refusal(name, error) from error
    except HTTPError as error:
        raise EngineError(
            "Cohere cannot be reached.",
            f"{str(error) or type(error).__name__}.",
            "Check the network and the proxy (HTTPS_PROXY), then try again.",
        ) from error


def _refusal(name: str, error: ApiError) -> BonsaiError:
    reason = f"It says: {_message(error)} (status {error.status_code})."
    if error.status_code in _KEY_REFUSED:
        return SettingError(
            "Cohere refuses the key.", reason, "Correct CO_API_KEY, or cohere_key in settings.toml."
        )
    if error.status_code in _ELSEWHERE:
        return EngineError(
            "Cohere does not answer, and sends on to another address.",
            "Key and texts go to Cohere alone.",
            "Check the network and the proxy (HTTPS_PROXY), then try again.",
        )
    if error.status_code in _TOO_MANY:
        return EngineError(
            "Cohere takes no more requests with this key for now.",
            reason,
            "Wait, or raise the limit of the key; a run that is started again goes on.",
        )
    if error.status_code is not None and error.status_code < 500:
        return SettingError(
            f"Cohere cannot embed with {name}.", reason, "Check the name of the model."
        )
    return EngineError("Cohere failed.", reason, "Try again later.")


def _message(error: ApiError) -> str:
    body = error.body
    message = body.get("message", body) if isinstance(body, dict) else body
    return (str(message).splitlines() or ["nothing"])[0][:200]


def _estimated_tokens(text: str) -> int:
    ascii_characters = sum(character.isascii() for character in text)
    return -(-ascii_characters // 3) + len(text) - ascii_characters


def load(name: str, settings: Settings) -> Embedder:
    """Return the model of this name, with the key of this machine."""
    return CohereEmbedder(name, settings.cohere_key)
