from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import Database, DuckDB, PostgreSQL


@pytest.fixture(scope="session", params=["duckdb", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "duckdb":
        yield DuckDB()
        return
    import psycopg

    with psycopg.connect(request.getfixturevalue("postgres_server")) as connection:
        yield PostgreSQL(connection)
