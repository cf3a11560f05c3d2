"""The niche market of a firm and the equity that investors have paid in."""

from __future__ import annotations

from features.expression import Condition, Count, Exists, RowFact, enterprise, every, flagged
from features.indicators.achievements import recent
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of, year_start, years_before

_TEXT = "工信部企业〔2022〕63号"


def _event(field: str) -> RowFact:
    return RowFact("event", field)


def _in_niche(*since: Condition) -> Exists:
    return Exists(
        "event",
        every((_event("kind").is_("niche_since"), *since, _event("ended_on") >= as_of())),
    )


@indicator
def in_niche(years: int) -> Indicator:
    """从事特定细分市场满若干年, counted to as_of and not left since."""
    return Indicator(
        f"in_niche({years})",
        f"从事特定细分市场满{years}年",
        f"in its niche market for {years} years",
        Unit.TRUTH,
        _in_niche(_event("occurred_on") <= years_before(years)),
        _TEXT,
    )


@indicator
def in_niche_by_year_end(years: int) -> Indicator:
    """截至上年末，从事特定细分市场满若干年: so many whole years end with the last day of the year before as_of's."""
    return Indicator(
        f"in_niche_by_year_end({years})",
        f"截至上年末从事特定细分市场满{years}年",
        f"in its niche market for {years} years at the last year-end",
        Unit.TRUTH,
        _in_niche(_event("occurred_on") <= year_start(-years)),
        "工信部企业〔2026〕2号",
    )


def _stated_share() -> tuple[Condition, ...]:
    """A statement of the market share dated last year or this year; older ones are no longer about it."""
    return (
        _event("kind").is_("market_share"),
        _event("occurred_on") >= year_start(-1),
        _event("occurred_on") <= as_of(),
    )


@indicator
def market_share(percent: int, levels: list[str] | None = None) -> Indicator:
    """主导产品在细分市场的占有率 of at least so many percent, as stated last year or this year.

    With ``levels`` only that of a market of one of them: 全国 is the market of the country, not that of a province.
    """
    # Shares are kept in millionths.
    enough = _event("value") >= percent * 10_000
    where = (_event("level").is_(*levels),) if levels else ()
    return Indicator(
        f"market_share({percent}" + (f",{'|'.join(levels)})" if levels else ")"),
        f"细分市场占有率达到{percent}%",
        f"niche market share of {percent} %",
        Unit.TRUTH,
        Exists("event", every((*_stated_share(), enough, *where))),
        _TEXT,
    )


@indicator
def market_rank(first: int) -> Indicator:
    """主导产品在细分市场的占有率 among the first of the country, as stated last year or this year."""
    among = every((_event("level").is_("national"), _event("rank") <= first))
    return Indicator(
        f"market_rank({first})",
        f"细分市场占有率全国前{first}",
        f"among the first {first} of the niche market",
        Unit.TRUTH,
        Exists("event", every((*_stated_share(), among))),
        "工信部企业〔2026〕2号",
    )


@indicator
def maker_contest(years: int, places: int) -> Indicator:
    """“创客中国”全国企业组名单: among so many within the last years; the rank is the place or the length of the list."""
    where = every(
        (_event("kind").is_("maker_contest"), _event("rank") <= places, recent("event", "occurred_on", years))
    )
    return Indicator(
        f"maker_contest({years},{places})",
        f"近{years}年进入“创客中国”全国{places}强企业组名单",
        f"on the list of {places} of the national maker contest in {years} years",
        Unit.TRUTH,
        Exists("event", where),
        _TEXT,
    )


def _round(field: str) -> RowFact:
    return RowFact("financing_round", field)


def _paid_in(years: int) -> tuple[Condition, ...]:
    """Paid in by a qualified institution within the last years."""
    return (
        _round("arrived").holds(),
        _round("qualified_institution").holds(),
        recent("financing_round", "closed_on", years),
    )


@indicator
def equity_financing(years: int) -> Indicator:
    """近几年新增股权融资总额 in yuan: paid in by qualified institutional investors within the last years up to as_of.

    Rounds in another currency are left out: no rate of exchange is assumed (see `equity_abroad`).
    """
    return Indicator(
        f"equity_financing({years})",
        f"近{years}年新增股权融资（合格机构投资者实缴，人民币）",
        f"new equity in yuan paid in by qualified institutions in {years} years",
        Unit.YUAN,
        Count("financing_round", every((_round("currency").is_("CNY"), *_paid_in(years))), "amount"),
        _TEXT,
    )


@indicator
def equity_abroad(years: int) -> Indicator:
    """Such equity was paid in in another currency than yuan, so that `equity_financing` says too little."""
    return Indicator(
        f"equity_abroad({years})",
        f"近{years}年有外币新增股权融资",
        f"new equity in another currency in {years} years",
        Unit.TRUTH,
        Exists("financing_round", every((~_round("currency").is_("CNY"), *_paid_in(years)))),
        _TEXT,
    )


@indicator
def strategic_emerging() -> Indicator:
    """主导产品属于《战略性新兴产业分类》: stated of the product, for an industry code alone does not prove it."""
    return Indicator(
        "strategic_emerging",
        "主导产品属于战略性新兴产业",
        "leading product in a strategic emerging industry",
        Unit.TRUTH,
        flagged(enterprise("strategic_emerging")),
        f"{_TEXT} 附件1",
    )
