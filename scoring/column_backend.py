"""Back end for many enterprises: core expressions become machine code that runs over columns (`machine_code`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.facts import FirmFacts
from features.held import ROW
from scoring import machine_inputs as inputs
from scoring.core import Node
from scoring.machine import Column, Machine
from scoring.machine_code import write
from scoring.machine_inputs import Input
from scoring.machine_kept import code_of
from scoring.machine_types import LANES, Result, given


@dataclass(frozen=True)
class Facts:
    """The facts of many enterprises: one row each in ``frame``; a child frame a list table, with column `ROW`."""

    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    shared: Mapping[str, int | None]
    """Inputs that are the same for all, such as the days computed from as_of; None where unknown. What is neither here nor a
    column is unknown too."""

    @staticmethod
    def of(firms: Sequence[FirmFacts]) -> Facts:
        """Those of enterprises that were read one by one."""
        numbered = [(at, firm) for at, firm in enumerate(firms)]
        children = {}
        for table in dict.fromkeys(table for firm in firms for table in firm.rows):
            rows = [{**row, ROW: at} for at, firm in numbered for row in firm.rows.get(table, ())]
            children[table] = _frame(rows, [ROW])
        return Facts(_frame([firm.scalars for firm in firms]), children, {})


def _frame(rows: Sequence[Mapping[str, int | None]], names: Sequence[str] = ()) -> pl.DataFrame:
    every = dict.fromkeys([*names, *(name for row in rows for name in row)])
    given = [pl.Series(name, [row.get(name) for row in rows], dtype=pl.Int64) for name in every]
    return pl.DataFrame(given or None, height=len(rows))


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
        self._machine = Machine(code_of(asked, more) if keep else write(asked, more), firms=firms, keep=keep)
        self._code = self._machine.code

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

    def values(self, facts: Facts, *, further: bool = False) -> dict[str, Column]:
        """Every root's values by name: truths as bytes, integers of 128 bits as two columns, the lower first."""
        code, firms = self._code, facts.frame.height
        given = _inputs(facts.frame, code.columns)
        # What is neither a column nor shared is unknown too.
        shared = {name: facts.shared.get(name) for name in code.columns if name not in given}
        of_all = {value: inputs.of_all(value, firms) for value in shared.values()}
        columns = [given[name] if name in given else of_all[shared[name]] for name in code.columns]
        lists, held = [], []
        for table, fields in code.lists.items():
            rows = facts.children.get(table, pl.DataFrame(schema={ROW: pl.Int64}))
            if not rows[ROW].is_sorted():
                rows = rows.sort(ROW)
            begins = np.zeros(max(firms, LANES) + 1, np.int64)
            np.cumsum(np.bincount(rows[ROW].to_numpy(), minlength=begins.size - 1), out=begins[1:])
            of_rows = _inputs(rows, fields)
            some = [of_rows[field] if field in of_rows else inputs.of_all(None, rows.height) for field in fields]
            lists += [begins.ctypes.data, *_addresses(some)]
            held.append((begins, some))
        return self._machine.evaluate(firms, _addresses(columns), lists, further=further)


def _inputs(frame: pl.DataFrame, wanted: Sequence[str]) -> dict[str, Input]:
    have = set(frame.columns)
    return inputs.of_frame(frame.select(pl.col([name for name in wanted if name in have]).cast(pl.Int64)))


def _addresses(some: Sequence[Input]) -> list[int]:
    return [address for one in some for address in (one.values, one.known)]


def told(name: str, column: Column) -> pl.Series:
    """Values as they were made: truths as UInt8, else Int64 or Int128."""
    if column.ndim == 1:
        return pl.Series(name, column)
    low, high = pl.Series(column[0].view(np.uint64)).cast(pl.Int128), pl.Series(column[1]).cast(pl.Int128)
    return (high * pl.Series([2**64], dtype=pl.Int128) + low).alias(name)


def _typed(values: pl.Series, kind: str) -> pl.Series:
    return values.cast(pl.Boolean) if kind == "i1" else values
