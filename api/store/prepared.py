"""Statements of the request path, compiled once and given to the driver as they are.

SQLAlchemy looks a statement up, makes an execution context and a result for each execution: some forty microseconds, of which
the database takes five. A read of a score has six of them. So what every request executes is written as a Core statement like
all others and compiled once a dialect; parameters and results go through the processors of its column types.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Insert, Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Where = Session | Connection
"""In whose transaction."""
_Processor = Callable[[Any], Any]


class _Ready(NamedTuple):
    sql: str
    constants: dict[str, Any]
    given: dict[str, _Processor]
    """Of parameters that are not taken as they are."""
    row: Callable[[Iterable[Any]], Any]
    read: dict[int, _Processor]
    """Of results, by column, where they are not taken as they are."""


class Prepared:
    """A ``SELECT``, or an ``INSERT`` of the columns that are named; parameters are `bindparam` by name."""

    def __init__(self, statement: Select[Any] | Insert, columns: Sequence[str] = ()) -> None:
        self._statement, self._columns = statement, list(columns)
        self._ready: dict[str, _Ready] = {}

    def all(self, where: Where, given: Mapping[str, Any]) -> list[Any]:
        """The rows, as named tuples."""
        cursor, ready = self._executed(where, given)
        rows = cursor.fetchall()
        cursor.close()
        return [_read(ready, row) for row in rows]

    def first(self, where: Where, given: Mapping[str, Any]) -> Any:
        """The first row, None where there is none."""
        cursor, ready = self._executed(where, given)
        row = cursor.fetchone()
        cursor.close()
        return None if row is None else _read(ready, row)

    def run(self, where: Where, given: Mapping[str, Any]) -> None:
        """Execute it for its effect."""
        self._executed(where, given)[0].close()

    def _executed(self, where: Where, given: Mapping[str, Any]) -> tuple[Any, _Ready]:
        connection = connection_of(where)
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = self._made(dialect)
        parameters = {**ready.constants, **given}
        for name, processed in ready.given.items():
            parameters[name] = processed(parameters[name])
        return driver(connection, ready.sql, parameters), ready

    def _made(self, dialect: Dialect) -> _Ready:
        if dialect.name == "sqlite":
            # By name, as PostgreSQL's driver takes them.
            dialect = sqlite.dialect(paramstyle="named")
        compiled = cast(Any, self._statement.compile(dialect=dialect, column_keys=self._columns or None))
        constants = {} if self._columns else {k: v for k, v in compiled.params.items() if v is not None}
        processors = {n: b.type.dialect_impl(dialect).bind_processor(dialect) for n, b in compiled.binds.items()}
        columns = list(self._statement.selected_columns) if isinstance(self._statement, Select) else []
        row = namedtuple("Row", [c.name for c in columns], rename=True)  # type: ignore[misc]
        results = {at: c.type.dialect_impl(dialect).result_processor(dialect, None) for at, c in enumerate(columns)}
        return _Ready(str(compiled), constants, _taken(processors), row._make, _taken(results))


def connection_of(where: Where) -> Connection:
    """The connection whose transaction it is."""
    return where if isinstance(where, Connection) else where.connection()


def driver(connection: Connection, sql: str, parameters: Mapping[str, Any] | tuple[()] = ()) -> Any:
    """The driver's cursor after it executed; its errors as SQLAlchemy raises them, without what was given."""
    raw = connection.connection
    cursor = raw.cursor()
    try:
        cursor.execute(sql, parameters)
    except Exception as error:
        cursor.close()
        base = connection.dialect.loaded_dbapi.Error
        if not isinstance(error, base):
            raise
        lost = connection.dialect.is_disconnect(error, raw, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql, None, error, base, True, connection_invalidated=lost, dialect=connection.dialect
        ) from error
    return cursor


def _taken(processors: Mapping[Any, _Processor | None]) -> dict[Any, _Processor]:
    return {of: found for of, found in processors.items() if found}


def _read(ready: _Ready, row: Sequence[Any]) -> Any:
    if ready.read:
        row = list(row)
        for at, processed in ready.read.items():
            row[at] = processed(row[at])
    return ready.row(row)
