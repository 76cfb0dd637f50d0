"""`bonsai mcp` as an agent meets it: a client of the official SDK, over a real pair of streams."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import CallToolResult

from tests.conftest import REPOSITORY, SAMPLE
from tests.xl_addin.conftest import Run, rows
from worker.contract import Progress, RankResult, json_ready
from worker.process_log import keep_log
from worker.settings import Settings, load_settings
from xl_addin.commands.agent_desk import AgentDesk
from xl_addin.commands.agent_server import AgentServer
from xl_addin.sheets.ranked import RANKED

QUESTIONS = ["Why do kettles sing?"]
SENTENCES = ["A kettle can break your heart.", "Football tells the truth."]

Talk = Callable[[Client], Awaitable[Any]]


def with_agent(settings: Settings, talk: Talk, *, may_cost: bool = False) -> Any:
    """Let a client talk with a server of this process."""

    async def meet() -> Any:
        desk = AgentDesk(settings, may_cost=may_cost)
        server = AgentServer(desk, keep_log(), writes=settings.agents_write).server
        async with Client(server) as client:
            return await talk(client)

    return anyio.run(meet)


def called(settings: Settings, tool: str, **arguments: object) -> CallToolResult:
    return with_agent(settings, lambda client: client.call_tool(tool, arguments))


def what_failed(result: CallToolResult) -> str:
    assert result.is_error
    return result.content[0].text


def what_is_ranked(result: dict[str, Any]) -> dict[str, Any]:
    """A result of a ranking but for what is another in each run: its id, and times."""
    run = {name: value for name, value in result["run"].items() if name not in ("run_id", "time")}
    questions = [{**each, "seconds": None} for each in result["questions"]]
    return {**result, "run": run, "questions": questions, "seconds": None}


@pytest.fixture
def machine(one_picture: None, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine whose models need no weights."""
    monkeypatch.setenv("BONSAI_EMBEDDER", "test:hash")
    monkeypatch.setenv("BONSAI_LLM", "scripted:quoting")
    return load_settings()


@pytest.fixture
def indexed(machine: Settings, book: Path) -> Path:
    """A fresh workbook, with an index of the sample documents."""
    result = called(
        machine, "index", workbook=str(book), documents=str(SAMPLE), collection=book.stem
    )
    assert not result.is_error, result.content
    assert result.structured_content["chunks"] > 0
    return book


def test_the_tools_say_what_they_take_and_what_they_give(machine: Settings):
    tools = {
        tool.name: tool for tool in with_agent(machine, lambda client: client.list_tools()).tools
    }
    assert list(tools) == ["index", "rank", "answer", "score"]
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema["type"] == "object"
    assert "questions" in tools["rank"].output_schema["properties"]
    assert tools["rank"].annotations.read_only_hint, "no setting allows to write"
    writing = with_agent(
        replace(machine, agents_write=True), lambda client: client.list_tools()
    ).tools
    assert not writing[1].annotations.read_only_hint


def test_over_a_pipe_the_sample_is_ranked_as_the_command_ranks_it(
    bonsai: Run, processes: None, book: Path, tmp_path: Path
):
    command = bonsai("index", book, "--documents", SAMPLE)
    assert command[0] == 0, command
    out = tmp_path / "command.json"
    assert bonsai("rank", book, "--json", out, "-o", tmp_path / "other.xlsx")[0] == 0
    before = book.read_bytes()
    environment = {name: os.environ[name] for name in os.environ if name.startswith("BONSAI_")}
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "xl_addin.cli", "mcp"],
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
    )

    async def talk() -> tuple[list[str], CallToolResult]:
        async with Client(stdio_client(program)) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, await client.call_tool("rank", {"workbook": str(book)})

    names, result = anyio.run(talk)
    assert {"index", "rank", "answer", "score"} == set(names)
    ranked = RankResult.model_validate(result.structured_content)
    assert what_is_ranked(json_ready(ranked)) == what_is_ranked(json.loads(out.read_bytes()))
    assert ranked.questions
    assert book.read_bytes() == before, "nobody let agents write"


def test_a_workbook_is_written_only_where_the_setting_allows_it(machine: Settings, indexed: Path):
    before = indexed.read_bytes()
    refused = what_failed(called(machine, "rank", workbook=str(indexed), write=True))
    assert "BONSAI_AGENTS_WRITE" in refused
    assert indexed.read_bytes() == before
    allowed = replace(machine, agents_write=True)
    result = called(allowed, "rank", workbook=str(indexed), write=True)
    ranked = RankResult.model_validate(result.structured_content)
    written = rows(indexed, RANKED)
    assert [row["ChunkID"] for row in written] == [
        chunk.chunk_id for question in ranked.questions for chunk in question.rows
    ]
    assert any(str(indexed) in remark for remark in ranked.remarks)


def test_where_it_is_allowed_nothing_is_written_unasked(machine: Settings, indexed: Path):
    before = indexed.read_bytes()
    allowed = replace(machine, agents_write=True)
    assert not called(allowed, "rank", workbook=str(indexed)).is_error
    assert indexed.read_bytes() == before


def test_an_agent_may_say_questions_and_points_of_view_itself(machine: Settings, indexed: Path):
    said = {"questions": QUESTIONS, "points_of_view": SENTENCES, "collection": indexed.stem}
    result = called(machine, "rank", **said, top_k=2)
    ranked = RankResult.model_validate(result.structured_content)
    assert [each.question for each in ranked.questions] == QUESTIONS
    assert len(ranked.questions[0].rows) == 2
    assert ranked.questions[0].matrix.pov_ids == ("P01", "P02")
    own_questions = called(machine, "rank", workbook=str(indexed), points_of_view=SENTENCES)
    assert len(own_questions.structured_content["questions"]) > 1


def test_results_of_other_questions_are_not_written_into_a_workbook(
    machine: Settings, indexed: Path
):
    before = indexed.read_bytes()
    allowed = replace(machine, agents_write=True)
    asked = {"workbook": str(indexed), "questions": QUESTIONS, "write": True}
    assert "no place" in what_failed(called(allowed, "rank", **asked))
    assert indexed.read_bytes() == before


def test_questions_are_answered_in_the_modes_that_are_asked_for(machine: Settings, indexed: Path):
    said = {"questions": QUESTIONS, "points_of_view": SENTENCES, "collection": indexed.stem}
    result = called(machine, "answer", **said, modes=["sexy"], contexts=1)
    answers = result.structured_content["answers"]
    assert [(answer["qid"], answer["mode"]) for answer in answers] == [("Q1", "sexy")]
    assert len(answers[0]["citations"]) <= 1


def test_texts_are_scored(machine: Settings):
    texts = ["A kettle can break your heart.", "An invoice is due."]
    scored = called(machine, "score", texts=texts, points_of_view=SENTENCES, score="classic")
    first, second = scored.structured_content["scores"]
    assert first > second


def test_contrast_of_loose_texts_needs_a_ranking_and_says_so(machine: Settings):
    refused = what_failed(called(machine, "score", texts=["A kettle."], points_of_view=SENTENCES))
    assert "rank" in refused.lower()


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("rank", {"workbook": "/nowhere/book.xlsx"}, "/nowhere/book.xlsx"),
        ("rank", {}, "nothing to go by"),
        ("rank", {"questions": ["Why?"]}, "points of view"),
        ("rank", {"questions": ["Why?"], "points_of_view": [" "]}, "point of view"),
        ("index", {"documents": "/nowhere/documents"}, "/nowhere/documents"),
        ("index", {}, "nothing to go by"),
        ("score", {"texts": [" "], "points_of_view": ["Kettles sing."]}, "cannot be scored"),
        ("rank", {"workbook": "book.xlsx", "top_k": 0}, "top_k"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    machine: Settings, tool: str, arguments: dict[str, object], named: str
):
    said = what_failed(called(machine, tool, **arguments))
    assert named in said
    assert "Traceback" not in said


def test_a_run_that_may_cost_money_wants_somebody_to_agree(machine: Settings, indexed: Path):
    server = "http://192.0.2.1:9/v1"  # of a net that nobody has
    charging = replace(machine, llm=f"openai:{server}#m", llm_url=server, llm_key="a-key")
    asked = {"workbook": str(indexed), "modes": ["no-rag"]}
    assert "money" in what_failed(called(charging, "answer", **asked))


def test_the_client_is_told_how_far_a_run_is(machine: Settings, tmp_path: Path):
    told: list[tuple[float, str | None]] = []

    async def talk(client: Client) -> CallToolResult:
        async def take(progress: float, _total: float | None, message: str | None) -> None:
            told.append((progress, message))

        return await client.call_tool("index", {"documents": str(SAMPLE)}, progress_callback=take)

    assert not with_agent(machine, talk).is_error
    numbers = [number for number, _ in told]
    assert numbers == sorted(set(numbers)) != []
    assert all(message and "/" in message for _, message in told)


def test_a_run_that_its_client_gives_up_is_stopped(machine: Settings, monkeypatch):
    stopped: list[bool] = []
    begun = threading.Event()

    def wait(self: AgentDesk, job: object, order: object, on_event: Any, cancelled: Any) -> None:
        """Stands for a long run: it tells how far it is until it is told to stop."""
        begun.set()
        deadline = time.monotonic() + 120
        while not cancelled() and time.monotonic() < deadline:
            time.sleep(0.01)
        on_event(Progress(stage="Ending", done=1, of=1))  # as a run does before it ends
        stopped.append(cancelled())

    monkeypatch.setattr(AgentDesk, "do", wait)

    async def talk(client: Client) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "index", {"documents": str(SAMPLE)})
            await anyio.to_thread.run_sync(begun.wait, 120)
            group.cancel_scope.cancel()

    with_agent(machine, talk)
    assert stopped == [True]


def test_without_the_sdk_the_command_names_what_to_install(
    bonsai: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delitem(sys.modules, "xl_addin.commands.agent_server")
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    code, _, said = bonsai("mcp")
    assert code == 3
    assert "pip install 'bonsai-xl[mcp]'" in said
