"""From the parts of a card to its answer: groups, total, routes and verdict, as if parts were independent (contract §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from features.facts import OUT_OF_SCOPE
from scoring import core
from scoring.bounds import Bounds, Truth, conjunction, disjunction
from scoring.card import MICRO, Card
from scoring.compile import capped, limits_truth
from scoring.core import Node, choose, const, fill
from scoring.measure import Measure


class Verdict(Enum):
    """The four answers, by the integers of the core form."""

    FAIL = 0
    PASS = 1
    UNDETERMINED = 2
    NOT_APPLICABLE = 3

    @property
    def word(self) -> str:
        """As in the result JSON."""
        return self.name.lower()


@dataclass(frozen=True)
class Assembly:
    """What is made of the parts of one card."""

    verdict: Node
    """A `Verdict`'s integer."""
    score: Bounds
    """Micro-points."""
    groups: dict[str, Bounds]
    routes: dict[str, Truth]
    gates: dict[str, Truth]
    """Gates on the score; all others are parts."""


def assemble(card: Card, part: Callable[[str], Bounds | Truth]) -> Assembly:
    """Groups, total, routes and verdict; ``part`` gives the bounds of a part by name."""

    def bounds(name: str) -> Bounds:
        found = part(f"items/{name}")
        assert isinstance(found, Bounds)
        return found

    def truth(name: str) -> Truth:
        found = part(name)
        assert isinstance(found, Truth)
        return found

    grouped = {member for group in card.groups.values() for member in group.items}
    groups = {}
    for name, group in card.groups.items():
        total = _sum(bounds(member) for member in group.items)
        groups[name] = total if group.cap is None else capped(total, group.cap)
    score = _sum((*groups.values(), *(bounds(name) for name in card.items if name not in grouped)))
    on_score = {
        name: limits_truth(Measure.of(score), gate.score, MICRO) for name, gate in card.gates.items() if gate.score
    }
    gates = {name: on_score[name] if name in on_score else truth(f"gates/{name}") for name in card.gates}
    routes = {}
    for name, route in card.routes.items():
        needed = [gates[g.id] for g in card.gates.values() if g.route == name]
        if route.score is not None:
            needed.append(limits_truth(Measure.of(score), route.score, MICRO))
            for group_name, group in card.groups.items():
                if group.floor is not None:
                    floor = group.floor
                    needed.append(Measure.of(groups[group_name]).at_least(Fraction(floor), strict=False))
        if route.requirement is not None:
            needed.append(truth(f"routes/{name}"))
        routes[name] = conjunction(needed)
    whole = [gates[g.id] for g in card.gates.values() if g.route is None]
    if routes:
        whole.append(disjunction(routes.values()))
    verdict = conjunction(whole)
    answer = choose(
        verdict.certain,
        const(Verdict.PASS.value),
        choose(verdict.possible, const(Verdict.UNDETERMINED.value), const(Verdict.FAIL.value)),
    )
    outside = core.eq(fill(OUT_OF_SCOPE.path, 0, 0, 1), 1)
    return Assembly(choose(outside, const(Verdict.NOT_APPLICABLE.value), answer), score, groups, routes, on_score)


def _sum(parts: Iterable[Bounds]) -> Bounds:
    given = list(parts)
    return Bounds(core.add(b.lo for b in given), core.add(b.hi for b in given))
