"""What the recognition of 高新技术企业 measures in its own way (195号)."""

from __future__ import annotations

from functools import reduce

from features.expression import Condition, Count, Exists, Linear, RowFact, annual, calibre, enterprise, every
from features.facts import ACCOUNTING_YEARS
from features.indicators.achievements import CLASSES
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of, year_start

_TEXT = "国科发火〔2016〕195号"


def _sum(*fields: str, years: int) -> Linear:
    terms = (Linear.of(calibre(*fields, year=-year)) for year in range(1, years + 1))
    return reduce(lambda a, b: a + b, terms)


def _right(field: str) -> RowFact:
    return RowFact("intellectual_property", field)


@indicator
def days_registered() -> Indicator:
    """Calendar days from registration to as_of."""
    return Indicator(
        "days_registered",
        "注册成立天数",
        "days since registration",
        Unit.DAYS,
        as_of() - enterprise("established_on"),
        f"{_TEXT} 三(一)1",
    )


@indicator
def technology_field() -> Indicator:
    """Field of the core technology among the eight that the state supports."""
    return Indicator(
        "technology_field",
        "技术领域",
        "technology field",
        Unit.CHOICE,
        enterprise("technology_field"),
        "国科发火〔2016〕32号 第十一条(三)",
    )


@indicator
def tech_staff_ratio_monthly() -> Indicator:
    """科技人员占职工总数比例: 183-day staff over the monthly average, previous accounting year."""
    return Indicator(
        "tech_staff_ratio_monthly",
        "科技人员占职工总数的比例（月平均）",
        "share of S&T staff (monthly average)",
        Unit.SHARE,
        calibre("tech_staff_183d", "tech_staff") / calibre("employees_monthly_avg", "employees"),
        f"{_TEXT} 三(五)",
        -1,
    )


@indicator
def rd_to_sales_over(years: int) -> Indicator:
    """Σ R&D expense ÷ Σ sales over the last accounting years; years before the founding count nothing on either side."""
    return Indicator(
        f"rd_to_sales_over({years})",
        f"近{years}年研发费用总额占销售收入总额的比例",
        f"R&D / sales, sums over {years} years",
        Unit.SHARE,
        _sum("rd_expense_hte", "rd_expense", years=years) / _sum("sales_revenue", "revenue", years=years),
        f"{_TEXT} 三(六)",
        -1,
    )


@indicator
def rd_domestic_share(years: int) -> Indicator:
    """Share of R&D expense incurred in mainland China, sums over the last accounting years."""
    return Indicator(
        f"rd_domestic_share({years})",
        "境内研发费用占全部研发费用的比例",
        "share of R&D in mainland China",
        Unit.SHARE,
        _sum("rd_expense_hte_domestic", "rd_expense_domestic", years=years)
        / _sum("rd_expense_hte", "rd_expense", years=years),
        "国科发火〔2016〕32号 第十一条(五)",
        -1,
    )


@indicator
def rd_province_share(years: int) -> Indicator:
    """Share of R&D expense incurred within the province, sums over the last accounting years."""
    return Indicator(
        f"rd_province_share({years})",
        "省内研发费用占全部研发费用的比例",
        "share of R&D within the province",
        Unit.SHARE,
        _sum("rd_expense_province", years=years) / _sum("rd_expense_hte", "rd_expense", years=years),
        "粤科函高字〔2017〕848号",
        -1,
    )


@indicator
def hitech_income_share() -> Indicator:
    """高新技术产品(服务)收入占同期总收入比例, previous accounting year."""
    return Indicator(
        "hitech_income_share",
        "高新技术产品（服务）收入占总收入的比例",
        "share of high-tech income",
        Unit.SHARE,
        annual("hitech_income") / annual("total_income"),
        f"{_TEXT} 三(四)",
        -1,
    )


@indicator
def main_products(percent: int) -> Indicator:
    """主要产品（服务）: high-tech ones that a right of the firm's own supports, together more than so many percent of high-tech income."""
    of_main = calibre("main_product_hitech_income", "hitech_income")
    return Indicator(
        f"main_products({percent})",
        f"主要产品（服务）收入之和超过高新技术产品（服务）收入的{percent}%",
        f"income of the main products above {percent} % of high-tech income",
        Unit.TRUTH,
        of_main * 100 > annual("hitech_income") * percent,
        _TEXT,
        -1,
    )


def _usable(of: str, acquired_by: tuple[str, ...] = ()) -> Condition:
    """Owned, in force, tied to the main product, undisputed, used by no co-owner; Class Ⅱ not used before."""
    kinds = [kind for name, group in CLASSES.items() if of in (name, "any") for kind in group]
    fresh = _right("kind").is_(*CLASSES["class_1"]) | ~_right("used_for_hte").holds()
    conditions = [
        _right("kind").is_(*kinds),
        _right("in_force").holds(),
        _right("supports_main_product").holds(),
        ~_right("disputed").holds(),
        ~_right("co_owner_used").holds(),
        _right("granted_on") <= as_of(),
        *([] if of == "class_1" else [fresh]),
        *([_right("acquired_by").is_(*acquired_by)] if acquired_by else []),
    ]
    return every(conditions)


@indicator
def usable_rights(of: str) -> Indicator:
    """Rights of ``class_1``, ``class_2`` or ``any`` class that an application may use."""
    if of not in (*CLASSES, "any"):
        raise ValueError("of: class_1 | class_2 | any")
    return Indicator(
        f"usable_rights({of})",
        "可用于申报的知识产权数量",
        "rights usable in an application",
        Unit.ITEMS,
        Count("intellectual_property", _usable(of), "count"),
        f"{_TEXT} 三(二)",
    )


@indicator
def rights_acquired(by: list[str]) -> Indicator:
    """Usable rights obtained in one of the ways: own_rd, transfer, gift, merger."""
    return Indicator(
        f"rights_acquired({'|'.join(by)})",
        "按获得方式统计的知识产权数量",
        "usable rights by way of acquisition",
        Unit.ITEMS,
        Count("intellectual_property", _usable("any", tuple(by)), "count"),
        f"{_TEXT} 三(七)1",
    )


@indicator
def standards_taken_part(levels: list[str]) -> Indicator:
    """Led or took part in drafting a standard of one of the levels."""
    kind, level, day = (RowFact("event", field) for field in ("kind", "level", "occurred_on"))
    where = every((kind.is_("standard_led", "standard_participated"), level.is_(*levels), day <= as_of()))
    return Indicator(
        f"standards_taken_part({'|'.join(levels)})",
        "参与编制国家或行业标准",
        "took part in a national or industry standard",
        Unit.TRUTH,
        Exists("event", where),
        f"{_TEXT} 三(七)1",
    )


@indicator
def transfers_per_year() -> Indicator:
    """科技成果转化年平均数: achievements transformed in the last three accounting years, or since the founding."""
    kind, day = (RowFact("event", field) for field in ("kind", "occurred_on"))
    where = every((kind.is_("achievement_transfer"), day >= year_start(-3), day < year_start(0)))
    return Indicator(
        "transfers_per_year",
        "科技成果转化年平均数",
        "achievements transformed a year",
        Unit.PER_YEAR,
        Count("event", where, "count") / ACCOUNTING_YEARS,
        f"{_TEXT} 三(七)2",
        -1,
    )
