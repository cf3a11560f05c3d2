"""Back end for many enterprises: core expressions become machine code that runs over columns (`machine_code`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.facts import FirmFacts
from features.held import ROW
from scoring.core import Node
from scoring.machine import Column, Machine
from scoring.machine_code import LANES, write
from scoring.machine_kept import code_of
from scoring.machine_types import UNKNOWN, Result, given

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Facts:
    """The facts of many enterprises: one row each in ``frame``; a child frame a list table, with column `ROW`."""

    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    shared: Mapping[str, int | None]
    """Inputs that are the same for all, such as the days computed from as_of; None where unknown. What is neither here nor a
    column is unknown too."""

    def numbers(self, columns: Sequence[str], lists: Mapping[str, Sequence[str]]) -> Numbers:
        """Some of the inputs, as far as they are known of anybody, and some fields of lists."""
        found = _known(self.frame, columns)
        for name in (name for name in columns if name not in found):
            value = self.shared.get(name)
            if value is not None:
                found[name] = np.full(self.frame.height, value)
        rows = {}
        for table, fields in lists.items():
            given = self.children[table]
            if not given[ROW].is_sorted():
                given = given.sort(ROW)
            counts = np.bincount(given[ROW].to_numpy(), minlength=self.frame.height)
            rows[table] = counts, _known(given, fields)
        return Numbers(self.frame.height, found, rows)


class Numbers(NamedTuple):
    """Inputs of so many enterprises, `UNKNOWN` where one is unknown; a column that is not there is unknown of all."""

    firms: int
    columns: Mapping[str, Whole]
    lists: Mapping[str, tuple[Whole, Mapping[str, Whole]]]
    """By list table how many rows each has, and the fields of the rows, in the order of the enterprises."""

    @staticmethod
    def of(firms: Sequence[FirmFacts]) -> Numbers:
        """The facts of enterprises that were read one by one."""
        names = dict.fromkeys(name for firm in firms for name in firm.scalars)
        lists = {}
        for table in dict.fromkeys(table for firm in firms for table in firm.rows):
            of_firm = [firm.rows.get(table, ()) for firm in firms]
            rows = [row for rows in of_firm for row in rows]
            fields = dict.fromkeys(name for row in rows for name in row)
            lists[table] = np.array(list(map(len, of_firm)), np.int64), {name: _array(rows, name) for name in fields}
        scalars = [firm.scalars for firm in firms]
        return Numbers(len(firms), {name: _array(scalars, name) for name in names}, lists)


def _array(some: Sequence[Mapping[str, int | None]], name: str) -> Whole:
    return np.array([UNKNOWN if (value := one.get(name)) is None else value for one in some], np.int64)


def _known(frame: pl.DataFrame, wanted: Sequence[str]) -> dict[str, Whole]:
    """Columns of the frame, what is unknown by its mark."""
    have = set(frame.columns)
    there = [name for name in wanted if name in have]
    given = frame.select(pl.col(there).cast(pl.Int64).fill_null(UNKNOWN))
    return {name: given[name].to_numpy() for name in there}


def evaluate(roots: Mapping[str, Node], facts: Facts) -> pl.DataFrame:
    """Every root's value by name, in the order of the frame: truths as Boolean, else Int64, Int128 where bounds need it."""
    return Plan(roots).evaluate(facts)


class Plan:
    """Roots made ready for columns; good for any facts, and for several threads.

    ``further`` are roots that are given only where they are asked for. ``firms``: for about how many enterprises. ``keep`` what was
    compiled on disk, for another process: for rules, which change seldom.
    """

    def __init__(
        self,
        roots: Mapping[str, Node | Result],
        further: Mapping[str, Node] | None = None,
        *,
        firms: int = 0,
        keep: bool = False,
    ) -> None:
        asked = {name: given(one) if isinstance(one, Node) else one for name, one in roots.items()}
        more = {name: given(node) for name, node in (further or {}).items()}
        self._code = code_of(asked, more) if keep else write(asked, more)
        self._machine = Machine(self._code, firms=firms, keep=keep)

    @property
    def columns(self) -> tuple[str, ...]:
        """Inputs of each enterprise that are read."""
        return self._code.columns

    @property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """By list table the fields that are read."""
        return self._code.lists

    def evaluate(self, facts: Facts) -> pl.DataFrame:
        """As `evaluate`."""
        count = facts.frame.height
        made = self.values(facts)
        return pl.DataFrame(
            [_typed(told(name, made[name]), kind) for name, kind in self._code.results.items()], height=count
        )

    def values(self, facts: Facts | Numbers, *, further: bool = False) -> dict[str, Column]:
        """Every root's values by name: truths as bytes, integers of 128 bits as two columns, the lower first."""
        code = self._code
        given = facts if isinstance(facts, Numbers) else facts.numbers(code.columns, code.lists)
        held = max(given.firms, LANES)
        unknown = np.full(held, UNKNOWN)
        columns = [_at_least(held, given.columns.get(name, unknown)) for name in code.columns]
        lists: list[Column] = []
        for table, fields in code.lists.items():
            counts, rows = given.lists.get(table, (np.zeros(0, np.int64), {}))
            begins = np.zeros(held + 1, np.int64)
            np.cumsum(counts, out=begins[1 : 1 + counts.size])
            begins[1 + counts.size :] = begins[counts.size]
            none = unknown if begins[-1] <= held else np.full(begins[-1], UNKNOWN)
            lists += [begins, *(rows.get(field, none) for field in fields)]
        return self._machine.evaluate(given.firms, columns, lists, further=further)


def _at_least(held: int, column: Whole) -> Whole:
    """As many places as there must be."""
    return column if column.size >= held else np.append(column, np.full(held - column.size, UNKNOWN))


def told(name: str, column: Column) -> pl.Series:
    """Values as they were made: truths as UInt8, else Int64 or Int128."""
    if column.ndim == 1:
        return pl.Series(name, column)
    low, high = pl.Series(column[0].view(np.uint64)).cast(pl.Int128), pl.Series(column[1]).cast(pl.Int128)
    return (high * pl.Series([2**64], dtype=pl.Int128) + low).alias(name)


def _typed(values: pl.Series, kind: str) -> pl.Series:
    return values.cast(pl.Boolean) if kind == "i1" else values
