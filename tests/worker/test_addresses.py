"""What of an address may be shown, what must not be saved, and what counts as one place."""

import pytest

from worker.addresses import (
    holds_secret,
    is_one_place,
    is_this_machine,
    masked,
    masked_address,
    origin,
)
from worker.errors import BonsaiError

#: Addresses with a secret, called hush-hush, and what is shown of them.
SECRETS = {
    "redis://me:hush-hush@host:6379": "redis://host:6379",
    "rediss://:hush-hush@host": "rediss://host",
    "redis://host:6379?password=hush-hush": "redis://host:6379?…",
    "redis://host/0?db=1&password=hush-hush&protocol=3": "redis://host/0?…",
    "unix:///run/redis.sock?password=hush-hush": "unix:///run/redis.sock?…",
    "openai:https://host/v1?key=hush-hush#qwen": "openai:https://host/v1?…#qwen",
    "openai:http://hush-hush@host/v1#@cf/meta/llama": "openai:http://host/v1#@cf/meta/llama",
    "http://host:8000?token=hush-hush": "http://host:8000?…",
    "https://host/x?api_key=hush-hush&sig=hush-hush": "https://host/x?…",
    "https://host/x?hush-hush": "https://host/x?…",
    "https://host/x#access_token=hush-hush": "https://host/x#…",
    "http://利用者:hush-hush@例え.jp/索引": "http://例え.jp/索引",
}


@pytest.mark.parametrize(("address", "shown"), SECRETS.items())
def test_an_address_is_shown_without_its_secret(address: str, shown: str):
    assert masked(address) == shown
    assert "hush" not in masked_address(address)


@pytest.mark.parametrize(
    "sentence", ["The server '{}' is away.", "({})", "see {}, then go", "「{}"]
)
@pytest.mark.parametrize(("address", "shown"), SECRETS.items())
def test_the_sentence_around_an_address_stays(sentence: str, address: str, shown: str):
    assert masked(sentence.format(address)) == sentence.format(shown)


@pytest.mark.parametrize(
    "address",
    ["me:hush-hush@host:6379", "redis://:hush#hush-hush@host", "redis://:hush hush-hush@host",
     "redis//me:hush-hush@host", "redis://:hush://hush@host", "host?password=hush-hush"],
)  # fmt: skip
def test_an_address_that_is_badly_written_is_shown_without_its_secret(address: str):
    assert "hush" not in masked_address(address)
    assert "host" in masked_address(address)


@pytest.mark.parametrize(
    "text", ["Is 5 > 3? Yes; a=b, me@host.org", "C:\\a?b=c@d", "http://host:8000/v1#qwen", "質問？"]
)
def test_what_holds_no_secret_stays_as_it_is(text: str):
    assert masked(text) == text


@pytest.mark.parametrize("address", SECRETS)
def test_no_error_shows_the_secret_of_an_address_in_any_of_its_parts(address: str):
    error = BonsaiError(f"{address} failed.", f"It says: '{address}'.", f"Correct {address}")
    for shown in (error.what, error.why, error.next_step, str(error), repr(error)):
        assert "hush" not in shown


def test_a_long_text_takes_no_more_time_than_its_length() -> None:
    # with time that grows as the square of the length, each of these would take hours
    for text in ("a" * 2_000_000, "http://" * 300_000, "http://h?" + "'" * 2_000_000 + "x"):
        assert masked(text)


@pytest.mark.parametrize("address", [one for one in SECRETS if "access_token" not in one])
def test_an_address_with_a_secret_is_told_from_others(address: str):
    assert holds_secret(address)


@pytest.mark.parametrize(
    "name",
    ["gguf:C:\\models\\a@b.gguf", "openai:http://host/v1#@cf/meta/llama?x", "st:ORG/NAME",
     "onnx:minilm+cover", "/srv/a?b/store", "http://[::1]:8000", ""],
)  # fmt: skip
def test_a_name_without_a_secret_is_none(name: str):
    assert not holds_secret(name)


def test_the_address_of_a_user_without_a_scheme_is_a_secret_too():
    assert holds_secret("openai:me:hush-hush@host/v1")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("http://Host:80/v1", "http://host"),
        ("https://host/a/b?c#d", "https://host"),
        ("https://host:8443", "https://host:8443"),
        ("http://[::1]:8000/v1", "http://[::1]:8000"),
        ("redis://me:x@host:6379/2", "redis://host"),
        ("ftp://host", ""),
        ("http://", ""),
        ("http://host:port", ""),
        ("http://[v1", ""),
        ("/srv/store", ""),
        ("http://good.example\\@evil.example", ""),
        ("http://good.example\t.evil.example", ""),
        ("http://good.example\u200b", ""),
    ],
)
def test_a_key_belongs_to_scheme_host_and_port(address: str, place: str):
    assert origin(address) == place


def test_two_addresses_are_one_place_if_host_and_port_are():
    assert is_one_place("http://host:80/v1", "http://HOST/other")
    assert is_one_place("unix:///run/a.sock", "unix:///run/a.sock")
    assert not is_one_place("https://host", "http://host")
    assert not is_one_place("http://host:8000", "http://host:8001")
    assert not is_one_place("http://good.example", "http://good.example.evil.example")
    assert not is_one_place("", "ftp://host")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9:8000", "localhost:1", "[::1]:8000"])
def test_loopback_is_this_machine(host: str):
    assert is_this_machine(f"http://{host}/v1")


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "localhost.evil.example", "0.0.0.0", "127.0.0.1.nip.io", "127.1", "host"]
)
def test_all_else_is_not(host: str):
    assert not is_this_machine(f"http://{host}/v1")
