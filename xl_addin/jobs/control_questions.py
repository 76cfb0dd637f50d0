"""Control questions of a tuning: of the invented world, which nobody's documents are about."""

from __future__ import annotations

from worker.contract import PairSet, TunePair, TunePassage
from worker.evaluation.questions import load_questions
from xl_addin.shipped_files import templates_folder


def control_set() -> PairSet:
    """Return the questions that one shipped document answers, over all of its documents."""
    folder = templates_folder() / "evaluation"
    passages = [
        TunePassage(passage_id=path.name, doc=path.name, text=path.read_text(encoding="utf-8"))
        for path in sorted((folder / "documents").iterdir())
    ]
    pairs = [
        TunePair(question=question.text, passage_id=source)
        for question in load_questions(folder / "questions.csv")
        if question.answerable
        for source in sorted(question.sources)
    ]
    return PairSet(passages=tuple(passages), pairs=tuple(pairs))
