"""The wide part of a snapshot → the columns that rules read as of a day, a row for each completion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from features import moments
from features.facts import ACCOUNTING_YEARS, path_of_year
from features.held import ROW
from features.pivot import SAID, Wide, known_of
from features.resolve import Wanted

_FOUNDED = "enterprise/established_on"


@dataclass(frozen=True)
class Columns:
    """What rules read of many enterprises: ``frame`` by name of the input, children by list table (column ``row``)."""

    frame: pl.DataFrame
    children: dict[str, pl.DataFrame]
    moments: dict[str, int]


class WantedColumns:
    """The facts that rules read as of a day, and the columns of a snapshot in which they stand."""

    def __init__(self, scalars: Iterable[str], row_fields: Mapping[str, tuple[str, ...]], as_of: date) -> None:
        self._as_of, self._row_fields = as_of, dict(row_fields)
        self._moments = {path: moments.value(path, as_of) for path in scalars if path.startswith(moments.PREFIX)}
        self._scalars = [path for path in scalars if path not in self._moments]
        self._places = {path: path if path == ACCOUNTING_YEARS.path else _place(path, as_of) for path in self._scalars}

    @property
    def columns(self) -> set[str]:
        """The columns to read; those that a snapshot lacks are unknown."""
        reported = {_reported(place) for place in self._places.values() if place.startswith("annual_report/")}
        return {*self._places.values(), *reported, _FOUNDED}

    def of(self, wide: Wide) -> Columns:
        """Enterprises whose sources agree: a row each, in order."""
        have = set(wide.firms.columns)
        founded = pl.col(_FOUNDED) if _FOUNDED in have else pl.lit(None, dtype=pl.Int64)
        years = pl.from_epoch(founded, time_unit="d").dt.year()

        def column(path: str) -> pl.Expr:
            place = self._places[path]
            if place in have:
                return pl.col(place).alias(path)
            if path == ACCOUNTING_YEARS.path:
                return (self._as_of.year - years).clip(0, 3).cast(pl.Int64).alias(path)
            unknown = pl.lit(None, dtype=pl.Int64)
            if path.startswith("annual_report/"):
                # Before the founding year there was nothing to report; who reported all the same did not state this fact.
                before, reported = years > int(place.split("/")[1]), _reported(place)
                silent = pl.col(reported).is_null() if reported in have else True
                unknown = pl.when(before & silent).then(pl.lit(0, dtype=pl.Int64))
            return unknown.alias(path)

        frame = wide.firms.select("uscc", *map(column, self._scalars))
        return Columns(frame, {t: _child(wide.rows.get(t), f) for t, f in self._row_fields.items()}, self._moments)

    def of_conflicting(self, firms: pl.DataFrame) -> Columns:
        """Enterprises whose sources differ: a row for each completion, those of one enterprise together."""
        wanted = Wanted([*self._scalars, *self._moments], self._row_fields, self._as_of)
        scalars: list[dict[str, Any]] = []
        rows: dict[str, list[dict[str, Any]]] = {table: [] for table in self._row_fields}
        for code, said in firms.select("uscc", SAID).iter_rows():
            for facts in wanted.completions(known_of(code, said)):
                for table, found in facts.rows.items():
                    rows[table] += [{ROW: len(scalars), **row} for row in found]
                scalars.append({"uscc": code, **facts.scalars})
        schema = {"uscc": pl.String(), **dict.fromkeys(self._scalars, pl.Int64())}
        frame = pl.DataFrame([{n: row[n] for n in schema} for row in scalars], schema=schema)
        fields = {t: {ROW: pl.UInt32(), **dict.fromkeys(names, pl.Int64())} for t, names in self._row_fields.items()}
        children = {table: pl.DataFrame(found, schema=fields[table]) for table, found in rows.items()}
        return Columns(frame, children, self._moments)


def _place(path: str, as_of: date) -> str:
    """The column of a snapshot in which an input stands."""
    return path_of_year(path, as_of) if path.startswith("annual_report/") else path


def _reported(place: str) -> str:
    """The column that says whether the year of a fact was reported."""
    return place.rpartition("/")[0] + "/fiscal_year"


def _child(rows: pl.DataFrame | None, fields: tuple[str, ...]) -> pl.DataFrame:
    if rows is None:
        return pl.DataFrame(schema={ROW: pl.UInt32, **dict.fromkeys(fields, pl.Int64)})
    have = set(rows.columns)
    return rows.select(ROW, *(pl.col(f) if f in have else pl.lit(None, dtype=pl.Int64).alias(f) for f in fields))
