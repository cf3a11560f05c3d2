"""Titles won, renewed, lost and revoked, year by year.

A firm seeks a title in a year with a chance of its own kind (`process.TITLES`), and gets it where the accounts of the years
before meet the published lines named below. A three-year title begins on the firm's own day of the year, so a renewal
follows without a gap; a firm that misses the lines, or does not ask again, loses it, and may win it anew later.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.population import process as p
from features.population.draws import Draws
from features.population.paths import cut_off


@dataclass(frozen=True)
class Title:
    """When a title of a kind begins, how long it lasts, and what its number starts with."""

    mark: str
    month: int
    days: int
    """Days after the first of the month within which it begins."""
    years: int = 3
    """0: to 31 December of the year in which it begins."""
    since: int = 1949
    level: str | None = None


TITLES = {
    "high_tech_enterprise": Title("GR", 10, 60),
    "innovative_sme": Title("CX", 9, 25, since=2022, level="provincial"),
    "specialised_sme": Title("ZJTX", 10, 45, since=2019, level="provincial"),
    "little_giant": Title("XJR", 11, 45, since=2019, level="national"),
    "gazelle_pool": Title("DLK", 8, 40, years=0, since=2017),
    "gazelle": Title("DL", 11, 45, since=2017, level="provincial"),
    "tech_sme": Title("KJ", 6, 110, years=0, since=2017),
}
"""Order matters: a later kind may ask for an earlier one."""


def awards(firms: pl.DataFrame, seed: int, calendar: range, last_year: int) -> pl.DataFrame:
    """``<kind>/<year>`` for each calendar year: 1 where the title is won, 2 where it will be revoked in the next year."""
    draw = Draws(seed, "title", "number")
    keys = draw.keyed(firms.select("number")).drop("number")
    found = [firms.select("order")]
    nothing = pl.lit(0, dtype=pl.Int8)
    state = found[0].with_columns(**{kind: pl.lit(0, dtype=pl.Int32) for kind in TITLES}).drop("order")
    before = found[0].with_columns(**{f"{kind}/before": nothing for kind in TITLES}).drop("order")
    for year in calendar:
        frame = pl.concat([firms.select(**_read(year, last_year)), keys, state, before], how="horizontal")
        for kind, title in TITLES.items():
            # Those that begin after the cut-off are not in the office's lists.
            if year >= title.since and (year <= last_year or title.month < cut_off(last_year).month):
                frame = _awarded(frame, draw, kind, title, year, fails=year < last_year)
            else:
                frame = frame.with_columns(nothing.alias(f"{kind}/now"))
        state = frame.select(*TITLES)
        before = frame.select(**{f"{kind}/before": f"{kind}/now" for kind in TITLES})
        found.append(frame.select(**{f"{kind}/{year}": f"{kind}/now" for kind in TITLES}))
    return pl.concat(found, how="horizontal")


def _awarded(frame: pl.DataFrame, draw: Draws, kind: str, title: Title, year: int, *, fails: bool) -> pl.DataFrame:
    """Who gets the title; the column of the kind is the year in which what they have ends."""
    odds, until = p.TITLES[kind], pl.col(kind)
    seeks = pl.when(until == year).then(odds.renewed).otherwise(odds.first) * pl.col("lift").pow(odds.of_tech * 10)
    # A revoked title cannot be sought again in the year of its revocation.
    free = (until <= year) & (pl.col(f"{kind}/before") != 2)
    chance = draw.uniform(f"{kind}/{year}")
    # Of those who would win, the luckiest will lose it again: one draw for both.
    award = pl.when(chance < seeks * (odds.revoked if fails else 0)).then(2).when(chance < seeks).then(1).otherwise(0)
    wins = pl.col("there") & free & _MEETS[kind](year)
    frame = frame.with_columns(pl.when(wins).then(award).otherwise(0).cast(pl.Int8).alias(f"{kind}/now"))
    ends = pl.when(pl.col(f"{kind}/now") == 1).then(year + max(title.years, 1)).otherwise(year + 1)
    return frame.with_columns(pl.when(pl.col(f"{kind}/now") > 0).then(ends).otherwise(until).cast(pl.Int32).alias(kind))


def _read(year: int, last_year: int) -> dict[str, pl.Expr]:
    """What the conditions of a calendar year read: accounts of up to three years before, summed where the firm was there."""
    there = pl.col("last_accounts") >= min(year, last_year)
    if year > last_year:
        there &= pl.col("left_on").is_null()

    def total(what: str) -> pl.Expr:
        known = [
            pl.when(pl.col("founded") <= before).then(pl.col(f"{what}/{before}")).otherwise(0.0)
            for before in range(year - 3, year)
        ]
        return known[0] + known[1] + known[2]

    return {
        "lift": (pl.col(f"tech/{min(year, last_year)}") * 0.1).exp(),
        "there": there,
        "age": year - pl.col("founded"),
        "active": pl.col("active"),
        "in_field": pl.col("technology_field").is_not_null(),
        "sales": pl.col(f"revenue/{year - 1}"),
        "sales_before": pl.col(f"revenue/{year - 2}"),
        "sales_first": pl.col(f"revenue/{year - 3}"),
        "research": pl.col(f"rd_expense/{year - 1}"),
        "research_before": pl.col(f"rd_expense/{year - 2}"),
        "staff": pl.col(f"employees/{year - 1}"),
        "tech_staff": pl.col(f"tech_staff/{year - 1}"),
        "assets": pl.col(f"total_assets/{year - 1}"),
        "mean_intensity": total("rd_expense") / total("revenue").clip(1.0),
    }


_SALES, _RESEARCH = pl.col("sales"), pl.col("research")


def _high_tech_enterprise(_: int) -> pl.Expr:
    """国科发火〔2016〕32号 第十一条: field, staff ≥ 10 %, three years' R&D ≥ 5, 4 or 3 % of sales by size; registered a year."""
    line = pl.when(_SALES <= 50e6).then(0.05).when(_SALES <= 200e6).then(0.04).otherwise(0.03)
    staff = pl.col("tech_staff") >= pl.col("staff") * 0.1
    return pl.col("active") & (pl.col("mean_intensity") >= line) & staff & pl.col("in_field") & (pl.col("age") > 1)


def _innovative_sme(year: int) -> pl.Expr:
    """工信部企业〔2022〕63号 附件1: a valid high-tech certificate, or research ≥ 3 % and growing; not a large firm."""
    own = (_RESEARCH >= _SALES * 0.03) & (pl.col("sales_before") < _SALES)
    # Below 500万 few reach the points of the other items (an assumption).
    small = ((_SALES < 4e8) | (pl.col("staff") < 1000)) & (_SALES >= 5e6)
    return small & (pl.col("age") > 1) & (_held("high_tech_enterprise", year) | own)


def _specialised_sme(year: int) -> pl.Expr:
    """63号 附件2: sales ≥ 1000万, R&D ≥ 100万 and ≥ 3 %; from 2022 an innovative SME."""
    lines = (_RESEARCH >= 1e6) & (_RESEARCH >= _SALES * 0.03) & (_SALES >= 1e7) & (pl.col("age") > 2)
    return lines & _held("innovative_sme", year) if year >= 2022 else lines


def _little_giant(year: int) -> pl.Expr:
    """63号 附件3 with the line of 2025: sales ≥ 5000万, R&D ≥ 3 % in both years (≥ 6 % below 1亿); specialised."""
    line = pl.when(_SALES < 1e8).then(0.06).otherwise(0.03)
    both = (_SALES * line <= _RESEARCH) & (pl.col("research_before") >= pl.col("sales_before") * line)
    return both & (_SALES >= 5e7) & _held("specialised_sme", year) & (pl.col("age") > 3)


def _gazelle_pool(year: int) -> pl.Expr:
    """桂科高字〔2022〕92号: valid high-tech certificate, growth ≥ 15, 10 or 5 % by sales, three years' R&D ≥ 3 %."""
    growth = pl.when(_SALES <= 2e7).then(1.15**2).when(_SALES <= 1e8).then(1.10**2).otherwise(1.05**2)
    grown = (_SALES >= 2e6) & (pl.col("sales_first") * growth <= _SALES)
    return _held("high_tech_enterprise", year) & grown & (pl.col("mean_intensity") >= 0.03) & (pl.col("age") > 3)


def _gazelle(_: int) -> pl.Expr:
    """Those of this year's pool that are recognised; the lines of recognition are not published."""
    return pl.col("gazelle_pool/now") > 0


def _tech_sme(_: int) -> pl.Expr:
    """国科发政〔2017〕115号: ≤ 500 persons, ≤ 2亿 sales and assets; staff and R&D points 36 or more, the rest by rights."""
    small = (pl.col("staff") <= 500) & (_SALES <= 2e8) & (pl.col("assets") <= 2e8)
    staff = (pl.col("tech_staff") / pl.col("staff") * 20).floor().clip(1, 6) - 1
    research = (_RESEARCH / _SALES * 100).floor().clip(1, 6) - 1
    return small & (staff >= 1) & (staff * 4 + research * 10 >= 36) & (pl.col("age") > 0)


_MEETS = {
    "high_tech_enterprise": _high_tech_enterprise,
    "innovative_sme": _innovative_sme,
    "specialised_sme": _specialised_sme,
    "little_giant": _little_giant,
    "gazelle_pool": _gazelle_pool,
    "gazelle": _gazelle,
    "tech_sme": _tech_sme,
}


def _held(kind: str, year: int) -> pl.Expr:
    """Held beyond the year; a renewal of this year, decided before, counts, one that will be revoked does not."""
    return (pl.col(kind) > year) & (pl.col(f"{kind}/now") != 2)
