import numpy as np
import pytest

from worker.answering.evidence.judge import Evidence, Reading, judge, judge_characters, reading
from worker.answering.evidence.scale import NeededEvidence
from worker.answering.evidence.vocabulary import vocabulary

BRIDGE = "The Sarn Bridge was finished by Tobin Fell in 1764. It has nine arches of grey stone."
MILL = "The mill at Ost grinds barley. Its keeper, Ada Renn, was paid four crowns a week."


def read_letters(texts):
    """Stands in for a model: a word means what it spells, and 'built' much the same as 'finished'.

    Real models are in the test of the gate.
    """
    readings = []
    for text in texts:
        words = [word.strip(".,?").removesuffix("s") for word in text.split()]
        vectors = np.stack([_vector(word) for word in words])
        readings.append(Reading(tuple(word.strip(".,?") for word in text.split()), vectors))
    return readings


def _vector(word):
    seed = sum(ord(letter) * 31**place for place, letter in enumerate(word.lower()))
    vector = np.random.default_rng(seed).normal(size=256)
    if word == "built":
        vector = _vector("finished") + 0.04 * vector
    return (vector / np.linalg.norm(vector)).astype(np.float32)


VOCABULARY = vocabulary([BRIDGE, MILL, "They say the bridge at Ost was painted by Ada Renn."])


def found(question, passages):
    return judge(question, passages, read_letters, VOCABULARY)


def score(question, passages):
    return found(question, passages).fact


def evidence(question, passages, needed=0.5):
    return found(question, passages).evidence(NeededEvidence(needed, needed), question)


def test_a_passage_that_tells_what_is_asked_is_evidence():
    assert score("Who finished the Sarn Bridge?", [MILL, BRIDGE]) > 0.95


def test_a_word_of_like_meaning_will_do():
    assert score("Who built the Sarn Bridge?", [BRIDGE]) > 0.7


def test_what_no_passage_tells_about_a_known_thing_is_no_evidence():
    judged = evidence("Who painted the Sarn Bridge?", [BRIDGE], 0.7)
    assert not judged.enough
    assert judged.why == "no passage says enough of: painted"


def test_of_two_things_that_are_asked_the_one_that_is_not_told_counts():
    both = "Who finished the Sarn Bridge, and who painted it?"
    assert score(both, [BRIDGE]) < score("Who finished the Sarn Bridge?", [BRIDGE]) - 0.2


def test_a_rare_word_that_is_missing_weighs_more_than_a_common_one():
    texts = [BRIDGE] * 9 + ["A heron stood on the wall."]
    of_many = judge("Is the heron stone?", ["The stone."], read_letters, vocabulary(texts))
    of_few = judge("Is the heron stone?", ["The heron."], read_letters, vocabulary(texts))
    assert of_few.judgement > of_many.judgement


def test_a_judgement_is_told_in_other_words_than_it_is_asked_in():
    asked = "Why was the Sarn Bridge finished by strangers?"
    judged = found(asked, [BRIDGE])
    assert judged.judgement > judged.fact
    assert evidence(asked, [BRIDGE]).score == judged.judgement


@pytest.mark.parametrize("spelt", [str.lower, str.upper, str.title])
def test_a_question_is_judged_alike_in_whatever_letters_it_is_typed(spelt):
    asked = "Who was paid four crowns at the mill of Ost?"
    assert evidence(spelt(asked), [BRIDGE, MILL]) == evidence(asked, [BRIDGE, MILL])


def test_what_is_told_of_another_thing_is_worth_less():
    elsewhere = score("What was the keeper of the Sarn Bridge paid?", [BRIDGE, MILL])
    assert elsewhere < score("What was the keeper of the mill paid?", [BRIDGE, MILL])


def test_a_passage_without_a_year_is_worth_less_to_who_asks_for_one():
    without = BRIDGE.replace("in 1764", "long ago")
    asked = "In which year was the Sarn Bridge finished?"
    assert score(asked, [without]) < score(asked, [BRIDGE])
    assert evidence(asked, [without], 0.95).why == "no passage gives a year for it"


def test_enough_is_what_is_needed_or_more():
    assert Evidence(0.5, 0.5, "").enough
    assert not Evidence(0.49, 0.5, "").enough


def test_words_are_put_together_from_tokens():
    places = np.array([[0, 3], [3, 6], [7, 9], [9, 10]])
    vectors = np.eye(4, dtype=np.float32)
    made = reading("Quessa is.", places, vectors)
    assert made.words == ("Quessa", "is")
    np.testing.assert_allclose(made.vectors[0], [0.5**0.5, 0.5**0.5, 0, 0], rtol=1e-6)


def test_words_beyond_what_a_model_reads_are_left_out():
    made = reading("one two", np.array([[0, 3]]), np.ones((1, 1), np.float32))
    assert made.words == ("one",)


def test_japanese_is_judged_by_its_characters():
    passage = "灯台守の猫は白い。港の市場は月曜に開く。"
    told = judge_characters("港の市場はいつ開くか。", [passage])
    untold = judge_characters("鉄道の運賃はいくらか。", [passage])
    assert told.fact > 0.5 > untold.fact
    assert "characters" in untold.lacks(0.5)
