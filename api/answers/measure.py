"""What is measured of an enterprise, in exact numbers; `page_measure` finds most of the same in machine code."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import cached_property

from api.answers.numbers import Gap, Number, gap_of, nth_root, number
from scoring.card import Limits
from scoring.one_backend import Values

SMALL = 2**40
"""Machine code multiplies by numbers below this in 128 bits."""


@dataclass(frozen=True)
class Measure:
    """A quotient of two numbers of an enterprise in its unit; behind it how far it is from limits, where there are some."""

    over: int
    under: int
    """Where the two stand; the second is at least 1."""
    narrow: bool = True
    """Whether 64 bits hold both."""
    unit: str = ""
    """In it the value stands in reasons, as an amount."""
    scale: int = 1
    minus: int = 0
    """What is taken off the quotient, before it is divided by the scale."""
    intervals: int = 1
    """The root that is taken of the quotient first: of compound growth."""
    limits: Limits | None = None

    @property
    def count(self) -> int:
        """How many numbers it gives."""
        return 1 if self.limits is None else 2

    def of(self, values: Values) -> tuple[Number, ...]:
        """The value, and the gap to the limits."""
        numbers = values.told if self.narrow else values
        numerator, denominator = numbers[self.over], numbers[self.under]
        if self.intervals > 1:
            numerator, denominator = nth_root(numerator, denominator, self.intervals)
        found = numerator - self.minus * denominator, denominator * self.scale
        return (number(*found),) if self._gap is None else (number(*found), self._gap(*found))

    @cached_property
    def _gap(self) -> Gap | None:
        return None if self.limits is None else gap_of(self.limits)

    @cached_property
    def told(self) -> array[int]:
        """For machine code: both places, what is taken off, the scale, the limits as quotients (zeros where there is none); whether it can be
        found so; how many numbers it gives.
        """
        ends = (self.limits.least, self.limits.most) if self.limits else (None, None)
        numbers = [self.minus, self.scale]
        for end in ends:
            numbers += (0, 0) if end is None else end.as_integer_ratio()
        suits = self.narrow and self.intervals == 1 and all(abs(each) < SMALL for each in numbers)
        return array("q", [self.over, self.under, *(numbers if suits else [0] * 6), suits, self.count])
