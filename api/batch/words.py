"""Numbers of many enterprises told in words: what is told of equal numbers is made once and handed to all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring.batch import Scored
from scoring.core import Node, add, mul
from scoring.machine import Column

WORD = pl.Categorical()
_BITS = 62
"""Truths that one number holds."""
_FREE = -1
_SPREAD = 0x9E3779B97F4A7C15
"""An odd number near 2⁶⁴ over the golden ratio: its multiples are spread over all of 64 bits."""


class Told:
    """What ``make`` tells of rows of numbers, a row each. Good for several threads."""

    def __init__(self, numbers: int, make: Callable[[Sequence[Column]], pl.DataFrame]) -> None:
        """``numbers``: how many are in a row."""
        self._make, self._lock = make, Lock()
        self._seen: list[Column] = [np.zeros(0, np.int64) for _ in range(numbers)]
        self._told = make(self._seen)
        self._slots = np.full(1, _FREE, np.int32)

    def of(self, given: Sequence[Column]) -> pl.DataFrame:
        """What is told of each of some, by an array a number."""
        with self._lock:
            rows = self._find(given)
            if (rows == _FREE).any():
                # Those that are alike are told once: they are put beside the others one by one, in order.
                new = np.unique(np.stack([column[rows == _FREE] for column in given]), axis=1)
                self._seen = [np.concatenate([one, more]) for one, more in zip(self._seen, new, strict=True)]
                self._told = pl.concat([self._told, self._make(list(new))], rechunk=True)
                self._spread()
                rows = self._find(given)
            told = self._told
        return told[pl.Series(rows.astype(np.uint32))]

    def _find(self, given: Sequence[Column]) -> NDArray[np.int32]:
        """The row of each; `_FREE` where it was not seen."""
        slots = self._first(given)
        rows = self._slots[slots]
        left = np.flatnonzero(self._differ(rows, given))
        while left.size:
            slots[left] = (slots[left] + 1) % self._slots.size
            rows[left] = self._slots[slots[left]]
            left = left[self._differ(rows[left], [column[left] for column in given])]
        return rows

    def _differ(self, rows: NDArray[np.int32], given: Sequence[Column]) -> NDArray[np.bool_]:
        """Whether each row is there and another than is given."""
        found = np.zeros(rows.size, np.bool_)
        for seen, column in zip(self._seen, given, strict=True):
            if seen.size:
                found |= seen[rows] != column
        found &= rows != _FREE
        return found

    def _first(self, given: Sequence[Column]) -> NDArray[np.int64]:
        """The slot in which the search for each begins."""
        mixed = np.zeros(given[0].size, np.uint64)
        for column in given:
            mixed = (mixed ^ column.view(np.uint64)) * np.uint64(_SPREAD)
            mixed ^= mixed >> np.uint64(32)
        return (mixed % np.uint64(self._slots.size)).astype(np.int64)

    def _spread(self) -> None:
        """Every row that was seen into a slot of its own, a quarter of the slots at most."""
        self._slots = np.full(4 << self._seen[0].size.bit_length(), _FREE, np.int32)
        slots, left = self._first(self._seen), np.arange(self._seen[0].size, dtype=np.int32)
        while left.size:
            free = left[self._slots[slots[left]] == _FREE]
            self._slots[slots[free]] = free
            left = left[self._slots[slots[left]] != left]
            slots[left] = (slots[left] + 1) % self._slots.size


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
        self._told = Told(len(parts), self._made)

    def told(self, scored: Scored) -> list[pl.Series]:
        """The list of each."""
        return self._told.of([scored.made[number] for number in self.numbers]).get_columns()

    def _made(self, given: Sequence[Column]) -> pl.DataFrame:
        bits = np.concatenate([number.view(np.int64)[:, None] >> np.arange(_BITS) & 1 for number in given], axis=1)
        rows, words = np.nonzero(bits)
        of_row = pl.DataFrame([pl.Series("row", rows), self._words[pl.Series(words, dtype=pl.UInt32)]])
        told = of_row.group_by("row", maintain_order=True).agg(self._name)
        every = pl.DataFrame({"row": np.arange(given[0].size)}, schema_overrides={"row": pl.Int64})
        found = every.join(told, on="row", how="left", maintain_order="left")[self._name]
        return found.fill_null(pl.Series([[]], dtype=pl.List(WORD))).to_frame()
