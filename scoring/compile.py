"""From a card to core expressions: every gate, item and route condition becomes a *part* of two bounds that reads facts.

What is made of the parts is `scoring.assembly`; between the two an enterprise whose sources conflict has its parts united
over the completions (`scoring.engine`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from features.expression import Condition, Fact, Linear, OneOf, Quantity
from features.indicators.base import Indicator, Unit
from features.leaves import Leaf, leaves
from scoring import card as cards
from scoring import core
from scoring.bounds import (
    MIXED,
    Bounds,
    Influence,
    Influences,
    all_tangled,
    conjunction,
    disjunction,
    greatest_of_reachable,
    joined,
    least_of_reachable,
    met,
    tangle,
    turned,
)
from scoring.core import FALSE, Node, all_of, any_of, choose, const, fill, known, negate
from scoring.lower import Lowering
from scoring.measure import Measure
from scoring.spans import left_out

Rule = cards.Requirement | cards.Award
"""What lowers to bounds: the points of an award, 1 or 0 of a requirement."""


@dataclass(frozen=True)
class Detail:
    """What is shown of one indicator inside a part: its value and the bands at the two bounds."""

    path: str
    """Where in the part: empty, an option's name, or a position."""
    indicator: Indicator
    range: cards.Range | None
    value: tuple[Node, Node, Node, Node] | None
    """Numerator low and high, denominator low and high; None for conditions."""
    bounds: Bounds
    """Whether the range holds, or the points that it gives."""
    reached: Node
    """1 where it may count: every bracket around it can be reached."""
    bands: tuple[str, ...] = ()
    band_low: Node | None = None
    band_high: Node | None = None

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Facts, preferred measures and tables that the indicator reads."""
        return tuple(leaves(self.indicator.expression))


@dataclass(frozen=True)
class Part:
    """A gate, an item or a route's condition, lowered."""

    bounds: Bounds
    details: tuple[Detail, ...]

    @property
    def influences(self) -> Influences:
        """All that it depends on."""
        return self.bounds.influences


@dataclass(frozen=True, eq=False)
class CompiledCard:
    """A card with its parts lowered."""

    card: cards.Card
    parts: dict[str, Part]
    """By ``gates/<id>``, ``items/<id>``, ``routes/<id>``."""
    unsafe: Node
    """1 where an unknown fact reaches several parts in directions that are not aligned."""


def compile_card(card: cards.Card) -> CompiledCard:
    """Lower every part of a card. Raises `CardError` where a bound cannot be exact or leaves 127 bits."""
    part = partial(_part, Lowering())
    parts = {
        **{f"gates/{n}": part(g.requirement, 1, g.source) for n, g in card.gates.items() if g.requirement},
        **{f"items/{n}": part(i.award, i.cap, i.source) for n, i in card.items.items()},
        **{f"routes/{n}": part(r.requirement, 1, r.source) for n, r in card.routes.items() if r.requirement},
    }
    shared = met(lowered.influences for lowered in parts.values())
    return CompiledCard(card, parts, any_of((*(i.tangled for i in shared.values()), _missed_scores(card, parts))))


def _part(lowering: Lowering, rule: Rule, most: int, source: cards.Source) -> Part:
    lowered = _Lowered()
    bounds = capped(lowered.bounds(rule, lowering), most)
    return Part(bounds if source.decides else Bounds(FALSE, const(most), bounds.influences), tuple(lowered.details))


def _missed_scores(card: cards.Card, parts: dict[str, Part]) -> Node:
    """1 where an open score is asked for in several ways or to stay below something: what lies between may be missed."""
    gates, routes = card.gates.values(), card.routes.values()
    stated = [limits for limits in (*(g.score for g in gates), *(r.score for r in routes)) if limits]
    if len(stated) <= 1 and all(limits.most is None for limits in stated):
        return FALSE
    return any_of(negate(core.ge(p.bounds.lo, p.bounds.hi)) for name, p in parts.items() if name.startswith("items/"))


def capped(bounds: Bounds, cap: int) -> Bounds:
    """At most ``cap``."""
    lo, hi = (core.smallest((end, const(cap))) for end in (bounds.lo, bounds.hi))
    return Bounds(lo, hi, bounds.influences)


def range_truth(indicator: Indicator, range_: cards.Range, lowering: Lowering) -> Bounds:
    """Whether the indicator lies within the range."""
    expression = indicator.expression
    if isinstance(range_, cards.Limits):
        return limits_truth(lowering.measure(expression), range_, indicator.unit.scale)
    if isinstance(expression, Condition):
        truth = lowering.truth(expression)
        return truth if range_.codes == (1,) else truth.negated()
    assert isinstance(expression, Fact)
    return lowering.truth(OneOf(expression, range_.codes))


def stage_truths(card: cards.Card) -> dict[str, Bounds]:
    """Of a scheme: whether the enterprise is in each stage."""
    by, stages = (card.scheme.by, card.scheme.stages) if card.scheme else (None, ())
    return {stage.id: range_truth(by, stage.range, Lowering()) for stage in stages if by}


def limits_truth(measure: Measure, limits: cards.Limits, scale: int) -> Bounds:
    """Whether a measured value lies within limits given in its unit, of which ``scale`` integers make one."""
    truths = []
    if limits.least is not None:
        truths.append(measure.at_least(limits.least * scale, strict=limits.least_strict))
    if limits.most is not None:
        truths.append(measure.at_most(limits.most * scale, strict=limits.most_strict))
    return measure.within(truths)


UNDEFINED = cards.Band(cards.Limits(text="无法计算 / undefined"), 0, 0)


class _Lowered:
    """Lowers the rule of one part and notes what is shown of each indicator on the way."""

    def __init__(self) -> None:
        self.details: list[Detail] = []
        self._brackets: list[Node] = []

    def bounds(self, rule: Rule, lowering: Lowering, path: str = "") -> Bounds:
        match rule:
            case cards.Test(indicator, range_):
                truth = range_truth(indicator, range_, lowering)
                return self._shown(path, indicator, range_, lowering, truth)
            case cards.AllOf(parts):
                return conjunction(self._each(enumerate(parts), lowering, path))
            case cards.AnyOf(parts):
                return disjunction(self._each(enumerate(parts), lowering, path))
            case cards.NotOf(inner):
                return self.bounds(inner, lowering, path).negated()
            case cards.BestOf(options) | cards.LeastOf(options):
                found = self._each(options.items(), lowering, path)
                pick = core.greatest if isinstance(rule, cards.BestOf) else core.smallest
                return Bounds(pick(b.lo for b in found), pick(b.hi for b in found), met(b.influences for b in found))
            case cards.Choose():
                return self._choose(rule, lowering, path)
            case cards.Bands():
                return self._bands(rule, lowering, path)
            case cards.LinearToCap(indicator, full, points, step):
                share = lowering.measure(indicator.expression).share_of(full * indicator.unit.scale, points)
                stepped = Bounds(_stepped(share.lo, step), _stepped(share.hi, step), share.influences)
                return self._shown(path, indicator, None, lowering, stepped)
            case cards.Expert(criterion, low, high, step):
                given = cards.Band(cards.Limits(), low, high)
                return Bounds(*_graded(given, criterion, step), _grade_of(criterion))
            case cards.Fixed(points):
                return Bounds(const(points), const(points))
        raise TypeError(rule)

    def _each(self, rules: Iterable[tuple[object, Rule]], lowering: Lowering, path: str) -> list[Bounds]:
        return [self.bounds(rule, lowering, _below(path, name)) for name, rule in rules]

    def _shown(
        self,
        path: str,
        indicator: Indicator,
        range_: cards.Range | None,
        lowering: Lowering,
        bounds: Bounds,
        *bands: Any,
    ) -> Bounds:
        plain = indicator.unit in (Unit.TRUTH, Unit.CHOICE)
        value = None if plain else lowering.measure(indicator.expression).shown
        self.details.append(Detail(path, indicator, range_, value, bounds, all_of(self._brackets), *bands))
        return bounds

    def _choose(self, choice: cards.Choose[Any], lowering: Lowering, path: str) -> Bounds:
        """In each bracket that can be reached the chooser is confined to it; an undefined chooser is in none."""
        measure = lowering.measure(choice.by.expression)
        cases = []
        for place, case in enumerate(choice.cases):
            self._brackets.append(range_truth(choice.by, case.range, lowering).hi)
            body = self.bounds(case.body, _confined(choice.by, case.range, lowering), _below(path, place))
            cases.append((self._brackets.pop(), body))
        most = max((body.hi.hi for _, body in cases), default=0)
        for range_ in left_out(choice.by, [case.range for case in choice.cases]):
            # A bracket that nobody wrote: what the rule says of it is open.
            reached = range_truth(choice.by, range_, lowering).hi
            if reached is not FALSE:
                self._brackets.append(reached)
                body = self._shown(path, choice.by, range_, lowering, Bounds(FALSE, const(most)))
                cases.append((self._brackets.pop(), body))
        # The chooser moves the result either way, yet its ends are reached: it is decided by cases. Not so where a
        # bracket reads the chooser's facts but is not confined by it, or where the chooser may skip a bracket.
        skips = not measure.contiguous and len(cases) > 2
        chooser = all_tangled(measure.influences) if skips else measure.influences
        inside = joined(body.influences for _, body in cases)
        found = joined((turned(chooser, MIXED), inside))
        for name in chooser.keys() & inside.keys():
            if not inside[name].confined:
                found[name] = tangle(found[name], found[name].unknown)
        moved = {n: Influence(i.sign, i.unknown, i.quirk, i.tangled) for n, i in found.items()}
        cases.append((measure.undefined().hi, Bounds(FALSE, FALSE)))
        lows, highs = [(r, b.lo) for r, b in cases], [(r, b.hi) for r, b in cases]
        return Bounds(least_of_reachable(lows), greatest_of_reachable(highs), moved)

    def _bands(self, award: cards.Bands, lowering: Lowering, path: str) -> Bounds:
        measure = lowering.measure(award.indicator.expression)
        undefined = measure.undefined().hi
        award = _without_holes(award, lowering)
        # Worst first, so that an index rises with the points; an undefined ratio is a band of its own, with none.
        ordered = sorted((*award.bands, UNDEFINED), key=lambda band: (band.low, band.high))
        reached = [
            undefined if band is UNDEFINED else range_truth(award.indicator, band.range, lowering).hi
            for band in ordered
        ]
        points = [_graded(band, award.criterion, award.step) for band in ordered]
        lows, highs = ([(r, p[end]) for r, p in zip(reached, points, strict=True)] for end in (0, 1))
        places = [(r, const(place)) for place, r in enumerate(reached)]
        moving, rising = measure.influences, _direction(award)
        if rising > 0:
            # An undefined ratio that earns less than every defined one.
            worst = least_of_reachable(case for case in lows if case[0] is not undefined)
            moving = measure.quirky(all_of((undefined, core.ge(worst, 1))))
        elif not (measure.contiguous if rising == MIXED else measure.least_reached):
            moving = all_tangled(moving)
        bounds = Bounds(
            least_of_reachable(lows),
            greatest_of_reachable(highs),
            met((turned(moving, rising), _grade_of(award.criterion))),
        )
        bands = tuple(band.range.text for band in ordered), least_of_reachable(places), greatest_of_reachable(places)
        return self._shown(path, award.indicator, None, lowering, bounds, *bands)


def _without_holes(award: cards.Bands, lowering: Lowering) -> cards.Bands:
    """What lies in no band, as a band in which the points are open."""
    by = award.indicator
    holes = [
        range_
        for range_ in left_out(by, [b.range for b in award.bands])
        if range_truth(by, range_, lowering).hi is not FALSE
    ]
    most = max((band.high for band in award.bands), default=0)
    return replace(award, bands=(*award.bands, *(cards.Band(range_, 0, most) for range_ in holes)))


def _below(path: str, name: object) -> str:
    return f"{path}.{name}".lstrip(".")


def _confined(by: Indicator, range_: cards.Range, lowering: Lowering) -> Lowering:
    """A lowering in which a chooser that is one quantity lies within its bracket."""
    match by.expression, range_:
        case Linear(((1, quantity),), 0) | (Quantity() as quantity), cards.Limits(least, above, most, below):
            scale = by.unit.scale
            lo = None if least is None else math.floor(least * scale) + 1 if above else math.ceil(least * scale)
            hi = None if most is None else math.ceil(most * scale) - 1 if below else math.floor(most * scale)
            return lowering.confine(quantity, lo, hi)
    return lowering


def _grade_of(criterion: str | None) -> dict[str, Influence]:
    name = f"expert_grade/{criterion}"
    return {} if criterion is None else {name: Influence(1, negate(known(name)))}


def _graded(band: cards.Band, criterion: str | None, step: int) -> tuple[Node, Node]:
    """The band's ends, or the recorded grade, rounded down to the step and kept within the band."""
    low, high = const(band.low), const(band.high)
    if criterion is None or band.low == band.high:
        return low, high
    name = f"expert_grade/{criterion}"
    given = core.smallest((core.greatest((_stepped(fill(name, 0, 0, 10**12), step), low)), high))
    most = const(max(band.high // step * step, band.low))
    return choose(known(name), given, low), choose(known(name), given, most)


def _stepped(points: Node, step: int) -> Node:
    return points if step == 1 else core.mul(core.div(points, const(step)), step)


def _direction(award: cards.Bands) -> int:
    """+1 where points rise with the indicator, −1 where they fall, `MIXED` otherwise."""
    ends = [(band.low, band.high) for band in sorted(award.bands, key=_least)]
    truths = {b.range.codes: (b.low, b.high) for b in award.bands if isinstance(b.range, cards.Values)}
    if truths:
        if not truths.keys() <= {(0,), (1,)}:
            return MIXED
        ends = [truths.get(code, (0, 0)) for code in ((0,), (1,))]
    if all(list(points) == sorted(points) for points in zip(*ends, strict=True)):
        return 1
    return -1 if all(list(points) == sorted(points, reverse=True) for points in zip(*ends, strict=True)) else MIXED


def _least(band: cards.Band) -> Fraction:
    least = band.range.least if isinstance(band.range, cards.Limits) else None
    return Fraction(-(10**30)) if least is None else least
