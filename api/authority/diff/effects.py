"""Whether a change asks less or more: limits and bands compared value by value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from scoring.card import Band, Label, Limits, Range, Values


class Effect(Enum):
    """What a change does to those who are measured."""

    RELAXED = Label("放宽", "relaxed")
    TIGHTENED = Label("收紧", "tightened")
    CHANGED = Label("改变", "changed")

    @property
    def turned(self) -> Effect:
        """The effect where the contrary is asked."""
        return {Effect.RELAXED: Effect.TIGHTENED, Effect.TIGHTENED: Effect.RELAXED}.get(self, self)


def of_ranges(before: Range, after: Range) -> Effect | None:
    """None where both hold the same values; relaxed where the later one holds these and more."""
    return of_bands((Band(before, 1, 1),), (Band(after, 1, 1),))


def of_bands(before: Iterable[Band], after: Iterable[Band]) -> Effect | None:
    """None where every value earns the same; relaxed where none earns less."""
    olds, news = list(before), list(after)
    tried = list(_tried(band.range for band in (*olds, *news)))
    return of_points((_points(olds, value), _points(news, value)) for value in tried)


def of_points(pairs: Iterable[tuple[tuple[int, ...], tuple[int, ...]]]) -> Effect | None:
    """By the points of each value before and after, least and most."""
    ends = [(old, new) for olds, news in pairs for old, new in zip(olds, news, strict=True)]
    if all(old == new for old, new in ends):
        return None
    if all(old <= new for old, new in ends):
        return Effect.RELAXED
    return Effect.TIGHTENED if all(old >= new for old, new in ends) else Effect.CHANGED


def _tried(ranges: Iterable[Range]) -> Iterator[Fraction]:
    """Every end, a value between each two and one beyond the outermost: between ends nothing changes."""
    ends: set[Fraction] = set()
    for range_ in ranges:
        match range_:
            case Values(codes):
                ends.update(map(Fraction, codes))
            case Limits(least, _, most, _):
                ends.update(end for end in (least, most) if end is not None)
    ordered = sorted(ends) or [Fraction(0)]
    yield from (ordered[0] - 1, *ordered, ordered[-1] + 1)
    yield from ((one + other) / 2 for one, other in pairwise(ordered))


def _points(bands: Iterable[Band], value: Fraction) -> tuple[int, int]:
    return next(((band.low, band.high) for band in bands if _holds(band.range, value)), (0, 0))


def _holds(range_: Range, value: Fraction) -> bool:
    match range_:
        case Values(codes):
            return value in codes
        case Limits(least, above, most, below):
            return (least is None or value > least or (value == least and not above)) and (
                most is None or value < most or (value == most and not below)
            )
