"""Data sets as they are made: selected, split, written, filtered, told of row by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worker.pipeline.conftest import KilledError, Watched, index, timeless
from tests.worker.qa_documents import TOWNS, passage, write_towns
from worker.contract import DatasetRequest, IndexRequest, QaPair
from worker.errors import CancelledError, EngineError, EngineLostError, InputError, SettingError
from worker.inference.base import Prompt
from worker.inference.scripted_model import ScriptedModel, asking
from worker.pipeline.dataset import PILOT, make_dataset
from worker.qa_data.targets import choose_target

LLM = "scripted:asking"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return write_towns(tmp_path / "documents")


@pytest.fixture
def asked(index_request: IndexRequest, watched: Watched) -> DatasetRequest:
    """A request on the indexed towns."""
    index(index_request, watched.context)
    watched.events.clear()
    return DatasetRequest(
        run_id="dataset-run",
        collection=index_request.collection,
        embedder=index_request.embedder,
        store=index_request.store,
        llm=LLM,
    )


Script = Callable[[Prompt], Iterator[object]]


@pytest.fixture
def saying(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Callable[[Script], list[Prompt]]:
    """Let the model follow another script; return the prompts that it is given."""

    def follow(script: Script) -> list[Prompt]:
        prompts: list[Prompt] = []

        def remember(prompt: Prompt) -> Iterator[object]:
            prompts.append(prompt)
            return script(prompt)

        model = ScriptedModel(remember, name=LLM, streams=1)
        monkeypatch.setattr(watched.runtime, "language_model", lambda name: model)
        return prompts

    return follow


def changed(request: DatasetRequest, **fields: object) -> DatasetRequest:
    return request.model_copy(update=fields)


def is_question(prompt: Prompt) -> bool:
    """Whether a question is asked for, and no answer."""
    return "Question: " not in prompt.text


def test_each_passage_gets_a_question_and_its_answer(asked: DatasetRequest, watched: Watched):
    result = make_dataset(asked, watched.context)
    assert len(result.pairs) == TOWNS
    assert all(pair.kept and pair.question and pair.answer for pair in result.pairs)
    assert {pair.passage for pair in result.pairs} == {passage(number) for number in range(TOWNS)}
    assert watched.kinds().count("row") == TOWNS


def test_the_split_is_by_document_and_the_audit_clean(asked: DatasetRequest, watched: Watched):
    result = make_dataset(changed(asked, validation_share=0.25), watched.context)
    parts = {
        split: {pair.doc for pair in result.pairs if pair.split == split}
        for split in ("train", "validation")
    }
    assert len(parts["validation"]) == TOWNS // 4
    assert not parts["train"] & parts["validation"]
    assert result.leaks == ()
    assert any("audit" in remark and "clean" in remark for remark in result.remarks)


def test_the_same_seed_gives_the_same_set_and_another_one_another_split(
    asked: DatasetRequest, watched: Watched
):
    first, again, other = (
        make_dataset(changed(asked, seed=seed), Watched(watched.runtime).context)
        for seed in (1, 1, 2)
    )
    assert timeless(first) == timeless(again)
    assert {pair.doc for pair in first.pairs if pair.split == "validation"} != {
        pair.doc for pair in other.pairs if pair.split == "validation"
    }


def test_a_limit_takes_the_first_of_the_same_passages(asked: DatasetRequest, watched: Watched):
    few = make_dataset(changed(asked, limit=5), Watched(watched.runtime).context).pairs
    all_of_them = make_dataset(asked, watched.context).pairs
    assert len(few) == 5
    assert {pair.pair_id for pair in few} < {pair.pair_id for pair in all_of_them}


def test_the_answer_is_asked_for_right_after_its_question_and_both_begin_with_the_passage(
    asked: DatasetRequest, watched: Watched, saying
):
    prompts = saying(asking)
    make_dataset(changed(asked, limit=3), watched.context)
    assert [is_question(prompt) for prompt in prompts] == [True, False] * 3
    for question, answer in zip(prompts[::2], prompts[1::2], strict=True):
        text = next(passage(n) for n in range(TOWNS) if passage(n) in question.text)
        beginning = question.text[: question.text.index(text) + len(text)]
        assert answer.text.startswith(beginning)


def test_each_question_is_asked_for_words_of_its_passage(
    asked: DatasetRequest, watched: Watched, saying
):
    prompts = saying(asking)
    result = make_dataset(changed(asked, limit=5), watched.context)
    wanted = [prompt.text for prompt in prompts if is_question(prompt)]
    assert all("whose answer is: " in text for text in wanted)
    assert len(result.pairs) == 5


def test_an_answer_that_is_not_what_was_asked_for_is_left_out(
    asked: DatasetRequest, watched: Watched, saying
):
    other = "Half of those who lived there moved away, and the rest began to teach children."
    saying(lambda prompt: asking(prompt) if is_question(prompt) else iter([other]))
    result = make_dataset(changed(asked, limit=4), watched.context)
    assert {pair.filter for pair in result.pairs} == {"off target"}
    assert all("which was asked for" in pair.reason for pair in result.pairs)


@pytest.mark.usefixtures("one_target")
def test_a_second_question_of_a_passage_is_told_the_first(
    asked: DatasetRequest, watched: Watched, saying
):
    prompts = saying(asking)
    result = make_dataset(changed(asked, limit=2, questions=2), watched.context)
    assert len({pair.pair_id for pair in result.pairs}) == 4
    firsts = [pair.question for pair in result.pairs if pair.pair_id.endswith("q1")]
    told = [
        prompt.text for prompt in prompts if is_question(prompt) and "other than" in prompt.text
    ]
    assert all(any(f"- {first}" in text for text in told) for first in firsts)
    assert {pair.filter for pair in result.pairs if pair.pair_id.endswith("q2")} == {"duplicate"}


def test_a_question_that_is_rejected_is_not_answered(
    asked: DatasetRequest, watched: Watched, saying
):
    prompts = saying(lambda prompt: iter(["What does the passage say?"]))
    result = make_dataset(changed(asked, limit=3), watched.context)
    assert all(map(is_question, prompts))
    assert {pair.filter for pair in result.pairs} == {"needs the passage"}
    assert all(pair.reason and not pair.answer for pair in result.pairs)


def test_negatives_are_passages_of_the_same_part_and_not_its_own(
    asked: DatasetRequest, watched: Watched
):
    result = make_dataset(asked, watched.context)
    parts = {pair.passage: pair.split for pair in result.pairs}
    assert all(pair.negatives for pair in result.pairs if pair.split == "train")
    for pair in result.pairs:
        assert pair.passage not in pair.negatives
        assert {parts[text] for text in pair.negatives} <= {pair.split}


def test_a_grade_of_the_model_has_the_last_word(asked: DatasetRequest, watched: Watched, saying):
    def strict(prompt: Prompt) -> Iterator[object]:
        return iter(["3"]) if "Grade" in prompt.text else asking(prompt)

    saying(strict)
    result = make_dataset(changed(asked, limit=4, grade=True), watched.context)
    assert {pair.filter for pair in result.pairs} == {"grade"}


def test_words_choose_passages(asked: DatasetRequest, watched: Watched):
    chosen = changed(asked, words=("lighthouse", "clockmaker"), whole_words=False)
    result = make_dataset(chosen, watched.context)
    assert {pair.doc for pair in result.pairs} == {"harwick.txt", "tollen.txt"}


def test_passages_that_do_not_fit_are_counted_in_the_error(asked: DatasetRequest, watched: Watched):
    with pytest.raises(InputError) as refused:
        make_dataset(changed(asked, more_than=1000), watched.context)
    assert f"None of the {TOWNS} passages" in refused.value.what
    assert "'QA more than'" in refused.value.next_step
    assert watched.kinds() == []


def test_one_document_cannot_be_split_but_can_be_trained_on(
    asked: DatasetRequest,
    watched: Watched,
    index_request: IndexRequest,
    tmp_path: Path,
):
    folder = write_towns(tmp_path / "one", 1)
    alone = index_request.model_copy(update={"folder": str(folder), "collection": "one"})
    index(alone, Watched(watched.runtime).context)
    request = changed(asked, collection="one")
    with pytest.raises(InputError, match="training and validation"):
        make_dataset(request, watched.context)
    result = make_dataset(changed(request, validation_share=0.0), watched.context)
    assert [pair.split for pair in result.pairs] == ["train"]
    assert any("no pair for validation" in remark for remark in result.remarks)


def test_a_second_index_is_the_validation_part(
    asked: DatasetRequest, watched: Watched, index_request: IndexRequest, tmp_path: Path
):
    folder = write_towns(tmp_path / "other", 3)
    other = index_request.model_copy(update={"folder": str(folder), "collection": "other"})
    index(other, Watched(watched.runtime).context)
    result = make_dataset(changed(asked, validation_collection="other"), watched.context)
    validation = {pair.doc for pair in result.pairs if pair.split == "validation"}
    assert validation == {"harwick.txt", "tollen.txt", "brask.txt"}
    assert len(result.pairs) == TOWNS, "what stands in both is used once"
    assert any("in both indexes" in remark for remark in result.remarks)


def test_text_that_both_parts_have_is_left_out_of_validation(
    asked: DatasetRequest, watched: Watched, index_request: IndexRequest, documents: Path
):
    (documents / "copy.txt").write_text(passage(0) + " And more.", encoding="utf-8")
    index(index_request, Watched(watched.runtime).context)
    for seed in range(40):
        context = Watched(watched.runtime).context
        result = make_dataset(changed(asked, seed=seed, validation_share=0.5), context)
        if len(result.pairs) < TOWNS + 1:
            assert any("repeat text" in remark for remark in result.remarks)
            assert result.leaks == ()
            return
    pytest.fail("no seed put the copy and its original on different sides")


GARBAGE = {
    "nothing": "",
    "white space": " \n\t ",
    "garbage": "�# 12 ## <|x|> ;;; }",
    "another language": "¿Cuáles fueron las razones por las que la ciudad fue fundada aquí?",
    "Japanese": "この町はなぜ灯台のそばに作られたのですか。",
    "running on": "and then the town was great and " * 60,
}


@pytest.mark.parametrize("said", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_question_is_left_out_with_the_reason_and_nothing_is_lost(
    asked: DatasetRequest, watched: Watched, saying, said: str
):
    saying(lambda prompt: iter([said]))
    result = make_dataset(changed(asked, limit=4), watched.context)
    assert len(result.pairs) == 4
    assert all(pair.reason and not pair.kept for pair in result.pairs)
    assert any(
        f"No pair was kept of 4: {pair.filter} 4" in r
        for r in result.remarks
        for pair in result.pairs
    )


@pytest.mark.parametrize("said", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_answer_is_left_out_with_the_reason(
    asked: DatasetRequest, watched: Watched, saying, said: str
):
    saying(lambda prompt: asking(prompt) if is_question(prompt) else iter([said]))
    result = make_dataset(changed(asked, limit=4), watched.context)
    assert {pair.filter for pair in result.pairs} == {"form"}


def test_a_model_whose_first_pairs_are_bad_is_refused_before_the_long_run(
    asked: DatasetRequest, watched: Watched, saying
):
    prompts = saying(lambda prompt: iter(["What does the passage say?"]))
    smallest = changed(asked, llm="gguf:smollm2")
    with pytest.raises(SettingError) as refused:
        make_dataset(smallest, watched.context)
    assert len(prompts) == PILOT == watched.kinds().count("row")
    assert "0 can be kept" in refused.value.what
    assert f"needs the passage {PILOT}" in refused.value.why
    assert "gguf:qwen-1.5b" in refused.value.next_step
    again = watched.next_try()
    with pytest.raises(SettingError):
        make_dataset(smallest, again.context)
    assert again.kinds().count("row") == 0, "nothing is made a second time"


def test_a_third_of_the_first_pairs_is_enough(asked: DatasetRequest, watched: Watched, saying):
    made: list[Prompt] = []

    def middling(prompt: Prompt) -> Iterator[object]:
        made.append(prompt)
        questions = sum(map(is_question, made))
        return asking(prompt) if questions <= PILOT // 3 else iter(["What?"])

    saying(middling)
    result = make_dataset(asked, watched.context)
    assert sum(pair.kept for pair in result.pairs) == PILOT // 3
    assert len(result.pairs) == TOWNS


def test_a_prompt_that_fails_is_named_in_its_row_and_the_others_go_on(
    asked: DatasetRequest, watched: Watched, saying
):
    def failing(prompt: Prompt) -> Iterator[object]:
        return (
            iter([EngineError("It failed.", "No reason.", "Go on.")])
            if passage(0) in (prompt.text)
            else asking(prompt)
        )

    saying(failing)
    result = make_dataset(asked, watched.context)
    (failed,) = [pair for pair in result.pairs if pair.has_failed]
    assert (failed.doc, failed.filter, failed.kept) == ("harwick.txt", "failed", False)
    assert [problem.what for problem in result.problems] == ["It failed."]
    assert sum(pair.kept for pair in result.pairs) == TOWNS - 1


def test_an_engine_that_is_gone_ends_the_run_and_its_rows_stay(
    asked: DatasetRequest, watched: Watched, saying, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.pipeline.completing._PAUSES", (0,))
    monkeypatch.setattr("worker.pipeline.completing._FIRST_PAUSES", (0,))

    def dying(prompt: Prompt) -> Iterator[object]:
        if watched.kinds().count("row") >= 3:
            raise EngineLostError("It is gone.", "Killed.", "Start it.")
        return asking(prompt)

    saying(dying)
    with pytest.raises(EngineLostError):
        make_dataset(asked, watched.context)
    assert watched.kinds().count("row") == 3


@pytest.mark.parametrize(
    ("how", "error"), [("kill", KilledError), ("stop", CancelledError)], ids=["killed", "stopped"]
)
@pytest.mark.parametrize("rows", [1, 7, TOWNS - 1])
def test_a_run_that_ended_early_goes_on_after_its_last_row(
    asked: DatasetRequest, watched: Watched, saying, how: str, error: type, rows: int
):
    whole = make_dataset(asked, Watched(watched.runtime).context)
    prompts = saying(asking)
    watched.end_after(how, rows)
    with pytest.raises(error):
        make_dataset(asked, watched.context)
    again = watched.next_try()
    result = make_dataset(asked, again.context)
    assert timeless(result) == timeless(whole)
    told = [e.row.pair_id for each in (watched, again) for e in each.events if e.kind == "row"]
    assert len(told) == len(set(told)) == TOWNS, "no pair twice, none missing"
    assert sum(map(is_question, prompts)) <= TOWNS + 1, "what is stored is not asked for again"


@pytest.fixture
def one_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same is asked of a passage each time, so that its second question is the first again."""
    monkeypatch.setattr(
        "worker.pipeline.dataset.choose_target",
        lambda text, _kind, _number: choose_target(text, "fact", 1),
    )


@pytest.mark.usefixtures("one_target")
def test_what_is_kept_is_compared_with_what_an_earlier_try_has_kept(
    asked: DatasetRequest, watched: Watched, saying
):
    """The second question is a duplicate, on whichever try."""
    saying(asking)
    watched.end_after("kill", 1)
    with pytest.raises(KilledError):
        make_dataset(changed(asked, limit=1, questions=2), watched.context)
    result = make_dataset(changed(asked, limit=1, questions=2), watched.next_try().context)
    assert [pair.filter for pair in result.pairs] == ["", "duplicate"]


ODD = 'Ada said: "Bring {question} & 50 % —\n\n=SUM(A1) 🚢"'


def test_quotes_newlines_braces_and_emoji_go_through_unharmed(
    asked: DatasetRequest, watched: Watched, index_request: IndexRequest, documents: Path
):
    odd = passage(0).replace("Harwick", "Port Ada") + f" {ODD}"
    (documents / "harwick.txt").write_text(odd, encoding="utf-8")
    index(index_request, Watched(watched.runtime).context)
    result = make_dataset(asked, watched.context)
    (pair,) = [pair for pair in result.pairs if pair.doc == "harwick.txt"]
    assert pair.passage == odd
    assert pair.kept, pair.reason
    assert QaPair.model_validate_json(pair.model_dump_json()) == pair
    assert json.loads(result.model_dump_json())


JAPANESE = (
    "港町波江は一八七一年に森江田によって灯台のそばに作られました。二世紀のあいだ、波江の船大工は遠くの海岸まで船を売り、"
    "町の評議会は冬でも荷車が通れるように道の費用を払いました。森江田は灯台を町に残し、誰からも通行料を取らないことを条件としました。"
    "鉄道が来ると船大工の半分は町を去り、残った者は子どもたちに技を教え始めました。灯台は今も夜ごとに沖の船を導いています。"
    "毎年八月には船大工の祭りが開かれ、古い船が港に並びます。祭りの夜には灯台のまわりに千の提灯がともされます。"
    "波江の学校では今でも木の船の模型を作る授業があり、卒業する生徒はその船を港に浮かべます。"
)
QUESTION_JA = "港町波江を灯台のそばに作ったのは誰ですか？"
ANSWER_JA = "一八七一年に森江田が波江を作りました。"


def test_japanese_passages_are_asked_about_in_japanese(
    asked: DatasetRequest, watched: Watched, index_request: IndexRequest, documents: Path, saying
):
    (documents / "namie.txt").write_text(JAPANESE, encoding="utf-8")
    index(index_request, Watched(watched.runtime).context)

    def both(prompt: Prompt) -> Iterator[object]:
        if "波江" not in prompt.text:
            return asking(prompt)
        is_answer = "問い: " in prompt.text
        return iter([ANSWER_JA if is_answer else QUESTION_JA])

    prompts = saying(both)
    result = make_dataset(changed(asked, fewer_than=2000, more_than=200), watched.context)
    (pair,) = [pair for pair in result.pairs if pair.doc == "namie.txt"]
    assert (pair.question, pair.answer) == (QUESTION_JA, ANSWER_JA), pair.reason
    assert pair.kept, pair.reason
    assert any("日本語" in prompt.text for prompt in prompts)


def test_a_model_without_a_chat_layout_is_asked_in_that_of_the_original(
    asked: DatasetRequest, watched: Watched, saying, monkeypatch: pytest.MonkeyPatch
):
    prompts = saying(asking)
    monkeypatch.setattr(watched.runtime.language_model(LLM), "has_chat_layout", False)
    make_dataset(changed(asked, limit=1), watched.context)
    assert {prompt.form for prompt in prompts} == {"completion"}
    assert prompts[0].text.endswith("### Response:\n")


def test_a_long_run_is_estimated_once_after_the_pilot(
    asked: DatasetRequest, watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.pipeline.dataset._LONG", 0.0)
    make_dataset(asked, watched.context)
    said = [e.estimate for e in watched.events if e.kind == "progress" and e.estimate]
    assert len(said) == 1
    assert said[0].startswith(f"{TOWNS - PILOT} more pairs, about ")


def test_a_short_run_is_not(asked: DatasetRequest, watched: Watched):
    make_dataset(asked, watched.context)
    assert not any(e.estimate for e in watched.events if e.kind == "progress")
