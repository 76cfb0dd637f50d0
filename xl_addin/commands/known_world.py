"""Answers to questions with known facts: index the documents, answer, measure."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import median

from worker.contract import Answer, AnswerMode, AnswerRequest, IndexRequest, PointOfView, Question
from worker.errors import InputError
from worker.evaluation.measures import GivenAnswer, Measures, measure
from worker.evaluation.questions import KnownQuestion, load_questions
from worker.settings import Settings
from xl_addin.jobs.answer import answer_request
from xl_addin.jobs.index import index_request
from xl_addin.jobs.rank import rank_request
from xl_addin.jobs.run import Run
from xl_addin.jobs.session import Session
from xl_addin.sheets.options import Options, read_options
from xl_addin.sheets.settings.answer import LLM, MODES
from xl_addin.sheets.settings.index import COLLECTION
from xl_addin.workbook.port import CellValue


@dataclass(frozen=True)
class KnownWorld:
    """Documents, questions whose answers are known, and points of view to rank by."""

    documents: Path
    questions: tuple[KnownQuestion, ...]
    povs: tuple[PointOfView, ...]

    @property
    def collection(self) -> str:
        """Name of the index of these documents."""
        place = hashlib.sha256(os.path.realpath(self.documents).encode()).hexdigest()
        return f"evaluation-{place[:8]}"


@dataclass
class ModelEvaluation:
    """What one model answered; answers that failed are not measured but counted."""

    model: str
    run: Run
    answers: dict[AnswerMode, list[GivenAnswer]] = field(default_factory=dict)

    @property
    def measures(self) -> dict[AnswerMode, Measures]:
        """The measures of each mode."""
        return {mode: measure(answers) for mode, answers in self.answers.items()}

    def seconds(self, mode: AnswerMode) -> float | None:
        """Return the median seconds that writing an answer took; None if none was written."""
        spent = [
            answer.seconds.generate
            for answer in self.run.rows(Answer)
            if answer.mode == mode and answer.tokens
        ]
        return median(spent) if spent else None

    @property
    def failed(self) -> int:
        """Answers that the model did not give."""
        return sum(answer.problem is not None for answer in self.run.rows(Answer))


def load_world(documents: Path, questions: Path, povs: Path) -> KnownWorld:
    """Return the world in a folder of documents and two CSV files.

    :raises InputError: if a file cannot be read, or a column or cell cannot be used.
    """
    asked = load_questions(questions.absolute())
    return KnownWorld(documents.absolute(), tuple(asked), _load_povs(povs.absolute()))


def world_options(world: KnownWorld, given: Mapping[str, CellValue]) -> Options:
    """Return the options for a world: the usual ones, but for what the command line says.

    :raises SettingError: naming the option whose value cannot be used.
    """
    return read_options({COLLECTION.name: world.collection}, given)


def world_index(world: KnownWorld, options: Options, machine: Settings) -> IndexRequest:
    """Return the request to index the documents of a world; what has not changed costs nothing."""
    return index_request(options, machine, world.documents)


def world_answers(
    world: KnownWorld, options: Options, machine: Settings, model: str
) -> AnswerRequest:
    """Return the request to let a model answer all questions of an indexed world."""
    questions = [Question(qid=each.id, text=each.text) for each in world.questions]
    ranking = rank_request(options, machine, questions, world.povs)
    return answer_request(options.having(LLM, model), machine, ranking)


def evaluate_model(
    session: Session, world: KnownWorld, options: Options, model: str
) -> ModelEvaluation:
    """Let a model answer all questions of an indexed world in each mode."""
    request = world_answers(world, options, session.settings, model)
    run = session.run(request, given={*options.given, LLM.name})
    evaluation = ModelEvaluation(model, run)
    modes: tuple[AnswerMode, ...] = options[MODES]
    came = {answer.key: answer for answer in run.rows(Answer) if not answer.problem}
    for mode, question in product(modes, world.questions):
        if answer := came.get((question.id, mode)):
            given = GivenAnswer(question, answer.text, _cited_files(answer))
            evaluation.answers.setdefault(mode, []).append(given)
    return evaluation


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
