"""Measured values held against thresholds: amounts, ratios, and the mean growth of three years.

Thresholds are exact fractions; a ratio is compared by cross-multiplication with its denominator confined to where the
ratio is defined.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from scoring import core
from scoring.bounds import (
    MIXED,
    Bounds,
    Influence,
    Influences,
    all_tangled,
    conjunction,
    joined,
    met,
    turned,
)
from scoring.core import FALSE, TRUE, Node, all_of, any_of, choose, const, ge, le, negate
from scoring.errors import CardError


def _exceeds(a: Node, b: Node, *, strict: bool) -> Node:
    return negate(ge(b, a)) if strict else ge(a, b)


class Measure:
    """A value held against thresholds (exact fractions of the integers inside)."""

    influences: Influences
    contiguous = False
    """Whether it takes every integer between its ends, so that a range that they span is surely reached."""
    least_reached = True
    """Whether its least value is computed, also where it lies between the ends of a fact."""
    shown: tuple[Node, Node, Node, Node]
    """Numerator low and high, denominator low and high: what is displayed where all is known."""
    defined = Bounds(TRUE, TRUE)
    """Whether the value exists: its denominator is positive."""

    def undefined(self) -> Bounds:
        """Whether the value does not exist."""
        return self.defined.negated()

    def within(self, limits: Sequence[Bounds]) -> Bounds:
        """Whether the value lies within limits on it, one or both."""
        found = conjunction(limits)
        influences = joined(limit.influences for limit in limits)
        if len(limits) > 1 and not self.contiguous:
            influences = all_tangled(influences)
        return Bounds(found.lo, found.hi, influences)

    def quirky(self, where: Node) -> Influences:
        """What moves it; ``where`` a zero denominator earns less than every other."""
        return self.influences

    def at_least(self, threshold: Fraction, *, strict: bool) -> Bounds:
        """value ≥ threshold, or > where strict; false where the value is undefined."""
        certain, possible = self._beyond(threshold, strict=strict)
        moving = self.quirky(all_of((certain, negate(self.defined.lo))))
        return Bounds(all_of((self.defined.lo, certain)), all_of((self.defined.hi, possible)), moving)

    def at_most(self, threshold: Fraction, *, strict: bool) -> Bounds:
        """value ≤ threshold, or < where strict; false where the value is undefined."""
        certain, possible = self._beyond(threshold, strict=not strict)
        moving = turned(self.influences if self.least_reached else all_tangled(self.influences), -1)
        return Bounds(all_of((self.defined.lo, negate(possible))), all_of((self.defined.hi, negate(certain))), moving)

    def _beyond(self, threshold: Fraction, *, strict: bool) -> tuple[Node, Node]:
        """Whether a defined value is ≥ threshold, or > where strict, in every and in some completion."""
        raise NotImplementedError

    def share_of(self, full: Fraction, points: int) -> Bounds:
        """Whole points ``floor(points · value / full)``, clipped to [0, points].

        Raises `CardError`: a growth rate has no zero to start from.
        """
        raise CardError.of("linear_on_growth", "linear")


class Amount(Measure):
    """An integer."""

    def __init__(self, bounds: Bounds, *, contiguous: bool = True) -> None:
        self.contiguous = contiguous
        self.lo, self.hi, self.influences = bounds.lo, bounds.hi, bounds.influences
        self.shown = (bounds.lo, bounds.hi, const(1), const(1))

    def _beyond(self, threshold: Fraction, *, strict: bool) -> tuple[Node, Node]:
        least = math.floor(threshold) + 1 if strict else math.ceil(threshold)
        return ge(self.lo, least), ge(self.hi, least)

    def share_of(self, full: Fraction, points: int) -> Bounds:
        return Bounds(
            _clipped(self.lo, const(1), full, points), _clipped(self.hi, const(1), full, points), self.influences
        )


class Share(Measure):
    """A ratio, less 1 for growth; its ``intervals``-th root, for compound growth of what is not negative."""

    def __init__(self, numerator: Bounds, denominator: Bounds, minus: int, intervals: int = 1) -> None:
        self._minus, self._intervals = minus, intervals
        self.lo, self.hi = numerator.lo, numerator.hi
        self.shown = (numerator.lo, numerator.hi, denominator.lo, denominator.hi)
        self.defined = Bounds(ge(denominator.lo, 1), ge(denominator.hi, 1))
        self._least = core.greatest((denominator.lo, const(1)))
        self._most = core.greatest((denominator.hi, const(1)))
        self._by = denominator.influences.keys()
        direction = -1 if numerator.lo.lo >= 0 else MIXED
        self.influences = joined((numerator.influences, turned(denominator.influences, direction)))

    def quirky(self, where: Node) -> Influences:
        quirk = {
            n: Influence(i.sign, i.unknown, any_of((i.quirk, where)), i.tangled, i.confined)
            for n, i in self.influences.items()
        }
        return {**self.influences, **{name: quirk[name] for name in self._by}}

    def _beyond(self, threshold: Fraction, *, strict: bool) -> tuple[Node, Node]:
        base = threshold + self._minus
        # A root is never negative: of a base below 0 only the sign counts.
        p, q = (base * abs(base) ** (self._intervals - 1)).as_integer_ratio()
        least, most = (self._least, self._most) if p >= 0 else (self._most, self._least)
        return (
            _exceeds(core.mul(self.lo, q), core.mul(most, p), strict=strict),
            _exceeds(core.mul(self.hi, q), core.mul(least, p), strict=strict),
        )

    def share_of(self, full: Fraction, points: int) -> Bounds:
        if self._minus:
            return super().share_of(full, points)
        low = _clipped(self.lo, self._most, full, points)
        high = _clipped(self.hi, self._least, full, points)
        defined = self.defined
        return Bounds(
            choose(defined.lo, low, const(0)),
            choose(defined.hi, high, const(0)),
            self.quirky(all_of((negate(defined.lo), ge(low, 1)))),
        )


class Growth(Measure):
    """Mean of two yearly ratios − 1; g ≥ t as second² + first·third ≥ 2(1 + t)·first·second.

    It rises with the third value, falls with the first and is convex in the second, so its greatest value lies at an end
    of each. Its least is only asked where the second value is known: an unknown one can be 0, where there is no growth.
    """

    least_reached = False

    def __init__(self, first: Bounds, second: Bounds, third: Bounds, *, plain: bool = False) -> None:
        self._first, self._second, self._third = (_not_negative(b) for b in (first, second, third))
        self._plain = plain
        bases = (self._first, self._second) if plain else (self._second,)
        self.defined = Bounds(all_of(ge(b.lo, 1) for b in bases), all_of(ge(b.hi, 1) for b in bases))
        # With a first value of 0 another formula holds, so it does not move the growth one way only.
        self.influences = met((turned(first.influences, MIXED), turned(second.influences, MIXED), third.influences))
        low = _growth(self._first.lo, self._second.lo, self._third.lo, plain=plain)
        high = _growth(self._first.hi, self._second.hi, self._third.hi, plain=plain)
        self.shown = (low[0], high[0], low[1], high[1])

    def _beyond(self, threshold: Fraction, *, strict: bool) -> tuple[Node, Node]:
        p, q = (threshold + 1).as_integer_ratio()

        def holds(first: Node | None, second: Node, third: Node) -> Node:
            if first is None:
                return _exceeds(core.mul(third, q), core.mul(second, p), strict=strict)
            grown = core.add((core.mul(second, second), core.mul(first, third)))
            return _exceeds(core.mul(grown, q), core.mul(core.mul(first, second), 2 * p), strict=strict)

        first, second, third = self._first, self._second, self._third
        young, old = FALSE if self._plain else le(first.lo, 0), ge(first.hi, 1)
        smallest_first, smallest_second = (core.greatest((b.lo, const(1))) for b in (first, second))
        some = any_of(
            case
            for end in (smallest_second, second.hi)
            for case in (
                all_of((young, holds(None, end, third.hi))),
                all_of((old, holds(smallest_first, end, third.hi))),
            )
        )
        each = all_of(
            (
                ge(second.lo, second.hi),
                any_of((negate(young), holds(None, second.lo, third.lo))),
                any_of((negate(old), holds(first.hi, second.lo, third.lo))),
            )
        )
        return each, some


def _not_negative(bounds: Bounds) -> Bounds:
    return Bounds(core.greatest((bounds.lo, const(0))), core.greatest((bounds.hi, const(0))), bounds.influences)


def _growth(first: Node, second: Node, third: Node, *, plain: bool) -> tuple[Node, Node]:
    """Numerator and denominator of the growth of three known values."""
    product = core.mul(first, second)
    mean = core.add((core.mul(second, second), core.mul(first, third), core.mul(product, -2)))
    old = TRUE if plain else ge(first, 1)
    return choose(old, mean, core.add((third, core.mul(second, -1)))), choose(old, core.mul(product, 2), second)


def _clipped(numerator: Node, denominator: Node, full: Fraction, points: int) -> Node:
    """``floor(points · (numerator / denominator) / full)`` within [0, points]; the denominator is at least 1."""
    p, q = full.as_integer_ratio()
    above = core.mul(core.greatest((numerator, const(0))), points * q)
    return core.smallest((core.div(above, core.mul(denominator, p)), const(points)))
