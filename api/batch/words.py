"""Numbers of many enterprises told in words: what is told of equal numbers is made once and handed to all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.batch import Scored
from scoring.core import Node, add, mul

Numbers = NDArray[np.int64]
WORD = pl.Categorical()
_BITS = 62
"""Truths that one number holds."""
_FREE = -1
_SPREAD = 0x9E3779B97F4A7C15
"""An odd number near 2⁶⁴ over the golden ratio: its multiples are spread over all of 64 bits."""


class Told:
    """What ``make`` tells of rows of numbers, a row each. Good for several threads."""

    def __init__(self, numbers: int, make: Callable[[Sequence[Numbers]], pl.DataFrame]) -> None:
        """``numbers``: how many are in a row."""
        self._make, self._lock = make, Lock()
        self._seen: list[Numbers] = [np.zeros(0, np.int64) for _ in range(numbers)]
        self._told = make(self._seen)
        self._slots = np.full(1, _FREE, np.int32)

    def of(self, given: Sequence[Numbers]) -> tuple[pl.DataFrame, NDArray[np.uint32]]:
        """What is told so far, and for each of some, by an array a number, the row in which it is told."""
        with self._lock:
            rows = _found(self._slots, self._seen, given)
            new = np.flatnonzero(rows == _FREE)
            if new.size:
                self._add(given, new)
                rows[new] = _found(self._slots, self._seen, [column[new] for column in given])
            return self._told, rows.astype(np.uint32)

    def _add(self, given: Sequence[Numbers], new: NDArray[np.intp]) -> None:
        """Tell of some that were not seen, each once."""
        some = [column[new] for column in given]
        slots = np.full(_room(new.size), _FREE, np.int32)
        once = np.unique(_put(slots, some))
        distinct = [column[once] for column in some]
        self._seen = [np.concatenate(both) for both in zip(self._seen, distinct, strict=True)]
        self._told = pl.concat([self._told, self._make(distinct)], rechunk=True)
        self._slots = np.full(_room(self._seen[0].size), _FREE, np.int32)
        _put(self._slots, self._seen)


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
    for one, column in zip(seen, given, strict=True):
        if one.size:
            found |= one[rows] != column
    found &= rows != _FREE
    return found


class Raised:
    """For each enterprise the list of the words of which a truth holds, in their order."""

    def __init__(self, name: str, words: Mapping[str, Node]) -> None:
        """``name`` of the column; by word the truth."""
        truths = list(words.values())
        parts = [truths[at : at + _BITS] for at in range(0, len(truths), _BITS)] or [[]]
        self.numbers = {
            f"{name}|{at}": add(mul(truth, 1 << bit) for bit, truth in enumerate(part)) for at, part in enumerate(parts)
        }
        """The truths as bits of integers, by name."""
        self._name, self._words = name, pl.Series(name, list(words), dtype=WORD)
        # Of the 64 bits of a number the last are never set.
        self._word_of_bit = (
            np.arange(64 * len(parts), dtype=np.uint32) // 64 * _BITS + np.arange(64 * len(parts), dtype=np.uint32) % 64
        )
        self._told = Told(len(parts), self._made)

    def told(self, scored: Scored) -> list[pl.Series]:
        """The list of each."""
        table, rows = self._told.of([scored.made[number].view(np.int64) for number in self.numbers])
        return [table[self._name][pl.Series(rows)]]

    def _made(self, given: Sequence[Numbers]) -> pl.DataFrame:
        numbers = np.stack(given, axis=1)
        bits = np.unpackbits(numbers.view(np.uint8), axis=1, bitorder="little").view(np.bool_)
        rows = np.repeat(np.arange(bits.shape[0]), np.bitwise_count(numbers).sum(axis=1, dtype=np.int64))
        raised = self._word_of_bit[np.flatnonzero(bits) - rows * bits.shape[1]]
        words = self._words[pl.Series(raised)]
        told = (
            pl.DataFrame([pl.Series("row", rows).set_sorted(), words])
            .group_by("row", maintain_order=True)
            .agg(self._name)
        )
        every = pl.DataFrame({"row": np.arange(given[0].size)}, schema_overrides={"row": pl.Int64})
        found = every.join(told, on="row", how="left", maintain_order="left")[self._name]
        return found.fill_null(pl.Series([[]], dtype=pl.List(WORD))).to_frame()
