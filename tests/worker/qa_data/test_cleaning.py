import pytest

from worker.qa_data.cleaning import clean_answer, clean_question

ASKED = "Who was the last ferryman at Tamsel?"


@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        f"  {ASKED}\n",
        f"Question: {ASKED}",
        f"**Question:** {ASKED}",
        f"Question 1: {ASKED}",
        f"Q: {ASKED}",
        f"Q1. {ASKED}".replace("Q1.", "Q1:"),
        f"1. {ASKED}",
        f"- {ASKED}",
        f'"{ASKED}"',
        f"“{ASKED}”",
        f'Question: "{ASKED}"',
        f"assistant\n{ASKED}",
        f"<|im_start|>assistant\n{ASKED}<|im_end|>",
        f"<|start_header_id|>assistant<|end_header_id|>\n\n{ASKED}<|eot_id|>",
        f"<s>{ASKED}</s>",
        f"{ASKED}\nAnswer: Aldo Brix.",
        f"{ASKED} What did he keep?",
        f"{ASKED}\n\nWhat did Aldo Brix keep?",
        f"Sure! Here is a question about the ferry:\n\n{ASKED}",
        f"Certainly, here's one: {ASKED}",
        f"{ASKED}<|im_end|>\n<|im_start|>user\nThanks",
    ],
)
def test_of_what_a_model_wrote_the_first_question_is_left(text: str):
    assert clean_question(text) == ASKED


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("質問：最後の渡し守は誰ですか？\n答え：ブリックスです。", "最後の渡し守は誰ですか？"),
        ("「最後の渡し守は誰ですか？」", "最後の渡し守は誰ですか？"),
        ("問1：最後の渡し守は誰ですか。", "最後の渡し守は誰ですか。"),
        (
            "What does the poem “Who goes there?” tell of?",
            "What does the poem “Who goes there?” tell of?",
        ),
        ("A. J. Smith wrote what?", "A. J. Smith wrote what?"),
        ("What is the\nname?", "name?"),
        ("The ferry stopped in 1988.", "The ferry stopped in 1988."),
        ("Who ran it? 🚢", "Who ran it?"),
        ("", ""),
        (" \n<|im_end|>", ""),
    ],
)
def test_a_question_is_cut_at_its_end_and_nowhere_else(text: str, question: str):
    assert clean_question(text) == question


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Aldo Brix.", "Aldo Brix."),
        ("Answer: Aldo Brix.", "Aldo Brix."),
        ("A: Aldo Brix.", "Aldo Brix."),
        ("A. J. Smith wrote it.", "A. J. Smith wrote it."),
        ("According to the passage, it was Aldo Brix.", "It was Aldo Brix."),
        ("Aldo Brix.\n\nQuestion: What did he keep?", "Aldo Brix."),
        ("Aldo Brix.\nExplanation: He kept a log.", "Aldo Brix."),
        ("<|im_start|>assistant\nAldo Brix.<|im_end|>", "Aldo Brix."),
        ("Aldo Brix,\nwho kept a log.", "Aldo Brix, who kept a log."),
        ("答え：ブリックスです。", "ブリックスです。"),
        ("本文によると、ブリックスです。", "ブリックスです。"),
        ("It was “late”.", "It was “late”."),
        ("\x1b[31mAldo Brix.", "␛[31mAldo Brix."),
        ("", ""),
    ],
)
def test_an_answer_loses_what_is_put_around_it(text: str, answer: str):
    assert clean_answer(text) == answer
