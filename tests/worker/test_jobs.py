import json
from pathlib import Path

import pytest

from worker.contract import IndexRequest
from worker.errors import DocumentError, InputError, InternalError
from worker.jobs import run_job
from worker.pipeline.job_context import JobContext
from worker.runtime import Runtime


@pytest.fixture
def context(warm_runtime: Runtime) -> JobContext:
    return JobContext(warm_runtime, lambda _event: None, lambda: False)


def index_request(tmp_path: Path, **changes: object) -> str:
    request = IndexRequest(
        run_id="1",
        folder=str(tmp_path / "documents"),
        collection="jobs",
        embedder="onnx:minilm",
        store=str(tmp_path / "store"),
    )
    return json.dumps(request.model_dump(mode="json") | changes)


def test_a_job_takes_json_and_gives_json(tmp_path: Path, context: JobContext):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "note.md").write_text("# A red kettle\n\nIt whistles.")
    result = json.loads(run_job(index_request(tmp_path), context))
    assert result["chunks"] == 1
    assert result["sources"][0]["file"] == "note.md"


@pytest.mark.parametrize(
    "changes",
    [{"job": "os.system"}, {"job": "worker.jobs.run_job"}, {"callback": "os.remove"}],
    ids=["a function's name", "a path", "a callback"],
)
def test_only_known_jobs_and_fields_are_taken(
    tmp_path: Path, context: JobContext, changes: dict[str, str]
):
    with pytest.raises(InputError, match="none that this worker knows"):
        run_job(index_request(tmp_path, **changes), context)


@pytest.mark.parametrize("payload", ["", "no json", "[]", "{}", b"\x80\x04\x95pickle"])
def test_what_is_no_request_is_refused(payload: str | bytes, context: JobContext):
    with pytest.raises(InputError):
        run_job(payload, context)


def test_another_protocol_version_is_refused(tmp_path: Path, context: JobContext):
    with pytest.raises(InputError, match="protocol version 99"):
        run_job(index_request(tmp_path, protocol=99), context)


def test_a_foreseen_error_passes_unchanged(tmp_path: Path, context: JobContext):
    with pytest.raises(DocumentError, match="is not there"):
        run_job(index_request(tmp_path), context)


def test_an_unforeseen_error_becomes_three_sentences(
    tmp_path: Path, context: JobContext, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.jobs.index", lambda *_: 1 / 0)
    with pytest.raises(InternalError) as caught:
        run_job(index_request(tmp_path), context)
    assert "ZeroDivisionError" in caught.value.why
    assert "bonsai.log" in caught.value.next_step
