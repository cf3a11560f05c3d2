"""What an indicator is, and the registry by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from features.expression import Condition, MeanGrowth, Quantity, Ratio


class Unit(Enum):
    """Unit of an indicator: symbol, and how many of the integers inside make one."""

    YUAN = ("元", 100)
    PERSONS = ("人", 10_000)
    ITEMS = ("项", 1)
    YEARS = ("年", 1)
    DAYS = ("天", 1)
    PER_YEAR = ("项/年", 1)
    POINTS = ("分", 1_000_000)
    LEVEL = ("级", 1_000_000)
    SHARE = ("", 1)
    TRUTH = ("是/否", 1)
    CHOICE = ("类别", 1)

    @property
    def symbol(self) -> str:
        """As printed behind a value."""
        return self.value[0]

    @property
    def scale(self) -> int:
        """Integers inside for one unit."""
        return self.value[1]


@dataclass(frozen=True)
class Indicator:
    """A measured value: what it is called, what it is made of, which period it speaks of.

    ``period`` is the accounting year it is about, as an offset from as_of's year; None where it speaks of as_of itself.
    Where ``review`` holds, the text is silent on what the value then is: it is computed as the docstring says, with the
    flag ``manual_review``.
    """

    id: str
    zh: str
    en: str
    unit: Unit
    expression: Quantity | Ratio | MeanGrowth | Condition
    source: str
    period: int | None = None
    review: Condition | None = None


Factory = Callable[..., Indicator]
_registry: dict[str, Factory] = {}


def indicator(factory: Factory) -> Factory:
    """Register a function that makes an indicator; its name is the id, its parameters are what a card may set."""
    _registry[factory.__name__] = factory
    return factory


def of_year(zh: str, en: str, year: int) -> tuple[str, str]:
    """Both labels of what is told of one accounting year: that before as_of's (−1) goes without saying."""
    return (zh, en) if year == -1 else (f"{zh}（前{-year}年）", f"{en} ({-year} years ago)")


def names() -> tuple[str, ...]:
    """All indicator ids, sorted."""
    return tuple(sorted(_registry))


def parameters(name: str) -> dict[str, inspect.Parameter]:
    """What a card may set on the indicator."""
    return dict(inspect.signature(_registry[name]).parameters)


def make(name: str, **settings: Any) -> Indicator:
    """The indicator by id. Raises KeyError for an unknown id, TypeError or ValueError for settings it does not take."""
    return _registry[name](**settings)
