"""Yearly accounts and staff: the table ``annual_report``.

Revenue follows a persistent growth rate with yearly shocks back from last year's figure; staff and assets follow it
less than proportionally. Every amount is a whole yuan, so that a cell in 万元 shows it with at most four decimals.
"""

from __future__ import annotations

import polars as pl

from features.population import assumptions as a
from features.population.draws import Draws, rows
from features.population.firms import boundary

MONEY = (
    "revenue", "main_business_revenue", "sales_revenue", "total_income", "hitech_income", "main_product_hitech_income",
    "leading_product_revenue", "total_cost_expense", "operating_profit", "total_profit", "net_profit", "tax_paid",
    "total_assets", "total_liabilities", "rd_expense", "rd_expense_domestic", "rd_expense_deduction", "rd_expense_hte",
    "rd_deduction_tax_relief", "tech_contract_value",
)  # fmt: skip
STAFF = (
    "employees", "employees_quarterly_avg", "employees_year_end", "tech_staff", "tech_staff_6m", "rd_staff",
    "postgraduate_staff", "graduates_hired", "new_employees",
)  # fmt: skip
_LARGEST = 5e11
"""Yuan; what follows from revenue or assets stays within the contract's 10¹²."""
AVERAGES = ("employees_quarterly_avg", "tech_staff_6m")
FACTS = (*MONEY, "rd_super_deduction", *STAFF)


def annual_report(firms: pl.DataFrame, seed: int, last_year: int, years: int) -> pl.DataFrame:
    """One row a firm and fiscal year since its founding; about 2 % of the earlier years are missing."""
    draw = Draws(seed, "annual_report", "number", "fiscal_year")
    founded = pl.col("established_on").dt.year().cast(pl.Int64)
    first = founded.clip(last_year - years + 1, last_year)
    frame = rows(firms, last_year - first + 1).with_columns(fiscal_year=last_year - pl.col("row"), founded=founded)
    frame = frame.with_columns(at_boundary=pl.col("boundary").is_not_null() & (pl.col("row") == 0))
    frame = _paths(frame, draw)
    frame = _accounts(frame, draw)
    frame = _research(frame, draw)
    frame = _staff(frame, draw)
    frame = _withhold(frame, draw)
    return (
        frame.filter((pl.col("row") == 0) | ~draw.chance("missing", 0.02))
        .sort("number", "fiscal_year")
        .select(
            "uscc",
            pl.col("fiscal_year").cast(pl.Int32),
            *(pl.col(fact).cast(pl.Decimal(12, 4)) if fact in AVERAGES else pl.col(fact) for fact in FACTS),
            pl.lit(a.SOURCE).alias("source"),
        )
    )


def _paths(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    """Each year's revenue, head-count and assets, walking back from last year (``row`` 0)."""
    step = pl.when(pl.col("row") > 0).then(pl.col("growth") + draw.normal("growth") * 0.12).otherwise(0.0)
    part_year = (13 - pl.col("established_on").dt.month()).cast(pl.Float64) / 12
    started = pl.when(pl.col("fiscal_year") == pl.col("founded"), pl.col("row") > 0).then(part_year).otherwise(1.0)
    return (
        # The steps are drawn before they are summed: inside ``over`` they would be drawn firm by firm.
        frame.with_columns(step=step)
        .with_columns(path=(-pl.col("step").cum_sum().over("number", order_by="row")).exp())
        .with_columns(
            revenue=_yuan((pl.col("revenue") * pl.col("path") * started).clip(0, _LARGEST)),
            employees=(pl.col("employees") * pl.col("path").pow(0.7)).round().clip(1).cast(pl.Int64),
            total_assets=_yuan((pl.col("total_assets") * pl.col("path").pow(0.8)).clip(0, _LARGEST)),
        )
    )


def _accounts(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    margin = pl.col("margin") + draw.normal("margin") * 0.03
    debt = (draw.normal("debt") * 0.12 - pl.col("margin") * 1.5 + 0.52).clip(0.02, 1.4)
    return (
        frame.with_columns(
            main_business_revenue=_share("revenue", draw.between("main", 0.9, 1.0)),
            sales_revenue=pl.col("revenue"),
            total_income=pl.col("revenue") + _share("revenue", draw.between("other", 0.0, 0.03)),
            operating_profit=_share("revenue", margin),
            total_liabilities=_share("total_assets", debt),
        )
        .with_columns(
            total_cost_expense=_share("revenue", 1 - margin),
            total_profit=pl.col("operating_profit") + _share("revenue", draw.between("other/profit", -0.002, 0.01)),
            leading_product_revenue=_share("main_business_revenue", draw.between("leading", 0.4, 1.0)),
            hitech_income=pl.when(pl.col("rd_intensity") > 0)
            .then(_share("revenue", draw.between("hitech", 0.3, 1.0)))
            .otherwise(0),
        )
        .with_columns(
            net_profit=pl.col("total_profit") - _share("total_profit", pl.lit(0.15)).clip(0),
            tax_paid=_share("revenue", draw.between("tax", 0.01, 0.06)) + _share("total_profit", pl.lit(0.15)).clip(0),
            main_product_hitech_income=_share("hitech_income", draw.between("main/hitech", 0.45, 0.95)),
            tech_contract_value=pl.when(draw.chance("contract", 0.12))
            .then(_share("revenue", draw.between("contract/share", 0.01, 0.2)))
            .otherwise(0),
        )
    )


def _research(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    intensity = pl.col("rd_intensity") * (draw.normal("intensity") * 0.12).exp()
    expense = _fixed("rd_expense").fill_null(_share("revenue", intensity))
    abroad = pl.when(draw.chance("abroad", 0.1)).then(draw.between("abroad/share", 0, 0.5)).otherwise(0.0)
    relief = pl.col("rd_super_deduction") & (pl.col("total_profit") > 0)
    return (
        frame.with_columns(rd_expense=expense)
        .with_columns(
            rd_super_deduction=(pl.col("rd_expense") > 0) & draw.chance("super", 0.85),
            rd_expense_domestic=_share("rd_expense", 1 - abroad),
            rd_expense_deduction=_share("rd_expense", draw.between("deduction", 0.8, 1.0)),
            rd_expense_hte=_share("rd_expense", draw.between("hte", 0.95, 1.1)),
        )
        .with_columns(
            rd_deduction_tax_relief=pl.when(relief).then(_share("rd_expense", pl.lit(0.15))).otherwise(0),
        )
    )  # fmt: skip


def _staff(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    share = (pl.col("tech_share") * (draw.normal("tech") * 0.1).exp()).clip(0, 0.98)
    # The quarterly average is a sum of eight readings over eight.
    eighths = (pl.col("employees") * 8 + draw.whole("eighths", -4, 4)).clip(1)
    return frame.with_columns(
        tech_staff=_fixed("tech_staff").fill_null(_heads("employees", share)),
        employees_quarterly_avg=eighths / 8,
        employees_year_end=pl.col("employees") + draw.whole("year_end", 0, (pl.col("employees") // 20)),
        new_employees=_heads("employees", draw.between("new", 0.02, 0.2)),
        graduates_hired=_heads("employees", draw.between("graduates", 0.0, 0.06)),
    ).with_columns(
        tech_staff_6m=pl.col("tech_staff").cast(pl.Float64),
        rd_staff=pl.when(pl.col("rd_expense") > 0)
        .then(_heads("tech_staff", draw.between("rd", 0.4, 0.9)))
        .otherwise(0),
        postgraduate_staff=_heads("tech_staff", draw.between("postgraduate", 0.0, 0.35)),
    )


def _withhold(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    """Unknown facts as nulls. A firm at a threshold tells everything that year, but in the plain measures only."""
    common = pl.when(pl.col("poor")).then(a.WITHHELD_POOR).otherwise(a.WITHHELD)
    hidden = []
    for fact in FACTS:
        calibre = a.WITHHELD_CALIBRE.get(fact)
        gone = draw.chance(f"withheld/{fact}", common if calibre is None else calibre)
        hidden.append(
            pl.when(~pl.when(pl.col("at_boundary")).then(pl.lit(calibre is not None)).otherwise(gone))
            .then(pl.col(fact))
            .alias(fact)
        )
    return frame.with_columns(hidden)


def _yuan(amount: pl.Expr) -> pl.Expr:
    return amount.round().cast(pl.Int64)


def _share(column: str, share: pl.Expr) -> pl.Expr:
    return _yuan(pl.col(column) * share)


def _heads(column: str, share: pl.Expr) -> pl.Expr:
    """A share of a head-count, rounded."""
    return (pl.col(column) * share).round().cast(pl.Int64)


def _fixed(column: str) -> pl.Expr:
    return pl.when(pl.col("at_boundary")).then(boundary(column))
