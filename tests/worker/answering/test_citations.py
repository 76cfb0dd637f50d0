import pytest

from worker.answering.citations import check_citations


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("The bridge has nine arches [1].", {1}),
        ("Nine arches [1][3].", {1, 3}),
        ("Nine arches [1, 2].", {1, 2}),
        ("橋には九つのアーチがある[2]。", {2}),
        ("橋には九つのアーチがある【２】。", {2}),
        ("橋は古い［1、3］。", {1, 3}),
        ("Nine arches [1-3].", {1, 2, 3}),
        ("Nine arches [1 – 2, 3].", {1, 2, 3}),
        ("Nobody is cited here.", set()),
    ],
)
def test_citations_of_contexts_stay_and_are_known(text: str, cited: set[int]):
    checked = check_citations(text, contexts=3)
    assert (checked.text, checked.cited, checked.dangling) == (text, cited, 0)


@pytest.mark.parametrize(
    ("text", "left", "dangling"),
    [
        ("Nine arches [4].", "Nine arches.", 1),
        ("Nine arches [2, 7].", "Nine arches [2].", 1),
        ("Nine arches [2-5].", "Nine arches [2, 3].", 2),
        ("橋は古い【７】。", "橋は古い。", 1),
        ("Nine arches [0] and two piers [9; 8].", "Nine arches and two piers.", 3),
    ],
)
def test_citations_of_nothing_are_taken_out_and_counted(text: str, left: str, dangling: int):
    checked = check_citations(text, contexts=3)
    assert (checked.text, checked.dangling) == (left, dangling)


def test_without_contexts_every_citation_leads_nowhere():
    checked = check_citations("It was founded in 1819 [1].", contexts=0)
    assert (checked.text, checked.dangling) == ("It was founded in 1819.", 1)


@pytest.mark.parametrize("text", ["The duke [1831] signed.", "a[i] = b", "[sic] and [...]", "[ ]"])
def test_other_things_in_brackets_are_no_citations(text: str):
    assert check_citations(text, contexts=0).text == text
