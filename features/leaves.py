"""Which facts an expression reads."""

from __future__ import annotations

from collections.abc import Iterator

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
    Negated,
    OneOf,
    Quantity,
    Ratio,
    RowFact,
)

Leaf = Fact | FirstKnown | RowFact | Count | Exists | MeanGrowth


def leaves(expression: Quantity | Ratio | MeanGrowth | Condition) -> Iterator[Leaf]:
    """Facts, preferred measures, row columns and the tables counted, in order of reading."""
    match expression:
        case Fact() | FirstKnown() | RowFact():
            yield expression
        case OneOf(fact, _):
            yield fact
        case Linear(terms, _):
            for _, quantity in terms:
                yield from leaves(quantity)
        case Ratio(numerator, denominator, _):
            yield from leaves(numerator)
            yield from leaves(denominator)
        case MeanGrowth(first, second, third):
            yield expression
            for part in (first, second, third):
                yield from leaves(part)
        case AtLeast(quantity):
            yield from leaves(quantity)
        case All(conditions) | Either(conditions):
            for condition in conditions:
                yield from leaves(condition)
        case Negated(condition):
            yield from leaves(condition)
        case Exists(_, where):
            yield expression
            yield from leaves(where)
        case Count(table, where, of):
            yield expression
            yield from leaves(where)
            if of:
                yield RowFact(table, of)
