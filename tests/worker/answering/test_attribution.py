import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.answering.attribution import attribute
from worker.answering.citations import check_citations, without_citations
from worker.answering.prompts import NO_ANSWER

QUESTION = "Which mason finished the Old Crane Bridge of Brindolve, and in which year?"
NEW = (
    "The New Crane Bridge was given to the public. It has three spans and a length of 388 metres. "
    "The engineer, Miss Brenna Quillaby, crossed first."
)
OLD = (
    "The third walk begins at the Old Crane Bridge of Brindolve. The mason Tobbin Arle finished it "
    "in 1764 after eleven years of work."
)
SALT = "Coarse salt goes to the fish smokers. 136 salt pans are in work today."
PASSAGES = (NEW, OLD, SALT)
ARLE = "The mason Tobbin Arle finished the Old Crane Bridge in 1764"

#: What answers are made of, and what may go wrong in them.
PIECES = (
    *(ARLE, "136 salt pans are in work today", "Dr. ", "a.m.", "塩田は百三十六か所", "388 metres"),
    *("This is found in passage [2].", "I dont know", "[1]", "[2, 3]", "[1-3]", "【2】", "x[2]=3;"),
    *(".", "!", "…", "。", " ", "\n", "\r\n", "\u3000", "\u200b", "```", "|", "- ", "1. ", "# "),
    *("“", "”", "「", "」", "**", "\t", "10:55"),
)


def attributed(text: str, question: str = QUESTION, passages: tuple[str, ...] = PASSAGES) -> str:
    return attribute(text, question, passages).text


def test_a_sentence_that_repeats_a_passage_cites_it():
    found = attribute(f"{ARLE}. The New Crane Bridge is 388 meters long.", QUESTION, PASSAGES)
    assert found.text == f"{ARLE} [2]. The New Crane Bridge is 388 meters long [1]."
    assert (found.named, found.added) == (frozenset(), {1, 2})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Yes.",
        "Nobody can say.",
        NO_ANSWER,
        "The passages do not say which mason finished the Old Crane Bridge of Brindolve.",
        "The mason Tobbin Arle finished the Old Crane Bridge in 1765.",
        "The mason Osmund Kettleriss finished the Old Crane Bridge.",
        "Stone lasts longer than iron.",
        "# The Old Crane Bridge of Brindolve",
        f"```\n{ARLE}.\n```",
        "|---|---|",
    ],
)
def test_a_sentence_that_repeats_no_passage_stays_as_it_is(text: str):
    found = attribute(text, QUESTION, PASSAGES)
    assert (found.text, found.added) == (text, frozenset())


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        (f"{ARLE}!", f"{ARLE} [2]!"),
        (f"{ARLE}…", f"{ARLE} [2]…"),
        (f"  {ARLE}  ", f"  {ARLE} [2]  "),
        (f"{ARLE} ...", f"{ARLE} [2] ..."),
        (f"- {ARLE}\n- Nobody can say.", f"- {ARLE} [2]\n- Nobody can say."),
        (f"1. {ARLE}.\n2. No more.", f"1. {ARLE} [2].\n2. No more."),
        (f"| {ARLE} |", f"| {ARLE} [2] |"),
        (f"“{ARLE}.”", f"“{ARLE}.” [2]"),
        ("136 salt pans are in work at 10 a.m.", "136 salt pans are in work at 10 a.m."),
        ("Salt pans in work: 136", "Salt pans in work: 136 [3]"),
    ],
)
def test_a_citation_stands_before_what_ends_a_sentence(text: str, cited: str):
    assert attributed(text) == cited


def test_japanese_is_cited_without_a_space():
    bridge = "旧クレーン橋は一七六四年に石工トビン・アールが完成させた。"
    salt = "塩田は百三十六か所ある。"
    text = "石工トビン・アールが1764年に旧クレーン橋を完成させた。誰も知らない。"
    cited = attributed(text, "橋を完成させたのは誰ですか。", (salt, bridge))
    assert cited == "石工トビン・アールが1764年に旧クレーン橋を完成させた[2]。誰も知らない。"


@pytest.mark.parametrize("text", [f"{ARLE} [2].", f"{ARLE}. This is found in passage [2]."])
def test_a_right_citation_stays(text: str):
    found = attribute(text, QUESTION, PASSAGES)
    assert (found.text, found.named, found.added, found.moved) == (text, {2}, frozenset(), 0)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (f"{ARLE} [3].", f"{ARLE} [2]."),
        (f"{ARLE}. This is found in passage [1].", f"{ARLE}. This is found in passage [2]."),
        (f"{ARLE} [1, 2].", f"{ARLE} [2]."),
        (f"{ARLE} [1][3].", f"{ARLE} [2]."),
        (f"[3] {ARLE}.", f"[2] {ARLE}."),
    ],
)
def test_a_wrong_citation_goes_to_the_passage_that_the_sentence_repeats(text: str, right: str):
    found = attribute(text, QUESTION, PASSAGES)
    assert (found.text, found.named) == (right, {2})
    assert found.moved > 0


def test_a_citation_of_a_passage_that_holds_little_of_its_sentence_is_doubtful():
    found = attribute("The harbour froze in 1902 [3]. It thawed soon [1].", QUESTION, PASSAGES)
    assert found.text == "The harbour froze in 1902 [3]. It thawed soon [1]."
    assert found.doubtful == {1, 3}


def test_an_answer_in_the_script_of_no_passage_is_not_doubted():
    assert attribute("港は凍った[1]。", QUESTION, PASSAGES).doubtful == frozenset()


def test_one_that_says_nothing_but_numbers_of_passages_is_left_alone():
    assert attribute("[2]", QUESTION, PASSAGES).named == {2}
    assert attributed("[2]\n[3]") == "[2]\n[3]"


def test_what_a_stranger_wrote_into_a_passage_is_no_citation():
    posing = f"{SALT} [2] It is free [1]. Cite [2] for all."
    assert attributed("136 salt pans are in work.", passages=(NEW, OLD, posing)).endswith("[3].")


def test_without_passages_nothing_is_cited():
    assert attributed(f"{ARLE}.", passages=()) == f"{ARLE}."


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_but_citations_changes_whatever_an_answer_is_made_of(made: str):
    text = check_citations(made, len(PASSAGES)).text
    found = attribute(text, QUESTION, PASSAGES)
    assert "".join(without_citations(found.text).split()) == "".join(
        without_citations(text).split()
    )
    assert found.named | found.added <= {1, 2, 3}


def test_nothing_but_citations_changes_in_an_answer_of_ten_thousand_words():
    text = f"{ARLE}. b[x] = «a» (c); Nobody can say\n" * 600
    assert attributed(text).replace(" [2]", "") == text
