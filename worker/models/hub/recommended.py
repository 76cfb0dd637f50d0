"""Models of huggingface.co that are worth a try, for English and for Japanese.

What stands here is what their publishers say. None was run with this version: that needs a way to
the hub. A licence that is not free for every use is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Recommended:
    """A model of a hub. `memory` is about what it takes at work, on a processor.

    `terms` are those of a licence that is not free for every use; empty for one that is.
    """

    name: str
    task: Literal["answers", "embedding", "reranking"]
    size: str
    memory: str
    licence: str
    about: str
    terms: str = ""


RECOMMENDED = (
    Recommended(
        name="gguf:Qwen/Qwen2.5-1.5B-Instruct-GGUF:qwen2.5-1.5b-instruct-q4_k_m.gguf",
        task="answers",
        size="1.1 GB",
        memory="2 GB",
        licence="Apache-2.0",
        about="short answers on two cores; English, some Japanese",
    ),
    Recommended(
        name="gguf:unsloth/Qwen3-4B-Instruct-2507-GGUF:Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        task="answers",
        size="2.5 GB",
        memory="4 GB",
        licence="Apache-2.0",
        about="a sensible start for answers on a laptop; English and Japanese",
    ),
    Recommended(
        name="gguf:Qwen/Qwen2.5-7B-Instruct-GGUF:qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf",
        task="answers",
        size="4.7 GB",
        memory="6 GB",
        licence="Apache-2.0",
        about="better answers, slow on few cores; English and Japanese",
    ),
    Recommended(
        name="gguf:Qwen/Qwen2.5-3B-Instruct-GGUF:qwen2.5-3b-instruct-q4_k_m.gguf",
        task="answers",
        size="2.1 GB",
        memory="3 GB",
        licence="Qwen Research",
        terms="research and evaluation alone, no commercial use",
        about="longer answers on two cores; English, some Japanese",
    ),
    Recommended(
        name="gguf:ggml-org/gemma-3-4b-it-GGUF:gemma-3-4b-it-Q4_K_M.gguf",
        task="answers",
        size="2.5 GB",
        memory="4 GB",
        licence="Gemma",
        terms="Google's list of forbidden uses holds, and must be passed on",
        about="many languages, Japanese among them",
    ),
    Recommended(
        name="gguf:mmnga/sarashina2.2-3b-instruct-v0.1-gguf:"
        "sarashina2.2-3b-instruct-v0.1-Q4_K_M.gguf",
        task="answers",
        size="2.1 GB",
        memory="3 GB",
        licence="MIT",
        about="made for Japanese by SB Intuitions; also English",
    ),
    Recommended(
        name="gguf:elyza/Llama-3-ELYZA-JP-8B-GGUF:Llama-3-ELYZA-JP-8B-q4_k_m.gguf",
        task="answers",
        size="4.9 GB",
        memory="6 GB",
        licence="Llama 3 Community",
        terms="Meta's list of forbidden uses holds, and a notice must be shown",
        about="Llama 3 trained on for Japanese",
    ),
    Recommended(
        name="st:BAAI/bge-base-en-v1.5",
        task="embedding",
        size="0.4 GB",
        memory="1 GB",
        licence="MIT",
        about="English; successor of bge-base-en",
    ),
    Recommended(
        name="st:intfloat/multilingual-e5-base",
        task="embedding",
        size="1.1 GB",
        memory="2 GB",
        licence="MIT",
        about="100 languages, Japanese among them",
    ),
    Recommended(
        name="st:Qwen/Qwen3-Embedding-0.6B",
        task="embedding",
        size="1.2 GB",
        memory="3 GB",
        licence="Apache-2.0",
        about="100 languages, long passages; wants a GPU",
    ),
    Recommended(
        name="st:cl-nagoya/ruri-v3-310m",
        task="embedding",
        size="310 M parameters",
        memory="2 GB",
        licence="Apache-2.0",
        about="made for Japanese",
    ),
)
