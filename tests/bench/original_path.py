"""How the original notebook indexes and scores: LangChain's wrappers, and a double loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

_SPLITTER = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=60, add_start_index=True)


class OriginalPath:
    """The notebook's steps with a sentence-transformers model in a folder.

    As there, vectors have length 1 and all else is left at its defaults. One model does what two
    did there: Cohere's service scored.
    """

    def __init__(self, model: Path) -> None:
        self.embeddings = HuggingFaceEmbeddings(
            model_name=str(model),
            model_kwargs={"device": "cpu"},
            encode_kwargs={"normalize_embeddings": True},
        )
        self.plain = SentenceTransformer(str(model), device="cpu")  # without LangChain

    def index(self, documents: Path, store: Path) -> Chroma:
        """Read, split, embed and store a folder of texts in UTF-8."""
        return Chroma.from_documents(
            split(documents), self.embeddings, persist_directory=str(store)
        )

    def scores(
        self, store: Chroma, question: str, povs: Sequence[str], k: int
    ) -> tuple[list[str], NDArray[np.float64]]:
        """Return the k nearest passages and their (k, p) cosines to points of view."""
        found = [
            document.page_content for document, _ in store.similarity_search_with_score(question, k)
        ]
        chunks = self.embeddings.embed_documents(found)
        pov_vectors = [self.embeddings.embed_query(pov) for pov in povs]
        return found, double_loop(np.array(chunks), np.array(pov_vectors))


def split(documents: Path) -> list[Document]:
    """Return the passages of a folder of texts, with the name of their file."""
    whole = [
        Document(path.read_text(encoding="utf-8"), metadata={"source": path.name})
        for path in sorted(documents.iterdir())
    ]
    return _SPLITTER.split_documents(whole)


def double_loop(chunks: NDArray[Any], povs: NDArray[Any]) -> NDArray[np.float64]:
    """Return the (n, p) cosines of n and p vectors, pair by pair."""
    cosine = np.zeros((len(chunks), len(povs)))
    for row, chunk in enumerate(chunks):
        for column, pov in enumerate(povs):
            lengths = np.linalg.norm(chunk) * np.linalg.norm(pov)
            cosine[row, column] = np.dot(chunk, pov) / lengths
    return cosine


def order(cosine: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the places of n passages by the length of their rows, longest first."""
    return np.argsort(-np.linalg.norm(cosine, axis=1), kind="stable")
