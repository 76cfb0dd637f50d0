"""What lies beside an encoder in ONNX that was exported here: how its states become a vector."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from worker.contract import Wire

#: The name of the file.
ENCODER = "encoder.json"


class EncoderFile(Wire):
    """`pooling`: a text's vector is the mean of its tokens' states, or the first of them."""

    max_tokens: int
    pooling: Literal["mean", "cls"]
    inputs: tuple[str, ...]
    query_prompt: str = ""
    document_prompt: str = ""


def encoder_file(folder: Path) -> EncoderFile | None:
    """Return what lies in a folder, if anything does.

    :raises ValueError: if it cannot be read.
    """
    place = folder / ENCODER
    if not place.is_file():
        return None
    try:
        return EncoderFile.model_validate_json(place.read_bytes())
    except ValidationError as error:
        raise ValueError(f"{place} is damaged: {error.errors()[0]['msg']}") from error
