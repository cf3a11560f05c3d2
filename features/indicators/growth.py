"""Growth; each measure has a name of its own, because the texts mean different ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from features.expression import Compound, Either, Linear, MeanGrowth, Quantity, Ratio, annual, calibre
from features.indicators.base import Indicator, Unit, indicator, of_year

_TEXT = "国科发火〔2016〕195号 三(七)4"


@indicator
def growth_net_assets_mean() -> Indicator:
    """净资产增长率: mean of the two yearly ratios − 1 over the last three accounting years; negative net assets count as 0."""
    values = tuple(annual("total_assets", year) - annual("total_liabilities", year) for year in (-3, -2, -1))
    return Indicator(
        "growth_net_assets_mean",
        "净资产增长率（两年比值的平均）",
        "net-asset growth (mean of two ratios)",
        Unit.SHARE,
        MeanGrowth(values[0], values[1], values[2]),
        _TEXT,
        -1,
        review=Either(tuple(value < 0 for value in values)),
    )


@indicator
def growth_sales_mean() -> Indicator:
    """销售收入增长率: mean of the two yearly ratios − 1 over the last three accounting years."""
    first, second, third = (Linear.of(calibre("sales_revenue", "revenue", year=year)) for year in (-3, -2, -1))
    return Indicator(
        "growth_sales_mean",
        "销售收入增长率（两年比值的平均）",
        "sales growth (mean of two ratios)",
        Unit.SHARE,
        MeanGrowth(first, second, third),
        _TEXT,
        -1,
    )


_SPECIALISED = "工信部企业〔2022〕63号"


@indicator
def main_growth(year: int = -1) -> Indicator:
    """主营业务收入增长率 of one accounting year on the year before it (−1 = the year before as_of's)."""
    id_ = "main_growth" if year == -1 else f"main_growth({year})"
    amount = partial(annual, "main_business_revenue")
    return _yearly(id_, "主营业务收入", "main-business revenue", amount, year, f"{_SPECIALISED} 附件1")


@indicator
def main_growth_mean() -> Indicator:
    """近2年主营业务收入平均增长率: plain mean of two yearly growth rates; undefined where either base is 0."""
    first, second, third = (Linear.of(annual("main_business_revenue", year)) for year in (-3, -2, -1))
    return Indicator(
        "main_growth_mean",
        "近2年主营业务收入平均增长率",
        "growth of main-business revenue (mean of two years)",
        Unit.SHARE,
        MeanGrowth(first, second, third, plain=True),
        f"{_SPECIALISED} 附件2",
        -1,
    )


@indicator
def revenue_growth_compound(intervals: int) -> Indicator:
    """营业收入复合增长率: (last year / so many years before it)^(1 / intervals) − 1."""
    named = "revenue_growth_compound", "营业收入", "revenue"
    return _compound(*named, partial(annual, "revenue"), intervals, "工信部企业〔2026〕2号 附件2")


_GAZELLE = "各地瞪羚企业认定条件"
_PROFITS = {
    "net_profit": ("净利润", "net profit"),
    "operating_profit": ("营业利润", "operating profit"),
    "total_profit": ("利润总额", "total profit"),
}


def _sales(year: int) -> Quantity:
    return calibre("sales_revenue", "revenue", year=year)


def _heads(year: int) -> Quantity:
    return calibre("employees_year_end", "employees", year=year)


def _profit(of: str) -> tuple[str, str]:
    if of not in _PROFITS:
        raise ValueError("of: " + " | ".join(_PROFITS))
    return _PROFITS[of]


def _compound(
    name: str, zh: str, en: str, amount: Callable[[int], Quantity], intervals: int, source: str, of: str = ""
) -> Indicator:
    """Compound growth of an amount by accounting year (−1 = the year before as_of's) up to the last one."""
    last, first = (Linear.of(amount(year)) for year in (-1, -1 - intervals))
    return Indicator(
        f"{name}({of}{of and ','}{intervals})",
        f"近{intervals}年{zh}复合增长率",
        f"compound growth of {en} ({intervals} intervals)",
        Unit.SHARE,
        Compound(last, first, intervals=intervals),
        source,
        -1,
    )


def _yearly(
    id_: str, zh: str, en: str, amount: Callable[[int], Quantity], year: int, source: str = _GAZELLE
) -> Indicator:
    """Growth of an amount in one accounting year on the year before it."""
    last, before = (Linear.of(amount(one)) for one in (year, year - 1))
    return Indicator(
        id_,
        *of_year(f"{zh}增长率", f"growth of {en}", year),
        Unit.SHARE,
        Ratio(last, before, 1),
        source,
        year,
    )


@indicator
def sales_growth_compound(intervals: int) -> Indicator:
    """销售收入复合增长率: (last year / so many years before it)^(1 / intervals) − 1."""
    return _compound("sales_growth_compound", "销售收入", "sales", _sales, intervals, _GAZELLE)


@indicator
def tax_growth_compound(intervals: int) -> Indicator:
    """上缴税费复合增长率: (last year / so many years before it)^(1 / intervals) − 1."""
    return _compound("tax_growth_compound", "上缴税费", "tax paid", partial(annual, "tax_paid"), intervals, _GAZELLE)


@indicator
def tax_growth_mean() -> Indicator:
    """上缴税费年均增长率: mean of the two yearly ratios − 1 over the last three accounting years."""
    first, second, third = (Linear.of(annual("tax_paid", year)) for year in (-3, -2, -1))
    return Indicator(
        "tax_growth_mean",
        "上缴税费增长率（两年比值的平均）",
        "growth of tax paid (mean of two ratios)",
        Unit.SHARE,
        MeanGrowth(first, second, third),
        _GAZELLE,
        -1,
    )


@indicator
def revenue_growth(year: int = -1) -> Indicator:
    """营业收入增长率 of one accounting year on the year before it (−1 = the year before as_of's)."""
    return _yearly(f"revenue_growth({year})", "营业收入", "revenue", partial(annual, "revenue"), year)


@indicator
def revenue_change(year: int = -1) -> Indicator:
    """营业收入增减额 of one accounting year on the year before it; a firm that began from nothing has not fallen."""
    return Indicator(
        f"revenue_change({year})",
        *of_year("营业收入增减额", "change of revenue", year),
        Unit.YUAN,
        annual("revenue", year) - annual("revenue", year - 1),
        _GAZELLE,
        year,
    )


@indicator
def profit_growth_compound(of: str, intervals: int) -> Indicator:
    """利润复合增长率 of net, operating or total profit; there is none where the first year made no profit."""
    return _compound("profit_growth_compound", *_profit(of), partial(annual, of), intervals, _GAZELLE, of)


@indicator
def profit_growth(of: str, year: int = -1) -> Indicator:
    """利润增长率 of one accounting year on the year before it; there is none where that year made no profit."""
    return _yearly(f"profit_growth({of},{year})", *_profit(of), partial(annual, of), year)


@indicator
def employees_growth_compound(intervals: int) -> Indicator:
    """从业人员复合增长率, year-end head-counts: (last year / so many years before it)^(1 / intervals) − 1."""
    return _compound("employees_growth_compound", "从业人员", "employees", _heads, intervals, _GAZELLE)


@indicator
def employees_growth() -> Indicator:
    """从业人员增长率 of the previous accounting year on the year before it, year-end head-counts."""
    return _yearly("employees_growth", "从业人员", "employees", _heads, -1)
