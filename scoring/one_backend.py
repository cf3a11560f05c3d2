"""Back end for one enterprise: core expressions become a code that one machine, which is the same for all rules, works off."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from features.facts import FirmFacts
from scoring.core import Node
from scoring.one_code import Code
from scoring.one_machine import UNKNOWN, machine

Evaluate = Callable[[FirmFacts], Sequence[int]]
_WORD = 2**64
_LONG = 8
"""Bytes of one."""


class Values(list[int]):
    """What roots are, as numbers; and for machine code, where they have 64 bits."""

    __slots__ = ("told",)

    def __init__(self, numbers: Iterable[int], told: array[int]) -> None:
        super().__init__(numbers)
        self.told = told
        """Their lower 64 bits, and whatever behind them."""

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Values:
        """Of numbers that were not made by the machine."""
        return cls(numbers, array("q", [_halves(number)[0] for number in numbers]))


def compile_one(roots: Iterable[Node]) -> Callable[[FirmFacts], Values]:
    """A function from the facts of one enterprise to the value of every root, in their order; truths are 0 and 1."""
    return _Compiled(list(roots)).evaluate


class _Compiled:
    """A code with the slots that it works on."""

    def __init__(self, roots: list[Node]) -> None:
        code = Code(roots)
        self._run = machine()
        self._scalars = _picker(code.scalars)
        self._rows = [(t, _picker([cell.partition(".")[2] for cell in cells])) for t, cells in code.cells.items()]
        self._wide, self._room = code.wide, bytes(_LONG * (len(roots) + len(code.wide)))
        self._code = array("i", code.runs)
        self._slots = array("q", [half for number in code.constants for half in _halves(number)])
        self._slots.frombytes(bytes(2 * _LONG * (code.slots - len(code.constants))))

    def evaluate(self, facts: FirmFacts) -> Values:
        given = [UNKNOWN if value is None else value for value in self._scalars(facts.scalars)]
        for table, cells in self._rows:
            rows = facts.rows[table]
            given.append(len(rows))
            for row in rows:
                given += [UNKNOWN if value is None else value for value in cells(row)]
        numbers, told = array("q", given), array("q", self._room)
        self._run(*[some.buffer_info()[0] for some in (self._code, self._slots, numbers, told)])
        values = Values(told, told)
        for place in reversed(self._wide):
            values[place] = values[place] % _WORD + values.pop() * _WORD
        return values


def _halves(number: int) -> tuple[int, int]:
    """The lower 64 bits and the upper of a number that 128 hold, each as a signed integer."""
    return (number + 2**63) % _WORD - 2**63, number >> 64


def _picker(names: Sequence[str]) -> Callable[[Mapping[str, int | None]], Sequence[int | None]]:
    """An `itemgetter` that gives a tuple also of one item, or of none."""
    if len(names) > 1:
        getter: Callable[[Any], Sequence[int | None]] = itemgetter(*names)
        return getter
    return lambda items: [items[name] for name in names]
