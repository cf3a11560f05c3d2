"""Typed long tables of many enterprises, as the intake hands them on: a row a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from features.dossier import Dossier, TypedRow
from features.tables import LIST_TABLES, PROVENANCE, TABLES

LISTED = tuple(table.id for table in LIST_TABLES)


@dataclass(frozen=True)
class LongTables:
    """Typed frames by table, in order of uscc; ``incomplete`` names lists that lost a row to rejection."""

    tables: Mapping[str, pl.DataFrame]
    incomplete: pl.DataFrame

    @staticmethod
    def of(tables: Mapping[str, pl.DataFrame], incomplete: pl.DataFrame) -> LongTables:
        """The tables, sorted where they are not; rows of one enterprise keep their order."""
        return LongTables(
            {name: t if t["uscc"].is_sorted() else t.sort("uscc", maintain_order=True) for name, t in tables.items()},
            incomplete,
        )

    @property
    def firms(self) -> pl.Series:
        """Every enterprise that some table names, sorted."""
        return self._placed[0]

    @property
    def places(self) -> Mapping[str, pl.Series]:
        """By table, for each row the place of its enterprise in `firms`."""
        return self._placed[1]

    @cached_property
    def _placed(self) -> tuple[pl.Series, Mapping[str, pl.Series]]:
        which = {name: frame["uscc"].rle_id() for name, frame in self.tables.items()}
        named = [
            pl.DataFrame({"uscc": _first(frame["uscc"], which[name])}).with_columns(table=pl.lit(number))
            for number, (name, frame) in enumerate(self.tables.items())
        ]
        # Each table's codes are in order, which a stable sort makes use of.
        none = pl.DataFrame(schema={"uscc": pl.String, "table": pl.Int32})
        every = pl.concat([none, *named]).sort("uscc", maintain_order=True)
        place = every["uscc"].rle_id()
        places = {name: place.filter(every["table"] == number)[which[name]] for number, name in enumerate(which)}
        return _first(every["uscc"], place), places

    def parts(self, size: int) -> Iterator[LongTables]:
        """The tables of ``size`` enterprises at a time, in order of uscc; one empty part where there are none."""
        firms = self.firms
        for start in range(0, max(firms.len(), 1), size):
            part = firms.slice(start, size)
            if part.len() == firms.len():
                yield self
            else:
                yield self._between(part[0], part[-1])

    def _between(self, first: str, last: str) -> LongTables:
        cut = {}
        for name, frame in self.tables.items():
            begin = frame["uscc"].search_sorted(first, side="left")
            end = frame["uscc"].search_sorted(last, side="right")
            cut[name] = frame.slice(begin, end - begin)
        return LongTables(cut, self.incomplete.filter(pl.col("uscc").is_between(pl.lit(first), pl.lit(last))))

    def only(self, places: pl.Series) -> LongTables:
        """The rows of some enterprises, by their places in `firms`."""
        among = pl.Series([False]).new_from_index(0, self.firms.len()).scatter(places, True)
        kept = {name: frame[among[self.places[name]].arg_true()] for name, frame in self.tables.items()}
        wanted = self.firms.gather(places).to_frame("uscc")
        return LongTables(kept, self.incomplete.join(wanted, on="uscc", how="semi"))

    def dossiers(self) -> Iterable[Dossier]:
        """Every enterprise as a typed dossier, sorted by uscc."""
        grouped: dict[str, dict[str, list[TypedRow]]] = {}
        listed_columns: dict[str, dict[str, int | None]] = {}
        for name, frame in self.tables.items():
            stated = [c for c in frame.columns if c.endswith("_listed")]
            lacking = dict.fromkeys(n for n in (*TABLES[name].fields, *PROVENANCE) if n not in frame.columns)
            for row in frame.iter_rows(named=True):
                code = row.pop("uscc")
                row.update(lacking)
                if stated:
                    listed_columns[code] = {c: row.pop(c) for c in stated}
                grouped.setdefault(code, {}).setdefault(name, []).append(row)
        known_columns = {c for frame in self.tables.values() for c in frame.columns if c.endswith("_listed")}
        rejected: dict[str, set[str]] = {}
        for code, table in self.incomplete.select("uscc", "table").iter_rows():
            rejected.setdefault(code, set()).add(table)
        for code in sorted(grouped):
            tables: dict[str, list[TypedRow] | None] = {}
            partial = set(rejected.get(code, ()))
            for name in TABLES:
                rows = grouped[code].get(name)
                column = f"{name}_listed"
                said = listed_columns.get(code, {}).get(column) if column in known_columns else -1
                if rows is None and name in LISTED and said == 1:
                    rows = []
                if rows is not None and name in LISTED and said not in (1, -1):
                    partial.add(name)
                tables[name] = None if rows is None else list(rows)
            yield Dossier(code, tables, partial=frozenset(partial))


def _first(values: pl.Series, run: pl.Series) -> pl.Series:
    """The first value of each run, by the number of the run."""
    return values.filter(run.ne_missing(run.shift(1)))
