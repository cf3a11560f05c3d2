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
from scoring.machine_values import UNKNOWN, Result, given


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
        self._code = write(asked, {name: given(node) for name, node in (further or {}).items()})
        self._machine = Machine(self._code, firms=firms, keep=keep)

    def evaluate(self, facts: Facts) -> pl.DataFrame:
        """As `evaluate`."""
        count = facts.frame.height
        made = self.values(facts)
        return pl.DataFrame(
            [_typed(told(name, made[name]), kind) for name, kind in self._code.results.items()], height=count
        )

    def values(self, facts: Facts, *, further: bool = False) -> dict[str, Column]:
        """Every root's values by name: truths as bytes, integers of 128 bits as two columns, the lower first."""
        count = facts.frame.height
        held = max(count, LANES)
        numbers = _numbers(facts.frame, self._code.columns, held)
        unknown = np.full(held, UNKNOWN)
        for name in (name for name in self._code.columns if name not in numbers):
            value = facts.shared.get(name)
            numbers[name] = unknown if value is None else np.full(held, value)
        columns = [numbers[name] for name in self._code.columns]
        lists = [column for table, fields in self._code.lists.items() for column in _rows(facts, table, fields)]
        return self._machine.evaluate(count, columns, lists, further=further)


def _numbers(frame: pl.DataFrame, wanted: Sequence[str], least: int) -> dict[str, Column]:
    """Columns of the frame: what is unknown by its mark, and as many places as there must be."""
    there = [name for name in wanted if name in frame.columns]
    given = frame.select(pl.col(there).cast(pl.Int64).fill_null(UNKNOWN))
    found = {name: given[name].to_numpy() for name in there}
    if frame.height < least:
        found = {name: np.append(one, np.full(least - one.size, UNKNOWN)) for name, one in found.items()}
    return found


def _rows(facts: Facts, table: str, fields: Sequence[str]) -> list[Column]:
    """Where each enterprise's rows begin, and the fields."""
    rows, held = facts.children[table], max(facts.frame.height, LANES)
    if not rows[ROW].is_sorted():
        rows = rows.sort(ROW)
    begins = np.zeros(held + 1, np.int64)
    np.cumsum(np.bincount(rows[ROW].to_numpy(), minlength=held), out=begins[1:])
    numbers, unknown = _numbers(rows, fields, 0), np.full(rows.height, UNKNOWN)
    return [begins, *(numbers.get(field, unknown) for field in fields)]


def told(name: str, column: Column) -> pl.Series:
    """Values as they were made: truths as UInt8, else Int64 or Int128."""
    if column.ndim == 1:
        return pl.Series(name, column)
    low, high = pl.Series(column[0].view(np.uint64)).cast(pl.Int128), pl.Series(column[1]).cast(pl.Int128)
    return (high * pl.Series([2**64], dtype=pl.Int128) + low).alias(name)


def _typed(values: pl.Series, kind: str) -> pl.Series:
    return values.cast(pl.Boolean) if kind == "i1" else values
