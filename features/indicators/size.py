"""Size of the firm: head-count, sales, assets, and the groups of the size standard."""

from __future__ import annotations

from features.expression import annual, calibre, enterprise, flagged
from features.facts import SIZE_GROUP
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of, year_start


@indicator
def employees_quarterly() -> Indicator:
    """职工总数, quarterly average of the previous accounting year."""
    return Indicator(
        "employees_quarterly",
        "职工总数（季度平均）",
        "employees (quarterly average)",
        Unit.PERSONS,
        calibre("employees_quarterly_avg", "employees"),
        "国科发政〔2017〕115号 附件说明",
        -1,
    )


@indicator
def employees_year_end(year: int = -1) -> Indicator:
    """从业人员, end of one accounting year (−1 = the year before as_of's)."""
    return Indicator(
        "employees_year_end" if year == -1 else f"employees_year_end({year})",
        "从业人员（期末）" if year == -1 else f"从业人员（前{-year}年末）",
        "employees (year-end)" if year == -1 else f"employees (year-end, {-year} years ago)",
        Unit.PERSONS,
        calibre("employees_year_end", "employees", year=year),
        "统计上大中小微型企业划分办法（2017）说明",
        year,
    )


@indicator
def sales_revenue() -> Indicator:
    """销售收入 = 主营业务收入 + 其他业务收入, previous accounting year."""
    return Indicator(
        "sales_revenue",
        "销售收入",
        "sales revenue",
        Unit.YUAN,
        calibre("sales_revenue", "revenue"),
        "国科发政〔2017〕115号 附件说明",
        -1,
    )


@indicator
def operating_revenue() -> Indicator:
    """营业收入 of the size standard: main-business revenue where it is reported."""
    return Indicator(
        "operating_revenue",
        "营业收入",
        "operating revenue",
        Unit.YUAN,
        calibre("main_business_revenue", "revenue"),
        "统计上大中小微型企业划分办法（2017）说明",
        -1,
    )


@indicator
def total_assets() -> Indicator:
    """资产总额, end of the previous accounting year."""
    return Indicator(
        "total_assets",
        "资产总额",
        "total assets",
        Unit.YUAN,
        annual("total_assets"),
        "国科发政〔2017〕115号 附件说明",
        -1,
    )


@indicator
def size_group() -> Indicator:
    """Industry group of the size standard, from the GB/T 4754 code."""
    return Indicator(
        "size_group",
        "划型行业",
        "size-standard industry group",
        Unit.CHOICE,
        SIZE_GROUP,
        "工信部联企业〔2011〕300号 四",
    )


@indicator
def registered(counted_to: str = "as_of") -> Indicator:
    """Not deregistered: still on the register at as_of, or at 31 December of the year before."""
    ends = {"as_of": as_of(), "year_end": year_start(0) - 1}
    if counted_to not in ends:
        raise ValueError("counted_to: " + " | ".join(ends))
    return Indicator(
        "registered" if counted_to == "as_of" else f"registered({counted_to})",
        "在册企业" if counted_to == "as_of" else "在册企业（上年末）",
        "registered enterprise" if counted_to == "as_of" else "registered at the last year-end",
        Unit.TRUTH,
        enterprise("deregistered_on") > ends[counted_to],
        "国科发政〔2017〕115号 第六条",
    )


@indicator
def audit_based_tax() -> Indicator:
    """查账征收: income tax collected on audited accounts."""
    return Indicator(
        "audit_based_tax",
        "查账征收",
        "tax collected on audited accounts",
        Unit.TRUTH,
        flagged(enterprise("audit_based_tax")),
        "国科火字〔2022〕67号",
    )


@indicator
def restricted_industry() -> Indicator:
    """禁止、限制、淘汰类: products or industry that are prohibited, restricted or eliminated, as stated."""
    return Indicator(
        "restricted_industry",
        "产品和服务属于禁止、限制、淘汰类",
        "prohibited, restricted or eliminated industry",
        Unit.TRUTH,
        flagged(enterprise("restricted_industry")),
        "国科火字〔2022〕67号",
    )
