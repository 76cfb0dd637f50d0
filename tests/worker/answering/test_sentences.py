import pytest

from worker.answering.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. Arle came at 10.55 a.m. on foot. He left [2]. ",
            ["Dr. Arle came at 10.55 a.m. on foot.", "He left [2]."],
        ),
        ("It is long. [1] It is wide.", ["It is long. [1]", "It is wide."]),
        ("Yes [1]. No. [1], [2]\nNo.", ["Yes [1].", "No. [1], [2]", "No."]),
        ("「長い。」[1] 次。", ["「長い。」[1] 次。"]),
        ("1. A mill.\n2. A bank", ["1. A mill.", "2. A bank"]),
        ("It is long\nand wide.\n\nIt is old.", ["It is long\nand wide.", "It is old."]),
        (
            "橋は長い。「そうだ。」と言う。次[1]。",
            ["橋は長い。", "「そうだ。」と言う。", "次[1]。"],
        ),
        ("Run this:\n```\na = b[1]. Done\n```\nIt ends.", ["Run this:", "It ends."]),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_sees_an_end(text: str, expected: list[str]):
    assert sentences(text) == expected


def test_an_answer_without_ends_is_read_in_windows_and_loses_nothing():
    text = "word " * 20_000
    assert "".join("".join(sentences(text)).split()) == "word" * 20_000
