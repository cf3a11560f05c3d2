"""Rounds of equity financing: what was raised, and what the last round valued the firm at.

Facts of a list have no order, so the last round is told from windows: it reaches an amount where within some window
before as_of one round does and no other falls short. Where rounds of one window disagree the order is left open.
"""

from __future__ import annotations

from features.expression import Condition, Count, Either, Exists, RowFact, every
from features.indicators.achievements import recent
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of, days_before, years_before

_TEXT = "各地独角兽企业认定条件"
_FEN = 100
_QUARTERS = tuple(range(1, 9))
_YEARS = (2, 3, 4, 5, 7, 10, 50)


def _round(field: str) -> RowFact:
    return RowFact("financing_round", field)


def _windows() -> list[Condition]:
    """Closed within so many times ninety days, then within so many years, before as_of."""
    starts = [*(days_before(90 * quarters) for quarters in _QUARTERS), *map(years_before, _YEARS)]
    return [every((_round("closed_on") >= start, _round("closed_on") <= as_of())) for start in starts]


def _last(wanted: Condition) -> Condition:
    """The last round is certainly such: in some window one is, and none is not."""
    return Either(
        tuple(
            Exists("financing_round", every((window, wanted))) & ~Exists("financing_round", every((window, ~wanted)))
            for window in _windows()
        )
    )


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
def financed() -> Indicator:
    """获得过私募投资: some round of equity was closed by as_of."""
    return Indicator(
        "financed",
        "获得过私募股权投资",
        "private equity received",
        Unit.TRUTH,
        Exists("financing_round", every((_round("closed_on") <= as_of(),))),
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
