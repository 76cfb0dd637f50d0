from collections.abc import Mapping

import pytest

from tests.worker.pipeline.conftest import Watched
from worker.answering.evidence import second_judge
from worker.answering.evidence.judge import Evidence
from worker.answering.evidence.second_judge import Weighing
from worker.errors import CancelledError, EngineError, EngineLostError
from worker.inference.base import Completion
from worker.pipeline.judging import JudgedQuestion, second_look

YES: Mapping[str, float] = {"Yes": 0.9, "No": 0.05}
NO: Mapping[str, float] = {"Yes": 0.05, "No": 0.9}


class OneWordModel:
    """Stands in for a language model that was measured: it says one word to each question."""

    name = "stand-in"
    has_chat_layout = True
    streams = 1

    def __init__(self, words):
        self.words = words
        self.asked: list[str] = []

    def generate(self, prompts, sampling, *, on_text, cancelled):
        assert (sampling.max_tokens, sampling.first_tokens > 1) == (1, True)
        for index, prompt in enumerate(prompts):
            if cancelled():
                raise CancelledError("Stopped.", "You asked for it.", "Run again.")
            self.asked.append(prompt.text)
            said = self.words[prompt.text.rpartition("Question: ")[2]]
            if isinstance(said, EngineLostError):
                raise said
            failed = isinstance(said, EngineError)
            yield index, said if failed else Completion("", 9, 1, True, 0, 2.0, said)


@pytest.fixture(autouse=True)
def _measured(monkeypatch: pytest.MonkeyPatch):
    weighing = Weighing(middle=0.0, weight=0.2, unsure=0.2)
    monkeypatch.setitem(second_judge.WEIGHINGS, "stand-in", weighing)


def question(text: str, score: float, passages=("The mill is old.",)) -> JudgedQuestion:
    why = "" if score >= 0.6 else "no passage says enough of: it"
    return JudgedQuestion(text, passages, Evidence(score, 0.6, why), 1.0)


def look(judged: list[JudgedQuestion], model, watched: Watched) -> dict[str, JudgedQuestion]:
    return second_look(
        {each.question: each for each in judged}, model, watched.context, repeatable=False
    )


def test_the_model_reads_the_passages_and_its_word_counts(watched: Watched):
    model = OneWordModel({"When?": YES, "Who?": NO})
    after = look([question("When?", 0.5), question("Who?", 0.65)], model, watched)
    assert (after["When?"].evidence.enough, after["Who?"].evidence.enough) == (True, False)
    assert "[1] The mill is old." in model.asked[0]
    assert after["When?"].seconds == 3.0, "what it took by words, and by the model"


def test_where_words_decide_nobody_is_asked(watched: Watched):
    model = OneWordModel({})
    judged = [question("When?", 0.1), question("Who?", 0.95), question("What?", 0.6, passages=())]
    assert look(judged, model, watched) == {}
    assert model.asked == []


def test_a_model_that_was_not_measured_is_not_asked(watched: Watched):
    model = OneWordModel({"When?": YES})
    model.name = "another"
    assert look([question("When?", 0.5)], model, watched) == {}


def test_where_the_model_has_no_word_to_give_that_of_the_words_holds(watched: Watched):
    failed = EngineError("It failed.", "So says the test.", "Go on.")
    model = OneWordModel({"When?": failed, "Who?": {}, "What?": YES})
    judged = [question(text, 0.5) for text in model.words]
    assert list(look(judged, model, watched)) == ["What?"]


def test_a_lost_engine_loses_no_word_that_was_said(watched: Watched):
    lost = EngineLostError("It is gone.", "So says the test.", "Go on.")
    model = OneWordModel({"When?": YES, "Who?": lost, "What?": YES})
    judged = [question(text, 0.5) for text in model.words]
    assert list(look(judged, model, watched)) == ["When?"]


def test_it_can_be_stopped(watched: Watched):
    model = OneWordModel({"When?": YES})
    watched.stop = lambda: True
    with pytest.raises(CancelledError):
        look([question("When?", 0.5)], model, watched)
