"""From symbolic expressions to the core form: every value becomes two bounds, every condition two truths.

The bounds range over the completions of what is unknown: a fact's declared domain, facts independent of one another
(contract §1, §3). A sum reaches its bounds where each quantity stands once in it, a ratio where its two sides share
none; the constructors see to both, so bounds are attained and not merely safe.

Each result also says what it depends on: for every fact the direction in which it moves the result, and when it is
unknown. The compiler uses that to tell whether parts combined are still exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from features.expression import (
    All,
    AtLeast,
    Condition,
    Count,
    Either,
    Exists,
    Fact,
    FirstKnown,
    Linear,
    MeanGrowth,
    Moment,
    Negated,
    OneOf,
    Quantity,
    Ratio,
    RowFact,
)
from features.facts import domain, listed
from scoring import core
from scoring.core import FALSE, TRUE, Node, all_of, any_of, choose, const, fill, ge, known, le, negate
from scoring.errors import CardError

MIXED = 0
"""Direction of a fact that can move a result either way."""


@dataclass(frozen=True)
class Influence:
    """How one fact moves a result: +1 up, −1 down, `MIXED`; and the core form of "it is unknown"."""

    sign: int
    unknown: Node
    tangled: bool = False
    """Whether it enters one part in ways that keep the part's bounds from being reached."""


Influences = Mapping[str, Influence]


def joined(parts: Iterable[Influences]) -> dict[str, Influence]:
    """Influences on something built from several parts."""
    found: dict[str, Influence] = {}
    for part in parts:
        for name, new in part.items():
            old = found.get(name)
            if old is None:
                found[name] = new
            else:
                sign = old.sign if old.sign == new.sign else MIXED
                found[name] = Influence(sign, any_of((old.unknown, new.unknown)), old.tangled or new.tangled)
    return found


def turned(influences: Influences, sign: int) -> dict[str, Influence]:
    """The same facts with their directions multiplied by ``sign``."""
    return {name: Influence(i.sign * sign, i.unknown, i.tangled) for name, i in influences.items()}


@dataclass(frozen=True)
class Bounds:
    """Least and greatest value over the completions."""

    lo: Node
    hi: Node
    influences: Influences = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """Whether it holds in every completion, and whether it holds in some."""

    certain: Node
    possible: Node
    influences: Influences = field(default_factory=dict)

    def negated(self) -> Truth:
        """The contrary."""
        return Truth(negate(self.possible), negate(self.certain), turned(self.influences, -1))


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Every one holds."""
    given = list(truths)
    return Truth(
        all_of(t.certain for t in given), all_of(t.possible for t in given), joined(t.influences for t in given)
    )


def disjunction(truths: Iterable[Truth]) -> Truth:
    """At least one holds."""
    given = list(truths)
    return Truth(
        any_of(t.certain for t in given), any_of(t.possible for t in given), joined(t.influences for t in given)
    )


Confined = Mapping[Quantity, tuple[int | None, int | None]]


class Lowering:
    """Lowers expressions; ``confined`` limits quantities to a range (the case at hand of a choice by bracket)."""

    def __init__(self, confined: Confined | None = None, row_table: str | None = None) -> None:
        self._confined = confined or {}
        self._row_table = row_table

    def confine(self, quantity: Quantity, lo: int | None, hi: int | None) -> Lowering:
        """A lowering in which ``quantity`` lies within [lo, hi]."""
        return Lowering({**self._confined, quantity: (lo, hi)}, self._row_table)

    def quantity(self, quantity: Quantity) -> Bounds:
        """Bounds of an integer expression."""
        if isinstance(quantity, Linear):
            return self._linear(quantity)
        bounds = self._atom(quantity)
        if quantity in self._confined:
            lo, hi = self._confined[quantity]
            bounds = Bounds(
                bounds.lo if lo is None else core.greatest((bounds.lo, const(lo))),
                bounds.hi if hi is None else core.smallest((bounds.hi, const(hi))),
                bounds.influences,
            )
        return bounds

    def _atom(self, quantity: Quantity) -> Bounds:
        match quantity:
            case Moment(name):
                node = fill(name, domain(name)[0], *domain(name))
                return Bounds(node, node)
            case Fact() | RowFact():
                return self._first_known((quantity,))
            case FirstKnown(facts):
                return self._first_known(facts)
            case Count(table, where, of):
                return self._count(table, where, of)
        raise TypeError(f"cannot lower {quantity!r}")

    def _name(self, fact: Fact | RowFact) -> tuple[str, tuple[int, int]]:
        if isinstance(fact, RowFact):
            if fact.table != self._row_table:
                raise ValueError(f"{fact.table}.{fact.field} outside the rows of {fact.table}")
            name = f"{fact.table}.{fact.field}"
            return name, domain(name)
        return fact.path, domain(fact.path, fact.kind)

    def _first_known(self, facts: tuple[Fact | RowFact, ...]) -> Bounds:
        named = [self._name(fact) for fact in facts]
        lo, hi = (const(bound) for bound in named[-1][1])
        for name, limits in reversed(named):
            value = fill(name, limits[0], *limits)
            if (name, limits) == named[-1]:
                lo, hi = value, fill(name, limits[1], *limits)
            else:
                lo, hi = choose(known(name), value, lo), choose(known(name), value, hi)
        unknown = all_of(negate(known(name)) for name, _ in named)
        return Bounds(lo, hi, {named[-1][0]: Influence(1, unknown)})

    def _linear(self, linear: Linear) -> Bounds:
        lo, hi, influences = [const(linear.constant)], [const(linear.constant)], []
        for coefficient, quantity in linear.terms:
            bounds = self.quantity(quantity)
            ends = (bounds.lo, bounds.hi) if coefficient > 0 else (bounds.hi, bounds.lo)
            lo.append(core.mul(ends[0], coefficient))
            hi.append(core.mul(ends[1], coefficient))
            influences.append(turned(bounds.influences, 1 if coefficient > 0 else -1))
        return Bounds(core.add(lo), core.add(hi), joined(influences))

    def truth(self, condition: Condition) -> Truth:
        """Whether a condition holds, certainly and possibly."""
        match condition:
            case AtLeast(quantity):
                plus, minus = (self._linear(side) for side in _sides(quantity))
                return Truth(
                    ge(plus.lo, minus.hi),
                    ge(plus.hi, minus.lo),
                    joined((plus.influences, turned(minus.influences, -1))),
                )
            case OneOf(fact, codes):
                return self._one_of(fact, codes)
            case All(conditions):
                return conjunction(self.truth(c) for c in conditions)
            case Either(conditions):
                return disjunction(self.truth(c) for c in conditions)
            case Negated(inner):
                return self.truth(inner).negated()
            case Exists(table, where):
                return self._exists(table, where)
        raise TypeError(f"cannot lower {condition!r}")

    def _one_of(self, fact: Fact | RowFact, codes: tuple[int, ...]) -> Truth:
        name, (least, most) = self._name(fact)
        if set(range(least, most + 1)) <= set(codes):
            return Truth(TRUE, TRUE)
        value = fill(name, least - 1, least, most)
        certain = any_of(_within(value, first, last) for first, last in _runs(codes))
        unknown = negate(known(name))
        sign = 1 if (least, most) == (0, 1) and codes == (1,) else MIXED
        return Truth(certain, any_of((unknown, certain)), {name: Influence(sign, unknown)})

    def _row(self, table: str) -> Lowering:
        return Lowering(row_table=table)

    def _exists(self, table: str, where: Condition) -> Truth:
        row = self._row(table).truth(where)
        certain = ge(core.rows(table, row.certain), 1)
        possible = any_of((negate(known(listed(table))), ge(core.rows(table, row.possible), 1)))
        return Truth(certain, possible, {table: Influence(1, all_of((possible, negate(certain))))})

    def _count(self, table: str, where: Condition, of: str | None) -> Bounds:
        row = self._row(table)
        satisfied = row.truth(where)
        each = row.quantity(RowFact(table, of)) if of else Bounds(const(1), const(1))
        lo = core.rows(table, choose(satisfied.certain, each.lo, const(0)))
        found = core.rows(table, choose(satisfied.possible, each.hi, const(0)))
        hi = choose(known(listed(table)), found, const(found.hi))
        return Bounds(lo, hi, {table: Influence(1, negate(ge(lo, hi)))})

    def measure(self, expression: Quantity | Ratio | MeanGrowth) -> Measure:
        """A quantity, a ratio or a growth, ready to be held against thresholds."""
        if isinstance(expression, MeanGrowth):
            return _Growth(*(self.quantity(q) for q in (expression.first, expression.second, expression.third)))
        if not isinstance(expression, Ratio):
            return _Amount(self.quantity(expression))
        numerator, denominator = self.quantity(expression.numerator), self.quantity(expression.denominator)
        shared = numerator.influences.keys() & denominator.influences.keys()
        if shared:
            raise CardError(
                code="shared_fact_in_ratio",
                where=", ".join(sorted(shared)),
                problem="分子与分母含同一事实，上下限不可达 / numerator and denominator share a fact, bounds would not be attained",
                mend="改写为不含公共项的比值 / rewrite the ratio so that each fact stands once",
            )
        return _Share(numerator, denominator, expression.minus)


def _sides(linear: Linear) -> tuple[Linear, Linear]:
    """``linear`` ≥ 0 as a ≥ b, both with positive coefficients."""
    plus = Linear(tuple((c, q) for c, q in linear.terms if c > 0), max(linear.constant, 0))
    minus = Linear(tuple((-c, q) for c, q in linear.terms if c < 0), max(-linear.constant, 0))
    return plus, minus


def _exceeds(a: Node, b: Node, *, strict: bool) -> Node:
    return negate(ge(b, a)) if strict else ge(a, b)


def _runs(codes: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for code in sorted(codes):
        if runs and code == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], code)
        else:
            runs.append((code, code))
    return runs


def _within(value: Node, first: int, last: int) -> Node:
    return core.eq(value, first) if first == last else all_of((ge(value, first), le(value, last)))


class Measure:
    """A value held against thresholds (exact fractions of the integers inside)."""

    influences: Influences
    shown: tuple[Node, Node, Node, Node]
    """Numerator low and high, denominator low and high: what is displayed where all is known."""

    @staticmethod
    def of(bounds: Bounds) -> Measure:
        """An amount whose bounds are at hand."""
        return _Amount(bounds)

    def at_least(self, threshold: Fraction, *, strict: bool) -> Truth:
        """value ≥ threshold, or > where strict; false where the value is undefined."""
        raise NotImplementedError

    def at_most(self, threshold: Fraction, *, strict: bool) -> Truth:
        """value ≤ threshold, or < where strict; false where the value is undefined."""
        raise NotImplementedError

    def undefined(self) -> Truth:
        """Whether the value does not exist (zero denominator)."""
        raise NotImplementedError

    def share_of(self, full: Fraction, points: int) -> Bounds:
        """Whole points ``floor(points · value / full)``, clipped to [0, points]."""
        raise NotImplementedError


class _Amount(Measure):
    def __init__(self, bounds: Bounds) -> None:
        self.lo, self.hi, self.influences = bounds.lo, bounds.hi, bounds.influences
        self.shown = (bounds.lo, bounds.hi, const(1), const(1))

    def at_least(self, threshold: Fraction, *, strict: bool) -> Truth:
        least = math.floor(threshold) + 1 if strict else math.ceil(threshold)
        return Truth(ge(self.lo, least), ge(self.hi, least), self.influences)

    def at_most(self, threshold: Fraction, *, strict: bool) -> Truth:
        most = math.ceil(threshold) - 1 if strict else math.floor(threshold)
        return Truth(le(self.hi, most), le(self.lo, most), turned(self.influences, -1))

    def undefined(self) -> Truth:
        return Truth(FALSE, FALSE)

    def share_of(self, full: Fraction, points: int) -> Bounds:
        return Bounds(
            _clipped(self.lo, const(1), full, points), _clipped(self.hi, const(1), full, points), self.influences
        )


class _Share(Measure):
    def __init__(self, numerator: Bounds, denominator: Bounds, minus: int) -> None:
        self._minus = minus
        self.lo, self.hi = numerator.lo, numerator.hi
        self.shown = (numerator.lo, numerator.hi, denominator.lo, denominator.hi)
        self._defined = Truth(ge(denominator.lo, 1), ge(denominator.hi, 1))
        self._least = core.greatest((denominator.lo, const(1)))
        self._most = core.greatest((denominator.hi, const(1)))
        direction = -1 if numerator.lo.lo >= 0 else MIXED
        self.influences = joined((numerator.influences, turned(denominator.influences, direction)))

    def _sides(self, threshold: Fraction) -> tuple[Node, Node, Node, Node]:
        """q·numerator (low, high) and p·denominator (low, high) for the threshold p/q, where the ratio is defined."""
        p, q = (threshold + self._minus).as_integer_ratio()
        least, most = (self._least, self._most) if p >= 0 else (self._most, self._least)
        low, high, *_ = self.shown
        return core.mul(low, q), core.mul(high, q), core.mul(least, p), core.mul(most, p)

    def at_least(self, threshold: Fraction, *, strict: bool) -> Truth:
        low, high, against_low, against_high = self._sides(threshold)
        return Truth(
            all_of((_exceeds(low, against_high, strict=strict), self._defined.certain)),
            all_of((_exceeds(high, against_low, strict=strict), self._defined.possible)),
            self.influences,
        )

    def at_most(self, threshold: Fraction, *, strict: bool) -> Truth:
        low, high, against_low, against_high = self._sides(threshold)
        return Truth(
            all_of((_exceeds(against_low, high, strict=strict), self._defined.certain)),
            all_of((_exceeds(against_high, low, strict=strict), self._defined.possible)),
            turned(self.influences, -1),
        )

    def undefined(self) -> Truth:
        return self._defined.negated()

    def share_of(self, full: Fraction, points: int) -> Bounds:
        if self._minus:
            raise linear_on_growth()
        low = _clipped(self.lo, self._most, full, points)
        high = _clipped(self.hi, self._least, full, points)
        defined = self._defined
        return Bounds(
            choose(defined.certain, low, const(0)), choose(defined.possible, high, const(0)), self.influences
        )


class _Growth(Measure):
    """Mean of two yearly ratios − 1; g ≥ t as second² + first·third ≥ 2(1 + t)·first·second.

    It rises with the third value, falls with the first and is convex in the second, so its greatest value lies at an end
    of each. Its least is only asked where the second value is known: an unknown one can be 0, where there is no growth.
    """

    def __init__(self, first: Bounds, second: Bounds, third: Bounds) -> None:
        self._first, self._second, self._third = (_not_negative(b) for b in (first, second, third))
        self._defined = Truth(ge(self._second.lo, 1), ge(self._second.hi, 1))
        self.influences = joined((turned(first.influences, -1), turned(second.influences, MIXED), third.influences))
        low = _growth(self._first.lo, self._second.lo, self._third.lo)
        high = _growth(self._first.hi, self._second.hi, self._third.hi)
        self.shown = (low[0], high[0], low[1], high[1])

    def at_least(self, threshold: Fraction, *, strict: bool) -> Truth:
        p, q = (threshold + 1).as_integer_ratio()

        def holds(first: Node | None, second: Node, third: Node) -> Node:
            if first is None:
                return _exceeds(core.mul(third, q), core.mul(second, p), strict=strict)
            grown = core.add((core.mul(second, second), core.mul(first, third)))
            return _exceeds(core.mul(grown, q), core.mul(core.mul(first, second), 2 * p), strict=strict)

        first, second, third = self._first, self._second, self._third
        young, old = le(first.lo, 0), ge(first.hi, 1)
        smallest_first, smallest_second = (core.greatest((b.lo, const(1))) for b in (first, second))
        some = any_of(
            case
            for end in (smallest_second, second.hi)
            for case in (all_of((young, holds(None, end, third.hi))), all_of((old, holds(smallest_first, end, third.hi))))
        )
        each = all_of(
            (
                ge(second.lo, second.hi),
                any_of((negate(young), holds(None, second.lo, third.lo))),
                any_of((negate(old), holds(first.hi, second.lo, third.lo))),
            )
        )
        return Truth(all_of((self._defined.certain, each)), all_of((self._defined.possible, some)), self.influences)

    def at_most(self, threshold: Fraction, *, strict: bool) -> Truth:
        beyond = self.at_least(threshold, strict=not strict)
        return Truth(
            all_of((self._defined.certain, negate(beyond.possible))),
            all_of((self._defined.possible, negate(beyond.certain))),
            turned(self.influences, -1),
        )

    def undefined(self) -> Truth:
        return self._defined.negated()

    def share_of(self, full: Fraction, points: int) -> Bounds:
        raise linear_on_growth()


def _not_negative(bounds: Bounds) -> Bounds:
    return Bounds(core.greatest((bounds.lo, const(0))), core.greatest((bounds.hi, const(0))), bounds.influences)


def _growth(first: Node, second: Node, third: Node) -> tuple[Node, Node]:
    """Numerator and denominator of the growth of three known values."""
    product = core.mul(first, second)
    mean = core.add((core.mul(second, second), core.mul(first, third), core.mul(product, -2)))
    old = ge(first, 1)
    return choose(old, mean, core.add((third, core.mul(second, -1)))), choose(old, core.mul(product, 2), second)


def linear_on_growth() -> CardError:
    """Points in proportion to a growth rate make no sense: it has no zero to start from."""
    return CardError(
        code="linear_on_growth",
        where="linear",
        problem="增长率不能按比例计分 / a growth rate has no linear points",
        mend="改用 bands 或比值本身 / use bands, or the ratio itself",
    )


def _clipped(numerator: Node, denominator: Node, full: Fraction, points: int) -> Node:
    """``floor(points · (numerator / denominator) / full)`` within [0, points]; the denominator is at least 1."""
    p, q = full.as_integer_ratio()
    above = core.mul(core.greatest((numerator, const(0))), points * q)
    return core.smallest((core.div(above, core.mul(denominator, p)), const(points)))


def least_of_reachable(cases: Iterable[tuple[Node, Node]]) -> Node:
    """Least value among the cases (reachable, value); at least one is always reachable."""
    given = [case for case in cases if case[0].constant != 0]
    return _first_reachable(sorted(given, key=lambda case: case[1].lo)) or core.smallest(
        choose(reachable, value, const(max(v.hi for _, v in given))) for reachable, value in given
    )


def greatest_of_reachable(cases: Iterable[tuple[Node, Node]]) -> Node:
    """Greatest value among the cases (reachable, value); at least one is always reachable."""
    given = [case for case in cases if case[0].constant != 0]
    return _first_reachable(sorted(given, key=lambda case: -case[1].hi)) or core.greatest(
        choose(reachable, value, const(min(v.lo for _, v in given))) for reachable, value in given
    )


def _first_reachable(cases: list[tuple[Node, Node]]) -> Node | None:
    """Where the values are constants in order of preference, the first reachable one needs no comparison."""
    if any(value.constant is None for _, value in cases):
        return None
    answer = cases[-1][1]
    for reachable, value in reversed(cases[:-1]):
        answer = choose(reachable, value, answer)
    return answer
