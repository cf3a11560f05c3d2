"""Yearly accounts and staff: the table ``annual_report``.

What the process gives is rounded to whole yuan and persons, the other lines follow from it by shares, and sums agree:
cost = revenue − operating profit, main and other business make up revenue, net assets are assets − liabilities. Whole yuan
make a cell in 万元 show an amount with at most four decimals.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from features.population import assumptions as a
from features.population import process as p
from features.population.draws import Draws, bit
from features.population.paths import LATENTS, cut_off, grid, taken

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
AVERAGES = ("employees_quarterly_avg", "tech_staff_6m")
FACTS = (*MONEY, "rd_super_deduction", *STAFF)
_KEPT = ("uscc", "poor", "active", "margin", "debt")
_CORRECTED, _CONTRADICTED, _REPEATED = 1, 2, 3
"""Why accounts stand twice: corrected later, stated otherwise by a second source, sent twice."""


def annual_report(firms: pl.DataFrame, seed: int, last_year: int, years: int) -> pl.DataFrame:
    """One row a firm and fiscal year from its founding to its last accounts; some are missing, late or stated twice."""
    draw = Draws(seed, "annual_report", "number", "fiscal_year")
    span = range(last_year - years + 1, last_year + 1)
    frame = taken(firms, LATENTS, _KEPT, span, _sent(firms, draw, span))
    frame = _accounts(frame, draw)
    frame = _research(frame, draw)
    frame = _staff(frame, draw)
    frame = _withhold(frame, draw)
    corrected = _whole(pl.col("tax_paid") * draw.between("twist", 0.9, 1.1))
    later = (pl.col("known_from").cast(pl.Int32) + 90).cast(pl.Date)
    return (
        frame.with_columns(known_from=_known_from(draw, last_year))
        .with_columns(
            tax_paid=pl.when(pl.col("again") <= _CONTRADICTED).then(corrected).otherwise("tax_paid"),
            known_from=pl.when(pl.col("again") == _CORRECTED)
            .then(pl.min_horizontal(later, pl.lit(cut_off(last_year))))
            .otherwise("known_from"),
            source=pl.when(pl.col("again") == _CONTRADICTED).then(pl.lit(a.SOURCE_TAX)).otherwise(pl.lit(a.SOURCE)),
        )
        .select(
            "uscc",
            pl.col("fiscal_year").cast(pl.Int32),
            *(pl.col(fact).cast(pl.Decimal(12, 4)) if fact in AVERAGES else pl.col(fact) for fact in FACTS),
            "known_from",
            "source",
        )
    )


def _sent(firms: pl.DataFrame, draw: Draws, span: range) -> pl.DataFrame:
    """The rows of the grid that were sent. ``again`` says of a second statement why it was made; null for the first."""
    chosen = grid(firms.height, span)
    there = firms.select("number", "founded", "last_accounts", "boundary")[chosen["firm"]]
    chosen = pl.concat([chosen, there], how="horizontal")
    chosen = draw.keyed(chosen.filter(pl.col("fiscal_year").is_between("founded", "last_accounts")))
    last = pl.col("fiscal_year") == span[-1]
    chosen = chosen.filter(last | ~draw.chance("missing", a.MISSING_YEAR)).with_columns(
        at_boundary=pl.col("boundary").is_not_null() & last,
        fate=pl.when(pl.col("boundary").is_null()).then(draw.uniform("again")).otherwise(1.0),
    )
    twice = chosen.select(pl.arg_where(pl.col("fate") < a.RESTATED + a.CONTRADICTED + a.REPEATED)).to_series()
    every = pl.int_range(0, chosen.height, dtype=pl.UInt32, eager=True)
    place = pl.concat([every, twice.cast(pl.UInt32)]).sort()
    why = (
        pl.when(pl.col("fate") < a.RESTATED).then(_CORRECTED)
        .when(pl.col("fate") < a.RESTATED + a.CONTRADICTED).then(_CONTRADICTED)
        .otherwise(_REPEATED)
    )  # fmt: skip
    stated = chosen[place]
    return (
        stated.with_columns(second=place == place.shift(1).fill_null(chosen.height))
        .with_columns(again=pl.when("second").then(why).cast(pl.Int8))
        .drop("number", "founded", "last_accounts", "boundary", "second", "fate")
    )


def _accounts(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    odds = pl.col("debt") + draw.noise("debt") * p.DEBT_SHOCK - (pl.col("margin") - 0.05) * 3
    margin = pl.col("margin") + draw.noise("margin") * 0.03
    return (
        frame.with_columns(
            revenue=_whole(pl.col("revenue")),
            total_assets=_whole(pl.col("total_assets")),
            employees=_whole(pl.col("employees")).clip(1),
            debt=p.DEBT_CEILING / ((-odds).exp() + 1),
        )
        .with_columns(
            main_business_revenue=_share("revenue", draw.between("main", 0.9, 1.0)),
            sales_revenue=pl.col("revenue"),
            total_income=pl.col("revenue") + _share("revenue", draw.between("other", 0.0, 0.03)),
            operating_profit=_share("revenue", margin),
            total_liabilities=_share("total_assets", pl.col("debt")),
        )
        .with_columns(
            total_cost_expense=pl.col("revenue") - pl.col("operating_profit"),
            total_profit=pl.col("operating_profit") + _share("revenue", draw.between("other/profit", -0.002, 0.01)),
            leading_product_revenue=_share("main_business_revenue", draw.between("leading", 0.4, 1.0)),
            hitech_income=pl.when("active").then(_share("revenue", draw.between("hitech", 0.3, 1.0))).otherwise(0),
        )
        .with_columns(income_tax=_share("total_profit", pl.lit(0.15)).clip(0))
        .with_columns(
            net_profit=pl.col("total_profit") - pl.col("income_tax"),
            tax_paid=_share("revenue", draw.between("tax", 0.01, 0.06)) + pl.col("income_tax"),
            main_product_hitech_income=_share("hitech_income", draw.between("main/hitech", 0.45, 0.95)),
            tech_contract_value=_share("revenue", (draw.between("contract", -1.4, 0.2)).clip(0)),
        )
    )


def _research(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    relief = pl.col("rd_super_deduction") & (pl.col("total_profit") > 0)
    return (
        frame.with_columns(rd_expense=_whole(pl.col("rd_expense")))
        .with_columns(
            rd_super_deduction=(pl.col("rd_expense") > 0) & draw.chance("super", 0.85),
            # One in ten spends abroad, up to half.
            rd_expense_domestic=_share("rd_expense", 1 - draw.between("abroad", -4.5, 0.5).clip(0)),
            rd_expense_deduction=_share("rd_expense", draw.between("deduction", 0.8, 1.0)),
            rd_expense_hte=_share("rd_expense", draw.between("hte", 0.95, 1.1)),
        )
        .with_columns(rd_deduction_tax_relief=pl.when(relief).then(_share("rd_expense", pl.lit(0.15))).otherwise(0))
    )


def _staff(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    # The quarterly average is a sum of eight readings over eight.
    eighths = (pl.col("employees") * 8 + draw.whole("eighths", -4, 4)).clip(1)
    return frame.with_columns(
        tech_staff=pl.min_horizontal(_whole(pl.col("tech_staff")), "employees"),
        employees_quarterly_avg=eighths / 8,
        employees_year_end=pl.col("employees") + draw.whole("year_end", 0, (pl.col("employees") // 20)),
        new_employees=_share("employees", draw.between("new", 0.02, 0.2)),
        graduates_hired=_share("employees", draw.between("graduates", 0.0, 0.06)),
    ).with_columns(
        tech_staff_6m=pl.col("tech_staff").cast(pl.Float64),
        rd_staff=pl.when(pl.col("rd_expense") > 0)
        .then(_share("tech_staff", draw.between("rd", 0.4, 0.9)))
        .otherwise(0),
        postgraduate_staff=_share("tech_staff", draw.between("postgraduate", 0.0, 0.35)),
    )


def _withhold(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    """Unknown facts as nulls. A firm at a threshold tells everything that year, but in the plain measures only."""
    poorly = draw.rare("withheld/poor", a.WITHHELD_POOR)
    usual = poorly & draw.rare("withheld/more", a.WITHHELD - a.WITHHELD_POOR)
    nothing, everything = pl.lit(0, dtype=pl.UInt64), pl.lit(2**64 - 1, dtype=pl.UInt64)
    at = pl.col("at_boundary")
    frame = frame.with_columns(
        hidden=pl.when(at).then(nothing).when("poor").then(poorly).otherwise(usual),
        hidden_calibre=pl.when(at).then(everything).otherwise(draw.rare("withheld/calibre", a.WITHHELD_CALIBRE)),
    )
    return frame.with_columns(
        pl.when(~bit("hidden_calibre" if fact in a.CALIBRES else "hidden", place)).then(pl.col(fact)).alias(fact)
        for place, fact in enumerate(FACTS)
    )


def _known_from(draw: Draws, last_year: int) -> pl.Expr:
    """Most by 31 May of the year after, some by its end, a few in the year after that; never after the cut-off."""
    when, within = draw.uniform("known"), draw.uniform("known/day")
    start = pl.date(pl.col("fiscal_year") + 1, 2, 1).cast(pl.Int32)
    # 1 February to 31 May are 120 days, to the end of the year 334, and a year more 699.
    day = (
        pl.when(when > a.LATE + a.VERY_LATE).then(within * 119)
        .when(when > a.VERY_LATE).then(within * 213 + 120)
        .otherwise(within * 364 + 334)
    )  # fmt: skip
    end = pl.when(pl.col("at_boundary")).then(pl.lit(date(last_year + 1, 5, 31))).otherwise(pl.lit(cut_off(last_year)))
    return pl.min_horizontal((start + day.cast(pl.Int32)).cast(pl.Date), end)


def _whole(amount: pl.Expr) -> pl.Expr:
    """To the nearest whole; adding a half and flooring costs a quarter of ``round``."""
    return (amount + 0.5).floor().cast(pl.Int64)


def _share(column: str, share: pl.Expr) -> pl.Expr:
    return _whole(pl.col(column) * share)
