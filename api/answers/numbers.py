"""Numbers as answers show them: ints where whole, else the nearest float; for display, never compared."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

from scoring.card import MICRO, Limits

Number = int | float


def number(numerator: int, denominator: int = 1) -> Number:
    """The quotient; Python divides integers to the nearest float."""
    whole, rest = divmod(numerator, denominator)
    return numerator / denominator if rest else whole


@lru_cache(maxsize=8192)
def points(micro: int) -> Number:
    """Micro-points as points."""
    return number(micro, MICRO)


def threshold(limits: Limits) -> dict[str, Number]:
    """Limits as numbers, inclusive or exclusive spelled out in the key."""
    ends = (("min", limits.least, limits.least_strict), ("max", limits.most, limits.most_strict))
    return {f"{key}_exclusive" if strict else key: _of(end) for key, end, strict in ends if end is not None}


def least_whole(limits: Limits) -> int:
    """The least whole number of points within the limits: 71 where 70 themselves do not suffice."""
    least = limits.least or Fraction(0)
    return math.floor(least) + 1 if limits.least_strict else math.ceil(least)


def _of(value: Fraction) -> Number:
    return number(*value.as_integer_ratio())


class Gap:
    """How far a value lies outside limits; 0 inside."""

    def __init__(self, limits: Limits) -> None:
        self._least, self._most = (
            None if end is None else end.as_integer_ratio() for end in (limits.least, limits.most)
        )

    def of(self, numerator: int, denominator: int) -> Number:
        """The gap of ``numerator / denominator``."""
        if self._least is not None:
            p, q = self._least
            if (short := p * denominator - numerator * q) > 0:
                return number(short, q * denominator)
        if self._most is not None:
            p, q = self._most
            if (over := numerator * q - p * denominator) > 0:
                return number(over, q * denominator)
        return 0


def amount(value: Any, unit: str) -> str:
    """A value as an office writes it: 万元 for money, % for shares."""
    if unit == "元":
        return f"{value / 10_000:,.2f}".rstrip("0").rstrip(".") + "万元"
    if unit == "":
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"
    return f"{value:,}{unit}"
