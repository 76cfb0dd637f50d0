"""The way to a hub, through huggingface_hub: what it says of a model, and the bytes of its files.

The library's own downloads begin anew when they were ended, so the bytes are taken here, over its
connection: with its token, its proxies and its address of the hub.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from worker.addresses import masked_address, origin
from worker.errors import SettingError, package_missing
from worker.file_faults import reason_of
from worker.models.hub import refusals
from worker.models.hub.contents import digest_of, licence_of, needed
from worker.models.hub.kept import KeptFile, KeptModel
from worker.models.hub.names import HubName
from worker.private_files import open_private

T = TypeVar("T")

_PATIENCE = 60.0
_USUAL_WAIT = 5.0
_LEAST_WAIT = 0.5  # also where it says 0: it is busy

#: What comes of an answer in JSON that is not shaped as a hub's: nobody looks before taking it.
_MISSHAPEN = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Hub:
    """The hub, asked about one model.

    :param patience: seconds that it is waited for where it asks to wait, in all of one request.
    :raises PackageMissingError: if huggingface_hub is not installed.
    :raises SettingError: if the hub's address, or another variable of the library, is none.
    """

    def __init__(self, name: HubName, *, patience: float = _PATIENCE) -> None:
        self._name = name
        self._patience = patience
        self._library = _library()
        self.address: str = self._library.constants.ENDPOINT
        self._seconds = self._library.constants.HF_HUB_DOWNLOAD_TIMEOUT
        if not origin(self.address):
            raise SettingError(
                f"The address of the hub, {masked_address(self.address)}, cannot be used.",
                "It stands in the variable HF_ENDPOINT.",
                "Write it like https://host:8080, or unset the variable for huggingface.co.",
            )

    def describe(self) -> KeptModel:
        """Return what the hub says of the model as it is at the revision of its name."""
        revision = self._name.revision or "main"
        api = self._library.HfApi(endpoint=self.address)
        return self._ask(
            lambda: self._described(
                api.model_info(
                    self._name.repo, revision=revision, files_metadata=True, timeout=self._seconds
                ),
                revision,
            )
        )

    def _described(self, info: Any, revision: str) -> KeptModel:  # noqa: ANN401 (the library's)
        listed = {file.rfilename: file for file in info.siblings or ()}
        return KeptModel(
            name=str(self._name.plain),
            repo=self._name.repo,
            commit=info.sha,
            revision=revision,
            licence=licence_of(info),
            files=tuple(
                self._listed(listed[path], info.sha) for path in needed(self._name, listed)
            ),
        )

    def announced(self, path: str, revision: str) -> KeptFile:
        """Return what the hub says of one file."""
        url = self._library.hf_hub_url(self._name.repo, path, revision=revision)

        def ask() -> KeptFile:
            told = self._library.get_hf_file_metadata(url, timeout=self._seconds)
            kind = {64: "sha256:", 40: "git:"}.get(len(told.etag or ""))
            digest = f"{kind}{told.etag}" if kind else ""
            return KeptFile(path=path, size=told.size or 0, digest=digest)

        return self._ask(ask)

    def write(
        self, file: KeptFile, revision: str, target: Path, start: int, tell: Callable[[int], None]
    ) -> None:
        """Write a file from a byte on, or from its beginning if the hub gives no part of it.

        :param tell: gets the bytes up to which it is written; may raise to stop.
        :raises BonsaiError: if the hub refuses, or the connection breaks; what has come is kept.
        :raises OSError: if it cannot be written.
        """
        self._ask(lambda: self._write(file, revision, target, start, tell))

    def _write(
        self, file: KeptFile, revision: str, target: Path, start: int, tell: Callable[[int], None]
    ) -> None:
        headers = self._library.utils.build_hf_headers()
        # Compressed bytes could be neither counted nor gone on with.
        headers |= {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        url = self._library.hf_hub_url(self._name.repo, file.path, revision=revision)
        session = self._library.utils.get_session()
        with session.stream("GET", url, headers=headers, timeout=self._seconds) as response:
            self._library.utils.hf_raise_for_status(response)
            with open_private(target, "r+b" if target.exists() else "wb") as stream:
                if response.status_code == 206:
                    stream.seek(start)
                else:
                    stream.truncate()
                tell(stream.tell())
                for block in response.iter_bytes():
                    stream.write(block)
                    tell(stream.tell())
                    if stream.tell() > file.size:
                        break

    def _listed(self, file: Any, revision: str) -> KeptFile:  # noqa: ANN401 (the library's)
        if file.size is None:  # a mirror that lists no sizes tells them of each file
            return self.announced(file.rfilename, revision)
        return KeptFile(path=file.rfilename, size=file.size, digest=digest_of(file))

    def _ask(self, call: Callable[[], T]) -> T:
        """Return what the hub answers; one that asks to wait is waited for, as long as is bearable.

        :raises BonsaiError: if it refuses, or is not reached.
        """
        until = time.monotonic() + self._patience
        while True:
            try:
                return call()
            except self._library.errors.OfflineModeIsEnabled as error:
                raise refusals.refused_offline(self._name) from error
            except self._library.errors.HfHubHTTPError as error:
                wait = _wait_asked_for(error.response)
                if wait is None or time.monotonic() + wait > until:
                    raise refusals.refused_by_hub(
                        self._name, self.address, error.response
                    ) from error
                time.sleep(wait)
            except self._library.errors.HTTPError as error:
                raise refusals.refused_by_network(self._name, self.address, error) from error
            except _MISSHAPEN as error:
                raise refusals.not_a_hub(self._name, self.address) from error


def _wait_asked_for(response: Any) -> float | None:  # noqa: ANN401 (the library's)
    """Return the seconds that a busy hub asks to wait; none if it is not just busy."""
    if response.status_code not in (429, 503):
        return None
    asked = response.headers.get("Retry-After", "")
    return max(float(asked), _LEAST_WAIT) if asked.isdecimal() else _USUAL_WAIT


def _library() -> Any:  # noqa: ANN401 (loaded late)
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
