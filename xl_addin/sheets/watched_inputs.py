"""The inputs of a run that is landing, for the sheet Inputs: which counts for which results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worker.contract import AnswerRequest, ChunkFilter, PointOfView, RankRequest, RunStamp
from xl_addin.sheets.fbq import FBQ
from xl_addin.sheets.inputs import read_povs
from xl_addin.sheets.pov import POV
from xl_addin.sheets.run_inputs import OUTPUTS, RANKING, Output, RunInput, What
from xl_addin.sheets.settings.answer import (
    CONTEXTS,
    GATE,
    LLM,
    MAX_TOKENS,
    ONE_PER_POV,
    PROMPT,
    REPEATABLE,
    SEED,
    TEMPERATURE,
)
from xl_addin.sheets.settings.index import COLLECTION, EMBEDDER, LONG_PASSAGES
from xl_addin.sheets.settings.rank import (
    DIVERSITY,
    ONLY_FILES,
    ONLY_SINCE,
    ONLY_TYPES,
    RERANKER,
    RETRIEVAL,
    SCORE,
    SCORER,
    SEXY_SHARE,
    TOP_K,
)
from xl_addin.sheets.settings.setting import Setting, as_cell  # fmt: skip
from xl_addin.sheets.standing_inputs import Place, StandingInputs, column_of, compared
from xl_addin.workbook.columns import header_key
from xl_addin.workbook.port import CellValue, WorkbookPort

#: Points of view order passages; which passages there are to order, they do not choose.
_ORDERED: tuple[Output, ...] = (RANKING, "sexy")
_RETRIEVED: tuple[Output, ...] = (RANKING, "rag", "sexy")
_WRITTEN: tuple[Output, ...] = ("no-rag", "rag", "sexy")
_READ: tuple[Output, ...] = ("rag", "sexy")

#: For which outputs a setting counts. The others change nothing that a row holds: which questions
#: and modes are asked, how many pictures are drawn, and what is translated.
COUNTS_FOR: Mapping[Setting[Any], tuple[Output, ...]] = {
    **dict.fromkeys((SCORE, SEXY_SHARE, SCORER), _ORDERED),
    **dict.fromkeys(
        (COLLECTION, EMBEDDER, LONG_PASSAGES, ONLY_FILES, ONLY_TYPES, ONLY_SINCE, RETRIEVAL,
         RERANKER, DIVERSITY, TOP_K),
        _RETRIEVED,
    ),
    **dict.fromkeys((LLM, PROMPT, MAX_TOKENS, TEMPERATURE, SEED, REPEATABLE), _WRITTEN),
    **dict.fromkeys((CONTEXTS, GATE), _READ),
    ONE_PER_POV: ("sexy",),
}  # fmt: skip

#: Where a question stands that somebody has taken out since it was asked.
_GONE: tuple[What, None] = ("question", None)


@dataclass(frozen=True)
class WatchedRun:
    """A run, and the workbook that its results go into.

    `elsewhere` names settings and tables that it was not asked for with as they stand there.
    """

    stamp: RunStamp
    ranking: RankRequest
    answering: AnswerRequest | None
    elsewhere: Collection[str]
    book: WorkbookPort

    def inputs(self) -> list[RunInput]:
        """Return its inputs. One that was edited since it was asked for is as it was asked for."""
        standing = StandingInputs(self.book)
        povs = [] if POV.name in self.elsewhere else [*self._povs(standing)]
        questions = [] if FBQ.name in self.elsewhere else [*self._questions(standing)]
        outputs = OUTPUTS if self.answering else (RANKING,)
        results = [RunInput(self.ranking.run_id, "result", output) for output in outputs]
        return [*questions, *povs, *self._settings(standing), *self._index(), *results]

    def _questions(self, standing: StandingInputs) -> Iterator[RunInput]:
        for question in self.ranking.questions:
            what, place = standing.questions.get(question.qid, _GONE)
            cell = place.values.get(column_of(what, place)) if place else None
            yield RunInput(
                self.ranking.run_id,
                what,
                question.qid,
                _as_used(cell, question.text),
                OUTPUTS,
                _fixed(place),
            )

    def _povs(self, standing: StandingInputs) -> Iterator[RunInput]:
        run, used = self.ranking.run_id, self.ranking.povs
        for pov in used:
            place = standing.povs.get(pov.pov_id)
            cell = place.values.get("POV") if place else None
            text = _as_used(cell, pov.text)
            yield RunInput(run, "point of view", pov.pov_id, text, _ORDERED, _fixed(place))
        for pov in used:
            place = standing.povs.get(pov.pov_id)
            weight = _weight_used(place.values.get("Weight") if place else None, pov)
            yield RunInput(run, "weight", pov.pov_id, weight, _ORDERED, _fixed(place))
        yield RunInput(run, "points of view", "", self._others(standing), _ORDERED)

    def _others(self, standing: StandingInputs) -> int:
        """Count what is in use on POV beside the run's, and was there when it was asked for.

        These are rows that no run can take; those that it could have come since.
        """
        used = {pov.pov_id for pov in self.ranking.povs}
        kept = sum(pov_id in used and place.in_use for pov_id, place in standing.povs.items())
        new = sum(pov.pov_id not in used for pov in read_povs(self.book)[0])
        return max(0, standing.povs_in_use - kept - new)

    def _settings(self, standing: StandingInputs) -> Iterator[RunInput]:
        for setting, outputs in COUNTS_FOR.items():
            counts = self._counts(setting, outputs)
            found = standing.settings.get(header_key(setting.name))
            if counts and found and setting.name not in self.elsewhere:
                name, cell = found
                used = self._setting_used(setting, cell)
                yield RunInput(self.ranking.run_id, "setting", name, used, counts)

    def _counts(self, setting: Setting[Any], outputs: tuple[Output, ...]) -> tuple[Output, ...]:
        if not self.answering:
            return tuple({*outputs} & {RANKING})
        without_chance = setting is SEED and not self.answering.temperature
        return () if without_chance else outputs

    def _setting_used(self, setting: Setting[Any], cell: CellValue) -> CellValue:
        """Return the cell if it says what was used, else what was used."""
        used = self._value(setting)
        if cell is None or not compared(cell):
            if setting in (COLLECTION, EMBEDDER, LLM):
                return cell  # the workbook's name, or what the machine has
            cell = setting.default
        try:
            says = setting.reader.read(cell.strip() if isinstance(cell, str) else cell)
        except ValueError:
            return as_cell(used)
        return cell if says == used else as_cell(used)

    def _value(self, setting: Setting[Any]) -> object:
        embedder = self.ranking.embedder
        if setting is COLLECTION:
            return self.ranking.collection
        if setting is EMBEDDER:
            return embedder.removesuffix("+cover")
        if setting is LONG_PASSAGES:
            return "cover" if embedder.endswith("+cover") else "truncate"
        if setting is LLM or setting.fills is None:
            return self.answering.llm if self.answering else ""
        model, field = setting.fills
        filled = {RankRequest: self.ranking, ChunkFilter: self.ranking.only}
        return getattr(filled.get(model, self.answering), field)

    def _index(self) -> Iterator[RunInput]:
        version = self.stamp.index_version
        if version:
            name = self.stamp.collection
            yield RunInput(self.ranking.run_id, "index", name, version, _RETRIEVED, now=version)


def _as_used(cell: CellValue, text: str) -> CellValue:
    """Return a cell if it says what was asked, else what was asked."""
    return cell if compared(cell) == compared(text) else text


def _weight_used(cell: CellValue, pov: PointOfView) -> CellValue:
    try:
        return cell if float(compared(cell) or 1) == pov.weight else pov.weight
    except ValueError:
        return pov.weight


def _fixed(place: Place | None) -> int | None:
    return place.number if place and not place.has_id else None
