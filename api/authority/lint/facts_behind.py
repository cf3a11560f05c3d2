"""Facts on which indicators take wanted values: a linear program over the facts, and rows for what is counted in lists.

Every limit of a card is linear in the facts once multiplied out (a ratio ≥ t is numerator − t · denominator ≥ 0; compound
growth over n intervals likewise with (1 + t)ⁿ). A point well inside the limits is taken and rounded to what a dossier can
hold. Whether the card then says what was wanted, the caller must check: facts that lists leave open are not searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import islice, product
from math import isfinite

from api.authority.lint.axes import Axis
from features import expression as ex
from features.facts import ACCOUNTING_YEARS
from features.kinds import Choice, Flag, Heads, Kind, Number, Scaled
from features.moments import value as moment_value
from features.tables import TABLES
from scoring.spans import Cut, has_values

Facts = dict[ex.Quantity, int]
"""Scalar facts and counts, as the integers inside."""
MOST_ALTERNATIVES = 64
_FIRST_YEARS = (Fraction(1), Fraction(3, 4), Fraction(1, 2), Fraction(3, 2))
"""Ways of many to a mean of two yearly ratios: what the first may be. The more it differs from the second, the further
compound growth falls short of the mean."""
_LARGEST = 10**13
_EACH: Kind = Number(hi=1000)


@dataclass(frozen=True)
class Sum:
    """Σ coefficient · fact + constant, which is to be ≥ 0, or = 0."""

    terms: tuple[tuple[Fraction, ex.Quantity], ...]
    constant: Fraction
    equal: bool = False


@dataclass(frozen=True)
class RowLike:
    """A row that satisfies a condition."""

    table: str
    where: ex.Condition


Wanted = Sum | RowLike


def kind_of(quantity: ex.Quantity) -> Kind:
    """What a fact, or the column that a count sums, holds."""
    match quantity:
        case ex.Fact():
            return quantity.kind
        case ex.Count(table, _, str(column)):
            return TABLES[table].fields[column].kind
    return _EACH


def step_of(kind: Kind) -> int:
    """The smallest step of what a dossier holds."""
    if isinstance(kind, Heads):
        return int(kind.scale // 10**kind.places)
    return 1


def solve(axes: Sequence[tuple[Axis, int]], moved: Axis, as_of: date) -> Iterator[tuple[Facts, list[RowLike]]]:
    """Facts and rows with the places wanted on the axes, the ``moved`` one at its limit: one for each way to meet them."""
    ways = [list(_ways(axis, place, as_of, at_limit=axis is moved)) for axis, place in axes]
    for way in islice(product(*ways), MOST_ALTERNATIVES):
        wanted = [one for part in way for one in part]
        found = _solve([one for one in wanted if isinstance(one, Sum)])
        if found is not None:
            yield found, [one for one in wanted if isinstance(one, RowLike)]


def worth(axis: Axis, facts: Facts, as_of: date) -> Fraction | None:
    """The value of a number's indicator on facts, exact; None where it is undefined."""

    def total(quantity: ex.Quantity) -> Fraction:
        one = _linear(quantity, as_of)
        return sum((c * facts.get(q, 0) for c, q in one.terms), one.constant)

    match axis.indicator.expression:
        case ex.MeanGrowth(first, second, third):
            a, b, c = map(total, (first, second, third))
            return (b / a + c / b) / 2 - 1 if a > 0 and b > 0 else None
        case ex.Compound(last, first, _, intervals):
            # Held against a limit t as last ≥ (1 + t)ⁿ · first, so its nth power is what is compared.
            return total(last) / total(first) if total(first) > 0 and intervals else None
        case ex.Ratio(numerator, denominator, minus):
            return total(numerator) / total(denominator) - minus if total(denominator) > 0 else None
        case ex.Quantity() as quantity:
            return total(quantity) / axis.indicator.unit.scale
    return None


def beyond(axis: Axis, cut: Cut, facts: Facts, as_of: date) -> bool:
    """Whether the facts lie above a limit of the axis."""
    value, (limit, above) = worth(axis, facts, as_of), cut
    if value is None:
        return False
    expression = axis.indicator.expression
    if isinstance(expression, ex.Compound):
        limit = (1 + limit) ** expression.intervals
    return (value, 0) >= (limit, above)


def movable(axis: Axis, as_of: date) -> ex.Quantity | None:
    """A fact that raises the indicator as it rises."""
    expression = axis.indicator.expression
    upper: ex.Quantity
    match expression:
        case ex.MeanGrowth(_, _, third):
            upper = third
        case ex.Ratio(numerator):
            upper = numerator
        case ex.Quantity():
            upper = expression
        case _:
            return None
    return next((quantity for factor, quantity in _linear(upper, as_of).terms if factor > 0), None)


def _ways(axis: Axis, place: int, as_of: date, *, at_limit: bool) -> Iterator[tuple[Wanted, ...]]:
    """Each way to have the axis at a place."""
    expression = axis.indicator.expression
    if isinstance(expression, ex.Condition):
        yield from _holding(expression, bool(axis.values[place]), as_of)
    elif has_values(axis.indicator):
        assert isinstance(expression, ex.Fact)
        yield (_is(expression, int(axis.values[place])),)
    else:
        below = [cut for step, cut in zip(axis.steps, axis.cuts, strict=True) if step < place]
        above = [cut for step, cut in zip(axis.steps, axis.cuts, strict=True) if step >= place]
        stretch = [*((cut, 1) for cut in below[-1:]), *((cut, -1) for cut in above[:1])]
        ways = [stretch]
        if at_limit:
            # Below and above the limit are one step apart.
            ways = [[(cut, 0)] for step, cut in zip(axis.steps, axis.cuts, strict=True) if place in (step, step + 1)][
                :1
            ]
        elif len({cut[0] for cut, _ in stretch}) < len(stretch):
            # A single number between two limits is hard to hit in whole facts: what lies beside may do as well.
            ways += [
                [(above[0], 1), *((cut, -1) for cut in above[1:2])],
                [(below[-1], -1), *((cut, 1) for cut in below[-2:-1])],
            ]
        shapes = _FIRST_YEARS if isinstance(expression, ex.MeanGrowth) else _FIRST_YEARS[:1]
        for limits, shape in product(ways, shapes):
            yield tuple(one for cut, side in limits for one in _held(expression, axis, cut, side, shape, as_of))


def _held(
    expression: ex.Quantity | ex.Ratio | ex.MeanGrowth, axis: Axis, cut: Cut, side: int, shape: Fraction, as_of: date
) -> Iterator[Sum]:
    """The facts on one side of a limit (1 above, −1 below), or at it (0); ``shape`` is the ratio of the first year of a mean."""
    limit, _ = cut
    match expression:
        case ex.MeanGrowth(first, second, third):
            yield _difference(second, first, shape, 0, as_of)
            yield _at_least(second, 1, as_of)
            yield _difference(third, second, 2 + 2 * limit - shape, side, as_of)
        case ex.Compound(last, first, _, intervals):
            yield _at_least(first, 1, as_of)
            yield _difference(last, first, (1 + limit) ** intervals, side, as_of)
        case ex.Ratio(numerator, denominator, minus):
            yield _at_least(denominator, 1, as_of)
            yield _difference(numerator, denominator, limit + minus, side, as_of)
        case ex.Quantity():
            one = _linear(expression, as_of)
            shifted = Sum(one.terms, one.constant - limit * axis.indicator.unit.scale, side == 0)
            yield shifted if side >= 0 else _turned(shifted)


def _holding(condition: ex.Condition, want: bool, as_of: date) -> Iterator[tuple[Wanted, ...]]:
    """Each way in which a condition holds, or does not."""
    match condition:
        case ex.Negated(inner):
            yield from _holding(inner, not want, as_of)
        case ex.All(parts) | ex.Either(parts):
            each = [list(_holding(part, want, as_of)) for part in parts]
            if isinstance(condition, ex.All) == want:
                yield from (tuple(one for part in way for one in part) for way in product(*each))
            else:
                yield from (way for part in each for way in part)
        case ex.AtLeast(quantity):
            one = _linear(quantity, as_of)
            yield (one,) if want else (Sum(_turned(one).terms, -one.constant - 1),)
        case ex.OneOf(ex.Fact() as fact, codes):
            whole = range(fact.kind.hi + 1) if isinstance(fact.kind, (Choice, Flag)) else codes
            yield from ((_is(fact, code),) for code in whole if (code in codes) == want)
        case ex.Exists(table, where):
            # Without a row there is none; whether another's row will do is for the check.
            yield (RowLike(table, where),) if want else ()


def _linear(quantity: ex.Quantity, as_of: date) -> Sum:
    match quantity:
        case ex.Linear(terms, constant):
            parts = [(factor, _linear(one, as_of)) for factor, one in terms]
            gathered: dict[ex.Quantity, Fraction] = {}
            for factor, part in parts:
                for c, q in part.terms:
                    gathered[q] = gathered.get(q, Fraction(0)) + factor * c
            known = sum((factor * part.constant for factor, part in parts), Fraction(constant))
            return Sum(tuple((c, q) for q, c in gathered.items() if c), known)
        case ex.FirstKnown(facts):
            return _linear(facts[0], as_of)
        case ex.Moment(name):
            return Sum((), Fraction(moment_value(name, as_of)))
        case ex.Fact() if quantity == ACCOUNTING_YEARS:
            # An old firm: three years are closed.
            return Sum((), Fraction(3))
    return Sum(((Fraction(1), quantity),), Fraction(0))


def _difference(one: ex.Quantity, other: ex.Quantity, factor: Fraction, side: int, as_of: date) -> Sum:
    """one − factor · other ≥ 0, ≤ 0 or = 0."""
    left, right = _linear(one, as_of), _linear(other, as_of)
    terms = {q: c for c, q in left.terms}
    for c, q in right.terms:
        terms[q] = terms.get(q, Fraction(0)) - factor * c
    found = Sum(tuple((c, q) for q, c in terms.items() if c), left.constant - factor * right.constant, side == 0)
    return found if side >= 0 else _turned(found)


def _at_least(quantity: ex.Quantity, least: int, as_of: date) -> Sum:
    one = _linear(quantity, as_of)
    return Sum(one.terms, one.constant - least)


def _turned(one: Sum) -> Sum:
    return Sum(tuple((-c, q) for c, q in one.terms), -one.constant, one.equal)


def _is(fact: ex.Fact, code: int) -> Sum:
    return Sum(((Fraction(1), fact),), Fraction(-code), equal=True)


def _solve(wanted: Sequence[Sum]) -> Facts | None:
    """Whole facts as far inside the inequalities as one unit each, or None."""
    from scipy.optimize import linprog

    facts = list(dict.fromkeys(q for one in wanted for _, q in one.terms))
    if any(one.constant < 0 or (one.equal and one.constant) for one in wanted if not one.terms):
        return None
    wanted = [one for one in wanted if one.terms]
    units = [_unit(kind_of(q)) for q in facts]
    place = {q: i for i, q in enumerate(facts)}
    rows: dict[bool, list[list[float]]] = {True: [], False: []}
    ends: dict[bool, list[float]] = {True: [], False: []}
    for one in wanted:
        unit = max(units[place[q]] for _, q in one.terms)
        row = [0.0] * (len(facts) + 1)
        for c, q in one.terms:
            row[place[q]] = float(-c * units[place[q]] / unit)
        row[-1] = 1.0 if not one.equal and unit > 1 else 0.0
        rows[one.equal].append(row)
        ends[one.equal].append(float(one.constant / unit))
    limits = [_range(kind_of(q), unit) for q, unit in zip(facts, units, strict=True)]
    found = linprog(
        [0.0] * len(facts) + [-1.0], rows[False] or None, ends[False] or None, rows[True] or None, ends[True] or None,
        [*limits, (0.0, 1.0)],
    )  # fmt: skip
    if found.status != 0 or not all(map(isfinite, found.x)):
        return None
    steps = [step_of(kind_of(q)) for q in facts]
    return {
        q: round(Fraction(x) * unit / step) * step
        for q, x, unit, step in zip(facts, found.x[:-1], units, steps, strict=True)
    }


def _unit(kind: Kind) -> int:
    """10,000 yuan, a person, a point: so that the numbers of the program are of like size."""
    return 100 * kind.scale if isinstance(kind, Scaled) and kind.scale == 100 else getattr(kind, "scale", 1)


def _range(kind: Kind, unit: int) -> tuple[float, float]:
    return max(kind.lo, -_LARGEST) / unit, min(kind.hi, _LARGEST) / unit
