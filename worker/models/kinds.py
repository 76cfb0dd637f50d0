"""The kinds of models a name can begin with, and what each needs of a machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from worker.settings import Settings


@dataclass(frozen=True)
class ModelKind:
    """A kind such as `gguf`.

    Of each group in `modules` one must be importable; the optional part `extra` installs them.
    `key` is the setting that must hold the user's key, and `key_variable` its usual variable.
    """

    name: str
    about: str
    modules: tuple[tuple[str, ...], ...]
    extra: str
    needs_gpu: bool = False
    key: str = ""
    key_variable: str = ""


KINDS = (
    ModelKind(
        name="onnx",
        about="embedding on the processor, with weights from the list above",
        modules=(("tokenizers",), ("openvino", "onnxruntime")),
        extra="local",
    ),
    ModelKind(
        name="st",
        about="embedding and reranking by sentence-transformers, as in st:BAAI/bge-base-en",
        modules=(("sentence_transformers",),),
        extra="gpu",
    ),
    ModelKind(
        name="cohere",
        about="embedding by Cohere's service: texts leave this machine",
        modules=(("cohere",),),
        extra="cohere",
        key="cohere_key",
        key_variable="CO_API_KEY",
    ),
    ModelKind(
        name="gguf",
        about="language model on the processor, from the list above or gguf:FILE",
        modules=(("xllamacpp",),),
        extra="local",
    ),
    ModelKind(
        name="hf",
        about="language model by transformers, as in hf:ORG/NAME or hf:FOLDER; slow without a GPU",
        modules=(("torch",), ("transformers",)),
        extra="hf",
    ),
    ModelKind(
        name="unsloth",
        about="language model by Unsloth, as in unsloth:FOLDER: LoRA adapters, 4 bit",
        modules=(("unsloth",),),
        extra="gpu",
        needs_gpu=True,
    ),
    ModelKind(
        name="openai",
        about="language model of a server that you run (vLLM, llama-server, LM Studio), as in "
        "openai:URL#MODEL; OPENAI_API_KEY is its key, if it wants one",
        modules=(("openai",),),
        extra="openai",
    ),
)


def sees_gpu() -> bool:
    """Say whether an NVIDIA driver shows itself on this machine."""
    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


def missing_steps(kind: ModelKind, settings: Settings, *, gpu: bool) -> list[str]:
    """Return what is to be done before models of a kind can be used here; nothing if they can.

    :param gpu: whether the machine has a GPU.
    """
    steps = []
    if not all(any(find_spec(name) for name in group) for group in kind.modules):
        steps.append(f"pip install 'bonsai-xl[{kind.extra}]'")
    if kind.needs_gpu and not gpu:
        steps.append("a machine with an NVIDIA GPU")
    if kind.key and not getattr(settings, kind.key):
        steps.append(f"set {kind.key_variable}, or {kind.key} in the settings file")
    return steps
