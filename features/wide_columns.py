"""The wide part of a snapshot → the columns that rules read as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from features import moments
from features.facts import ACCOUNTING_YEARS, LAST_ROUND, SIZE_GROUP, listed, path_of_year, stored
from features.held import ROW
from features.kinds import day_number
from features.last_round import with_last
from features.pivot import SAID, Wide
from features.tables import AnnualReport

_FOUNDED, _BEGAN = "enterprise/established_on", "began"
_LAST = LAST_ROUND.partition(".")[2]


@dataclass(frozen=True)
class Columns:
    """What rules read of many enterprises: ``frame`` by name of the input, children by list table (column ``row``)."""

    frame: pl.DataFrame
    children: dict[str, pl.DataFrame]
    shared: dict[str, int | None]
    """Inputs that are the same for all: the days computed from as_of, and, as None, what is known of nobody."""


class WantedColumns:
    """The facts that rules read as of a day, and the columns of a snapshot in which they stand."""

    def __init__(self, scalars: Iterable[str], row_fields: Mapping[str, tuple[str, ...]], as_of: date) -> None:
        self._as_of, self._row_fields = as_of, dict(row_fields)
        self._moments = {path: moments.value(path, as_of) for path in scalars if path.startswith(moments.PREFIX)}
        self._scalars = [path for path in scalars if path not in self._moments]
        self._places = {path: path if path == ACCOUNTING_YEARS.path else _place(path, as_of) for path in self._scalars}
        self._yearless = {p: p.removesuffix("0") for p in self._scalars if _is_of_a_year(p) and p.endswith("@0")}

    @property
    def row_fields(self) -> dict[str, tuple[str, ...]]:
        """The columns of list tables to read."""
        return stored(self._row_fields)

    @cached_property
    def columns(self) -> set[str]:
        """The columns to read; those that a snapshot lacks are unknown."""
        reported = {_reported(place) for place in self._places.values() if place.startswith("annual_report/")}
        return {*self._places.values(), *self._yearless.values(), *reported, _FOUNDED}

    def in_doubt(self, firms: pl.DataFrame) -> pl.Series:
        """Rows of the enterprises of whom sources may say differently what is read. Who is left out differs in facts of years
        that are not read, and in nothing else: one completion is all that rules see.
        """
        rows = firms[SAID].is_not_null().arg_true()
        # A short industry code leaves the size group open, and is no conflict.
        group = pl.col(SIZE_GROUP.path) if SIZE_GROUP.path in firms.columns else pl.lit(0)
        settled = firms[rows].select("conflicts", group.is_not_null().alias("settled"))
        return rows.filter(
            pl.Series([not known or self._reads_some(paths) for paths, known in settled.iter_rows()], dtype=pl.Boolean)
        )

    def _reads_some(self, conflicts: list[str] | None) -> bool:
        """Whether a fact in conflict may be read; so where none is named."""
        unread = (path.startswith(f"{AnnualReport.id}/") and path not in self.columns for path in conflicts or ())
        return not conflicts or not all(unread)

    def of(self, wide: Wide) -> Columns:
        """Enterprises whose sources agree: a row each, in order."""
        have = set(wide.firms.columns)
        founded = pl.col(_FOUNDED) if _FOUNDED in have else pl.lit(None, dtype=pl.Int64)
        # A year is dear to find, and asked for by every fact that nobody states.
        firms = wide.firms.with_columns(pl.from_epoch(founded, time_unit="d").dt.year().alias(_BEGAN))
        began = pl.col(_BEGAN)

        def column(path: str) -> pl.Expr | None:
            place = self._places[path]
            stated = [name for name in (place, self._yearless.get(path)) if name in have]
            if stated:
                return pl.coalesce(stated).alias(path)
            if path == ACCOUNTING_YEARS.path:
                return (self._as_of.year - began).clip(0, 3).cast(pl.Int64).alias(path)
            if path.startswith("annual_report/"):
                # Before the founding year there was nothing to report; who reported all the same did not state this fact.
                before, reported = began > int(place.split("/")[1]), _reported(place)
                silent = pl.col(reported).is_null() if reported in have else True
                return pl.when(before & silent).then(pl.lit(0, dtype=pl.Int64)).alias(path)
            return None

        columns = {path: column(path) for path in self._scalars}
        unknown = [path for path, found in columns.items() if found is None]
        children = {}
        for table, fields in self._row_fields.items():
            rows = wide.rows.get(table, pl.DataFrame(schema={ROW: pl.UInt32}))
            if f"{table}.{_LAST}" == LAST_ROUND and _LAST in fields and "closed_on" in rows.columns:
                known = listed(table)
                whole = wide.firms[known] if known in have else pl.Series([None]).new_from_index(0, wide.firms.height)
                rows = with_last(rows, day_number(self._as_of), whole)
            children[table] = rows.select(ROW, *(field for field in fields if field in rows.columns))
            unknown += [f"{table}.{field}" for field in fields if field not in rows.columns]
        frame = firms.select("uscc", *(found for found in columns.values() if found is not None))
        return Columns(frame, children, {**self._moments, **dict.fromkeys(unknown)})


def _place(path: str, as_of: date) -> str:
    """The column of a snapshot in which an input stands."""
    if _is_of_a_year(path):
        name, _, offset = path.rpartition("@")
        return f"{name}@{as_of.year + int(offset)}"
    return path_of_year(path, as_of) if path.startswith("annual_report/") else path


def _is_of_a_year(path: str) -> bool:
    """Whether it is the grade of one year."""
    return path.startswith("expert_grade/") and "@" in path


def _reported(place: str) -> str:
    """The column that says whether the year of a fact was reported."""
    return place.rpartition("/")[0] + "/fiscal_year"
