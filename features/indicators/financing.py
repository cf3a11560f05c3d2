"""Rounds of equity financing: what was raised, and what the last round valued the firm at.

Which round is the last follows from the days on which they were closed (`features.last_round`). Rounds of one day are all
the last: where they disagree neither side is certain.
"""

from __future__ import annotations

from features.expression import Condition, Count, Exists, RowFact, every
from features.indicators.achievements import recent
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of

_TEXT = "各地独角兽企业认定条件"
_FEN = 100
_HUNDREDTH = 10_000
"""Of a share, which is kept in millionths."""


def _round(field: str) -> RowFact:
    return RowFact("financing_round", field)


def _closed() -> Condition:
    return every((_round("closed_on") <= as_of(),))


def _last(wanted: Condition) -> Condition:
    """Some round was closed, and no last one is otherwise."""
    other = every((_round("last").holds(), ~wanted))
    return every((Exists("financing_round", _closed()), ~Exists("financing_round", other)))


@indicator
def last_round_reaches(amount: int, currency: str) -> Indicator:
    """The last round's post-money valuation is at least ``amount`` of the currency; no rate of exchange is assumed."""
    reached = every((_round("currency").is_(currency), _round("post_money") >= amount * _FEN))
    return Indicator(
        f"last_round_reaches({amount},{currency})",
        f"最近一轮投后估值达到{amount}{currency}",
        f"last post-money valuation of at least {amount} {currency}",
        Unit.TRUTH,
        _last(reached),
        _TEXT,
    )


@indicator
def last_round_below(amount: int, currency: str) -> Indicator:
    """The last round's post-money valuation is below ``amount`` of the currency; no rate of exchange is assumed."""
    below = every((_round("currency").is_(currency), _round("post_money") < amount * _FEN))
    return Indicator(
        f"last_round_below({amount},{currency})",
        f"最近一轮投后估值不足{amount}{currency}",
        f"last post-money valuation below {amount} {currency}",
        Unit.TRUTH,
        _last(below),
        _TEXT,
    )


@indicator
def last_round_exceeds(amount: int, currency: str) -> Indicator:
    """The last round's post-money valuation is above ``amount`` of the currency; no rate of exchange is assumed."""
    above = every((_round("currency").is_(currency), _round("post_money") > amount * _FEN))
    return Indicator(
        f"last_round_exceeds({amount},{currency})",
        f"最近一轮投后估值超过{amount}{currency}",
        f"last post-money valuation above {amount} {currency}",
        Unit.TRUTH,
        _last(above),
        _TEXT,
    )


@indicator
def last_round_at_most(amount: int, currency: str) -> Indicator:
    """The last round's post-money valuation is at most ``amount`` of the currency; no rate of exchange is assumed."""
    within = every((_round("currency").is_(currency), _round("post_money") <= amount * _FEN))
    return Indicator(
        f"last_round_at_most({amount},{currency})",
        f"最近一轮投后估值不超过{amount}{currency}",
        f"last post-money valuation of at most {amount} {currency}",
        Unit.TRUTH,
        _last(within),
        _TEXT,
    )


@indicator
def last_round_from_others() -> Indicator:
    """The last round's money has arrived, and no related party invested it."""
    return Indicator(
        "last_round_from_others",
        "最近一轮资金已到位且非关联方投资",
        "money of the last round arrived, from no related party",
        Unit.TRUTH,
        _last(every((_round("arrived").holds(), ~_round("investor_related").holds()))),
        _TEXT,
    )


@indicator
def last_round_sold(percent: int) -> Indicator:
    """At least so many percent of the equity were sold in the last round."""
    return Indicator(
        f"last_round_sold({percent})",
        f"最近一轮出让股权达到{percent}%",
        f"at least {percent} % of the equity sold in the last round",
        Unit.TRUTH,
        _last(_round("equity_share") >= percent * _HUNDREDTH),
        _TEXT,
    )


@indicator
def last_round_sold_less(percent: int) -> Indicator:
    """Less than so many percent of the equity were sold in the last round."""
    return Indicator(
        f"last_round_sold_less({percent})",
        f"最近一轮出让股权不足{percent}%",
        f"less than {percent} % of the equity sold in the last round",
        Unit.TRUTH,
        _last(_round("equity_share") < percent * _HUNDREDTH),
        _TEXT,
    )


@indicator
def financed() -> Indicator:
    """获得过私募投资: some round of equity was closed by as_of."""
    return Indicator(
        "financed",
        "获得过私募股权投资",
        "private equity received",
        Unit.TRUTH,
        Exists("financing_round", _closed()),
        _TEXT,
    )


@indicator
def financing_total() -> Indicator:
    """累计融资额 in yuan: every round closed in yuan by as_of, together."""
    return Indicator(
        "financing_total",
        "累计融资额（人民币）",
        "financing in yuan, cumulative",
        Unit.YUAN,
        Count("financing_round", every((_round("currency").is_("CNY"), _round("closed_on") <= as_of())), "amount"),
        _TEXT,
    )


@indicator
def financed_abroad() -> Indicator:
    """A round was closed in another currency than yuan, so that a sum in yuan says too little."""
    where = every((~_round("currency").is_("CNY"), _round("closed_on") <= as_of()))
    return Indicator(
        "financed_abroad",
        "有外币融资",
        "financed in another currency",
        Unit.TRUTH,
        Exists("financing_round", where),
        _TEXT,
    )


@indicator
def round_raised(amount: int, years: int) -> Indicator:
    """One round of at least ``amount`` yuan within the last years up to as_of."""
    enough = every((_round("currency").is_("CNY"), _round("amount") >= amount * _FEN))
    return Indicator(
        f"round_raised({amount},{years})",
        f"近{years}年单轮融资达到{amount}元",
        f"one round of {amount} yuan in {years} years",
        Unit.TRUTH,
        Exists("financing_round", every((enough, recent("financing_round", "closed_on", years)))),
        _TEXT,
    )
