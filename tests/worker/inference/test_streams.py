"""Many prompts over few threads, with engines that are made to fail or hang."""

import subprocess
import sys
import threading
import time

import pytest

from worker.errors import (
    CancelledError,
    EngineError,
    EngineLostError,
    PromptTooLongError,
    SettingError,
)
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.scripted_model import HANG, ScriptedModel, counting
from worker.inference.streams import complete_all

COUNT = Prompt("Count: one, two,", "completion")


def never() -> bool:
    return False


def ask(model, prompts, on_text=lambda *_: None, cancelled=never):
    return dict(model.generate(prompts, Sampling(50), on_text=on_text, cancelled=cancelled))


def saying(*steps) -> ScriptedModel:
    """A model for which the prompt '2' means the third step, and so on; others count."""
    return ScriptedModel(
        lambda prompt: [steps[int(prompt.text)]] if prompt.text.isdecimal() else counting(prompt)
    )


def test_prompts_are_taken_up_in_their_order():
    taken: list[str] = []

    def complete(prompt, on_text, cancelled):
        taken.append(prompt.text)
        return Completion(prompt.text, 1, 1, cut=False)

    prompts = [Prompt(str(number), "chat") for number in range(20)]
    replies = list(complete_all(complete, prompts, 1, on_text=print, cancelled=never))
    assert taken == [prompt.text for prompt in prompts]
    assert [index for index, _ in replies] == list(range(20))


def test_as_many_prompts_run_at_once_as_there_are_streams():
    together = threading.Barrier(3)

    def complete(prompt, on_text, cancelled):
        together.wait(60)
        return Completion("", 1, 1, cut=False)

    replies = complete_all(complete, [COUNT] * 6, 3, on_text=print, cancelled=never)
    assert len(list(replies)) == 6


def test_texts_come_in_the_thread_that_iterates():
    threads = set()
    ask(ScriptedModel(), [COUNT] * 3, lambda *_: threads.add(threading.current_thread()))
    assert threads == {threading.current_thread()}


def test_the_time_of_a_prompt_counts_from_when_it_was_taken_up():
    def complete(prompt, on_text, cancelled):
        time.sleep(0.2)
        return Completion("", 1, 1, cut=False)

    started = time.perf_counter()
    replies = dict(complete_all(complete, [COUNT] * 4, 1, on_text=print, cancelled=never))
    assert all(reply.seconds >= 0.2 for reply in replies.values())
    assert sum(reply.seconds for reply in replies.values()) <= time.perf_counter() - started


@pytest.mark.parametrize("kind", [PromptTooLongError, EngineError])
def test_a_prompt_that_fails_alone_leaves_the_others(kind):
    error = kind("It failed.", "So says the script.", "Go on.")
    replies = ask(saying(error), [COUNT, Prompt("0", "chat"), COUNT])
    assert replies[1] is error
    assert replies[0].text == replies[2].text != ""


@pytest.mark.parametrize("kind", [EngineLostError, SettingError])
def test_an_error_of_the_engine_itself_ends_the_batch(kind):
    error = kind("It failed.", "So says the script.", "Stop.")
    with pytest.raises(kind):
        ask(saying(error), [COUNT, Prompt("0", "chat"), *[COUNT] * 20])


def test_our_own_mistake_ends_the_batch():
    with pytest.raises(ZeroDivisionError):
        ask(ScriptedModel(lambda _: 1 / 0), [COUNT])


def test_a_prompt_that_hangs_is_stopped():
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        ask(saying(HANG), [Prompt("0", "chat")] * 4, cancelled=stop.is_set)
    assert time.monotonic() - started < 30


def test_a_prompt_that_hangs_and_cannot_be_stopped_is_left_behind():
    released = threading.Event()

    def complete(prompt, on_text, cancelled):
        released.wait(60)
        return Completion("", 1, 1, cut=False)

    started = time.monotonic()
    with pytest.raises(CancelledError):
        list(complete_all(complete, [COUNT] * 3, 2, on_text=print, cancelled=lambda: True))
    assert time.monotonic() - started < 30
    released.set()


LEFT_BEHIND = """
import time
from worker.errors import CancelledError
from worker.inference import streams
from worker.inference.base import Prompt

def complete(prompt, on_text, cancelled):
    time.sleep(2)
    print("came back")

streams._GRACE = 0.1
try:
    list(streams.complete_all(
        complete, [Prompt("", "chat")], 1, on_text=print, cancelled=lambda: True
    ))
except CancelledError:
    print("stopped")
"""


def test_the_program_does_not_end_under_a_prompt_that_was_left_behind():
    program = subprocess.run(
        [sys.executable, "-c", LEFT_BEHIND], capture_output=True, text=True, timeout=300
    )
    assert program.stdout.split("\n") == ["stopped", "came back", ""]


def test_a_batch_that_is_left_ends_the_prompts_under_way():
    said = []

    def script(prompt):
        for piece in counting(Prompt("Tell me.", "chat")):
            said.append(piece)
            yield piece

    replies = ScriptedModel(
        lambda prompt: counting(prompt) if prompt is COUNT else script(prompt)
    ).generate(
        [COUNT, Prompt("Tell me.", "chat")],
        Sampling(10_000),
        on_text=lambda *_: None,
        cancelled=never,
    )
    next(replies)
    replies.close()
    before = len(said)
    time.sleep(0.2)
    assert len(said) == before
