"""Collections with labels, indexed for real: a part to choose on, and one to be looked at once.

`tests/data/README.md` says how they were written and which figure comes from which part.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.bench.labelled_set import Grades
from worker.contract import IndexRequest
from worker.jobs import run_job
from worker.pipeline.job_context import JobContext
from worker.retrieval.base import Collection

FOLDER = Path(__file__).resolve().parents[1] / "data" / "collections"
NAMES = ("almanac", "letters", "reports")

#: On `choose` formulas and constants are chosen; `final` is looked at once, when all is chosen.
Part = Literal["choose", "final"]
_OFF_TOPIC = "off"
_ABSENT = "absent-"


@dataclass(frozen=True)
class Theme:
    """A matter, and what somebody may like and think about it."""

    name: str
    taste: str
    opinion: str


@dataclass(frozen=True)
class LabelledQuestion:
    """A question; `kind` is fact, judgement, or absent- and how its answer is absent.

    `form` is `question`, or `typed` as into a search box. `answers` are the strings that state the
    answer in `documents`; of an absent one, `documents` are the nearest.
    """

    theme: str
    kind: str
    form: str
    text: str
    answers: tuple[str, ...]
    documents: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether a document of the collection answers it."""
        return not self.kind.startswith(_ABSENT)

    @property
    def is_judgement(self) -> bool:
        """Whether it asks for a reason, a way or an opinion."""
        return self.kind.endswith("judgement")


@dataclass(frozen=True)
class LabelledCollection:
    """All documents of a collection by name, and the themes and questions of one part.

    `grades` has those of documents for the themes of the part; `off_topic` are themes that no
    document is about.
    """

    name: str
    documents: dict[str, str]
    themes: tuple[Theme, ...]
    off_topic: tuple[Theme, ...]
    grades: Grades
    questions: tuple[LabelledQuestion, ...]


def labelled_collection(name: str, part: Part) -> LabelledCollection:
    """Return a collection of `NAMES` with the themes and questions of one of its parts."""
    themes = _rows(name, "themes")
    of_part = {row["theme"] for row in themes if row["part"] == part}
    return LabelledCollection(
        name=name,
        documents={row["document"]: row["text"] for row in _rows(name, "documents")},
        themes=tuple(_theme(row) for row in themes if row["part"] == part),
        off_topic=tuple(_theme(row) for row in themes if row["part"] == _OFF_TOPIC),
        grades={
            (row["document"], row["theme"]): int(row["grade"])
            for row in _rows(name, "relevance")
            if row["theme"] in of_part
        },
        questions=tuple(
            _question(row) for row in _rows(name, "questions") if row["theme"] in of_part
        ),
    )


def index_documents(
    labelled: LabelledCollection, context: JobContext, embedder: str, **settings: int
) -> Collection:
    """Index all documents of a collection as a user does; a source is `NAME.txt` of a document.

    :param settings: fields of the request that are not to have their usual values.
    """
    with tempfile.TemporaryDirectory() as folder:
        for document, text in labelled.documents.items():
            Path(folder, f"{document}.txt").write_text(text, encoding="utf-8")
        request = IndexRequest(
            run_id=labelled.name,
            folder=folder,
            collection=labelled.name,
            embedder=embedder,
            **settings,  # type: ignore[arg-type]  # whole numbers, as all that is varied here
        )
        run_job(request, context)
    runtime = context.runtime
    return runtime.store("").open(labelled.name, runtime.embedder(embedder))


def _theme(row: dict[str, str]) -> Theme:
    return Theme(row["theme"], row["taste"], row["opinion"])


def _question(row: dict[str, str]) -> LabelledQuestion:
    return LabelledQuestion(
        theme=row["theme"],
        kind=row["kind"],
        form=row["form"],
        text=row["text"],
        answers=_parts(row["answer"]),
        documents=_parts(row["document"]),
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _rows(name: str, table: str) -> list[dict[str, str]]:
    with (FOLDER / name / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
