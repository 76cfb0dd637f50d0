import pytest

from tests.worker.qa_data.samples import JAPANESE, pair, passage
from worker.qa_data.filters.form import FORM, bad_form, bad_question

IN_JAPAN = passage(JAPANESE)


def why(question: str, answer: str = "Aldo Brix.") -> str:
    rejection = bad_form(pair(question, answer))
    if rejection is None:
        return ""
    assert rejection.filter == FORM
    return rejection.why


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ("", "no question"),
        ("The ferry stopped running in 1988.", "does not end like one"),
        ("Who was he?", "11 characters"),
        ("Who was " + "very " * 80 + "late?", "characters"),
        ("Who <|im_start|> was the last ferryman?", "marks"),
        ("Why why why why why why why did it stop?", "again and again"),
        ("¿Quién fue el último barquero que trabajaba en el transbordador?", "language"),
        ("最後の渡し守はいったい誰でしたか？", "language"),
        ("?????????????????", "no word"),
    ],
)
def test_a_question_that_is_none_is_rejected(question: str, fault: str):
    assert fault in why(question)
    assert bad_question(pair(question)) == bad_form(pair(question))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("", "no answer"),
        ("I don't know.", "does not know"),
        ("The passage does not mention his name.", "does not know"),
        ("I'm sorry, that I cannot say.", "does not know"),
        ("His name is not known.", "does not know"),
        ("Who was the last ferryman at Tamsel?", "repeats"),
        ("Is it Aldo Brix?", "is a question"),
        ("He was the last ferryman and " + "kept a log of passengers and " * 3 + "of", "cut off"),
        (
            "It was " + "a very long story about ferries, with many names in it, and " * 20 + "so.",
            "characters",
        ),
        ("Aldo Brix\n\n#### Note", "marks"),
        ("Es war der letzte Mann auf dem alten Boot, der noch allein die Kette zog.", "language"),
    ],
)
def test_an_answer_that_is_none_is_rejected(answer: str, fault: str):
    assert fault in why("Who was the last ferryman at Tamsel?", answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who was the last ferryman at Tamsel?", "Aldo Brix."),
        ("When did the Tamsel ferry stop?", "1988"),
        ("Why would much cheaper boats ever outlast better ones?", "Because they were so cheap."),
        ("What is the title “Who goes there?”", "It is not known to many people outside Tamsel."),
    ],
)
def test_a_plain_pair_stays(question: str, answer: str):
    assert why(question, answer) == ""


@pytest.mark.parametrize(
    ("question", "answer", "stays"),
    [
        ("霧谷の石橋を架けたのは誰ですか？", "岩永源蔵です。", True),
        ("霧谷の石橋を架けたのは誰ですか。", "岩永源蔵", True),
        ("霧谷の石橋が架けられた理由を述べよ。", "木の橋が流されたからです。", True),
        ("霧谷の石橋は石工が架けた。", "岩永源蔵です。", False),
        ("Who built the bridge at Kiritani?", "It was a mason whose name we know well.", False),
        ("霧谷の石橋を架けたのは誰ですか？", "記載されていません。", False),
    ],
)
def test_japanese_has_lengths_and_endings_of_its_own(question: str, answer: str, stays: bool):
    assert (bad_form(pair(question, answer, of=IN_JAPAN)) is None) is stays
