"""Thresholds as the law writes them: ``30%``, ``2亿元``, ``500人``, ``3项``, exact and with their unit checked."""

from __future__ import annotations

import re
from fractions import Fraction

from features.indicators.base import Unit

_FORM = re.compile(r"^(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?P<multiple>亿|千万|百万|万|千)?(?P<unit>元|人|项|件|个|年|天|%|‰|分)?$")
_MULTIPLES = {None: 1, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_UNITS = {
    Unit.YUAN: ("元",),
    Unit.PERSONS: ("人", None),
    Unit.ITEMS: ("项", "件", "个", None),
    Unit.YEARS: ("年", None),
    Unit.SHARE: ("%", "‰", None),
}
_EXAMPLES = {
    Unit.YUAN: "2000万元",
    Unit.PERSONS: "500人",
    Unit.ITEMS: "3项",
    Unit.YEARS: "3年",
    Unit.SHARE: "30%",
}


class AmountError(ValueError):
    """A threshold that cannot be read in the indicator's unit: ``code``, ``problem`` and ``mend``."""

    def __init__(self, code: str, problem: str, mend: str) -> None:
        self.code, self.problem, self.mend = code, problem, mend
        super().__init__(problem)


def read(text: str, unit: Unit) -> Fraction:
    """The amount in the indicator's own unit (yuan, persons, fraction). Raises `AmountError`."""
    if unit not in _UNITS:
        raise AmountError(
            "threshold_on_a_choice",
            "该指标不是数量，不能设数值界限 / the indicator is no quantity",
            "改用 is 或 one_of / use is or one_of",
        )
    match = _FORM.match(text.strip())
    if match is None:
        raise AmountError("not_an_amount", f"无法读作数量：{text!r} / not an amount", f"写成例如 {_EXAMPLES[unit]} / write for instance {_EXAMPLES[unit]}")
    written = match["unit"]
    if written not in _UNITS[unit] or (unit is Unit.SHARE and match["multiple"]):
        raise AmountError(
            "unit_mismatch",
            f"{text!r} 的单位与指标（{unit.symbol or '比例'}）不符 / the unit does not fit the indicator",
            f"写成例如 {_EXAMPLES[unit]} / write for instance {_EXAMPLES[unit]}",
        )
    return Fraction(match["number"].replace(",", "")) * _MULTIPLES[match["multiple"]] / {"%": 100, "‰": 1000}.get(written, 1)
