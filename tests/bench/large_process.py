"""One process of the large runs: it ranks as `bonsai rank` does, and fills the workbook.

    python -m tests.bench.large_process FOLDER QUESTIONS PASSAGES POVS RETRIEVAL HEATMAPS

FOLDER holds an index that `tests.bench.scale_process` has built: vectors are made up, texts, the
embedding model, Chroma and the workbook are real. It prints its figures as JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from time import process_time

from tests.bench.comparisons import seconds
from tests.bench.our_path import EMBEDDER, sample_povs, sample_questions
from tests.bench.scale_process import COLLECTION, peak
from worker.contract import PointOfView, Question, QuestionRanking, RankRequest
from worker.settings import load_settings
from xl_addin.jobs import BY_KIND
from xl_addin.jobs.base import Landing
from xl_addin.jobs.landing import land
from xl_addin.jobs.run import Run
from xl_addin.jobs.session import Session
from xl_addin.shipped_files import templates_folder
from xl_addin.workbook.file.file_book import FileBook


def rank(folder: Path, request: RankRequest) -> dict[str, float]:
    """Rank, land and save; return seconds, bytes, and how many passages were ranked."""
    settings = replace(load_settings(), home=folder, store=str(folder / "store"))
    runs: list[Run] = []
    session = Session(settings, lambda _event: None, lambda: False)
    figures = {"rank": seconds(lambda: runs.append(session.run(request)))}
    figures["rank, processor"] = process_time()
    if runs[0].error:
        raise runs[0].error
    figures["rank memory"] = peak()
    book = FileBook.open(templates_folder() / "bonsai.xlsx")
    job, target = BY_KIND["rank"], folder / "large.xlsx"
    figures["land"] = seconds(lambda: land(job, Landing(book, request, runs[0])))
    figures["save"] = seconds(lambda: book.save_as(target))
    figures["processor"] = process_time()
    ranked = sum(len(row.rows) for row in runs[0].rows(QuestionRanking))
    return figures | {"memory": peak(), "file": target.stat().st_size, "ranked": ranked}


def _request(
    questions: str, passages: str, povs: str, retrieval: str, heatmaps: str
) -> RankRequest:
    fields = {"retrieval": retrieval, "top_k": passages, "heatmaps": heatmaps}
    return RankRequest(
        run_id="large",
        collection=COLLECTION,
        embedder=EMBEDDER,
        questions=_questions(int(questions)),
        povs=_povs(int(povs)),
        **fields,  # type: ignore[arg-type]  # read as the command line gives them
    )


def _questions(count: int) -> tuple[Question, ...]:
    texts = islice(cycle(sample_questions()), count)
    return tuple(
        Question(qid=f"Q{number}", text=f"{text} ({number})") for number, text in enumerate(texts)
    )


def _povs(count: int) -> tuple[PointOfView, ...]:
    texts = islice(cycle(pov.text for pov in sample_povs()), count)
    return tuple(
        PointOfView(pov_id=f"P{number}", text=f"{text} ({number})")
        for number, text in enumerate(texts)
    )


if __name__ == "__main__":
    place, *asked = sys.argv[1:]
    print(json.dumps(rank(Path(place), _request(*asked))))  # noqa: T201
