"""What the intake hands on, and the shape of its reject table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from features.errors import FactError
from features.schema import Field, Reading, Table
from features.tables import PROVENANCE, TABLES, Enterprise

REJECT_SCHEMA: dict[str, pl.DataType] = {
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int64(),
    "uscc": pl.String(),
    "column": pl.String(),
    "value": pl.String(),
    "code": pl.String(),
    "rule": pl.String(),
    "remedy": pl.String(),
}
"""``row`` is the line in the sheet or file, from 1; null where a whole column or sheet is refused."""

INCOMPLETE_SCHEMA: dict[str, pl.DataType] = {"uscc": pl.String(), "table": pl.String()}

LISTED = {f"{name}_listed": t.id for t in TABLES.values() if t is not Enterprise for name in (t.id, t.key)}
"""Headers by which an enterprise row says that a list is complete."""


@dataclass(frozen=True)
class Note:
    """Something that a person should know but need not mend."""

    file: str
    sheet: str | None
    zh: str
    en: str


@dataclass
class Imported:
    """Typed rows of every table that the input had, and everything that was not taken.

    ``tables`` maps a table's id to a frame: ``uscc``, every field of the table as Int64 (text fields as String; null is
    unknown), ``<field>/assumed``, and the columns of `features.tables.PROVENANCE`.
    """

    tables: dict[str, pl.DataFrame]
    rejects: pl.DataFrame
    notes: list[Note] = field(default_factory=list)
    incomplete: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=INCOMPLETE_SCHEMA))
    """Firms that lost a row of a list to rejection, and the list (columns ``uscc``, ``table``)."""


def dtype_of(spec: Field) -> pl.DataType:
    """Column type of a field in the long tables."""
    return pl.Int64() if spec.kind.readable else pl.String()


def may_be_assumed(spec: Field) -> bool:
    """Whether the field has a column that says "assumed not so"."""
    return Reading.ASSUMED_NOT in (spec.absent, spec.null)


def schema_of(table: type[Table]) -> dict[str, pl.DataType]:
    """Columns of a table's long frame, in order; those of `LISTED` may follow in ``enterprise``."""
    columns: dict[str, pl.DataType] = {"uscc": pl.String()}
    for name, spec in table.fields.items():
        columns[name] = dtype_of(spec)
        if may_be_assumed(spec):
            columns[f"{name}/assumed"] = pl.Int64()
    return columns | {name: dtype_of(spec) for name, spec in PROVENANCE.items()}


def rejects_frame(rows: Iterable[dict[str, object]]) -> pl.DataFrame:
    """Reject rows as a frame of `REJECT_SCHEMA`."""
    return pl.DataFrame(list(rows), schema=REJECT_SCHEMA)


def reject(
    problem: FactError,
    *,
    file: str,
    sheet: str | None,
    row: int | None = None,
    uscc: str | None = None,
    column: str | None = None,
) -> dict[str, object]:
    """One reject row for a problem; ``column`` defaults to the problem's field."""
    told = problem.as_dict()
    value = told["value"]
    return {
        "file": file,
        "sheet": sheet,
        "row": row,
        "uscc": uscc,
        "column": problem.field if column is None else column,
        "value": None if value is None else str(value),
        "code": told["code"],
        "rule": told["rule"],
        "remedy": told["remedy"],
    }
