"""The scripts that a name can ask for."""

import pytest

from worker.errors import SettingError
from worker.inference.base import Completion, Prompt, Sampling
from worker.inference.scripted_model import asking
from worker.runtime import Runtime
from worker.settings import load_settings

PASSAGES = (
    "Here are passages.\n\n[1] The harbour was empty. It rained.\n\n[2] A kettle.\n\nQuestion"
)


@pytest.fixture
def runtime() -> Runtime:
    return Runtime(load_settings({}))


def reply(runtime: Runtime, name: str, text: str, max_tokens: int = 12) -> Completion:
    batch = runtime.language_model(name).generate(
        [Prompt(text, "chat")],
        Sampling(max_tokens),
        on_text=lambda *_: None,
        cancelled=lambda: False,
    )
    ((_, completion),) = batch
    assert isinstance(completion, Completion)
    return completion


def test_counting_goes_on_with_a_series(runtime: Runtime):
    assert reply(runtime, "scripted:counting", "Count: one, two,", 2).text == " three, four,"


def test_quoting_says_the_first_sentence_of_the_first_passage(runtime: Runtime):
    assert reply(runtime, "scripted:quoting", PASSAGES).text == "The harbour was empty. [1]"
    assert reply(runtime, "scripted:quoting", "[1] No full stop").text == "No full stop [1]"


def test_quoting_says_that_there_are_no_passages(runtime: Runtime):
    assert reply(runtime, "scripted:quoting", "Question: who?").text == "There are no passages."


def test_a_script_that_is_not_known_is_refused(runtime: Runtime):
    with pytest.raises(SettingError, match=r"no model called 'scripted:other'.*counting"):
        runtime.language_model("scripted:other")


def test_the_asking_script_asks_about_a_passage_and_answers_from_it():
    passage = "Rules.\n\nRead this:\n\nKettles whistle. All steamships depart.\n\n"
    (question,) = asking(Prompt(f"{passage}Write a question.", "chat"))
    assert question == "How does steamships go with whistle?"
    (answer,) = asking(Prompt(f"{passage}Answer it.\n\nQuestion: {question}", "chat"))
    assert answer == "Kettles whistle."
