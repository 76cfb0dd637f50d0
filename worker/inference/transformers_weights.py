"""Models and LoRA adapters from a folder or the Hugging Face hub, loaded with transformers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from worker.errors import EngineError, UnavailableError, WeightsMissingError, package_missing
from worker.models.hub.kept import Place, model_place
from worker.models.hub.names import hub_name

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_ADAPTER = "adapter_config.json"
_BASE = "base_model_name_or_path"


def load_weights(name: str, models: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return the model `hf:ORG/NAME` or `hf:FOLDER` and its tokenizer; an adapter with its base.

    On a GPU in 16-bit numbers, else in 32-bit. Code that comes with a model is not run. A copy of
    a hub's model in the folder `models` is taken first, then what transformers has or fetches.

    :raises PackageMissingError: if torch, transformers or, for an adapter, peft is not installed.
    :raises WeightsMissingError: if the model is neither here nor to be had.
    :raises EngineError: if it cannot be loaded here, for want of memory for example.
    """
    try:
        import accelerate  # noqa: F401 (transformers asks for it late and in other words)
        import torch  # noqa: F401
        from safetensors import SafetensorError
        from transformers.utils import logging
    except ImportError as error:
        raise package_missing(error.name or "transformers", "hf") from error
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # it warns on the user's terminal, whatever others log
    place = model_place(models, name)
    try:
        if (Path(place.where) / _ADAPTER).is_file():
            return _adapter(Path(place.where), models)
        return _model(place), _tokenizer(place)
    except (OSError, ValueError, SafetensorError) as error:
        raise _not_loaded(name, error) from error
    except (RuntimeError, ImportError) as error:
        raise EngineError(
            f"The language model {name} cannot be loaded.",
            _first_line(error),
            "If memory ran out, end other programs that use it, or choose a smaller model.",
        ) from error


def _model(place: Place) -> PreTrainedModel:
    import torch
    from transformers import AutoModelForCausalLM

    on_gpu = torch.cuda.is_available()
    half = torch.bfloat16 if on_gpu and torch.cuda.is_bf16_supported() else torch.float16
    return AutoModelForCausalLM.from_pretrained(
        place.where,
        **place.options,
        dtype=half if on_gpu else torch.float32,
        device_map="cuda" if on_gpu else "cpu",
        trust_remote_code=False,
    ).eval()


def _tokenizer(place: Place) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        place.where,
        **place.options,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        trust_remote_code=False,
    )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _adapter(folder: Path, models: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    try:
        from peft import PeftModel
    except ImportError as error:
        raise package_missing("peft", "hf") from error
    base = _base(folder, models)
    has_tokenizer = (folder / "tokenizer_config.json").is_file()
    tokenizer = _tokenizer(Place(str(folder)) if has_tokenizer else base)
    adapted = PeftModel.from_pretrained(_model(base), str(folder))
    return adapted.merge_and_unload(), tokenizer


def _base(folder: Path, models: Path) -> Place:
    """Return the folder of the base that an adapter names; nothing is downloaded for it."""
    from huggingface_hub import snapshot_download

    named = json.loads((folder / _ADAPTER).read_text(encoding="utf-8")).get(_BASE) or ""
    if Path(named).is_absolute() and Path(named).is_dir():
        return Place(named)
    if (kept := model_place(models, f"hf:{named}")).commit:
        return kept
    try:
        return Place(snapshot_download(named, local_files_only=True))
    except (OSError, ValueError) as error:
        raise WeightsMissingError(
            f"The base model of the adapter {folder} is not on this machine.",
            f"Its {_ADAPTER} names '{named}', which is neither the full path of a folder "
            "nor a model that was fetched from a hub.",
            _base_step(named),
        ) from error


def _base_step(named: str) -> str:
    if not hub_name(f"hf:{named}"):
        return f"Write the full path of the base model's folder as {_BASE} in {_ADAPTER}."
    return (
        f"Run: bonsai models get hf:{named}. Or write the full path of the base model's folder as "
        f"{_BASE} in {_ADAPTER}."
    )


def _not_loaded(name: str, error: Exception) -> UnavailableError:
    return WeightsMissingError(
        f"The language model {name} cannot be loaded.",
        _first_line(error),
        f"Check the name. Where a hub can be reached, run: bonsai models get {name}; without one, "
        "copy the model's folder here and give its path: hf:/path/folder",
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
