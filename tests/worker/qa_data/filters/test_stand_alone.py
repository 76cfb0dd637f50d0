import pytest

from tests.worker.qa_data.samples import JAPANESE, pair, passage
from worker.qa_data.filters.stand_alone import NEEDS_PASSAGE, needs_passage


@pytest.mark.parametrize(
    "question",
    [
        "What does the passage say about ferries?",
        "According to the text, who ran the ferry?",
        "What is described in this passage?",
        "What did the study find about ferries in Tamsel?",
        "What does the author think of bridges?",
        "Why did he keep a log of passengers?",
        "When did it stop running?",
        "Why was this a problem for Tamsel?",
        "What is its greatest weakness?",
        "In what year did they finish the bridge?",
        "Which three towns are mentioned?",
        "What is the main idea?",
        "What can be inferred about Aldo Brix?",
        "Why did the company close?",
        "How did that war end?",
        "What are the problems described above?",
        "When did recognition come in?",
        "In which year was the deforestation rule adopted?",
        "Who is saying that beef stands for more than food?",
    ],
)
def test_a_question_that_needs_its_passage_is_rejected(question: str):
    rejection = needs_passage(pair(question))
    assert rejection is not None
    assert rejection.filter == NEEDS_PASSAGE


@pytest.mark.parametrize(
    "question",
    [
        "What does the text of the 1867 treaty say about tolls?",
        "Why did the passage of the Harbour Act take years?",
        "What did the study by Ilse Brandt find about bees?",
        "Who was the author Chinua Achebe's first publisher?",
        "Why is it that ferries outlived bridges in Tamsel?",
        "How long does it take to dye cloth in Agano?",
        "Why did the company at Hexholm close its foundry?",
        "Why did the company leave Hexholm in the end?",
        "Who gave his name to the chain ferry at Tamsel?",
        "Why did the European Union take in Greece when it did?",
        "How does inflation change what people save?",
        "What lost its value in Germany in 1923?",
        "Why did Aldo Brix keep a log of his passengers?",
        "Why do mussels grow thin in fresh water?",
        "When was the phrase 'debt trap' first used?",
    ],
)
def test_a_question_that_names_what_it_is_about_stays(question: str):
    assert needs_passage(pair(question)) is None


@pytest.mark.parametrize(
    ("answer", "stays"),
    [
        ("The passage tells that it was Aldo Brix.", False),
        ("It was Aldo Brix, as mentioned above.", False),
        ("He was called Aldo Brix.", True),
        ("The report found that ferries were cheap.", True),
        ("They stopped in this year because of the passage of time.", True),
    ],
)
def test_an_answer_may_lean_on_its_question_but_not_on_the_passage(answer: str, stays: bool):
    question = "What did the report by Aldo Brix find?"
    assert (needs_passage(pair(question, answer)) is None) is stays


@pytest.mark.parametrize(
    ("question", "stays"),
    [
        ("この文章によると、石橋は誰が架けましたか？", False),
        ("筆者は石橋についてどう考えていますか？", False),
        ("彼はなぜ石を運んだのですか？", False),
        ("その橋はいつできましたか？", False),
        ("なぜこれは歩行者だけのものになりましたか？", False),
        ("霧谷の石橋を架けたのは誰ですか？", True),
        ("霧谷の村人とそれぞれの家は何を運びましたか？", True),
        ("洪水のあと、霧谷の村人はその橋をどうしましたか？", True),
        ("彼岸に霧谷の村人は何をしますか？", True),
    ],
)
def test_japanese_that_needs_its_passage_is_rejected(question: str, stays: bool):
    assert (needs_passage(pair(question, "石です。", of=passage(JAPANESE))) is None) is stays


def test_a_rejection_shows_the_words():
    rejection = needs_passage(pair("Why did the company close?"))
    assert rejection is not None
    assert "“the company”" in rejection.why
