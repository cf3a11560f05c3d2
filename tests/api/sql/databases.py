"""Two databases that run the statements: DuckDB in this process, and PostgreSQL that a package brings along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pytest

from api.authority.sql.dialects import DIALECTS, Dialect
from api.authority.sql.expressions import quoted
from features.facts import FirmFacts

Row = tuple[Any, ...]


class Database(Protocol):
    dialect: Dialect

    def run(self, statement: str, tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]]) -> list[dict[str, Any]]:
        """The rows that a statement finds where there are these tables only: columns and rows by name."""


class DuckDB:
    dialect = DIALECTS["duckdb"]

    def __init__(self) -> None:
        duckdb = pytest.importorskip("duckdb", reason="DuckDB is in the extra bench")
        self._at = duckdb.connect()

    def run(self, statement: str, tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]]) -> list[dict[str, Any]]:
        for name, (columns, rows) in tables.items():
            self._at.execute(f"CREATE OR REPLACE TABLE {quoted(name)} ({_declared(columns)})")
            if rows:
                # In one text: row by row it takes seconds.
                values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
                self._at.execute(f"INSERT INTO {quoted(name)} VALUES {values}")
        found = self._at.execute(statement)
        names = [one[0] for one in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class PostgreSQL:
    dialect = DIALECTS["postgres"]

    def __init__(self, connection: Any) -> None:
        self._at = connection

    def run(self, statement: str, tables: Mapping[str, tuple[Sequence[str], Sequence[Row]]]) -> list[dict[str, Any]]:
        with self._at.transaction(force_rollback=True), self._at.cursor() as cursor:
            for name, (columns, rows) in tables.items():
                cursor.execute(f"CREATE TEMPORARY TABLE {quoted(name)} ({_declared(columns)})")
                with cursor.copy(f"COPY {quoted(name)} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            cursor.execute(statement)
            names = [one.name for one in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _literal(value: str | int | None) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def _declared(columns: Sequence[str]) -> str:
    return ", ".join(("uscc TEXT", *(f"{quoted(name)} BIGINT" for name in columns)))


def tables(
    firms: Mapping[str, FirmFacts], scalars: Sequence[str], row_fields: Mapping[str, Sequence[str]]
) -> dict[str, tuple[Sequence[str], Sequence[Row]]]:
    """Enterprises by code as the tables that a statement reads."""
    found: dict[str, tuple[Sequence[str], Sequence[Row]]] = {
        "firm": (scalars, [(code, *(facts.scalars[name] for name in scalars)) for code, facts in firms.items()])
    }
    for table, fields in row_fields.items():
        rows = [
            (code, *(row.get(field) for field in fields))
            for code, facts in firms.items()
            for row in facts.rows.get(table, ())
        ]
        found[table] = fields, rows
    return found
