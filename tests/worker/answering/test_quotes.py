import pytest

from worker.answering.quotes import check_quotes

PASSAGES = [
    "Over the door stood the motto: What the tide brings, keep.\nIt was carved in 1819.",
    "番人は「灯台の火は一度も消えたことがない」と書いた。",
]


@pytest.mark.parametrize(
    "text",
    [
        'The motto was "What the tide brings, keep".',
        "The motto was “What the tide brings, keep.”",
        'It says "keep. It was carved in 1819" on the stone.',
        "日誌には「灯台の火は一度も消えたことがない」とある。",
    ],
)
def test_a_quotation_that_stands_in_a_passage_is_found(text: str):
    assert check_quotes(text, PASSAGES) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        'The motto was "What the tide takes, keep".',
        'The motto was "what the tide brings, keep".',
        "日誌には「灯台の火は三度も消えたことがある」とある。",
    ],
)
def test_a_quotation_that_differs_in_a_letter_is_not_found(text: str):
    assert check_quotes(text, PASSAGES) == (1, 0)


@pytest.mark.parametrize("text", ['The "Crane Bridge" is old.', "「灯台」は古い。", 'He said "'])
def test_names_and_emphasis_in_quotation_marks_are_no_quotations(text: str):
    assert check_quotes(text, PASSAGES) == (0, 0)


def test_each_quotation_counts():
    text = 'First "What the tide brings, keep", then "carved by an unknown hand".'
    assert check_quotes(text, PASSAGES) == (2, 1)
