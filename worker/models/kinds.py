"""The kinds of models a name can begin with: what loads them, and what each needs of a machine.

A new kind is a file that ends in a function `load`, and a row of `KINDS`. The last two rows show
how: they need no packages. They are there for tests; nothing chooses them but their names.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from worker.errors import SettingError
from worker.settings import Settings

#: What a model is asked for: vectors, an order of passages, text, or another language's.
Task = Literal["embed", "rerank", "write", "translate"]

_DOES = {
    "embed": "embedding model",
    "rerank": "reranker",
    "write": "language model",
    "translate": "translator",
}


@dataclass(frozen=True)
class Engine:
    """What a kind does one task with.

    `loader` is a function, as in `worker.retrieval.onnx_embedder:load`, of a model's name and the
    settings; it returns an `Embedder`, a `Reranker`, a `LanguageModel` or a `Translator`. `example`
    is a name for messages to show, empty for what nobody should choose. One that stands
    `over_another` model is handed what gives models by name, too.
    """

    task: Task
    loader: str
    example: str = ""
    over_another: bool = False

    def load(self, name: str, settings: Settings, *models: Callable[[str], Any]) -> Any:  # noqa: ANN401 (told by the task)
        """Return the model of this name; the engine is imported when it is first needed.

        :param models: what gives models by name, for one that stands over another.
        """
        module, _, function = self.loader.partition(":")
        load: Callable[..., Any] = getattr(import_module(module), function)
        return load(name, settings, *models)


@dataclass(frozen=True)
class ModelKind:
    """A kind such as `gguf`.

    Of each group in `modules` one must be importable; the optional part `extra` installs them.
    A kind by which a GPU is `wanted` runs without one too; where it is `needed`, it does not.
    `key` is the setting that must hold the user's key, and `key_variable` its usual variable.
    `server` is where texts go, if that is the same for all models of a kind.
    """

    name: str
    about: str
    engines: tuple[Engine, ...]
    modules: tuple[tuple[str, ...], ...] = ()
    extra: str = ""
    gpu: Literal["unused", "wanted", "needed"] = "unused"
    key: str = ""
    key_variable: str = ""
    server: str = ""


KINDS = (
    ModelKind(
        name="onnx",
        about="embedding on the processor, with weights from the list above",
        engines=(Engine("embed", "worker.retrieval.onnx_embedder:load", "onnx:minilm"),),
        modules=(("tokenizers",), ("openvino", "onnxruntime")),
        extra="local",
    ),
    ModelKind(
        name="st",
        about="embedding and reranking by sentence-transformers, as in st:BAAI/bge-base-en",
        engines=(
            Engine(
                "embed",
                "worker.retrieval.sentence_transformers_embedder:load",
                "st:BAAI/bge-base-en",
            ),
            Engine(
                "rerank",
                "worker.retrieval.cross_encoder:load",
                "st:cross-encoder/ms-marco-MiniLM-L6-v2",
            ),
        ),
        modules=(("sentence_transformers",),),
        extra="gpu",
        gpu="wanted",
    ),
    ModelKind(
        name="cohere",
        about="embedding by Cohere's service: texts leave this machine",
        engines=(
            Engine("embed", "worker.retrieval.cohere_embedder:load", "cohere:embed-english-v3.0"),
        ),
        modules=(("cohere",),),
        extra="cohere",
        key="cohere_key",
        key_variable="CO_API_KEY",
        server="https://api.cohere.com",
    ),
    ModelKind(
        name="tuned",
        about="embedding model that was tuned here on your pairs, as in tuned:NAME",
        engines=(Engine("embed", "worker.retrieval.tuned_embedder:load", "tuned:NAME"),),
        modules=(("sentence_transformers", "openvino", "onnxruntime"),),
        extra="tune",
        gpu="wanted",
    ),
    ModelKind(
        name="taste",
        about="another embedding model with points of view moved by your Keep marks, as in "
        "taste:NAME, or taste:NAME@0.5 for half of it; scores, and retrieves nothing",
        engines=(
            Engine(
                "embed", "worker.retrieval.taste_embedder:load", "taste:NAME", over_another=True
            ),
        ),
    ),
    ModelKind(
        name="gguf",
        about="language model on the processor, from the lists above or gguf:FILE",
        engines=(Engine("write", "worker.inference.llama_cpp:load", "gguf:smollm2"),),
        modules=(("xllamacpp",),),
        extra="local",
    ),
    ModelKind(
        name="hf",
        about="language model by transformers, as in hf:ORG/NAME or hf:FOLDER; slow without a GPU",
        engines=(Engine("write", "worker.inference.transformers_model:load", "hf:ORG/NAME"),),
        modules=(("torch",), ("transformers",)),
        extra="hf",
        gpu="wanted",
    ),
    ModelKind(
        name="unsloth",
        about="language model by Unsloth, as in unsloth:FOLDER: LoRA adapters, 4 bit",
        engines=(Engine("write", "worker.inference.unsloth_model:load", "unsloth:FOLDER"),),
        modules=(("unsloth",),),
        extra="gpu",
        gpu="needed",
    ),
    ModelKind(
        name="openai",
        about="language model of a server that you run (vLLM, llama-server, LM Studio), as in "
        "openai:URL#MODEL; BONSAI_LLM_KEY is the key of the server at BONSAI_LLM_URL",
        engines=(Engine("write", "worker.inference.openai_endpoint:load", "openai:URL#MODEL"),),
        modules=(("openai",),),
        extra="openai",
    ),
    ModelKind(
        name="argos",
        about="translator on the processor, as in argos:FILE or argos:FOLDER: a package of Argos "
        "Translate, for one language into one other",
        engines=(Engine("translate", "worker.translation.argos:load", "argos:FILE"),),
        modules=(("ctranslate2",), ("sentencepiece",)),
        extra="translate",
    ),
    ModelKind(
        name="test",
        about="for tests and as an example (test:hash): its vectors mean nothing",
        engines=(Engine("embed", "worker.retrieval.hashing_embedder:load"),),
    ),
    ModelKind(
        name="scripted",
        about="for tests and as an example (scripted:counting): its answers mean nothing",
        engines=(Engine("write", "worker.inference.scripted_model:load"),),
    ),
)


def does(name: str, task: Task) -> bool:
    """Say whether models of a name's kind do a task."""
    kinds = [kind for kind in KINDS if kind.name == name.partition(":")[0]]
    return any(engine.task == task for kind in kinds for engine in kind.engines)


def find_engine(name: str, task: Task) -> Engine:
    """Return what loads the model of this name for a task.

    :raises SettingError: if the name is of no kind that does it.
    """
    kind_name, _, model = name.partition(":")
    for kind in KINDS:
        for engine in kind.engines:
            if engine.task == task and kind.name == kind_name and model:
                return engine
    raise SettingError(
        f"There is no {_DOES[task]} called '{name}'.",
        f"A name has a kind and a model, such as {_examples(task)}.",
        "Run 'bonsai models' to see what there is, and correct the name.",
    )


def wants_gpu(name: str) -> bool:
    """Say whether a model of this name runs on a GPU if it can."""
    return any(kind.gpu != "unused" for kind in KINDS if kind.name == name.partition(":")[0])


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
    if kind.gpu == "needed" and not gpu:
        steps.append("a machine with an NVIDIA GPU")
    if kind.key and not getattr(settings, kind.key):
        steps.append(f"set {kind.key_variable}, or {kind.key} in the settings file")
    return steps


def _examples(task: Task) -> str:
    names = [each.example for kind in KINDS for each in kind.engines if each.task == task]
    *others, last = filter(None, names)
    return f"{', '.join(others)} or {last}" if others else last
