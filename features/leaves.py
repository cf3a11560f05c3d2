"""Which facts an expression reads."""

from __future__ import annotations

from collections.abc import Iterator

from features import expression as ex

Leaf = ex.Fact | ex.FirstKnown | ex.RowFact | ex.Count | ex.Exists | ex.MeanGrowth


def leaves(expression: ex.Quantity | ex.Ratio | ex.MeanGrowth | ex.Condition) -> Iterator[Leaf]:
    """Facts, preferred measures, row columns and the tables counted, in order of reading."""
    match expression:
        case ex.Fact() | ex.FirstKnown() | ex.RowFact():
            yield expression
        case ex.OneOf(fact, _):
            yield fact
        case ex.Linear(terms, _):
            for _, quantity in terms:
                yield from leaves(quantity)
        case ex.Ratio(numerator, denominator, _):
            yield from leaves(numerator)
            yield from leaves(denominator)
        case ex.MeanGrowth(first, second, third, _):
            yield expression
            for part in (first, second, third):
                yield from leaves(part)
        case ex.AtLeast(quantity):
            yield from leaves(quantity)
        case ex.All(conditions) | ex.Either(conditions):
            for condition in conditions:
                yield from leaves(condition)
        case ex.Negated(condition):
            yield from leaves(condition)
        case ex.Exists(_, where):
            yield expression
            yield from leaves(where)
        case ex.Count(table, where, of):
            yield expression
            yield from leaves(where)
            if of:
                yield ex.RowFact(table, of)
