"""LoRA: small matrices beside the weights learn, and are added to them in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_RANK = 16


def with_lora(model: SentenceTransformer) -> None:
    """Put matrices beside all linear layers of a model, which alone learn from then on."""
    from peft import LoraConfig, inject_adapter_in_model

    linear = "all-linear"
    config = LoraConfig(r=_RANK, lora_alpha=2 * _RANK, lora_dropout=0.05, target_modules=linear)
    inject_adapter_in_model(config, model[0].auto_model)


def merge_lora(model: SentenceTransformer) -> None:
    """Add what the matrices have learnt to the weights, and take them away."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    layers = {
        name: layer for name, layer in model.named_modules() if isinstance(layer, BaseTunerLayer)
    }
    for name, layer in layers.items():
        layer.merge()
        parent, _, own = name.rpartition(".")
        setattr(model.get_submodule(parent), own, layer.get_base_layer())
    for weights in model.parameters():
        weights.requires_grad_(True)
