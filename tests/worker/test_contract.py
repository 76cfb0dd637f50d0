"""What travels as JSON: nothing is lost, nothing unknown gets in, nothing heavy is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic import ValidationError

from tests.conftest import REPOSITORY
from worker.contract import (
    KINDS,
    PROTOCOL_VERSION,
    Answer,
    AnswerRequest,
    AnswerResult,
    ChunkText,
    Citation,
    IndexPart,
    IndexRequest,
    IndexResult,
    OpenIndexRequest,
    OpenIndexResult,
    PointOfView,
    PovMatrix,
    PovStatistics,
    PovTouch,
    Problem,
    Progress,
    Question,
    QuestionRanking,
    RankedChunk,
    RankRequest,
    RankResult,
    Request,
    Result,
    Row,
    RowFailed,
    RowReady,
    RunRequest,
    RunResult,
    RunStamp,
    ScoreRequest,
    ScoreResult,
    SourceReport,
    StageSeconds,
    Started,
    StoreChunksRequest,
    StoreChunksResult,
    Support,
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
from worker.errors import ProtocolError

RUN = RunStamp(
    run_id="run-1",
    time="2025-01-31T12:00:00Z",
    code_version="0.1.0",
    collection="sample",
    index_version="7",
    embedder="onnx:minilm",
)
PROBLEM = Problem(code="cell", what="Row 7 is empty.", why="Nothing there.", next_step="Fill it.")
REPORT = SourceReport(file="日本/雨.txt", type="txt", chunks=2, characters=900, status="indexed")
CHUNK = RankedChunk(
    chunk_id="c1",
    rank=1,
    sexy=1.5,
    classic=0.1 + 0.2,  # a number that shows lost digits
    query_similarity=-0.25,
    query_rank=3,
    top_povs=(PovTouch(pov_id="P1", cosine=0.5, contrast=-1.0, share=0.75),),
    source="a.txt",
    page=None,
    start=120,
    text='Rain: "雨"\n= 1 + 1 🌧',
)
RANKING = QuestionRanking(
    qid="1",
    question="Who gains?",
    rows=(CHUNK,),
    matrix=PovMatrix(
        chunk_ids=("c1",), pov_ids=("P1", "P2"), cosine=((0.5, 0.25),), contrast=((-1.0, 2.0),)
    ),
)
ANSWER = Answer(
    qid="1",
    question="Who gains?",
    mode="sexy",
    text="Few [1].",
    citations=(Citation(number=1, chunk_id="c1", source="a.txt", start=120, cited=True),),
    support=Support(
        similarity=0.5, evidence=0.75, needed=0.4, reason="雨", quotes=2, shortened=True
    ),
    seconds=StageSeconds(embed=0.125, generate=1.25),
    prompt_tokens=40,
    reused_tokens=12,
    tokens=4,
    model="gguf:smollm2",
)
FAILED_ANSWER = Answer(
    qid="2",
    question="Why?",
    mode="no-rag",
    text="",
    seconds=StageSeconds(),
    prompt_tokens=0,
    tokens=0,
    model="gguf:smollm2",
    problem=PROBLEM,
)

INDEX = IndexRequest(
    run_id="run-1",
    folder="/documents",
    collection="sample",
    embedder="onnx:minilm",
    store="/store",
    chunk_size=2000,
    chunk_overlap=120,
)
STATISTICS = PovStatistics(mean=(0.1, 0.2), sd=(0.3, 0.4), grand_mean=0.15)
RANK = RankRequest(
    run_id="run-1",
    collection="sample",
    embedder="onnx:minilm",
    store="/store",
    questions=(Question(qid="1", text="Who gains?", place="FBQ!B2", excluded_chunk_ids=("c9",)),),
    povs=(PointOfView(pov_id="P1", text="Colonial memory", weight=-0.5, place="POV!B2"),),
    score="pnorm",
    top_k=5,
    sexy_share=0.5,
)
ANSWERING = AnswerRequest(
    run_id="run-1",
    ranking=RANK,
    modes=("rag",),
    contexts=2,
    llm="gguf:smollm2",
    prompt="alpaca",
    temperature=0.5,
    seed=7,
    repeatable=True,
    gate=False,
)
SCORING = ScoreRequest(
    run_id="run-1",
    embedder="onnx:minilm",
    texts=("Rain on a harbour", "雨"),
    povs=(PointOfView(pov_id="P1", text="Rain smells"),),
    score="classic",
    statistics=STATISTICS,
)
OPENING = OpenIndexRequest(run_id="run-1", collection="sample", embedder="onnx:minilm")
STORING = StoreChunksRequest(
    run_id="run-1",
    collection="sample",
    embedder="onnx:minilm",
    chunks=(
        ChunkText(chunk_id="c1", source="雨.txt", page=3, start=0, text="雨\n", file_hash="ab"),
    ),
    current={"雨.txt": "ab"},
    removed=("old.txt",),
    finish=True,
)
INDEX_RESULT = IndexResult(run=RUN, sources=(REPORT,), chunks=2, embedded=1, seconds=0.5)
RANK_RESULT = RankResult(
    run=RUN, questions=(RANKING,), problems=(PROBLEM,), statistics=STATISTICS, seconds=0.5
)
ANSWER_RESULT = AnswerResult(
    run=RUN, questions=(RANKING,), answers=(ANSWER, FAILED_ANSWER), problems=(PROBLEM,)
)
SCORE_RESULT = ScoreResult(scores=(0.5, -1.0), cosine=((0.5,), (0.25,)), contrast=())
OPEN_RESULT = OpenIndexResult(files={"雨.txt": {"ab": 2}}, embedder="onnx:minilm@1", max_tokens=256)
STORE_RESULT = StoreChunksResult(embedded=1, unseen={"雨.txt": 1}, chunks=9, index_version="7")
#: One request and one result of each kind of job.
JOBS: dict[str, tuple[Request, Result]] = {
    "index": (INDEX, INDEX_RESULT),
    "rank": (RANK, RANK_RESULT),
    "answer": (ANSWERING, ANSWER_RESULT),
    "score": (SCORING, SCORE_RESULT),
    "open": (OPENING, OPEN_RESULT),
    "store": (STORING, STORE_RESULT),
}
EACH_JOB = pytest.mark.parametrize(("request_model", "result"), JOBS.values(), ids=JOBS.keys())

EVENTS = {
    "started": Started(run=RUN),
    "progress": Progress(stage="Indexing", done=1, of=2, message="a.txt"),
    "row: source": RowReady(row=REPORT),
    "row: ranking": RowReady(row=RANKING),
    "row: answer": RowReady(row=ANSWER),
    "text": TextReady(qid="1", mode="rag", text=" 雨"),
    "problem": RowFailed(problem=PROBLEM),
}


def _changed(model: Wire, **entries: object) -> str:
    return json.dumps({**json_ready(model), **entries})


def test_every_kind_of_job_is_tried_here() -> None:
    assert JOBS.keys() == KINDS.keys()
    for name, kind in KINDS.items():
        request, result = JOBS[name]
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


@pytest.mark.parametrize("row", [REPORT, RANKING, ANSWER], ids=["source", "ranking", "answer"])
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

    for model in (*sum(JOBS.values(), ()), *EVENTS.values()):
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

    assert named == {(request.job, field) for request, field in MODEL_FIELDS}


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


@pytest.mark.parametrize("job", ["tune", "os.system", "worker.jobs.run_job", "Index", ""])
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
