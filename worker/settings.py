"""Settings of this machine, for what a request does not say: one frozen object, made at the border.

Priority: command line, then workbook, then environment (`BONSAI_*`), then the user's file
(`settings.toml` in the home folder), then the defaults here. Nothing else reads the environment.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import platformdirs

from worker.addresses import holds_secret, is_one_place, masked_address, origin
from worker.errors import SettingError
from worker.limited_process import Limits
from worker.machine_share import usable_cores
from worker.private_files import shut_to_others
from worker.typed_path import model_text, path_text, place_text, typed_path

#: The broker that is none: jobs run where they are asked for.
IN_PROCESS = "in-process"

_COUNTS = frozenset({"threads", "streams", "file_memory", "file_seconds", "job_days"})
_SWITCHES = frozenset({"follow_links", "agents_write"})
_USUAL_MEMORY, _USUAL_SECONDS = 1000, 60  # MB and seconds for one file
#: Settings in which people paste paths, and what reads them.
_PASTED: dict[str, Callable[[str], object]] = {
    "models": typed_path,
    "store": place_text,
    "broker_ca": path_text,
    "embedder": model_text,
    "llm": model_text,
}
#: Of these an empty variable says that there is none, whatever stands in the user's file.
_MAY_BE_NONE = frozenset({"broker_user", "broker_password"})

#: The names of all that is kept in the home folder.
_KEPT = (
    "settings.toml",
    "setup.json",
    "*.sqlite*",
    "bonsai.log*",
    "store",
    "models",
    "tuned",
    "tuning",
    "cache",
    "broker",
    "snapshots",
)
#: Those among them that are left as they are: what others could read there is not believed.
_WATCHED = ("broker",)


@dataclass(frozen=True)
class Settings:
    """Defaults of this machine.

    `home` holds all that BONSAI keeps; `store` is the folder of the indexes, or the address of a
    Chroma server (`http://…`) that may want `store_token`; `models` is the folder of the weights,
    if they lie elsewhere; `threads` counts processor threads for embedding and inference (0: one
    for each core that this process may use). `broker` says where jobs run: in this process, or on
    the workers of a Redis server (`redis://…`, `rediss://…`), whose user, password and certificate
    authority (a PEM file) are the other three. `cohere_key` is for `cohere:` models, `llm_key` for
    the `openai:` server at `llm_url` (empty: that of `llm`). Of the servers that a workbook or
    request names, texts go to these alone, and to the addresses in `servers`. `streams` is how many
    prompts a language model works on at the same time (0: what suits its kind). Reading a document
    may take `file_memory` MB and `file_seconds` (0: 1000, and 60). Jobs of this machine that have
    ended, and their results, are kept for `job_days` (0: 30).
    `follow_links` says whether links that lead out of a documents folder are followed, and
    `agents_write` whether agents (`bonsai mcp`) may write their results into workbooks.
    """

    home: Path
    store: str
    models: Path
    embedder: str = "onnx:minilm"
    llm: str = "gguf:qwen-1.5b"
    threads: int = 0
    store_token: str = field(default="", repr=False)
    broker: str = field(default=IN_PROCESS, repr=False)  # it may hold a password
    broker_user: str = ""
    broker_password: str = field(default="", repr=False)
    broker_ca: str = ""
    cohere_key: str = field(default="", repr=False)
    llm_key: str = field(default="", repr=False)
    llm_url: str = ""
    servers: tuple[str, ...] = ()
    streams: int = 0
    file_memory: int = 0
    file_seconds: int = 0
    job_days: int = 0
    follow_links: bool = False
    agents_write: bool = False

    @property
    def statistics(self) -> Path:
        """Where corpus statistics are kept; they can be computed again."""
        return self.home / "cache" / "statistics.sqlite"

    @property
    def evidence(self) -> Path:
        """Where it is kept how much evidence an answer needs; it can be measured again."""
        return self.home / "cache" / "evidence"

    @property
    def scores(self) -> Path:
        """Where scores of worksheet functions are kept; they can be computed again."""
        return self.home / "cache" / "scores.sqlite"

    @property
    def vectors(self) -> Path:
        """Where vectors of models beside that of an index are kept; they can be made again."""
        return self.home / "cache" / "vectors.sqlite"

    @property
    def translations(self) -> Path:
        """Where translations are kept; they can be made again."""
        return self.home / "cache" / "translations.sqlite"

    @property
    def earlier_runs(self) -> Path:
        """Where it is kept how long runs took; the next ones tell it again."""
        return self.home / "cache" / "runs.json"

    @property
    def made(self) -> Path:
        """Where models are kept that were made here: tastes and tuned embedders."""
        return self.home / "tuned"

    @property
    def training(self) -> Path:
        """Where checkpoints of trainings are, each until its model is kept."""
        return self.home / "tuning"

    @property
    def jobs(self) -> Path:
        """Where jobs of this machine are recorded."""
        return self.home / "jobs.sqlite"

    @property
    def log(self) -> Path:
        """Where details of unforeseen errors go."""
        return self.home / "bonsai.log"

    @property
    def thread_count(self) -> int:
        """Processor threads to use: as many as asked for, or as cores that this process has."""
        return self.threads or usable_cores()

    @property
    def file_limits(self) -> Limits:
        """What reading one document may take."""
        return Limits(
            (self.file_memory or _USUAL_MEMORY) * 1_000_000, self.file_seconds or _USUAL_SECONDS
        )


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this machine; its home folder is shut to other users, if it was open.

    :param environment: variables to read, by default those of the process.
    :raises SettingError: if the user's file or a variable cannot be used.
    """
    env = os.environ if environment is None else environment
    home = typed_path(
        env.get("BONSAI_HOME") or platformdirs.user_data_dir("bonsai", appauthor=False)
    )
    shut_to_others(home, _KEPT, but=_WATCHED)
    settings = Settings(home=home, store=str(home / "store"), models=home / "models")
    names = {field.name for field in fields(Settings)} - {"home"}
    asked = _user_file(home / "settings.toml", names)
    if cohere_key := env.get("CO_API_KEY") or env.get("COHERE_API_KEY"):  # Cohere's own names
        asked["cohere_key"] = cohere_key
    if llm_key := env.get("OPENAI_API_KEY"):
        asked["llm_key"] = llm_key
    for name in names:
        given = env.get(f"BONSAI_{name.upper()}")
        if given or (given is not None and name in _MAY_BE_NONE):
            asked[name] = given
    asked |= {name: read(str(asked[name])) for name, read in _PASTED.items() if name in asked}
    if llm_url := asked.get("llm_url"):
        asked["llm_url"] = _server("llm_url", str(llm_url))
    if servers := asked.get("servers"):
        listed = str(servers).replace(",", " ").split()
        asked["servers"] = tuple(_server("servers", address) for address in listed)
    asked |= {name: _count(name, asked[name]) for name in _COUNTS if name in asked}
    asked |= {name: _switch(name, asked[name]) for name in _SWITCHES if name in asked}
    return replace(settings, **asked)  # type: ignore[arg-type]


def with_store(settings: Settings, store: str | None) -> Settings:
    """Return settings in which a store holds that a person names, if any.

    A token stays with the server that it was set for; one set for none is for the one named.
    """
    if not store:
        return settings
    is_foreign = origin(settings.store) and not is_one_place(store, settings.store)
    return replace(settings, store=store, store_token="" if is_foreign else settings.store_token)


def with_broker(settings: Settings, broker: str | None) -> Settings:
    """Return settings in which a broker holds that a person names, if any.

    User and password stay with the server that they were set for, as a store's token does.
    """
    if not broker:
        return settings
    is_foreign = settings.broker != IN_PROCESS and not is_one_place(broker, settings.broker)
    return replace(
        settings,
        broker=broker,
        broker_user="" if is_foreign else settings.broker_user,
        broker_password="" if is_foreign else settings.broker_password,
    )


def _user_file(path: Path, names: set[str]) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(
            f"The settings file {path} cannot be read.", f"{error}.", "Correct or delete the file."
        ) from error
    if unknown := sorted(set(values) - names):
        raise SettingError(
            f"The settings file {path} has an unknown entry '{unknown[0]}'.",
            f"Known are: {', '.join(sorted(names))}.",
            "Correct or delete the line.",
        )
    for name in set(values) - _COUNTS - _SWITCHES:
        if not isinstance(values[name], str):
            raise SettingError(
                f"The entry '{name}' in the settings file {path} is no text.",
                f"It is a {type(values[name]).__name__}.",  # which one may be a secret
                f'Write it in quotes: {name} = "…".',
            )
    return values


def _server(name: str, address: str) -> str:
    """Return the address of a server without what follows its port."""
    server = "" if holds_secret(address) else origin(address)
    if not server.startswith(("http://", "https://")):
        raise SettingError(
            f"The address '{masked_address(address)}' cannot be used.",
            f"BONSAI_{name.upper()}, or '{name}' in the settings file, takes plain addresses.",
            "Write it like http://host:8000, without a user, a password or a query.",
        )
    return server


def _count(name: str, value: object) -> int:
    text = str(value)
    if not text.isdecimal():
        raise SettingError(
            f"The number of {name} is '{text}'.",
            "It must be a whole number, 0 for the usual one.",
            f"Correct BONSAI_{name.upper()} or the line '{name}' in the settings file.",
        )
    return int(text)


def _switch(name: str, value: object) -> bool:
    text = str(value).lower()
    if text not in ("yes", "true", "1", "no", "false", "0"):
        raise SettingError(
            f"The setting {name} is '{value}'.",
            "It must be yes or no.",
            f"Correct BONSAI_{name.upper()} or the line '{name}' in the settings file.",
        )
    return text in ("yes", "true", "1")
