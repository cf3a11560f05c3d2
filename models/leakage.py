"""Features that know the outcome: found before a card is trained, for skill that is too good is no skill.

Every feature is looked at alone, on rows that were not used to look (two halves by group):

``implausible_skill``   alone it tells the outcome better than any single fact known beforehand does
``missing_tells``       whether it is missing tells the outcome
``recorded_otherwise``  of the event its values are round or usual much less often: written by other hands, after it

A finding is no proof: a legal threshold can have such skill. It must be explained by name, with a reason, or the feature left
out; `check` raises otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from features.errors import ValueProblem
from models.binning import codes, upper_edges
from models.datasets import Dataset
from models.limits import LEAKAGE, LeakageLimits, leakage_told

Floats = NDArray[np.float64]
_BANDS, _COMMON, _FEWEST = 32, 20, 50


class LeakageError(ValueProblem):
    """Features that know the outcome and that nobody explained."""

    code = "suspected_leakage"


@dataclass(frozen=True)
class Finding:
    """What is suspicious in a feature, and how far."""

    feature: str
    rule: str
    value: float
    limit: float

    def __str__(self) -> str:
        return f"{self.feature} {self.rule} {self.value:.2f} (≥ {self.limit:.2f})"


def findings(dataset: Dataset, limits: LeakageLimits = LEAKAGE) -> list[Finding]:
    """Everything suspicious, the worst first."""
    outcome = dataset.outcome.to_numpy().astype(np.int64)
    first = _half(dataset.group.to_numpy())
    found = []
    for name in dataset.features.columns:
        values = dataset.features[name].cast(float).to_numpy().astype(np.float64)
        measures = (
            ("implausible_skill", _alone(values, outcome, first), limits.skill),
            ("missing_tells", _either(_auc(np.isnan(values).astype(float), outcome)), limits.missing),
            ("recorded_otherwise", _usual(values, outcome), limits.usual),
        )
        found += [Finding(name, rule, value, limit) for rule, value, limit in measures if value >= limit]
    return sorted(found, key=lambda one: (one.limit - one.value, one.feature))


def check(
    dataset: Dataset, explained: Mapping[str, str] | None = None, limits: LeakageLimits = LEAKAGE
) -> list[Finding]:
    """The findings, each explained. Raises `LeakageError` for those that are not."""
    found = findings(dataset, limits)
    if unexplained := [one for one in found if not (explained or {}).get(one.feature, "").strip()]:
        raise LeakageError(
            field=dataset.name,
            value="; ".join(str(one) for one in unexplained),
            rule=f"训练字段不得泄漏结果 / no feature may know the outcome; {leakage_told(limits)}",
            remedy="删去该字段，或写明理由 / leave the feature out, or explain it with a reason",
        )
    return found


def _half(group: NDArray[Any]) -> NDArray[np.bool_]:
    """The rows of every second group."""
    _, member = np.unique(group, return_inverse=True)
    order = np.random.default_rng(0).permutation(int(member.max()) + 1)
    return np.asarray(order[member] % 2 == 0)


def _alone(values: Floats, outcome: NDArray[np.int64], first: NDArray[np.bool_]) -> float:
    """AUC over both halves of the event's share in the value's band, as the other half has it."""
    edges = upper_edges(values, _BANDS)
    band = np.nan_to_num(codes(values, edges), nan=len(edges) + 1).astype(np.int64)
    score = np.empty(len(values))
    for known, asked in ((first, ~first), (~first, first)):
        rate = float(outcome[known].mean())
        rows = np.bincount(band[known], minlength=len(edges) + 2)
        events = np.bincount(band[known], weights=outcome[known], minlength=len(edges) + 2)
        score[asked] = ((events + rate) / (rows + 1))[band[asked]]
    return _auc(score, outcome)


def _usual(values: Floats, outcome: NDArray[np.int64]) -> float:
    """Difference between outcomes in how many of the values other than 0 are among the twenty most frequent."""
    stated = ~np.isnan(values) & (values != 0)
    distinct, place, counts = np.unique(values[stated], return_inverse=True, return_counts=True)
    of = [outcome[stated] == one for one in (0, 1)]
    if len(distinct) <= _COMMON or min(part.sum() for part in of) < _FEWEST:
        return 0.0
    usual = (counts >= np.sort(counts)[-_COMMON:].min())[place]
    return float(abs(usual[of[0]].mean() - usual[of[1]].mean()))


def _either(auc: float) -> float:
    """Skill whichever way it points."""
    return max(auc, 1.0 - auc)


def _auc(score: Floats, outcome: NDArray[np.int64]) -> float:
    return float(roc_auc_score(outcome, score)) if 0 < outcome.sum() < len(outcome) else 0.5
