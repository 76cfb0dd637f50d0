"""A package of Argos Translate as its own tools lay it out, with a model that has learnt nothing.

The file formats are the real ones; what comes out of the weights, drawn by chance, means nothing.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec

_WIDTH, _HEADS = 16, 2
_TEXTS = ["The rain fell on the town.", "Kettles sing in the silent kitchen.", "雨が町に降った。"]


def write_package(folder: Path, **metadata: str) -> Path:
    """Write an unpacked package for English into Japanese, and return its folder."""
    folder.mkdir(parents=True)
    pieces = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXTS * 20),
        model_writer=pieces,
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=9,
    )
    (folder / "sentencepiece.model").write_bytes(pieces.getvalue())
    known = sentencepiece.SentencePieceProcessor(model_proto=pieces.getvalue())
    words = ["<blank>", "<s>", "</s>", "<unk>"]
    words += [known.id_to_piece(place) for place in range(3, known.get_piece_size())]
    _model(words).save(str(_made(folder / "model")))
    languages = {"from_code": "en", "from_name": "English", "to_code": "ja", "to_name": "Japanese"}
    (folder / "metadata.json").write_text(json.dumps(languages | metadata), encoding="utf-8")
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _model(words: list[str]) -> TransformerSpec:
    spec = TransformerSpec.from_config(num_layers=(1, 1), num_heads=_HEADS)
    numbers = np.random.default_rng(1)

    def fill(part: object, name: str, rows: int, columns: int | None) -> None:
        shape = (rows,) if columns is None else (rows, columns)
        setattr(part, name, numbers.normal(0, 0.3, shape).astype(np.float32))

    for stack in (spec.encoder, spec.decoder):
        embeddings = stack.embeddings
        for embedding in embeddings if isinstance(embeddings, list) else [embeddings]:
            fill(embedding, "weight", len(words), _WIDTH)
        for layer in stack.layer:
            for attention in ("self_attention", "attention"):
                _fill_attention(
                    getattr(layer, attention, None), fill, inner=attention == "self_attention"
                )
            _fill_norm(layer.ffn.layer_norm)
            fill(layer.ffn.linear_0, "weight", 2 * _WIDTH, _WIDTH)
            fill(layer.ffn.linear_0, "bias", 2 * _WIDTH, None)
            fill(layer.ffn.linear_1, "weight", _WIDTH, 2 * _WIDTH)
            fill(layer.ffn.linear_1, "bias", _WIDTH, None)
        _fill_norm(stack.layer_norm)
    fill(spec.decoder.projection, "weight", len(words), _WIDTH)
    fill(spec.decoder.projection, "bias", len(words), None)
    spec.register_source_vocabulary(words)
    spec.register_target_vocabulary(words)
    spec.validate()
    return spec


def _fill_attention(attention, fill, *, inner: bool) -> None:
    if attention is None:
        return
    _fill_norm(attention.layer_norm)
    sizes = (3 * _WIDTH, _WIDTH) if inner else (_WIDTH, 2 * _WIDTH, _WIDTH)
    for linear, rows in zip(attention.linear, sizes, strict=True):
        fill(linear, "weight", rows, _WIDTH)
        fill(linear, "bias", rows, None)


def _fill_norm(norm) -> None:
    norm.gamma, norm.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)
