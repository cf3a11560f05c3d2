from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import postgres
import pytest
import world as worlds

from scoring.engine import Engine


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres.server(tmp_path_factory.mktemp("postgres")) as uri:
        yield uri


@pytest.fixture
def world(tmp_path: Path, engine: Engine) -> Iterator[worlds.World]:
    """On an empty SQLite."""
    found = worlds.made(f"sqlite:///{tmp_path / 'store.db'}", engine, tmp_path)
    with found.client:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path, engine: Engine) -> Iterator[worlds.World]:
    """On an empty SQLite and on an empty PostgreSQL."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    if request.param == "postgresql":
        url = postgres.database(request.getfixturevalue("postgres_server"))
    found = worlds.made(url, engine, tmp_path)
    with found.client:
        yield found
    found.store.engine.dispose()
