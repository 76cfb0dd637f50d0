from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest

from worker import contract
from worker.contract import KINDS, IndexRequest, JobKind
from worker.errors import DocumentError, InternalError
from worker.jobs import DONE_BY, function_of, run_job
from worker.pipeline.job_context import Ask, JobContext
from worker.runtime import Runtime


@pytest.fixture
def context(stub_runtime: Runtime) -> JobContext:
    return JobContext(stub_runtime, lambda _event: None, lambda: False)


@pytest.fixture
def index_request(tmp_path: Path) -> IndexRequest:
    return IndexRequest(
        run_id="1",
        folder=str(tmp_path / "documents"),
        collection="jobs",
        embedder="test:hash",
        store=str(tmp_path / "store"),
    )


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_each_kind_of_job_is_done_by_a_function_that_fits_it(kind: JobKind):
    function = function_of(kind.name)
    late = {"JobContext": JobContext, "Ask": Ask, "Callable": Callable}
    own = vars(import_module(kind.request.__module__)) | vars(contract)
    hints = get_type_hints(function, own | late | function.__globals__)

    assert (hints["request"], hints["return"]) == (kind.request, kind.result)


def test_nobody_does_a_job_of_no_known_kind():
    assert DONE_BY.keys() == KINDS.keys()


def test_a_job_takes_a_request_and_gives_a_result(index_request: IndexRequest, context: JobContext):
    folder = Path(index_request.folder)
    folder.mkdir()
    (folder / "note.md").write_text("# A red kettle\n\nIt whistles.")

    result = run_job(index_request, context)

    assert result.chunks == 1
    assert result.sources[0].file == "note.md"


def test_a_foreseen_error_passes_unchanged(index_request: IndexRequest, context: JobContext):
    with pytest.raises(DocumentError, match="is not there"):
        run_job(index_request, context)


def test_an_unforeseen_error_becomes_three_sentences(
    index_request: IndexRequest, context: JobContext, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("worker.pipeline.indexing.index", lambda *_: 1 / 0)
    with pytest.raises(InternalError) as caught:
        run_job(index_request, context)
    assert "ZeroDivisionError" in caught.value.why
    assert "bonsai.log" in caught.value.next_step
