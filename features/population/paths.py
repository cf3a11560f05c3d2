"""The yearly process of each firm: technology level, growth, size, research, staff, exit.

Wide frames: a column ``<what>/<fiscal year>`` for each latent, so that a year is computed from the year before for all
firms at once. docs/synthetic-population.md states the equations; `process` holds the constants.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from features.population import process as p
from features.population.draws import Draws, rows
from features.population.firms import boundary

LATENTS = ("revenue", "rd_expense", "employees", "tech_staff", "total_assets")
_STATE = (
    "keys/path", "tech", "x", "swing", "last_accounts", "level", "target", "turbulence", "median", "founded", "part_year",
    "stays", "reversion", "active", "intensity", "share_logit", "heads_at_median", "asset_ratio",
)  # fmt: skip
_LARGEST = 5e11
"""Yuan; what follows from revenue or assets stays within the contract's 10¹²."""


def cut_off(last_year: int) -> date:
    """The day on which the office drew its lists: 30 September of the year after the last accounts."""
    return date(last_year + 1, 9, 30)


def simulated(last_year: int, years: int) -> range:
    """The fiscal years of the process: those with accounts and `process.BURN_IN` before them."""
    return range(last_year - years + 1 - p.BURN_IN, last_year + 1)


def with_paths(firms: pl.DataFrame, seed: int, last_year: int, years: int) -> pl.DataFrame:
    """The firms with ``revenue/t``, ``rd_expense/t``, ``employees/t``, ``tech_staff/t``, ``total_assets/t``, ``tech/t``
    for each simulated year, and ``left_on``, ``struck_off``, ``last_accounts``, ``size_now``, ``tech``.

    Values of years before the founding or after the exit mean nothing; `accounts` and `titles` do not read them.
    """
    draw = Draws(seed, "path", "number")
    span = simulated(last_year, years)
    spread = (1 - p.TECH_SPREAD**2) ** 0.5
    state = draw.keyed(firms).with_columns(
        tech=draw.noise("tech/start") * spread + pl.col("level"),
        x=pl.col("target") + draw.noise("size/start") * 0.6 - p.TREND * (last_year - span[0] + 1),
        swing=pl.lit(0.0),
        last_accounts=pl.lit(None, dtype=pl.Int32),
        stays=pl.col("boundary").is_not_null(),
        reversion=pl.col("turbulence") * p.REVERSION_OF_TURBULENCE + p.REVERSION,
        part_year=(13 - pl.col("established_on").dt.month()) / 12,
        heads_at_median=pl.col("heads") + (pl.col("median_revenue") / pl.col("per_head")).log() + p.LEVEL_OF_HEADS,
    ).select(*_STATE)  # fmt: skip
    found = []
    for year in span:
        state, shown = _year(state, draw, year, last_year, leaves=year > last_year - years)
        found.append(shown)
    frame = pl.concat([firms, state.select("tech", "last_accounts", "keys/path"), *found], how="horizontal")
    frame = _left(frame, draw, last_year)
    if frame["boundary"].null_count() < frame.height:
        frame = _to_thresholds(frame, span)
    return frame.with_columns(size_now=pl.col(f"revenue/{last_year}")).drop("keys/path")


def _year(
    frame: pl.DataFrame, draw: Draws, year: int, last_year: int, *, leaves: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Fiscal year ``year`` from the year before: the state first, then what the accounts show of it."""
    aim = pl.col("target") - p.TREND * (last_year - year)
    frame = frame.with_columns(
        tech=(pl.col("tech") - pl.col("level")) * p.TECH_MEMORY
        + pl.col("level")
        + draw.noise(f"tech/{year}") * p.TECH_SHOCK,
        swing=pl.col("swing") * p.MOMENTUM + draw.laplace(f"growth/{year}") * pl.col("turbulence"),
        drift=pl.col("tech") * p.GROWTH_OF_TECH + (aim - pl.col("x")) * pl.col("reversion") + p.TREND,
        start=aim + draw.noise(f"start/{year}") * p.START_SPREAD + p.START,
        new=pl.col("founded") == year,
    )
    grown = pl.col("x") + pl.col("drift") + pl.col("swing")
    frame = frame.with_columns(x=pl.when("new").then(pl.col("start")).otherwise(grown).clip(9.0, 26.0))
    relative = pl.col("x") - pl.col("median")
    part_year = pl.when("new").then(pl.col("part_year")).otherwise(1.0)
    rate = pl.col("intensity") + relative * p.INTENSITY_OF_SIZE + pl.col("tech") * p.INTENSITY_OF_TECH
    share = pl.col("share_logit") + pl.col("tech") * 0.5 + draw.noise(f"share/{year}") * 0.12
    one_off = draw.laplace(f"one-off/{year}") * pl.col("turbulence") * p.ONE_OFF
    heads = relative * p.HEADS_OF_SIZE + pl.col("heads_at_median")
    assets = pl.col("x") + pl.col("asset_ratio") + relative * p.ASSETS_OF_SIZE
    columns = {
        f"revenue/{year}": ((pl.col("x") + one_off).exp() * part_year).clip(0, _LARGEST),
        "rate": pl.when("active")
        .then((rate + draw.noise(f"intensity/{year}") * p.INTENSITY_SHOCK).exp().clip(0, 0.9))
        .otherwise(0.0),
        f"employees/{year}": (heads + draw.noise(f"heads/{year}") * 0.05).exp().clip(1, 200_000),
        "share": (1 / ((-share).exp() + 1)).clip(0, 0.98),
        f"total_assets/{year}": assets.exp().clip(0, _LARGEST),
        f"tech/{year}": pl.col("tech"),
    }
    if leaves:
        hazard = (pl.col("tech") * p.EXIT_OF_TECH + (pl.col("drift") + pl.col("swing")) * p.EXIT_OF_GROWTH).clip(-3, 2)
        young = pl.when(pl.col("founded") > year - 5).then(p.EXIT_YOUNG * p.EXIT).otherwise(p.EXIT)
        goes = draw.uniform(f"exit/{year}") < hazard.exp() * young
        goes = goes & pl.col("stays").not_() & (pl.col("founded") <= year) & pl.col("last_accounts").is_null()
        columns["last_accounts"] = pl.when(goes).then(pl.lit(year, dtype=pl.Int32)).otherwise("last_accounts")
    frame = frame.with_columns(**columns)
    shown = frame.select(
        *(name for name in columns if "/" in name),
        (pl.col(f"revenue/{year}") * pl.col("rate")).alias(f"rd_expense/{year}"),
        (pl.col(f"employees/{year}") * pl.col("share")).alias(f"tech_staff/{year}"),
    )
    return frame.select(_STATE), shown


def _left(frame: pl.DataFrame, draw: Draws, last_year: int) -> pl.DataFrame:
    """The day of exit lies in the year after the last accounts, not after the cut-off."""
    year = pl.col("last_accounts") + 1
    end = pl.min_horizontal(pl.date(year, 12, 20), pl.lit(cut_off(last_year)))
    return frame.with_columns(
        left_on=pl.when(pl.col("last_accounts").is_not_null()).then(draw.day("left", pl.date(year, 1, 10), end)),
        struck_off=draw.chance("struck_off", p.STRUCK_OFF) & pl.col("last_accounts").is_not_null(),
        last_accounts=pl.col("last_accounts").fill_null(last_year),
    )


def _to_thresholds(frame: pl.DataFrame, span: Sequence[int]) -> pl.DataFrame:
    """The whole path of each firm at a threshold, scaled so that it ends at last year's fixed figures."""
    places = frame.select(pl.arg_where(pl.col("boundary").is_not_null())).to_series()
    some, last = frame[places], span[-1]
    fixed = some.with_columns(
        (pl.col(f"{what}/{year}") * boundary(what) / pl.col(f"{what}/{last}")).alias(f"{what}/{year}")
        for what in ("revenue", "employees", "total_assets")
        for year in span
    ).with_columns(
        (pl.col(f"{whole}/{year}") * boundary(part) / boundary(whole)).alias(f"{part}/{year}")
        for part, whole in (("tech_staff", "employees"), ("rd_expense", "revenue"))
        for year in span
    )
    # Last year's as they are, not by way of a quotient.
    fixed = fixed.with_columns(boundary(what).cast(pl.Float64).alias(f"{what}/{last}") for what in LATENTS)
    changed = [f"{what}/{year}" for what in LATENTS for year in span]
    return frame.with_columns(frame[column].clone().scatter(places, fixed[column]) for column in changed)


def grid(height: int, years: Sequence[int]) -> pl.DataFrame:
    """A row a firm and year, in that order: ``firm`` (its place in the frame) and ``fiscal_year``."""
    place = pl.int_range(0, height * len(years), dtype=pl.UInt32, eager=True)
    year = (place % len(years)).cast(pl.Int64) + years[0]
    return pl.DataFrame({"firm": place // len(years), "fiscal_year": year})


def taken(
    frame: pl.DataFrame, latents: Sequence[str], keep: Sequence[str], years: Sequence[int], chosen: pl.DataFrame
) -> pl.DataFrame:
    """The rows of a `grid` with the latents of their firm and year, without the year in their names, and what to keep."""
    stacked = pl.concat(
        [frame.select(**{what: pl.col(f"{what}/{year}") for what in latents}) for year in years], rechunk=True
    )
    place = chosen.select(
        (pl.col("fiscal_year") - years[0]).cast(pl.UInt32) * frame.height + pl.col("firm")
    ).to_series()
    return pl.concat(
        [chosen.drop("firm"), stacked.select(pl.all().gather(place)), frame.select(keep)[chosen["firm"]]],
        how="horizontal",
    )


def counted(frame: pl.DataFrame, what: str, steps: int) -> pl.DataFrame:
    """``firm`` (its place in the frame), ``step`` and ``count`` wherever ``<what>/<step>`` is above 0, in that order."""
    stacked = pl.concat([frame[f"{what}/{step}"] for step in range(steps)])
    place = stacked.to_frame("count").select(pl.arg_where(pl.col("count") > 0)).to_series()
    found = pl.DataFrame({"firm": place % frame.height, "step": place // frame.height, "count": stacked.gather(place)})
    order = (found["firm"].cast(pl.UInt64) * steps + found["step"]).arg_sort()
    return found[order].with_columns(pl.col("step").cast(pl.Int64))


def rows_of(frame: pl.DataFrame, what: str, steps: int, keep: Sequence[str]) -> pl.DataFrame:
    """A row for each counted thing: ``step``, ``row`` (from 0 within a count) and the firm's columns to keep."""
    long = rows(counted(frame, what, steps), pl.col("count"))
    return pl.concat([long.select("step", "row"), frame.select(keep)[long["firm"]]], how="horizontal")
