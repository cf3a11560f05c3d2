"""Whether the limits of one card agree with one another: the same side of a bracket, the same order of size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.authority.lint.bands import amount
from api.authority.lint.limits import Limit, at, limits_of
from features.indicators.base import Indicator, Unit
from scoring.card import AllOf, AnyOf, Choose, NotOf, Requirement
from scoring.yaml_tree import Findings, Tree

WAN = 10_000
_AMOUNTS = (Unit.YUAN, Unit.PERSONS)


def check_cases(condition: Requirement, tree: Tree, findings: Findings) -> None:
    """Note a bracket whose limit on an indicator includes its value where those of the others do not, or the reverse."""
    for choice, place in _choices(condition, tree):
        forms: dict[tuple[Indicator, bool], list[tuple[frozenset[str], Limit]]] = {}
        for i, case in enumerate(choice.cases):
            of_case: dict[tuple[Indicator, bool], list[Limit]] = {}
            for limit in limits_of(case.body, at(place, "choose", "cases", i, "then")):
                of_case.setdefault((limit.indicator, limit.sign in "≥>"), []).append(limit)
            for key, found in of_case.items():
                forms.setdefault(key, []).append((frozenset(limit.sign for limit in found), found[0]))
        for stated in forms.values():
            first = stated[0]
            odd = next((other for other in stated if other[0] != first[0]), None)
            if odd is not None:
                findings.add("cases_differ", odd[1].tree, indicator=odd[1].indicator.id, line=first[1].tree.line)


def check_sizes(limits: Sequence[Limit], findings: Findings) -> None:
    """Note two limits on one amount of which one is exactly ten thousand times the other: 元 for 万元, 万元 for 亿元."""
    by_name: dict[str, list[Limit]] = {}
    for limit in limits:
        if limit.indicator.unit in _AMOUNTS and limit.value > 0:
            # The same of another year or another kind is of the same order.
            by_name.setdefault(limit.indicator.id.partition("(")[0], []).append(limit)
    for found in by_name.values():
        for place, limit in enumerate(found):
            for other in found[:place]:
                if limit.value in (other.value * WAN, other.value / WAN):
                    text = amount(other.value, other.indicator.unit)
                    findings.add("ten_thousand_apart", limit.tree, line=other.tree.line, text=text)
                    break


def _choices(condition: Requirement, tree: Tree) -> Iterator[tuple[Choose[Requirement], Tree]]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            key = "all" if isinstance(condition, AllOf) else "any"
            for i, part in enumerate(parts):
                yield from _choices(part, at(tree, key, i))
        case NotOf(part):
            yield from _choices(part, at(tree, "not"))
        case Choose(_, cases):
            yield condition, tree
            for i, case in enumerate(cases):
                yield from _choices(case.body, at(tree, "choose", "cases", i, "then"))
