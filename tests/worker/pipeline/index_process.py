"""An index run in a process of its own, which says when it asks the index for something."""

from __future__ import annotations

import sys
from pathlib import Path

from worker.contract import IndexRequest, OpenIndexRequest
from worker.pipeline import indexing
from worker.pipeline.chunk_storing import open_index, store_chunks
from worker.pipeline.job_context import JobContext
from worker.runtime import Runtime
from worker.settings import Settings


def main(request: IndexRequest) -> None:
    home = Path(request.store).parent
    runtime = Runtime(Settings(home=home, store=request.store, models=home / "models"))
    context = JobContext(runtime, lambda _: None, lambda: False)

    def ask(asked):
        sys.stdout.write(f"{asked.job}\n")
        sys.stdout.flush()
        serve = open_index if isinstance(asked, OpenIndexRequest) else store_chunks
        return serve(asked, context)

    indexing.index(request, context, ask)


if __name__ == "__main__":
    main(IndexRequest.model_validate_json(sys.argv[1]))
