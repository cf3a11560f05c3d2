"""The numbers and values that ranges hold, and those that a table of ranges leaves out.

Exact: a range is two cuts between numbers, and the limits of a counted or booked amount are first taken to the integers
inside, as the compiler takes them. So 1项 and 2项 leave no hole between them, 1% and 2% do.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor

from features.expression import Condition, Fact, MeanGrowth, Ratio
from features.indicators.base import Indicator
from features.kinds import Choice
from scoring.card import Limits, Range, Values

Cut = tuple[Fraction, int]
"""A place between numbers: (v, 0) just below v, (v, 1) just above it."""
Span = tuple[Cut, Cut]
"""The numbers between two cuts."""

LOWEST: Cut = (Fraction(-(10**60)), 0)
HIGHEST: Cut = (Fraction(10**60), 0)

NOWHERE = "不在任何档内 / in no bracket"


def written(limits: Limits) -> Span:
    """The limits as the card writes them."""
    lower = LOWEST if limits.least is None else (limits.least, int(limits.least_strict))
    upper = HIGHEST if limits.most is None else (limits.most, int(not limits.most_strict))
    return lower, upper


def span(limits: Limits, indicator: Indicator) -> Span:
    """The numbers within the limits."""
    lower, upper = written(limits)
    if isinstance(indicator.expression, (Ratio, MeanGrowth)):
        return lower, upper
    scale = indicator.unit.scale
    return _to_integers(lower, scale), _to_integers(upper, scale)


def _to_integers(cut: Cut, scale: int) -> Cut:
    value, above = cut
    if cut in (LOWEST, HIGHEST):
        return cut
    return Fraction(floor(value * scale) + 1 if above else ceil(value * scale), scale), 0


def has_values(indicator: Indicator) -> bool:
    """Whether it is a yes/no or a choice, not a number."""
    expression = indicator.expression
    return isinstance(expression, Condition) or (isinstance(expression, Fact) and isinstance(expression.kind, Choice))


def values(indicator: Indicator) -> dict[int, str]:
    """The values of a choice or a yes/no by code, named as a card names them."""
    if isinstance(indicator.expression, Condition):
        return {1: "true", 0: "false"}
    assert isinstance(indicator.expression, Fact)
    assert isinstance(indicator.expression.kind, Choice)
    return dict(enumerate(indicator.expression.kind.values))


def left_out(indicator: Indicator, ranges: Sequence[Range]) -> list[Range]:
    """What lies in none of the ranges; of numbers also such as the indicator never takes."""
    if has_values(indicator):
        held = {code for one in ranges if isinstance(one, Values) for code in one.codes}
        others = tuple(code for code in values(indicator) if code not in held)
        return [Values(others, NOWHERE)] if others else []
    found: list[Range] = []
    reach = LOWEST
    for lower, upper in [*sorted(span(r, indicator) for r in ranges if isinstance(r, Limits)), (HIGHEST, HIGHEST)]:
        if lower > reach:
            found.append(_between(reach, lower))
        reach = max(reach, upper)
    return found


def _between(lower: Cut, upper: Cut) -> Limits:
    least, most = (None if cut in (LOWEST, HIGHEST) else cut[0] for cut in (lower, upper))
    return Limits(least, bool(lower[1]), most, not upper[1], NOWHERE)
