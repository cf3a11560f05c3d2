"""What a forecast looks like against what came: reliability by tenths, and what serving the first k firms gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.evaluation.metrics import Array, Estimate, estimate
from models.wilson import interval


@dataclass(frozen=True)
class Tenth:
    """Rows of like forecast: mean forecast, frequency of the event with its 95 % interval, rows."""

    forecast: float
    frequency: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class Served:
    """The first ``k`` rows by forecast: share of events among them with its interval, against ``chance``."""

    k: int
    found: Estimate
    chance: float

    @property
    def gained(self) -> Estimate:
        """Events more than among k firms drawn by lot; the interval is that of ``found``, ``chance`` taken as it is."""
        return Estimate(
            *(self.k * (share - self.chance) for share in (self.found.value, self.found.low, self.found.high))
        )


def reliability(outcome: Array, p: Array, groups: int = 10) -> list[Tenth]:
    """By groups of equally many rows in order of the forecast; intervals by Wilson (1927)."""
    parts = np.array_split(np.argsort(p, kind="stable"), groups)
    return [_tenth(outcome[part], p[part]) for part in parts if len(part)]


def _tenth(outcome: Array, p: Array) -> Tenth:
    return Tenth(float(p.mean()), float(outcome.mean()), *interval(int(outcome.sum()), len(outcome)), len(outcome))


def served(outcome: Array, p: Array, group: Array, ks: Sequence[int] = (20, 50, 100)) -> list[Served]:
    """Precision among the first k for each k that leaves some row unserved."""
    return [
        Served(k, estimate(lambda o, q, k=k: _precision(o, q, k), outcome, p, group), float(outcome.mean()))  # type: ignore[misc]
        for k in ks
        if k < len(p)
    ]


def _precision(outcome: Array, p: Array, k: int) -> float:
    return float(outcome[np.argsort(-p, kind="stable")[:k]].mean())
