"""Public data as training sets: features known on the day of the forecast, the outcome that came after, groups apart.

The files are not part of the project; each loader takes the folder that holds them, or a file of other rows in the same form, as
Parquet or CSV. Sources and terms: docs/learned-cards.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import FileProblem


@dataclass(frozen=True)
class Dataset:
    """Features (one row per forecast), outcome 0/1 (null where a file does not tell it yet), and the group that must not be split between training and test.

    ``later`` marks rows of the test period where the set is split by time; ``slices`` says to which zone, size, age and
    sector a row belongs, and ``day`` as of when it was asked, where that is known.
    ``measured`` names the indicator of the catalogue that a feature is, with its settings.
    """

    name: str
    features: pl.DataFrame
    outcome: pl.Series
    group: pl.Series
    monotone: Mapping[str, int] = field(default_factory=dict)
    later: pl.Series | None = None
    slices: pl.DataFrame | None = None
    day: pl.Series | None = None
    measured: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)


US_LEVELS = (
    "current_assets",
    "total_assets",
    "cost_of_goods_sold",
    "total_long_term_debt",
    "depreciation_and_amortization",
    "ebit",
    "ebitda",
    "gross_profit",
    "inventory",
    "total_current_liabilities",
    "net_income",
    "retained_earnings",
    "total_receivables",
    "total_revenue",
    "market_value",
    "total_liabilities",
    "total_operating_expenses",
)
"""Figures of the US panel, USD million; ``net_sales`` repeats ``total_revenue`` in every row and is left out."""

US_RATIOS = {
    "current_ratio": ("current_assets", "total_current_liabilities"),
    "debt_to_assets": ("total_liabilities", "total_assets"),
    "long_term_debt_to_assets": ("total_long_term_debt", "total_assets"),
    "retained_to_assets": ("retained_earnings", "total_assets"),
    "ebit_to_assets": ("ebit", "total_assets"),
    "return_on_assets": ("net_income", "total_assets"),
    "net_margin": ("net_income", "total_revenue"),
    "gross_margin": ("gross_profit", "total_revenue"),
    "asset_turnover": ("total_revenue", "total_assets"),
    "receivables_to_revenue": ("total_receivables", "total_revenue"),
    "inventory_to_revenue": ("inventory", "total_revenue"),
    "value_to_liabilities": ("market_value", "total_liabilities"),
    "value_to_assets": ("market_value", "total_assets"),
    "value_to_revenue": ("market_value", "total_revenue"),
    "ebitda_to_liabilities": ("ebitda", "total_liabilities"),
    "depreciation_to_revenue": ("depreciation_and_amortization", "total_revenue"),
}
US_MONOTONE = {"debt_to_assets": 1, "return_on_assets": -1, "retained_to_assets": -1, "value_to_liabilities": -1}
"""Where a risk officer would insist on the direction of failure."""
_GROWN = ("total_revenue", "total_assets", "market_value", "gross_profit", "total_operating_expenses", "net_income")
US_SPLIT = 2011
"""First fiscal year of the test period; what came of the years before is known when its first year closes."""
GROWTH = 0.2
"""A year of growth: revenue up by a fifth. A choice of this evaluation, for it gives both outcomes often enough."""


def us_growth(source: Path) -> Dataset:
    """Whether next year's revenue is at least a fifth above this year's; firms of the US panel, one row per year."""
    known = us_panel(source).with_columns(
        (pl.col("total_revenue").shift(-1).over("firm_id") / pl.col("total_revenue") - 1).alias("next")
    )
    rows = known.filter(pl.col("next").is_not_null(), pl.col("total_revenue") > 0)
    outcome = (rows["next"] >= GROWTH).cast(pl.Int8)
    return _us("us_growth", rows, outcome, {})


def us_failure(source: Path) -> Dataset:
    """Whether the firm fails after the last year of its window; one row per firm, its last year with those before."""
    rows = us_panel(source).group_by("firm_id", maintain_order=True).last()
    return _us("us_failure", rows, rows["failed_after_window"], US_MONOTONE)


def _us(name: str, rows: pl.DataFrame, outcome: pl.Series, monotone: Mapping[str, int]) -> Dataset:
    """Rows of the panel as asked at the end of their fiscal year."""
    year = rows["fiscal_year"]
    slices = rows.select(size=_cut("total_assets", (100, 1000), "资产 assets, USD million"))
    day = rows.select(pl.date(pl.col("fiscal_year"), 12, 31)).to_series()
    features = rows.select(us_features(rows))
    return Dataset(name, features, outcome, rows["firm_id"], monotone, year >= US_SPLIT, slices, day)


def us_panel(source: Path) -> pl.DataFrame:
    """The panel in order with ratios and the growth of past years; a figure of a later year never enters a row."""
    panel = _rows(source, "us_public_firm_panel_dev.parquet", "failed_after_window").sort("firm_id", "fiscal_year")
    ratios = [_ratio(pl.col(above), pl.col(below)).alias(name) for name, (above, below) in US_RATIOS.items()]
    growth = [
        _growth(pl.col(name), pl.col(name).shift(years).over("firm_id")).alias(f"{name}_growth_{years}")
        for name in _GROWN
        for years in (1, 2)
    ]
    return panel.with_columns(*ratios, *growth)


def us_features(rows: pl.DataFrame) -> list[str]:
    """Columns of the panel that a forecast is made of: levels, ratios, growth."""
    grown = [name for name in rows.columns if "_growth_" in name]
    return [*US_LEVELS, *US_RATIOS, *grown]


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below > 0).then(above / below)


def _growth(now: pl.Expr, before: pl.Expr) -> pl.Expr:
    return pl.when(before.abs() > 0).then((now - before) / before.abs())


def polish(source: Path, horizon: int) -> Dataset:
    """Whether a Polish manufacturer goes bankrupt within ``horizon`` years (1 or 5), of 64 ratios without names."""
    file = {1: "polish_bankruptcy_h1_dev", 5: "polish_bankruptcy_h5"}[horizon]
    rows = _rows(source, f"{file}.parquet", "bankrupt")
    features = rows.select(pl.col("^Attr.*$").cast(pl.Float64))
    return Dataset(f"polish_{horizon}", features, rows["bankrupt"], _each(rows))


SBA_AFTER_OUTCOME = ("Term", "ChgOffPrinGr", "DisbursementGross")
"""Fields of the SBA loans that are known only after approval, the first two only after the outcome."""
SBA_SPLIT = date(2004, 8, 1)
"""The first day of approval of the test period: within a fiscal year whose fields are recorded the same way throughout."""


def sba(source: Path, split: date = SBA_SPLIT) -> Dataset:
    """Whether a US small-business loan of the fiscal years from 1997 was charged off, of fields known at approval.

    Left out: `SBA_AFTER_OUTCOME`; the code T of the revolving line, which nobody documents; names and places.
    """
    rows = _rows(source, "sba_loans_dev.parquet", "default").filter(pl.col("ApprovalFY") >= 1997)
    features = rows.select(
        pl.col("same_state_bank", "NoEmp", "CreateJob", "RetainedJob", "GrAppv", "SBA_Appv").cast(pl.Float64),
        (pl.col("SBA_Appv") / pl.col("GrAppv")).alias("guaranteed_share"),
        (pl.col("NAICS") // 10_000).replace(0, None).cast(pl.Float64).alias("sector"),
        (pl.col("NewExist") == 2).cast(pl.Float64).alias("is_new"),
        (pl.col("FranchiseCode") > 1).cast(pl.Float64).alias("is_franchise"),
        pl.col("UrbanRural").replace(0, None).cast(pl.Float64),
        (pl.col("RevLineCr") == "Y").cast(pl.Float64).alias("revolving"),
        (pl.col("LowDoc") == "Y").cast(pl.Float64).alias("low_doc"),
    )
    day = rows["approval_date"].cast(pl.Date)
    slices = rows.select(
        zone=pl.col("UrbanRural").replace_strict({1: "城市 urban", 2: "乡村 rural"}, default=UNRECORDED),
        size=_cut("NoEmp", (5, 20), "人 employees"),
        age=pl.col("NewExist").replace_strict({1: "已有 existing", 2: "新设 new"}, default=UNRECORDED),
        sector=pl.col("NAICS").cast(pl.String).str.slice(0, 2).replace("0", UNRECORDED),
    )
    return Dataset("sba", features, rows["default"], _each(rows), later=day >= split, slices=slices, day=day)


def chinese_invoices(folder: Path) -> Dataset:
    """Whether a Chinese small firm defaulted, of its invoices by month; the bank's own rating nearly is the label."""
    firms = pl.read_csv(folder / "cn_invoice_firms_dev.csv").filter(pl.col("default").is_not_null())
    months = pl.read_parquet(folder / "cn_invoice_months_dev.parquet")
    sides = []
    for side in ("sale", "purchase"):
        lines = months.filter(pl.col("direction") == side)
        sides.append(
            lines.group_by("firm_id").agg(
                pl.len().alias(f"{side}_months"),
                pl.col("net_amount").mean().alias(f"{side}_mean"),
                (pl.col("net_amount").std() / pl.col("net_amount").mean()).alias(f"{side}_spread"),
                _ratio(pl.col("n_void").sum(), pl.col("n_valid").sum()).alias(f"{side}_void_share"),
                _ratio(pl.col("n_negative").sum(), pl.col("n_valid").sum()).alias(f"{side}_negative_share"),
                pl.col("n_counterparties").mean().alias(f"{side}_counterparties"),
                pl.col("top1_share").mean().alias(f"{side}_top1_share"),
            )
        )
    rows = firms.join(sides[0], on="firm_id", how="left", maintain_order="left")
    rows = rows.join(sides[1], on="firm_id", how="left", maintain_order="left")
    rows = rows.with_columns(_ratio(pl.col("sale_mean"), pl.col("purchase_mean")).alias("sale_to_purchase"))
    features = rows.drop("firm_id", "firm_kind", "bank_rating", "default").cast(pl.Float64)
    return Dataset("chinese_invoices", features, rows["default"], rows["firm_id"])


def _rows(source: Path, name: str, outcome: str) -> pl.DataFrame:
    """The file of that name in a folder, or the file itself; where it does not tell the outcome, that is null.

    Raises `FileProblem` where there is none, or none of a table.
    """
    path = source / name if source.is_dir() else source
    try:
        if path.suffix == ".parquet":
            rows = pl.read_parquet(path)
        else:
            rows = pl.read_csv(path, try_parse_dates=True, infer_schema_length=None)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileProblem(
            field=str(path),
            value="",
            rule=f"文件无法读取 / the file cannot be read: {str(error).strip().partition(chr(10))[0]}",
            remedy=f"给出含 {name} 的目录，或同样形式的 Parquet、CSV 文件 / name a folder with {name}, or a Parquet or CSV file in its form",
        ) from None
    return rows if outcome in rows.columns else rows.with_columns(pl.lit(None, pl.Int8).alias(outcome))


UNRECORDED = "未记录 unrecorded"
EACH = "row"
"""Name of the group where nothing tells which rows are of one firm."""


def _cut(column: str, edges: tuple[float, float], unit: str) -> pl.Expr:
    """Three sizes; the edges are a choice of this evaluation."""
    low, high = edges
    value = pl.col(column)
    below, within = pl.lit(f"< {low:g} {unit}"), pl.lit(f"{low:g}–{high:g} {unit}")
    told = pl.when(value.is_null()).then(pl.lit(UNRECORDED)).when(value < low).then(below)
    return told.when(value < high).then(within).otherwise(pl.lit(f"≥ {high:g} {unit}"))


def _each(rows: pl.DataFrame) -> pl.Series:
    return pl.int_range(rows.height, eager=True).alias(EACH)
