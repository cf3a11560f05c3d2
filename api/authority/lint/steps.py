"""Steps of one indicator that lower what a card answers, everything else equal: searched on the axes, exactly.

An axis left open is an unknown fact, and the bounds of the card say what any value on it could give. So a branch in which
no value can make the answer fall is left unsearched, and where the search finds nothing, there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from api.authority.lint.axes import Axis, axes_of, brackets, on_axes, read_by, rules
from features.facts import FirmFacts
from features.indicators.base import Unit
from scoring.assembly import WITHIN, Verdict, assemble
from scoring.card import Card
from scoring.compile import compile_card
from scoring.core import Node, read
from scoring.one_backend import Evaluate, compile_one

Places = dict[str, int | None]
"""The inputs on the axes, each with the place of its value; None where it is open."""
Answer = tuple[int, int]
"""Least and greatest of a truth or of points."""

Ask = Callable[[Places], Answer]

_AMOUNTS = (Unit.YUAN, Unit.PERSONS, Unit.ITEMS)
_TRUTH = {Verdict.FAIL.value: (0, 0), Verdict.UNDETERMINED.value: (0, 1), Verdict.PASS.value: (1, 1)}


@dataclass(frozen=True)
class Fall:
    """Two complete sets of values one step apart, and the answer that falls: the card's verdict as 1 or 0, or its score."""

    part: str
    axis: Axis
    step: int
    before: Places
    after: Places
    was: Answer
    became: Answer


def falls(card: Card) -> Iterator[Fall]:
    """Every step in the better direction, and every step over a bracket, across which the card's answer falls.

    Better is more of an amount (元, 人, 项) and of what an item rewards, less where the item says ``rises: no``; of anything
    else what some part of the card rewards, more if any does.
    """
    return _Steps(card).found()


class _Steps:
    def __init__(self, card: Card) -> None:
        self.card = card
        self.rules = rules(card)
        self.axes = axes_of(card)
        self.of_part = {part: [self.axes[i] for i in read_by(rule)] for part, rule in self.rules.items()}
        compiled = compile_card(on_axes(card, self.axes))
        self.bounds = {part: (p.bounds.lo, p.bounds.hi) for part, p in compiled.parts.items()}
        ends = {
            f"{card.id}|{part}|{end}": n
            for part, b in self.bounds.items()
            for end, n in zip(("low", "high"), b, strict=True)
        }
        self.roots = assemble(compiled.card, (ends | WITHIN).__getitem__)

    def found(self) -> Iterator[Fall]:
        local = {
            (part, axis.input, step, up): self._falls_in_part(part, axis, step, up=up)
            for part, axes in self.of_part.items()
            for axis in axes
            for step in axis.steps
            for up in (True, False)
        }
        for part, axes in self.of_part.items():
            # Of an item each bracket has points of its own; of a condition it is the same question asked otherwise.
            by = set() if part.startswith("items/") else set(brackets(self.rules[part]))
            for axis in axes:
                better = self._better(axis, local)
                for step, cut in zip(axis.steps, axis.cuts, strict=True):
                    for up in (True, False):
                        asked = up == better or (axis.indicator, cut) in by
                        fall = (
                            self._fall(part, axis, step, up=up) if asked and local[part, axis.input, step, up] else None
                        )
                        if fall:
                            yield fall

    def _better(self, axis: Axis, local: dict[tuple[str, str, int, bool], bool]) -> bool:
        """Whether more of the indicator is the better direction."""
        declared = [i.rises for n, i in self.card.items.items() if axis in self.of_part[f"items/{n}"]]
        if declared or axis.indicator.unit in _AMOUNTS:
            return all(declared)
        return any(found for (_, name, _, up), found in local.items() if name == axis.input and not up)

    def _falls_in_part(self, part: str, axis: Axis, step: int, *, up: bool) -> bool:
        """Whether the answer of the part by itself can fall."""
        others = [other for other in self.of_part[part] if other is not axis]
        return _search(self._ends[part], others, *self._moved(axis, step, up=up)) is not None

    def _fall(self, part: str, axis: Axis, step: int, *, up: bool) -> Fall | None:
        """Where both the part and the whole card fall; None where something else always makes up for the part."""
        ends = self._ends[part]
        whole = self._score if part.startswith("items/") else self._verdict
        order = [other for other in self.of_part[part] if other is not axis]
        rest = [other for other in self.axes.values() if other is not axis and other not in order]
        if part.startswith("items/"):
            # Points of the items that do not read the indicator are the same on both sides, whatever they are.
            sharing = [
                self.of_part[name] for name in self.of_part if name.startswith("items/") and axis in self.of_part[name]
            ]
            order += [other for other in rest if any(other in axes for axes in sharing)]
        else:
            order += rest
        found = _search(lambda p: (*ends(p), *whole(p)), order, *self._moved(axis, step, up=up))
        if found is None:
            return None
        before, after = self._completed(found, whole)
        return Fall(part, axis, step, before, after, whole(before), whole(after))

    def _completed(self, found: tuple[Places, Places], whole: Ask) -> tuple[Places, Places]:
        """The sets with a value on every axis: one with which the answer still falls."""
        before, after = dict(found[0]), dict(found[1])
        for axis in self.axes.values():
            if before[axis.input] is None:
                for place in axis.places:
                    before[axis.input] = after[axis.input] = place
                    if _lower(whole(after), whole(before)):
                        break
        return before, after

    def _moved(self, axis: Axis, step: int, *, up: bool) -> tuple[Places, Places]:
        below, above = (self._open | {axis.input: step + i} for i in (0, 1))
        return (below, above) if up else (above, below)

    @cached_property
    def _open(self) -> Places:
        """Every input without a value."""
        nodes = (*(node for ends in self.bounds.values() for node in ends), *self.roots.values())
        return dict.fromkeys((*read(nodes), *(axis.input for axis in self.axes.values())))

    @cached_property
    def _ends(self) -> dict[str, Ask]:
        return {part: _asked(ends) for part, ends in self.bounds.items()}

    @cached_property
    def _score(self) -> Ask:
        return _asked([self.roots[f"score|{self.card.id}|{end}"] for end in ("low", "high")])

    @cached_property
    def _verdict(self) -> Ask:
        evaluate = compile_one([self.roots[f"verdict|{self.card.id}"]])
        return lambda places: _TRUTH[evaluate(FirmFacts(places))[0]]


def _asked(nodes: Sequence[Node]) -> Ask:
    evaluate: Evaluate = compile_one(nodes)

    def answer(places: Places) -> Answer:
        low, high = evaluate(FirmFacts(places))
        return int(low), int(high)

    return answer


def _lower(now: Sequence[int], then: Sequence[int]) -> bool:
    """Whether each answer of a row fell at an end: bounds of two to two of them."""
    return all(now[i] < then[i] or now[i + 1] < then[i + 1] for i in range(0, len(now), 2))


def _search(
    evaluate: Callable[[Places], Sequence[int]], axes: Sequence[Axis], before: Places, after: Places
) -> tuple[Places, Places] | None:
    """Values on the axes with which every answer (low, high, low, high …) falls from ``before`` to ``after``."""
    then, now = evaluate(before), evaluate(after)
    answers = range(0, len(now), 2)
    if all(now[i + 1] < then[i] for i in answers):
        return before, after
    if any(now[i] >= then[i + 1] for i in answers):
        return None
    if not axes:
        return (before, after) if _lower(now, then) else None
    first, *rest = axes
    for place in first.places:
        found = _search(evaluate, rest, before | {first.input: place}, after | {first.input: place})
        if found:
            return found
    return None
