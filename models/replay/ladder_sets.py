"""The tiers that a firm can stand on in 24 months, as sets that hold the coverage promised, tier by tier, and their yearly audit.

A firm's place is the highest title that it holds on the day or obtains within 24 months. Titles held are certain, the
others have the probability of their learned card; thresholds are found on one year's firms (split-conformal, by tier) and audited
on every later year whose time is over: coverage drifts as firms do, and the audit says when thresholds must be found anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import ValueProblem
from features.long_tables import LongTables
from features.pivot import pivot
from models.conformal import ConformalSets
from models.evaluation.report import LABELS
from models.placement import NONE, spread
from models.replay import targets
from models.replay.inputs import measured
from models.replay.known import as_it_stands, as_it_was
from scoring.ladder import Rung
from scoring.learned import LearnedCard

TOO_FEW = "太少，无法判断 too few to tell"
TOLERANCE = 3.0
"""Standard errors, of both years' firms, by which a tier's coverage may fall short before the thresholds are found anew."""


@dataclass(frozen=True)
class Places:
    """Firms of one day: P(highest tier), shape (n, k + 1), none first, and the place that came."""

    day: date
    probabilities: NDArray[np.float64]
    place: NDArray[np.int64]


@dataclass(frozen=True)
class Audit:
    """One tier in one year: the share of its firms whose set held it, and tiers in their sets on average."""

    day: date
    tier: str
    rows: int
    coverage: float
    size: float
    holds: bool | None
    """Whether the coverage is what was promised, within `TOLERANCE`; None where the tier has too few firms to tell (`_too_few`)."""


def places(
    long: LongTables, rungs: Sequence[Rung], cards: Mapping[str, LearnedCard], day: date, known_at: date
) -> Places:
    """Probabilities on the day and what came by ``known_at``, of the firms that lived. Raises KeyError where a rung has no card."""
    told = as_it_stands(long, known_at)
    rows = measured(pivot(as_it_was(long, day), day), day).join(targets.alive(told, day), on="uscc", how="semi")
    codes = rows["uscc"]
    reached = np.zeros((rows.height, len(rungs)))
    came = np.zeros((rows.height, len(rungs)), dtype=np.bool_)
    for column, rung in enumerate(rungs):
        climbing = targets.climb(told, rung, day)
        asked = codes.is_in(climbing["uscc"].implode()).to_numpy()
        won = codes.is_in(climbing.filter(pl.col("outcome") == 1)["uscc"].implode()).to_numpy()
        p = cards[rung.id].predict_proba(rows.drop("uscc"))[:, 1]
        reached[:, column] = np.where(asked, p, 1.0)
        came[:, column] = ~asked | won
    # The highest that came, counted from 1; 0 for none.
    place = np.where(came.any(axis=1), len(rungs) - came[:, ::-1].argmax(axis=1), 0)
    return Places(day, np.column_stack(spread(list(reached.T))), place.astype(np.int64))


def years_of(long: LongTables, known_at: date, test_from: str) -> list[date]:
    """30 June of the years from the day on which no card was fitted until the last whose 24 months are over.

    Raises `ValueProblem` where there are fewer than two: one to find thresholds, one to audit them.
    """
    last = long.tables["annual_report"]["fiscal_year"].max()
    assert isinstance(last, int)
    days = [date(year, 6, 30) for year in range(date.fromisoformat(test_from).year, last + 2)] if test_from else []
    found = [day for day in days if targets.CLIMB.settled(day, known_at)]
    if len(found) < 2:
        raise ValueProblem(
            field="known_at",
            value=str(known_at),
            rule=f"训练期之后须有两个结果已满的年度 / two years after training must be over, there are {len(found)}",
            remedy="待结果期满，或用更早的分割日训练 / wait, or train with an earlier split",
        )
    return found


def audited(rungs: Sequence[Rung], years: Sequence[Places], coverage: float = 0.9) -> tuple[ConformalSets, list[Audit]]:
    """Sets by the first year, and each later year's audit. Raises `ValueProblem` where a tier has no firm in the first year."""
    first, *later = sorted(years, key=lambda one: one.day)
    tiers = (NONE, *(rung.id for rung in rungs))
    empty = [tier for place, tier in enumerate(tiers) if not (first.place == place).any()]
    if empty:
        raise ValueProblem(
            field=str(first.day),
            value=", ".join(empty),
            rule="该梯次没有企业，无从定阈值 / a tier without firms has no threshold",
            remedy="增加企业或去掉该梯次 / more firms, or leave the tier out",
        )
    sets = ConformalSets.calibrated(first.probabilities, first.place, coverage)
    behind = [int((first.place == place).sum()) for place in range(len(tiers))]
    return sets, [_audit(sets, behind, year, place, tier) for year in later for place, tier in enumerate(tiers)]


def _audit(sets: ConformalSets, behind: Sequence[int], year: Places, place: int, tier: str) -> Audit:
    member = year.place == place
    rows = int(member.sum())
    if not rows:
        return Audit(year.day, tier, 0, float("nan"), float("nan"), None)
    inside = sets.sets(year.probabilities[member])
    reached = float(inside[:, place].mean())
    error = np.sqrt(sets.coverage * (1 - sets.coverage) * (1 / rows + 1 / behind[place]))
    holds = None if _too_few(min(rows, behind[place]), sets.coverage) else reached >= sets.coverage - TOLERANCE * error
    return Audit(year.day, tier, rows, reached, float(inside.sum(axis=1).mean()), holds)


def _too_few(rows: int, coverage: float) -> bool:
    """Whether not one of the firms is expected outside its set, so that the coverage promised cannot be told from all of them."""
    return rows * (1 - Fraction(repr(float(coverage)))) < 1


def report(sets: ConformalSets, first: date, audits: Sequence[Audit], cards: Sequence[LearnedCard]) -> str:
    """The audit as Markdown: what was promised, from when the thresholds are, whose the cards are, a row a tier and year."""
    whose = " ".join(LABELS[origin] for origin in sorted({card.origin for card in cards}))
    told = [one for one in audits if one.holds is not None]
    verdict = "各梯次兑现 kept by every tier" if told else TOO_FEW
    if not all(one.holds for one in told):
        verdict = "未兑现：须重新确定阈值 not kept: find the thresholds anew"
    elif told and len(told) < len(audits):
        few = "、".join(f"{one.tier} {one.day.year}" for one in audits if one.holds is None)
        verdict = f"能判断的梯次均兑现 kept by every tier that can be told；{TOO_FEW}: {few}"
    trained = "\n".join(f"- {card.id} `{card.sha256}`: {card.trained_on}；{card.valid_for}" for card in cards)
    return (
        f"# 共形集合年度复核 / yearly audit of conformal sets {whose}\n\n"
        f"承诺覆盖率 coverage promised: {sets.coverage:g}；阈值定于 thresholds of: {first}；{verdict}"
        f"（容差 tolerance {TOLERANCE:g} 个标准误 standard errors，参考默认值 reference）\n\n{trained}\n\n{table(audits)}\n"
    )


def table(audits: Sequence[Audit]) -> str:
    """A Markdown table, a row a tier and year."""
    lines = [
        "| 年 year | 梯次 tier | 企业 firms | 覆盖 coverage | 集合大小 set size | 兑现 kept |",
        "|---|---|---|---|---|---|",
    ]
    for one in audits:
        kept = TOO_FEW if one.holds is None else "是 yes" if one.holds else "否 no"
        share, size = (f"{one.coverage:.3f}", f"{one.size:.2f}") if one.rows else ("—", "—")
        lines.append(f"| {one.day} | {one.tier} | {one.rows:,} | {share} | {size} | {kept} |")
    return "\n".join(lines)
