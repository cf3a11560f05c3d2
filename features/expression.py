"""Symbolic expressions over the facts of one enterprise: what an indicator is made of.

Nothing here computes. ``scoring.lower`` turns an expression into the core form with bounds for what is unknown.

Quantities (integers)                         Conditions (true, false or undetermined)
    Fact          a scalar fact                   AtLeast     quantity ≥ 0
    FirstKnown    the first known of several      OneOf       a choice is one of these
    Moment        a date or year from as_of       Exists      some row of a table satisfies …
    RowFact       a column inside a row           All, Either, Negated
    Count         rows of a table, summed
    Linear        a sum with integer coefficients
Ratio             quantity / quantity (− 1 for growth), undefined where the denominator is not positive
Compound          (last / first)^(1 / intervals) − 1
MeanGrowth        mean of two yearly ratios − 1
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from features.kinds import Choice, Kind
from features.tables import TABLES


@dataclass(frozen=True)
class Quantity:
    """Base of the integer expressions; sums, differences and comparisons build on it."""

    def __add__(self, other: Quantity | int) -> Linear:
        return Linear.of(self).plus(Linear.of(other), 1)

    def __sub__(self, other: Quantity | int) -> Linear:
        return Linear.of(self).plus(Linear.of(other), -1)

    def __mul__(self, factor: int) -> Linear:
        return Linear.of(self).times(factor)

    def __truediv__(self, other: Quantity) -> Ratio:
        return Ratio(Linear.of(self), Linear.of(other))

    def __ge__(self, other: Quantity | int) -> AtLeast:
        return AtLeast(self - other)

    def __le__(self, other: Quantity | int) -> AtLeast:
        return AtLeast(Linear.of(other).plus(Linear.of(self), -1))

    def __gt__(self, other: Quantity | int) -> AtLeast:
        return AtLeast(self - other - 1)

    def __lt__(self, other: Quantity | int) -> AtLeast:
        return AtLeast(Linear.of(other).plus(Linear.of(self), -1) - 1)


@dataclass(frozen=True)
class Fact(Quantity):
    """A scalar fact by its path: ``enterprise/established_on``, ``annual_report/-1/revenue`` (−1 = the year before)."""

    path: str
    kind: Kind


@dataclass(frozen=True)
class FirstKnown(Quantity):
    """The measure that a text means, else the plain one: ``facts`` in order of preference."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Moment(Quantity):
    """A day number computed from as_of; its name is an input of the core form (see `features.moments`)."""

    name: str


@dataclass(frozen=True)
class RowFact(Quantity):
    """A column of the row at hand, inside `Exists` or `Count`."""

    table: str
    field: str

    @property
    def kind(self) -> Kind:
        """Kind of the column."""
        return TABLES[self.table].fields[self.field].kind

    def is_(self, *values: str) -> OneOf:
        """Whether the column is one of the named values."""
        kind = self.kind
        assert isinstance(kind, Choice)
        return OneOf(self, tuple(sorted(kind.code(v) for v in values)))

    def holds(self) -> OneOf:
        """Whether a yes/no column says yes."""
        return OneOf(self, (1,))


@dataclass(frozen=True)
class Count(Quantity):
    """Sum of column ``of`` (1 a row where None) over the rows of ``table`` that satisfy ``where``."""

    table: str
    where: Condition
    of: str | None = None


@dataclass(frozen=True)
class Linear(Quantity):
    """``constant`` + Σ coefficient · quantity; each quantity stands once."""

    terms: tuple[tuple[int, Quantity], ...]
    constant: int = 0

    @staticmethod
    def of(value: Quantity | int) -> Linear:
        """A quantity or a number as a sum."""
        if isinstance(value, Linear):
            return value
        return Linear((), value) if isinstance(value, int) else Linear(((1, value),))

    def plus(self, other: Linear, sign: int) -> Linear:
        """Sum with ``sign`` times the other, like terms gathered."""
        gathered: dict[Quantity, int] = {}
        for factor, terms in ((1, self.terms), (sign, other.terms)):
            for coefficient, quantity in terms:
                gathered[quantity] = gathered.get(quantity, 0) + factor * coefficient
        return Linear(tuple((c, q) for q, c in gathered.items() if c), self.constant + sign * other.constant)

    def times(self, factor: int) -> Linear:
        """Multiplied by an integer."""
        return Linear(tuple((c * factor, q) for c, q in self.terms), self.constant * factor)


@dataclass(frozen=True)
class Ratio:
    """``numerator / denominator − minus``; undefined where the denominator is not positive."""

    numerator: Linear
    denominator: Linear
    minus: int = 0


@dataclass(frozen=True)
class Compound(Ratio):
    """``(numerator / denominator)^(1 / intervals) − 1``: compound growth of an amount that is not negative.

    Held against a threshold t as ``numerator ≥ (1 + t)^intervals · denominator``, so no root is ever taken.
    """

    minus: int = 1
    intervals: int = 1


@dataclass(frozen=True)
class MeanGrowth:
    """½ (second / first + third / second) − 1 over three yearly values, first the oldest.

    Negative values count as 0. With second = 0 growth is undefined. Where first = 0 the texts differ: ``plain`` growth is
    undefined there too; else (195号) only the later two years count, third / second − 1, so that a firm that did not exist
    in the first year needs no rule of its own.
    """

    first: Linear
    second: Linear
    third: Linear
    plain: bool = False


@dataclass(frozen=True)
class Condition:
    """Base of the true-or-false expressions."""

    def __and__(self, other: Condition) -> All:
        return All((self, other))

    def __or__(self, other: Condition) -> Either:
        return Either((self, other))

    def __invert__(self) -> Negated:
        return Negated(self)


@dataclass(frozen=True)
class AtLeast(Condition):
    """``quantity`` ≥ 0."""

    quantity: Linear


@dataclass(frozen=True)
class OneOf(Condition):
    """A choice, a yes/no or a date has one of these integers as its value."""

    fact: Fact | RowFact
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Exists(Condition):
    """Some row of ``table`` satisfies ``where``."""

    table: str
    where: Condition


@dataclass(frozen=True)
class All(Condition):
    """Every one of the conditions."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Either(Condition):
    """At least one of the conditions."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Negated(Condition):
    """The contrary."""

    condition: Condition


def enterprise(field: str) -> Fact:
    """A fact of the enterprise table."""
    return Fact(f"enterprise/{field}", TABLES["enterprise"].fields[field].kind)


def annual(field: str, year: int = -1) -> Fact:
    """A fact of the accounting year ``year`` (−1 = the year before as_of's)."""
    return Fact(f"annual_report/{year}/{field}", TABLES["annual_report"].fields[field].kind)


def grade(criterion: str, year: int | None = None) -> Fact:
    """A recorded grade in millionths: the newest, or that of the year ``year`` from as_of's.

    One without a year counts as of as_of's.
    """
    name = criterion if year is None else f"{criterion}@{year}"
    return Fact(f"expert_grade/{name}", TABLES["expert_grade"].fields["value"].kind)


def calibre(*fields: str, year: int = -1) -> FirstKnown:
    """The first known of several measures of one accounting year, the text's own first, the plain one last."""
    return FirstKnown(tuple(annual(field, year) for field in fields))


def flagged(fact: Fact) -> OneOf:
    """Whether a yes/no fact says yes."""
    return OneOf(fact, (1,))


def every(conditions: Iterable[Condition]) -> All:
    """Conjunction of several."""
    return All(tuple(conditions))
