"""Growth; each measure has a name of its own, because the texts mean different ones."""

from __future__ import annotations

from features.expression import Either, Linear, MeanGrowth, annual, calibre
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
        MeanGrowth(*values),
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
