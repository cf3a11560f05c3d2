"""The points of a learned card as core expressions: of values in columns, and of the indicators of the catalogue.

Of each feature there are its points and their ends over what is missing. Where a value is known the three are the same;
else the points are those that the card declares for missing, and the ends are those of the bands in which the value may
lie and of missing itself.
"""

from __future__ import annotations

import math
import struct
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import compress
from operator import getitem, ne
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from features.expression import Compound, Ratio, enterprise
from features.facts import LEFT_REGISTER, FirmFacts
from features.indicators.base import Indicator
from features.indicators.catalogue import make
from features.moments import as_of
from scoring import core
from scoring.assembly import OUTSIDE, out_of_scope
from scoring.bounds import Bounds, ends
from scoring.column_backend import Facts, Plan
from scoring.core import Node, all_of, any_of, choose, const, fill, ge, known
from scoring.lower import Lowering
from scoring.one_backend import Evaluate, compile_one

if TYPE_CHECKING:
    from scoring.learned import Feature, LearnedCard

_SIGN = 2**63 - 1


class Points(NamedTuple):
    """Points of a feature or of the whole card, and their ends over the completions of what is missing."""

    points: Node
    low: Node
    high: Node


def total(card: LearnedCard, parts: Sequence[Points]) -> Points:
    """The card's log-odds."""
    every = zip(Points(*[const(card.intercept)] * 3), *parts, strict=True)
    return Points(*(core.add(found) for found in every))


UNASKED = "flag||enterprise|no_learned_card"
"""Root: whether no learned card speaks of the enterprise: it is outside of every ladder, or has left the register by as_of."""


def _unasked() -> Node:
    """Training asks no such firms."""
    outside = out_of_scope()[f"{OUTSIDE}|high"]
    gone = Lowering().truth(enterprise("deregistered_on") <= as_of()).lo
    return any_of((outside, gone, core.eq(fill(LEFT_REGISTER.path, 0, 0, 1), 1)))


# --- indicators of the catalogue ------------------------------------------------------------------------------------


def roots(card: LearnedCard) -> dict[str, Node]:
    """``<card>|points`` and ``<card>|facts`` of an enterprise, and ``<card>|range`` where the card says how well its
    probabilities are known; each with two ends, log-odds; and `UNASKED`. Raises `CardError` where it is too wide.
    """
    found = total(card, [of_indicator(feature) for feature in card.features])
    named = {"points": Bounds(found.points, found.points), "facts": Bounds(found.low, found.high)}
    if card.uncertainty.low:
        low, high = (
            core.add((found.points, core.step(found.points, card.uncertainty.edges, off)))
            for off in (card.uncertainty.low, card.uncertainty.high)
        )
        named["range"] = Bounds(low, high)
    own = {name: node for part, bounds in named.items() for name, node in ends(f"{card.id}|{part}", bounds).items()}
    return own | {UNASKED: _unasked()}


def shown(card: LearnedCard) -> dict[str, Node]:
    """What is told of each feature of an enterprise: its points, its band (−1 for missing), and the value as a quotient."""
    found: dict[str, Node] = {}
    for feature in card.features:
        prefix = f"show|{card.id}|{feature.name}"
        low, high, least, most = Lowering().measure(measured(feature).expression).shown
        points, band = of_indicator(feature).points, _of_band(feature)
        found |= ends(f"{prefix}|points", Bounds(points, points)) | ends(f"{prefix}|band", Bounds(band, band))
        found |= ends(f"{prefix}|numerator", Bounds(low, high)) | ends(f"{prefix}|denominator", Bounds(least, most))
    return found


def measured(feature: Feature) -> Indicator:
    """The indicator that a feature is. Raises KeyError, TypeError or ValueError where there is none such."""
    return make(feature.indicator, **feature.settings)


def of_indicator(feature: Feature) -> Points:
    """The points of an indicator, whose value is a quotient of two bounded integers."""
    low, high, by_least, by_most = Lowering().measure(measured(feature).expression).shown
    lowest, highest = feature.range
    least, most = const(lowest), const(highest)
    if feature.monotone and low.lo >= 0:
        rising = _in_band(feature, low, by_most, feature.points), _in_band(feature, high, by_least, feature.points)
        first, last = rising if feature.monotone > 0 else rising[::-1]
        least, most = core.smallest((first, const(feature.missing))), core.greatest((last, const(feature.missing)))
    stated = _in_band(feature, low, by_least, feature.points)
    known = _is_known(low, high, by_least, by_most)
    return Points(*(choose(known, stated, other) for other in (const(feature.missing), least, most)))


def _of_band(feature: Feature) -> Node:
    low, high, by_least, by_most = Lowering().measure(measured(feature).expression).shown
    place = _in_band(feature, low, by_least, range(len(feature.points)))
    return choose(_is_known(low, high, by_least, by_most), place, const(-1))


def _is_known(low: Node, high: Node, by_least: Node, by_most: Node) -> Node:
    return all_of((ge(low, high), ge(by_least, by_most), ge(by_least, 1)))


def _in_band(feature: Feature, over: Node, under: Node, values: Sequence[int]) -> Node:
    """The entry for the band of a quotient: x ≤ edge as ⌈x · scale⌉ ≤ edge · scale, which is whole."""
    indicator = measured(feature)
    edges = [_threshold(indicator, edge) for edge in feature.edges]
    scale = math.lcm(*(edge.denominator for edge in edges))
    down = core.div(core.mul(over, -scale), core.greatest((under, const(1))))
    return core.step(core.mul(down, -1), [int(edge * scale) for edge in edges], values)


def _threshold(indicator: Indicator, edge: float) -> Fraction:
    """An edge as a bound on the quotient of the integers inside."""
    expression = indicator.expression
    base = Fraction(repr(edge)) * indicator.unit.scale + (expression.minus if isinstance(expression, Ratio) else 0)
    intervals = expression.intervals if isinstance(expression, Compound) else 1
    return base * abs(base) ** (intervals - 1)


# --- values in columns ----------------------------------------------------------------------------------------------


class ByValues:
    """A card over columns named like its features, whatever they hold: by the same expressions and back ends as rules.

    The points of one row alone are looked up in its table, which takes a fraction of the time of the expressions.
    """

    def __init__(self, card: LearnedCard) -> None:
        self._names = {feature.name: f"value/{feature.name}" for feature in card.features}
        parts = [_of_value(feature, self._names[feature.name]) for feature in card.features]
        self._total, self._parts = total(card, parts), [part.points for part in parts]
        self._intercept = card.intercept
        self._edges = [one.edges for one in card.features]
        self._bands = [one.points for one in card.features]
        self._from_first = [one.missing - one.points[0] for one in card.features]
        self._form = struct.Struct(f"<{len(parts)}d"), struct.Struct(f"<{len(parts)}q")

    def points(self, values: Sequence[float | None]) -> int:
        """Points of values in the card's order; None and NaN are missing."""
        floats = array("d", [math.nan if value is None else value for value in values])
        # No edge lies below NaN, which is so found in the first band, and set right after.
        of_bands = sum(map(getitem, self._bands, map(bisect_left, self._edges, floats)))
        of_missing = sum(compress(self._from_first, map(ne, floats, floats)))
        return self._intercept + of_bands + of_missing

    def every(self, values: Sequence[float | None]) -> Sequence[int]:
        """Least and greatest points over what is missing, and each feature's points."""
        return self._every(self._facts(values))

    def _facts(self, values: Sequence[float | None]) -> FirmFacts:
        floats, integers = self._form
        bits = integers.unpack(floats.pack(*[math.nan if value is None else value for value in values]))
        keys = [
            None if value is None or value != value else one if one >= 0 else one ^ _SIGN
            for value, one in zip(values, bits, strict=True)
        ]
        return FirmFacts(dict(zip(self._names.values(), keys, strict=True)))

    def of_columns(self, frame: pl.DataFrame) -> pl.Series:
        """Points of each row; null and NaN are missing."""
        keys = frame.select(
            _key(pl.col(name).cast(pl.Float64).fill_nan(None)).alias(of) for name, of in self._names.items()
        )
        return self._plan.evaluate(Facts(keys, {}, {}))["points"]

    @cached_property
    def _every(self) -> Evaluate:
        return compile_one([self._total.low, self._total.high, *self._parts])

    @cached_property
    def _plan(self) -> Plan:
        return Plan({"points": self._total.points})


def _of_value(feature: Feature, name: str) -> Points:
    keys = [key(edge + 0.0) for edge in feature.edges]
    stated = core.step(fill(name, 0, -_SIGN, _SIGN), keys, feature.points)
    return Points(*(choose(known(name), stated, const(other)) for other in (feature.missing, *feature.range)))


def key(value: float) -> int:
    """A whole number that rises with the value: the bits of the float, turned where it is negative.

    That of −0.0 lies just below that of 0.0, and no other float's between.
    """
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    return int(bits) if bits >= 0 else int(bits) ^ _SIGN


def _key(value: pl.Expr) -> pl.Expr:
    bits = value.reinterpret(dtype=pl.Int64)
    return pl.when(bits >= 0).then(bits).otherwise(bits ^ pl.lit(_SIGN, dtype=pl.Int64))
