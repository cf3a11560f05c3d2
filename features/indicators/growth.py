"""Growth; each measure has a name of its own, because the texts mean different ones."""

from __future__ import annotations

from features.expression import Compound, Either, Linear, MeanGrowth, Ratio, annual, calibre
from features.indicators.base import Indicator, Unit, indicator

_TEXT = "国科发火〔2016〕195号 三(三)4"


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
def main_growth() -> Indicator:
    """主营业务收入增长率 of the previous accounting year on the year before it."""
    last, before = (Linear.of(annual("main_business_revenue", year)) for year in (-1, -2))
    return Indicator(
        "main_growth",
        "主营业务收入增长率",
        "growth of main-business revenue",
        Unit.SHARE,
        Ratio(last, before, 1),
        f"{_SPECIALISED} 附件1",
        -1,
    )


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
    last, first = (Linear.of(annual("revenue", year)) for year in (-1, -1 - intervals))
    return Indicator(
        f"revenue_growth_compound({intervals})",
        f"近{intervals}年营业收入复合增长率",
        f"compound growth of revenue ({intervals} intervals)",
        Unit.SHARE,
        Compound(last, first, intervals=intervals),
        "工信部企业〔2026〕2号 附件2",
        -1,
    )
