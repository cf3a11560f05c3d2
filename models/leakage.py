"""Features that know the outcome: found before a card is trained, for skill that is too good is no skill.

Every feature is looked at alone, on rows that were not used to look (two halves by group):

``implausible_skill``   alone it tells the outcome better than any single fact known beforehand does
``missing_tells``       whether it is missing tells the outcome
``recorded_otherwise``  of the event its values are round or usual much less often: written by other hands, after it
``pure``                nearly all rows in one of its states (a band of values, missing, not whole) have the rarer outcome: a mark
                        that only few bear, so that the measures above hardly move, but that is never wrong

and all together once a card has forecast rows that it had not seen:

``implausible_together``  the card tells the outcome better than facts known beforehand do

A finding is no proof: a legal threshold can have such skill. It must be explained by name, with a reason, or the feature left
out; `check` raises otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from features.errors import ValueProblem
from models.binning import codes, upper_edges
from models.datasets import Dataset
from models.limits import LEAKAGE, LeakageLimits, leakage_told
from models.wilson import interval

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
    why: str = ""
    """Why it is no leak."""

    def __str__(self) -> str:
        told = f"{self.feature} {self.rule} {self.value:.2f} (≥ {self.limit:.2f})"
        return f"{told}：{self.why}" if self.why else told


def findings(dataset: Dataset, limits: LeakageLimits = LEAKAGE) -> list[Finding]:
    """Everything suspicious, the worst first.

    Raises `ValueProblem` where an outcome is not 0 or 1, or the rows are of one group only.
    """
    _told(dataset)
    outcome = dataset.outcome.to_numpy().astype(np.int64)
    first = _half(dataset.group.to_numpy())
    found = []
    for name in dataset.features.columns:
        values = _numbers(dataset.features[name])
        measures = (
            ("implausible_skill", _alone(values, outcome, first), limits.skill),
            ("missing_tells", _either(_auc(np.isnan(values).astype(float), outcome)), limits.missing),
            ("recorded_otherwise", _usual(values, outcome), limits.usual),
            ("pure", _pure(values, outcome), limits.pure),
        )
        found += [Finding(name, rule, value, limit) for rule, value, limit in measures if value >= limit]
    return sorted(found, key=lambda one: (one.limit - one.value, one.feature))


def check(
    dataset: Dataset, explained: Mapping[str, str] | None = None, limits: LeakageLimits = LEAKAGE
) -> list[Finding]:
    """The findings, each explained. Raises `LeakageError` for those that are not."""
    return _explained(dataset.name, findings(dataset, limits), explained, limits)


def check_together(
    name: str, skill: float, explained: Mapping[str, str] | None = None, limits: LeakageLimits = LEAKAGE
) -> list[Finding]:
    """Of a set by its name, whether ``skill`` (AUC of the card on rows that it had not seen) is implausible; as in `check`."""
    found = [Finding(name, "implausible_together", skill, limits.together)] if skill >= limits.together else []
    return _explained(name, found, explained, limits)


def _explained(
    name: str, given: list[Finding], explained: Mapping[str, str] | None, limits: LeakageLimits
) -> list[Finding]:
    found = [replace(one, why=(explained or {}).get(one.feature, "").strip()) for one in given]
    if unexplained := [one for one in found if not one.why]:
        raise LeakageError(
            field=name,
            value="; ".join(str(one) for one in unexplained),
            rule=f"训练字段不得泄漏结果 / no feature may know the outcome; {leakage_told(limits)}",
            remedy="删去该字段，或写明理由 / leave the feature out, or explain it with a reason",
        )
    return found


def _told(dataset: Dataset) -> None:
    outcome = dataset.outcome
    wrong = outcome.filter(outcome.is_null() | ~outcome.is_in([0, 1]))
    rule = None
    if not wrong.is_empty():
        rule = f"结果须为 0 或 1 / outcomes must be 0 or 1, {wrong.len()} are not"
    elif dataset.group.n_unique() < 2:
        rule = "须有两组以上 / rows of two groups at least are needed"
    if rule is not None:
        raise ValueProblem(
            field=dataset.name, value=str(wrong.head(1).to_list()), rule=rule, remedy="改正数据 / correct the data"
        )


def _numbers(values: pl.Series) -> Floats:
    """Numbers as they are, days and moments counted, categories by how frequent they are; NaN where missing."""
    if values.dtype.is_temporal():
        values = values.to_physical()
    elif not (values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Null)):
        texts = values.cast(pl.String)
        known = texts.drop_nulls().value_counts().sort("count", texts.name, descending=True)[texts.name]
        values = texts.replace_strict(known, pl.int_range(known.len(), eager=True), default=None)
    return values.cast(pl.Float64).to_numpy().astype(np.float64)


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


def _pure(values: Floats, outcome: NDArray[np.int64]) -> float:
    """The share of the rarer outcome in the state where it is highest, of `_FEWEST` rows at least: the low end of Wilson's
    interval.
    """
    rare = outcome if 2 * outcome.sum() <= len(outcome) else 1 - outcome
    missing = np.isnan(values)
    edges = upper_edges(values, _BANDS)
    bands = np.nan_to_num(codes(values, edges), nan=len(edges) + 1).astype(np.int64)
    found = [0.0]
    for state in (bands, np.where(missing, 2, np.floor(values) != values).astype(np.int64)):
        rows, events = np.bincount(state), np.bincount(state, weights=rare)
        found += [interval(int(of), int(n))[0] for of, n in zip(events, rows, strict=True) if n >= _FEWEST]
    return max(found)


def _either(auc: float) -> float:
    """Skill whichever way it points."""
    return max(auc, 1.0 - auc)


def _auc(score: Floats, outcome: NDArray[np.int64]) -> float:
    return float(roc_auc_score(outcome, score)) if 0 < outcome.sum() < len(outcome) else 0.5
