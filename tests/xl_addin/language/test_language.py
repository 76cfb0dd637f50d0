import pytest

from xl_addin.language.language import ENGLISH, Language

SOME = Language(
    "ja",
    {
        "There is no {} in use in {}.": "{1} に、使用中の{0}がありません。",
        "All rows are empty, or have Use = no.": "すべての行が空か、Use = no です。",
        "There is no job '{}'.": "ジョブ「{}」はありません。",
        "question": "質問",
        "Embedding": "埋め込み中",
        "Delete it, {}": "削除してから、{}",
        "then index again.": "もう一度インデックスを作成してください。",
        "{} of {}": "{1} のうち {0}",
        "Wait. Then try {}.": "待ってから、{}を試してください。",
        "a PDF": "PDF",
        "Note: {}": "注意: {}",
        "{} answers": "回答 {} 件",
        "{} questions": "質問 {} 件",
        "a picture (PNG)": "画像 (PNG)",
    },
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("All rows are empty, or have Use = no.", "すべての行が空か、Use = no です。"),
        ("There is no question in use in B.xlsx.", "B.xlsx に、使用中の質問がありません。"),
        ("Delete it, then index again.", "削除してから、もう一度インデックスを作成してください。"),
        ("Embedding: notes.txt", "埋め込み中: notes.txt"),
        ("a PDF, a picture (PNG)", "PDF、画像 (PNG)"),
        ("  All rows are empty, or have Use = no.", "  すべての行が空か、Use = no です。"),
        ("Wait. Then try again.", "待ってから、againを試してください。"),
        ("Note: Wait. Then try again.", "注意: 待ってから、againを試してください。"),
        ("2 questions, 3 answers: 5 answers.", "質問 2 件、回答 3 件: 回答 5 件。"),
    ],
)
def test_a_finished_text_is_said_with_its_holes_filled(text, said):
    assert SOME.say(text) == said


def test_sentences_and_lines_are_said_one_by_one():
    first, second = (
        "There is no question in use in B.xlsx.",
        "All rows are empty, or have Use = no.",
    )
    said = "B.xlsx に、使用中の質問がありません。"
    assert SOME.say(f"{first} {second}") == f"{said}すべての行が空か、Use = no です。"
    assert SOME.say(f"{first}\nSo says llama.cpp.") == f"{said}\nSo says llama.cpp."


def test_a_name_in_quotes_stays_as_it_is():
    assert SOME.say("There is no job 'question'.") == "ジョブ「question」はありません。"


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "Nobody knows this. Or {that}.", "3 of 4", "日本語"]
)
def test_what_is_unknown_stays_as_it_is(text):
    assert SOME.say(text) == text


def test_english_says_every_text_as_it_stands():
    assert ENGLISH.say("There is no {} in use.") == "There is no {} in use."
