"""What travels as JSON: nothing is lost, nothing unknown gets in, nothing heavy is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic import ValidationError

from tests.conftest import REPOSITORY
from tests.worker.contract_samples import ROWS, SAMPLES
from tests.worker.contract_samples.answer import ANSWER, ANSWERING, FAILED_ANSWER
from tests.worker.contract_samples.index import INDEX, OPENING, REPORT, STORING
from tests.worker.contract_samples.rank import CHUNK, RANK, RANK_RESULT, RANKING
from tests.worker.contract_samples.score import SCORING
from tests.worker.contract_samples.shared import PROBLEM, RUN
from worker.contract import (
    KINDS,
    PROTOCOL_VERSION,
    AnswerResult,
    IndexPart,
    IndexResult,
    PointOfView,
    PovMatrix,
    PovTouch,
    Progress,
    RankResult,
    Request,
    Result,
    Row,
    RowFailed,
    RowReady,
    RunRequest,
    RunResult,
    Started,
    TextReady,
    Wire,
    heatmap_blob,
    json_ready,
    kind_of,
    parse_event,
    parse_request,
    parse_result,
)
from worker.contract.base import CollectionRequest
from worker.errors import ProtocolError, SettingError

EACH_JOB = pytest.mark.parametrize(
    ("request_model", "result"), SAMPLES.values(), ids=SAMPLES.keys()
)

EVENTS = {
    "started": Started(run=RUN),
    "progress": Progress(stage="Indexing", done=1, of=2, message="a.txt"),
    **{f"row: {row.kind} {row.key}": RowReady(row=row) for row in ROWS},
    "text": TextReady(qid="1", mode="rag", text=" 雨"),
    "problem": RowFailed(problem=PROBLEM),
}


def _changed(model: Wire, **entries: object) -> str:
    return json.dumps({**json_ready(model), **entries})


def test_every_kind_of_job_is_tried_here() -> None:
    assert SAMPLES.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        request, result = SAMPLES[name]
        assert (type(request), type(result)) == (kind.request, kind.result)
        assert kind_of(request) is kind


@EACH_JOB
def test_a_request_survives_json_unchanged(request_model: Request, result: Result) -> None:
    assert parse_request(request_model.model_dump_json()) == request_model


@EACH_JOB
def test_a_result_survives_json_unchanged(request_model: Request, result: Result) -> None:
    assert parse_result(request_model, result.model_dump_json().encode()) == result


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_an_event_survives_json_unchanged(event: Wire) -> None:
    back = parse_event(event.model_dump_json())

    assert type(back) is type(event)
    assert back == event


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind} {row.key}")
def test_a_row_comes_back_as_its_own_kind(row: Row) -> None:
    back = RowReady.model_validate_json(RowReady(row=row).model_dump_json())

    assert type(back.row) is type(row)


def test_rows_of_all_kinds_have_names_and_keys_of_their_own() -> None:
    kinds = {row for kind in KINDS.values() for row in kind.rows}

    assert len({row.model_fields["kind"].default for row in kinds}) == len(kinds)
    assert all(row.identity for row in kinds)
    assert (REPORT.key, RANKING.key, ANSWER.key) == (("日本/雨.txt",), ("1",), ("1", "sexy"))


def test_a_failed_row_says_so() -> None:
    assert FAILED_ANSWER.has_failed
    assert REPORT.model_copy(update={"status": "failed"}).has_failed
    assert not any(row.has_failed for row in (REPORT, RANKING, ANSWER))


def test_every_type_that_travels_is_tried_here() -> None:
    tried: set[type] = set()

    def collect(value: object) -> None:
        if isinstance(value, Wire):
            tried.add(type(value))
            for name in type(value).model_fields:
                collect(getattr(value, name))
        elif isinstance(value, tuple):
            for item in value:
                collect(item)

    for model in (*sum(SAMPLES.values(), ()), *EVENTS.values()):
        collect(model)

    bases = {Row, Request, RunRequest, CollectionRequest, IndexPart, Result, RunResult}
    assert {kind.__name__ for kind in _heirs(Wire) - bases} == {kind.__name__ for kind in tried}


def _heirs(kind: type[Wire]) -> set[type[Wire]]:
    """All classes of the contract that inherit from one."""
    own = {heir for heir in kind.__subclasses__() if heir.__module__.startswith("worker.contract.")}
    return own.union(*(_heirs(heir) for heir in own))


MODEL_FIELDS = [
    (OPENING, "embedder"),
    (STORING, "embedder"),
    (INDEX, "embedder"),
    (RANK, "embedder"),
    (RANK, "scoring_embedder"),
    (RANK, "reranker"),
    (ANSWERING, "llm"),
    (SCORING, "embedder"),
]


@pytest.mark.parametrize(
    ("request_model", "field"), MODEL_FIELDS, ids=lambda value: getattr(value, "job", value)
)
def test_a_request_names_each_of_its_models(request_model: Request, field: str) -> None:
    wants = request_model.model_copy(update={field: "st:somebody/model"})

    assert "st:somebody/model" in wants.models()


@pytest.mark.parametrize("field", ["embedder", "scoring_embedder", "reranker"])
def test_an_answer_needs_the_models_of_its_ranking_too(field: str) -> None:
    ranking = RANK.model_copy(update={field: "st:somebody/model"})

    assert "st:somebody/model" in ANSWERING.model_copy(update={"ranking": ranking}).models()


def test_no_field_that_names_a_model_is_forgotten() -> None:
    named = {
        (kind.name, field)
        for kind in KINDS.values()
        for field in kind.request.model_fields
        if field.endswith(("embedder", "reranker", "llm", "model"))
    }

    for job, field in named:
        request = SAMPLES[job][0].model_copy(update={field: "st:somebody/model"})
        assert "st:somebody/model" in request.models(), (job, field)


def test_a_run_that_ended_early_gives_what_its_rows_say() -> None:
    rows = [RANKING, ANSWER]

    assert AnswerResult.so_far(RUN, rows) == AnswerResult(
        run=RUN, questions=(RANKING,), answers=(ANSWER,)
    )
    assert RankResult.so_far(RUN, rows) == RankResult(run=RUN, questions=(RANKING,))
    assert IndexResult.so_far(RUN, [REPORT]) == IndexResult(
        run=RUN, sources=(REPORT,), chunks=2, embedded=2
    )


def test_a_program_reads_plain_json_types() -> None:
    plain = json_ready(RANK_RESULT)

    assert json.loads(json.dumps(plain)) == plain
    assert plain["questions"][0]["matrix"]["cosine"] == [[0.5, 0.25]]
    assert plain["questions"][0]["rows"][0]["page"] is None


@EACH_JOB
def test_a_field_that_is_not_known_is_refused(request_model: Request, result: Result) -> None:
    with pytest.raises(ProtocolError, match="surprise"):
        parse_request(_changed(request_model, surprise=1))
    with pytest.raises(ProtocolError, match="surprise"):
        parse_result(request_model, _changed(result, surprise=1))


def test_a_field_that_is_not_known_is_refused_inside_too() -> None:
    question = {"qid": "1", "text": "Who?", "surprise": 1}

    with pytest.raises(ProtocolError, match="surprise"):
        parse_request(_changed(RANK, questions=[question]))


def test_the_result_of_another_job_or_run_is_refused() -> None:
    with pytest.raises(ProtocolError, match="none that BONSAI knows"):
        parse_result(INDEX, RANK_RESULT.model_dump_json())
    with pytest.raises(ProtocolError, match="run-1, and run-2 was asked for"):
        parse_result(RANK.model_copy(update={"run_id": "run-2"}), RANK_RESULT.model_dump_json())


def test_another_version_is_refused_before_its_fields_are_looked_at() -> None:
    with pytest.raises(ProtocolError, match=f"version 99. This side speaks .* {PROTOCOL_VERSION}"):
        parse_request(_changed(INDEX, protocol=99, surprise=1, folder=7))


@pytest.mark.parametrize("job", ["teach", "os.system", "worker.jobs.run_job", "Index", ""])
def test_a_job_that_is_not_known_is_refused(job: str) -> None:
    with pytest.raises(ProtocolError, match=f"There is no job '{job}'"):
        parse_request(_changed(INDEX, job=job))


def test_a_request_without_a_job_is_refused() -> None:
    payload = json_ready(INDEX)
    del payload["job"]

    with pytest.raises(ProtocolError, match="job"):
        parse_request(json.dumps(payload))


@pytest.mark.parametrize(
    "payload", ["", "no json", "[]", "{}", "null", '"index"', b"\x80\x04\x95pickle"]
)
def test_what_is_no_request_at_all_is_refused(payload: str | bytes) -> None:
    with pytest.raises(ProtocolError, match="none that BONSAI knows"):
        parse_request(payload)


@pytest.mark.parametrize("row", [{"kind": "verdict", "qid": "1"}, {"qid": "1"}, {}, "row"])
def test_a_row_of_no_known_kind_is_refused(row: object) -> None:
    with pytest.raises(ProtocolError, match="a kind that is not known here"):
        parse_event(json.dumps({"kind": "row", "row": row}))


@pytest.mark.parametrize("kind", ["finished", "", None])
def test_an_event_that_is_not_known_is_refused(kind: object) -> None:
    with pytest.raises(ProtocolError, match="not known here"):
        parse_event(_changed(EVENTS["progress"], kind=kind))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    payload = RANK.model_dump_json().replace('"weight":-0.5', f'"weight":{number}')
    assert number in payload

    with pytest.raises(ProtocolError, match="finite number"):
        parse_request(payload)


@pytest.mark.parametrize("number", [float("nan"), float("inf")], ids=["nan", "infinity"])
@pytest.mark.parametrize(
    ("kind", "good"),
    [(PovTouch, CHUNK.top_povs[0]), (PointOfView, RANK.povs[0]), (PovMatrix, RANKING.matrix)],
    ids=["touch", "weight", "matrix"],
)
def test_a_score_that_is_no_number_never_leaves_the_worker(
    kind: type[Wire], good: Wire, number: float
) -> None:
    bad = {"weight": number} if kind is PointOfView else {"cosine": number}
    if kind is PovMatrix:
        bad = {"cosine": ((number, 0.25),)}

    with pytest.raises(ValidationError, match="finite number"):
        kind(**{**good.model_dump(), **bad})


@pytest.mark.parametrize(
    ("good", "entry", "value"),
    [
        (INDEX, "chunk_size", 49),
        (INDEX, "chunk_overlap", -1),
        (INDEX, "chunk_size", "large"),
        (RANK, "top_k", 0),
        (RANK, "top_k", 1001),
        (RANK, "sexy_share", -0.01),
        (RANK, "sexy_share", 1.01),
        (RANK, "score", "loudest"),
        (ANSWERING, "contexts", 0),
        (ANSWERING, "contexts", 21),
        (ANSWERING, "max_tokens", 0),
        (ANSWERING, "modes", ["rag", "guess"]),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value)[:12],
)
def test_a_value_out_of_range_is_refused(good: Wire, entry: str, value: object) -> None:
    with pytest.raises(ProtocolError, match=entry):
        parse_request(_changed(good, **{entry: value}))


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("weight", 1e300),
        ("weight", -1000001),
        ("weight", "heavy"),
        ("weight", None),
        ("text", ""),
        ("text", " \n\u3000"),
    ],
)
def test_a_point_of_view_that_cannot_count_is_refused_and_named(entry: str, value: object) -> None:
    pov = {"pov_id": "P1", "text": "Oil.", "weight": 1.0, entry: value}
    with pytest.raises(ProtocolError, match=rf"povs\.0\.{entry}") as caught:
        parse_request(_changed(RANK, povs=[pov]))
    assert caught.value.next_step.startswith("Correct it")


@pytest.mark.parametrize(
    ("good", "entry", "value"),
    [
        (INDEX, "chunk_size", 50),
        (INDEX, "chunk_overlap", 0),
        (RANK, "top_k", 1),
        (RANK, "top_k", 1000),
        (RANK, "sexy_share", 0.0),
        (RANK, "sexy_share", 1.0),
        (ANSWERING, "contexts", 1),
        (ANSWERING, "contexts", 20),
        (ANSWERING, "max_tokens", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value)[:12],
)
def test_the_ends_of_a_range_are_allowed(good: Wire, entry: str, value: object) -> None:
    assert getattr(parse_request(_changed(good, **{entry: value})), entry) == value


@pytest.mark.parametrize(
    ("model", "entry"),
    [(INDEX, "run_id"), (RANK_RESULT, "seconds"), (EVENTS["progress"], "done"), (PROBLEM, "why")],
    ids=["request", "result", "event", "problem"],
)
def test_what_was_made_cannot_be_changed(model: Wire, entry: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(model, entry, getattr(model, entry))


def test_each_heatmap_has_a_name_of_its_own() -> None:
    assert heatmap_blob("1") == "heatmap:1"
    assert heatmap_blob("1") != heatmap_blob("2")


def test_the_contract_needs_nothing_heavy() -> None:
    heavy = ["numpy", "chromadb", "openvino", "torch", "matplotlib", "pandas", "xlwings", "redis"]
    code = f"import sys, worker.contract; print([n for n in {heavy} if n in sys.modules])"

    finished = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert finished.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name",
    [
        "openai:http://me:hush-hush@host/v1#qwen",
        "openai:https://host/v1?key=hush-hush#qwen",
        "openai:me:hush-hush@host/v1",
        "st:https://host/model;token=hush-hush",
    ],
)
@pytest.mark.parametrize("field", ["embedder", "reranker", "scoring_embedder", "llm", "store"])
def test_no_request_carries_the_secret_of_an_address(name: str, field: str) -> None:
    good = ANSWERING if field == "llm" else RANK
    with pytest.raises(SettingError, match="holds a user, a password or a query") as caught:
        type(good)(**{**dict(good), field: name})
    assert "hush" not in str(caught.value)
    written = json.dumps({**good.model_dump(mode="json"), field: name})
    with pytest.raises(ProtocolError) as unread:
        parse_request(written)
    assert "hush" not in str(unread.value)
