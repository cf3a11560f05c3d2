"""From a fitted classifier to the card that carries it: the export; what the card can do is `scoring.learned`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from models.wilson import interval
from scoring.learned import UNITS, Feature, Uncertainty

BANDS, FEWEST = 10, 50
"""Bands of points, and rows held out for each on average."""
FAR = 40.0
"""Log-odds beyond which a range does not reach: where no row, or every row, had the event."""


def feature_of(
    name: str, edges: Sequence[float], points: Sequence[int], missing: int, *, missing_seen: bool, monotone: int
) -> Feature:
    """A feature's bands, neighbours of equal points merged; ``points`` has one entry more than ``edges``."""
    kept = [place for place in range(len(edges)) if points[place] != points[place + 1]]
    return Feature(
        name,
        tuple(float(edges[place]) for place in kept),
        (*(int(points[place]) for place in kept), int(points[-1])),
        int(missing),
        missing_seen,
        monotone,
    )


def uncertainty_of(log_odds: NDArray[np.float64], event: NDArray[np.int64]) -> Uncertainty:
    """By bands of the honest scores: how far the log-odds of the share with the event lie from those of the mean forecast.

    The share's 95 % interval is Wilson's (1927). What is forecast lies within the range, also where the rows held out say
    that it is somewhat off: the range then reaches from it to the interval's far end.
    """
    order = np.argsort(log_odds, kind="stable")
    points, came = np.rint(log_odds[order] * UNITS).astype(np.int64), event[order]
    p = expit(points / UNITS)
    # Bands that tell equally much: where nearly none has the event many rows do. Scores that are alike cannot be cut.
    told = np.cumsum(p * (1 - p))
    bands = max(1, min(BANDS, len(order) // FEWEST))
    cuts = np.searchsorted(told, told[-1] * np.arange(1, bands) / bands)
    starts = np.unique([0, *np.searchsorted(points, points[cuts])])
    edges = tuple(int(points[start - 1] + points[start]) // 2 for start in starts[1:])
    ends = [_off(p[part], came[part]) for part in np.split(np.arange(len(p)), starts[1:])]
    return Uncertainty(edges, tuple(low for low, _ in ends), tuple(high for _, high in ends))


def _off(p: NDArray[np.float64], event: NDArray[np.int64]) -> tuple[int, int]:
    forecast = logit(p.mean())
    low, high = (logit(end) - forecast for end in interval(int(event.sum()), len(event)))
    return round(max(-FAR, min(0.0, low)) * UNITS), round(min(FAR, max(0.0, high)) * UNITS)
