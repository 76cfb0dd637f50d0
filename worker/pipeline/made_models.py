"""What is done with a tuned model without training: its export, and mixtures with its base."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from worker import __version__
from worker.errors import StoreError
from worker.file_faults import advice_for, reason_of
from worker.models.registry import Entry, Registry
from worker.pipeline.job_context import now
from worker.retrieval.sentence_transformers_embedder import load_to_train
from worker.retrieval.tuned_embedder import EXPORT
from worker.settings import Settings
from worker.tuning.learner import require_packages
from worker.tuning.merging import mixed, state_of
from worker.tuning.onnx_export import export_onnx


def export(model: str, settings: Settings) -> Path:
    """Write a tuned model as ONNX into a folder beside its weights, and return the folder.

    :raises SettingError: if there is none of this name, or it cannot be exported.
    :raises PackageMissingError: if a package is missing.
    :raises StoreError: if it cannot be written.
    """
    registry = Registry(settings.made)
    registry.find(model)
    require_packages()
    loaded, query_prompt, document_prompt, _ = load_to_train(model, settings)
    place = registry.place(model) / EXPORT
    draft = place.with_name(f".{uuid.uuid4().hex}")
    try:
        export_onnx(loaded, (query_prompt, document_prompt), draft)
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
    except OSError as error:
        raise StoreError(
            f"The export of {model} cannot be kept in {place}.",
            reason_of(error),
            advice_for(error, "Check the folder, and what else uses it."),
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


def merge(model: str, strength: float, name: str, settings: Settings) -> Entry:
    """Keep a mixture of a tuned model and its base under a name of its own; return its entry.

    :raises SettingError: if there is no such model, or the name is taken or none.
    :raises UnavailableError: if a package or the weights of the base are not there.
    :raises InputError: if the base is not the one that the model was tuned from.
    """
    registry = Registry(settings.made)
    tuned = registry.find(model)
    registry.require_free(f"tuned:{name}")
    require_packages()
    base, *_ = load_to_train(tuned.base, settings)
    learner, *_ = load_to_train(model, settings)
    learner.load_state_dict(mixed(state_of(base), state_of(learner), strength))
    whole = float(tuned.settings.get("strength", 1.0))
    entry = tuned.model_copy(
        update={
            "name": name,
            "time": now(),
            "code_version": __version__,
            "settings": {**tuned.settings, "strength": whole * strength, "mixed from": model},
            "comparisons": (),
        }
    )
    with registry.adding(entry) as folder:
        learner.save_pretrained(str(folder), create_model_card=False)
    return entry
