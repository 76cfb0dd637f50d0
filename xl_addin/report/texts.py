"""All words of ours that a reader sees, in one place, and the same in other languages.

What a run wrote into the workbook (texts of documents, answers, what they stand on) is not here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from xl_addin.language.language import Language


@dataclass(frozen=True)
class Texts:
    """The words of a reader copy, workbook or page; names in braces are filled in.

    `language` is the code that a page is marked with.
    """

    language: str
    # Sheets and sections
    overview: str
    answers: str
    passages: str
    heatmaps: str
    sources: str
    questions: str
    points_of_view: str
    last_run: str
    # What they hold
    made_from: str
    how_to_read: str
    reading: str
    about_answers: str
    about_passages: str
    about_heatmaps: str
    all_questions: str
    about_sources: str
    # Columns
    question_id: str
    question: str
    mode: str
    answer: str
    support: str
    verdict: str
    note: str
    rank: str
    score: str
    move: str
    touches: str
    source: str
    page: str
    passage: str
    translation: str
    keep: str
    point_of_view: str
    weight: str
    file: str
    type: str
    passage_count: str
    status: str
    problem: str
    # Lines and links
    modes: dict[str, str]
    uses: dict[str, str]
    citation: str
    citation_rank: str
    answer_count: str
    ranked_count: str
    heatmap_link: str
    on_page: str
    document: str
    top: str
    cosine_grid: str
    contrast_grid: str
    hover: str
    no_grid: str


ENGLISH = Texts(
    language="en",
    overview="Overview",
    answers="Answers",
    passages="Ranked passages",
    heatmaps="Heatmaps",
    sources="Sources",
    questions="Questions",
    points_of_view="Points of view",
    last_run="Last run",
    made_from="Reader copy of {book}: values and pictures. Nothing needs to be installed.",
    how_to_read="Each question has answers, the passages that they rest on, and a heatmap. Links "
    "lead from an answer to its passages, and from a passage to its document.",
    reading="How to read this",
    about_answers="no-rag: the language model alone. rag: from the passages most similar to the "
    "question. sexy: from the passages that touch the points of view. Below each answer stand the "
    "passages that it was given; (cited) says that the answer names one, (repeated) that a "
    "sentence of it repeats one.",
    about_passages="In the order of how strongly they touch the points of view. Move says how far "
    "a passage rose (+) or fell against the order of similarity to the question. Touches names "
    "the points of view that a passage touches most, each with its share of the score.",
    about_heatmaps="Passages down, points of view across, for each question.",
    all_questions="All questions against points of view",
    about_sources="The documents, and what became of them when they were read.",
    question_id="ID",
    question="Question",
    mode="Mode",
    answer="Answer",
    support="What it stands on",
    verdict="Verdict",
    note="Note",
    rank="Place",
    score="Score",
    move="Move",
    touches="Touches",
    source="Source",
    page="Page",
    passage="Passage",
    translation="Translation",
    keep="Keep",
    point_of_view="Point of view",
    weight="Weight",
    file="File",
    type="Type",
    passage_count="Passages",
    status="Status",
    problem="Problem",
    modes={"no-rag": "no-rag", "rag": "rag", "sexy": "sexy"},
    uses={"": "", "cited": " (cited)", "repeated": " (repeated)"},
    citation="[{number}] {source}, from character {start}{use}",
    citation_rank=": place {rank}",
    answer_count="answers: {count}",
    ranked_count="passages: {count}",
    heatmap_link="heatmap",
    on_page="page {page}",
    document="open the document",
    top="to the top",
    cosine_grid="Similarity (cosine) of each passage to each point of view",
    contrast_grid="How much more than usual each passage touches each point of view (z)",
    hover="Point at a cell to see what it stands for.",
    no_grid="Its heatmap would make the page too large; the workbook has the numbers.",
)


def texts_in(language: Language) -> Texts:
    """Return the words in a language."""
    said: dict[str, Any] = {
        field.name: _translated(getattr(ENGLISH, field.name), language) for field in fields(Texts)
    }
    return Texts(**said | {"language": language.name})


def _translated(words: str | dict[str, str], language: Language) -> str | dict[str, str]:
    if isinstance(words, str):
        return language.translated(words)
    return {name: language.translated(word) for name, word in words.items()}
