"""Training sets of the office's own facts: the same question asked on several past days, each as known on that day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial

import polars as pl

from features.errors import ValueProblem
from features.facts import INDUSTRY_SECTION
from features.identifiers.industry import SECTIONS
from features.long_tables import LongTables
from features.pivot import pivot
from models.datasets import Dataset
from models.replay import targets
from models.replay.inputs import INPUTS, measured, monotone, names
from models.replay.known import as_it_stands, as_it_was
from scoring.ladder import Rung

Target = Callable[[date], pl.DataFrame]
SMALL, MEDIUM = 20_000_000, 400_000_000
"""Revenue in yuan between the three sizes of the slices; the lines of 统计上大中小微型企业划分办法（2017）for industry."""


def climb_set(long: LongTables, rung: Rung, days: Iterable[date], known_at: date, split: date) -> Dataset:
    """Who obtains the rung's title within 24 months of each day; ``split``: the first day of the test period."""
    target = partial(targets.climb, as_it_stands(long, known_at), rung)
    return replayed(long, f"climb.{rung.id}", target, targets.CLIMB, days, known_at, split)


def distress_set(long: LongTables, days: Iterable[date], known_at: date, split: date) -> Dataset:
    """Who leaves or fails an obligation within 12 months of each day."""
    target = partial(targets.distress, as_it_stands(long, known_at))
    return replayed(long, "distress", target, targets.DISTRESS, days, known_at, split)


def replayed(
    long: LongTables,
    event: str,
    target: Target,
    horizon: targets.Horizon,
    days: Iterable[date],
    known_at: date,
    split: date,
) -> Dataset:
    """Rows of every day whose time is over by ``known_at``.

    Those days before ``split`` whose time is not over by ``split`` are left out of training: on the day of training their
    outcome would not have been known.

    Raises
    ------
    ValueProblem
        No day is left for training, or none for the test.
    """
    over = [day for day in sorted(days) if horizon.settled(day, known_at)]
    over = [day for day in over if day >= split or horizon.settled(day, split)]
    if not over or over[0] >= split or over[-1] < split:
        raise ValueProblem(
            field=event,
            value=", ".join(map(str, over)),
            rule=f"{split} 前后都要有日期，且其后 {horizon.months} 个月已满 / days are needed before {split} and from then on, their "
            f"{horizon.months} months over by {known_at}",
            remedy="改变分割日，或提供更长的历史 / move the split, or give a longer history",
        )
    rows = pl.concat([asked(long, target, day) for day in over])
    inputs = names()
    return Dataset(
        event,
        rows.select(inputs),
        rows["outcome"],
        rows["uscc"],
        monotone(event),
        rows["as_of"] >= split,
        rows.select("zone", "size", "age", "sector"),
        rows["as_of"],
        {one.made.id: (one.indicator, one.settings) for one in INPUTS},
    )


def asked(long: LongTables, target: Target, day: date) -> pl.DataFrame:
    """The firms that the target asks of on a day: features as known then, ``outcome``, ``as_of``, and the slices."""
    then = pivot(as_it_was(long, day), day)
    rows = measured(then, day).join(target(day), on="uscc", how="inner", maintain_order="left")
    facts = then.firms.select("uscc", "park", section=INDUSTRY_SECTION.path)
    told = rows.select("uscc", "revenue", "days_registered").join(facts, on="uscc", how="left", maintain_order="left")
    slices = told.select(
        zone=pl.when(pl.col("park") == "无").then(pl.lit("区外 outside")).otherwise(pl.lit("园区内 in a zone")),
        size=_cut("revenue", (SMALL, MEDIUM), ("小 < 0.2 亿元", "中 0.2–4 亿元", "大 ≥ 4 亿元")),
        age=_cut("days_registered", (5 * 365, 10 * 365), ("< 5 年", "5–10 年", "≥ 10 年")),
        sector=pl.col("section").replace_strict(dict(enumerate(SECTIONS)), default="?", return_dtype=pl.String),
    )
    return pl.concat([rows.with_columns(as_of=pl.lit(day)), slices], how="horizontal")


def _cut(column: str, edges: Sequence[float], labels: Sequence[str]) -> pl.Expr:
    below, within, above = labels
    value = pl.col(column)
    told = pl.when(value < edges[0]).then(pl.lit(below)).when(value < edges[1]).then(pl.lit(within))
    return told.when(value >= edges[1]).then(pl.lit(above)).otherwise(pl.lit("未知 unknown"))
