"""Servers on this machine are found; a real one answers to the name, and bad ones do no harm."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.worker.inference.llama_server import KEY, LlamaServer
from worker.inference import openai_endpoint
from worker.inference.base import Prompt, Sampling
from worker.models.running_servers import USUAL_PORTS, RunningServer, find_servers
from worker.models.weights import find_weights
from worker.settings import Settings, load_settings


@pytest.fixture
def weights(processes: None, models: Path) -> Path:
    return find_weights(models, "gguf:smollm2") / "model.gguf"


def test_a_llama_server_on_a_usual_port_is_found_and_answers_to_the_printed_name(
    weights: Path, settings: Settings
):
    with LlamaServer(weights, streams=1, key="", ports=USUAL_PORTS) as server:
        [found] = [one for one in find_servers(settings, USUAL_PORTS) if one.url == server.url]
        assert found == RunningServer(server.url, "llama-server", (f"openai:{server.url}#smollm2",))
        model = openai_endpoint.load(found.models[0], settings)
        prompts, asked = [Prompt("Say ship.", "chat")], {"on_text": lambda *_: None}
        [(_, reply)] = model.generate(prompts, Sampling(4), cancelled=lambda: False, **asked)
        assert reply.tokens > 0


def test_a_llama_server_with_a_key_is_named_and_with_it_its_models(
    weights: Path, settings: Settings
):
    with LlamaServer(weights, streams=1) as server:
        assert find_servers(settings, [server.port]) == [
            RunningServer(server.url, "llama-server", refused=True)
        ]
        with_key = replace(settings, llm_key=KEY, llm_url=server.url)
        [found] = find_servers(with_key, [server.port])
        assert (found.models, found.refused) == ((f"openai:{server.url}#smollm2",), False)


class StandIn(ThreadingHTTPServer):
    """Answers each path with a page of its own; for makers and faults of which none is here.

    A page is what its JSON holds, or a function that does anything with the handler.
    """

    daemon_threads = True  # some pages have no end

    def __init__(self, pages: dict[str, object], host: str = "127.0.0.1") -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), _Handler)
        self.pages = pages
        self.asked: list[str] = []
        self.keys: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: object) -> None:
        """Clients that leave in the middle are what is wanted."""


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.keys.add(self.headers.get("Authorization", ""))
        page = self.server.pages.get(self.path, status(404, {"error": "no such page"}))
        with suppress(OSError):
            (page if callable(page) else status(200, page))(self)

    def log_message(self, *_: object) -> None:
        pass


Page = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, content: object, kind: str = "application/json") -> Page:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Type", kind)
        handler.end_headers()
        handler.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

    return answer


@contextmanager
def serving(pages: dict[str, object], host: str = "127.0.0.1") -> Iterator[StandIn]:
    with StandIn(pages, host) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def listing(*names: object, owner: str = "somebody") -> dict[str, object]:
    models = [{"id": name, "object": "model", "owned_by": owner} for name in names]
    return {"object": "list", "data": models}


def found_in(pages: dict[str, object]) -> tuple[RunningServer, StandIn]:
    with serving(pages) as server:
        [found] = find_servers(load_settings(), [server.server_port])
        return replace(found, models=tuple(m.replace(server.url, "URL") for m in found.models)), (
            server
        )


OLLAMA = {
    "/v1/models": listing("llama3.2:3b", "nomic-embed-text:latest", "all-minilm:latest"),
    "/api/tags": {
        "models": [
            {"name": "llama3.2:3b", "capabilities": ["completion", "tools"]},
            {"name": "nomic-embed-text:latest", "capabilities": ["embedding"]},
            {"name": "all-minilm:latest", "details": {"family": "bert"}},
        ]
    },
}
LM_STUDIO = {
    "/v1/models": listing("qwen2.5-7b", "text-embedding-nomic"),
    "/api/v0/models": {
        "object": "list",
        "data": [
            {"id": "qwen2.5-7b", "type": "llm"},
            {"id": "text-embedding-nomic", "type": "embeddings"},
        ],
    },
}
VLLM = {"/v1/models": listing("Qwen/Qwen2.5-7B-Instruct", owner="vllm")}


@pytest.mark.parametrize(
    ("pages", "maker", "model"),
    [
        (OLLAMA, "Ollama", "llama3.2:3b"),
        (LM_STUDIO, "LM Studio", "qwen2.5-7b"),
        (VLLM, "vLLM", "Qwen/Qwen2.5-7B-Instruct"),
        ({"/v1/models": listing("mine")}, "", "mine"),
    ],
    ids=["ollama", "lm-studio", "vllm", "unknown"],
)
def test_each_maker_is_known_by_its_own_words_and_models_that_only_embed_are_left_out(
    pages: dict[str, object], maker: str, model: str
):
    found, _ = found_in(pages)
    assert (found.maker, found.models) == (maker, (f"openai:URL#{model}",))


def test_a_server_without_models_is_named():
    found, _ = found_in({"/v1/models": {"object": "list", "data": None}, "/api/tags": {}})
    assert (found.models, found.refused) == ((), False)


def test_a_server_that_asks_for_a_key_is_named():
    found, _ = found_in({"/v1/models": status(401, {"error": "Unauthorized"})})
    assert found.refused


def test_a_key_goes_to_its_own_server_alone():
    with serving(VLLM) as own, serving(VLLM) as other:
        settings = replace(load_settings(), llm_key="sk-1", llm_url=own.url)
        assert len(find_servers(settings, [own.server_port, other.server_port])) == 2
    assert (own.keys, other.keys) == ({"Bearer sk-1"}, {""})


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert found_in(VLLM)[0].models


def test_a_server_that_took_localhost_for_the_longer_address_is_found_there():
    try:
        with serving(VLLM, "::1") as server:
            [found] = find_servers(load_settings(), [server.server_port])
    except OSError:
        pytest.skip("this machine has no such address")
    url = f"http://[::1]:{server.server_port}/v1"
    assert found.models == (f'"openai:{url}#Qwen/Qwen2.5-7B-Instruct"',)


def test_names_that_a_shell_would_act_on_are_counted_and_not_given():
    unsafe = [*"$`\"'%!;|&<>*?{}", "\x1b[2J", "x\ny", "a\\", "a" * 999]
    found, _ = found_in({"/v1/models": listing("a b", *unsafe)})
    assert (found.models, found.unnamed) == (('"openai:URL#a b"',), len(unsafe))


def test_a_number_sign_in_a_name_is_part_of_it():
    assert found_in({"/v1/models": listing("a#b")})[0].models == ("openai:URL#a#b",)


def test_a_name_that_stands_twice_or_is_none_is_given_once_or_not_at_all():
    found, _ = found_in({"/v1/models": listing("a", "a", None, 7, ["x"], {})})
    assert (found.models, found.unnamed) == (("openai:URL#a",), 0)


def _endless_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: more\r\n")


def _endless_page(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n[")
    while True:
        handler.wfile.write(b"1," * 5000)


def _drop_by_drop(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n[")
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.05)


def _silence(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read()


def _raw(answer: bytes) -> Page:
    return lambda handler: handler.wfile.write(answer)


WILD: dict[str, object] = {
    "endless headers": _endless_headers,
    "endless page": _endless_page,
    "drop by drop": _drop_by_drop,
    "silence": _silence,
    "a website": status(200, b"<!doctype html><p>Jenkins", "text/html"),
    "a website with a login": status(401, b"<!doctype html><p>Sign in", "text/html"),
    "no http": _raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "nothing": _raw(b""),
    "another status": _raw(b"HTTP/1.0 9999999999999999999 \xff\r\n\r\n"),
    "half a page": _raw(b'HTTP/1.0 200 OK\r\nContent-Length: 999\r\n\r\n{"data"'),
    "bad length": _raw(b"HTTP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n{}"),
    "packed": _raw(b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0"),
    "sent on": _raw(b"HTTP/1.0 302 Found\r\nLocation: http://192.0.2.1/v1/models\r\n\r\n"),
    "json of another kind": {"data": {"id": "x"}},
    "a list": ["x"],
    "names alone": {"object": "list", "data": ["x"]},
    "a number without end": status(200, b'{"data": ' + b"9" * 50_000 + b"}"),
    "brackets without end": status(200, b"[" * 500_000),
    "a long page": status(200, b'{"object": "list", "data": []}' + b" " * (2 << 20)),
    "no text": status(200, b"\xff\xfe\0\xd8" * 100),
}


@pytest.mark.parametrize("page", WILD.values(), ids=WILD)
def test_whatever_else_answers_is_passed_over(page: object):
    with serving({"/v1/models": page}) as server, serving(VLLM) as good:
        found = find_servers(load_settings(), [server.server_port, good.server_port])
        assert [one.url for one in found] == [good.url]


@pytest.mark.parametrize("page", WILD.values(), ids=WILD)
def test_a_bad_second_page_costs_nothing_that_is_known(page: object):
    found, server = found_in({**OLLAMA, "/api/tags": page, "/api/v0/models": page})
    assert len(found.models) == 3
    assert len(server.asked) == 3
