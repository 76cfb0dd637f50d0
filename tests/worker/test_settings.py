"""Settings of a machine: which source wins, and what is said about a bad one."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from worker.errors import SettingError
from worker.limited_process import Limits
from worker.machine_share import usable_cores
from worker.settings import Settings, load_settings, with_broker, with_store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "bonsai home"
    folder.mkdir()
    return folder


def _write(home: Path, text: str) -> None:
    (home / "settings.toml").write_text(text, encoding="utf-8")


def _load(home: Path, **variables: str) -> Settings:
    return load_settings({"BONSAI_HOME": str(home), **variables})


def test_without_a_file_or_variables_the_defaults_hold(home: Path) -> None:
    assert _load(home) == Settings(
        home=home,
        store=str(home / "store"),
        models=home / "models",
        embedder="onnx:minilm",
        llm="gguf:qwen-1.5b",
        threads=0,
        streams=0,
    )


def test_without_a_home_of_its_own_the_users_data_folder_is_used() -> None:
    settings = load_settings({"BONSAI_HOME": ""})

    assert settings.home.is_absolute()
    assert settings.home.name == "bonsai"
    assert settings.models == settings.home / "models"


@pytest.mark.parametrize(
    ("name", "default"), [("embedder", "onnx:minilm"), ("llm", "gguf:qwen-1.5b")]
)
def test_a_variable_beats_the_file_and_the_file_beats_the_default(
    home: Path, name: str, default: str
) -> None:
    variable = {f"BONSAI_{name.upper()}": "from:variable"}
    assert getattr(_load(home), name) == default

    _write(home, f'{name} = "from:file"')

    assert getattr(_load(home), name) == "from:file"
    assert getattr(_load(home, **variable), name) == "from:variable"


def test_an_empty_variable_says_nothing(home: Path) -> None:
    _write(home, 'llm = "gguf:from-file"')

    assert _load(home, BONSAI_LLM="").llm == "gguf:from-file"


def test_the_process_environment_is_read_when_no_other_is_given(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BONSAI_HOME", str(home))
    monkeypatch.setenv("BONSAI_LLM", "gguf:from-process")

    assert load_settings().home == home
    assert load_settings().llm == "gguf:from-process"


def test_an_entry_that_is_not_known_is_named_with_those_that_are(home: Path) -> None:
    _write(home, 'embeder = "onnx:minilm"')

    with pytest.raises(SettingError) as caught:
        _load(home)

    assert "'embeder'" in caught.value.what
    assert str(home / "settings.toml") in caught.value.what
    for name in ("embedder", "llm", "models", "store"):
        assert name in re.findall(r"\w+", caught.value.why)


def test_the_home_cannot_be_moved_from_inside_itself(home: Path) -> None:
    _write(home, 'home = "/elsewhere"')

    with pytest.raises(SettingError, match="unknown entry 'home'"):
        _load(home)


@pytest.mark.parametrize(
    "content",
    [b"llm = gguf:smollm2", b"llm = 'a'\nllm = 'b'", 'llm = "雨"'.encode("cp932")],
    ids=["no quotes", "twice", "not utf-8"],
)
def test_a_file_that_is_broken_is_named(home: Path, content: bytes) -> None:
    (home / "settings.toml").write_bytes(content)

    with pytest.raises(SettingError) as caught:
        _load(home)

    assert f"{home / 'settings.toml'} cannot be read" in caught.value.what
    assert caught.value.why
    assert caught.value.next_step == "Correct or delete the file."


def test_a_file_with_the_byte_order_mark_of_windows_editors_is_read(home: Path) -> None:
    (home / "settings.toml").write_bytes(b"\xef\xbb\xbf" + b'llm = "gguf:own"\r\n')

    assert _load(home).llm == "gguf:own"


@pytest.mark.parametrize("entry", ["llm = 3", "store = true", 'models = ["/a"]', "[embedder]"])
def test_an_entry_that_is_no_text_is_refused_by_name(home: Path, entry: str) -> None:
    _write(home, entry)

    with pytest.raises(SettingError) as caught:
        _load(home)

    assert f"'{entry.split()[0].strip('[]')}'" in caught.value.what


@pytest.mark.parametrize("name", ["threads", "streams", "file_memory", "file_seconds"])
def test_a_count_that_is_none_is_refused(home: Path, name: str) -> None:
    for value in ("many", "-1", "1.5", "0x2", "²", " "):
        with pytest.raises(SettingError) as caught:
            _load(home, **{f"BONSAI_{name.upper()}": value})

        assert caught.value.what == f"The number of {name} is '{value}'."
        assert f"BONSAI_{name.upper()}" in caught.value.next_step


@pytest.mark.parametrize("name", ["threads", "streams", "file_memory", "file_seconds"])
def test_a_count_in_the_file_that_is_none_is_refused(home: Path, name: str) -> None:
    for value in ("-1", "1.5", "true", '"all"', "[2]"):
        _write(home, f"{name} = {value}")

        with pytest.raises(SettingError, match=f"number of {name}"):
            _load(home)


def test_threads_are_counted_as_asked_for(home: Path) -> None:
    _write(home, "threads = 3")

    assert _load(home).thread_count == 3
    assert _load(home, BONSAI_THREADS="5").thread_count == 5


def test_streams_are_counted_as_asked_for(home: Path) -> None:
    _write(home, "streams = 3")

    assert _load(home).streams == 3
    assert _load(home, BONSAI_STREAMS="16").streams == 16


def test_zero_threads_means_the_cores_of_this_process(home: Path) -> None:
    assert _load(home, BONSAI_THREADS="0").thread_count == usable_cores()


def test_the_models_folder_can_lie_elsewhere(home: Path) -> None:
    _write(home, 'models = "/big disk/models"')
    assert _load(home).models == Path("/big disk/models")

    assert _load(home, BONSAI_MODELS="/other").models == Path("/other")
    assert _load(home, BONSAI_MODELS="/other").store == str(home / "store")


def test_a_tilde_stands_for_the_users_folder() -> None:
    settings = load_settings({"BONSAI_HOME": "~/bonsai", "BONSAI_MODELS": "~/models"})

    assert settings.home == Path.home() / "bonsai"
    assert settings.models == Path.home() / "models"


def test_the_store_may_be_an_address(home: Path) -> None:
    assert _load(home, BONSAI_STORE="http://chroma:8000").store == "http://chroma:8000"


def test_cache_and_log_lie_in_the_home(home: Path) -> None:
    assert _load(home).scores.is_relative_to(home)
    assert _load(home).statistics.is_relative_to(home)
    assert _load(home).log.parent == home


def test_settings_cannot_be_changed(home: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        _load(home).llm = "gguf:other"  # type: ignore[misc]


def test_the_key_for_cohere_comes_from_its_own_variable_before_the_file(home: Path) -> None:
    _write(home, 'cohere_key = "from-file"')

    assert _load(home).cohere_key == "from-file"
    assert _load(home, COHERE_API_KEY="older").cohere_key == "older"
    assert _load(home, COHERE_API_KEY="older", CO_API_KEY="newer").cohere_key == "newer"
    assert "newer" not in repr(_load(home, CO_API_KEY="newer"))


def test_the_key_of_a_language_models_server_comes_from_a_variable_before_the_file(
    home: Path,
) -> None:
    _write(home, 'llm_key = "from-file"')

    assert _load(home).llm_key == "from-file"
    assert _load(home, OPENAI_API_KEY="usual").llm_key == "usual"
    assert _load(home, OPENAI_API_KEY="usual", BONSAI_LLM_KEY="own").llm_key == "own"
    assert "own" not in repr(_load(home, BONSAI_LLM_KEY="own"))


def test_a_file_may_take_a_gigabyte_and_a_minute_unless_the_machine_says_otherwise(
    home: Path,
) -> None:
    assert _load(home).file_limits == Limits(memory=1_000_000_000, seconds=60)
    _write(home, "file_memory = 3000")
    assert _load(home, BONSAI_FILE_SECONDS="5").file_limits == Limits(3_000_000_000, 5)


def test_servers_are_kept_as_scheme_host_and_port(home: Path) -> None:
    _write(home, 'servers = "http://GPU:80/v1, https://例え.jp"\nllm_url = "http://gpu:8000/v1"')

    assert _load(home).servers == ("http://gpu", "https://例え.jp")
    assert _load(home).llm_url == "http://gpu:8000"
    assert _load(home, BONSAI_SERVERS="http://a http://b").servers == ("http://a", "http://b")


@pytest.mark.parametrize("name", ["BONSAI_SERVERS", "BONSAI_LLM_URL"])
@pytest.mark.parametrize(
    "address", ["gpu:8000", "redis://gpu", "http://me:hush-hush@gpu", "https://gpu?key=hush-hush"]
)
def test_an_address_that_is_no_plain_one_is_named(home: Path, name: str, address: str) -> None:
    with pytest.raises(SettingError, match=name) as caught:
        _load(home, **{name: address})

    assert "hush" not in str(caught.value)


def test_a_secret_without_quotes_is_not_repeated(home: Path) -> None:
    _write(home, "broker_password = 123456")

    with pytest.raises(SettingError, match="'broker_password'") as caught:
        _load(home)

    assert "123456" not in str(caught.value)


def test_no_secret_is_shown_with_the_settings(home: Path) -> None:
    names = ("STORE_TOKEN", "BROKER_PASSWORD", "COHERE_KEY", "LLM_KEY")
    secrets = {f"BONSAI_{name}": "hush-hush" for name in names}
    settings = _load(home, BONSAI_BROKER="redis://me:hush-hush@host", **secrets)

    assert "hush" not in repr(settings)


STORE, BROKER = "http://chroma:8000", "rediss://redis:6380"


@pytest.mark.parametrize(
    ("named", "token"),
    [("http://chroma:8000/", "hush"), ("http://chroma:8001", ""), ("https://chroma:8000", "")],
)
def test_a_token_stays_with_the_store_it_was_set_for(home: Path, named: str, token: str) -> None:
    settings = _load(home, BONSAI_STORE=STORE, BONSAI_STORE_TOKEN="hush")

    assert with_store(settings, named).store_token == token
    assert with_store(_load(home, BONSAI_STORE_TOKEN="hush"), named).store_token == "hush"
    assert with_store(settings, None) == settings


@pytest.mark.parametrize(
    ("named", "password"),
    [(BROKER, "hush"), ("rediss://REDIS:6380/1", "hush"), ("redis://redis:6380", ""),
     ("rediss://elsewhere:6380", ""), ("unix:///run/redis.sock", "")],
)  # fmt: skip
def test_a_password_stays_with_the_broker_it_was_set_for(
    home: Path, named: str, password: str
) -> None:
    secrets = {"BONSAI_BROKER_USER": "anna", "BONSAI_BROKER_PASSWORD": "hush"}
    settings = with_broker(_load(home, BONSAI_BROKER=BROKER, **secrets), named)

    assert (settings.broker, settings.broker_password) == (named, password)
    assert bool(settings.broker_user) == bool(password)
    assert with_broker(_load(home, **secrets), named).broker_password == "hush"


def test_an_empty_password_in_the_environment_says_that_there_is_none(home: Path) -> None:
    _write(home, 'broker_password = "hush"')

    assert _load(home, BONSAI_BROKER_PASSWORD="").broker_password == ""


@pytest.mark.parametrize(
    ("value", "follows"), [("yes", True), ("True", True), ("1", True), ("no", False), ("0", False)]
)
def test_links_are_followed_if_the_machine_says_so(home: Path, value: str, follows: bool) -> None:
    assert not _load(home).follow_links
    assert _load(home, BONSAI_FOLLOW_LINKS=value).follow_links is follows
    _write(home, f'follow_links = "{value}"')
    assert _load(home).follow_links is follows


def test_agents_write_into_workbooks_if_the_machine_says_so(home: Path) -> None:
    assert not _load(home).agents_write
    assert _load(home, BONSAI_AGENTS_WRITE="yes").agents_write


def test_a_switch_that_is_neither_yes_nor_no_is_refused(home: Path) -> None:
    with pytest.raises(SettingError, match="yes or no") as caught:
        _load(home, BONSAI_FOLLOW_LINKS="perhaps")
    assert "BONSAI_FOLLOW_LINKS" in caught.value.next_step
