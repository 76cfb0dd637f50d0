"""The multilingual-e5-small encoder and its tokenizer, built from the file `e5_file` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from worker.retrieval.cpu_engines import load_openvino
from worker.retrieval.e5_file import E5File

if TYPE_CHECKING:
    import openvino
    from tokenizers import Tokenizer

Node = Any  # OpenVINO's own nodes have no types


def e5_tokenizer(file: E5File) -> Tokenizer:
    """Return the SentencePiece tokenizer of XLM-RoBERTa."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    sizes = file.sizes
    tokenizer = Tokenizer(models.Unigram(file.vocabulary, unk_id=sizes.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", sizes.bos), ("</s>", sizes.eos)]
    )
    tokenizer.enable_truncation(sizes.positions)
    return tokenizer


def e5_graph(file: E5File) -> openvino.Model:
    """Return the encoder: from `words` (texts, tokens, width), all of one length, to states."""
    runtime = load_openvino()
    builder = _Builder(file)
    words = builder.op.parameter([-1, -1, file.sizes.width], np.float32, name="words")
    states = builder.embedded(words)
    for layer in range(file.sizes.layers):
        states = builder.attended(states, f"l{layer}")
        states = builder.transformed(states, f"l{layer}")
    return runtime.Model([states], [words], "multilingual-e5-small")


class _Builder:
    """The steps of a BERT encoder as OpenVINO nodes."""

    def __init__(self, file: E5File) -> None:
        from openvino import opset13

        self.op = opset13
        self._file = file
        self._width = file.sizes.width

    def embedded(self, words: Node) -> Node:
        """Add position and type, for as many positions as there are words."""
        op, file = self.op, self._file
        table = (
            file.tensor("emb.pos").reshape(-1, self._width) + file.tensor("emb.type")[: self._width]
        )
        length = op.gather(op.shape_of(words), self._ints(1), self._ints(0))
        places = op.slice(table, self._ints(0), length, self._ints(1), self._ints(0))
        return self._normalised(op.add(words, places), "emb.ln")

    def attended(self, states: Node, layer: str) -> Node:
        """Mix the states of all tokens."""
        query, key, value = (
            self._to_heads(self._dense(states, f"{layer}.{part}", self._width)) for part in "qkv"
        )
        mixed = self._from_heads(self.op.scaled_dot_product_attention(query, key, value))
        mixed = self._dense(mixed, f"{layer}.ao", self._width)
        return self._normalised(self.op.add(states, mixed), f"{layer}.aln")

    def transformed(self, states: Node, layer: str) -> Node:
        """Change each state by itself."""
        inner = self.op.gelu(self._dense(states, f"{layer}.fi", self._width), "ERF")
        outer = self._dense(inner, f"{layer}.fo", self._file.sizes.inner)
        return self._normalised(self.op.add(states, outer), f"{layer}.oln")

    def _dense(self, states: Node, name: str, columns: int) -> Node:
        weights = self._file.matrix(f"{name}.w", columns)
        product = self.op.matmul(states, weights, transpose_a=False, transpose_b=True)
        return self.op.add(product, self._file.tensor(f"{name}.b"))

    def _normalised(self, states: Node, name: str) -> Node:
        even = self.op.mvn(
            states, self._ints(-1), normalize_variance=True, eps=self._file.sizes.epsilon,
            eps_mode="INSIDE_SQRT",
        )  # fmt: skip
        scaled = self.op.multiply(even, self._file.tensor(f"{name}.w"))
        return self.op.add(scaled, self._file.tensor(f"{name}.b"))

    def _to_heads(self, states: Node) -> Node:
        heads = self._file.sizes.heads
        shape = self._ints(0, 0, heads, self._width // heads)
        split = self.op.reshape(states, shape, special_zero=True)
        return self.op.transpose(split, self._ints(0, 2, 1, 3))

    def _from_heads(self, states: Node) -> Node:
        joined = self.op.transpose(states, self._ints(0, 2, 1, 3))
        return self.op.reshape(joined, self._ints(0, 0, self._width), special_zero=True)

    def _ints(self, *values: int) -> Node:
        return self.op.constant(np.array(values, np.int64))
