"""A GGUF file before it is loaded: whether a language model is in it, and whether it is whole.

llama.cpp gives no reason when it cannot load a file, and at some headers ends the process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.errors import EngineError
from worker.file_faults import advice_for, reason_of
from worker.inference.gguf_header import GgufError, GgufHeader, read_header

#: How parts of one model are called: llama.cpp finds the others beside the first by it.
_PART = re.compile(r"(.+)-(\d{5})-of-(\d{5})\.gguf")
_MOST_LAYERS = 512  # of llama.cpp: it ends the process at more
_MOST_TOKENS = 1 << 31

_AGAIN = "Download it again, or choose another language model."
_OTHER = "Choose another language model; an instruct model as GGUF is one."

#: Files that belong beside a language model and are none.
_BESIDE = {
    "adapter": "a LoRA adapter",
    "mmproj": "a projector for pictures",
    "imatrix": "a matrix of importance, as quantizing needs it",
    "vocab": "a vocabulary",
}


@dataclass(frozen=True)
class GgufModel:
    """A language model in one file, or in several parts.

    `size` counts the bytes of all.
    """

    header: GgufHeader
    size: int

    @property
    def trained_context(self) -> int:
        """Return how many tokens the model has learnt to read."""
        return int(self.header.own("context_length"))

    @property
    def has_chat_layout(self) -> bool:
        """Whether it brings one; the engine silently uses a stand-in where there is none."""
        return bool(self.header.values.get("tokenizer.chat_template"))


def look_into(path: Path) -> GgufModel:
    """Return what is in a file that llama.cpp can be given.

    :raises EngineError: if it cannot be opened, is damaged, or no language model.
    """
    header = _whole_header(path)
    if problem := _problem(header):
        raise _unusable(path, *problem)
    parts = _parts(path, header)
    for part in parts[1:]:
        _whole_header(part)
    return GgufModel(header, sum(part.stat().st_size for part in parts))


def _whole_header(path: Path) -> GgufHeader:
    try:
        header, size = read_header(path), path.stat().st_size
    except OSError as error:
        advice = advice_for(error, "Check the path, or choose another language model.")
        raise EngineError(
            f"The model file {path} cannot be opened.", reason_of(error), advice
        ) from error
    except GgufError as error:
        raise _unusable(path, str(error), _AGAIN) from error
    if size < header.least_size:
        have, least = size // 1_000_000, header.least_size // 1_000_000
        raise _unusable(path, f"It is cut off: of more than {least:,} MB it has {have:,}.", _AGAIN)
    return header


def _problem(header: GgufHeader) -> tuple[str, str] | None:
    """Return why the file of a header is no language model, and what to do; nothing if it is."""
    kind = str(header.values.get("general.type", "model"))
    if header.architecture == "clip":
        kind = "mmproj"
    if kind in _BESIDE:
        return f"It is {_BESIDE[kind]}, and no language model.", _OTHER
    if not header.architecture or not header.tensors:
        return "It holds no model.", _OTHER
    if header.own("pooling_type") or header.own("attention.causal") is False:
        return "It makes vectors or judges texts, and cannot write.", _OTHER
    layers, tokens = header.own("block_count"), header.own("context_length")
    if not (_is_count(layers, _MOST_LAYERS) and _is_count(tokens, _MOST_TOKENS)):
        return f"Its header is damaged: {layers} layers, {tokens} tokens.", _AGAIN
    least = [value for name, value in header.values.items() if name.endswith("epsilon")]
    if not all(isinstance(value, float) and value >= 0 for value in least):
        return "Its header is damaged: a number that is never negative is.", _AGAIN
    return None


def _is_count(value: Any, most: int) -> bool:  # noqa: ANN401 (as the file has it)
    return isinstance(value, int) and 0 < value <= most


def _parts(path: Path, header: GgufHeader) -> list[Path]:
    """Return the files of a model, the first one first.

    :raises EngineError: if another part than the first is given, or one is missing.
    """
    number, count = header.values.get("split.no", 0), header.values.get("split.count", 0)
    if not (isinstance(number, int) and isinstance(count, int)):
        raise _unusable(path, "Its header is damaged: nobody knows which part it is.", _AGAIN)
    if count < 2:
        return [path]
    if not (named := _PART.fullmatch(path.name)) or int(named[3]) != count:
        raise _unusable(
            path,
            f"It is part {number + 1} of {count}, and its name does not say so.",
            f"Give the parts their names back, as in {path.stem}-00001-of-{count:05}.gguf.",
        )
    parts = [path.with_name(f"{named[1]}-{n + 1:05}-of-{named[3]}.gguf") for n in range(count)]
    if number:
        raise _unusable(
            path, f"It is part {number + 1} of {count}.", f"Name the first part: {parts[0]}"
        )
    if missing := [part.name for part in parts if not part.is_file()]:
        raise _unusable(
            path,
            f"It is part 1 of {count}, and {missing[0]} is not beside it.",
            "Put all parts into one folder.",
        )
    return parts


def _unusable(path: Path, why: str, advice: str) -> EngineError:
    return EngineError(f"The model file {path} cannot be used.", why, advice)
