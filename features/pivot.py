"""Long tables → the wide part of a snapshot: a row an enterprise, as known at a day.

Enterprises whose rows speak of nothing twice take the vectorised way; the others (several versions, sources that differ,
duplicates, withdrawals) go one by one through `features.resolve`, so hard cases have one definition for file and dossier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import orjson
import polars as pl

from features.facts import OUT_OF_SCOPE, SIZE_GROUP, listed
from features.identifiers import industry, uscc
from features.kinds import Choice, day_number, day_of
from features.long_tables import LISTED, LongTables, runs
from features.resolve import Alternatives, Cell, Known, resolve
from features.schema import Table
from features.tables import TABLES, AnnualReport, Enterprise, ExpertGrade

ROW = "row"
"""Column of a list's frame: position of its enterprise in the part."""
SAID = "said"
"""Column with what sources say differently: the tables of `resolve` as JSON; null where they agree."""
ANNUAL = tuple(n for n, spec in AnnualReport.fields.items() if spec.kind.readable and n != "fiscal_year")
_TEXTS = {"name": pl.String(), "industry_code": pl.String()}


@dataclass(frozen=True)
class Wide:
    """A part of a snapshot.

    ``firms`` has ``uscc``, ``name``, ``region_code``, ``duplicates``, ``conflicts``, `SAID` and the facts by name, years
    written out: ``enterprise/established_on``, ``annual_report/2025/revenue``, ``expert_grade/hte.talent``,
    ``event/listed``. ``rows`` has a frame a list table, with column `ROW` and the table's fields.
    """

    firms: pl.DataFrame
    rows: Mapping[str, pl.DataFrame]

    def only(self, which: pl.Series) -> Wide:
        """Some of the enterprises, by a mask, with their rows."""
        place = (which.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)
        rows = {}
        for table, frame in self.rows.items():
            kept = frame.filter(which.gather(frame[ROW]))
            rows[table] = kept.with_columns(place.gather(kept[ROW]).alias(ROW))
        return Wide(self.firms.filter(which), rows)


def pivot(long: LongTables, known_at: date) -> Wide:
    """What was known at a day."""
    visible = {name: _visible(frame, known_at) for name, frame in long.tables.items()}
    hard = _hard(visible)
    firms = long.firms()
    if hard.is_empty():
        return _easy(firms, visible, long)
    easy = _easy(firms, {name: f.filter(~f["uscc"].is_in(hard.implode())) for name, f in visible.items()}, long)
    reports = long.tables.get(AnnualReport.id)
    years = [] if reports is None else reports["fiscal_year"].unique().to_list()
    return _laid_over(easy, _resolved(long.only(hard), known_at, years))


def _visible(frame: pl.DataFrame, known_at: date) -> pl.DataFrame:
    if frame["known_from"].null_count() == frame.height:
        return frame
    return frame.filter(pl.col("known_from").is_null() | (pl.col("known_from") <= day_number(known_at)))


def _hard(visible: Mapping[str, pl.DataFrame]) -> pl.Series:
    """Enterprises of which some row speaks of what another row speaks of, or was withdrawn, or whose industry code is too
    short to name one size group: each of its children's groups is a completion."""
    found = [pl.Series("uscc", [], dtype=pl.String)]
    for name, frame in visible.items():
        table = TABLES[name]
        found.append(_twice(frame, () if table is Enterprise else table.identity or tuple(table.fields)))
        if not table.identity and frame["row_id"].null_count() < frame.height:
            found.append(_twice(frame.filter(pl.col("row_id").is_not_null()), ("row_id",)))
        if frame["retracted"].null_count() < frame.height:
            found.append(frame.filter(pl.col("retracted") == 1)["uscc"])
        if table is Enterprise:
            unclear = pl.col("industry_code").is_not_null() & _size_group(frame).is_null()
            found.append(frame.filter(unclear)["uscc"])
    return pl.concat(found).unique()


def _twice(frame: pl.DataFrame, key: tuple[str, ...]) -> pl.Series:
    """Enterprises with two rows alike in the key. Of rows with one hash by chance an enterprise merely takes the slow way."""
    return frame["uscc"].filter(frame.select("uscc", *key).hash_rows().is_duplicated())


def _size_group(enterprise: pl.DataFrame) -> pl.Series:
    """Group of the size standard; each distinct (code, edition) is looked up once."""
    kind = SIZE_GROUP.kind
    assert isinstance(kind, Choice)
    pairs = enterprise.select("industry_code", "industry_code_edition")
    distinct = pairs.unique()
    found = []
    for code, edition in distinct.iter_rows():
        name = None if code is None else industry.size_group(code, 2017 if edition is None else edition)
        found.append(None if name is None else kind.code(name))
    groups = distinct.with_columns(pl.Series(SIZE_GROUP.path, found, dtype=pl.Int64))
    return pairs.join(groups, on=pairs.columns, how="left", nulls_equal=True, maintain_order="left")[SIZE_GROUP.path]


# --- enterprises whose rows agree -----------------------------------------------------------------------------------


def _easy(firms: pl.Series, visible: Mapping[str, pl.DataFrame], long: LongTables) -> Wide:
    enterprise = _enterprise(firms, visible.get(Enterprise.id))
    at = {name: _places(firms, frame["uscc"]) for name, frame in visible.items()}
    columns = [
        *enterprise.get_columns(),
        *_annual(visible.get(AnnualReport.id), at.get(AnnualReport.id), enterprise["enterprise/established_on"]),
        *_grades(visible.get(ExpertGrade.id), at.get(ExpertGrade.id), firms.len()),
        *(_listed(table, enterprise, at.get(table), long) for table in LISTED),
    ]
    rows = {
        table: visible[table].select(_fields(TABLES[table], visible[table])).insert_column(0, at[table].alias(ROW))
        for table in LISTED
        if table in visible
    }
    return Wide(pl.DataFrame([c for c in columns if not c.name.endswith("_listed")]), rows)


def _places(firms: pl.Series, codes: pl.Series) -> pl.Series:
    """For each row of a sorted column the place of its enterprise."""
    distinct, which = runs(codes)
    return firms.search_sorted(distinct).cast(pl.UInt32).gather(which)


def _fields(table: type[Table], frame: pl.DataFrame) -> list[str]:
    """Columns that rules can read, and what they say was assumed."""
    names = [name for name, spec in table.fields.items() if spec.kind.readable]
    return [c for name in names for c in (name, f"{name}/assumed") if c in frame.columns]


def _enterprise(firms: pl.Series, rows: pl.DataFrame | None) -> pl.DataFrame:
    given = pl.DataFrame(schema={"uscc": pl.String}) if rows is None else rows
    frame = firms.to_frame("uscc").join(given, on="uscc", how="left", maintain_order="left")
    missing = [n for n in Enterprise.fields if n not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=_TEXTS.get(name, pl.Int64())).alias(name) for name in missing)
    scope = pl.col("uscc").str.slice(0, 2).is_in(["92", "93"]).cast(pl.Int64).alias(OUT_OF_SCOPE.path)
    facts = (pl.col(c).alias(f"enterprise/{c}") for c in _fields(Enterprise, frame))
    said = [c for c in frame.columns if c.endswith("_listed")]
    group = _size_group(frame)
    return frame.select(
        "uscc",
        "name",
        "region_code",
        pl.lit(0, dtype=pl.Int64).alias("duplicates"),
        pl.lit(None, dtype=pl.List(pl.String)).alias("conflicts"),
        pl.lit(None, dtype=pl.String).alias(SAID),
        *facts,
        group,
        scope,
        *said,
    )


def _annual(reports: pl.DataFrame | None, at: pl.Series | None, founded: pl.Series) -> list[pl.Series]:
    """Facts by year. In a year before the founding year that nobody reported nothing was earned, spent or employed."""
    if reports is None or at is None:
        return []
    found: list[pl.Series] = []
    began = founded.cast(pl.Date).dt.year()
    for year in reports["fiscal_year"].unique().sort():
        stated = reports["fiscal_year"] == year
        line = _lines(stated.arg_true(), at.filter(stated), founded.len())
        values = reports.select(ANNUAL)[line]
        before = (began > year).fill_null(False) & line.is_null()
        if before.any():
            values = values.select(pl.when(before).then(0).otherwise(pl.col(n)).alias(n) for n in ANNUAL)
        found += [column.alias(f"annual_report/{year}/{column.name}") for column in values.get_columns()]
    return found


def _lines(rows: pl.Series, at: pl.Series, firms: int) -> pl.Series:
    """For each enterprise the one of the rows that is about it; null where there is none."""
    return pl.Series([None], dtype=rows.dtype).new_from_index(0, firms).scatter(at, rows)


def _grades(grades: pl.DataFrame | None, at: pl.Series | None, firms: int) -> list[pl.Series]:
    if grades is None or at is None:
        return []
    found = []
    for criterion in grades["criterion"].unique().sort():
        stated = grades["criterion"] == criterion
        line = _lines(stated.arg_true(), at.filter(stated), firms)
        found.append(grades["value"].gather(line).alias(f"expert_grade/{criterion}"))
    return found


def _listed(table: str, enterprise: pl.DataFrame, seen: pl.Series | None, long: LongTables) -> pl.Series:
    """1 where the list is complete: said so, or not said and the firm has a row; never where a row was rejected, nor
    where rows exist but none was known yet."""
    firms = enterprise["uscc"]
    has_visible = _some(seen, firms.len())
    column = f"{table}_listed"
    complete = (enterprise[column] == 1).fill_null(False) if column in enterprise.columns else has_visible
    given = long.tables.get(table)
    if given is not None and (seen is None or seen.len() < given.height):
        complete = complete & ~(firms.is_in(given["uscc"].unique().implode()) & ~has_visible)
    rejected = long.incomplete.filter(pl.col("table") == table)["uscc"]
    complete = complete & ~firms.is_in(rejected.unique().implode())
    flags = pl.DataFrame({"complete": complete})
    return flags.select(pl.when("complete").then(pl.lit(1, dtype=pl.Int64)).alias(listed(table))).to_series()


def _some(at: pl.Series | None, firms: int) -> pl.Series:
    """Whether some row is about each enterprise."""
    none = pl.Series([False]).new_from_index(0, firms)
    return none if at is None or at.is_empty() else none.scatter(at.unique(), True)


# --- enterprises that several rows speak of -------------------------------------------------------------------------


def _resolved(long: LongTables, known_at: date, years: list[int]) -> Wide:
    firms: list[dict[str, Any]] = []
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in LISTED}
    for place, dossier in enumerate(long.dossiers()):
        known = resolve(dossier, known_at)
        firms.append(_wide_row(known, years))
        for table in LISTED:
            for row in known.tables[table] or ():
                facts = {name: _agreed(cell) for name, cell in row.items() if _is_fact(table, name)}
                rows[table].append({ROW: place, **facts})
    texts = {**_TEXTS, "uscc": pl.String(), "conflicts": pl.List(pl.String()), SAID: pl.String()}
    frames = {table: _frame(found, {ROW: pl.UInt32()}) for table, found in rows.items() if found}
    return Wide(_frame(firms, texts), frames)


def _frame(rows: list[dict[str, Any]], types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows as columns; a fact that a row lacks is unknown."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame({n: [row.get(n) for row in rows] for n in names}, {n: types.get(n, pl.Int64()) for n in names})


def _agreed(cell: Cell) -> int | str | None:
    return None if isinstance(cell, Alternatives) else cell


def _wide_row(known: Known, years: list[int]) -> dict[str, Any]:
    enterprise = (known.tables[Enterprise.id] or [{}])[0]
    group, scope = enterprise.get("industry_code"), int(not uscc.is_enterprise_scope(known.uscc))
    groups = industry.size_groups(group, edition_of(enterprise)) if isinstance(group, str) else ()
    differ = _differ(known) or len(groups) > 1
    kind = SIZE_GROUP.kind
    assert isinstance(kind, Choice)
    out: dict[str, Any] = {
        "uscc": known.uscc,
        "name": _agreed(enterprise.get("name")),
        "region_code": _agreed(enterprise.get("region_code")),
        "duplicates": known.duplicates,
        "conflicts": known.conflicts or None,
        SAID: _said(known) if differ else None,
        SIZE_GROUP.path: kind.code(groups[0]) if len(groups) == 1 else None,
        OUT_OF_SCOPE.path: scope,
    }
    out |= {f"enterprise/{name}": _agreed(cell) for name, cell in enterprise.items() if _is_fact(Enterprise.id, name)}
    reported = {row["fiscal_year"]: row for row in known.tables[AnnualReport.id] or ()}
    for year, row in reported.items():
        out |= {f"annual_report/{year}/{name}": _agreed(row[name]) for name in ANNUAL}
    founded = enterprise.get("established_on")
    if isinstance(founded, int):
        before = (year for year in years if year < day_of(founded).year and year not in reported)
        out |= {f"annual_report/{year}/{name}": 0 for year in before for name in ANNUAL}
    out |= {f"expert_grade/{row['criterion']}": _agreed(row["value"]) for row in known.tables[ExpertGrade.id] or ()}
    for table in LISTED:
        out[listed(table)] = None if known.tables[table] is None or table in known.partial else 1
    return out


def edition_of(enterprise: Mapping[str, Cell]) -> int:
    """Edition of GB/T 4754 that an enterprise's code follows."""
    edition = enterprise.get("industry_code_edition")
    return edition if isinstance(edition, int) else 2017


@cache
def _is_fact(table: str, name: str) -> bool:
    spec = TABLES[table].fields.get(name.removesuffix("/assumed"))
    return spec is not None and spec.kind.readable


def _differ(known: Known) -> bool:
    return any(
        isinstance(c, Alternatives) for rows in known.tables.values() for row in rows or () for c in row.values()
    )


def _said(known: Known) -> str:
    tables = {
        name: None
        if rows is None
        else [{n: list(c.values) if isinstance(c, Alternatives) else c for n, c in row.items()} for row in rows]
        for name, rows in known.tables.items()
    }
    return orjson.dumps({"tables": tables, "partial": sorted(known.partial)}).decode()


def known_of(code: str, said: str) -> Known:
    """What `SAID` holds, as `resolve` gave it."""
    stored = orjson.loads(said)
    tables: dict[str, list[dict[str, Cell]] | None] = {
        name: rows
        and [{n: Alternatives(tuple(c)) if isinstance(c, list) else c for n, c in row.items()} for row in rows]
        for name, rows in stored["tables"].items()
    }
    return Known(code, tables, partial=frozenset(stored["partial"]))


def _laid_over(easy: Wide, hard: Wide) -> Wide:
    """All enterprises: in ``easy`` those of ``hard`` have a place, but nothing stands there."""
    at = easy.firms["uscc"].search_sorted(hard.firms["uscc"]).cast(pl.UInt32)
    nothing = pl.Series([None], dtype=pl.Int64).new_from_index(0, easy.firms.height)
    columns = {column.name: column for column in easy.firms.get_columns()}
    lists = pl.Series([0], dtype=pl.UInt32).new_from_index(0, easy.firms.height)
    lists = lists.scatter(at, pl.Series(range(1, at.len() + 1), dtype=pl.UInt32))
    for column in hard.firms.get_columns():
        if column.dtype == pl.List:
            # Lists cannot be scattered; only these enterprises have any.
            columns[column.name] = pl.concat([column.clear(1), column]).gather(lists)
        else:
            columns[column.name] = columns.get(column.name, nothing).scatter(at, column).alias(column.name)
    rows = dict(easy.rows)
    for table, frame in hard.rows.items():
        own = frame.with_columns(at.gather(frame[ROW]).alias(ROW))
        rows[table] = (
            pl.concat([rows[table], own], how="diagonal").sort(ROW, maintain_order=True) if table in rows else own
        )
    return Wide(pl.DataFrame(list(columns.values())), rows)
