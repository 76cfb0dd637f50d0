"""The list of recommended models: names that `bonsai models get` takes, and whole facts."""

from tests.conftest import REPOSITORY
from worker.models.hub.names import hub_name
from worker.models.hub.recommended import RECOMMENDED


def test_each_name_is_one_of_a_hub_and_stands_there_once():
    assert all(hub_name(each.name) for each in RECOMMENDED)
    assert len({each.name for each in RECOMMENDED}) == len(RECOMMENDED)


def test_a_language_model_names_its_file():
    named = [hub_name(each.name) for each in RECOMMENDED if each.task == "answers"]
    assert named
    assert all(name and name.file.endswith(".gguf") for name in named)


def test_a_licence_that_is_not_free_for_every_use_says_its_terms():
    free = {"Apache-2.0", "MIT"}
    assert all(bool(each.terms) == (each.licence not in free) for each in RECOMMENDED)


def test_there_is_something_for_japanese_of_each_kind():
    tasks = {each.task for each in RECOMMENDED if "Japanese" in each.about}
    assert tasks >= {"answers", "embedding"}


def test_the_page_on_models_lists_them_all_with_size_licence_and_terms():
    page = (REPOSITORY / "docs" / "models.md").read_text(encoding="utf-8").splitlines()
    for each in RECOMMENDED:
        (row,) = [line for line in page if line.startswith(f"| `{each.name}` |")]
        assert all(fact in row for fact in (each.size, each.memory, each.licence, each.terms))
