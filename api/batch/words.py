"""Numbers of many enterprises told in words: what is told of equal numbers is made once and handed to all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Lock

import nanoarrow as arrow
import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.batch import Scored
from scoring.core import Node, add, mul
from scoring.machine_bits import set_bits

Numbers = NDArray[np.int64]
WORD = pl.Categorical()
_BITS = 62
"""Truths that one number holds."""
_FREE = -1
_SPREAD = 0x9E3779B97F4A7C15
"""An odd number near 2⁶⁴ over the golden ratio: its multiples are spread over all of 64 bits."""


class Told:
    """What ``make`` tells of rows of numbers, a row each. Good for several threads; another process begins anew."""

    def __init__(self, numbers: int, make: Callable[[Sequence[Numbers]], pl.DataFrame]) -> None:
        """``numbers``: how many are in a row."""
        self._make, self._lock = make, Lock()
        self._seen: list[Numbers] = [np.zeros(0, np.int64) for _ in range(numbers)]
        self._told: pl.DataFrame | None = None
        self._slots = np.full(1, _FREE, np.int32)

    def __getstate__(self) -> tuple[int, Callable[[Sequence[Numbers]], pl.DataFrame]]:
        return len(self._seen), self._make

    def __setstate__(self, state: tuple[int, Callable[[Sequence[Numbers]], pl.DataFrame]]) -> None:
        Told.__init__(self, *state)

    def of(self, given: Sequence[Numbers]) -> tuple[pl.DataFrame, NDArray[np.uint32]]:
        """What is told so far, and for each of some, by an array a number, the row in which it is told."""
        with self._lock:
            rows = _found(self._slots, self._seen, given)
            new = np.flatnonzero(rows == _FREE)
            told = self._make(self._seen) if self._told is None else self._told
            if new.size:
                told = self._told = pl.concat([told, self._make(self._add(given, new))], rechunk=True)
                rows[new] = _found(self._slots, self._seen, [column[new] for column in given])
            return told, rows.astype(np.uint32)

    def _add(self, given: Sequence[Numbers], new: NDArray[np.intp]) -> list[Numbers]:
        """Have seen some that were not, each once; gives these."""
        some = [column[new] for column in given]
        slots = np.full(_room(new.size), _FREE, np.int32)
        once = np.unique(_put(slots, some))
        distinct = [column[once] for column in some]
        self._seen = [np.concatenate(both) for both in zip(self._seen, distinct, strict=True)]
        self._slots = np.full(_room(self._seen[0].size), _FREE, np.int32)
        _put(self._slots, self._seen)
        return distinct


def _room(rows: int) -> int:
    """Slots for so many rows: at least four times as many, so that most are found at once."""
    return 4 << rows.bit_length()


def _first(slots: NDArray[np.int32], given: Sequence[Numbers]) -> NDArray[np.int64]:
    """The slot in which the search for each begins."""
    mixed = np.zeros(given[0].size, np.uint64)
    for column in given:
        mixed = (mixed ^ column.view(np.uint64)) * np.uint64(_SPREAD)
        mixed ^= mixed >> np.uint64(32)
    return (mixed & np.uint64(slots.size - 1)).view(np.int64)


def _found(slots: NDArray[np.int32], seen: Sequence[Numbers], given: Sequence[Numbers]) -> NDArray[np.int32]:
    """The row in which each was seen; `_FREE` where it was not."""
    at = _first(slots, given)
    rows = slots[at]
    left = np.flatnonzero(_differ(seen, rows, given))
    while left.size:
        at[left] = (at[left] + 1) & (slots.size - 1)
        rows[left] = slots[at[left]]
        left = left[_differ(seen, rows[left], [column[left] for column in given])]
    return rows


def _put(slots: NDArray[np.int32], given: Sequence[Numbers]) -> NDArray[np.int32]:
    """Give every row a slot, those that are alike one; returns which row stands for each."""
    at, left = _first(slots, given), np.arange(given[0].size, dtype=np.int32)
    stands = np.full(left.size, _FREE, np.int32)
    while left.size:
        free = left[slots[at[left]] == _FREE]
        slots[at[free]] = free
        stands[left] = slots[at[left]]
        left = left[_differ(given, stands[left], [column[left] for column in given])]
        at[left] = (at[left] + 1) & (slots.size - 1)
    return stands


def _differ(seen: Sequence[Numbers], rows: NDArray[np.int32], given: Sequence[Numbers]) -> NDArray[np.bool_]:
    """Whether each row is there and another than is given."""
    found = np.zeros(rows.size, np.bool_)
    if seen[0].size:
        # Once as indices of the width that an index has; where there is no row any will do.
        at = rows.astype(np.intp)
        for one, column in zip(seen, given, strict=True):
            found |= one.take(at, mode="clip") != column
        found &= rows != _FREE
    return found


def as_bits(name: str, truths: Sequence[Node]) -> dict[str, Node]:
    """Truths as bits of integers, whose names begin with ``name``."""
    parts = [truths[at : at + _BITS] for at in range(0, len(truths), _BITS)] or [[]]
    return {
        f"{name}|{at}": add(mul(truth, 1 << bit) for bit, truth in enumerate(part)) for at, part in enumerate(parts)
    }


class Raised:
    """For each enterprise the list of the words of which a truth holds, in their order."""

    def __init__(self, name: str, words: Sequence[str], numbers: Iterable[str]) -> None:
        """``name`` of the column; ``numbers``: what `as_bits` calls the words' truths."""
        self._name, self._words, self._numbers = name, pl.Series(name, words, dtype=WORD), list(numbers)

    def told(self, scored: Scored) -> list[pl.Series]:
        """The list of each."""
        return [self.of([scored.made[number].view(np.int64) for number in self._numbers])]

    def of(self, numbers: Sequence[Numbers]) -> pl.Series:
        """The list of each of some, by an array a number."""
        # By the places that the words have among all of this process.
        begins, told = set_bits(numbers, _BITS, self._words.to_physical().to_numpy())
        words = arrow.c_array_from_buffers(arrow.uint32(), told.size, [None, told])
        lists = arrow.c_array_from_buffers(
            arrow.large_list(arrow.uint32()), begins.size - 1, [None, begins], children=[words]
        )
        return pl.Series(lists).list.eval(pl.element().cat.to(WORD)).alias(self._name)
