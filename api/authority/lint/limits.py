"""The limits that stand in conditions, one by one: on which indicator, from which side, where in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from features.indicators.base import Indicator
from scoring.card import AllOf, AnyOf, Choose, Limits, NotOf, Range, Requirement, Test
from scoring.yaml_tree import Tree

CONTRARY = {"≥": "<", "<": "≥", ">": "≤", "≤": ">"}


@dataclass(frozen=True)
class Limit:
    """One limit: ``sign`` is ≥, >, ≤ or <; ``of_case`` where it bounds a bracket of a choice."""

    indicator: Indicator
    sign: str
    value: Fraction
    tree: Tree
    of_case: bool = False

    @property
    def exclusive(self) -> bool:
        """Whether the value itself is out."""
        return self.sign in "><"


def at(tree: Tree, *steps: str | int) -> Tree:
    """The node below by keys and positions; the card has been read, so it is there."""
    for step in steps:
        if isinstance(step, int):
            assert isinstance(tree.value, list)
            tree = tree.value[step]
        else:
            assert isinstance(tree.value, dict)
            tree = tree.value[step]
    return tree


def tests(condition: Requirement, tree: Tree) -> Iterator[tuple[Test, Tree]]:
    """Every indicator that is held against a range inside a condition."""
    match condition:
        case Test():
            yield condition, tree
        case AllOf(parts) | AnyOf(parts):
            key = "all" if isinstance(condition, AllOf) else "any"
            for i, part in enumerate(parts):
                yield from tests(part, at(tree, key, i))
        case NotOf(part):
            yield from tests(part, at(tree, "not"))
        case Choose(_, cases):
            for i, case in enumerate(cases):
                yield from tests(case.body, at(tree, "choose", "cases", i, "then"))


def limits_of(condition: Requirement, tree: Tree, *, contrary: bool = False) -> Iterator[Limit]:
    """Every limit inside a condition, as it binds: those below a ``not`` are turned round."""
    match condition:
        case Test(indicator, range_):
            yield from _ends(indicator, range_, tree, contrary=contrary)
        case AllOf(parts) | AnyOf(parts):
            key = "all" if isinstance(condition, AllOf) else "any"
            for i, part in enumerate(parts):
                yield from limits_of(part, at(tree, key, i), contrary=contrary)
        case NotOf(part):
            yield from limits_of(part, at(tree, "not"), contrary=not contrary)
        case Choose(by, cases):
            for i, case in enumerate(cases):
                place = at(tree, "choose", "cases", i)
                yield from _ends(by, case.range, place, of_case=True)
                yield from limits_of(case.body, at(place, "then"), contrary=contrary)


def signed(limits: Limits) -> Iterator[tuple[str, Fraction]]:
    """The ends that a range has, each with its sign."""
    if limits.least is not None:
        yield (">" if limits.least_strict else "≥"), limits.least
    if limits.most is not None:
        yield ("<" if limits.most_strict else "≤"), limits.most


def _ends(
    indicator: Indicator, range_: Range, tree: Tree, *, contrary: bool = False, of_case: bool = False
) -> Iterator[Limit]:
    if isinstance(range_, Limits):
        for sign, value in signed(range_):
            yield Limit(indicator, CONTRARY[sign] if contrary else sign, value, tree, of_case)
