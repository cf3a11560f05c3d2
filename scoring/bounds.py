"""Values and truths over the completions of what is unknown, and what they depend on.

A `Bounds` says for every fact in which direction it moves the value and when it is unknown; from that follows whether the
ends of several parts taken together can still be reached, or are merely safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scoring import core
from scoring.core import FALSE, Node, all_of, any_of, choose, const, negate

MIXED = 0
"""Direction of a fact that can move a result either way."""


@dataclass(frozen=True)
class Influence:
    """How one fact (or list table) moves a result."""

    sign: int
    """+1 up, −1 down, `MIXED`."""
    unknown: Node
    """1 where it is not fully known."""
    quirk: Node = FALSE
    """1 where the direction has an exception that counts once the fact is shared: a denominator of 0 that earns less than
    any other."""
    tangled: Node = FALSE
    """1 where the ends of the result itself may not be reached."""
    confined: bool = False
    """Whether it is read only as the chooser that a bracket confines."""


Influences = Mapping[str, Influence]


def joined(parts: Iterable[Influences]) -> dict[str, Influence]:
    """Influences on something of which one part at a time counts."""
    found: dict[str, Influence] = {}
    for part in parts:
        for name, new in part.items():
            if (old := found.setdefault(name, new)) is not new:
                found[name] = Influence(
                    old.sign if old.sign == new.sign else MIXED,
                    any_of((old.unknown, new.unknown)),
                    any_of((old.quirk, new.quirk)),
                    any_of((old.tangled, new.tangled)),
                    old.confined and new.confined,
                )
    return found


def met(parts: Iterable[Influences]) -> dict[str, Influence]:
    """Influences on something to which all parts count at once: a fact that several read must move them the same way."""
    given = list(parts)
    result = joined(given)
    for name, influence in result.items():
        if sum(name in part for part in given) > 1:
            apart = influence.unknown if influence.sign == MIXED else all_of((influence.unknown, influence.quirk))
            result[name] = tangle(influence, apart)
    return result


def tangle(influence: Influence, where: Node) -> Influence:
    """The influence, its result's ends not to be relied on ``where``."""
    tangled = any_of((influence.tangled, where))
    return Influence(influence.sign, influence.unknown, influence.quirk, tangled, influence.confined)


def all_tangled(influences: Influences) -> dict[str, Influence]:
    """Every fact that is unknown keeps the ends from being relied on."""
    return {name: tangle(i, i.unknown) for name, i in influences.items()}


def turned(influences: Influences, sign: int) -> dict[str, Influence]:
    """The same facts with their directions multiplied by ``sign``."""
    return {n: Influence(i.sign * sign, i.unknown, i.quirk, i.tangled, i.confined) for n, i in influences.items()}


@dataclass(frozen=True)
class Bounds:
    """Least and greatest value over the completions.

    Of a truth (1 or 0) ``lo`` says whether it holds in every completion, ``hi`` whether it holds in some.
    """

    lo: Node
    hi: Node
    influences: Influences = field(default_factory=dict)

    def negated(self) -> Bounds:
        """The contrary of a truth."""
        return Bounds(negate(self.hi), negate(self.lo), turned(self.influences, -1))


def ends(root: str, bounds: Bounds) -> dict[str, Node]:
    """The two ends by name: ``<root>|low`` and ``<root>|high``."""
    return {f"{root}|low": bounds.lo, f"{root}|high": bounds.hi}


def conjunction(truths: Iterable[Bounds]) -> Bounds:
    """Every one holds."""
    given = list(truths)
    return Bounds(all_of(t.lo for t in given), all_of(t.hi for t in given), met(t.influences for t in given))


def disjunction(truths: Iterable[Bounds]) -> Bounds:
    """At least one holds."""
    given = list(truths)
    return Bounds(any_of(t.lo for t in given), any_of(t.hi for t in given), met(t.influences for t in given))


def least_of_reachable(cases: Iterable[tuple[Node, Node]]) -> Node:
    """Least value among the cases (reachable, value) that can be reached; 0 where none ever can."""
    given = sorted((case for case in cases if case[0] is not FALSE), key=lambda case: case[1].lo)
    worst = const(max((value.hi for _, value in given), default=0))
    return _first_reachable(given) or core.smallest(choose(reachable, value, worst) for reachable, value in given)


def greatest_of_reachable(cases: Iterable[tuple[Node, Node]]) -> Node:
    """Greatest value among the cases (reachable, value) that can be reached; 0 where none ever can."""
    given = sorted((case for case in cases if case[0] is not FALSE), key=lambda case: -case[1].hi)
    worst = const(min((value.lo for _, value in given), default=0))
    return _first_reachable(given) or core.greatest(choose(reachable, value, worst) for reachable, value in given)


def _first_reachable(cases: list[tuple[Node, Node]]) -> Node | None:
    """Where the values are constants in order of preference, the first reachable one needs no comparison."""
    if any(value.constant is None for _, value in cases):
        return None

    def first(one: tuple[Node, Node], other: tuple[Node, Node]) -> tuple[Node, Node]:
        return any_of((one[0], other[0])), choose(one[0], one[1], other[1])

    # One case is always reachable, so what the last one asks does not matter.
    return core.balanced(first, cases)[1] if cases else const(0)
