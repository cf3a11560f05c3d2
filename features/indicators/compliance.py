"""Accidents, violations and listings that bar an enterprise for a time."""

from __future__ import annotations

from features.expression import Exists, RowFact, every
from features.indicators.achievements import recent
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of, days_before, year_start, years_before

LISTS = {
    "abnormal_list": ("经营异常名录", "abnormal operation"),
    "dishonest_list": ("严重违法失信名单", "serious violations and dishonesty"),
    "dishonest_debtor": ("失信被执行人名单", "dishonest judgment debtors"),
    "research_dishonesty": ("科研失信名单", "research dishonesty"),
}
"""Lists by the kind of event that records them."""


def _event(field: str) -> RowFact:
    return RowFact("event", field)


@indicator
def accident(kinds: list[str], severities: list[str], since_year: int) -> Indicator:
    """An accident of one of the kinds and severities since 1 January of the year ``since_year`` (−1 = last year).

    A text that says 重大 names ``major`` only; one that says 较大 names ``larger`` and ``major``.
    """
    where = every(
        (
            _event("kind").is_(*kinds),
            _event("severity").is_(*severities),
            _event("occurred_on") >= year_start(since_year),
            _event("occurred_on") <= as_of(),
        )
    )
    return Indicator(
        f"accident({'|'.join(kinds)},{'|'.join(severities)},{since_year})",
        "发生安全或质量事故",
        "safety or quality accident",
        Unit.TRUTH,
        Exists("event", where),
        "国科发政〔2017〕115号 第六条",
    )


@indicator
def finding(kinds: list[str], since_year: int) -> Indicator:
    """A recorded finding of one of the kinds since 1 January of the year ``since_year``, whatever its severity."""
    where = every(
        (_event("kind").is_(*kinds), _event("occurred_on") >= year_start(since_year), _event("occurred_on") <= as_of())
    )
    return Indicator(
        f"finding({'|'.join(kinds)},{since_year})",
        "违法违规或失信记录",
        "recorded violation",
        Unit.TRUTH,
        Exists("event", where),
        "国科发政〔2017〕115号 第六条",
    )


@indicator
def accident_within(kinds: list[str], severities: list[str], days: int) -> Indicator:
    """An accident of one of the kinds and severities within so many days before as_of."""
    where = every(
        (
            _event("kind").is_(*kinds),
            _event("severity").is_(*severities),
            _event("occurred_on") >= days_before(days),
            _event("occurred_on") <= as_of(),
        )
    )
    return Indicator(
        f"accident_within({'|'.join(kinds)},{'|'.join(severities)},{days})",
        f"{days}天内发生安全或质量事故",
        f"safety or quality accident within {days} days",
        Unit.TRUTH,
        Exists("event", where),
        "国科发火〔2016〕32号 第十一条(八)",
    )


@indicator
def finding_within(kinds: list[str], days: int) -> Indicator:
    """A recorded finding of one of the kinds within so many days before as_of, whatever its severity."""
    where = every(
        (_event("kind").is_(*kinds), _event("occurred_on") >= days_before(days), _event("occurred_on") <= as_of())
    )
    return Indicator(
        f"finding_within({'|'.join(kinds)},{days})",
        f"{days}天内违法违规记录",
        f"recorded violation within {days} days",
        Unit.TRUTH,
        Exists("event", where),
        "国科发火〔2016〕32号 第十一条(八)",
    )


@indicator
def accident_in(kinds: list[str], severities: list[str], years: int) -> Indicator:
    """An accident of one of the kinds and severities within the last years up to as_of."""
    where = every(
        (_event("kind").is_(*kinds), _event("severity").is_(*severities), recent("event", "occurred_on", years))
    )
    return Indicator(
        f"accident_in({'|'.join(kinds)},{'|'.join(severities)},{years})",
        f"近{years}年发生事故或违法",
        f"accident or violation in {years} years",
        Unit.TRUTH,
        Exists("event", where),
        "工信部企业〔2022〕63号",
    )


@indicator
def finding_in(kinds: list[str], years: int) -> Indicator:
    """A recorded finding of one of the kinds within the last years up to as_of, whatever its severity."""
    where = every((_event("kind").is_(*kinds), recent("event", "occurred_on", years)))
    return Indicator(
        f"finding_in({'|'.join(kinds)},{years})",
        f"近{years}年违法违规记录",
        f"recorded violation in {years} years",
        Unit.TRUTH,
        Exists("event", where),
        "工信部企业〔2022〕63号",
    )


@indicator
def listed(kinds: list[str], since_year: int) -> Indicator:
    """On one of the lists at any time since 1 January of the year ``since_year``."""
    where = every(
        (_event("kind").is_(*kinds), _event("occurred_on") <= as_of(), _event("ended_on") >= year_start(since_year))
    )
    return Indicator(
        f"listed({'|'.join(kinds)},{since_year})",
        "列入经营异常或严重违法失信名单",
        "on an abnormal or dishonesty list",
        Unit.TRUTH,
        Exists("event", where),
        "国科火字〔2022〕67号",
    )


@indicator
def listed_in(kinds: list[str], years: int) -> Indicator:
    """On one of the lists at some time within the last years up to as_of."""
    where = every(
        (_event("kind").is_(*kinds), _event("occurred_on") <= as_of(), _event("ended_on") >= years_before(years))
    )
    return Indicator(
        f"listed_in({'|'.join(kinds)},{years})",
        f"近{years}年曾在失信等名单内",
        f"on a list of the dishonest within {years} years",
        Unit.TRUTH,
        Exists("event", where),
        "四川省瞪羚企业备案 第四条",
    )


@indicator
def listed_now(kinds: list[str]) -> Indicator:
    """On one of the lists at as_of."""
    where = every((_event("kind").is_(*kinds), _event("occurred_on") <= as_of(), _event("ended_on") >= as_of()))
    zh, en = zip(*(LISTS.get(kind, (kind, kind)) for kind in kinds), strict=True)
    return Indicator(
        f"listed_now({'|'.join(kinds)})",
        f"在{'或'.join(zh)}内",
        f"on the list of {' or of '.join(en)} now",
        Unit.TRUTH,
        Exists("event", where),
        "国科发政〔2017〕115号 第六条",
    )
