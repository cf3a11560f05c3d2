"""Typed long tables of many enterprises → the columns that rules read, at (as_of, known_at).

Enterprises whose rows speak of nothing twice take the vectorised way; the others (several versions, sources that differ,
duplicates, withdrawals) go one by one through `features.resolve`, so hard cases have one definition for file and dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from features import moments
from features.dossier import Dossier, TypedRow
from features.facts import ACCOUNTING_YEARS, DERIVED_FROM, OUT_OF_SCOPE, SIZE_GROUP, listed
from features.identifiers import industry
from features.kinds import Choice, day_number
from features.resolve import Wanted, resolve
from features.tables import LIST_TABLES, PROVENANCE, TABLES

ROW = "row"
"""Column of a child frame: position of its enterprise in the main frame."""
NOTES = pl.Schema([("uscc", pl.String()), ("duplicates", pl.Int64()), ("conflicts", pl.List(pl.String()))])
LISTED = tuple(table.id for table in LIST_TABLES)


@dataclass(frozen=True)
class LongTables:
    """Typed long tables (`features.intake`); ``incomplete`` names lists that lost a row to rejection."""

    tables: Mapping[str, pl.DataFrame]
    incomplete: pl.DataFrame

    def firms(self) -> pl.Series:
        """Every enterprise that some table names, sorted."""
        found = [frame["uscc"] for frame in self.tables.values()]
        return pl.concat(found).unique().sort() if found else pl.Series("uscc", [], dtype=pl.String)

    def of(self, firms: pl.Series) -> LongTables:
        """The rows of some enterprises."""
        wanted = firms.to_frame("uscc")
        kept = {name: t.join(wanted, on="uscc", how="semi") for name, t in self.tables.items()}
        return LongTables(kept, self.incomplete.join(wanted, on="uscc", how="semi"))


@dataclass(frozen=True)
class Columns:
    """What rules read of many enterprises: a row for each completion, in order of uscc; children by list table."""

    frame: pl.DataFrame
    children: dict[str, pl.DataFrame]
    moments: dict[str, int]
    notes: pl.DataFrame
    """uscc, duplicates, conflicts: what the sources said twice or differently."""


def columns(
    long: LongTables, as_of: date, known_at: date, scalars: Iterable[str], row_fields: Mapping[str, tuple[str, ...]]
) -> Columns:
    """The columns at (as_of, known_at). ``frame`` has uscc, name, region_code beside the scalars asked for."""
    asked = [name for name in scalars if not name.startswith(moments.PREFIX)]
    visible = {name: _visible(frame, known_at) for name, frame in long.tables.items()}
    hard = _hard(visible)
    firms = long.firms()
    easy_firms = firms.filter(~firms.is_in(hard.implode()))
    easy = {name: frame.join(easy_firms.to_frame("uscc"), on="uscc", how="semi") for name, frame in visible.items()}
    frame = _scalars(easy_firms, easy, long, asked, as_of)
    position = frame.select("uscc").with_row_index(ROW)
    children = {table: _child(easy.get(table), fields, position) for table, fields in row_fields.items()}
    notes = pl.DataFrame(schema=NOTES)
    if hard.len():
        frame, children, notes = _with_hard(frame, children, long.of(hard), as_of, known_at, asked, dict(row_fields))
    at = {name: moments.value(name, as_of) for name in scalars if name.startswith(moments.PREFIX)}
    return Columns(frame, children, at, notes)


def _visible(frame: pl.DataFrame, known_at: date) -> pl.DataFrame:
    return frame.filter(pl.col("known_from").is_null() | (pl.col("known_from") <= day_number(known_at)))


def _hard(visible: Mapping[str, pl.DataFrame]) -> pl.Series:
    """Enterprises of which some row speaks of what another row speaks of, or was withdrawn."""
    found = [pl.Series("uscc", [], dtype=pl.String)]
    for name, frame in visible.items():
        table = TABLES[name]
        if name == "enterprise":
            key = ["uscc"]
        elif table.identity:
            key = ["uscc", *table.identity]
        else:
            key = ["uscc", *table.fields]
        twice = frame.select(key).is_duplicated() | (frame["retracted"] == 1).fill_null(False)
        if name != "enterprise" and not table.identity and frame["row_id"].null_count() < frame.height:
            twice = twice | (frame.select("uscc", "row_id").is_duplicated() & frame["row_id"].is_not_null())
        if name == "enterprise":
            twice = twice | _several_groups(frame)
        found.append(frame.filter(twice)["uscc"])
    return pl.concat(found).unique()


def _several_groups(enterprise: pl.DataFrame) -> pl.Series:
    """Whether a code is too short to name one size group: each of its children's groups is a completion."""
    return (
        enterprise["industry_code"].is_not_null() & enterprise.select(_size_group().alias("group"))["group"].is_null()
    )


def _scalars(
    firms: pl.Series, visible: Mapping[str, pl.DataFrame], long: LongTables, asked: list[str], as_of: date
) -> pl.DataFrame:
    enterprise = visible.get("enterprise", pl.DataFrame(schema={"uscc": pl.String}))
    frame = firms.to_frame("uscc").join(enterprise, on="uscc", how="left", maintain_order="left")
    for name, spec in TABLES["enterprise"].fields.items():
        if name not in frame.columns:
            kind = pl.Int64 if spec.kind.readable else pl.String
            frame = frame.with_columns(pl.lit(None, dtype=kind).alias(name))
    made = [pl.col("uscc"), pl.col("name"), pl.col("region_code")]
    made += [_enterprise_column(path, frame, as_of) for path in asked if path.startswith("enterprise/")]
    out = frame.select(made)
    founded = (pl.from_epoch(pl.col("established_on"), time_unit="d")).dt.year()
    years = frame.select(founded.alias("founded"))["founded"]
    for offset in sorted({int(p.split("/")[1]) for p in asked if p.startswith("annual_report/")}):
        names = [p.split("/")[2] for p in asked if p.startswith(f"annual_report/{offset}/")]
        out = out.with_columns(_annual(visible.get("annual_report"), firms, as_of.year + offset, offset, names, years))
    for path in asked:
        if path.startswith("expert_grade/"):
            out = out.with_columns(_grade(visible.get("expert_grade"), firms, path))
        elif path.endswith("/listed"):
            out = out.with_columns(_listed(path.removesuffix("/listed"), frame, visible, long))
    return out


def _enterprise_column(path: str, frame: pl.DataFrame, as_of: date) -> pl.Expr:
    if path == ACCOUNTING_YEARS.path:
        return (
            (as_of.year - pl.from_epoch("established_on", time_unit="d").dt.year())
            .clip(0, 3)
            .cast(pl.Int64)
            .alias(path)
        )
    if path == OUT_OF_SCOPE.path:
        return pl.col("uscc").str.slice(0, 2).is_in(["92", "93"]).cast(pl.Int64).alias(path)
    if path == SIZE_GROUP.path:
        return _size_group().alias(path)
    assert path not in DERIVED_FROM
    name = path.removeprefix("enterprise/")
    if name not in frame.columns:
        return pl.lit(None, dtype=pl.Int64).alias(path)
    return pl.col(name).alias(path)


def _size_group() -> pl.Expr:
    kind = SIZE_GROUP.kind
    assert isinstance(kind, Choice)

    def group(codes: pl.Series) -> pl.Series:
        """Each distinct (code, edition) is looked up once."""
        pairs = codes.struct.unnest()
        distinct = pairs.unique()
        found = []
        for code, edition in distinct.iter_rows():
            name = None if code is None else industry.size_group(code, 2017 if edition is None else edition)
            found.append(None if name is None else kind.code(name))
        table = distinct.with_columns(pl.Series("group", found, dtype=pl.Int64))
        joined = pairs.join(table, on=pairs.columns, how="left", nulls_equal=True, maintain_order="left")
        return joined["group"]

    return pl.struct("industry_code", "industry_code_edition").map_batches(group, return_dtype=pl.Int64)


def _annual(
    reports: pl.DataFrame | None, firms: pl.Series, year: int, offset: int, names: list[str], founded: pl.Series
) -> list[pl.Series]:
    if reports is None:
        reports = pl.DataFrame(schema={"uscc": pl.String, "fiscal_year": pl.Int64, **dict.fromkeys(names, pl.Int64)})
    of_year = reports.filter(pl.col("fiscal_year") == year).select("uscc", *names, pl.lit(True).alias("#stated"))
    joined = firms.to_frame("uscc").join(of_year, on="uscc", how="left", maintain_order="left")
    # A year before the founding year that nobody reported: nothing was earned, spent or employed.
    before = (founded > year).fill_null(False) & joined["#stated"].is_null()
    return [
        joined.select(pl.when(before).then(pl.lit(0, dtype=pl.Int64)).otherwise(pl.col(name)).alias(name))[name].alias(
            f"annual_report/{offset}/{name}"
        )
        for name in names
    ]


def _grade(grades: pl.DataFrame | None, firms: pl.Series, path: str) -> pl.Series:
    if grades is None:
        return pl.Series(path, [None] * firms.len(), dtype=pl.Int64)
    of_criterion = grades.filter(pl.col("criterion") == path.removeprefix("expert_grade/")).select("uscc", "value")
    return firms.to_frame("uscc").join(of_criterion, on="uscc", how="left", maintain_order="left")["value"].alias(path)


def _listed(table: str, frame: pl.DataFrame, visible: Mapping[str, pl.DataFrame], long: LongTables) -> pl.Series:
    """1 where the list is complete: said so, or not said and the firm has a row; never where a row was rejected, nor
    where rows exist but none was known yet."""
    firms = frame["uscc"]
    nobody = pl.Series("uscc", [], dtype=pl.String)
    given = long.tables[table]["uscc"] if table in long.tables else nobody
    seen = visible[table]["uscc"] if table in visible else nobody
    has_rows, has_visible = firms.is_in(given.unique().implode()), firms.is_in(seen.unique().implode())
    column = f"{table}_listed"
    complete = (frame[column] == 1).fill_null(False) if column in frame.columns else has_visible
    rejected = long.incomplete.filter(pl.col("table") == table)["uscc"]
    complete = complete & ~(has_rows & ~has_visible) & ~firms.is_in(rejected.unique().implode())
    flags = pl.DataFrame({"complete": complete})
    return flags.select(pl.when("complete").then(pl.lit(1, dtype=pl.Int64)).alias(listed(table)))[listed(table)]


def _child(rows: pl.DataFrame | None, fields: tuple[str, ...], position: pl.DataFrame) -> pl.DataFrame:
    if rows is None:
        return pl.DataFrame(schema={ROW: pl.UInt32, **dict.fromkeys(fields, pl.Int64)})
    for name in fields:
        if name not in rows.columns:
            rows = rows.with_columns(pl.lit(None, dtype=pl.Int64).alias(name))
    return rows.join(position, on="uscc", how="inner").select(ROW, *fields)


def _with_hard(
    frame: pl.DataFrame,
    children: dict[str, pl.DataFrame],
    long: LongTables,
    as_of: date,
    known_at: date,
    asked: list[str],
    row_fields: dict[str, tuple[str, ...]],
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame], pl.DataFrame]:
    """Append the enterprises that need `features.resolve`, a row for each completion, and order all by uscc."""
    scalar_rows: list[dict[str, object]] = []
    child_rows: dict[str, list[dict[str, object]]] = {table: [] for table in row_fields}
    notes: list[dict[str, object]] = []
    wanted = Wanted(asked, row_fields, as_of)
    for dossier in dossiers(long):
        known = resolve(dossier, known_at)
        notes.append({"uscc": known.uscc, "duplicates": known.duplicates, "conflicts": known.conflicts})
        first = (known.tables["enterprise"] or [{}])[0]
        region = first.get("region_code")
        head = {
            "uscc": known.uscc,
            "name": first.get("name"),
            "region_code": region if isinstance(region, int) else None,
        }
        for facts in wanted.completions(known):
            at = frame.height + len(scalar_rows)
            scalar_rows.append({**head, **facts.scalars})
            for table, rows in facts.rows.items():
                child_rows[table] += [{ROW: at, **row} for row in rows]
    added = pl.DataFrame(scalar_rows, schema=frame.schema)
    whole = pl.concat([frame, added]).with_row_index(ROW).sort("uscc", maintain_order=True)
    moved = whole.select(pl.col(ROW), pl.int_range(pl.len(), dtype=pl.UInt32).alias("#new"))
    placed = {}
    for table, child in children.items():
        joined = pl.concat([child, pl.DataFrame(child_rows[table], schema=child.schema)])
        placed[table] = joined.join(moved, on=ROW, how="left").drop(ROW).rename({"#new": ROW})
    return whole.drop(ROW), placed, pl.DataFrame(notes, schema=NOTES)


def dossiers(long: LongTables) -> Iterable[Dossier]:
    """Every enterprise of the tables as a typed dossier, sorted by uscc."""
    grouped: dict[str, dict[str, list[TypedRow]]] = {}
    listed_columns: dict[str, dict[str, int | None]] = {}
    for name, frame in long.tables.items():
        stated = [c for c in frame.columns if c.endswith("_listed")]
        for row in frame.iter_rows(named=True):
            code = row.pop("uscc")
            if stated:
                listed_columns[code] = {c: row.pop(c) for c in stated}
            grouped.setdefault(code, {}).setdefault(name, []).append(row)
    known_columns = {c for frame in long.tables.values() for c in frame.columns if c.endswith("_listed")}
    rejected: dict[str, set[str]] = {}
    for code, table in long.incomplete.select("uscc", "table").iter_rows():
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
            tables[name] = None if rows is None else [_filled(name, row) for row in rows]
        yield Dossier(code, tables, partial=frozenset(partial))


def _filled(table: str, row: TypedRow) -> TypedRow:
    for name in (*TABLES[table].fields, *PROVENANCE):
        row.setdefault(name, None)
    return row
