"""Staff and spending on research and development."""

from __future__ import annotations

from features.expression import annual, calibre
from features.indicators.base import Indicator, Unit, indicator

_TEXT = "国科发政〔2017〕115号 第七条"


@indicator
def tech_staff_ratio_quarterly() -> Indicator:
    """科技人员占职工总数比例: six-month staff over the quarterly average, previous accounting year."""
    return Indicator(
        "tech_staff_ratio_quarterly",
        "科技人员占职工总数的比例",
        "share of S&T staff",
        Unit.SHARE,
        calibre("tech_staff_6m", "tech_staff") / calibre("employees_quarterly_avg", "employees"),
        _TEXT,
        -1,
    )


@indicator
def rd_to_sales() -> Indicator:
    """研发费用总额占销售收入比例, super-deduction scope, previous accounting year."""
    return Indicator(
        "rd_to_sales",
        "研发费用占销售收入的比例",
        "R&D expense / sales revenue",
        Unit.SHARE,
        calibre("rd_expense_deduction", "rd_expense") / calibre("sales_revenue", "revenue"),
        _TEXT,
        -1,
    )


@indicator
def rd_to_cost() -> Indicator:
    """研发费用总额占成本费用支出总额比例, previous accounting year."""
    return Indicator(
        "rd_to_cost",
        "研发费用占成本费用支出总额的比例",
        "R&D expense / total cost and expense",
        Unit.SHARE,
        calibre("rd_expense_deduction", "rd_expense") / annual("total_cost_expense"),
        _TEXT,
        -1,
    )
