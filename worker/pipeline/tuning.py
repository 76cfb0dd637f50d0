"""The tune job: an embedding model learns from pairs, and is kept if the proof allows it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from worker import __version__
from worker.contract import (
    LOSS_BLOB,
    PairSet,
    RunStamp,
    TuneRequest,
    TuneResult,
)
from worker.models.registry import Entry, Registry, checked_name
from worker.pipeline.job_context import JobContext, now, short_hash
from worker.pipeline.tuning_pairs import negatives_of, sides_drawn, what_sides_share
from worker.pipeline.tuning_proof import Chosen, Proof, progress_of
from worker.retrieval.sentence_transformers_embedder import load_to_train, place_of
from worker.tuning.bases import trainable_base
from worker.tuning.learner import Learner, Recipe, require_packages
from worker.tuning.loss_picture import draw_loss
from worker.tuning.merging import state_of
from worker.tuning.pairs import (
    Example,
    documents,
    examples,
    has_sides,
    pairs_of,
    refuse_shared,
    require_enough,
    require_usable,
)
from worker.tuning.training import train
from worker.tuning.unsloth_base import faster_base

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from worker.tuning.merging import State

_NO_SETTINGS = {"job", "protocol", "run_id", "base", "name", "data", "control", "povs"}


def tune(request: TuneRequest, context: JobContext) -> TuneResult:
    """Train a model on pairs, measure it on documents that it has not seen, and keep it.

    Where it costs control questions too much, the strongest mixture with its base that does not is
    kept in its place; if none is, nothing is kept.

    :raises InputError: if the pairs cannot be trained on, or nothing could be proven with them.
    :raises SettingError: if the base cannot be trained, or the name is taken or none.
    :raises UnavailableError: if a package, the weights or memory are not there.
    """
    started, settings = perf_counter(), context.runtime.settings
    registry = Registry(settings.made)
    base, data = _checked(request, registry)
    model, query_prompt, document_prompt, revision = load_to_train(base, settings)
    stamp = context.begin(_stamp(request, f"{base}@{revision}"))
    model = _faster(model, base, request, data, context)
    learner = Learner(model, query_prompt, document_prompt)
    proof = Proof(request, data, learner, context)
    run = _Training(request, data, learner, proof, context, [])
    learnt = run.learnt(settings.training / _key(request, revision))
    chosen = proof.strongest(run.start, learnt)
    for row in (*chosen.lines, *chosen.moves):
        context.row(row)
    if chosen.is_kept:
        _keep(registry, _entry(request, data, base, revision, chosen), learner)
    shutil.rmtree(run.folder, ignore_errors=True)
    twin = [f"{request.base} cannot be trained: its trainable twin {base} was."]
    return TuneResult(
        run=stamp,
        comparisons=chosen.lines,
        moves=chosen.moves,
        strength=chosen.strength if chosen.is_kept else 0.0,
        remarks=(*(twin if base != request.base else ()), *run.remarks, *chosen.remarks(request)),
        seconds=perf_counter() - started,
    )


def _checked(request: TuneRequest, registry: Registry) -> tuple[str, PairSet]:
    """Return the base that is trained and the pairs by side, before anything is loaded."""
    checked_name(request.name)
    registry.require_free(request.model)
    base = trainable_base(request.base)
    require_usable(request.data)
    data = request.data if has_sides(request.data) else sides_drawn(request.data, request.seed)
    require_enough(data)
    refuse_shared(what_sides_share(data))
    require_packages()
    return base, data


@dataclass
class _Training:
    """The training of one run; its checkpoints are in a folder that a second try finds again."""

    request: TuneRequest
    data: PairSet
    learner: Learner
    proof: Proof
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
            progress_of(self.context, "Training"),
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
        watch = progress_of(self.context, "Reading questions")
        vectors = self.learner.embed(questions, self.learner.query_prompt, watch)
        found = negatives_of(self.data, made, vectors, self.proof.base.passages, count)
        return [replace(one, negatives=others) for one, others in zip(made, found, strict=True)]


def _faster(
    model: SentenceTransformer, base: str, request: TuneRequest, data: PairSet, context: JobContext
) -> SentenceTransformer:
    """Return the model as Unsloth trains it, where that pays: all weights, on a GPU."""
    if request.method != "full":
        return model
    steps = request.epochs * -(-len(pairs_of(data, "train")) // request.batch)
    return faster_base(model, place_of(base, context.runtime.settings).where, request.batch, steps)


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


def _entry(request: TuneRequest, data: PairSet, base: str, revision: str, chosen: Chosen) -> Entry:
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
