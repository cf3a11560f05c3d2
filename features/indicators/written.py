"""Amounts as people write them in rules: ``30%``, ``2亿元``, ``500人``, exact, with their unit checked."""

from __future__ import annotations

import re
from fractions import Fraction

from features.indicators.base import Unit

_FORM = re.compile(
    r"^(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*"
    r"(?P<multiple>亿|千万|百万|万|千)?(?P<unit>元|人|项|件|个|年|天|%|‰|分|级)?$"
)
_MULTIPLES = {None: 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_UNITS = {
    Unit.YUAN: (("元",), "2000万元"),
    Unit.PERSONS: (("人", None), "500人"),
    Unit.ITEMS: (("项", "件", "个", None), "3项"),
    Unit.YEARS: (("年", None), "3年"),
    Unit.DAYS: (("天", None), "365天"),
    Unit.PER_YEAR: (("项", "件", None), "5项"),
    Unit.POINTS: (("分", None), "60分"),
    Unit.LEVEL: (("级", None), "3级"),
    Unit.SHARE: (("%", "‰", None), "30%"),
}
"""The symbols that an amount in a unit may carry (None: none at all), and an example."""
_PARTS = {"%": 100, "‰": 1000}


class AmountError(ValueError):
    """A text that is no amount in the indicator's unit, or no points: a finding's ``code`` and ``values``."""

    def __init__(self, code: str, **values: object) -> None:
        self.code, self.values = code, values
        super().__init__(code)


def read(written: object, unit: Unit) -> Fraction:
    """The amount in the indicator's own unit (yuan, persons, fraction). Raises `AmountError`."""
    if unit not in _UNITS:
        raise AmountError("threshold_on_a_choice")
    symbols, example = _UNITS[unit]
    match = _FORM.match(str(written).strip())
    if match is None:
        raise AmountError("not_an_amount", text=written, example=example)
    symbol = match["unit"]
    if symbol not in symbols or (unit is Unit.SHARE and match["multiple"]):
        raise AmountError("unit_mismatch", text=written, unit=unit.symbol or "比例", example=example)
    return Fraction(match["number"].replace(",", "")) * _MULTIPLES[match["multiple"]] / _PARTS.get(symbol, 1)
