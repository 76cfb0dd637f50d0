"""The tune job: an embedding model learns from pairs, and is kept if the proof allows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from worker import __version__
from worker.contract import (
    LOSS_BLOB,
    Comparison,
    PairSet,
    QuestionMove,
    RunStamp,
    TuneRequest,
    TuneResult,
)
from worker.models.registry import Entry, Registry, checked_name
from worker.pipeline.job_context import JobContext, now, short_hash
from worker.pipeline.tuning_pairs import negatives_of, sides_drawn, what_sides_share
from worker.retrieval.sentence_transformers_embedder import load_to_train, place_of
from worker.tuning.bases import trainable_base
from worker.tuning.learner import Learner, Recipe, Watch, require_packages
from worker.tuning.loss_picture import draw_loss
from worker.tuning.merging import mixed, state_of
from worker.tuning.pairs import (
    Example,
    Search,
    documents,
    examples,
    has_sides,
    pairs_of,
    refuse_shared,
    require_enough,
    require_usable,
    search,
    unrelated,
)
from worker.tuning.proof import Ranks, Vectors, compare, in_words, kept_neighbours, lost, ranks
from worker.tuning.training import train
from worker.tuning.unsloth_base import faster_base

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from worker.tuning.merging import State

#: By so much control questions may fall, as a share: what costs more is not kept as it is.
MOST_LOST = 0.02
#: Shares of the strength asked for that are tried in turn, the strongest first.
_WEAKER = (1.0, 0.75, 0.5, 0.25)
_CONTROL = "Control questions: "
_NO_SETTINGS = {"job", "protocol", "run_id", "base", "name", "data", "control", "povs"}


def tune(request: TuneRequest, context: JobContext) -> TuneResult:
    """Train a model on pairs, measure it on documents that it has not seen, and keep it.

    Where it costs control questions too much, the strongest mixture with its base that does not is
    kept in its place; if none is, nothing is kept.

    :raises InputError: if the pairs cannot be trained on, or nothing could be proven with them.
    :raises SettingError: if the base cannot be trained, or the name is taken or none.
    :raises UnavailableError: if a package, the weights or memory are not there.
    """
    started = perf_counter()
    registry = Registry(context.runtime.settings.made)
    checked_name(request.name)
    registry.require_free(request.model)
    base = trainable_base(request.base)
    require_usable(request.data)
    remarks = [f"{request.base} cannot be trained: its trainable twin {base} was."]
    remarks = remarks if base != request.base else []
    data = request.data if has_sides(request.data) else sides_drawn(request.data, request.seed)
    require_enough(data)
    refuse_shared(what_sides_share(data))
    require_packages()
    model, query_prompt, document_prompt, revision = load_to_train(base, context.runtime.settings)
    stamp = context.begin(_stamp(request, f"{base}@{revision}"))
    model = _faster(model, base, request, data, context)
    learner = Learner(model, query_prompt, document_prompt)
    proof = _Proof(request, data, learner, context)
    run = _Training(request, data, learner, proof, context, remarks)
    learnt = run.learnt(context.runtime.settings.training / _key(request, revision))
    chosen = proof.strongest(run.start, learnt)
    remarks += chosen.remarks(request)
    for row in (*chosen.lines, *chosen.moves):
        context.row(row)
    if chosen.is_kept:
        entry = _entry(request, data, base, revision, chosen)
        _keep(registry, entry, learner)
    shutil.rmtree(run.folder, ignore_errors=True)
    return TuneResult(
        run=stamp,
        comparisons=chosen.lines,
        moves=chosen.moves,
        strength=chosen.strength if chosen.is_kept else 0.0,
        remarks=tuple(remarks),
        seconds=perf_counter() - started,
    )


@dataclass
class _Training:
    """The training of one run; its checkpoints are in a folder that a second try finds again."""

    request: TuneRequest
    data: PairSet
    learner: Learner
    proof: _Proof
    context: JobContext
    remarks: list[str]

    def learnt(self, folder: Path) -> State:
        """Return the weights after training, and hand over the picture of the loss."""
        self.folder = folder
        self.start = state_of(self.learner.model)
        request = self.request
        recipe = Recipe(
            request.method, request.epochs, request.batch, request.learning_rate, request.seed
        )
        folder.mkdir(parents=True, exist_ok=True)
        losses = train(
            self.learner,
            self.start,
            self._examples(),
            recipe,
            folder,
            _watch(self.context, "Training"),
            self.remarks.append,
        )
        picture = draw_loss(losses, f"{request.model}: loss of each step")
        self.context.put_blob(LOSS_BLOB, picture)
        return state_of(self.learner.model)

    def _examples(self) -> list[Example]:
        """Return the pairs for training with their hard negatives, by the vectors of the base."""
        made, count = examples(self.data), self.request.negatives
        if not count:
            return made
        questions = [example.question for example in made]
        watch = _watch(self.context, "Reading questions")
        vectors = self.learner.embed(questions, self.learner.query_prompt, watch)
        found = negatives_of(self.data, made, vectors, self.proof.base.passages, count)
        return [replace(one, negatives=others) for one, others in zip(made, found, strict=True)]


@dataclass
class _Chosen:
    """What was measured of the mixture that is kept, or of the last that was tried."""

    strength: float
    lines: tuple[Comparison, ...]
    moves: tuple[QuestionMove, ...]
    tried: tuple[tuple[float, float], ...]  # strengths, each with what control questions lost
    shift: str
    is_kept: bool

    def remarks(self, request: TuneRequest) -> Iterator[str]:
        """Say what came of it: the verdict, what is forgotten, what to do."""
        yield in_words(self.lines[0])
        costs = ", ".join(f"{loss:+.1%} at {strength:g}" for strength, loss in self.tried)
        if not self.tried:
            yield "No control questions were measured: none is unrelated to these pairs."
        elif not self.is_kept:
            yield (
                f"{request.model} was not kept: control questions may lose {MOST_LOST:.0%}, and "
                f"lost {costs}. Tune with fewer epochs, or with more pairs."
            )
        elif self.strength < request.strength:
            yield (
                f"{request.model} is kept at strength {self.strength:g}, not {request.strength:g}: "
                f"control questions may lose {MOST_LOST:.0%}, and lost {costs}."
            )
        else:
            yield f"Control questions lost {costs}; {MOST_LOST:.0%} is allowed."
        if self.shift:
            yield self.shift
        if self.is_kept:
            yield (
                f"To use it, index again: an index belongs to the model that made it. Run 'bonsai "
                f"index BOOK --embedder {request.model} --collection NEW', or write "
                f"{request.model} into 'Embedder' on the Settings sheet with another 'Collection' "
                "and press Index, then Rank."
            )


class _Proof:
    """What the base finds, to be compared with what is made of it."""

    def __init__(
        self, request: TuneRequest, data: PairSet, learner: Learner, context: JobContext
    ) -> None:
        self._request, self._learner, self._context = request, learner, context
        control = unrelated(request.control, data)
        placed = [each.model_copy(update={"split": "validation"}) for each in control.passages]
        others = PairSet(passages=tuple(placed), pairs=control.pairs)
        self._asked = search(data, "validation")
        self._control = search(others, "validation", data.passages)
        self.base = self._vectors(self._asked, "Measuring the base")
        self._base_ranks = ranks(self._asked, self.base)
        self._base_control = self._control_ranks(self.base)
        self._base_povs = self._pov_vectors(self.base)

    def strongest(self, start: State, learnt: State) -> _Chosen:
        """Return the strongest mixture, up to the one asked for, that control questions allow.

        The model is that mixture then.
        """
        tried: list[tuple[float, float]] = []
        for share in _WEAKER:
            strength = self._request.strength * share
            self._learner.model.load_state_dict(mixed(start, learnt, strength))
            chosen = self._measured(strength, tried)
            if chosen.is_kept:
                break
        return chosen

    def _measured(self, strength: float, tried: list[tuple[float, float]]) -> _Chosen:
        model = self._request.model
        vectors = self._vectors(self._asked, f"Measuring strength {strength:g}")
        found = ranks(self._asked, vectors)
        lines = compare(model, self._base_ranks, found)
        is_kept = True
        if self._base_control:
            control = compare(model, self._base_control, self._control_ranks(vectors), _CONTROL)
            tried.append((strength, lost(control)))
            is_kept = lost(control) <= MOST_LOST
            lines += control
        moves = tuple(self._moves(found))
        return _Chosen(strength, tuple(lines), moves, tuple(tried), self._shift(vectors), is_kept)

    def _vectors(self, asked: Search, stage: str) -> Vectors:
        return self._learner.vectors(asked, _watch(self._context, stage))

    def _control_ranks(self, known: Vectors) -> list[Ranks]:
        """Return ranks of the control's passages; those of the set are searched with them."""
        if not self._control.questions:
            return []
        control = Search(
            self._control.questions,
            self._control.passages[: len(self._control.passages) - len(known.passages)],
            self._control.relevant,
            self._control.docs,
        )
        own = self._vectors(control, "Measuring control questions")
        return ranks(
            self._control,
            Vectors(own.questions, np.concatenate([own.passages, known.passages])),
        )

    def _pov_vectors(self, known: Vectors) -> Vectors | None:
        if not self._request.povs:
            return None
        texts = [pov.text for pov in self._request.povs]
        watch = _watch(self._context, "Reading points of view")
        return Vectors(
            self._learner.embed(texts, self._learner.query_prompt, watch), known.passages
        )

    def _shift(self, vectors: Vectors) -> str:
        after = self._pov_vectors(vectors)
        if not (after and self._base_povs):
            return ""
        kept = kept_neighbours(self._base_povs, after)
        least = int(np.argmin(kept))
        return (
            f"Points of view: {np.mean(kept):.0%} of the ten passages nearest to each are as "
            f"before, on average over {len(kept)}; least of all at "
            f"{self._request.povs[least].pov_id} ({kept[least]:.0%})."
        )

    def _moves(self, found: Sequence[Ranks]) -> Iterator[QuestionMove]:
        rows = zip(self._asked.questions, self._asked.docs, self._base_ranks, found, strict=True)
        for question, doc, before, after in rows:
            yield QuestionMove(
                model=self._request.model,
                question=question,
                doc=doc,
                base_rank=before[0],
                tuned_rank=after[0],
            )


def _faster(
    model: SentenceTransformer, base: str, request: TuneRequest, data: PairSet, context: JobContext
) -> SentenceTransformer:
    """Return the model as Unsloth trains it, where that pays: all weights, on a GPU."""
    if request.method != "full":
        return model
    steps = request.epochs * -(-len(pairs_of(data, "train")) // request.batch)
    return faster_base(model, place_of(base, context.runtime.settings).where, request.batch, steps)


def _watch(context: JobContext, stage: str) -> Watch:
    return lambda done, of, word: context.progress(stage, done, of, word)


def _keep(registry: Registry, entry: Entry, learner: Learner) -> None:
    """Register the model as it is now; prompts that its name stood for stay with it."""
    model = learner.model
    model.prompts = {
        **model.prompts,
        "query": learner.query_prompt,
        "document": learner.document_prompt,
    }
    with registry.adding(entry) as folder:
        model.save_pretrained(str(folder), create_model_card=False)


def _entry(request: TuneRequest, data: PairSet, base: str, revision: str, chosen: _Chosen) -> Entry:
    recipe = Recipe(request.method, learning_rate=request.learning_rate)
    return Entry(
        kind="tuned",
        name=request.name,
        base=base,
        base_revision=revision,
        time=now(),
        code_version=__version__,
        data_hash=short_hash(data.model_dump(mode="json")),
        documents=documents(data),
        counts={
            "pairs for training": len(pairs_of(data, "train")),
            "pairs for validation": len(pairs_of(data, "validation")),
        },
        settings={
            "method": request.method,
            "epochs": request.epochs,
            "batch": request.batch,
            "negatives": request.negatives,
            "learning rate": recipe.rate,
            "strength": chosen.strength,
            "seed": request.seed,
        },
        comparisons=chosen.lines,
    )


def _key(request: TuneRequest, revision: str) -> str:
    """Return what training depends on: a second try with the same goes on where it was."""
    fields = request.model_dump(mode="json", exclude={"run_id", "name", "strength", "control"})
    return short_hash({**fields, "revision": revision})


def _stamp(request: TuneRequest, base: str) -> RunStamp:
    return RunStamp(
        run_id=request.run_id,
        time=now(),
        code_version=__version__,
        collection="",
        index_version="",
        embedder=base,
        questions_hash=short_hash(request.data.model_dump(mode="json")),
        povs_hash=short_hash([pov.text for pov in request.povs]) if request.povs else "",
        settings_hash=short_hash(request.model_dump(mode="json", exclude=_NO_SETTINGS)),
    )
