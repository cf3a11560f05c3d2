"""Back end for many enterprises: core expressions become machine code that runs over columns (`machine_code`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.facts import FirmFacts
from features.held import ROW
from scoring.core import Node
from scoring.machine import Column, Machine
from scoring.machine_code import LANES, write
from scoring.machine_values import UNKNOWN


@dataclass(frozen=True)
class Facts:
    """The facts of many enterprises: one row each in ``frame``; a child frame a list table, with column `ROW`."""

    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    shared: Mapping[str, int | None]
    """Inputs that are the same for all, such as the days computed from as_of; None where unknown. What is neither here nor a
    column is unknown too."""

    @staticmethod
    def of(firms: Sequence[FirmFacts], shared: Mapping[str, int | None]) -> Facts:
        """The facts of enterprises that were read one by one."""
        scalars = dict.fromkeys(name for firm in firms for name in firm.scalars)
        frame = {name: [firm.scalars.get(name) for firm in firms] for name in scalars}
        children = {}
        for table in dict.fromkeys(table for firm in firms for table in firm.rows):
            rows = [{ROW: place, **row} for place, firm in enumerate(firms) for row in firm.rows.get(table, ())]
            fields = dict.fromkeys(field for row in rows for field in row)
            children[table] = pl.DataFrame(rows, dict.fromkeys((ROW, *fields), pl.Int64))
        return Facts(pl.DataFrame(frame, dict.fromkeys(scalars, pl.Int64), height=len(firms)), children, shared)


def evaluate(roots: Mapping[str, Node], facts: Facts) -> pl.DataFrame:
    """Every root's value by name, in the order of the frame: truths as Boolean, else Int64, Int128 where bounds need it."""
    return Plan(roots).evaluate(facts)


class Plan:
    """Roots made ready for columns; good for any facts, and for several threads.

    ``firms``: for about how many enterprises. ``keep`` what was compiled on disk, for another process: for rules, which change
    seldom.
    """

    def __init__(self, roots: Mapping[str, Node], *, firms: int = 0, keep: bool = False) -> None:
        self._code = write(roots)
        self._machine = Machine(self._code, firms=firms, keep=keep)

    def evaluate(self, facts: Facts) -> pl.DataFrame:
        """As `evaluate`."""
        count = facts.frame.height
        made = self.values(facts)
        return pl.DataFrame(
            [_typed(told(name, made[name]), kind) for name, kind in self._code.results.items()], height=count
        )

    def values(self, facts: Facts) -> dict[str, Column]:
        """Every root's values by name: truths as bytes, integers of 128 bits as two columns, the lower first."""
        count = facts.frame.height
        unknown = np.full(max(count, LANES), UNKNOWN)
        columns = [_column(facts.frame, name, facts.shared, unknown) for name in self._code.columns]
        lists = [column for table, fields in self._code.lists.items() for column in _rows(facts, table, fields)]
        return self._machine.evaluate(count, columns, lists)


def _column(frame: pl.DataFrame, name: str, shared: Mapping[str, int | None], unknown: Column) -> Column:
    if name in frame.columns:
        return _numbers(frame[name], unknown.size)
    value = shared.get(name)
    return unknown if value is None else np.full(unknown.size, value)


def _numbers(column: pl.Series, least: int) -> Column:
    """What is unknown by its mark, and as many places as there must be."""
    numbers = column.cast(pl.Int64)
    told = (numbers.fill_null(UNKNOWN) if numbers.has_nulls() else numbers).to_numpy()
    return told if told.size >= least else np.append(told, np.full(least - told.size, UNKNOWN))


def _rows(facts: Facts, table: str, fields: Sequence[str]) -> list[Column]:
    """Where each enterprise's rows begin, and the fields."""
    rows = facts.children[table]
    if not rows[ROW].is_sorted():
        rows = rows.sort(ROW)
    held = max(facts.frame.height, LANES)
    begins = np.zeros(held + 1, np.int64)
    np.cumsum(np.bincount(rows[ROW].to_numpy(), minlength=held), out=begins[1:])
    unknown = np.full(rows.height, UNKNOWN)
    return [begins, *(_numbers(rows[field], 0) if field in rows.columns else unknown for field in fields)]


def told(name: str, column: Column) -> pl.Series:
    """Values as they were made: truths as UInt8, else Int64 or Int128."""
    if column.ndim == 1:
        return pl.Series(name, column)
    low, high = pl.Series(column[0].view(np.uint64)).cast(pl.Int128), pl.Series(column[1]).cast(pl.Int128)
    return (high * pl.Series([2**64], dtype=pl.Int128) + low).alias(name)


def _typed(values: pl.Series, kind: str) -> pl.Series:
    return values.cast(pl.Boolean) if kind == "i1" else values
