"""Measures of a forecast of yes or no, each with a bootstrap interval; where rows belong to groups, groups are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

Array = NDArray[Any]
Measure = Callable[[Array, Array], float]


@dataclass(frozen=True)
class Estimate:
    """A measure on the sample with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def auc(outcome: Array, p: Array) -> float:
    """Probability that a row with the event has the higher score than one without."""
    return float(roc_auc_score(outcome, p))


def average_precision(outcome: Array, p: Array) -> float:
    """Mean precision over the ranking; a ranking by chance gives the base rate."""
    return float(average_precision_score(outcome, p))


def brier_skill(outcome: Array, p: Array) -> float:
    """Share of the squared error of the base rate that the forecast removes; negative where it is worse."""
    rate = float(outcome.mean())
    return 1.0 - float(brier_score_loss(outcome, p)) / (rate * (1.0 - rate))


def calibration_error(outcome: Array, p: Array, bins: int = 10) -> float:
    """ECE: mean distance of forecast and frequency over ``bins`` groups of equally many rows in order of the forecast."""
    parts = np.array_split(np.argsort(p, kind="stable"), bins)
    return float(sum(len(part) * abs(p[part].mean() - outcome[part].mean()) for part in parts if len(part)) / len(p))


def error_by_chance(p: Array, draws: int = 200, seed: int = 0) -> Estimate:
    """ECE that these forecasts would show of so many rows if they were right: mean, percentiles 2.5 and 97.5 over outcomes
    drawn from them. An ECE within it is no evidence of a fault; ECE is never 0, and its bootstrap leans up (rows drawn twice).
    """
    random = np.random.default_rng(seed)
    found = [calibration_error((random.random(len(p)) < p).astype(int), p) for _ in range(draws)]
    low, high = np.percentile(found, [2.5, 97.5])
    return Estimate(float(np.mean(found)), float(low), float(high))


def lift_at(outcome: Array, p: Array, share: float = 0.1) -> float:
    """Events among the ``share`` of rows with the highest forecast, against the base rate."""
    first = np.argsort(-p, kind="stable")[: max(1, round(share * len(p)))]
    return float(outcome[first].mean() / outcome.mean())


MEASURES: Mapping[str, Measure] = {
    "auc": auc,
    "average_precision": average_precision,
    "brier_skill": brier_skill,
    "calibration_error": calibration_error,
    "lift_at_10": lift_at,
}
TITLES: Mapping[str, str] = {
    "auc": "AUC",
    "average_precision": "平均精确率 AP",
    "brier_skill": "Brier 技巧 skill",
    "calibration_error": "校准误差 ECE",
    "lift_at_10": "前一成提升 lift 10 %",
}
"""Headings of the measures, for people."""


def estimate(
    measure: Measure, outcome: Array, p: Array, group: Array | None = None, draws: int = 200, seed: int = 0
) -> Estimate:
    """The measure with percentiles 2.5 and 97.5 over ``draws`` samples of whole groups, drawn with replacement.

    ``p`` has a row a forecast; several columns where the measure compares forecasts.
    """
    outcome, p = np.asarray(outcome), np.asarray(p)
    _, member = np.unique(np.arange(len(p)) if group is None else np.asarray(group), return_inverse=True)
    rows = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member))[:-1])
    random = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        drawn = np.concatenate([rows[i] for i in random.integers(len(rows), size=len(rows))])
        if 0 < outcome[drawn].sum() < len(drawn):
            found.append(measure(outcome[drawn], p[drawn]))
    low, high = np.percentile(found, [2.5, 97.5])
    return Estimate(measure(outcome, p), float(low), float(high))
