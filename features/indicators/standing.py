"""How old a firm is by the convention of a text, where it is registered, in which zone, and what kind of firm it is."""

from __future__ import annotations

from features.expression import Condition, Exists, OneOf, Quantity, RowFact, enterprise, every, flagged
from features.facts import INDUSTRY_SECTION, QUOTED
from features.indicators.base import Indicator, Unit, indicator
from features.kinds import Choice
from features.moments import as_of, year_start, years_before

COUNTED_TO = ("as_of", "year_end")
"""Whether years of age are counted to as_of or to 31 December of the year before."""

_TYPES = {"htz": "高新区", "etz": "经开区"}
_LEVELS = {"national": "国家级", "provincial": "省级"}


def _anniversary(years: int, counted_to: str) -> Quantity:
    """The founding day of a firm that is so many years old on the day counted to."""
    if counted_to not in COUNTED_TO:
        raise ValueError("counted_to: " + " | ".join(COUNTED_TO))
    return years_before(years) if counted_to == "as_of" else year_start(-years) - 1


@indicator
def age_at_most(years: int, counted_to: str = "as_of") -> Indicator:
    """注册成立不超过若干年: the anniversary itself still counts as not older."""
    return Indicator(
        f"age_at_most({years},{counted_to})",
        f"注册成立不超过{years}年" + ("" if counted_to == "as_of" else "（截至上年末）"),
        f"registered for at most {years} years" + ("" if counted_to == "as_of" else " at the last year-end"),
        Unit.TRUTH,
        enterprise("established_on") >= _anniversary(years, counted_to),
        "各地瞪羚、独角兽企业认定条件",
    )


@indicator
def age_at_least(years: int, counted_to: str = "as_of") -> Indicator:
    """注册成立满若干年: on the anniversary the year is full."""
    return Indicator(
        f"age_at_least({years},{counted_to})",
        f"注册成立满{years}年" + ("" if counted_to == "as_of" else "（截至上年末）"),
        f"registered for at least {years} years" + ("" if counted_to == "as_of" else " at the last year-end"),
        Unit.TRUTH,
        enterprise("established_on") <= _anniversary(years, counted_to),
        "各地瞪羚、独角兽企业认定条件",
    )


@indicator
def founded_since(year: int) -> Indicator:
    """Founded on or after 1 January of a year, counted from as_of's (−10 = ten calendar years before)."""
    return Indicator(
        f"founded_since({year})",
        f"成立年份不早于{-year}年前",
        f"founded no earlier than {-year} calendar years ago",
        Unit.TRUTH,
        enterprise("established_on") >= year_start(year),
        "各地瞪羚、独角兽企业认定条件",
    )


@indicator
def accounting_years_closed(years: int) -> Indicator:
    """经营满若干个会计年度: whole calendar years between the founding day and the last year-end."""
    return Indicator(
        f"accounting_years_closed({years})",
        f"经营满{years}个会计年度",
        f"{years} whole accounting years closed",
        Unit.TRUTH,
        enterprise("established_on") <= year_start(-years),
        "鲁工信发〔2020〕8号",
    )


@indicator
def registered_in(region: int) -> Indicator:
    """On the register of a province or city at as_of, by the six digits of its code: 450000 is Guangxi, 450200 Liuzhou."""
    code = enterprise("region_code")
    # Trailing pairs of zeros leave the lower levels open.
    span = 10_000 if region % 10_000 == 0 else 100 if region % 100 == 0 else 1
    return Indicator(
        f"registered_in({region})",
        f"在本地区注册（{region}）",
        f"registered in the region ({region})",
        Unit.TRUTH,
        every((code >= region, code < region + span, enterprise("deregistered_on") > as_of())),
        "GB/T 2260",
    )


@indicator
def in_zone(zone_type: str, zone_level: str) -> Indicator:
    """In a zone of the type and level at as_of: by the membership on file, or as the enterprise states it."""
    if zone_type not in _TYPES or zone_level not in _LEVELS:
        raise ValueError(" | ".join((*_TYPES, *_LEVELS)))
    wanted = {"zone_type": zone_type, "zone_level": zone_level}

    def member(field: str) -> RowFact:
        return RowFact("zone_membership", field)

    since: Condition = (member("from") <= as_of()) & (member("to") >= as_of())
    recorded = Exists("zone_membership", every((*(member(f).is_(value) for f, value in wanted.items()), since)))
    stated = []
    for field, value in wanted.items():
        fact = enterprise(field)
        assert isinstance(fact.kind, Choice)
        stated.append(OneOf(fact, (fact.kind.code(value),)))
    return Indicator(
        f"in_zone({zone_type},{zone_level})",
        f"在{_LEVELS[zone_level]}{_TYPES[zone_type]}内",
        f"in a {zone_level} {zone_type}",
        Unit.TRUTH,
        every(stated) | recorded,
        "园区归属记录",
    )


@indicator
def excluded_kind() -> Indicator:
    """Kind of firm that such texts leave out: branch, sales or trading company, base of a large group, monopoly sector."""
    return Indicator(
        "excluded_kind",
        "排除类型",
        "excluded kind of firm",
        Unit.CHOICE,
        enterprise("excluded_kind"),
        "各地瞪羚企业认定条件",
    )


@indicator
def industry_section() -> Indicator:
    """门类 of GB/T 4754 by the letter of the industry code: E is construction, J finance, K real estate with its services."""
    return Indicator(
        "industry_section",
        "国民经济行业门类",
        "section of the industry classification",
        Unit.CHOICE,
        INDUSTRY_SECTION,
        "GB/T 4754-2017",
    )


@indicator
def unlisted() -> Indicator:
    """未上市: not listed at as_of, or delisted by then. A quotation on NEEQ (新三板) or a regional equity market is no listing."""
    return Indicator(
        "unlisted",
        "未上市",
        "unlisted",
        Unit.TRUTH,
        (enterprise("listed_on") > as_of()) | (enterprise("delisted_on") <= as_of()) | flagged(QUOTED),
        "各地独角兽企业认定条件",
    )
