"""Numbers as answers show them: ints where whole, else the nearest float; for display, never compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import orjson

from scoring.card import MICRO, Limits

Number = int | float


def number(numerator: int, denominator: int = 1) -> Number:
    """The quotient; Python divides integers to the nearest float."""
    return numerator / denominator if numerator % denominator else numerator // denominator


_ROOTED = 10**30
"""Parts of one that a root is shown in; more than any float tells apart."""


def nth_root(numerator: int, denominator: int, degree: int) -> tuple[int, int]:
    """The ``degree``-th root of a quotient ≥ 0, rounded down to `_ROOTED` parts: exact where it ends within them."""
    if degree == 1 or not numerator:
        return numerator, denominator
    wanted = numerator * _ROOTED**degree // denominator
    if degree == 2:
        return math.isqrt(wanted), _ROOTED
    # Newton's method from above falls until the root is reached: from just above what floats find of it.
    found = int(math.exp(math.log(wanted) / degree) * (1 + 1e-11)) + 1
    while (lower := ((degree - 1) * found + wanted // found ** (degree - 1)) // degree) < found:
        found = lower
    return found, _ROOTED


@lru_cache(maxsize=8192)
def points(micro: int) -> Number:
    """Micro-points as points."""
    return number(micro, MICRO)


@lru_cache(maxsize=8192)
def shown(micro: int) -> bytes:
    """Micro-points as points, in their written form."""
    return orjson.dumps(points(micro))


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


Gap = Callable[[int, int], Number]
"""How far the quotient of two integers lies outside limits; 0 inside."""


def gap_of(limits: Limits) -> Gap:
    """The gap to limits, inclusive or exclusive alike."""
    least, most = (None if end is None else end.as_integer_ratio() for end in (limits.least, limits.most))

    def gap(numerator: int, denominator: int) -> Number:
        if least is not None:
            p, q = least
            if (short := p * denominator - numerator * q) > 0:
                return number(short, q * denominator)
        if most is not None:
            p, q = most
            if (over := numerator * q - p * denominator) > 0:
                return number(over, q * denominator)
        return 0

    return gap


def amount(value: Any, unit: str) -> str:
    """A value as an office writes it: 万元 for money, % for shares."""
    if unit == "元":
        return f"{value / 10_000:,.2f}".rstrip("0").rstrip(".") + "万元"
    if unit == "":
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"
    return f"{value:,}".removesuffix(".0") + unit
