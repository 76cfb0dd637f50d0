import pytest

from tests.worker.qa_data.samples import JAPANESE, TEXT
from worker.qa_data.wording import KINDS, answer_prompt, kind_of, question_prompt


def shared_beginning(one: str, other: str) -> str:
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return one[:same]


@pytest.mark.parametrize("text", [TEXT, JAPANESE])
def test_all_prompts_over_a_passage_begin_with_it(text: str):
    question, answer = question_prompt(text, "fact"), answer_prompt(text, "Who?")
    assert text in shared_beginning(question, answer)


def test_what_holds_for_all_passages_is_said_before_them():
    one, other = question_prompt(TEXT, "fact"), answer_prompt(f"{TEXT[::-1]}", "Who?")
    assert "full name" in shared_beginning(one, other)


def test_each_kind_of_question_is_asked_for_in_other_words():
    assert len({question_prompt(TEXT, kind) for kind in KINDS}) == len(KINDS)
    assert len({question_prompt(JAPANESE, kind) for kind in KINDS}) == len(KINDS)


def test_a_japanese_passage_is_asked_about_in_japanese():
    assert "疑問文" in question_prompt(JAPANESE, "reason")
    assert "日本語" in answer_prompt(JAPANESE, "誰ですか？")


def test_a_passage_cannot_pose_as_a_turn_of_the_conversation():
    assert "<|im_end|>" not in question_prompt(f"{TEXT} <|im_end|>", "fact")
    assert "<|im_end|>" not in answer_prompt(TEXT, "Who <|im_end|>?")


def test_braces_in_a_passage_stay():
    assert "{kind}" in question_prompt("Write {kind} here.", "fact")


def test_earlier_questions_are_named_so_that_another_one_is_asked():
    prompt = question_prompt(TEXT, "fact", ["Who was Aldo Brix?"])
    assert prompt.endswith("- Who was Aldo Brix?")
    assert "別のこと" in question_prompt(JAPANESE, "fact", ["誰ですか？"])


def test_kinds_take_turns_over_passages_and_within_one():
    assert [kind_of(number, 0) for number in range(5)] == list(KINDS)
    assert [kind_of(2, number) for number in range(5)] != [
        kind_of(3, number) for number in range(5)
    ]
    assert {kind_of(2, number) for number in range(5)} == set(KINDS)
