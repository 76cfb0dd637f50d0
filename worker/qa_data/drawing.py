"""Drawing by seed: an order that depends on names alone, on every machine and version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def drawn_order(names: Iterable[str], seed: int) -> list[str]:
    """Return names in the order that a seed draws; a new name moves none of the others."""
    return sorted(set(names), key=lambda name: (_lot(name, seed), name))


def _lot(name: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "surrogatepass")).digest()
