"""A language model of 259 words and one layer as a GGUF file: it writes nonsense, in no time."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

_WIDTH, _HEADS, _WIDEST = 32, 2, 64


def write_tiny_gguf(
    path: Path,
    *,
    architecture: str = "llama",
    context: int = 64,
    layers: int = 1,
    layout: bool = True,
    epsilon: float = 1e-5,
    without: str = "",
    **more: object,
) -> Path:
    """Write a whole model.

    :param layers: how many its header says; there is one.
    :param layout: whether it has a chat layout of its own.
    :param without: the name of a tensor that is left out.
    :param more: values of the header; `__` in a name is a dot.
    """
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(context)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(_WIDEST)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_layer_norm_rms_eps(epsilon)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    _add_words(writer)
    if layout:
        writer.add_chat_template("{% for m in messages %}{{ m['content'] }}{% endfor %}")
    for name, value in more.items():
        add = writer.add_string if isinstance(value, str) else writer.add_uint32
        (writer.add_bool if isinstance(value, bool) else add)(name.replace("__", "."), value)
    draw = np.random.default_rng(1)
    for name, shape in _SHAPES.items():
        if name != without:
            writer.add_tensor(name, draw.normal(0, 0.1, shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_words(writer: gguf.GGUFWriter) -> None:
    signs = [f"<0x{number:02X}>".encode() for number in range(256)]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([b"<unk>", b"<s>", b"</s>", *signs])
    writer.add_token_scores([0.0] * 259)
    writer.add_token_types([2, 3, 3, *[6] * 256])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


_SHAPES = {
    "token_embd.weight": (259, _WIDTH),
    "output_norm.weight": (_WIDTH,),
    "output.weight": (259, _WIDTH),
    "blk.0.attn_norm.weight": (_WIDTH,),
    **{f"blk.0.attn_{part}.weight": (_WIDTH, _WIDTH) for part in ("q", "k", "v", "output")},
    "blk.0.ffn_norm.weight": (_WIDTH,),
    "blk.0.ffn_gate.weight": (_WIDEST, _WIDTH),
    "blk.0.ffn_up.weight": (_WIDEST, _WIDTH),
    "blk.0.ffn_down.weight": (_WIDTH, _WIDEST),
}
