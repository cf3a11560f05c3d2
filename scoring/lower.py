"""From symbolic expressions to the core form: every value becomes two bounds, every condition two truths.

The bounds range over the completions of what is unknown: a fact's declared domain, facts independent of one another
(contract §1, §3). They are reached where each fact stands once; where it does not, the influences say so
(`scoring.bounds`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from features import expression as ex
from features.facts import domain, listed, stated
from scoring import core
from scoring.bounds import (
    MIXED,
    Bounds,
    Influence,
    Influences,
    all_tangled,
    conjunction,
    disjunction,
    met,
    turned,
)
from scoring.core import FALSE, TRUE, Node, all_of, any_of, choose, const, fill, ge, known, le, negate
from scoring.errors import CardError
from scoring.measure import Amount, Growth, Measure, Share

Confined = Mapping[ex.Quantity, tuple[int | None, int | None]]


class Lowering:
    """Lowers expressions; ``confined`` limits quantities to a range (the case at hand of a choice by bracket)."""

    def __init__(self, confined: Confined | None = None, row_table: str | None = None) -> None:
        self._confined = confined or {}
        self._row_table = row_table
        # Bands and cards ask the same of the same indicators again and again.
        self.truth, self.measure = cache(self._truth), cache(self._measure)

    def confine(self, quantity: ex.Quantity, lo: int | None, hi: int | None) -> Lowering:
        """A lowering in which ``quantity`` lies within [lo, hi]."""
        outer = self._confined.get(quantity, (None, None))
        inner = [
            pick(found) if (found := [e for e in ends if e is not None]) else None
            for pick, ends in ((max, (outer[0], lo)), (min, (outer[1], hi)))
        ]
        return Lowering({**self._confined, quantity: (inner[0], inner[1])}, self._row_table)

    def quantity(self, quantity: ex.Quantity) -> Bounds:
        """Bounds of an integer expression."""
        if isinstance(quantity, ex.Linear):
            return self._linear(quantity)
        bounds = self._atom(quantity)
        if quantity in self._confined:
            lo, hi = self._confined[quantity]
            bounds = Bounds(
                bounds.lo if lo is None else core.greatest((bounds.lo, const(lo))),
                bounds.hi if hi is None else core.smallest((bounds.hi, const(hi))),
                {n: Influence(i.sign, i.unknown, i.quirk, i.tangled, True) for n, i in bounds.influences.items()},
            )
        return bounds

    def _atom(self, quantity: ex.Quantity) -> Bounds:
        match quantity:
            case ex.Moment(name):
                node = fill(name, domain(name)[0], *domain(name))
                return Bounds(node, node)
            case ex.Fact() | ex.RowFact():
                return self._first_known((quantity,))
            case ex.FirstKnown(facts):
                return self._first_known(facts)
            case ex.Count(table, where, of):
                return self._count(table, where, of)
        raise TypeError(f"cannot lower {quantity!r}")

    def _name(self, fact: ex.Fact | ex.RowFact) -> tuple[str, tuple[int, int]]:
        if isinstance(fact, ex.RowFact):
            if fact.table != self._row_table:
                raise ValueError(f"{fact.table}.{fact.field} outside the rows of {fact.table}")
            name = f"{fact.table}.{fact.field}"
            return name, domain(name)
        if self._row_table:
            # Columns of rows do not find it, and what moves it would be lost among what moves the rows.
            raise ValueError(f"{fact.path} inside the rows of {self._row_table}")
        return fact.path, domain(fact.path, fact.kind)

    def _first_known(self, facts: tuple[ex.Fact | ex.RowFact, ...]) -> Bounds:
        named = [self._name(fact) for fact in facts]
        lo, hi = (const(bound) for bound in named[-1][1])
        for name, limits in reversed(named):
            value = fill(name, limits[0], *limits)
            if (name, limits) == named[-1]:
                lo, hi = value, fill(name, limits[1], *limits)
            else:
                lo, hi = choose(known(name), value, lo), choose(known(name), value, hi)
        unknown = all_of(negate(known(name)) for name, _ in named)
        return Bounds(lo, hi, {stated(named[-1][0]): Influence(1, unknown)})

    def _linear(self, linear: ex.Linear) -> Bounds:
        lo, hi, influences = [const(linear.constant)], [const(linear.constant)], []
        for coefficient, quantity in linear.terms:
            bounds = self.quantity(quantity)
            ends = (bounds.lo, bounds.hi) if coefficient > 0 else (bounds.hi, bounds.lo)
            lo.append(core.mul(ends[0], coefficient))
            hi.append(core.mul(ends[1], coefficient))
            influences.append(turned(bounds.influences, 1 if coefficient > 0 else -1))
        return Bounds(core.add(lo), core.add(hi), met(influences))

    def _truth(self, condition: ex.Condition) -> Bounds:
        """Whether a condition holds, certainly and possibly."""
        match condition:
            case ex.AtLeast(quantity):
                plus, minus = (self._linear(side) for side in _sides(quantity))
                return Bounds(
                    ge(plus.lo, minus.hi),
                    ge(plus.hi, minus.lo),
                    met((plus.influences, turned(minus.influences, -1))),
                )
            case ex.OneOf(fact, codes):
                return self._one_of(fact, codes)
            case ex.All(conditions):
                return conjunction(self.truth(c) for c in conditions)
            case ex.Either(conditions):
                return disjunction(self.truth(c) for c in conditions)
            case ex.Negated(inner):
                return self.truth(inner).negated()
            case ex.Exists(table, where):
                return self._exists(table, where)
        raise TypeError(f"cannot lower {condition!r}")

    def _one_of(self, fact: ex.Fact | ex.RowFact, codes: tuple[int, ...]) -> Bounds:
        name, (least, most) = self._name(fact)
        if set(range(least, most + 1)) <= set(codes):
            return Bounds(TRUE, TRUE)
        value = fill(name, least - 1, least, most)
        certain = any_of(_within(value, first, last) for first, last in _runs(codes))
        unknown = negate(known(name))
        sign = 1 if (least, most) == (0, 1) and codes == (1,) else MIXED
        return Bounds(certain, any_of((unknown, certain)), {stated(name): Influence(sign, unknown)})

    def _row(self, table: str) -> Lowering:
        return Lowering(row_table=table)

    def _exists(self, table: str, where: ex.Condition) -> Bounds:
        row = self._row(table).truth(where)
        certain = ge(core.rows(table, row.lo), 1)
        more = FALSE if row.hi is FALSE else negate(known(listed(table)))
        possible = any_of((more, ge(core.rows(table, row.hi), 1)))
        return Bounds(certain, possible, _of_rows(table, row, all_of((possible, negate(certain)))))

    def _count(self, table: str, where: ex.Condition, of: str | None) -> Bounds:
        satisfied = self._row(table).truth(where)
        each = self._row(table).quantity(ex.RowFact(table, of)) if of else Bounds(const(1), const(1))
        if each.lo.lo < 0:
            raise ValueError(f"{table}.{of} can be negative: a further row could lower the sum")
        lo = core.rows(table, choose(satisfied.lo, each.lo, const(0)))
        found = core.rows(table, choose(satisfied.hi, each.hi, const(0)))
        hi = choose(known(listed(table)), found, const(found.hi))
        return Bounds(lo, hi, _of_rows(table, satisfied, negate(ge(lo, hi)), each.influences))

    def _measure(self, expression: ex.Quantity | ex.Ratio | ex.MeanGrowth | ex.Condition) -> Measure:
        """A quantity, a ratio or a growth, ready to be held against thresholds; of a condition, 1 or 0."""
        if isinstance(expression, ex.Condition):
            return Amount(self.truth(expression))
        if isinstance(expression, ex.MeanGrowth):
            years = (self.quantity(q) for q in (expression.first, expression.second, expression.third))
            return Growth(*years, plain=expression.plain)
        if not isinstance(expression, ex.Ratio):
            return Amount(self.quantity(expression), contiguous=_is_contiguous(expression))
        numerator, denominator = self.quantity(expression.numerator), self.quantity(expression.denominator)
        shared = numerator.influences.keys() & denominator.influences.keys()
        if shared:
            raise CardError.of("shared_fact_in_ratio", ", ".join(sorted(shared)))
        if not _is_contiguous(expression.denominator, sums=True):
            # Its least positive value need not be 1.
            denominator = Bounds(denominator.lo, denominator.hi, all_tangled(denominator.influences))
        intervals = expression.intervals if isinstance(expression, ex.Compound) else 1
        return Share(numerator, denominator, expression.minus, intervals)


def _is_contiguous(quantity: ex.Quantity, *, sums: bool = False) -> bool:
    """Whether it takes every integer between its ends: a fact, or (``sums``) a sum of facts."""
    linear = ex.Linear.of(quantity)
    plain = all(abs(c) == 1 and not isinstance(q, ex.Count) for c, q in linear.terms)
    return plain and (sums or len(linear.terms) <= 1)


def _of_rows(table: str, row: Bounds, open_: Node, summed: Influences | None = None) -> dict[str, Influence]:
    """What moves a count while it is open: the list as a whole, and each column that is unknown in a row.

    A column of the condition moves it by rows in doubt, the column that is ``summed`` by all that may count.
    """

    def somewhere(in_row: Node) -> Node:
        return FALSE if in_row is FALSE else all_of((open_, ge(core.rows(table, in_row), 1)))

    doubtful = all_of((row.hi, negate(row.lo)))
    counted = {n: Influence(i.sign, all_of((i.unknown, doubtful)), FALSE, i.tangled) for n, i in row.influences.items()}
    added = {n: Influence(i.sign, all_of((i.unknown, row.hi))) for n, i in (summed or {}).items()}
    columns = {
        name: Influence(i.sign, somewhere(i.unknown), tangled=somewhere(i.tangled))
        for name, i in met((counted, added)).items()
    }
    return {table: Influence(1, all_of((open_, negate(known(listed(table)))))), **columns}


def _sides(linear: ex.Linear) -> tuple[ex.Linear, ex.Linear]:
    """``linear`` ≥ 0 as a ≥ b, both with positive coefficients."""
    plus = ex.Linear(tuple((c, q) for c, q in linear.terms if c > 0), max(linear.constant, 0))
    minus = ex.Linear(tuple((-c, q) for c, q in linear.terms if c < 0), max(-linear.constant, 0))
    return plus, minus


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
