"""From a fitted classifier to the card that carries it: the export; what the card can do is `scoring.learned`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.wilson import interval
from scoring.learned import MILLION, UNITS, Feature, Uncertainty

BANDS, FEWEST = 10, 50
"""Bands of points of equally many rows held out, and the fewest rows in one."""


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
    """By bands of the honest scores: the 95 % interval of the share with the event among the rows held out in the band."""
    order = np.argsort(log_odds, kind="stable")
    parts = np.array_split(order, max(1, min(BANDS, len(order) // FEWEST)))
    edges: list[int] = []
    ends: list[tuple[int, int]] = []
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        ends.append(tuple(round(end * MILLION) for end in interval(int(event[part].sum()), len(part))))  # type: ignore[arg-type]
        if after is not None:
            edges.append(round((log_odds[part[-1]] / 2 + log_odds[after[0]] / 2) * UNITS))
    if any(low >= high for low, high in pairwise(edges)):
        # Scores that are alike cannot be cut.
        whole = tuple(round(end * MILLION) for end in interval(int(event.sum()), len(event)))
        return Uncertainty((), whole[:1], whole[1:])
    return Uncertainty(tuple(edges), tuple(low for low, _ in ends), tuple(high for _, high in ends))
