"""A model of 30,000 weights for sentence-transformers, from a config: nothing is downloaded.

Its words are those of `WORLD`, and its weights are random, by seed: it has all to learn.
"""

from __future__ import annotations

from pathlib import Path

from worker.contract import PairSet, TunePair, TunePassage

_COLOURS = ("red", "blue", "green", "white", "black", "brown", "grey", "pink")
_THINGS = ("kettle", "tanker", "lantern", "bridge", "heron", "ledger")
_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = (
    "where",
    "is",
    "the",
    "a",
    "stands",
    "in",
    "hall",
    "number",
    "and",
    "nobody",
    "takes",
    "it",
)


def world(documents: int = 8, split: bool = True) -> PairSet:
    """Pairs of six passages a document: a colour is a document; the last two are for validation."""
    passages, pairs = [], []
    for number, colour in enumerate(_COLOURS[:documents]):
        side = "validation" if number >= documents - 2 else "train"
        for thing in _THINGS:
            name = f"{colour}-{thing}"
            passages.append(
                TunePassage(
                    passage_id=name,
                    doc=f"{colour}.txt",
                    text=f"The {colour} {thing} stands in hall {colour} and nobody takes it",
                    split=side if split else "",
                )
            )
            pairs.append(TunePair(question=f"Where is the {colour} {thing}", passage_id=name))
    return PairSet(passages=tuple(passages), pairs=tuple(pairs))


def control() -> PairSet:
    """Questions on what the pairs are not about, in the same words."""
    passages, pairs = [], []
    for number, thing in enumerate(_THINGS):
        name = f"control {number}"
        text = f"number {thing} takes the hall"
        passages.append(TunePassage(passage_id=name, doc=name, text=text))
        pairs.append(TunePair(question=f"a {thing} takes number", passage_id=name))
    return PairSet(passages=tuple(passages), pairs=tuple(pairs))


def tiny_model(folder: Path, seed: int = 1) -> Path:
    """Write the model into a folder, and return it."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = dict.fromkeys((*_MARKS, *_WORDS, *_COLOURS, *_THINGS))
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=64,
    ).save_pretrained(folder / "bert")
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder / "bert")
    encoder = modules.Transformer(str(folder / "bert"), max_seq_length=64)
    pooling = modules.Pooling(32, "mean")
    model = SentenceTransformer(modules=[encoder, pooling, modules.Normalize()], device="cpu")
    model.save_pretrained(str(folder / "tiny"), create_model_card=False)
    return folder / "tiny"
