"""Which rows of a long table hold at a day, in columns: versions and withdrawals as `features.resolve` has them.

A hash of what a row speaks of finds the few rows that share it; only these are compared. What several rows still speak of is
left to `features.resolve`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.schema import Table
from features.tables import Enterprise

ROW = "row"
"""Column of a list's frame: position of its enterprise in the part."""
LONG_AGO = -999_999
"""Day number before all others: of a row that does not say since when it is known."""


@dataclass(frozen=True)
class Held:
    """A long table; ``at``, ``visible`` and ``holds`` have a value a row of ``frame``."""

    frame: pl.DataFrame
    at: pl.Series
    """Place of the row's enterprise among all."""
    visible: pl.Series
    """Whether it was known at the day."""
    holds: pl.Series
    """Whether it was known, and neither followed by a later version nor withdrawn."""
    twice: pl.Series
    """Places of the enterprises of which several rows that hold speak of one thing, or are alike in every natural field."""

    def rows(self, names: Sequence[str]) -> pl.DataFrame:
        """Columns of the rows that hold, in order of place, behind the place in `ROW`."""
        kept = self.at.to_frame(ROW).hstack(self.frame.select(names)).filter(self.holds)
        return kept if kept[ROW].is_sorted() else kept.sort(ROW, maintain_order=True)

    def merged(self, rows: pl.DataFrame) -> Held:
        """The table in which ``rows``, with their places in `ROW`, stand for all rows of the enterprises in `twice`."""
        if self.twice.is_empty():
            return self
        new = pl.Series([True]).new_from_index(0, rows.height)
        return Held(
            pl.concat([self.frame, rows.select(self.frame.columns)]),
            pl.concat([self.at, rows[ROW].alias(self.at.name)]),
            pl.concat([self.visible, new.alias(self.visible.name)]),
            pl.concat([self.holds & ~self.at.is_in(self.twice.implode()), new.alias(self.holds.name)]),
            self.twice.clear(),
        )


def hold(table: type[Table], frame: pl.DataFrame, at: pl.Series, until: int) -> Held:
    """What a table says at the end of a day (a day number); ``at`` has the places of the rows' enterprises."""
    known_from = pl.col("known_from")
    visible = frame.select((known_from.is_null() | (known_from <= until)).alias("visible")).to_series()
    withdrawn = (frame["retracted"] == 1).fill_null(False)
    alike = _alike(table, frame, at, visible)
    outdated = alike.filter(~_latest(table, frame[alike].with_columns(at.gather(alike).alias(ROW))))
    holds = (visible & ~withdrawn).scatter(outdated, False)
    rest = alike.filter(holds.gather(alike))
    speak = _alike(table, frame[rest], at.gather(rest), holds.gather(rest))
    return Held(frame, at, visible, holds, at.gather(rest.gather(speak)).unique())


def _alike(table: type[Table], frame: pl.DataFrame, at: pl.Series, among: pl.Series) -> pl.Series:
    """Numbers of the rows, of those in a mask, that speak of what another of them speaks of, or have its natural fields.

    Rows are compared by hash: by chance some may be told that are not alike. Few agree in the first columns, so that the
    others are looked at of these alone.
    """
    found = []
    for names, wanted in _keys(table, frame, among):
        rows = wanted.arg_true()
        for some in (names[:_FIRST], names):
            columns = at.to_frame(ROW).hstack(frame.select(some))
            rows = rows.filter(_shared(columns if rows.len() == columns.height else columns[rows]))
            if rows.is_empty():
                break
        found.append(rows)
    return pl.concat(found).unique()


_FIRST = 4
"""Columns that are compared first."""


def _shared(columns: pl.DataFrame) -> pl.Series:
    """Which rows have the hash of another row of their enterprise, whose place stands in `ROW`."""
    keys = columns[ROW].cast(pl.UInt64) * 2**32 + columns.hash_rows() // 2**32
    # The enterprises stand in order already, which a stable sort makes use of.
    ordered = np.sort(keys.to_numpy(), kind="stable")
    return keys.is_in(pl.Series(ordered[1:][ordered[1:] == ordered[:-1]]).unique().implode())


def _keys(table: type[Table], frame: pl.DataFrame, among: pl.Series) -> list[tuple[Sequence[str], pl.Series]]:
    """Columns in which two rows of an enterprise must not agree, and the rows that this binds."""
    if table is Enterprise or table.identity:
        return [(table.identity, among)]
    # A column in which nothing stands tells no rows apart.
    telling = [name for name in table.fields if frame[name].null_count() < frame.height]
    return [(telling, among), (("row_id",), among & frame.select(_HAS_ID).to_series())]


_HAS_ID = pl.col("row_id").is_not_null() & (pl.col("row_id") != "")


def _latest(table: type[Table], versions: pl.DataFrame) -> pl.Series:
    """Mask of the rows than which their source said nothing later of the same thing."""
    thing = [pl.col(name) for name in table.identity]
    if table is not Enterprise and not table.identity:
        thing = [pl.when(_HAS_ID).then("row_id"), *(pl.when(~_HAS_ID).then(name).alias(name) for name in table.fields)]
    since = pl.col("known_from").fill_null(LONG_AGO)
    return versions.select(since == since.max().over(ROW, "source", *thing)).to_series()
