"""Prompts: the original's markers in the original's order, and texts of one's own."""

from __future__ import annotations

import re

import pytest

from worker.answering.prompts import (
    ALPACA,
    CHAT,
    LAYOUTS,
    NO_ANSWER,
    choose_layout,
    clean_answer,
    fill,
    number,
)
from worker.errors import SettingError

QUESTION = "Who gains from it?"


def _markers(prompt: str) -> list[str]:
    return re.findall(r"^### .*$", prompt, flags=re.MULTILINE)


def test_the_original_layout_with_context_has_its_markers_in_their_order() -> None:
    prompt = fill(ALPACA, QUESTION, ["It rained."])

    assert _markers(prompt) == [
        "### Instruction:",
        "### Input:",
        "### Context:",
        "### Response:",
    ]
    assert f"### Instruction:\n{QUESTION}\n" in prompt
    assert "### Context:\n[1] It rained.\n" in prompt
    assert (
        prompt.index("### Context:") < prompt.index("I dont know") < prompt.index("### Response:")
    )
    assert prompt.endswith("### Response:\n")


def test_the_original_layout_without_context_has_its_markers_in_their_order() -> None:
    prompt = fill(ALPACA, QUESTION, [])

    assert _markers(prompt) == ["### Instruction:", "### Input:", "### Response:"]
    assert f"### Instruction:\n{QUESTION}\n" in prompt
    assert prompt.endswith("### Response:\n")
    assert "context" not in prompt.lower()
    assert NO_ANSWER not in prompt


@pytest.mark.parametrize("contexts", [["It rained."], []], ids=["with context", "without"])
def test_the_original_layouts_open_with_a_line_that_explains_the_task(contexts: list[str]) -> None:
    preamble = fill(ALPACA, QUESTION, contexts).split("### Instruction:")[0]

    assert preamble.endswith(".\n\n")
    assert len(preamble.strip().splitlines()) == 1


def test_the_original_layout_stops_where_the_next_marker_begins() -> None:
    assert (ALPACA.form, ALPACA.stop) == ("completion", ("###",))


def test_the_words_for_no_answer_are_the_originals() -> None:
    assert NO_ANSWER == "I dont know"


def test_the_chat_layout_puts_contexts_first_and_the_question_last() -> None:
    prompt = fill(CHAT, QUESTION, ["It rained.", "It snowed."])

    assert prompt.index("[1] It rained.") < prompt.index("[2] It snowed.") < prompt.index(QUESTION)
    assert prompt.endswith(QUESTION)
    assert NO_ANSWER in prompt


def test_questions_over_the_same_contexts_share_all_but_the_question() -> None:
    first, second = (fill(CHAT, question, ["It rained."]) for question in ("Why?", "When?"))

    assert first.removesuffix("Why?") == second.removesuffix("When?")


def test_the_chat_layout_without_context_does_not_speak_of_passages() -> None:
    prompt = fill(CHAT, QUESTION, [])

    assert prompt.endswith(QUESTION)
    assert "passage" not in prompt
    assert NO_ANSWER not in prompt


@pytest.mark.parametrize("contexts", [["It rained."], []], ids=["with context", "without"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_no_place_of_a_layout_stays_unfilled(layout, contexts: list[str]) -> None:
    assert "{" not in fill(layout, QUESTION, contexts)


@pytest.mark.parametrize("asked", ["", "  \n"], ids=["empty", "white space"])
def test_a_model_gets_chat_if_it_has_a_layout_and_the_originals_if_not(asked: str) -> None:
    assert choose_layout(asked, has_chat_layout=True) is CHAT
    assert choose_layout(asked, has_chat_layout=False) is ALPACA


@pytest.mark.parametrize("has_chat_layout", [True, False], ids=["chat model", "plain model"])
def test_a_layout_is_chosen_by_name_whatever_the_model(has_chat_layout: bool) -> None:
    for asked in ("alpaca", " Alpaca "):
        assert choose_layout(asked, has_chat_layout=has_chat_layout) is ALPACA
    for asked in ("chat", "CHAT"):
        assert choose_layout(asked, has_chat_layout=has_chat_layout) is CHAT


@pytest.mark.parametrize(
    ("text", "has_chat_layout", "form", "stop"),
    [
        ("Reply briefly: {question}", True, "chat", ()),
        ("Reply briefly: {question}", False, "completion", ()),
        ("{context}\n### Response:\n{question}", True, "completion", ("###",)),
        ("### Q {question} {input}", True, "chat", ("###",)),
    ],
    ids=["for chat", "for a plain model", "with the response marker", "with other markers"],
)
def test_a_text_of_ones_own_is_used_as_it_stands(
    text: str, has_chat_layout: bool, form: str, stop: tuple[str, ...]
) -> None:
    layout = choose_layout(text, has_chat_layout=has_chat_layout)

    assert (layout.with_context, layout.without_context) == (text, text)
    assert (layout.form, layout.stop) == (form, stop)


def test_a_text_of_ones_own_is_filled() -> None:
    layout = choose_layout("From {context} tell: {question}{input}", has_chat_layout=True)

    assert fill(layout, "Why?", ["It rained."]) == "From [1] It rained. tell: Why?"
    assert fill(layout, "Why?", []) == "From  tell: Why?"


@pytest.mark.parametrize(
    "text",
    [
        "alpacca",
        "Reply briefly.",
        "{context}",
        "{Question}",
        "{question} {passages}",
        "{quest ion}",
    ],
    ids=["misspelt name", "no place", "no question", "capital", "unknown place", "broken place"],
)
def test_a_text_that_cannot_be_filled_is_refused(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        choose_layout(text, has_chat_layout=True)

    assert "chat, alpaca" in caught.value.why
    assert "{question}" in caught.value.why
    assert "'Prompt' on the Settings sheet" in caught.value.next_step


TRICKY = ("{context}", "{question}", "{}", "{0}", "a { b } c", "{{x}}", r"\1 \g<0>", "100 %s")


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_braces_inside_questions_and_contexts_stay_as_they_are(layout) -> None:
    for tricky in TRICKY:
        prompt = fill(layout, f"Why {tricky}?", [f"It is {tricky}."])

        assert prompt.count(f"Why {tricky}?") == 1
        assert prompt.count(f"[1] It is {tricky}.") == 1


def test_contexts_are_numbered_from_one_with_blank_lines_between() -> None:
    assert number(["It rained.", "It\nsnowed."]) == "[1] It rained.\n\n[2] It\nsnowed."
    assert number([]) == ""


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<s> Few.</s>", "Few."),
        ("<|begin_of_text|>Few.<|end_of_text|>", "Few."),
        ("Few.<|im_end|>\n", "Few."),
        ("Few.<|eot_id|>", "Few."),
        ("\n Few.\n\nMany. ", "Few.\n\nMany."),
        ("a < b, <b>bold</b> [1]", "a < b, <b>bold</b> [1]"),
        ("</s>", ""),
    ],
    ids=["Llama 2", "Llama 3", "ChatML", "Llama 3 turn", "plain", "no marks", "nothing else"],
)
def test_begin_and_end_marks_are_removed_from_an_answer(raw: str, clean: str) -> None:
    assert clean_answer(raw) == clean
