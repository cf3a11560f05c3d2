"""Features that know the outcome: found before a card is trained, for skill that is too good is no skill.

Every feature is looked at alone, on rows that were not used to look (two halves by group):

``implausible_skill``   alone it tells the outcome better than any single fact known beforehand does
``missing_tells``       whether it is missing tells the outcome
``recorded_otherwise``  of the event its values are round or usual much less often than like values are without it: written
                        by other hands, after it
``pure``                some state of it, however rare, nearly always goes with the rarer outcome (`models.purity`)

And all of them, by the best forecast of rows that it had not seen, be it the card's or a rival's:

``implausible_together``  the set as a whole tells the outcome better than facts known beforehand do

A finding is no proof: a legal threshold can have such skill. It must be explained by feature and rule, with a reason, or the
feature left out; `check` and `check_together` raise otherwise. What explains one rule explains no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from features.errors import ValueProblem
from models.binning import codes, upper_edges
from models.datasets import Dataset
from models.limits import LEAKAGE, LeakageLimits, leakage_told
from models.purity import purest

Floats = NDArray[np.float64]
Explained = Mapping[tuple[str, str], str]
"""The reason why a finding is no leak, by feature (of ``implausible_together`` the set) and rule."""
RULES, TOGETHER = ("implausible_skill", "missing_tells", "recorded_otherwise", "pure"), "implausible_together"
_BANDS, _COMMON, _FEWEST, _ALIKE = 32, 20, 50, 8
_DAY = 86_400_000_000


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
    """Everything suspicious in one feature alone, the worst first. Raises `ValueProblem` for a set that cannot be looked at."""
    _sound(dataset)
    outcome = dataset.outcome.to_numpy().astype(np.int64)
    _, group = np.unique(dataset.group.to_numpy(), return_inverse=True)
    first, found = _half(group), list[Finding]()
    for column in dataset.features.get_columns():
        values, bands = _numbers(column)
        measures = (
            (_alone(values, outcome, first, bands), limits.skill),
            (_either(_auc(np.isnan(values).astype(float), outcome)), limits.missing),
            (_usual(values, outcome, group), limits.usual),
            (purest(values, outcome, first), limits.pure),
        )
        for rule, (value, limit) in zip(RULES, measures, strict=True):
            found += [Finding(column.name, rule, value, limit)] if value >= limit else []
    return sorted(found, key=lambda one: (one.limit - one.value, one.feature))


def check(dataset: Dataset, explained: Explained | None = None, limits: LeakageLimits = LEAKAGE) -> list[Finding]:
    """The findings, each explained. Raises `LeakageError` for those that are not."""
    return _explained(dataset.name, findings(dataset, limits), explained, limits)


def check_together(
    name: str, auc: float, explained: Explained | None = None, limits: LeakageLimits = LEAKAGE
) -> list[Finding]:
    """The finding of a whole set by the best AUC of its forecasts, explained. Raises `LeakageError` where it is not."""
    found = [Finding(name, TOGETHER, auc, limits.together)] if auc >= limits.together else []
    return _explained(name, found, explained, limits)


def _explained(
    name: str, found: Sequence[Finding], explained: Explained | None, limits: LeakageLimits
) -> list[Finding]:
    told = [replace(one, why=(explained or {}).get((one.feature, one.rule), "").strip()) for one in found]
    if unexplained := [one for one in told if not one.why]:
        raise LeakageError(
            field=name,
            value="; ".join(str(one) for one in unexplained),
            rule=f"训练字段不得泄漏结果 / no feature may know the outcome; {leakage_told(limits)}",
            remedy="删去该字段，或就该规则写明理由 / leave the feature out, or give the reason for it and this rule: "
            f"dengti train --explain '{unexplained[0].feature}:{unexplained[0].rule}=理由 REASON'",
        )
    return told


def _sound(dataset: Dataset) -> None:
    """Every row has an outcome, 0 or 1, and a group, of which there are two."""
    wrong = dataset.outcome.filter(~dataset.outcome.is_in([0, 1]).fill_null(False))
    if wrong.len():
        raise ValueProblem(
            field=f"{dataset.name}.outcome",
            value=f"{wrong[0]} ({wrong.len():,} 行 rows)",
            rule="结果只能是 0 或 1，不得缺失 / an outcome is 0 or 1, never missing",
            remedy="删去结果未知的行 / leave out rows whose outcome is not known",
        )
    if dataset.group.null_count() or dataset.group.n_unique() < 2:
        raise ValueProblem(
            field=f"{dataset.name}.group",
            value=f"{dataset.group.n_unique():,} 组 groups, {dataset.group.null_count():,} 行缺失 rows without",
            rule="每行须属于一组，至少两组 / every row has a group, and there are at least two",
            remedy="以企业为组 / take the firm as the group",
        )


def _numbers(column: pl.Series) -> tuple[Floats, int]:
    """The column as numbers, and into how many bands they may be put: days since 1970; texts by how frequent they are, from 1,
    each a band of its own. Raises `ValueProblem` for what is neither.
    """
    kind, bands = column.dtype, _BANDS
    if kind in (pl.Date, pl.Datetime):
        column = column.cast(pl.Datetime("us")).cast(pl.Int64) / _DAY
    elif kind in (pl.String, pl.Categorical, pl.Enum, pl.Boolean):
        column = column.cast(pl.String).alias("text")
        counted = column.drop_nulls().value_counts().sort(["count", "text"], descending=[True, False])
        column = column.replace_strict(counted["text"], range(1, counted.height + 1), return_dtype=pl.Float64)
        bands = max(counted.height, 1)
    elif not (kind.is_numeric() or kind == pl.Null):
        raise ValueProblem(
            field=column.name,
            value=str(kind),
            rule="不是数值、文本、是否或日期 / neither number, text, boolean nor date",
            remedy="换算为其中一种，或删去 / make it one of them, or leave it out",
        )
    return column.cast(pl.Float64).to_numpy().astype(np.float64), bands


def _half(group: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The rows of every second group."""
    order = np.random.default_rng(0).permutation(int(group.max()) + 1)
    return np.asarray(order[group] % 2 == 0)


def _alone(values: Floats, outcome: NDArray[np.int64], first: NDArray[np.bool_], bands: int) -> float:
    """AUC over both halves of the event's share in the value's band, as the other half has it."""
    edges = upper_edges(values, bands)
    band = np.nan_to_num(codes(values, edges), nan=len(edges) + 1).astype(np.int64)
    score = np.empty(len(values))
    for known, asked in ((first, ~first), (~first, first)):
        rate = float(outcome[known].mean())
        rows = np.bincount(band[known], minlength=len(edges) + 2)
        events = np.bincount(band[known], weights=outcome[known], minlength=len(edges) + 2)
        score[asked] = ((events + rate) / (rows + 1))[band[asked]]
    return _auc(score, outcome)


def _usual(values: Floats, outcome: NDArray[np.int64], group: NDArray[np.int64]) -> float:
    """Difference between outcomes in how many of the values other than 0 are among the twenty that most groups have.

    Like is held against like, in bands of the values, each counted by its rows with the rarer outcome: small counts recur
    because they are small, and what one firm says in all its years is said by one.
    """
    stated = ~np.isnan(values) & (values != 0)
    values, outcome, group = values[stated], outcome[stated], group[stated]
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) <= _COMMON or min(np.sum(outcome == one) for one in (0, 1)) < _FEWEST:
        return 0.0
    groups = np.bincount(np.unique(np.column_stack((place, group)), axis=0)[:, 0])
    usual = (groups >= np.sort(groups)[-_COMMON:].min())[place]
    edges = upper_edges(values, _ALIKE)
    band = codes(values, edges).astype(np.int64)
    rows, found = (
        [np.bincount(band[outcome == one], counted[outcome == one], len(edges) + 1) for one in (0, 1)]
        for counted in (np.ones(len(values)), usual.astype(np.float64))
    )
    both = (rows[0] > 0) & (rows[1] > 0)
    share = [found[one][both] / rows[one][both] for one in (0, 1)]
    weights = min(rows, key=np.sum)[both]
    return float(abs(np.average(share[0] - share[1], weights=weights))) if both.any() else 0.0


def _either(auc: float) -> float:
    """Skill whichever way it points."""
    return max(auc, 1.0 - auc)


def _auc(score: Floats, outcome: NDArray[np.int64]) -> float:
    return float(roc_auc_score(outcome, score)) if 0 < outcome.sum() < len(outcome) else 0.5
