"""What every language model promises, asked of each kind: real engines, and the stand-in."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.worker.inference.llama_server import KEY, LlamaServer
from tests.worker.pipeline.conftest import timeless
from tests.worker.queueing.worlds import eventually, rank_request
from worker.contract import Answer, AnswerRequest
from worker.errors import CancelledError, EngineLostError, PromptTooLongError
from worker.inference.base import Completion, LanguageModel, Prompt, Sampling
from worker.inference.llama_cpp import LlamaCppModel
from worker.inference.openai_endpoint import OpenAiEndpoint
from worker.inference.scripted_model import ScriptedModel, counting
from worker.models.weights import find_weights
from worker.queueing.in_process import InProcessRunner

COUNT = Prompt("Count: one, two, three, four, five, six,", "completion")
DAYS = Prompt("Days: Monday, Tuesday, Wednesday,", "completion")
MONTHS = Prompt("Months: January, February, March,", "completion")
STORY = Prompt("Tell me a long story about a harbour.", "chat")
OVERLONG = Prompt("harbour " * 9000, "completion")


@pytest.fixture(scope="module")
def weights(models) -> Path:
    return find_weights(models, "gguf:smollm2") / "model.gguf"


@pytest.fixture(scope="module")
def served(weights, processes):
    with LlamaServer(weights) as server:
        yield server


@pytest.fixture(scope="module")
def scripted():
    return ScriptedModel()


@pytest.fixture(scope="module")
def openai(served):
    return OpenAiEndpoint(f"openai:{served.url}", key=KEY, streams=4)


@pytest.fixture(scope="module")
def gguf(weights):
    model = LlamaCppModel("gguf:smollm2", weights, threads=1, streams=2)
    yield model
    model.close()


@pytest.fixture(scope="module")
def hf_name(smollm2_folder):
    return f"hf:{smollm2_folder}"


@pytest.fixture(scope="module")
def hf(hf_name, warm_runtime):
    return warm_runtime.language_model(hf_name)


@pytest.fixture(params=["gguf", "hf", "openai", "scripted"])
def model(request) -> LanguageModel:
    return request.getfixturevalue(request.param)


def never() -> bool:
    return False


def ignore(_index: int, _text: str) -> None:
    pass


def ask(model, prompts, max_tokens=12, *, repeatable=False, on_text=ignore, cancelled=never):
    """All replies of a batch, by position."""
    sampling = Sampling(max_tokens=max_tokens, repeatable=repeatable)
    replies = list(model.generate(prompts, sampling, on_text=on_text, cancelled=cancelled))
    assert len({index for index, _ in replies}) == len(replies), "a prompt was answered twice"
    return dict(replies)


def test_the_pieces_of_each_prompt_add_up_to_its_text(model):
    pieces: dict[int, list[str]] = {0: [], 1: []}
    replies = ask(model, [COUNT, STORY], on_text=lambda index, text: pieces[index].append(text))
    for index in (0, 1):
        assert len(pieces[index]) > 1
        assert "".join(pieces[index]) == replies[index].text


def test_each_reply_has_the_position_of_its_prompt(model):
    replies = ask(model, [DAYS, COUNT, MONTHS, COUNT, DAYS])
    said = [replies[index].text for index in range(5)]
    for text, word in zip(said, ["Thursday", "seven", "April", "seven", "Thursday"], strict=True):
        assert word in text


def test_tokens_are_counted_and_a_text_at_its_limit_says_that_it_was_cut(model):
    reply = ask(model, [STORY], max_tokens=5)[0]
    assert reply.cut
    assert reply.tokens == 5
    assert reply.prompt_tokens >= 7
    assert reply.seconds > 0


def test_an_empty_batch_has_no_replies(model):
    assert ask(model, []) == {}


def test_a_batch_that_is_stopped_is_not_written_out_and_the_model_goes_on_working(model):
    stop = threading.Event()
    seen: list[str] = []

    def take(_index: int, piece: str) -> None:
        seen.append(piece)
        if len(seen) == 3:
            stop.set()

    with pytest.raises(CancelledError):
        ask(model, [STORY] * 6, max_tokens=400, on_text=take, cancelled=stop.is_set)
    assert len(seen) < 600  # of 2,400
    assert "seven" in ask(model, [COUNT])[0].text


def test_an_overlong_prompt_is_refused_alone(model):
    replies = ask(model, [COUNT, OVERLONG, DAYS])
    assert isinstance(replies[1], PromptTooLongError)
    assert "seven" in replies[0].text
    assert "Thursday" in replies[2].text


def test_a_hundred_prompts_have_a_hundred_replies(model):
    prompts = [
        Prompt(f"{COUNT.text} {'and ' * (number % 7)}", "completion") for number in range(100)
    ]
    replies = ask(model, prompts, max_tokens=4)
    assert sorted(replies) == list(range(100))
    assert all(isinstance(reply, Completion) for reply in replies.values())


def test_a_stop_text_ends_the_completion_and_is_not_part_of_it(model):
    pieces: list[str] = []
    prompt = Prompt(COUNT.text, "completion", stop=("eight",))
    reply = ask(model, [prompt], on_text=lambda _, text: pieces.append(text))[0]
    assert "seven" in reply.text
    assert "eight" not in reply.text
    assert "".join(pieces) == reply.text
    assert not reply.cut


def test_a_repeatable_prompt_has_the_same_text_in_any_company(model):
    alone = ask(model, [STORY], max_tokens=24, repeatable=True)[0]
    among = ask(model, [COUNT, STORY, DAYS, STORY], max_tokens=24, repeatable=True)
    assert {among[1].text, among[3].text} == {alone.text}


def test_an_error_of_the_listener_ends_the_batch(model):
    def broken(_index: int, _text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(model, [STORY, COUNT], on_text=broken)
    assert "seven" in ask(model, [COUNT])[0].text


def test_a_batch_that_is_left_early_leaves_the_model_ready(model):
    replies = model.generate([COUNT] * 6, Sampling(12), on_text=ignore, cancelled=never)
    next(replies)
    replies.close()
    assert "Thursday" in ask(model, [DAYS])[0].text


@dataclass
class Mortal:
    """A model whose engine the test can end and bring back."""

    model: LanguageModel
    kill: Callable[[], None]
    revive: Callable[[], None]


@pytest.fixture
def mortal_openai(weights, processes):
    with LlamaServer(weights, streams=2) as server:
        model = OpenAiEndpoint(f"openai:{server.url}#smollm2", key=KEY, streams=2)
        yield Mortal(model, server.kill, server.start)


@pytest.fixture
def mortal_scripted():
    alive = threading.Event()
    alive.set()

    def script(prompt):
        for piece in counting(prompt):
            yield piece if alive.is_set() else EngineLostError("It is gone.", "Killed.", "Wait.")
            time.sleep(0.05)

    return Mortal(ScriptedModel(script), alive.clear, alive.set)


@pytest.fixture(params=["openai", "scripted"])
def mortal(request) -> Mortal:
    return request.getfixturevalue(f"mortal_{request.param}")


def test_an_engine_that_dies_within_a_batch_is_asked_for_the_rest_when_it_is_back(mortal):
    prompts = [Prompt(f"{place}. {COUNT.text}", "completion") for place in range(12)]
    replies: dict[int, Completion] = {}

    def ask_for_the_rest(after_a_reply: Callable[[], None]) -> None:
        rest = [place for place in range(12) if place not in replies]
        batch = mortal.model.generate(
            [prompts[place] for place in rest], Sampling(12), on_text=ignore, cancelled=never
        )
        for index, reply in batch:
            replies[rest[index]] = reply
            after_a_reply()

    with pytest.raises(EngineLostError):
        ask_for_the_rest(after_a_reply=mortal.kill)
    assert 1 <= len(replies) < 12
    mortal.revive()
    ask_for_the_rest(after_a_reply=lambda: None)
    assert sorted(replies) == list(range(12))
    assert all("seven" in reply.text for reply in replies.values())


def test_a_server_that_is_gone_is_named_without_its_key(mortal_openai):
    mortal_openai.kill()
    with pytest.raises(EngineLostError, match=r"http://127\.0\.0\.1:\d+/v1") as caught:
        ask(mortal_openai.model, [COUNT])
    assert KEY not in f"{caught.value} {mortal_openai.model!r} {vars(caught.value)}"


@pytest.mark.parametrize(("kind", "queue"), [("gguf", "cpu"), ("hf", "gpu")])
def test_a_job_whose_engine_dies_with_its_worker_is_completed_by_another(
    world, models, request, kind, queue
):
    world.settings = replace(world.settings, models=models)
    llm = "gguf:smollm2" if kind == "gguf" else request.getfixturevalue("hf_name")
    world.start_worker("cpu")
    world.index()
    world.end()
    worker = world.start_worker(queue)
    job = AnswerRequest(
        run_id="answer-run", ranking=rank_request(2), llm=llm, max_tokens=16, repeatable=True
    )
    with world.running(job) as seen:
        eventually(lambda: any(isinstance(row, Answer) for row in seen.rows), seconds=120)
        worker.kill()
        worker.wait()
        before = sum(isinstance(row, Answer) for row in seen.rows)
        world.start_worker(queue)
    assert 1 <= before < 6
    assert sum(isinstance(row, Answer) for row in seen.rows) == 6
    alone = InProcessRunner(world.settings).run(
        job, on_event=lambda _: None, on_blob=lambda *_: None, cancelled=never
    )
    assert timeless(seen.result) == timeless(alone)
