"""What was tried on the US failure set: which columns a row has, each known at the end of its year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from models.datasets import US_LEVELS, US_MONOTONE, US_RATIOS, Dataset, us_features, us_panel

LAST_TRAINED = 2010
"""Spells that end by this year are trained on where the later ones (2011–2014) are asked."""
YEARS = (0, 1, 2)


@dataclass(frozen=True)
class Trial:
    """A row of the table."""

    title: str
    columns: Callable[[pl.DataFrame], Sequence[str]]
    every_year: bool = False
    """Every year of a spell is trained on, as if the firm failed after each; else the last one alone."""


def _changes(panel: pl.DataFrame) -> list[str]:
    return [name for name in panel.columns if name.endswith("_change")]


def _set(panel: pl.DataFrame) -> list[str]:
    return us_features(panel)


def _ranks(panel: pl.DataFrame) -> list[str]:
    return [name for name in panel.columns if name.endswith("_rank")]


TRIALS: Mapping[str, Trial] = {
    "raw": Trial("17 raw columns", lambda _: US_LEVELS),
    "three_years": Trial(
        "17 raw columns of three years", lambda _: [_of_year(name, year) for name in US_LEVELS for year in YEARS]
    ),
    "ratios": Trial("16 ratios", lambda _: list(US_RATIOS)),
    "movements": Trial(
        "ratios, growth, changes of ratios",
        lambda p: [name for name in (*_set(p), *_changes(p)) if name not in US_LEVELS],
    ),
    "set": Trial("raw, ratios, growth (the set above)", _set),
    "all": Trial(
        "the same, changes, Altman's Z, ranks within the year, change of value to assets",
        lambda p: [*_set(p), *_changes(p), "altman_z", *_ranks(p), "value_moved"],
    ),
    "raw_year": Trial("17 raw columns and the fiscal year", lambda _: [*US_LEVELS, "fiscal_year"]),
    "set_year": Trial("the set above and the fiscal year", lambda p: [*_set(p), "fiscal_year"]),
    "every_year": Trial(
        "17 raw columns, trained on every year of a spell, asked of the last", lambda _: US_LEVELS, every_year=True
    ),
}


def dataset(folder: Path, trial: Trial, *, later: bool) -> tuple[Dataset, pl.Series]:
    """The set of a trial, and which of its rows are asked: the last year of each spell."""
    panel = _moved(us_panel(folder))
    last = panel["fiscal_year"] == panel.select(pl.col("fiscal_year").max().over("firm_id")).to_series()
    rows = panel if trial.every_year else panel.filter(last)
    end = rows.select(pl.col("fiscal_year").max().over("firm_id")).to_series()
    names = list(trial.columns(panel))
    features = rows.select(pl.col(names).cast(pl.Float64))
    monotone = {name: sign for name, sign in US_MONOTONE.items() if name in names}
    found = Dataset(
        "us_failure",
        features,
        rows["failed_after_window"],
        rows["firm_id"],
        monotone,
        later=end > LAST_TRAINED if later else None,
    )
    return found, rows["fiscal_year"] == end


def _of_year(name: str, year: int) -> str:
    return f"{name}_before_{year}" if year else name


def _moved(panel: pl.DataFrame) -> pl.DataFrame:
    """With what changed since the year before, Altman's Z (1968) and the place among the firms of the year."""
    col = pl.col
    z = (
        1.2 * (col("current_assets") - col("total_current_liabilities")) / col("total_assets")
        + 1.4 * col("retained_to_assets")
        + 3.3 * col("ebit_to_assets")
        + 0.6 * col("value_to_liabilities")
        + col("asset_turnover")
    )
    value = col("market_value")
    return panel.with_columns(
        *((col(name) - col(name).shift(1).over("firm_id")).alias(f"{name}_change") for name in US_RATIOS),
        *(
            col(name).shift(year).over("firm_id").alias(_of_year(name, year))
            for name in US_LEVELS
            for year in YEARS
            if year
        ),
        *((col(name).rank() / pl.len()).over("fiscal_year").alias(f"{name}_rank") for name in US_LEVELS),
        z.alias("altman_z"),
        ((value - value.shift(1).over("firm_id")) / col("total_assets")).alias("value_moved"),
    )
