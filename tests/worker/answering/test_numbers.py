import pytest

from worker.answering.numbers import unfounded_numbers


@pytest.mark.parametrize(
    ("answer", "passage"),
    [
        ("It costs 20.59 euros [1].", "The fare is 20.59 euros."),
        ("It costs 20,59 euros.", "The fare is 20.59 euros."),
        ("It costs 20.5 euros.", "The fare is 20.50 euros."),
        ("About 1234 people live there.", "It has 1,234 people."),
        ("About 1,234,567 people.", "It has 1 234 567 people."),
        ("About 1.234,5 tons.", "It weighs 1,234.5 tons."),
        ("It was in 2021.", "Signed on 12.05.2021."),
        ("It has 9 arches and 21 lamps.", "It has nine arches and twenty-one lamps."),
        ("橋は１９８６年に建った。", "橋は一九八六年に建てられた。"),
        ("35000人が住む。", "人口は3万5千人である。"),
        ("長さは320メートルです。", "橋の長さは三百二十メートル。"),
        ("1. The bridge.\n2. The mill [2].", "There is a bridge and a mill."),
        ("On April 19th, 1847, at 10:55.", "The nineteenth of April 1847, at 10.55."),
        ("At 7:00 AM.", "The train leaves at seven."),
        ("It lasted seventy-four days.", "It took 74 days."),
        ("There are two sides to it, and one or three more.", ""),
        ("There are no figures.", ""),
        ("一九八六年に、三百二十人が渡った。", "1986年に320人が渡った。"),
        ("人口は3万5千人です。", "It has 35,000 people."),
        ("一つは十分に大きく、千葉にある。", ""),
    ],
)
def test_a_number_that_stands_in_a_passage_is_found_however_it_is_written(
    answer: str, passage: str
):
    assert unfounded_numbers(answer, [passage]) == ()


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("It costs 20.59 euros [1][2][3].", ("20.59",)),
        ("It costs 20 euros and 59 cents, in 1843 and again in 1843.", ("20", "59", "1843")),
        ("It has 1,235 people.", ("1,235",)),
        ("It has twenty-one lamps and two mills.", ("twenty-one",)),
        ("It leaves at 7:05.", ("7:05",)),
        ("長さは３２１メートルです。", ("321",)),
        ("一九八七年に三百二十人が渡った。", ("一九八七",)),
        ("人口は3万5千人です。", ("3万5千",)),
        ("7" * 9000, ("7" * 9000,)),
    ],
)
def test_a_number_that_stands_nowhere_is_told_once_as_it_is_written(
    answer: str, numbers: tuple[str, ...]
):
    passages = ["The fare is 20.50 euros.", "It has 1,234 people.", "橋の長さは三百二十メートル。"]
    assert unfounded_numbers(answer, passages) == numbers


def test_numbers_of_any_length_are_read_in_time_that_grows_with_the_text():
    long = ["1" * 100_000, "一" * 100_000, "1 111" * 20_000, "1,1." * 20_000, "ten " * 20_000]
    assert unfounded_numbers("42", long) == ("42",)
