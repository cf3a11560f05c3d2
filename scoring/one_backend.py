"""Back end for one enterprise: core expressions become a code that one machine, which is the same for all rules, works off."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import overload

from features.facts import FirmFacts
from scoring.core import Node
from scoring.one_code import Code, halves
from scoring.one_machine import UNKNOWN, machine

Evaluate = Callable[[FirmFacts], Sequence[int]]
_NONE: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_WORD = 2**64
_LONG = 8
"""Bytes of one."""


class Values(Sequence[int]):
    """What roots are: numbers as machine code tells them, the lower 64 bits of each, and behind them the upper ones of the few that have
    more. Beside them the ``rows`` that they were found from: of each table where its part begins, then part by part the number of rows and
    their cells, `UNKNOWN` where they are not known.
    """

    __slots__ = ("_upper", "rows", "told")

    def __init__(self, told: array[int], upper: Mapping[int, int], rows: array[int]) -> None:
        """``upper``: of a number that may have more than 64 bits, where its upper ones stand."""
        self.told, self._upper, self.rows = told, upper, rows

    @classmethod
    def of(cls, numbers: Sequence[int], rows: array[int] | None = None) -> Values:
        """Of numbers that were not made by the machine."""
        both = [halves(number) for number in numbers]
        wide = [place for place, (low, _) in enumerate(both) if low != numbers[place]]
        told = array("q", [*(low for low, _ in both), *(both[place][1] for place in wide)])
        return cls(told, _uppers(wide, len(both)), array("q") if rows is None else rows)

    def copy(self) -> Values:
        """Others, to be changed."""
        return Values(self.told[:], self._upper, self.rows)

    def __len__(self) -> int:
        return len(self.told) - len(self._upper)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return [*self][place]
        upper = self._upper.get(place)
        return self.told[place] if upper is None else _whole(self.told[place], self.told[upper])

    def __iter__(self) -> Iterator[int]:
        numbers = self.told[: len(self)].tolist()
        for place, upper in self._upper.items():
            numbers[place] = _whole(numbers[place], self.told[upper])
        return iter(numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]


def compile_one(
    roots: Iterable[Node], scalars: tuple[str, ...] = (), columns: Mapping[str, tuple[str, ...]] = _NONE
) -> Callable[[FirmFacts], Values]:
    """A function from the facts of one enterprise to the value of every root, in their order; truths are 0 and 1. It is quicker where the
    ``scalars`` and the ``columns`` of tables are those of the facts, in their order.
    """
    return _Compiled(list(roots), scalars, columns).evaluate


class _Compiled:
    """A code with the slots that it works on."""

    def __init__(self, roots: list[Node], scalars: tuple[str, ...], columns: Mapping[str, tuple[str, ...]]) -> None:
        code = Code(roots, scalars, columns)
        self._run = machine()
        # The very tuple of the facts, where no node reads more: then they stand in its order already.
        self._scalars = scalars if len(scalars) == len(code.scalars) else code.scalars
        self._columns = code.columns
        self._upper, self._room = _uppers(code.wide, len(roots)), bytes(_LONG * (len(roots) + len(code.wide)))
        self._code = array("i", code.runs)
        self._slots = array("q", code.constants)
        self._slots.frombytes(bytes(_LONG * (code.slots - len(code.constants))))

    def evaluate(self, facts: FirmFacts) -> Values:
        given, begins = [*facts.numbers(self._scalars)], list[int]()
        for table, columns in self._columns.items():
            cells = facts.cells(table, columns)
            begins.append(len(self._columns) + len(given) - len(self._scalars))
            given.append(len(cells))
            for row in cells:
                given += row
        numbers, told = array("q", [UNKNOWN if one is None else one for one in given]), array("q", self._room)
        self._run(*[some.buffer_info()[0] for some in (self._code, self._slots, numbers, told)])
        return Values(told, self._upper, array("q", begins) + numbers[len(self._scalars) :])


def _uppers(wide: Sequence[int], count: int) -> dict[int, int]:
    """Where the upper bits of some numbers stand behind so many."""
    return {place: count + number for number, place in enumerate(wide)}


def _whole(lower: int, upper: int) -> int:
    return lower % _WORD + upper * _WORD
