"""From the parts of a card to its answer: groups, total, routes and verdict, as if parts were independent (contract §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from fractions import Fraction

from features.expression import enterprise
from features.facts import OUT_OF_SCOPE
from features.moments import as_of
from scoring import core
from scoring.bounds import Bounds, conjunction, disjunction, ends
from scoring.card import MICRO, Card
from scoring.compile import capped, limits_truth
from scoring.core import Node, any_of, choose, const, fill
from scoring.lower import Lowering
from scoring.measure import Amount


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


Read = Callable[[str], Node]
"""Gives a root by name: ``tech_sme|items/rd_input|low``."""


OUTSIDE = "outside"
"""Root: whether no card of a ladder is for the enterprise."""
FOUNDED_LATER = "flag||enterprise|founded_after_as_of"
"""Root: whether it did not exist yet at as_of. One whose founding day nobody states is taken to exist."""


WITHIN = {f"{OUTSIDE}|low": core.FALSE, f"{OUTSIDE}|high": core.FALSE}
"""Of an enterprise that cards are for."""


def out_of_scope() -> dict[str, Node]:
    """Both roots, over the facts: individual businesses and cooperatives are outside, and who did not exist yet."""
    later = Lowering().truth(enterprise("established_on") > as_of()).lo
    found = any_of((core.eq(fill(OUT_OF_SCOPE.path, 0, 0, 1), 1), later))
    return {FOUNDED_LATER: later, **ends(OUTSIDE, Bounds(found, found))}


def assemble(card: Card, read: Read) -> dict[str, Node]:
    """Roots of one card made of its parts: score, groups, gates on the score, routes and verdict."""

    def part(name: str) -> Bounds:
        return Bounds(read(f"{card.id}|{name}|low"), read(f"{card.id}|{name}|high"))

    grouped = {member for group in card.groups.values() for member in group.items}
    groups = {}
    for name, group in card.groups.items():
        total = _sum(part(f"items/{member}") for member in group.items)
        groups[name] = total if group.cap is None else capped(total, group.cap)
    score = _sum((*groups.values(), *(part(f"items/{name}") for name in card.items if name not in grouped)))
    on_score = {n: limits_truth(Amount(score), gate.score, MICRO) for n, gate in card.gates.items() if gate.score}
    gates = {name: on_score[name] if name in on_score else part(f"gates/{name}") for name in card.gates}
    routes = {}
    for name, route in card.routes.items():
        needed = [gates[g.id] for g in card.gates.values() if g.route == name and g.binding]
        if route.score is not None:
            needed.append(limits_truth(Amount(score), route.score, MICRO))
            floors = ((groups[n], Fraction(g.floor)) for n, g in card.groups.items() if g.floor is not None)
            needed += [Amount(reached).at_least(floor, strict=False) for reached, floor in floors]
        if route.requirement is not None:
            needed.append(part(f"routes/{name}"))
        routes[name] = conjunction(needed)
    roots = {} if card.classes else {f"verdict|{card.id}": _verdict(card, gates, routes, read)}
    roots.update(ends(f"score|{card.id}", score) if card.items else {})
    for kind, made in (("group", groups), ("gate", on_score), ("route", routes)):
        for name, bounds in made.items():
            roots.update(ends(f"{kind}|{card.id}|{name}", bounds))
    return roots


def _verdict(card: Card, gates: dict[str, Bounds], routes: dict[str, Bounds], read: Read) -> Node:
    """A `Verdict`'s integer."""
    whole = [gates[g.id] for g in card.gates.values() if g.route is None and g.binding]
    passed = conjunction([*whole, disjunction(routes.values())] if routes else whole)
    unsettled = choose(passed.hi, const(Verdict.UNDETERMINED.value), const(Verdict.FAIL.value))
    answer = choose(passed.lo, const(Verdict.PASS.value), unsettled)
    certain, possible = (read(f"{OUTSIDE}|{end}") for end in ("low", "high"))
    if certain is not possible:
        answer = choose(possible, const(Verdict.UNDETERMINED.value), answer)
    return choose(certain, const(Verdict.NOT_APPLICABLE.value), answer)


def _sum(parts: Iterable[Bounds]) -> Bounds:
    given = list(parts)
    return Bounds(core.add(b.lo for b in given), core.add(b.hi for b in given))
