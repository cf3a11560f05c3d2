"""Shares and amounts of the yearly accounts as the measures for 优质中小企业 take them."""

from __future__ import annotations

from functools import reduce

from features.expression import Linear, annual, calibre, flagged
from features.indicators.base import Indicator, Unit, indicator, of_year

_TEXT = "工信部企业〔2022〕63号"
_TORCH = "科技部火炬中心、长城战略咨询 2018年版"


def _sum(field: str, years: int) -> Linear:
    return reduce(lambda a, b: a + b, (Linear.of(annual(field, -year)) for year in range(1, years + 1)))


@indicator
def revenue(year: int = -1) -> Indicator:
    """营业收入 of one accounting year (−1 = the year before as_of's)."""
    return Indicator(
        "revenue" if year == -1 else f"revenue({year})",
        *of_year("营业收入", "revenue", year),
        Unit.YUAN,
        annual("revenue", year),
        _TEXT,
        year,
    )


@indicator
def main_business_revenue() -> Indicator:
    """主营业务收入, previous accounting year."""
    return Indicator(
        "main_business_revenue",
        "主营业务收入",
        "main-business revenue",
        Unit.YUAN,
        annual("main_business_revenue"),
        "国家统计局 规模以上工业",
        -1,
    )


@indicator
def main_share() -> Indicator:
    """主营业务收入总额占营业收入总额比重, previous accounting year."""
    return Indicator(
        "main_share",
        "主营业务收入占营业收入的比重",
        "main-business revenue / revenue",
        Unit.SHARE,
        annual("main_business_revenue") / annual("revenue"),
        _TEXT,
        -1,
    )


@indicator
def leading_share() -> Indicator:
    """主导产品收入之和占营业收入总额比重, previous accounting year; products that are not told apart count as leading, flagged."""
    return Indicator(
        "leading_share",
        "主导产品收入占营业收入的比重",
        "revenue of the leading product / revenue",
        Unit.SHARE,
        calibre("leading_product_revenue", "main_business_revenue") / annual("revenue"),
        f"{_TEXT} 附件1",
        -1,
    )


@indicator
def debt_ratio(year: int = -1) -> Indicator:
    """资产负债率, end of one accounting year (−1 = the year before as_of's)."""
    return Indicator(
        "debt_ratio" if year == -1 else f"debt_ratio({year})",
        *of_year("资产负债率", "debt / assets", year),
        Unit.SHARE,
        annual("total_liabilities", year) / annual("total_assets", year),
        _TEXT,
        year,
    )


@indicator
def net_margin() -> Indicator:
    """净利润率 = net profit / revenue, previous accounting year; below zero at a loss."""
    return Indicator(
        "net_margin",
        "净利润率",
        "net profit / revenue",
        Unit.SHARE,
        annual("net_profit") / annual("revenue"),
        _TEXT,
        -1,
    )


@indicator
def rd_expense(year: int = -1) -> Indicator:
    """研发费用总额 of one accounting year (−1 = the year before as_of's)."""
    return Indicator(
        f"rd_expense({year})",
        *of_year("研发费用", "R&D expense", year),
        Unit.YUAN,
        annual("rd_expense", year),
        _TEXT,
        year,
    )


@indicator
def rd_expense_total(years: int) -> Indicator:
    """研发费用总额 of the last accounting years together."""
    return Indicator(
        f"rd_expense_total({years})",
        f"近{years}年研发费用合计",
        f"R&D expense, sum over {years} years",
        Unit.YUAN,
        _sum("rd_expense", years),
        _TEXT,
        -1,
    )


@indicator
def rd_expense_mean(years: int) -> Indicator:
    """研发费用总额 a year, mean over the last accounting years."""
    return Indicator(
        f"rd_expense_mean({years})",
        f"近{years}年研发费用年均",
        f"R&D expense, mean of {years} years",
        Unit.YUAN,
        _sum("rd_expense", years) / Linear.of(years),
        _TEXT,
        -1,
    )


@indicator
def rd_to_revenue(year: int = -1) -> Indicator:
    """研发费用总额占营业收入总额比重 of one accounting year (−1 = the year before as_of's)."""
    return Indicator(
        f"rd_to_revenue({year})",
        *of_year("研发费用占营业收入的比重", "R&D expense / revenue", year),
        Unit.SHARE,
        annual("rd_expense", year) / annual("revenue", year),
        _TEXT,
        year,
    )


@indicator
def rd_staff_share() -> Indicator:
    """研发人员占职工总数比重, previous accounting year."""
    return Indicator(
        "rd_staff_share",
        "研发人员占职工总数的比重",
        "share of R&D staff",
        Unit.SHARE,
        annual("rd_staff") / annual("employees"),
        _TEXT,
        -1,
    )


@indicator
def rd_to_revenue_over(years: int) -> Indicator:
    """Σ 研发费用 ÷ Σ 营业收入 over the last accounting years."""
    return Indicator(
        f"rd_to_revenue_over({years})",
        f"近{years}年研发费用合计占营业收入合计的比重",
        f"R&D / revenue, sums over {years} years",
        Unit.SHARE,
        _sum("rd_expense", years) / _sum("revenue", years),
        "各地瞪羚企业认定条件",
        -1,
    )


@indicator
def st_activity_to_revenue(year: int = -1) -> Indicator:
    """科技活动投入强度: S&T activity expense ÷ revenue of one accounting year (−1 = the year before as_of's)."""
    return Indicator(
        f"st_activity_to_revenue({year})",
        *of_year("科技活动投入强度", "S&T activity expense / revenue", year),
        Unit.SHARE,
        calibre("st_activity_expense", "rd_expense", year=year) / annual("revenue", year),
        _TORCH,
        year,
    )


@indicator
def st_activity_to_revenue_over(years: int) -> Indicator:
    """科技活动投入强度: Σ S&T activity expense ÷ Σ revenue over the last accounting years."""
    spent = reduce(
        lambda a, b: a + b,
        (Linear.of(calibre("st_activity_expense", "rd_expense", year=-year)) for year in range(1, years + 1)),
    )
    return Indicator(
        f"st_activity_to_revenue_over({years})",
        f"近{years}年科技活动投入强度",
        f"S&T activity expense / revenue, sums over {years} years",
        Unit.SHARE,
        spent / _sum("revenue", years),
        _TORCH,
        -1,
    )


@indicator
def debt_ratio_over(years: int) -> Indicator:
    """平均资产负债率: Σ liabilities ÷ Σ assets at the last year-ends."""
    return Indicator(
        f"debt_ratio_over({years})",
        f"近{years}年平均资产负债率",
        f"debt / assets, sums over {years} years",
        Unit.SHARE,
        _sum("total_liabilities", years) / _sum("total_assets", years),
        "四川省瞪羚企业备案 第四条",
        -1,
    )


@indicator
def employees_mean(years: int) -> Indicator:
    """平均从业人员数 of the last accounting years."""
    return Indicator(
        f"employees_mean({years})",
        f"近{years}年平均职工人数",
        f"employees, mean of {years} years",
        Unit.PERSONS,
        _sum("employees", years) / Linear.of(years),
        "四川省瞪羚企业备案 第四条",
        -1,
    )


@indicator
def super_deduction(year: int = -1) -> Indicator:
    """享受研发费用加计扣除 of one accounting year (−1 = the year before as_of's)."""
    return Indicator(
        f"super_deduction({year})",
        *of_year("享受研发费用加计扣除", "R&D super-deduction claimed", year),
        Unit.TRUTH,
        flagged(annual("rd_super_deduction", year)),
        "四川省瞪羚企业备案 第四条",
        year,
    )
