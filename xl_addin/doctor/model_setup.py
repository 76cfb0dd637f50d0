"""The models that this machine and the workbook name: usable, whole, and small enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from worker.errors import BonsaiError
from worker.machine_share import memory_share
from worker.models.catalogue import Model, find_model
from worker.models.hub.kept import gguf_file, model_place
from worker.models.kinds import KINDS, ModelKind, Task, find_engine, missing_steps, sees_gpu
from worker.models.package_download import check_index
from worker.models.receipts import is_whole
from worker.models.registry import MADE_KINDS, Registry
from worker.models.weights import weight_folder
from worker.settings import Settings
from worker.typed_path import typed_path
from xl_addin.doctor.child_answer import answer_of
from xl_addin.doctor.finding import Finding, fault, good, of_error, warning
from xl_addin.doctor.patient import Patient
from xl_addin.sheets.settings.answer import LLM
from xl_addin.sheets.settings.index import EMBEDDER

_BESIDE_WEIGHTS = 1.3  # what a language model takes of memory for each byte of its weights
_INDEX_SECONDS = 6.0
_GPU_SECONDS = 4.0
_GPU_COLUMNS = "name,memory.total,memory.free"


@dataclass(frozen=True)
class Wanted:
    """A model that somebody names, and what for."""

    task: Task
    name: str


def wanted_models(patient: Patient) -> list[Wanted]:
    """Return the models of the workbook where it names some, else those of this machine.

    :raises SettingError: if a setting of the workbook cannot be used.
    """
    embedder, llm = patient.settings.embedder, patient.settings.llm
    if options := patient.options:
        embedder, llm = options[EMBEDDER] or embedder, options[LLM] or llm
    return [Wanted("embed", embedder), Wanted("write", llm)]


def look_at_models(patient: Patient) -> Iterator[Finding]:
    """Look at the embedding model and the language model: what they need, and their weights."""
    for wanted in wanted_models(patient):
        try:
            yield from _look_at(wanted, patient.settings)
        except BonsaiError as error:
            yield of_error(error)


def look_at_index_of_packages(patient: Patient) -> Iterator[Finding]:
    """Ask the package index, if weights must still come from there; else nothing is asked."""
    for wanted in wanted_models(patient):
        model = find_model(wanted.name)
        if model and not all(path.is_file() for path in _files(model, patient.settings)):
            check_index(model.files[0].parts[0].package, _INDEX_SECONDS)
            yield good("package_index", "The package index hands out what is missing of weights")
            return


def look_at_gpu(patient: Patient) -> Iterator[Finding]:
    """Look for an NVIDIA GPU and its memory."""
    if not sees_gpu():
        yield good("gpu", "No NVIDIA GPU is seen: models run on the processor")
        return
    try:
        command = ["nvidia-smi", f"--query-gpu={_GPU_COLUMNS}", "--format=csv,noheader,nounits"]
        answer = answer_of(command, _GPU_SECONDS)
    except OSError:
        answer = None
    if not answer:
        yield warning(
            "gpu_silent",
            "The driver of the NVIDIA GPU does not answer.",
            "nvidia-smi fails or hangs: driver and system may not fit each other after an update.",
            "Start the machine anew; if that does not help, install the driver of NVIDIA again.",
        )
        return
    for line in answer.strip().splitlines():
        name, total, free = (part.strip() for part in line.rsplit(",", 2))
        yield good("gpu", f"GPU {name}: {free} of {total} MB free")


def _look_at(wanted: Wanted, settings: Settings) -> Iterator[Finding]:
    find_engine(wanted.name, wanted.task)
    kind = next(kind for kind in KINDS if kind.name == wanted.name.partition(":")[0])
    if steps := missing_steps(kind, settings, gpu=sees_gpu()):
        yield fault(
            "model_unusable",
            f"The model {wanted.name} cannot be used here.",
            f"It is of the kind {kind.name}: {kind.about}.",
            f"Still needed: {'; '.join(steps)}. Or choose another model: bonsai models",
        )
        return
    yield from _weights(wanted, kind, settings)


def _weights(wanted: Wanted, kind: ModelKind, settings: Settings) -> Iterator[Finding]:
    if model := find_model(wanted.name):
        yield from _of_the_list(model, settings)
    elif kind.name in MADE_KINDS:
        Registry(settings.made).find(wanted.name)
        yield good("weights", f"The model {wanted.name} is here", wanted.name)
    elif kind.name in ("st", "hf"):
        model_place(settings.models, wanted.name)
        yield good("weights", f"The model {wanted.name} is named by place; it loads at first use")
    elif kind.name == "gguf":
        yield from _of_the_user(wanted, settings)


def _of_the_list(model: Model, settings: Settings) -> Iterator[Finding]:
    command = f"Run: bonsai models get {model.name}"
    files = [*zip(model.files, _files(model, settings), strict=True)]
    gone = [file.name for file, path in files if not path.is_file()]
    if gone:
        yield fault(
            "weights_missing",
            f"The weights of {model.name} are not on this machine: {gone[0]}.",
            f"They were looked for in {weight_folder(settings.models, model)}.",
            f"{command}   ({model.megabytes} MB)",
        )
        return
    damaged = [file.name for file, path in files if not is_whole(path, file.sha256)]
    if damaged:
        yield fault(
            "weights_damaged",
            f"The weights of {model.name} are not the expected ones: {damaged[0]}.",
            "The file does not have the SHA-256 that it must have: it was changed, or cut short.",
            command,
        )
        return
    yield good("weights", f"The weights of {model.name} are whole, by their SHA-256")
    if model.name.startswith("gguf:"):
        yield from _memory(model.name, sum(path.stat().st_size for _, path in files))


def _of_the_user(wanted: Wanted, settings: Settings) -> Iterator[Finding]:
    file = gguf_file(settings.models, wanted.name) or typed_path(wanted.name.partition(":")[2])
    if not file.is_file():
        yield fault(
            "weights_missing",
            "The file of the language model is not there.",
            f"It was looked for at {file}.",
            "Correct its path on the sheet Settings or in BONSAI_LLM.",
            file.name,
        )
        return
    yield good("weights", "The file of the language model is there")
    yield from _memory(wanted.name, file.stat().st_size)


def _memory(name: str, weights: int) -> Iterator[Finding]:
    memory, need = memory_share(), weights * _BESIDE_WEIGHTS
    figures = f"It takes about {need / 1e6:,.0f} MB; {memory.free / 1e6:,.0f} of "
    figures += f"{memory.total / 1e6:,.0f} are free."
    if need > memory.total:
        yield fault(
            "memory_small",
            f"The language model {name} does not fit into the memory of this machine.",
            figures,
            "Choose a smaller one ('bonsai models'), or a server: openai:URL#MODEL.",
        )
    elif need > memory.free:
        yield warning(
            "memory_taken",
            f"The language model {name} may not fit into what is free of memory.",
            figures,
            "Close other programs before you press Answer, or choose a smaller model.",
        )
    else:
        yield good("memory", f"Memory is enough for {name}: {memory.free / 1e6:,.0f} MB free")


def _files(model: Model, settings: Settings) -> list[Path]:
    return [weight_folder(settings.models, model) / file.name for file in model.files]
