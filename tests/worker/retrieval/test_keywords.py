from worker.retrieval.base import StoredChunk
from worker.retrieval.keywords import KeywordIndex

TEXTS = {
    "tankers": "Old oil tankers change their flags to carry crude past the sanctions.",
    "treaty": "The 1997 treaty was signed at Ouagadougou.",
    "kettle": "A kettle sings on the stove.",
    "bank": "日本銀行は金利を引き上げた。",
    "tea": "大阪の寺で茶会が開かれた。",
    "dots": "…",
}
INDEX = KeywordIndex(
    StoredChunk(name, f"{name}.txt", None, 0, text, "hash") for name, text in TEXTS.items()
)


def test_rare_names_and_numbers_are_found():
    assert INDEX.best("Ouagadougou", 3) == ["treaty"]
    assert INDEX.best("what happened in 1997", 1) == ["treaty"]


def test_words_count_by_their_stem():
    assert INDEX.best("tanker flag", 3) == ["tankers"]
    assert INDEX.best("singing kettles", 3) == ["kettle"]


def test_japanese_is_found_without_spaces():
    assert INDEX.best("金利はどうなるか", 1) == ["bank"]
    assert INDEX.best("茶会", 3) == ["tea"]


def test_a_query_that_shares_no_word_finds_nothing():
    assert INDEX.best("zebra", 3) == []
    assert INDEX.best("?!", 3) == []
    assert not INDEX.scores("zebra", list(TEXTS)).any()


def test_scores_are_those_of_the_chunks_asked_for():
    scores = INDEX.scores("a kettle", ["kettle", "unknown", "tea"])
    assert scores[0] > 0
    assert scores[1:].tolist() == [0, 0]


def test_chunks_of_other_sources_do_not_count():
    assert INDEX.best("kettle tankers", 3, {"tankers.txt"}) == ["tankers"]
    assert INDEX.best("kettle", 3, {"tankers.txt"}) == []
