"""The roots of several rules read as one: of each enterprise those of the rules that apply to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from scoring.core import FALSE, TRUE, Node, all_of, any_of, choose, eq, fill, ge, negate
from scoring.engine import Rules
from scoring.program import Program

RULES = "rules"
"""The input that says which of the rules apply."""
STATED = "stated|"
"""What the completions of an enterprise say of a root, before the name of an input."""


class Roots:
    """What may be asked of many enterprises."""

    def __init__(self, rules: Sequence[Rules], roots: Sequence[Mapping[str, Node]], *, united: bool) -> None:
        """``roots``: those of each of the rules, by name."""
        self.rules, self._roots, self._united = rules, roots, united

    @property
    def names(self) -> dict[str, None]:
        """Every name of a root."""
        return dict.fromkeys(name for roots in self._roots for name in roots)

    def having(self, *names: str) -> frozenset[int]:
        """Those of the rules that have one of these roots."""
        return frozenset(at for at, roots in enumerate(self._roots) if not roots.keys().isdisjoint(names))

    def each_having(self, names: Iterable[str]) -> dict[str, frozenset[int]]:
        """`having` of each of some roots."""
        return {name: self.having(name) for name in names}

    def under(self, some: Collection[int]) -> Node:
        """Whether one of these rules applies."""
        if len(some) == len(self._roots):
            return TRUE
        return any_of(eq(fill(RULES, 0, 0, len(self._roots) - 1), at) for at in sorted(some))

    def __getitem__(self, name: str) -> Node:
        """A root; 0 for those whose rules have none of that name."""
        alike: dict[Node, list[int]] = {}
        for at, roots in enumerate(self._roots):
            alike.setdefault(roots.get(name, FALSE), []).append(at)
        *others, found = alike
        for node in others:
            found = choose(self.under(alike[node]), node, found)
        return found

    def wider(self, card: str) -> Node:
        """Whether the united answer of a card is wider than what the completions say."""
        if not self._united:
            return FALSE
        told = [name for name in self.names if name.startswith(ANSWERS) and name.split("|")[1] == card]
        pairs = [(self[name], fill(STATED + name, 0, self[name].lo, self[name].hi)) for name in told]
        return negate(all_of(ge(*ends) for one, other in pairs for ends in ((one, other), (other, one))))


ANSWERS = ("score|", "verdict|")
"""Beginnings of the roots that are the answer of a card."""


def over_facts(rules: Sequence[Rules]) -> Roots:
    """The roots over the facts."""
    return Roots(rules, [computed(one.program) for one in rules], united=False)


def over_united(rules: Sequence[Rules]) -> Roots:
    """The same of enterprises whose sources differ, over what the completions say of the parts, given as inputs by name."""
    return Roots(rules, [_united(one.program) for one in rules], united=True)


def computed(program: Program) -> dict[str, Node]:
    """What is computed of many enterprises."""
    return {**program.parts, **program.unknown, **program.assembly}


def _united(program: Program) -> dict[str, Node]:
    parts = program.parts | program.unknown
    return {
        **{name: fill(name, node.lo, node.lo, node.hi) for name, node in parts.items()},
        **program.assembly_of_parts,
    }
