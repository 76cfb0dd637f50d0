"""Export of a tuned model to ONNX, for the engines that run without torch.

The graph ends at the states of the tokens; how they become a vector stands in `encoder.json`.
"""

from __future__ import annotations

import json
import logging
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.errors import SettingError, package_missing
from worker.models.onnx_encoder import ENCODER, EncoderFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sentence_transformers import SentenceTransformer

_OPSET = 17
_POOLING = ("mean", "cls")
_KNOWN_MODULES = {"Transformer", "Pooling", "Normalize"}


def export_onnx(model: SentenceTransformer, prompts: tuple[str, str], folder: Path) -> None:
    """Write a model, its tokenizer and how they are used into a folder.

    :param prompts: what stands before questions and before passages.
    :raises SettingError: if the model does more than the engines can.
    :raises PackageMissingError: if the package onnx is not installed.
    """
    import torch

    inner = model[0].auto_model
    names = [name for name in model.tokenizer.model_input_names if name != "position_ids"]
    file = EncoderFile(
        max_tokens=int(model.max_seq_length or 512),
        pooling=_pooling(model),
        inputs=tuple(names),
        query_prompt=prompts[0],
        document_prompt=prompts[1],
    )
    folder.mkdir(parents=True, exist_ok=True)
    given = model.tokenizer("an example of a text", return_tensors="pt")
    inner.eval()
    with _quiet(), torch.no_grad():
        try:
            torch.onnx.export(
                _states(inner, names),
                tuple(given[name].to(inner.device) for name in names),
                str(folder / "model.onnx"),
                input_names=names,
                output_names=["last_hidden_state"],
                dynamic_axes={
                    name: {0: "texts", 1: "tokens"} for name in (*names, "last_hidden_state")
                },
                opset_version=_OPSET,
                dynamo=False,
            )
        except ModuleNotFoundError as error:
            raise package_missing(error.name or "onnx", "tune") from error
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / ENCODER).write_text(json.dumps(file.model_dump(), indent=1), encoding="utf-8")


def _pooling(model: SentenceTransformer) -> Any:  # noqa: ANN401 - one of the two words
    modules = {type(module).__name__ for module in model}
    mode = str(model[1].pooling_mode) if "Pooling" in modules else ""
    if not modules <= _KNOWN_MODULES or mode not in _POOLING:
        raise SettingError(
            "This model cannot be exported to ONNX.",
            f"It has {', '.join(sorted(modules))} and pools by '{mode or 'nothing'}'; the engines "
            f"here know {' and '.join(_POOLING)} behind an encoder.",
            "Use it through torch, as it is.",
        )
    return mode


def _states(inner: Any, names: list[str]) -> Any:  # noqa: ANN401 - torch is loaded late
    """Return a module that gives the states of tokens for inputs in an order."""
    import torch

    class States(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, *arrays: Any) -> Any:  # noqa: ANN401
            return self.inner(**dict(zip(names, arrays, strict=True)), return_dict=True)[0]

    return States()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's warnings to itself: what it makes is checked by its vectors."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)
