"""Models fetched from a hub, through huggingface_hub: whole, pinned to a commit, checked.

The library's own downloads begin anew when they were ended, so the bytes are taken here, over its
connection: with its token, its proxies and its address of the hub.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from worker.addresses import masked_address, origin
from worker.errors import BonsaiError, SettingError, WeightsMissingError, package_missing
from worker.file_faults import advice_for, reason_of
from worker.models.downloads import Download, Report
from worker.models.folder_lock import alone_in
from worker.models.hub import refusals
from worker.models.hub.contents import digest_of, licence_of, needed
from worker.models.hub.kept import (
    KeptFile,
    KeptModel,
    has_digest,
    is_commit,
    keep,
    kept_model,
    part_of,
    repository_folder,
)
from worker.models.hub.names import HubName
from worker.private_files import make_private_folder, open_private

T = TypeVar("T")

#: Seconds that a hub which asks to wait is waited for, all waits of one request together.
_PATIENCE = 60.0
_USUAL_WAIT = 5.0
_MAGIC = b"GGUF"


def fetch_model(
    models: Path, name: HubName, report: Report, say: Callable[[str], None]
) -> KeptModel:
    """Download what is missing of a model, check it, and return its record.

    A model that was fetched before stays at its commit, unless the name says a revision.

    :param say: gets lines about the model before its download.
    :raises PackageMissingError: if huggingface_hub is not installed.
    :raises WeightsMissingError: if the hub does not give it, or gives other bytes.
    :raises UnavailableError: if the hub is not reached or has no time; what has come is kept.
    """
    folder = repository_folder(models, name.repo)
    with _written(folder):
        make_private_folder(folder)
        with alone_in(folder, say):
            kept = kept_model(models, name.plain)
            if not kept or (name.revision and not is_commit(name.revision, kept)):
                kept = _Hub(name).describe()
                keep(models, name, kept)
            say(
                f"{kept.repo} at commit {kept.commit[:12]}: {len(kept.files)} files, "
                f"{kept.size / 1e6:,.0f} MB; licence: {kept.licence}."
            )
            _complete(folder, name, kept, report)
    return kept


def _complete(folder: Path, name: HubName, kept: KeptModel, report: Report) -> None:
    missing = [file for file in kept.files if not has_digest(folder / file.path, file)]
    if not missing:
        return
    parts = sum(_come(folder / file.path) for file in missing)
    more, free = sum(file.size for file in missing) - parts, shutil.disk_usage(folder).free
    if more > free:
        raise refusals.no_room(name, more, free)
    hub, before = _Hub(name), kept.size - sum(file.size for file in missing)
    for file in missing:

        def tell(done: int, before: int = before) -> None:
            report(Download(kept.name, before + done, kept.size))

        hub.fetch(kept.commit, file, folder / file.path, tell)
        before += file.size


class _Hub:
    """The hub, asked about one model."""

    def __init__(self, name: HubName) -> None:
        self._name = name
        self._library = _library()
        self._endpoint: str = self._library.constants.ENDPOINT
        if not origin(self._endpoint):
            raise SettingError(
                f"The address of the hub, {masked_address(self._endpoint)}, cannot be used.",
                "It stands in the variable HF_ENDPOINT.",
                "Write it like https://host:8080, or unset the variable for huggingface.co.",
            )

    def describe(self) -> KeptModel:
        """Return what the hub says of the model as it is at the revision of its name."""
        revision = self._name.revision or "main"
        timeout = self._library.constants.HF_HUB_DOWNLOAD_TIMEOUT
        api = self._library.HfApi(endpoint=self._endpoint)
        info = self._ask(
            lambda: api.model_info(
                self._name.repo, revision=revision, files_metadata=True, timeout=timeout
            )
        )
        if not info.sha:
            raise refusals.not_a_hub(self._name, self._endpoint)
        listed = {file.rfilename: file for file in info.siblings or ()}
        paths = needed(self._name, listed)
        return KeptModel(
            name=str(self._name.plain),
            repo=self._name.repo,
            commit=info.sha,
            revision=revision,
            licence=licence_of(info),
            files=tuple(self._announced(info.sha, listed[path]) for path in paths),
        )

    def fetch(self, commit: str, file: KeptFile, target: Path, tell: Callable[[int], None]) -> None:
        """Put a file where it belongs once all of it has come and is what was announced."""
        make_private_folder(target.parent)
        part = part_of(target)
        if _come(target) > file.size:
            part.unlink()
        while (come := _come(target)) < file.size or not part.exists():
            try:
                self._ask(lambda: self._append(commit, file, part, tell))
            except BonsaiError as error:
                if not error.retryable or _come(target) <= come:
                    raise
            if _come(target) <= come:
                break
        self._check(part, file)
        part.replace(target)

    def _append(self, commit: str, file: KeptFile, part: Path, tell: Callable[[int], None]) -> None:
        come = part.stat().st_size if part.exists() else 0
        headers = self._library.utils.build_hf_headers()
        # Compressed bytes could be neither counted nor gone on with.
        headers |= {"Accept-Encoding": "identity"} | ({"Range": f"bytes={come}-"} if come else {})
        url = self._library.hf_hub_url(self._name.repo, file.path, revision=commit)
        timeout = self._library.constants.HF_HUB_DOWNLOAD_TIMEOUT
        session = self._library.utils.get_session()
        with session.stream("GET", url, headers=headers, timeout=timeout) as response:
            self._library.utils.hf_raise_for_status(response)
            goes_on = response.status_code == 206
            with open_private(part, "ab" if goes_on else "wb") as stream:
                tell(stream.tell())
                for block in response.iter_bytes():
                    stream.write(block)
                    tell(stream.tell())
                    if stream.tell() > file.size:
                        break

    def _check(self, part: Path, file: KeptFile) -> None:
        with part.open("rb") as stream:
            is_gguf = stream.read(len(_MAGIC)) == _MAGIC
        if file.path.endswith(".gguf") and not is_gguf:
            part.unlink()
            raise refusals.no_gguf(self._name, file.path)
        if not has_digest(part, file):
            part.unlink()
            raise refusals.other_bytes(self._name, file.path)

    def _announced(self, commit: str, file: Any) -> KeptFile:  # noqa: ANN401 (the library's)
        if file.size is not None:
            return KeptFile(path=file.rfilename, size=file.size, digest=digest_of(file))
        # A mirror that does not list sizes tells them of each file.
        url = self._library.hf_hub_url(self._name.repo, file.rfilename, revision=commit)
        told = self._ask(lambda: self._library.get_hf_file_metadata(url))
        kind = {64: "sha256:", 40: "git:"}.get(len(told.etag or ""))
        return KeptFile(
            path=file.rfilename, size=told.size or 0, digest=f"{kind}{told.etag}" if kind else ""
        )

    def _ask(self, call: Callable[[], T]) -> T:
        """Return what the hub answers; one that asks to wait is waited for, as long as is bearable.

        :raises BonsaiError: if it refuses, or is not reached.
        """
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return call()
            except self._library.errors.OfflineModeIsEnabled as error:
                raise refusals.refused_offline(self._name) from error
            except self._library.errors.HfHubHTTPError as error:
                wait = _wait_asked_for(error.response)
                if wait is None or time.monotonic() + wait > until:
                    raise refusals.refused_by_hub(
                        self._name, self._endpoint, error.response
                    ) from error
                time.sleep(wait)
            except self._library.errors.HTTPError as error:
                raise refusals.refused_by_network(self._name, self._endpoint, error) from error
            except ValueError as error:
                raise refusals.not_a_hub(self._name, self._endpoint) from error


def _wait_asked_for(response: Any) -> float | None:  # noqa: ANN401 (the library's)
    """Return the seconds that a busy hub asks to wait; none if it is not just busy."""
    if response.status_code not in (429, 503):
        return None
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else _USUAL_WAIT


def _library() -> Any:  # noqa: ANN401 (loaded late)
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when the library is imported
    try:
        import huggingface_hub
        import huggingface_hub.constants
        import huggingface_hub.errors
        import huggingface_hub.utils
    except ImportError as error:
        raise package_missing("huggingface_hub", "local") from error
    except ValueError as error:
        raise SettingError(
            "A variable of the model hub cannot be used.",
            f"huggingface_hub says: {reason_of(error)}",
            "Correct HF_ENDPOINT, HF_HUB_DOWNLOAD_TIMEOUT and the others that begin with HF_.",
        ) from error
    # Its warnings show addresses in full.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    return huggingface_hub


def _come(target: Path) -> int:
    """Return how many bytes of a file have come so far."""
    part = part_of(target)
    return part.stat().st_size if part.exists() else 0


@contextmanager
def _written(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WeightsMissingError(
            f"The model folder {folder} cannot be written.",
            reason_of(error),
            advice_for(error, "Check its permissions, or name another folder with BONSAI_MODELS."),
        ) from error
