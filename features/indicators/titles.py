"""Titles held by certificate."""

from __future__ import annotations

from features.expression import Exists, RowFact, every
from features.indicators.base import Indicator, Unit, indicator
from features.moments import as_of


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
        f"holds({'|'.join(kinds)})", "持有有效证书", "holds a valid certificate", Unit.TRUTH, Exists("certificate", where), "证书登记"
    )
