"""What the parts of a card, read as on one day, say about one another: points, conditions, groups, routes, classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial

from api.authority.lint.agreement import check_cases, check_sizes
from api.authority.lint.bands import check_monotone, check_table
from api.authority.lint.conditions import Placed, check_together
from api.authority.lint.limits import Limit, at, limits_of, signed, tests
from api.authority.lint.versions import PARTS, below, provision_on
from api.authority.lint.wording import check_label
from features.expression import Linear, MeanGrowth, Ratio
from features.indicators.base import Indicator, Unit
from scoring.card import (
    MICRO,
    Award,
    Bands,
    BestOf,
    Card,
    Choose,
    Expert,
    Fixed,
    Gate,
    Item,
    LeastOf,
    LinearToCap,
    Requirement,
    Route,
    Values,
)
from scoring.compile import compile_card
from scoring.errors import CardError, Finding
from scoring.yaml_tree import Findings, Tree


def check_meaning(card: Card, tree: Tree, read_for: tuple[date | None, str], findings: Findings) -> None:
    """Note what does not make sense in a card that could be read for a day and application kind; ``tree`` is its file."""
    _Meaning(card, tree, read_for, findings).check()


SCORE = Indicator("score", "得分", "score", Unit.POINTS, Linear(()), "")
"""Stands for the total where limits on it are compared with words."""


class _Meaning:
    def __init__(self, card: Card, tree: Tree, read_for: tuple[date | None, str], findings: Findings) -> None:
        self.card = card
        self.tree = tree
        day, kind = read_for
        self.laid = partial(provision_on, tree, day=day, kind=kind)
        self.findings = findings

    def check(self) -> None:
        # Each look asks more of the card and is of use only where the one before found nothing.
        before = len(self.findings.found)
        for name, item in self.card.items.items():
            self._item(item, self.laid("items", name))
        self._conditions()
        self._groups()
        self._scores()
        if self.card.classes:
            self._classes()
        for look in (self._words, self._compile):
            if len(self.findings.found) == before:
                look()

    def _compile(self) -> None:
        """Note what the compiler refuses; then each part is compiled alone, so that the finding names it."""
        linear = [self._scores_growth(item, self.laid("items", name)) for name, item in self.card.items.items()]
        if any(linear):
            return
        try:
            compile_card(self.card)
        except CardError:
            for part in PARTS:
                for name in getattr(self.card, part):
                    self._compile_alone(part, name)

    def _scores_growth(self, item: Item, tree: Tree) -> bool:
        for award, place in _awards(item.stated, tree):
            measured = award.indicator.expression if isinstance(award, LinearToCap) else None
            if isinstance(measured, MeanGrowth) or (isinstance(measured, Ratio) and measured.minus):
                self.findings.add("linear_on_growth", place)
                return True
        return False

    def _compile_alone(self, part: str, name: str) -> None:
        card, tree = self.card, self.laid(part, name)
        alone = {p: {name: getattr(card, p)[name]} if p == part else {} for p in PARTS}
        try:
            compile_card(replace(card, **alone))  # type: ignore[arg-type]
        except CardError as error:
            problem = f"{error.where}: {error.problem}"
            self.findings.found.append(
                Finding(error.code, self.findings.file, tree.line, tree.path, problem, error.mend)
            )

    def _item(self, item: Item, tree: Tree) -> None:
        for award, place in _awards(item.stated, tree):
            match award:
                case Bands(indicator, bands):
                    table = at(place, "bands")
                    placed = [(band, at(table, i)) for i, band in enumerate(bands)]
                    check_table(indicator, [(band.range, t) for band, t in placed], table, self.findings)
                    if item.rises:
                        check_monotone(indicator, placed, self.findings)
                    for band, t in placed:
                        self._points(item, band.low, at(t, "points"))
                case Choose(by, cases):
                    table = at(place, "choose", "cases")
                    check_table(by, [(case.range, at(table, i)) for i, case in enumerate(cases)], table, self.findings)
                case LinearToCap(_, _, points, _):
                    self._points(item, points, at(place, "linear", "points"))
                    step = below(place, "linear").get("step")
                    if step is not None and not 0 < Fraction(str(step.value)) * MICRO <= points:
                        self.findings.add("step_unusable", step)
                case Expert(_, low, _):
                    self._points(item, low, at(place, "expert", "points"))
                case Fixed(points):
                    self._points(item, points, at(place, "points"))

    def _points(self, item: Item, points: int, tree: Tree) -> None:
        # An item with max 0 is a deduction.
        if points < 0 and item.cap != 0:
            self.findings.add("points_negative", tree)

    def _conditions(self) -> None:
        everywhere = list(self._gates(None))
        check_together(everywhere, self.findings)
        for name, route in self.card.routes.items():
            here = list(self._gates(name))
            if route.requirement is not None:
                here.append((route.requirement, self.laid("routes", name)))
            elif route.score is None and not here:
                self.findings.add("route_always_true", self.laid("routes", name))
            check_together([*everywhere, *here], self.findings)
        for name, gate in self.card.gates.items():
            # What does not bind need not hold together with the rest.
            if gate.requirement is not None and not gate.binding:
                check_together([(gate.requirement, self.laid("gates", name))], self.findings)

    def _gates(self, route: str | None) -> Iterator[Placed]:
        """The conditions of the gates that bind on a route, or (None) on every one."""
        for name, gate in self.card.gates.items():
            if gate.route == route and gate.requirement is not None and gate.binding:
                yield gate.requirement, self.laid("gates", name)

    def _words(self) -> None:
        """Gates and routes against their labels, and the limits of the card against one another."""
        stated: list[Limit] = []
        placed: list[tuple[Gate | Route, Tree]] = [(g, self.laid("gates", n)) for n, g in self.card.gates.items()]
        placed += [(route, self.laid("routes", name)) for name, route in self.card.routes.items()]
        for provision, tree in placed:
            limits: list[Limit] = []
            other = frozenset[Fraction]()
            if provision.requirement is not None:
                limits = list(limits_of(provision.requirement, tree))
                other = _numbers_beside(provision.requirement, tree)
                check_cases(provision.requirement, tree, self.findings)
            if provision.score is not None:
                limits += [Limit(SCORE, *end, at(tree, "score")) for end in signed(provision.score)]
            check_label(provision.label.zh, limits, other, at(tree, "label"), self.findings)
            stated += limits
        check_sizes(stated, self.findings)

    def _groups(self) -> None:
        card = self.card
        owner: dict[str, str] = {}
        by_score = card.score_limits is not None
        for name, group in card.groups.items():
            tree = at(self.tree, "groups", name)
            for member in group.items:
                if member in owner:
                    self.findings.add("item_in_two_groups", tree, "items", item=member, group=owner[member])
                owner[member] = name
            total = sum(card.items[member].cap for member in group.items)
            if group.cap is not None and group.cap > total:
                self.findings.add("group_cannot_reach_max", at(tree, "max"), total=total / MICRO)
            elif group.floor is not None and group.floor > (total if group.cap is None else group.cap):
                self.findings.add("group_floor_unreachable", at(tree, "min"))
            elif group.floor is not None and not by_score:
                self.findings.add("group_floor_unused", at(tree, "min"))

    def _scores(self) -> None:
        card = self.card
        most = Fraction(card.maximum, MICRO)
        least = Fraction(sum(min(0, _least_points(item.award)) for item in card.items.values()), MICRO)
        for part, name, score in (
            *(("gates", name, gate.score) for name, gate in card.gates.items()),
            *(("routes", name, route.score) for name, route in card.routes.items()),
        ):
            if score is None:
                continue
            tree = at(self.laid(part, name), "score")
            low, high = score.least, score.most
            if (low is not None and (low, score.least_strict) > (most, False)) or (
                high is not None and (high < least or (high == least and score.most_strict))
            ):
                self.findings.add("route_unreachable", tree, least=float(least), most=float(most))
            elif (low is None or (low, score.least_strict) <= (least, False)) and (
                high is None or high > most or (high == most and not score.most_strict)
            ):
                self.findings.add("route_always_true", tree)

    def _classes(self) -> None:
        card = self.card
        tree = at(self.tree, "classes")
        if len(card.items) != 1 or card.routes or card.gates or card.groups:
            self.findings.add("classes_need_one_item", tree)
            return
        (item,) = card.items.values()
        given = {
            points for award, _ in _awards(item.stated, self.laid("items", item.id)) for points in _points_of(award)
        }
        named = {i * MICRO for i in range(len(card.classes))}
        if given - named:
            shown = ", ".join(f"{points / MICRO:g}" for points in sorted(given - named))
            self.findings.add("points_without_class", tree, points=shown)
        if named - given:
            shown = ", ".join(card.classes[points // MICRO] for points in sorted(named - given))
            self.findings.add("class_never_given", tree, classes=shown)


def _numbers_beside(requirement: Requirement, tree: Tree) -> frozenset[Fraction]:
    """Numbers that conditions name beside limits: settings of indicators, and 1 where a yes is asked for."""
    found: set[Fraction] = set()
    for test, place in tests(requirement, tree):
        settings = (str(setting.value) for setting in below(place, "with").values())
        found.update(Fraction(setting) for setting in settings if setting.isdigit())
        found.update(map(Fraction, test.range.codes) if isinstance(test.range, Values) else ())
    return frozenset(found)


def _awards(award: Award, tree: Tree) -> Iterator[tuple[Award, Tree]]:
    """The award and every award inside it, each with the mapping in which it stands."""
    yield award, tree
    match award:
        case BestOf(options) | LeastOf(options):
            key = "best_of" if isinstance(award, BestOf) else "least_of"
            for name, option in options.items():
                yield from _awards(option, at(tree, key, name))
        case Choose(_, cases):
            for i, case in enumerate(cases):
                yield from _awards(case.body, at(tree, "choose", "cases", i))


def _points_of(award: Award) -> set[int]:
    """The points that an award itself can give, in millionths."""
    match award:
        case Bands(_, bands):
            return {points for band in bands for points in (band.low, band.high)}
        case LinearToCap(_, _, points, _) | Fixed(points):
            return {points}
        case Expert(_, low, high):
            return {low, high}
    return set()


def _least_points(award: Award) -> int:
    match award:
        case BestOf(options):
            return max(map(_least_points, options.values()), default=0)
        case LeastOf(options):
            return min(map(_least_points, options.values()), default=0)
        case Choose(_, cases):
            return min((_least_points(case.body) for case in cases), default=0)
        case LinearToCap():
            return 0
    return min(_points_of(award), default=0)
