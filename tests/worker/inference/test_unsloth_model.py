"""The conversation with the process of an Unsloth model, and the process itself where it runs.

`stand_in` plays the process with a few scripted lines: it is there for what a real one does not do
when asked to (dying, hanging, writing rubbish) and for machines without Unsloth.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from worker.errors import (
    CancelledError,
    EngineError,
    EngineLostError,
    PackageMissingError,
    PromptTooLongError,
    WeightsMissingError,
)
from worker.inference import unsloth_model
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.unsloth_model import UnslothModel

GREEDY = Sampling(max_tokens=24)
STORY = Prompt("Tell me a long story about a harbour.", "chat")
PROMPTS = [Prompt("one", "completion"), Prompt("two", "completion")]

#: What every stand-in begins with.
BEGINNING = """
import json, os, sys, time
from pathlib import Path

def say(**message):
    print(json.dumps(message), flush=True)

def whole(index, text):
    say(kind="whole", index=index,
        completion={"text": text, "prompt_tokens": 1, "tokens": 1, "cut": False})

starts = Path(sys.argv[0]).with_suffix(".starts")
starts.write_text(starts.read_text() + "x" if starts.exists() else "x")
first = starts.read_text() == "x"
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], UnslothModel]:
    """Build a model whose process runs these lines."""
    built = []

    def build(lines: str, **more: float) -> UnslothModel:
        script = tmp_path / "stand_in.py"
        script.write_text(BEGINNING + textwrap.dedent(lines))
        monkeypatch.setattr(unsloth_model, "_COMMAND", (sys.executable, str(script)))
        built.append(UnslothModel("unsloth:folder", streams=2, **more))
        return built[-1]

    yield build
    for model in built:
        model.close()


@pytest.fixture(scope="module")
def real(smollm2_folder: Path) -> Iterator[UnslothModel]:
    """The demonstration model under Unsloth itself."""
    if not importlib.util.find_spec("unsloth"):
        pytest.skip("unsloth is not installed")
    try:
        model = UnslothModel(f"unsloth:{smollm2_folder}", streams=8)
    except EngineError as error:
        pytest.skip(f"unsloth is installed and does not start: {error.why}")
    yield model
    model.close()


def never() -> bool:
    return False


def ignore(_index: int, _text: str) -> None:
    pass


def replies_of(model: UnslothModel, prompts=PROMPTS, on_text=ignore, cancelled=never):
    return dict(model.generate(prompts, GREEDY, on_text=on_text, cancelled=cancelled))


def test_prompts_and_sampling_reach_the_process_and_pieces_and_completions_come_back(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=True)
        for line in sys.stdin:
            batch = json.loads(line)
            for index, prompt in enumerate(batch["prompts"]):
                say(kind="piece", index=index, text=prompt["text"])
                say(kind="piece", index=index, text=str(batch["sampling"]["max_tokens"]))
                whole(index, prompt["text"] + "24")
            say(kind="ended")
    """)
    pieces: list[tuple[int, str]] = []
    replies = replies_of(model, on_text=lambda index, text: pieces.append((index, text)))
    assert model.has_chat_layout
    assert model.streams == 2
    assert pieces == [(0, "one"), (0, "24"), (1, "two"), (1, "24")]
    assert [replies[index].text for index in (0, 1)] == ["one24", "two24"]


def test_a_prompt_that_is_refused_leaves_the_others_alone(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            say(kind="refused", index=0, problem={
                "code": "prompt_too_long", "what": "W.", "why": "Y.", "next_step": "N."})
            whole(1, "two")
            say(kind="ended")
    """)
    replies = replies_of(model)
    assert isinstance(replies[0], PromptTooLongError)
    assert replies[0].next_step == "N."
    assert replies[1].text == "two"


def test_a_process_that_dies_in_a_batch_loses_the_rest_and_the_next_batch_starts_another(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            whole(0, "kept")
            if first:
                print("CUDA error: no memory", file=sys.stderr, flush=True)
                os._exit(7)
            whole(1, "second life")
            say(kind="ended")
    """)
    kept = []
    with pytest.raises(EngineLostError, match=r"code 7.*CUDA error: no memory"):
        kept.extend(model.generate(PROMPTS, GREEDY, on_text=ignore, cancelled=never))
    assert kept == [(0, Completion("kept", prompt_tokens=1, tokens=1, cut=False))]
    assert replies_of(model)[1].text == "second life"


def test_a_process_that_dies_between_batches_is_started_again_unseen(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        sys.stdin.readline()
        say(kind="ended")
    """)
    assert replies_of(model) == {}
    model._process._process.wait(60)
    assert replies_of(model) == {}


def test_a_process_that_writes_rubbish_is_ended_and_replaced(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            if first:
                print("Downloading shards: 100%", flush=True)
                time.sleep(60)
            say(kind="ended")
    """)
    lost = model._process
    with pytest.raises(EngineLostError, match="nobody can read"):
        replies_of(model)
    assert not lost.is_alive()
    assert replies_of(model) == {}


@pytest.mark.parametrize(
    "lies",
    [
        'whole(2, "of no prompt")',
        'whole(-1, "of no prompt")',
        'whole(0, "twice"); whole(0, "twice")',
        'say(kind="refused", index=9, problem=dict(code="x", what="", why="", next_step=""))',
        'say(kind="piece", index=7, text="of no prompt")',
        'while True: say(kind="piece", index=1, text="without an end")',
    ],
)
def test_a_process_that_writes_what_it_was_not_asked_for_is_ended_and_replaced(stand_in, lies):
    model = stand_in(f"""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            if first:
                {lies}
            say(kind="ended")
    """)
    with pytest.raises(EngineLostError, match="not asked for"):
        replies_of(model)
    assert replies_of(model) == {}


def test_a_process_that_says_nothing_is_ended_and_replaced(stand_in):
    model = stand_in(
        """
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            if first:
                time.sleep(600)
            say(kind="ended")
        """,
        silence=0.5,
    )
    lost = model._process
    with pytest.raises(EngineLostError, match="said nothing"):
        replies_of(model)
    assert not lost.is_alive()


def test_a_process_that_does_not_read_is_left_when_the_user_stops(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        time.sleep(600)
    """)
    long = [Prompt("harbour " * 100_000, "completion")]
    with pytest.raises(CancelledError):
        replies_of(model, long, cancelled=lambda: True)
    assert not model._process.is_alive()


def test_a_line_without_an_end_is_no_message(stand_in, monkeypatch):
    monkeypatch.setattr(unsloth_model, "_LINE", 1 << 16)
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            while first:
                print("x" * 4096, end="", flush=True)
            say(kind="ended")
    """)
    with pytest.raises(EngineLostError, match="nobody can read"):
        replies_of(model)
    assert replies_of(model) == {}


def test_a_batch_that_is_stopped_leaves_the_process_ready_for_the_next(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            say(kind="piece", index=0, text="a")
            assert sys.stdin.readline() == "stop\\n"
            say(kind="piece", index=0, text="late")
            say(kind="ended")
    """)
    process = model._process
    for _ in range(2):
        seen: list[str] = []
        with pytest.raises(CancelledError):
            replies_of(
                model,
                on_text=lambda _index, text, seen=seen: seen.append(text),
                cancelled=lambda seen=seen: bool(seen),
            )
        assert seen == ["a"]
    assert model._process is process
    assert process.is_alive()


def test_a_process_that_does_not_stop_is_ended(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            if first:
                time.sleep(60)
            say(kind="ended")
    """)
    started, lost = time.monotonic(), model._process
    with pytest.raises(CancelledError):
        replies_of(model, cancelled=lambda: True)
    assert time.monotonic() - started < 30
    assert not lost.is_alive()
    assert replies_of(model) == {}


def test_an_error_of_the_listener_stops_the_batch_and_comes_through(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            say(kind="piece", index=0, text="a")
            sys.stdin.readline()
            say(kind="ended")
    """)

    def broken(_index: int, _text: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replies_of(model, on_text=broken)
    assert model._process.is_alive()


def test_a_load_can_be_stopped_when_the_process_is_started_again(stand_in):
    model = stand_in("""
        if not first:
            time.sleep(60)
        say(kind="ready", has_chat_layout=False)
        sys.stdin.readline()
        os._exit(1)
    """)
    with pytest.raises(EngineLostError):
        replies_of(model)
    with pytest.raises(CancelledError):
        replies_of(model, cancelled=lambda: True)


def test_a_process_that_dies_while_it_loads_is_an_error_that_says_its_last_words(stand_in):
    with pytest.raises(EngineError, match=r"cannot be loaded.*torchvision::nms") as caught:
        stand_in("""sys.exit("operator torchvision::nms does not exist")""")
    assert not isinstance(caught.value, EngineLostError)


def test_what_the_process_prints_stays_off_the_terminal(stand_in, capfd):
    model = stand_in("""
        print("Unsloth: Fast downloading is enabled", file=sys.stderr, flush=True)
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            say(kind="ended")
    """)
    replies_of(model)
    assert capfd.readouterr() == ("", "")


def test_closing_ends_the_process_and_its_scratch_folder(stand_in):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        Path(os.environ["UNSLOTH_COMPILE_LOCATION"], "made.py").touch()
        sys.stdin.read()
    """)
    process = model._process
    model.close()
    assert not process.is_alive()
    assert not Path(process._scratch.name).exists()


def test_a_process_ends_with_the_one_that_started_it(stand_in, tmp_path):
    model = stand_in("""say(kind="ready", has_chat_layout=False)\nsys.stdin.read()""")
    child = model._process._process
    child.stdin.close()  # what happens to a pipe whose owner dies
    assert child.wait(60) == 0


def test_the_package_is_named_where_it_is_missing():
    if importlib.util.find_spec("unsloth"):
        pytest.skip("needs a Python without unsloth")
    with pytest.raises(PackageMissingError, match=r"pip install 'bonsai-xl\[gpu\]'"):
        UnslothModel("unsloth:folder", streams=1)


def test_the_process_that_asks_never_loads_torch_or_unsloth(stand_in, tmp_path):
    model = stand_in("""
        say(kind="ready", has_chat_layout=False)
        for line in sys.stdin:
            say(kind="ended")
    """)
    model.close()
    program = f"""
import sys
from worker.inference import unsloth_model
from worker.inference.base import Prompt, Sampling
unsloth_model._COMMAND = {unsloth_model._COMMAND!r}
model = unsloth_model.UnslothModel("unsloth:folder", streams=1)
list(model.generate([Prompt("one", "chat")], Sampling(max_tokens=1),
                    on_text=print, cancelled=lambda: False))
model.close()
print(sorted({{name.partition(".")[0] for name in sys.modules}}
             & {{"torch", "transformers", "unsloth", "peft", "trl"}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def questions() -> list[Prompt]:
    """Eight prompts of different lengths."""
    things = ["France", "Italy", "the country where Oslo lies", "Japan", "Spain, in Europe", "Peru"]
    asked = [f"What is the capital of {thing}? Answer in one short sentence." for thing in things]
    asked += ["Name three colours.", "Say in one sentence what a lighthouse is for, and for whom."]
    return [Prompt(text, "chat") for text in asked]


def test_unsloth_answers_a_batch_as_it_answers_single_prompts(real):
    pieces: dict[int, str] = {}

    def take(index: int, text: str) -> None:
        pieces[index] = pieces.get(index, "") + text

    together = replies_of(real, questions(), on_text=take)
    alone = [replies_of(real, [prompt])[0] for prompt in questions()]
    assert real.has_chat_layout
    assert "Paris" in together[0].text
    assert {index: reply.text for index, reply in together.items()} == pieces
    assert [together[index].text for index in range(8)] == [reply.text for reply in alone]


def test_unsloth_stops_when_asked_and_goes_on_in_the_same_process(real):
    seen: list[str] = []
    process = real._process
    with pytest.raises(CancelledError):
        for _ in real.generate(
            [STORY] * 4,
            Sampling(max_tokens=400),
            on_text=lambda _index, text: seen.append(text),
            cancelled=lambda: len(seen) > 5,
        ):
            pass
    assert "Paris" in replies_of(real, questions()[:1])[0].text
    assert real._process is process


def test_unsloth_that_is_killed_in_a_batch_is_started_again(real):
    def kill(_index: int, _text: str) -> None:
        real._process._process.kill()

    with pytest.raises(EngineLostError):
        replies_of(real, on_text=kill)
    assert "Paris" in replies_of(real, questions()[:1])[0].text


def test_unsloth_refuses_a_prompt_that_is_too_long_and_writes_the_other(real):
    replies = replies_of(real, [Prompt("harbour " * 9000, "chat"), questions()[0]])
    assert isinstance(replies[0], PromptTooLongError)
    assert "Paris" in replies[1].text


def test_a_folder_without_a_model_is_named(real, tmp_path):
    with pytest.raises(WeightsMissingError, match=f"unsloth:{tmp_path}"):
        UnslothModel(f"unsloth:{tmp_path}", streams=1)
