"""From a card to core expressions: every gate, item and route condition becomes a *part* of two bounds that reads facts.

What is made of the parts is `scoring.assembly`; between the two an enterprise whose sources conflict has its parts united
over the completions (`scoring.engine`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from features.expression import Condition, Fact, Linear, MeanGrowth, OneOf, Ratio
from features.indicators.base import Indicator
from features.kinds import Choice
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
from scoring.core import FALSE, TRUE, Node, all_of, any_of, const, fill, negate
from scoring.lower import Lowering
from scoring.measure import Measure


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
    parts: dict[str, Part] = {}
    for name, gate in card.gates.items():
        if gate.requirement is not None:
            parts[f"gates/{name}"] = _requirement_part(gate.requirement, decides=gate.source.decides)
    for name, item in card.items.items():
        details: list[Detail] = []
        bounds = _Awards(details).award(item.award, Lowering(), "")
        whole = Bounds(const(0), const(item.cap), bounds.influences)
        parts[f"items/{name}"] = Part(capped(bounds, item.cap) if item.source.decides else whole, tuple(details))
    for name, route in card.routes.items():
        if route.requirement is not None:
            parts[f"routes/{name}"] = _requirement_part(route.requirement, decides=route.source.decides)
    shared = met(part.influences for part in parts.values())
    return CompiledCard(card, parts, any_of((*(i.tangled for i in shared.values()), _missed_scores(card, parts))))


def _missed_scores(card: cards.Card, parts: dict[str, Part]) -> Node:
    """1 where an open score is asked for in several ways or to stay below something: what lies between may be missed."""
    gates, routes = card.gates.values(), card.routes.values()
    stated = [limits for limits in (*(g.score for g in gates), *(r.score for r in routes)) if limits]
    if len(stated) <= 1 and all(limits.most is None for limits in stated):
        return FALSE
    return any_of(negate(core.ge(p.bounds.lo, p.bounds.hi)) for name, p in parts.items() if name.startswith("items/"))


def capped(bounds: Bounds, cap: int) -> Bounds:
    """At most ``cap``."""
    lo, hi = (core.smallest((b, const(cap))) for b in (bounds.lo, bounds.hi))
    return Bounds(lo, hi, bounds.influences)


# --- requirements -------------------------------------------------------------------------------------------------


def _requirement_part(requirement: cards.Requirement, *, decides: bool) -> Part:
    details: list[Detail] = []
    truth = _Requirements(details).truth(requirement, Lowering(), "")
    return Part(truth if decides else Bounds(FALSE, TRUE, truth.influences), tuple(details))


class _Requirements:
    def __init__(self, details: list[Detail]) -> None:
        self.details = details

    def truth(self, requirement: cards.Requirement, lowering: Lowering, path: str) -> Bounds:
        match requirement:
            case cards.Test(indicator, range_):
                truth = range_truth(indicator, range_, lowering)
                measure = _measure(indicator, lowering)
                self.details.append(Detail(path, indicator, range_, measure.shown if measure else None, truth))
                return truth
            case cards.AllOf(parts):
                return conjunction(self.truth(p, lowering, _below(path, i)) for i, p in enumerate(parts))
            case cards.AnyOf(parts):
                return disjunction(self.truth(p, lowering, _below(path, i)) for i, p in enumerate(parts))
            case cards.NotOf(inner):
                return self.truth(inner, lowering, path).negated()
            case cards.Choose():
                cases = [
                    (reachable, self.truth(body, inner, _below(path, i)))
                    for i, (reachable, inner, body) in enumerate(_cases(requirement, lowering))
                ]
                if (undefined := _undefined(requirement.by, lowering)) is not None:
                    cases.append((undefined, Bounds(FALSE, FALSE)))
                return Bounds(
                    all_of(any_of((negate(r), t.lo)) for r, t in cases),
                    any_of(all_of((r, t.hi)) for r, t in cases),
                    _by_cases(requirement, lowering, [t.influences for _, t in cases]),
                )
        raise TypeError(requirement)


def _below(path: str, index: int) -> str:
    return f"{path}.{index}" if path else str(index)


def range_truth(indicator: Indicator, range_: cards.Range, lowering: Lowering) -> Bounds:
    """Whether the indicator lies within the range."""
    expression = indicator.expression
    if isinstance(range_, cards.Values):
        if isinstance(expression, Condition):
            truth = lowering.truth(expression)
            return truth if range_.codes == (1,) else truth.negated()
        assert isinstance(expression, Fact)
        return lowering.truth(OneOf(expression, range_.codes))
    assert not isinstance(expression, Condition)
    return limits_truth(lowering.measure(expression), range_, indicator.unit.scale)


def limits_truth(measure: Measure, limits: cards.Limits, scale: int) -> Bounds:
    """Whether a measured value lies within limits given in its unit, of which ``scale`` integers make one."""
    truths = []
    if limits.least is not None:
        truths.append(measure.at_least(limits.least * scale, strict=limits.least_strict))
    if limits.most is not None:
        truths.append(measure.at_most(limits.most * scale, strict=limits.most_strict))
    return measure.within(truths)


def _measure(indicator: Indicator, lowering: Lowering) -> Measure | None:
    expression = indicator.expression
    if isinstance(expression, Condition) or (isinstance(expression, Fact) and isinstance(expression.kind, Choice)):
        return None
    return lowering.measure(expression)


def _undefined(by: Indicator, lowering: Lowering) -> Node | None:
    """Whether the chooser can be undefined (a ratio with a zero denominator): then no bracket holds."""
    measure = _measure(by, lowering)
    return None if measure is None or measure.undefined().hi is FALSE else measure.undefined().hi


def _cases(choice: cards.Choose[cards.Body], lowering: Lowering) -> Iterable[tuple[Node, Lowering, cards.Body]]:
    """Each bracket: whether it can be reached, and the lowering in which the chooser is confined to it."""
    for case in choice.cases:
        yield (
            range_truth(choice.by, case.range, lowering).hi,
            _confined(choice.by, case.range, lowering),
            case.body,
        )


def _confined(by: Indicator, range_: cards.Range, lowering: Lowering) -> Lowering:
    if not isinstance(range_, cards.Limits) or isinstance(by.expression, (Condition, Ratio, MeanGrowth)):
        return lowering
    expression = by.expression
    if isinstance(expression, Linear):
        if len(expression.terms) != 1 or expression.terms[0][0] != 1 or expression.constant:
            return lowering
        expression = expression.terms[0][1]
    scale, lo, hi = by.unit.scale, None, None
    if range_.least is not None:
        lo = _floor(range_.least * scale) + 1 if range_.least_strict else -_floor(-range_.least * scale)
    if range_.most is not None:
        hi = -_floor(-range_.most * scale) - 1 if range_.most_strict else _floor(range_.most * scale)
    return lowering.confine(expression, lo, hi)


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator


def _by_cases(
    choice: cards.Choose[cards.Body], lowering: Lowering, bodies: Iterable[Influences]
) -> dict[str, Influence]:
    """The chooser moves the result either way, yet its ends are reached: it is decided by cases.

    Not so where a bracket reads the chooser's facts but is not confined by it, or where the chooser may skip a bracket.
    """
    measure = _measure(choice.by, lowering)
    if measure is not None:
        chooser = measure.influences
        if not measure.contiguous and len(choice.cases) > 2:
            chooser = all_tangled(chooser)
    else:
        chooser = range_truth(choice.by, choice.cases[0].range, lowering).influences
    found = joined((turned(chooser, MIXED), *bodies))
    inside = joined(bodies)
    for name in chooser.keys() & inside.keys():
        if not inside[name].confined:
            found[name] = tangle(found[name], found[name].unknown)
    return {n: Influence(i.sign, i.unknown, i.quirk, i.tangled) for n, i in found.items()}


# --- awards -------------------------------------------------------------------------------------------------------


def _grade_of(criterion: str | None) -> dict[str, Influence]:
    if criterion is None:
        return {}
    name = f"expert_grade/{criterion}"
    return {name: Influence(1, negate(core.known(name)))}


UNDEFINED = cards.Band(cards.Limits(text="无法计算 / undefined"), 0, 0)


class _Awards:
    def __init__(self, details: list[Detail]) -> None:
        self.details = details

    def award(self, award: cards.Award, lowering: Lowering, path: str) -> Bounds:
        match award:
            case cards.Bands():
                return self._bands(award, lowering, path)
            case cards.BestOf(options) | cards.LeastOf(options):
                found = [self.award(a, lowering, f"{path}.{n}".lstrip(".")) for n, a in options.items()]
                pick = core.greatest if isinstance(award, cards.BestOf) else core.smallest
                return Bounds(
                    pick([b.lo for b in found]),
                    pick([b.hi for b in found]),
                    met(b.influences for b in found),
                )
            case cards.Choose():
                cases = [
                    (reachable, self.award(body, inner, _below(path, i)))
                    for i, (reachable, inner, body) in enumerate(_cases(award, lowering))
                ]
                if (undefined := _undefined(award.by, lowering)) is not None:
                    cases.append((undefined, Bounds(const(0), const(0))))
                return Bounds(
                    least_of_reachable((r, b.lo) for r, b in cases),
                    greatest_of_reachable((r, b.hi) for r, b in cases),
                    _by_cases(award, lowering, [b.influences for _, b in cases]),
                )
            case cards.LinearToCap(indicator, full, points, step):
                return self._linear(indicator, full, points, step, lowering, path)
            case cards.Expert(criterion, low, high, step):
                given = cards.Band(cards.Limits(), low, high)
                lo, hi = (self._graded(given, criterion, step, end) for end in ("low", "high"))
                return Bounds(lo, hi, _grade_of(criterion))
            case cards.Fixed(points):
                return Bounds(const(points), const(points))
        raise TypeError(award)

    def _bands(self, award: cards.Bands, lowering: Lowering, path: str) -> Bounds:
        measure = _measure(award.indicator, lowering)
        reached: list[tuple[Node, int]] = []
        influences: list[Influences] = []
        # Worst first, so that an index rises with the points; an undefined ratio is a band of its own, with none.
        ordered = sorted((*award.bands, UNDEFINED), key=lambda band: (band.low, band.high))
        for index, band in enumerate(ordered):
            if band is not UNDEFINED:
                truth = range_truth(award.indicator, band.range, lowering)
                reached.append((truth.hi, index))
                influences.append(truth.influences)
            elif (undefined := _undefined(award.indicator, lowering)) is not None:
                reached.append((undefined, index))
        lows, highs = ([self._graded(b, award.criterion, award.step, end) for b in ordered] for end in ("low", "high"))
        bounds = Bounds(
            least_of_reachable((r, lows[i]) for r, i in reached),
            greatest_of_reachable((r, highs[i]) for r, i in reached),
            met(
                (
                    self._moved(award, measure, influences, [(r, lows[i]) for r, i in reached]),
                    _grade_of(award.criterion),
                )
            ),
        )
        indices = [(r, const(i)) for r, i in reached]
        self.details.append(
            Detail(
                path,
                award.indicator,
                None,
                measure.shown if measure else None,
                bounds,
                tuple(b.range.text for b in ordered),
                least_of_reachable(indices),
                greatest_of_reachable(indices),
            )
        )
        return bounds

    @staticmethod
    def _moved(
        award: cards.Bands, measure: Measure | None, by_band: list[Influences], reached: list[tuple[Node, Node]]
    ) -> dict[str, Influence]:
        """What moves the points of a band table, and where it does so with an exception."""
        rising = _direction(award)
        if measure is None:
            return turned(joined(by_band), rising)
        moving = measure.influences
        if (rising == MIXED and not measure.contiguous) or (rising < 0 and not measure.least_reached):
            moving = all_tangled(moving)
        undefined = measure.undefined().hi
        defined = [case for case in reached if case[0] is not undefined and case[0] is not FALSE]
        if rising > 0 and undefined is not FALSE and defined:
            worst = least_of_reachable(defined)
            moving = measure.quirky(all_of((undefined, core.ge(worst, 1))))
        return turned(moving, rising)

    @staticmethod
    def _graded(band: cards.Band, criterion: str | None, step: int, end: str) -> Node:
        """The band's end, or the recorded grade, rounded down to the step and kept within the band."""
        low, high = const(band.low), const(band.high)
        if criterion is None or band.low == band.high:
            return low if end == "low" else high
        grade = fill(f"expert_grade/{criterion}", band.low if end == "low" else band.high, 0, 10**12)
        if step > 1:
            grade = core.mul(core.div(grade, const(step)), step)
        return core.smallest((core.greatest((grade, low)), high))

    def _linear(
        self, indicator: Indicator, full: Fraction, points: int, step: int, lowering: Lowering, path: str
    ) -> Bounds:
        measure = _measure(indicator, lowering)
        if measure is None:
            raise TypeError(indicator.id)
        bounds = measure.share_of(full * indicator.unit.scale, points)
        if step > 1:
            lo, hi = (core.mul(core.div(b, const(step)), step) for b in (bounds.lo, bounds.hi))
            bounds = Bounds(lo, hi, bounds.influences)
        self.details.append(Detail(path, indicator, None, measure.shown, bounds))
        return bounds


def _direction(award: cards.Bands) -> int:
    """+1 where points rise with the indicator, −1 where they fall, `MIXED` otherwise."""
    if any(isinstance(band.range, cards.Values) for band in award.bands):
        by_truth = {band.range.codes: band.high for band in award.bands if isinstance(band.range, cards.Values)}
        if set(by_truth) <= {(0,), (1,)}:
            return 1 if by_truth.get((1,), 0) >= by_truth.get((0,), 0) else -1
        return MIXED
    lowest = Fraction(-(10**30))
    ordered = sorted(
        award.bands,
        key=lambda b: b.range.least if isinstance(b.range, cards.Limits) and b.range.least is not None else lowest,
    )
    ends = [band.low for band in ordered], [band.high for band in ordered]
    if all(points == sorted(points) for points in ends):
        return 1
    return -1 if all(points == sorted(points, reverse=True) for points in ends) else MIXED
