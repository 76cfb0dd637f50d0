from __future__ import annotations

from types import ModuleType

import pytest

from worker.errors import InputError
from worker.tuning.merging import mixed


def test_nothing_of_it_is_the_base_exactly_and_all_of_it_what_was_learnt(torch: ModuleType):
    base = {"weight": torch.randn(4, 4), "positions": torch.arange(4)}
    learnt = {"weight": torch.randn(4, 4), "positions": torch.arange(4)}
    assert mixed(base, learnt, 0)["weight"].equal(base["weight"])
    assert torch.allclose(mixed(base, learnt, 1)["weight"], learnt["weight"], atol=1e-6)
    half = (base["weight"] + learnt["weight"]) / 2
    assert torch.allclose(mixed(base, learnt, 0.5)["weight"], half, atol=1e-6)
    assert mixed(base, learnt, 0.5)["positions"].equal(base["positions"])


def test_a_mixture_shares_no_memory_with_the_base(torch: ModuleType):
    base, learnt = {"positions": torch.arange(4)}, {"positions": torch.arange(4)}
    mixed(base, learnt, 0)["positions"] += 1
    assert base["positions"].equal(torch.arange(4))


def test_models_of_other_sizes_are_refused(torch: ModuleType):
    with pytest.raises(InputError, match="cannot be merged"):
        mixed({"weight": torch.zeros(2)}, {"weight": torch.zeros(3)}, 0.5)
    with pytest.raises(InputError, match="cannot be merged"):
        mixed({"weight": torch.zeros(2)}, {"other": torch.zeros(2)}, 0.5)
