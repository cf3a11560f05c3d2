"""Features into bands: upper edges at quantiles, each the roundest decimal between two values that were seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LARGEST = float(np.finfo(np.float64).max)


def upper_edges(values: Floats, max_bins: int) -> Floats:
    """Edges of at most ``max_bins`` bands that hold about equally many of ``values``; NaN is left out, ±inf counts.

    A value lies in the first band whose edge is ≥ the value. No edge falls between two equal values, so ties stay together.
    """
    known = np.clip(values[~np.isnan(values)], -LARGEST, LARGEST)
    distinct, counts = np.unique(known, return_counts=True)
    if len(distinct) < 2:
        return np.empty(0)
    if len(distinct) <= max_bins:
        cuts = np.arange(len(distinct) - 1)
    else:
        below = np.cumsum(counts)
        shares = np.arange(1, max_bins) * (below[-1] / max_bins)
        cuts = np.unique(np.searchsorted(below, shares, side="left"))
        cuts = cuts[cuts < len(distinct) - 1]
    return np.array([roundest(float(distinct[cut]), float(distinct[cut + 1])) for cut in cuts])


def roundest(low: float, high: float) -> float:
    """The decimal of fewest digits in [low, high) that is the midpoint rounded."""
    middle = low / 2 + high / 2
    for digits in range(1, 17):
        rounded = float(f"{middle:.{digits}g}")
        if low <= rounded < high:
            return rounded
    return low


def codes(values: Floats, edges: Floats) -> Floats:
    """The number of the band of each value, from 0; NaN stays NaN."""
    found: Any = np.searchsorted(edges, values, side="left").astype(np.float64)
    found[np.isnan(values)] = np.nan
    return np.asarray(found)
