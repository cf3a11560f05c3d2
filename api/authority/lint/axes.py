"""A card over the values of its indicators instead of facts: each indicator is an axis of its own, cut where limits lie.

Between two cuts no limit is crossed, so gates and bands answer the same: the values beside the cuts stand for all. On the
axes the card is compiled as any other; what is held against a limit is then the place of a value on its axis. A person's
grade is taken as the highest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from api.authority.lint.bands import domain
from features.expression import Fact, MeanGrowth, Ratio
from features.indicators.base import Indicator, Unit
from features.kinds import Choice, Number
from scoring.card import (
    AllOf,
    AnyOf,
    Band,
    Bands,
    BestOf,
    Card,
    Case,
    Choose,
    Expert,
    Fixed,
    LeastOf,
    Limits,
    LinearToCap,
    NotOf,
    Range,
    Test,
)
from scoring.compile import Rule
from scoring.spans import HIGHEST, LOWEST, Cut, has_values, span, values

FINEST = Fraction(1, 10**6)
"""The step of a ratio: what is recorded of one goes to the millionth."""


@dataclass(frozen=True)
class Axis:
    """The values of one indicator that matter, in order; of a yes/no or a choice, its codes."""

    indicator: Indicator
    input: str
    values: tuple[Fraction, ...]
    steps: tuple[int, ...] = ()
    """Places i such that a limit lies between the values i and i + 1, which are one smallest step apart."""
    cuts: tuple[Cut, ...] = ()
    """The limits, one for each of the steps."""

    @property
    def places(self) -> tuple[int, ...]:
        """One value for each stretch between limits, the greatest first."""
        return (
            tuple(reversed((0, *(step + 1 for step in self.steps)))) if self.steps else tuple(range(len(self.values)))
        )


def rules(card: Card) -> dict[str, Rule]:
    """What a card asks and gives, by part; what does not bind decides nothing."""
    gates = {f"gates/{n}": g.requirement for n, g in card.gates.items() if g.requirement and g.binding}
    items = {f"items/{n}": i.award for n, i in card.items.items()}
    routes = {f"routes/{n}": r.requirement for n, r in card.routes.items() if r.requirement}
    return {**gates, **items, **routes}


def axes_of(card: Card) -> dict[Indicator, Axis]:
    """The axes of every indicator that a card reads."""
    met: dict[Indicator, set[Cut]] = {}
    for rule in rules(card).values():
        for indicator, cuts in _cuts(rule):
            met.setdefault(indicator, set()).update(cuts)
    return {indicator: _axis(indicator, f"axis/{i}", cuts) for i, (indicator, cuts) in enumerate(met.items())}


def read_by(rule: Rule) -> tuple[Indicator, ...]:
    """The indicators of a rule, each once."""
    return tuple(dict.fromkeys(indicator for indicator, _ in _cuts(rule)))


def brackets(rule: Rule) -> Iterator[tuple[Indicator, Cut]]:
    """Where a rule passes from one bracket of a choice to the next, on the indicator by which it chooses."""
    match rule:
        case Choose(by, cases):
            for case in cases:
                yield from ((by, cut) for cut in _ends(by, case.range))
                yield from brackets(case.body)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from brackets(part)
        case NotOf(part):
            yield from brackets(part)


def on_axes(card: Card, axes: dict[Indicator, Axis]) -> Card:
    """The card as its text reads, over places on the axes: whatever the grade of its sources, it decides."""
    gates = {
        n: replace(
            g, requirement=g.requirement and _placed(g.requirement, axes), source=replace(g.source, grade="official")
        )
        for n, g in card.gates.items()
        if g.binding
    }
    items = {
        n: replace(i, award=_placed(i.award, axes), source=replace(i.source, grade="official"))
        for n, i in card.items.items()
    }
    routes = {
        n: replace(
            r, requirement=r.requirement and _placed(r.requirement, axes), source=replace(r.source, grade="official")
        )
        for n, r in card.routes.items()
    }
    return replace(card, gates=gates, items=items, routes=routes)


def _cuts(rule: Rule) -> Iterator[tuple[Indicator, set[Cut]]]:
    """Every indicator inside a rule with the cuts that its limits make."""
    match rule:
        case Test(indicator, range_):
            yield indicator, _ends(indicator, range_)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _cuts(part)
        case NotOf(part):
            yield from _cuts(part)
        case Choose(by, cases):
            for case in cases:
                yield by, _ends(by, case.range)
                yield from _cuts(case.body)
        case Bands(indicator, bands):
            yield indicator, set().union(*(_ends(indicator, band.range) for band in bands))
        case LinearToCap(indicator, full, _, _):
            yield indicator, {(Fraction(0), 1), (full, 0)}
        case BestOf(options) | LeastOf(options):
            for option in options.values():
                yield from _cuts(option)


def _ends(indicator: Indicator, range_: Range) -> set[Cut]:
    return set(span(range_, indicator)) - {LOWEST, HIGHEST} if isinstance(range_, Limits) else set()


def _axis(indicator: Indicator, name: str, cuts: set[Cut]) -> Axis:
    if has_values(indicator):
        return Axis(indicator, name, tuple(map(Fraction, sorted(values(indicator)))))
    least, most = domain(indicator)
    inside = sorted(cut for cut in cuts if least < cut < most)
    step = _step(indicator, [value for value, _ in inside])
    pairs = [(value, value + step) if above else (value - step, value) for value, above in inside]
    numbers = tuple(sorted({value for pair in pairs for value in pair})) or (max(least[0], Fraction(0)),)
    return Axis(indicator, name, numbers, tuple(numbers.index(below) for below, _ in pairs), tuple(inside))


def _step(indicator: Indicator, limits: list[Fraction]) -> Fraction:
    if not isinstance(indicator.expression, (Ratio, MeanGrowth)):
        return Fraction(1, indicator.unit.scale)
    apart = [b - a for a, b in pairwise(limits) if b > a]
    return min([FINEST, *(distance / 3 for distance in apart)])


def _placed(rule: Any, axes: dict[Indicator, Axis]) -> Any:
    """A rule with the places on the axes for the values."""
    match rule:
        case Test(indicator, range_):
            return Test(_stand_in(axes[indicator]), _within(axes[indicator], range_))
        case AllOf(parts) | AnyOf(parts):
            return type(rule)(tuple(_placed(part, axes) for part in parts))
        case NotOf(part):
            return NotOf(_placed(part, axes))
        case Choose(by, cases):
            axis = axes[by]
            return Choose(_stand_in(axis), tuple(Case(_within(axis, c.range), _placed(c.body, axes)) for c in cases))
        case Bands(indicator, bands):
            axis = axes[indicator]
            return replace(
                rule,
                indicator=_stand_in(axis),
                bands=tuple(Band(_within(axis, band.range), band.high, band.high) for band in bands),
                criterion=None,
            )
        case Expert(_, _, high, _):
            return Fixed(high)
        case LinearToCap(indicator, full, points, step):
            axis = axes[indicator]
            given = [
                floor(min(max(value / full, Fraction(0)), Fraction(1)) * points) // step * step for value in axis.values
            ]
            rows = (Band(Limits(Fraction(i), False, Fraction(i)), each, each) for i, each in enumerate(given))
            return Bands(_stand_in(axis), tuple(rows))
        case BestOf(options) | LeastOf(options):
            return type(rule)({name: _placed(option, axes) for name, option in options.items()})
    return rule


def _stand_in(axis: Axis) -> Indicator:
    kind = (
        Choice(values=tuple(values(axis.indicator)[int(code)] for code in axis.values))
        if has_values(axis.indicator)
        else Number(hi=len(axis.values) - 1)
    )
    return replace(axis.indicator, unit=Unit.ITEMS, expression=Fact(axis.input, kind), review=None)


def _within(axis: Axis, range_: Range) -> Range:
    """The places of the values inside a range."""
    if not isinstance(range_, Limits):
        return range_
    lower, upper = span(range_, axis.indicator)
    inside = [i for i, value in enumerate(axis.values) if lower <= (value, 0) < upper]
    first, last = (inside[0], inside[-1]) if inside else (len(axis.values), len(axis.values))
    return Limits(Fraction(first), False, Fraction(last), False, range_.text)
