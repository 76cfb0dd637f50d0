"""Answers to questions with known facts: index the documents, answer, measure."""

from __future__ import annotations

import csv
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from worker.contract import (
    Answer,
    AnswerMode,
    AnswerRequest,
    IndexRequest,
    PointOfView,
    Question,
    RankRequest,
    RunRequest,
)
from worker.errors import InputError
from worker.evaluation.measures import GivenAnswer, Measures, measure
from worker.evaluation.questions import KnownQuestion, load_questions
from worker.settings import IN_PROCESS
from xl_addin.jobs.actions import Session
from xl_addin.jobs.run import Gathered


@dataclass(frozen=True)
class KnownWorld:
    """Documents, questions whose answers are known, and points of view to rank by."""

    documents: Path
    questions: tuple[KnownQuestion, ...]
    povs: tuple[PointOfView, ...]

    @property
    def collection(self) -> str:
        """Name of the index of these documents."""
        place = hashlib.sha256(str(self.documents.resolve()).encode()).hexdigest()
        return f"evaluation-{place[:8]}"


@dataclass(frozen=True)
class Choices:
    """How to answer; `models` are language models by name."""

    models: tuple[str, ...]
    modes: tuple[AnswerMode, ...] = ("no-rag", "rag", "sexy")
    contexts: int = 3
    gate: bool = True
    embedder: str = ""


@dataclass
class ModelEvaluation:
    """What one model answered; answers that failed are not measured but counted."""

    model: str
    gathered: Gathered
    answers: dict[AnswerMode, list[GivenAnswer]] = field(default_factory=dict)

    @property
    def measures(self) -> dict[AnswerMode, Measures]:
        """The measures of each mode."""
        return {mode: measure(answers) for mode, answers in self.answers.items()}

    @property
    def failed(self) -> int:
        """Answers that the model did not give."""
        return sum(answer.problem is not None for answer in self.gathered.answers)


def load_world(documents: Path, questions: Path, povs: Path) -> KnownWorld:
    """Return the world in a folder of documents and two CSV files.

    :raises InputError: if a file cannot be read, or a column or cell cannot be used.
    """
    return KnownWorld(documents, tuple(load_questions(questions)), _load_povs(povs))


def index_world(session: Session, world: KnownWorld, choices: Choices) -> Gathered:
    """Index the documents of a world; what has not changed costs nothing."""
    return _run(session, index_request(session, world, choices))


def index_request(session: Session, world: KnownWorld, choices: Choices) -> IndexRequest:
    """Return the request to index the documents of a world."""
    return IndexRequest(
        run_id=secrets.token_hex(8),
        folder=str(world.documents),
        collection=world.collection,
        embedder=choices.embedder or session.settings.embedder,
        store=_store(session),
    )


def evaluate_model(
    session: Session, world: KnownWorld, choices: Choices, model: str
) -> ModelEvaluation:
    """Let a model answer all questions of an indexed world in each mode."""
    gathered = _run(session, answer_request(session, world, choices, model))
    evaluation = ModelEvaluation(model, gathered)
    came = {(answer.mode, answer.qid): answer for answer in gathered.answers if not answer.problem}
    for mode, question in product(choices.modes, world.questions):
        if answer := came.get((mode, question.id)):
            given = GivenAnswer(question, answer.text, _cited_files(answer))
            evaluation.answers.setdefault(mode, []).append(given)
    return evaluation


def answer_request(
    session: Session, world: KnownWorld, choices: Choices, model: str
) -> AnswerRequest:
    """Return the request to let a model answer all questions of an indexed world."""
    run_id = secrets.token_hex(8)
    return AnswerRequest(
        run_id=run_id,
        ranking=RankRequest(
            run_id=run_id,
            collection=world.collection,
            embedder=choices.embedder or session.settings.embedder,
            store=_store(session),
            questions=tuple(Question(qid=each.id, text=each.text) for each in world.questions),
            povs=world.povs,
        ),
        modes=choices.modes,
        contexts=choices.contexts,
        gate=choices.gate,
        llm=model,
    )


def _run(session: Session, request: RunRequest) -> Gathered:
    return session.client.run(request, on_event=session.on_event, cancelled=session.cancelled)


def _store(session: Session) -> str:
    return session.settings.store if session.settings.broker == IN_PROCESS else ""


def _cited_files(answer: Answer) -> frozenset[str]:
    return frozenset(cited.source for cited in answer.citations if cited.cited)


def _load_povs(path: Path) -> tuple[PointOfView, ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"The points of view in {path} cannot be read.",
            f"{error}.",
            "Give a CSV file in UTF-8.",
        ) from error
    texts = [row.get("POV", "").strip() for row in rows]
    if not any(texts):
        raise InputError(
            f"The points of view in {path} cannot be used.",
            "No column POV with text in it was found.",
            "Write one sentence a row below the header POV.",
        )
    return _povs(texts)


def _povs(texts: Sequence[str]) -> tuple[PointOfView, ...]:
    return tuple(
        PointOfView(pov_id=f"P{number:02}", text=text)
        for number, text in enumerate(texts, start=1)
        if text
    )
