"""A sheet or file as text cells, before anything is understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from features.errors import FileProblem


@dataclass(frozen=True)
class Merge:
    """A merged range that spans rows: only its first cell holds a value. Rows and columns count from 0."""

    column: int
    first: int
    last: int


@dataclass
class Grid:
    """Cells as text, null where empty; columns are named ``0``, ``1`` …"""

    file: str
    sheet: str | None
    cells: pl.DataFrame
    lines: pl.Series
    """Line of each row in the sheet or file, from 1."""
    header: tuple[str, ...] | None = None
    """Column names where the file has them apart from the cells (Parquet)."""
    binary: frozenset[int] = frozenset()
    """Columns whose numbers may come from binary doubles."""
    single: frozenset[int] = frozenset()
    """Columns of 32-bit floats, which cannot carry money."""
    delimited: bool = False
    """Whether a surplus cell means that its row is shifted (CSV)."""
    merges: list[Merge] = field(default_factory=list)
    holds_numbers: Callable[[int], bool] = lambda _: False
    """Whether a column has number cells; an 18-digit code does not survive in one."""

    @property
    def label(self) -> str:
        """File and sheet, for messages."""
        return self.file if self.sheet is None else f"{self.file}/{self.sheet}"


def file_problem(file: str, rule: str, remedy: str) -> FileProblem:
    """A problem of a file as a whole."""
    return FileProblem(field=file, value=file, rule=rule, remedy=remedy)


def numbered(cells: pl.DataFrame) -> pl.DataFrame:
    """The frame with columns named by their place."""
    return cells.rename({name: str(place) for place, name in enumerate(cells.columns)}) if cells.width else cells
