"""Whether other rows still look like those that a card was fitted on: population stability by feature, and the base rate.

PSI = Σ (b − a) · ln(b / a) over bands, shares a of the reference and b of the batch; the bands are the card's own
(`scoring.seen`), missing is one of them, and those that neither side has rows in are left out. From which values on it is
watched or an alarm: `models.limits`.

Few rows differ from many by chance alone. Where nothing changed, PSI is about (1/n + 1/m) · χ² with one degree of freedom
less than there are bands, n and m the rows of both sides (Yurdakul 2018, Statistical Properties of Population Stability
Index, Western Michigan University). A level counts only from the χ² on that chance exceeds as seldom as so many standard
errors (``errors``), shared among the features (Bonferroni). The quantile is the approximation of Wilson and Hilferty (1931).
It takes rows to be independent: of firms that stand in the reference in several years chance gives somewhat more.

The serving process may import this: NumPy and Polars only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import ValueProblem
from models.limits import DRIFT, DriftLimits
from models.seen_rows import counts, events, numbers
from scoring.learned import LearnedCard
from scoring.seen import Seen

BASE_RATE = "base_rate"
"""Name of the check of how often the event comes."""
_HALF = 0.5
"""Rows added to every band, so that an empty one has a logarithm."""
_SELDOM = 1e-300
"""A tail below which no quantile is looked for."""


class Level(IntEnum):
    """How far a check has gone."""

    OK = 0
    WATCH = 1
    ALARM = 2

    @property
    def told(self) -> str:
        """As people read it."""
        return ("正常 ok", "关注 watch", "警报 alarm")[self]


@dataclass(frozen=True)
class Check:
    """One thing compared: PSI of a feature, or ``base_rate`` with the ratio of odds as its value."""

    name: str
    value: float
    level: Level
    reference: float
    """Of a feature the share missing, of the base rate the share of events, in the reference …"""
    batch: float
    """… and in the batch."""
    chance: float
    """What chance alone would reach: a value below it has no level."""
    mute: bool
    """Whether so few rows could be no alarm, whatever they held."""

    @property
    def told(self) -> str:
        """The level as people read it."""
        return "行数过少，不足以报警 too few rows for an alarm" if self.mute and not self.level else self.level.told


def checks(
    seen: Seen,
    features: pl.DataFrame,
    outcome: pl.Series | None = None,
    *,
    earlier: pl.Series | None = None,
    limits: DriftLimits = DRIFT,
) -> list[Check]:
    """Every feature, then the base rate where an outcome is known; the worst first.

    ``outcome`` is that of the same rows, null where not known yet. Where those rows are too young to have one, ``earlier`` is
    the outcome of others, of an earlier question. Raises `ValueProblem` where there are no rows, a feature is lacking or no
    number, an outcome is anything but 0, 1 and null, or its rows are not those of the features.
    """
    _some(seen)
    numbers(features, seen.edges)
    if outcome is not None and earlier is not None:
        raise TypeError("outcome of the same rows, or of earlier ones, not both")
    asked = earlier if outcome is None else outcome
    known = (0, 0) if asked is None else events(asked)
    if outcome is not None and outcome.len() != features.height:
        raise ValueProblem(
            field="outcome",
            value=f"{outcome.len():,} 行 rows",
            rule=f"须与特征同为 / must be of the same rows as the features: {features.height:,} 行 rows",
            remedy="逐行给出结果，未知为空 / give each row's outcome, null where not known yet",
        )
    rows = {name: counts(features[name], seen.edges[name]) for name in seen.edges}
    base = [_base_rate(seen.outcome, known, limits)] if known[0] else []
    return _ordered([*checks_of(seen, rows, limits), *base])


def checks_of(seen: Seen, rows: Mapping[str, NDArray[np.int64]], limits: DriftLimits = DRIFT) -> list[Check]:
    """Every feature of a batch that is counted already: ``rows`` by band, missing last; the worst first."""
    sides = [(name, np.asarray(seen.rows[name]), rows[name]) for name in seen.edges]
    return _ordered([_feature(*one, features=len(rows), limits=limits) for one in sides])


def between(old: LearnedCard, new: LearnedCard, limits: DriftLimits = DRIFT) -> list[Check]:
    """What two cards were fitted on, as far as both can be held against each other exactly: the base rate, and of the features
    that both have the share missing (PSI over known and missing); the worst first.

    Rows that both were fitted on make chance smaller than is reckoned with. Raises `ValueProblem` where a card does not tell
    what it was fitted on.
    """
    before, after = fitted_on(old), fitted_on(new)
    common = [name for name in before.rows if name in after.rows]
    sides = [(name, _known_missing(before.rows[name]), _known_missing(after.rows[name])) for name in common]
    every = [_feature(*one, features=len(common), limits=limits) for one in sides]
    return _ordered([*every, _base_rate(before.outcome, after.outcome, limits)])


def fitted_on(card: LearnedCard) -> Seen:
    """What the card was fitted on. Raises `ValueProblem` where it does not tell, or that were no rows."""
    if card.seen is None:
        raise ValueProblem(
            field=card.id,
            value=card.sha256,
            rule="该评分卡未记录训练时的数据分布 / the card does not tell what it was fitted on",
            remedy="重新训练：dengti train / train anew: dengti train",
        )
    _some(card.seen)
    return card.seen


def psi(reference: NDArray[Any], batch: NDArray[Any]) -> float:
    """Population stability index of two counts by band."""
    some = reference + batch > 0
    a, b = ((rows[some] + _HALF) / (rows.sum() + _HALF * some.sum()) for rows in (reference, batch))
    return float(((b - a) * np.log(b / a)).sum())


def by_chance(reference: NDArray[Any], batch: NDArray[Any], errors: float, features: int = 1) -> float:
    """PSI that chance exceeds as seldom as ``errors`` standard errors, one-sided, in any of so many features."""
    degrees = int((reference + batch > 0).sum()) - 1
    if degrees < 1:
        return 0.0
    normal = NormalDist()
    deviate = -normal.inv_cdf(max(normal.cdf(-errors) / features, _SELDOM))
    spread = 2 / (9 * degrees)
    quantile = degrees * max(0.0, 1 - spread + deviate * math.sqrt(spread)) ** 3
    return float((1 / reference.sum() + 1 / batch.sum()) * quantile)


def worst(found: Sequence[Check]) -> Level:
    """The highest level reached."""
    return max((one.level for one in found), default=Level.OK)


def _ordered(found: Sequence[Check]) -> list[Check]:
    return sorted(found, key=lambda one: (-one.level, -one.value, one.name))


def _some(seen: Seen) -> None:
    if not seen.outcome[0]:
        raise ValueProblem(
            field="seen",
            value="0 行 rows",
            rule="评分卡未在任何行上拟合 / the card was fitted on no rows",
            remedy="重新训练：dengti train / train anew: dengti train",
        )


def _feature(
    name: str, reference: NDArray[np.int64], batch: NDArray[np.int64], *, features: int, limits: DriftLimits
) -> Check:
    def reached(rows: NDArray[np.int64]) -> tuple[float, float, Level]:
        value, chance = psi(reference, rows), by_chance(reference, rows, limits.errors, features)
        return value, chance, _level(value, limits.psi_watch, limits.psi_alarm, certain=value >= chance)

    value, chance, level = reached(batch)
    # PSI is greatest where all rows lie in one band.
    farthest = np.diag(np.full(len(batch), batch.sum()))
    before, now = (float(rows[-1] / rows.sum()) for rows in (reference, batch))
    return Check(name, value, level, before, now, chance, _none(lambda rows: reached(rows)[2], farthest))


def _base_rate(reference: tuple[int, int], batch: tuple[int, int], limits: DriftLimits) -> Check:
    """Log of the ratio of odds and its standard error from the four counts (Woolf 1955)."""

    def reached(batch: tuple[int, int]) -> tuple[float, float, Level]:
        cells = [count + _HALF for rows, events in (reference, batch) for count in (events, rows - events)]
        ratio = math.exp(abs(math.log(cells[2] / cells[3]) - math.log(cells[0] / cells[1])))
        chance = math.exp(limits.errors * math.sqrt(sum(1 / count for count in cells)))
        return ratio, chance, _level(ratio, limits.odds_watch, limits.odds_alarm, certain=ratio >= chance)

    ratio, chance, level = reached(batch)
    before, now = (events / rows for rows, events in (reference, batch))
    farthest = [(batch[0], 0), (batch[0], batch[0])]
    return Check(BASE_RATE, ratio, level, before, now, chance, _none(lambda counts: reached(counts)[2], farthest))


def _none(level: Callable[[Any], Level], farthest: Sequence[Any] | NDArray[np.int64]) -> bool:
    """Whether none of the batches that lie farthest away is an alarm."""
    return not any(level(one) is Level.ALARM for one in farthest)


def _level(value: float, watch: float, alarm: float, *, certain: bool) -> Level:
    return Level.OK if not certain or value < watch else Level.ALARM if value >= alarm else Level.WATCH


def _known_missing(rows: Sequence[int]) -> NDArray[np.int64]:
    return np.array([sum(rows[:-1]), rows[-1]])
