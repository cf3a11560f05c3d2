"""Whether conditions that must hold together can: none impossible, idle, said twice or contrary to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from api.authority.lint.bands import check_table, domain
from api.authority.lint.limits import at
from features.expression import MeanGrowth, Ratio
from features.indicators.base import Indicator
from scoring.card import AllOf, AnyOf, Choose, Limits, NotOf, Requirement, Test, Values
from scoring.spans import Span, has_values, span, values
from scoring.yaml_tree import Findings, Tree

Placed = tuple[Requirement, Tree]


def check_together(given: Iterable[Placed], findings: Findings, *, idle_allowed: bool = False) -> None:
    """Check conditions that must all hold, then what stands below each.

    ``idle_allowed``: inside a bracket of a choice a condition that always holds says "nothing asked here".
    """
    placed = [flat for condition, tree in given for flat in _flat(condition, tree)]
    _check_twice(placed, findings)
    sound = [p for p in placed if _check_alone(*p, findings, idle_allowed=idle_allowed)]
    _check_contrary(sound, findings)
    for condition, tree in placed:
        alternatives = list(_below(condition, tree))
        if isinstance(condition, AnyOf):
            _check_twice(alternatives, findings)
        if isinstance(condition, Choose):
            table = at(tree, "choose", "cases")
            check_table(
                condition.by, [(case.range, at(table, i)) for i, case in enumerate(condition.cases)], table, findings
            )
        for alternative in alternatives:
            check_together([alternative], findings, idle_allowed=idle_allowed or isinstance(condition, Choose))


def _flat(condition: Requirement, tree: Tree) -> Iterator[Placed]:
    """The condition, an all-of taken apart."""
    if isinstance(condition, AllOf):
        for i, part in enumerate(condition.parts):
            yield from _flat(part, at(tree, "all", i))
    else:
        yield condition, tree


def _below(condition: Requirement, tree: Tree) -> Iterator[Placed]:
    match condition:
        case AnyOf(parts):
            yield from ((part, at(tree, "any", i)) for i, part in enumerate(parts))
        case NotOf(part) if _allowed(condition) is None:
            yield part, at(tree, "not")
        case Choose(_, cases):
            yield from ((case.body, at(tree, "choose", "cases", i, "then")) for i, case in enumerate(cases))


def _check_twice(placed: Sequence[Placed], findings: Findings) -> None:
    seen: dict[object, Tree] = {}
    for condition, tree in placed:
        first = seen.setdefault(_meaning(condition), tree)
        if first is not tree:
            findings.add("condition_twice", tree, line=first.line)


def _meaning(condition: Requirement) -> object:
    """Equal for conditions that say the same, however the limits are written."""
    match condition:
        case Test(indicator, Limits() as limits):
            return indicator, span(limits, indicator)
        case Test(indicator, Values(codes)):
            return indicator, frozenset(codes)
        case AllOf(parts) | AnyOf(parts):
            return type(condition), frozenset(map(_meaning, parts))
        case NotOf(part):
            return NotOf, _meaning(part)
        case Choose(by, cases):
            return Choose, by, tuple((_meaning(Test(by, case.range)), _meaning(case.body)) for case in cases)
    raise TypeError(condition)


def _check_alone(condition: Requirement, tree: Tree, findings: Findings, *, idle_allowed: bool) -> bool:
    """Whether a single test leaves something open; True for what is no single test."""
    found = _allowed(condition)
    if found is None:
        return True
    whole = _everything(found.indicator)
    if found.empty(whole):
        findings.add("condition_impossible", tree, indicator=found.indicator.id)
    elif found.contains(whole) and not idle_allowed:
        findings.add("condition_always_true", tree, indicator=found.indicator.id)
    return not found.empty(whole)


def _check_contrary(placed: Sequence[Placed], findings: Findings) -> None:
    left: dict[Indicator, tuple[_Allowed, Tree]] = {}
    for condition, tree in placed:
        found = _allowed(condition)
        if found is None:
            continue
        before, first = left.get(found.indicator, (_everything(found.indicator), tree))
        both = before.met_with(found)
        if both.empty(_everything(found.indicator)):
            findings.add("conditions_contradict", tree, line=first.line)
        else:
            left[found.indicator] = both, tree


@dataclass(frozen=True)
class _Allowed:
    """What a test leaves to one indicator: numbers between two cuts, or some of its values."""

    indicator: Indicator
    numbers: Span | None = None
    codes: frozenset[int] = frozenset()

    def met_with(self, other: _Allowed) -> _Allowed:
        if self.numbers is None or other.numbers is None:
            return _Allowed(self.indicator, None, self.codes & other.codes)
        lower, upper = zip(self.numbers, other.numbers, strict=True)
        return _Allowed(self.indicator, (max(lower), min(upper)))

    def empty(self, whole: _Allowed) -> bool:
        both = self.met_with(whole)
        return not both.codes if both.numbers is None else both.numbers[0] >= both.numbers[1]

    def contains(self, whole: _Allowed) -> bool:
        if isinstance(self.indicator.expression, (Ratio, MeanGrowth)):
            # It still asks that the ratio can be computed.
            return False
        return self.met_with(whole) == whole


def _everything(indicator: Indicator) -> _Allowed:
    if has_values(indicator):
        return _Allowed(indicator, None, frozenset(values(indicator)))
    return _Allowed(indicator, domain(indicator))


def _allowed(condition: Requirement) -> _Allowed | None:
    """What the condition leaves, where it is a test or the contrary of one on values."""
    match condition:
        case Test(indicator, Limits() as limits):
            return _Allowed(indicator, span(limits, indicator))
        case Test(indicator, Values(codes)):
            return _Allowed(indicator, None, frozenset(codes))
        case NotOf(Test(indicator, Values(codes))):
            return _Allowed(indicator, None, frozenset(values(indicator)) - frozenset(codes))
    return None
