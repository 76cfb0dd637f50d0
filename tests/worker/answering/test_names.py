import pytest

from worker.answering.names import unfounded_names

PASSAGE = (
    "Tobbin Arle, a mason from Vietnam, built the bridge of Merrowane for the Anchors. "
    "アンナ・カレーニナは橋を渡った。"
)


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("The mason was Osmund Kettleriss of Merrowane.", ("Osmund Kettleriss",)),
        ("It was Tobbin Smith [1]. Then Smith left.", ("Smith",)),
        ("They met in Anglo-French Saltreve.", ("Anglo-French Saltreve",)),
        ("「イワン・イリイチが渡った。」", ("イワン・イリイチ",)),
    ],
)
def test_a_name_that_stands_nowhere_is_told_once(answer: str, names: tuple[str, ...]):
    assert unfounded_names(answer, [PASSAGE]) == names


@pytest.mark.parametrize(
    "answer",
    [
        "The mason Tobbin Arle's bridge is the Merrowan one.",
        "A Vietnamese mason built it for an Anchor.",
        "Bridges are old. However, this one is not. Yes: They say so.",
        "I think that it was a Tuesday in May, as NATO said in Passage [1].",
        "1. Masons came.\n2. Mills went.\n- Boats too.",
        "| Name | Year |\n|---|---|\n| Boats | 12 |",
        'He said "Keep what the tide brings."',
        "Der Maurer baute die Brücke und das Tor nicht.",
        "アンナ・カレーニナがデータを見た。",
        "",
    ],
)
def test_what_is_no_name_or_stands_in_a_passage_is_not_told(answer: str):
    assert unfounded_names(answer, [PASSAGE]) == ()


def test_names_of_the_question_count_as_known():
    assert unfounded_names("It is in Saltreve.", ["Where is Saltreve?", PASSAGE]) == ()


def test_long_answers_and_passages_are_read_in_time_that_grows_with_them():
    answer = "It was Tobbin Smith of Saltreve. " * 2_000
    assert unfounded_names(answer, [PASSAGE * 2_000]) == ("Smith", "Saltreve")
