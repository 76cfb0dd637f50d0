"""What a worker sends is checked against what was asked, before anything is made of it."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.worker.contract_samples import SAMPLES
from tests.worker.contract_samples.answer import ANSWER, ANSWER_RESULT, ANSWERING, FAILED_ANSWER
from tests.worker.contract_samples.dataset import DATASET, DATASET_RESULT, PAIR, REJECTED
from tests.worker.contract_samples.index import INDEX, REPORT, STORE_RESULT, STORING
from tests.worker.contract_samples.rank import RANK, RANK_RESULT, RANKING
from tests.worker.contract_samples.score import SCORE_RESULT, SCORING
from tests.worker.contract_samples.shared import RUN
from tests.worker.contract_samples.taste import TASTE, TASTE_RESULT
from worker.contract import (
    OVERVIEW_BLOB,
    Request,
    Result,
    Row,
    RowFailed,
    RowReady,
    Started,
    TextReady,
    Wire,
    heatmap_blob,
    json_ready,
    parse_result,
    read_event,
    refused_blob,
)
from worker.errors import ProtocolError
from worker.scoring.heatmap import COSINE, draw_heatmap

Change = Callable[[Any], None]


def changed(model: Wire, change: Change) -> dict[str, Any]:
    """A model as plain JSON types, after somebody has changed it."""
    plain: dict[str, Any] = model.model_dump(mode="json")
    change(plain)
    return plain


def told(request: Request, row: object) -> str:
    """What is said of a row that came as an event; nothing if it was taken."""
    event = read_event(request, json.dumps({"kind": "row", "row": row}))
    return str(event.problem) if isinstance(event, RowFailed) else ""


def setting(*path: str | int, to: object) -> Change:
    """A change of one value, found by its path."""

    def change(plain: Any) -> None:
        for step in path[:-1]:
            plain = plain[step]
        plain[path[-1]] = to

    return change


def twice(*path: str | int) -> Change:
    """A change that repeats the last entry of a list."""

    def change(plain: Any) -> None:
        for step in path:
            plain = plain[step]
        plain.append(plain[-1])

    return change


RANKINGS = {
    "another question": (setting("qid", to="9"), "question '9' was not asked"),
    "other words": (setting("question", to="Who pays?"), "in other words"),
    "too many passages": (lambda row: row["rows"].extend(row["rows"] * 5), "more than 5 passages"),
    "ranks from 0": (setting("rows", 0, "rank", to=0), "greater than or equal to 1"),
    "ranks from 2": (setting("rows", 0, "rank", to=2), "do not count from 1"),
    "the same twice": (twice("rows"), "do not count from 1"),
    "a matrix of another passage": (setting("matrix", "chunk_ids", 0, to="c7"), "other passages"),
    "a matrix without passages": (setting("matrix", "chunk_ids", to=[]), "other passages"),
    "cosines of too few views": (setting("matrix", "cosine", 0, to=[0.5]), "cosines are not 1 × 2"),
    "contrasts of too many": (twice("matrix", "contrast", 0), "contrasts are not 1 × 2"),
    "no contrasts": (setting("matrix", "contrast", to=[]), "contrasts are not 1 × 2"),
    "ragged rows": (twice("matrix", "cosine"), "cosines are not 1 × 2"),
    "an unknown view": (setting("matrix", "pov_ids", 0, to="P9"), "point of view that was not"),
    "a view twice": (setting("matrix", "pov_ids", 1, to="P1"), "point of view twice"),
    "an unknown touch": (setting("rows", 0, "top_povs", 0, "pov_id", to="P9"), "point of view"),
    "a place before the text": (setting("rows", 0, "start", to=-1), "greater than or equal to 0"),
    "a page of 400 digits": (setting("rows", 0, "page", to=10**400), ""),
    "a score that no cell holds": (setting("rows", 0, "sexy", to=1.7e308), "too large for a cell"),
    "a cosine that no cell holds": (setting("matrix", "cosine", 0, 0, to=-1e305), "too large"),
    "a row of another job": (lambda row: (row.clear(), row.update(json_ready(REPORT))), ""),
    "text for a number": (setting("rows", 0, "sexy", to="much"), "valid number"),
}


@pytest.mark.parametrize(("change", "why"), RANKINGS.values(), ids=RANKINGS.keys())
def test_a_ranking_that_was_not_asked_for_is_refused_and_named(change: Change, why: str) -> None:
    assert not told(RANK, RANKING.model_dump(mode="json"))
    row = changed(RANKING, change)

    for request in (RANK, ANSWERING):
        said = told(request, row)
        assert said
        assert why in said


ANSWERS = {
    "another question": (setting("qid", to="9"), "question '9' was not asked"),
    "other words": (setting("question", to="Who pays?"), "in other words"),
    "another mode": (setting("mode", to="rag"), "the mode rag was not asked for"),
    "too many contexts": (
        lambda row: row.update(citations=[row["citations"][0] | {"number": n} for n in (1, 2, 3)]),
        "too many contexts",
    ),
    "a context twice": (twice("citations"), "have one number"),
    "less than no tokens": (setting("tokens", to=-1), "greater than or equal to 0"),
    "seconds that no cell holds": (setting("seconds", "generate", to=1e308), "too large"),
}


@pytest.mark.parametrize(("change", "why"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_was_not_asked_for_is_refused_and_named(change: Change, why: str) -> None:
    assert not told(ANSWERING, ANSWER.model_dump(mode="json"))

    assert why in told(ANSWERING, changed(ANSWER, change))


def test_an_answer_that_is_none_of_those_asked_for_alone_is_refused() -> None:
    only = ANSWERING.model_copy(update={"only": ((ANSWER.qid, "no-rag"),)})
    assert ANSWER.mode == "sexy"
    assert "the mode sexy was not asked for" in str(told(only, ANSWER.model_dump(mode="json")))


PAIRS = {
    "no id": (PAIR, setting("pair_id", to=""), "has no id"),
    "no document": (PAIR, setting("doc", to=""), "no document"),
    "a reason to keep it": (PAIR, setting("reason", to="It is good."), "kept with a reason"),
    "no reason to leave it out": (REJECTED, setting("reason", to=""), "kept with a reason"),
    "no filter": (REJECTED, setting("filter", to=""), "no filter left c2-q1 out"),
    "too many negatives": (PAIR, twice("negatives"), "too many negatives"),
    "another part": (PAIR, setting("split", to="test"), "'train' or 'validation'"),
    "seconds that no cell holds": (PAIR, setting("seconds", to=1e308), "too large"),
}


@pytest.mark.parametrize(("row", "change", "why"), PAIRS.values(), ids=PAIRS.keys())
def test_a_pair_that_is_none_is_refused_and_named(row: Row, change: Change, why: str) -> None:
    assert not told(DATASET, row.model_dump(mode="json"))

    assert why in told(DATASET, changed(row, change))


@pytest.mark.parametrize(
    ("request_model", "row"),
    [
        (RANK, ANSWER),
        (RANK, REPORT),
        (INDEX, RANKING),
        (ANSWERING, REPORT),
        (SCORING, RANKING),
        (DATASET, REPORT),
        (TASTE, REPORT),
    ],
    ids=lambda value: getattr(value, "job", getattr(value, "kind", "")),
)
def test_a_row_of_another_job_is_refused(request_model: Request, row: Row) -> None:
    assert f"the kind '{row.kind}' were not asked for" in told(
        request_model, row.model_dump(mode="json")
    )


def test_the_text_and_the_stamp_of_another_run_are_refused() -> None:
    foreign = RUN.model_copy(update={"run_id": "run-2"})
    events = [
        TextReady(qid="9", mode="sexy", text="x"),
        TextReady(qid="1", mode="rag", text="x"),
        Started(run=foreign),
    ]

    for event in events:
        assert isinstance(read_event(ANSWERING, event.model_dump_json()), RowFailed)
    for event in (TextReady(qid="1", mode="sexy", text="x"), Started(run=RUN)):
        assert read_event(ANSWERING, event.model_dump_json()) == event


def test_a_refused_row_of_a_result_leaves_the_others_there() -> None:
    other = RANKING.model_copy(update={"qid": "2", "question": "Why?"})
    unknown = RANKING.model_copy(update={"qid": "9"})
    sent = RANK_RESULT.model_copy(update={"questions": (unknown, RANKING, other, RANKING)})

    result = parse_result(RANK, sent.model_dump_json())

    assert [question.qid for question in result.questions] == ["1", "2"]
    said = [str(problem) for problem in result.problems[1:]]
    assert "'9' was not asked" in said[0]
    assert "stands there twice" in said[1]


def test_both_kinds_of_rows_of_an_answer_run_are_looked_at() -> None:
    sent = ANSWER_RESULT.model_copy(
        update={"answers": (ANSWER.model_copy(update={"qid": "9"}), FAILED_ANSWER)}
    )

    result = parse_result(ANSWERING, sent.model_dump_json())

    assert result.questions == (RANKING,)
    assert result.answers == (FAILED_ANSWER,)


RESULTS = {
    "too few scores": (SCORING, SCORE_RESULT, {"scores": (0.5,)}, "not 2 scores"),
    "scores of nothing": (SCORING, SCORE_RESULT, {"cosine": ((0.5,),)}, "cosines are not 2 × 1"),
    "half a contrast": (SCORING, SCORE_RESULT, {"contrast": ((0.5,),)}, "contrasts are not 2 × 1"),
    "a huge score": (SCORING, SCORE_RESULT, {"scores": (1e307, 0.0)}, "too large for a cell"),
    "more than was sent": (STORING, STORE_RESULT, {"embedded": 99}, "more was embedded"),
    "more pairs": (
        DATASET.model_copy(update={"limit": 1, "questions": 2}),
        DATASET_RESULT,
        {},
        "more than 2 pairs",
    ),
    "another taste": (TASTE, TASTE_RESULT, {"model": "taste:x"}, "'taste:x' was not asked for"),
    "a point of view nobody named": (
        TASTE,
        TASTE_RESULT,
        {"learnt": ({"pov_id": "P9", "passages": 1, "documents": 1},)},
        "names a point of view",
    ),
    "more labels than marks": (
        TASTE,
        TASTE_RESULT,
        {"learnt": ({"pov_id": "P01", "passages": 3, "documents": 1},)},
        "learnt from more than was marked",
    ),
    "a file nobody sent": (STORING, STORE_RESULT, {"unseen": {"x.txt": 1}}, "was not sent"),
}


@pytest.mark.parametrize(
    ("request_model", "result", "entries", "why"), RESULTS.values(), ids=RESULTS.keys()
)
def test_a_result_of_another_size_is_refused_and_named(
    request_model: Request, result: Result, entries: dict[str, object], why: str
) -> None:
    payload = json.dumps({**result.model_dump(mode="json"), **entries})

    with pytest.raises(ProtocolError, match=why):
        parse_result(request_model, payload)


def png(width: int = 2, height: int = 2, *more: tuple[bytes, bytes]) -> bytes:
    """A small image, or what poses as one."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *more, (b"IDAT", zlib.compress(b"\0" * 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


PICTURES = {
    "nothing": b"",
    "text": b"no picture",
    "another format": b"GIF89a" + bytes(60),
    "a signature alone": png()[:8],
    "half a picture": png()[:-20],
    "without its end": png()[:-12],
    "a changed byte": png().replace(b"\x08", b"\x09", 1),
    "a tail": png() + b"<script>",
    "no width": png(0, 2),
    "no height": png(2, 0),
    "too high": png(1, 2**31),
    "too many pixels": png(60_000, 60_000),
    "pixels like needles": png(2, 2, (b"pHYs", struct.pack(">IIB", 4_000_000_000, 1, 1))),
    "a length beyond the end": png()[:8] + b"\xff\xff\xff\xff" + png()[12:],
}


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES.keys())
def test_what_is_no_picture_for_a_sheet_is_refused(data: bytes) -> None:
    assert refused_blob(RANK, heatmap_blob("1"), png()) is None
    refused = refused_blob(RANK, heatmap_blob("1"), data)

    assert refused is not None
    assert "heatmap:1" in str(refused.problem)


def test_our_own_pictures_are_taken_however_long() -> None:
    rows, povs = 500, 3
    drawn = draw_heatmap(
        np.zeros((rows, povs)), ["r"] * rows, ["P"] * povs, title="t", palette=COSINE
    )

    assert refused_blob(ANSWERING, heatmap_blob("2"), drawn) is None
    assert refused_blob(ANSWERING, OVERVIEW_BLOB, drawn) is None


@pytest.mark.parametrize("name", ["heatmap:9", "heatmap:", "result2", "../x", "x" * 10**6])
def test_a_picture_that_nobody_asked_for_is_refused(name: str) -> None:
    refused = refused_blob(RANK, name, png())

    assert refused is not None
    assert len(str(refused.problem)) < 500


def test_whatever_is_asked_for_and_given_is_taken() -> None:
    for request, result in SAMPLES.values():
        parse_result(request, result.model_dump_json())
    for row in (RANKING, ANSWER, FAILED_ANSWER):
        event = RowReady(row=row)
        assert read_event(ANSWERING, event.model_dump_json()) == event
