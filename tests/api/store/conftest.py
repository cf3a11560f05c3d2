"""The same tests on SQLite and on a real PostgreSQL that a package brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import postgres
import pytest

from api.store.database import Store

NUMBERS = count()


@pytest.fixture
def another_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes an empty database of a kind."""

    def made(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / f'store_{next(NUMBERS)}.db'}"
        return postgres.database(request.getfixturevalue("postgres_server"))

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
