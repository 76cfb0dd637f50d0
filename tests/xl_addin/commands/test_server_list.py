"""What `bonsai models` says of servers that run on this machine."""

import pytest

from tests.worker.models.test_running_servers import VLLM, listing, serving, status
from tests.xl_addin.conftest import Run
from xl_addin.commands import server_list


@pytest.fixture
def said(command: Run, monkeypatch: pytest.MonkeyPatch):
    """What is printed where such pages are at a usual port, without the port."""

    def run(pages: dict[str, object]) -> str:
        with serving(pages) as server:
            monkeypatch.setattr(server_list, "USUAL_PORTS", (server.server_port,))
            code, out, _ = command("models")
        assert code == 0
        return out.replace(str(server.server_port), "PORT")

    return run


def test_each_model_of_a_server_has_a_line_to_copy(said):
    lines = said(VLLM).splitlines()
    assert "vLLM runs at http://127.0.0.1:PORT. Its models, as you type them after --llm:" in lines
    assert "  openai:http://127.0.0.1:PORT/v1#Qwen/Qwen2.5-7B-Instruct" in lines


def test_a_server_with_a_key_comes_with_the_two_settings(said):
    out = said({"/v1/models": status(401, {"error": {"message": "no key"}})})
    assert "set BONSAI_LLM_KEY, and BONSAI_LLM_URL to http://127.0.0.1:PORT\n" in out


def test_a_server_without_models_says_so(said):
    assert "It has no language model yet" in said({"/v1/models": {"object": "list", "data": []}})


def test_of_very_many_models_the_first_are_shown(said):
    out = said({"/v1/models": listing(*(f"m{number}" for number in range(1000)))})
    assert "#m39\n" in out
    assert "#m40\n" not in out
    assert "… and 960 more" in out


def test_a_hostile_name_is_not_shown(said):
    out = said({"/v1/models": listing("\x1b]0;owned\a", "x; rm -rf ~")})
    assert "owned" not in out
    assert "rm -rf" not in out
    assert "2 with a name that cannot be typed safely" in out


def test_where_nothing_runs_one_line_says_so(command: Run):
    out = command("models")[1]
    assert "Servers of language models on this machine: none on the usual ports" in out
