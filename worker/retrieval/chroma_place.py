"""Places of a Chroma database: a folder of this machine, or a server's address."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from worker.addresses import origin
from worker.contract.wire import plain_name
from worker.errors import BonsaiError, SettingError, StoreError, package_missing
from worker.file_faults import advice_for, reason_of
from worker.private_files import make_private_folder, private_in

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.config import Settings

_PATIENCE = 60.0  # seconds for a server's answer, or until another process has done its write
_GREETING_PATIENCE = 10.0  # seconds until a server is taken for absent
_REFUSED = (401, 403)
#: What the compiled part raises where it meets what its makers took for impossible: no Exception.
_PANIC = "PanicException"
#: Chroma keeps one table of its clients for the whole process.
_CONNECTING = threading.Lock()


class ChromaPlace(Protocol):
    """A Chroma database, of which each `connect` makes a client of its own."""

    @property
    def name(self) -> str:
        """The folder or address, as messages show it."""
        ...

    @property
    def advice(self) -> str:
        """What a user can do when the place fails."""
        ...

    @property
    def in_process(self) -> bool:
        """Whether each client reads in vectors for itself."""
        ...

    def connect(self) -> ClientAPI:
        """Return a client that shares nothing with earlier ones."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Keep the other processes of this place from writing, or from reading it in."""
        ...


def place_of(location: str, token: str = "") -> ChromaPlace:
    """Return the place that a setting names: the path of a folder, or http(s)://host:port.

    :param token: sent to a server as `Authorization: Bearer …`.
    :raises SettingError: if it is an address of another kind.
    :raises PackageMissingError: if chromadb is not installed.
    """
    if "://" not in location:
        return ChromaFolder(Path(location).expanduser())
    if origin(plain_name(location)).startswith(("http://", "https://")):
        return ChromaServer(location.rstrip("/"), token)
    raise SettingError(
        f"The store '{location}' cannot be used.",
        "It must be the path of a folder or the plain address of a Chroma server.",
        "Write it like http://host:8000; a token belongs into BONSAI_STORE_TOKEN.",
    )


class ChromaFolder:
    """A folder that Chroma keeps within this process. Other processes may keep it too."""

    in_process = True
    advice = "Look at the folder, or move it away and run Index again; --store names another one."

    def __init__(self, path: Path) -> None:
        try:
            import chromadb  # noqa: F401
            from filelock import FileLock
        except ImportError as error:
            raise package_missing(error.name or "chromadb", "local") from error
        self.name = str(path)
        self._path = path
        self._lock = FileLock(path / "bonsai.lock", timeout=_PATIENCE)

    def connect(self) -> ClientAPI:
        """Return a client; it reads the vectors of a collection when that is first used."""
        from chromadb import PersistentClient

        with _own_client():
            return PersistentClient(self._path, settings=_quiet())

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes out; the same thread may enter again.

        What is written meanwhile is as private as the folder, which is made for its owner alone.
        """
        make_private_folder(self._path)
        with private_in(self._path), self._lock:
            yield


class ChromaServer:
    """A Chroma server, which sees to it that its clients do not disturb each other.

    Of what two processes write at once it keeps every row, but of some 30,000 one may be left
    without a link in the graph that searches go along, so that no question finds it.
    """

    in_process = False
    advice = "Check that the Chroma server runs, and that BONSAI_STORE or --store names it."

    def __init__(self, url: str, token: str) -> None:
        try:
            import chromadb  # noqa: F401
        except ImportError as error:
            raise package_missing("chromadb", "local") from error
        self.name = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def connect(self) -> ClientAPI:
        """Return a client, none of whose calls waits for ever.

        :raises StoreError: if the server refuses the token, or is no Chroma server.
        """
        from chromadb import HttpClient

        self._greet()
        with _own_client():
            client: Any = HttpClient(
                self.name,
                ssl=self.name.startswith("https"),
                headers=dict(self._headers),
                settings=_quiet(),
            )
        session = client._server._session  # Chroma has no public way to bound or close it
        session.timeout = _PATIENCE
        weakref.finalize(client._server, session.close)
        client._admin_client._server._session.close()  # a second one, needed no more
        return client  # type: ignore[no-any-return]

    def lock(self) -> AbstractContextManager[object]:
        """Do nothing: that is the server's work."""
        return nullcontext()

    def _greet(self) -> None:
        import httpx

        url = f"{self.name}/api/v2/auth/identity"
        answer = httpx.get(url, headers=self._headers, timeout=_GREETING_PATIENCE)
        if answer.status_code in _REFUSED:
            raise StoreError(
                f"The store {self.name} refuses access.",
                "It wants a token, or another one.",
                "Set BONSAI_STORE_TOKEN, or 'store_token' in the settings file.",
            )
        if answer.status_code != httpx.codes.OK or "tenant" not in answer.text:
            raise StoreError(
                f"The store {self.name} cannot be used.",
                f"No Chroma server of version 1 answers there (status {answer.status_code}).",
                self.advice,
            )


@contextmanager
def chroma_errors(place: ChromaPlace) -> Iterator[None]:
    """Turn whatever Chroma raises into an error of ours.

    :raises StoreError: if the place cannot be read or written.
    """
    try:
        yield
    except BonsaiError:
        raise
    except BaseException as error:  # Chroma raises many kinds, some from its compiled part
        if not isinstance(error, Exception) and type(error).__name__ != _PANIC:
            raise
        raise StoreError(
            f"The store {place.name} cannot be read or written.",
            reason_of(error),
            advice_for(error, place.advice),
        ) from error


@contextmanager
def _own_client() -> Iterator[None]:
    """Keep Chroma from sharing what is made here with later clients, half made or whole."""
    from chromadb.api.shared_system_client import SharedSystemClient

    with _CONNECTING:
        try:
            yield
        finally:
            SharedSystemClient.clear_system_cache()  # forgets clients, and closes none


def _quiet() -> Settings:
    from chromadb.config import Settings

    # A file .env beside documents that somebody sent could name a server of theirs.
    options: dict[str, Any] = {"_env_file": None, "anonymized_telemetry": False}
    return Settings(**options)
