"""Rows of sheets and dossiers gathered into one typed frame a table."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from features.dossier import LARGEST_ROWS
from features.intake.imported import INCOMPLETE_SCHEMA, LISTED, REJECT_SCHEMA, Imported, Note, dtype_of, schema_of
from features.intake.rows import surplus_rows
from features.schema import Reading
from features.tables import PROVENANCE, TABLES, Enterprise

ORIGIN, LINE = "__origin", "__line"
"""Where a row comes from, kept until the last check."""

_SILENT = -1
"""Stands for "this sheet does not say" until the lists of all sheets are known."""

LISTED_COLUMNS = tuple(f"{table}_listed" for table in dict.fromkeys(LISTED.values()))


@dataclass
class Part:
    """Rows of one table from one sheet. Columns of fields that the sheet lacks are not there."""

    table: str
    frame: pl.DataFrame
    derived: bool = False
    """Enterprise rows repeated on every line of a sheet of annual data."""


@dataclass
class Collector:
    """Everything read so far."""

    parts: list[Part] = field(default_factory=list)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    incomplete: list[pl.DataFrame] = field(default_factory=list)
    origins: list[tuple[str, str | None]] = field(default_factory=list)

    def origin(self, file: str, sheet: str | None) -> int:
        """Number of a place that rows come from."""
        self.origins.append((file, sheet))
        return len(self.origins) - 1

    def lost(self, codes: pl.Series, tables: list[str]) -> None:
        """Note that these firms lost a row of these tables."""
        firms = codes.drop_nulls().unique().to_frame("uscc")
        for table in tables:
            if table != Enterprise.id:
                self.incomplete.append(firms.with_columns(table=pl.lit(table)))

    def finish(self) -> Imported:
        """The frames, uniform and complete."""
        tables: dict[str, pl.DataFrame] = {}
        for table in TABLES:
            parts = [part for part in self.parts if part.table == table]
            if parts:
                frame = (
                    _enterprises(parts)
                    if table == Enterprise.id
                    else pl.concat([_filled(p) for p in parts], how="diagonal")
                )
                tables[table] = self._checked(frame, table)
        if Enterprise.id in tables:
            tables[Enterprise.id] = _listed(tables)
        for table, frame in tables.items():
            self._note_duplicates(table, frame)
            tables[table] = frame.drop(ORIGIN, LINE, "__derived", strict=False).rechunk()
        rejects = pl.concat([pl.DataFrame(schema=REJECT_SCHEMA), *self.rejects])
        incomplete = pl.concat([pl.DataFrame(schema=INCOMPLETE_SCHEMA), *self.incomplete])
        return Imported(tables, rejects, self.notes, incomplete.unique(maintain_order=True))

    def _checked(self, frame: pl.DataFrame, table: str) -> pl.DataFrame:
        beyond = surplus_rows(frame, table)
        if beyond is None:
            return frame
        over = frame.filter(beyond)
        places = pl.DataFrame(
            {
                ORIGIN: range(len(self.origins)),
                "file": [f for f, _ in self.origins],
                "sheet": [s for _, s in self.origins],
            },
            schema={ORIGIN: pl.Int64, "file": pl.String, "sheet": pl.String},
        )
        told = over.select(ORIGIN, "uscc", row=LINE).join(places, on=ORIGIN, how="left", maintain_order="left")
        self.rejects.append(
            told.with_columns(
                column=pl.lit(None, dtype=pl.String),
                value=pl.lit(None, dtype=pl.String),
                code=pl.lit("too_many_rows"),
                rule=pl.lit(f"一家企业最多 {LARGEST_ROWS} 行 / at most {LARGEST_ROWS} rows an enterprise"),
                remedy=pl.lit("核对代码列是否填错，或合并同类行 / check the code column, or merge like rows"),
            ).select(REJECT_SCHEMA.keys())
        )
        self.lost(over["uscc"], [table])
        return frame.filter(~beyond)

    def _note_duplicates(self, table: str, frame: pl.DataFrame) -> None:
        natural = frame.select("uscc", *TABLES[table].fields, *(n for n in PROVENANCE))
        again = frame.height - natural.hash_rows().n_unique()
        if again:
            zh, en = (
                f"{TABLES[table].zh}：{again} 行与其他行完全相同，只计一次",
                f"{table}: {again} rows repeat others and count once",
            )
            self.notes.append(Note("", None, zh, en))


def _filled(part: Part) -> pl.DataFrame:
    """The part with every column of its table; a field that the sheet lacks reads as an absent key."""
    table = TABLES[part.table]
    have = set(part.frame.columns)
    missing: list[pl.Expr] = []
    for name, spec in (*table.fields.items(), *PROVENANCE.items()):
        if name not in have:
            negative: int | str = spec.negative if spec.kind.readable else ""
            stated = None if spec.absent is Reading.UNKNOWN else negative
            missing.append(pl.lit(stated, dtype=dtype_of(spec)).alias(name))
            if spec.absent is Reading.ASSUMED_NOT and f"{name}/assumed" not in have:
                missing.append(pl.lit(1, dtype=pl.Int64).alias(f"{name}/assumed"))
    extra = [name for name in (*LISTED_COLUMNS, ORIGIN, LINE) if name in have]
    return part.frame.with_columns(missing).select(*schema_of(table), *extra)


def _enterprises(parts: list[Part]) -> pl.DataFrame:
    """Enterprise rows of all sheets; what one sheet lacks is taken from another, so that silence is no contradiction."""
    filled = []
    listed = [name for name in LISTED_COLUMNS if any(name in part.frame.columns for part in parts)]
    for part in parts:
        silent = [pl.lit(_SILENT, dtype=pl.Int64).alias(name) for name in listed if name not in part.frame.columns]
        frame = part.frame.with_columns(silent)
        for name in Enterprise.fields:
            if name not in frame.columns:
                frame = _from_others(frame, name, [p.frame for p in parts if name in p.frame.columns])
        filled.append(_filled(Part(part.table, frame)).with_columns(pl.lit(part.derived).alias("__derived")))
    whole = pl.concat(filled, how="diagonal").sort("__derived", maintain_order=True)
    if not any(part.derived for part in parts):
        return whole
    stated = [name for name in schema_of(Enterprise) if name != "row_id"]
    return whole.filter(whole.select(pl.struct(stated).is_first_distinct() | ~pl.col("__derived")).to_series())


def _from_others(frame: pl.DataFrame, name: str, others: list[pl.DataFrame]) -> pl.DataFrame:
    """The frame with a field that it lacks, where another sheet states it for the same firm."""
    flag = f"{name}/assumed"
    spec = Enterprise.fields[name]
    stated = [other.select("uscc", pl.col(name), *([flag] if flag in other.columns else [])) for other in others]
    if not stated:
        return frame
    known = pl.concat(stated, how="diagonal").sort(pl.col(name).is_null(), maintain_order=True)
    known = known.unique("uscc", keep="first", maintain_order=True)
    joined = frame.join(known.with_columns(pl.lit(True).alias("__found")), on="uscc", how="left", maintain_order="left")
    if spec.absent is not Reading.UNKNOWN:
        nowhere = pl.col("__found").is_null()
        joined = joined.with_columns(
            pl.when(nowhere).then(pl.lit(spec.negative, dtype=dtype_of(spec))).otherwise(pl.col(name)).alias(name)
        )
        if spec.absent is Reading.ASSUMED_NOT:
            joined = joined.with_columns(
                pl.when(nowhere).then(pl.lit(1, dtype=pl.Int64)).otherwise(pl.col(flag)).alias(flag)
            )
    return joined.drop("__found")


def _listed(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Where only some sheets say which lists are complete, the others keep their own meaning: complete where there are rows."""
    frame = tables[Enterprise.id]
    for column in LISTED_COLUMNS:
        if column in frame.columns:
            table = column.removesuffix("_listed")
            firms = tables[table]["uscc"].unique() if table in tables else pl.Series([], dtype=pl.String)
            silent = frame.select(pl.col(column) == _SILENT).to_series().fill_null(False)
            present = frame["uscc"].is_in(firms.implode())
            value = pl.when(silent).then(pl.when(present).then(pl.lit(1, dtype=pl.Int64))).otherwise(pl.col(column))
            frame = frame.with_columns(value.alias(column))
    return frame
