"""What is usual for points of view, as it travels."""

from __future__ import annotations

from worker.contract.wire import Wire


class PovStatistics(Wire):
    """Cosines of sampled chunks to p points of view, summed up: the backdrop of contrast scores."""

    mean: tuple[float, ...]  # (p,)
    sd: tuple[float, ...]  # (p,)
    grand_mean: float
