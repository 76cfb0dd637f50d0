"""The dataset job: questions and answers from passages of an index, filtered as they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from time import perf_counter

from worker import __version__
from worker.answering.prompts import choose_layout
from worker.contract import DatasetRequest, DatasetResult, Leak, QaPair, RunStamp, rejected
from worker.errors import SettingError
from worker.inference.base import Sampling
from worker.language import not_read
from worker.models.catalogue import MODELS
from worker.models.hub.kept import with_commit
from worker.models.hub.recommended import RECOMMENDED
from worker.pipeline.completing import Asker
from worker.pipeline.job_context import JobContext, now, short_hash
from worker.pipeline.pace import Pace
from worker.pipeline.pair_filtering import PairFilter
from worker.pipeline.pair_writing import PairWriter, Place, Written
from worker.pipeline.passage_choice import Material, choose_material
from worker.qa_data.audit import Audit
from worker.qa_data.filters.grade import low_grade
from worker.qa_data.filters.target import off_target
from worker.qa_data.pair import Pair, Passage, Rejection, pair_id
from worker.qa_data.targets import choose_target
from worker.qa_data.wording import QUESTION_TOKENS, kind_of

#: So many pairs show whether a model can write them: under a third of them kept, and it cannot.
PILOT = 12
_LEAST_KEPT = 1 / 3

#: Seconds: a run that takes less is not estimated.
_LONG = 60.0

#: What leaves a pair out that the model could not write.
FAILED = "failed"

#: Fields of a request that no setting stands for.
_NO_SETTINGS = {"job", "protocol", "run_id", "collection", "embedder", "llm", "store"}


def make_dataset(request: DatasetRequest, context: JobContext) -> DatasetResult:
    """Make questions with their answers from passages of a collection, and filter them.

    A pair that the model cannot write is reported in its row, and the others go on.

    :raises InputError: if no passage fits, or the documents cannot be split.
    :raises CollectionError: if an index is absent, empty or of another model.
    :raises SettingError: if the model turns out to be too weak, unless the run is done by then.
    """
    started = perf_counter()
    model = context.runtime.language_model(request.llm)
    embedder = context.runtime.embedder(request.embedder)
    context.check_cancelled()
    material = choose_material(request, embedder, context)
    llm = with_commit(context.runtime.settings.models, model.name)
    stamp = context.begin(_stamp(request, material, f"{embedder.name}@{embedder.revision}", llm))
    layout = choose_layout("", has_chat_layout=model.has_chat_layout)
    writer = PairWriter(Asker(model, layout, Sampling(QUESTION_TOKENS), context), request.seed)
    passing = PairFilter(context.runtime, embedder, material.corpus)
    pairs = _Run(request, context, material, writer, passing).all_rows()
    found = passing.audited()
    return DatasetResult(
        run=stamp,
        pairs=tuple(pairs),
        leaks=tuple(_leaks(found)),
        problems=tuple(pair.problem for pair in pairs if pair.problem),
        remarks=tuple(_remarks(request, material, pairs, found)),
        seconds=perf_counter() - started,
    )


@dataclass(frozen=True)
class _Run:
    """One run under way; `rows` are the pairs that it has told of, by id."""

    request: DatasetRequest
    context: JobContext
    material: Material
    writer: PairWriter
    filter: PairFilter
    rows: dict[str, QaPair] = field(default_factory=dict)

    def all_rows(self) -> list[QaPair]:
        """Make all pairs but those that an earlier try has stored; return all."""
        stored = self.context.stored(QaPair)
        self.rows.update({row.pair_id: row for row in stored})
        self.filter.keep_stored([_pair(row) for row in stored if row.kept])
        of = len(self.material.passages) * self.request.questions
        pace = Pace(len(stored), of, PILOT, "pairs", _LONG)
        self.context.progress("Writing pairs", pace.done, of)
        for places in self._batches():
            self._refuse_weak_model()
            for row in self._made(places):
                self.rows[row.pair_id] = row
                self.context.row(row)
                if len(self.rows) < of:
                    self._refuse_weak_model()
                estimate = pace.step(written=True)
                self.context.progress("Writing pairs", pace.done, of, row.doc, estimate)
        return list(self.rows.values())

    def _batches(self) -> Iterator[list[Place]]:
        """Yield what is left to be made: so many passages at a time as the model takes up.

        With more at a time, other passages would come between a question and its answer, and the
        passage would be read again.
        """
        numbered = list(enumerate(self.material.passages))
        size = self.writer.asker.model.streams
        for first in range(0, len(numbered), size):
            for question in range(1, self.request.questions + 1):
                block = [self._place(*each, question) for each in numbered[first : first + size]]
                if left := [place for place in block if place.pair_id not in self.rows]:
                    yield left

    def _place(self, number: int, passage: Passage, question: int) -> Place:
        earlier = (
            self.rows[pair_id(passage.chunk_id, before)].question for before in range(1, question)
        )
        kind = kind_of(number, question)
        return Place(
            passage,
            self.material.splits[passage.doc_id],
            question,
            kind,
            tuple(filter(None, earlier)),
            choose_target(passage.text, kind, question),
        )

    def _made(self, places: Sequence[Place]) -> Iterator[QaPair]:
        """Yield the pairs of some places, in their order, each with the reason if it is not kept.

        Only questions that are good are answered, and only good pairs are graded.
        """
        written = {each.pair.pair_id: each for each in self.writer.questions(places)}
        targets = {place.pair_id: place.target for place in places}
        verdicts: dict[str, Rejection] = {}
        self._judge_questions(written, verdicts)
        for each in self.writer.answers(_left(written, verdicts)):
            written[each.pair.pair_id] = each
            if not each.problem:
                missed = off_target(each.pair, targets[each.pair.pair_id])
                _note(verdicts, each.pair, self.filter.judge_whole(each.pair) or missed)
        for each, grade in (
            self.writer.grades(_left(written, verdicts)) if self.request.grade else ()
        ):
            written[each.pair.pair_id] = each
            _note(verdicts, each.pair, low_grade(grade))
        for each in written.values():
            if not each.problem and each.pair.pair_id not in verdicts:
                _note(verdicts, each.pair, self.filter.keep(each.pair))
            yield self._row(each, verdicts.get(each.pair.pair_id))

    def _judge_questions(
        self, written: Mapping[str, Written], verdicts: dict[str, Rejection]
    ) -> None:
        asked = [each.pair for each in _left(written, verdicts)]
        for pair, verdict in zip(asked, self.filter.judge_questions(asked), strict=True):
            _note(verdicts, pair, verdict)

    def _row(self, written: Written, verdict: Rejection | None) -> QaPair:
        pair, problem = written.pair, written.problem
        if problem:
            verdict = Rejection(FAILED, str(problem))
        request = self.request
        negatives: tuple[str, ...] = ()
        if not verdict and request.negatives:
            negatives = self.filter.negatives(pair, self.material.splits, request.negatives)
        return QaPair(
            pair_id=pair.pair_id,
            doc=pair.passage.doc_id,
            chunk_id=pair.passage.chunk_id,
            passage=pair.passage.text,
            split=pair.split,
            question=pair.question,
            answer=pair.answer,
            negatives=negatives,
            kept=verdict is None,
            filter=verdict.filter if verdict else "",
            reason=verdict.why if verdict else "",
            prompt_tokens=sum(each.prompt_tokens for each in written.completions),
            reused_tokens=sum(each.reused_tokens for each in written.completions),
            tokens=sum(each.tokens for each in written.completions),
            seconds=sum(each.seconds for each in written.completions),
            problem=problem,
        )

    def _refuse_weak_model(self) -> None:
        """End a run whose first pairs show that most of the rest would be thrown away.

        :raises SettingError: if so, naming a better model.
        """
        tried = [row for row in islice(self.rows.values(), PILOT) if not row.problem]
        kept = sum(row.kept for row in tried)
        if len(tried) == PILOT and kept < PILOT * _LEAST_KEPT:
            raise _too_weak(self.request.llm, kept, rejected(tried))


def _left(written: Mapping[str, Written], verdicts: Mapping[str, Rejection]) -> list[Written]:
    """Return those that nothing speaks against so far."""
    return [each for name, each in written.items() if name not in verdicts and not each.problem]


def _note(verdicts: dict[str, Rejection], pair: Pair, verdict: Rejection | None) -> None:
    if verdict:
        verdicts[pair.pair_id] = verdict


def _pair(row: QaPair) -> Pair:
    passage = Passage(row.chunk_id, row.doc, row.passage)
    return Pair(row.pair_id, passage, row.split, row.question, row.answer)


def _leaks(found: Audit) -> Iterator[Leak]:
    for leak in found.leaks:
        yield Leak(shared=leak.kind, train=leak.train, validation=leak.validation, text=leak.what)


def _remarks(
    request: DatasetRequest, material: Material, pairs: Sequence[QaPair], found: Audit
) -> Iterator[str]:
    yield from material.remarks
    if not found.train + found.validation:
        yield f"No pair was kept of {len(pairs)}: {_counts(rejected(pairs))}."
    elif not (found.train and found.validation):
        part = "validation" if found.train else "training"
        yield f"There is no pair for {part}: make more, or change 'QA validation share'."
    yield _audit_remark(found)
    texts = {"passages": [passage.text for passage in material.passages]}
    models = {"language model": request.llm, "embedding model": request.embedder}
    yield from filter(None, (not_read(role, name, texts) for role, name in models.items()))


def _audit_remark(found: Audit) -> str:
    """Return in a sentence what was found."""
    counts = {kind: found.count(kind) for kind in ("file", "passage", "question", "answer")}
    shared = "clean" if found.is_clean else f"the parts share {_counts(counts)}"
    return (
        f"Leakage audit of {found.train} pairs for training and {found.validation} for "
        f"validation: {shared}."
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)


def _too_weak(llm: str, kept: int, left_out: Mapping[str, int]) -> SettingError:
    return SettingError(
        f"The language model {llm} is too weak for a data set: of its first {PILOT} pairs {kept} "
        "can be kept.",
        f"Left out were: {_counts(left_out)}. With under a third kept, most of the long run would "
        "be thrown away; what was made is there to be looked at.",
        f"Choose a better one as 'Language model', such as {_better(llm)}; 'bonsai models' lists "
        "more.",
    )


def _better(llm: str) -> str:
    """Return the best model of the list, or one of a hub where that is the one at work."""
    best = [model.name for model in MODELS if model.task == "language model"][-1]
    if llm != best and llm in {model.name for model in MODELS}:
        return best
    return next(model.name for model in RECOMMENDED if "start" in model.about)


def _stamp(request: DatasetRequest, material: Material, embedder: str, llm: str) -> RunStamp:
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection=request.collection,
        index_version=material.index_version,
        embedder=embedder,
        llm=llm,
        settings_hash=short_hash(request.model_dump(mode="json", exclude=_NO_SETTINGS)),
    )
