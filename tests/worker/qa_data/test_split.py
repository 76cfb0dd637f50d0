import pytest

from worker.errors import InputError, SettingError
from worker.qa_data.split import split_by_folder, split_by_share

TEN = [f"{number}.txt" for number in range(10)]


def validation(split: dict[str, str]) -> list[str]:
    return [doc for doc, part in split.items() if part == "validation"]


def test_a_share_of_the_documents_is_for_validation():
    split = split_by_share(TEN, 0.3, seed=1)
    assert len(split) == 10
    assert len(validation(split)) == 3


def test_a_document_that_is_named_twice_is_one():
    assert len(split_by_share([*TEN, *TEN], 0.3, seed=1)) == 10


def test_the_same_seed_splits_alike_whatever_the_order():
    assert split_by_share(TEN, 0.3, 7) == split_by_share(TEN[::-1], 0.3, 7)
    assert split_by_share(TEN, 0.3, 7) != split_by_share(TEN, 0.3, 8)


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_each_part_gets_a_document_at_least(share: float):
    assert len(validation(split_by_share(["a.txt", "b.txt"], share, seed=1))) == 1


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0, float("nan")])
def test_a_share_that_leaves_a_part_empty_is_refused(share: float):
    with pytest.raises(SettingError, match="between 0 and 1"):
        split_by_share(TEN, share, seed=1)


@pytest.mark.parametrize("documents", [["a.txt"], ["a.txt", "a.txt"], []])
def test_less_than_two_documents_cannot_be_split(documents: list[str]):
    with pytest.raises(InputError, match="done by file") as by_share:
        split_by_share(documents, 0.5, seed=1)
    assert all((by_share.value.what, by_share.value.why, by_share.value.next_step))
    with pytest.raises(InputError, match="done by file"):
        split_by_folder(documents, ["x"])


def test_what_lies_in_the_folders_is_for_validation():
    split = split_by_folder(["a/1.txt", "a/b/2.txt", "ab/3.txt", "4.txt"], ["a", "4.txt"])
    assert validation(split) == ["4.txt", "a/1.txt", "a/b/2.txt"]


def test_folders_may_be_named_as_windows_does():
    assert validation(split_by_folder(["a/b/1.txt", "c.txt"], ["a\\b\\"])) == ["a/b/1.txt"]


@pytest.mark.parametrize("folders", [["nowhere"], ["a", "b"]])
def test_folders_that_leave_a_part_empty_are_refused(folders: list[str]):
    with pytest.raises(InputError, match="each part needs one"):
        split_by_folder(["a/1.txt", "b/2.txt"], folders)
