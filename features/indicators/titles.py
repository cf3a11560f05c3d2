"""Titles held by certificate."""

from __future__ import annotations

from datetime import date

from features.expression import Exists, RowFact, every
from features.indicators.base import Indicator, Unit, indicator
from features.kinds import day_number
from features.moments import as_of, year_start


@indicator
def lapsed_last_year(kinds: list[str]) -> Indicator:
    """A certificate given in the calendar year before as_of's, to the year's end or some months more, has ended."""
    where = every(
        (
            _certificate("kind").is_(*kinds),
            _certificate("valid_from") >= year_start(-1),
            _certificate("valid_from") < year_start(0),
            _certificate("valid_to") < as_of(),
            _certificate("revoked_on") > as_of(),
        )
    )
    return Indicator(
        f"lapsed_last_year({'|'.join(kinds)})",
        "上年取得、现已到期的证书",
        "last year's certificate, now ended",
        Unit.TRUTH,
        Exists("certificate", where),
        "证书登记",
    )


@indicator
def withdrawn_this_year(kinds: list[str]) -> Indicator:
    """A certificate of one of the kinds was revoked in as_of's calendar year: no new one can be had in it."""
    where = every(
        (
            _certificate("kind").is_(*kinds),
            _certificate("revoked_on") >= year_start(0),
            _certificate("revoked_on") <= as_of(),
        )
    )
    return Indicator(
        f"withdrawn_this_year({'|'.join(kinds)})",
        "当年被撤销的证书",
        "certificate revoked this year",
        Unit.TRUTH,
        Exists("certificate", where),
        "证书登记",
    )


@indicator
def lapsed(kinds: list[str], since: int = 0) -> Indicator:
    """A certificate of one of the kinds ended or was revoked before as_of; with ``since`` one given in that year or later."""
    ended = (_certificate("valid_to") < as_of()) | (_certificate("revoked_on") <= as_of())
    given = [_certificate("valid_from") >= day_number(date(since, 1, 1))] if since else []
    where = every((_certificate("kind").is_(*kinds), ended, *given))
    return Indicator(
        f"lapsed({'|'.join(kinds)}{f',{since}' if since else ''})",
        f"{since}年以来取得、已失效的证书" if since else "已失效的证书",
        "certificate no longer valid" + (f", given in {since} or later" if since else ""),
        Unit.TRUTH,
        Exists("certificate", where),
        "证书登记",
    )


def _certificate(field: str) -> RowFact:
    return RowFact("certificate", field)


@indicator
def holds(kinds: list[str]) -> Indicator:
    """A certificate of one of the kinds is valid at as_of and not revoked."""
    where = every(
        (
            _certificate("kind").is_(*kinds),
            _certificate("valid_from") <= as_of(),
            _certificate("valid_to") >= as_of(),
            _certificate("revoked_on") > as_of(),
        )
    )
    return Indicator(
        f"holds({'|'.join(kinds)})",
        "持有有效证书",
        "holds a valid certificate",
        Unit.TRUTH,
        Exists("certificate", where),
        "证书登记",
    )
