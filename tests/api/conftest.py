from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import postgres
import pytest
import world as worlds
from argon2 import PasswordHasher

from api import app
from api.auth import passwords
from api.settings import Serving
from scoring.engine import Engine


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[tuple[PasswordHasher, str]]:
    """Many tests log in, and the product makes a login slow: here it is quick. What the product has."""
    product, quick = (passwords._HASHER, passwords._NOBODY), PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", quick)
        patch.setattr(passwords, "_NOBODY", quick.hash("nobody has this password"))
        yield product


@pytest.fixture
def product_passwords(quick_passwords: tuple[PasswordHasher, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As slow as in the product."""
    for name, product in zip(("_HASHER", "_NOBODY"), quick_passwords, strict=True):
        monkeypatch.setattr(passwords, name, product)


@pytest.fixture(scope="session", autouse=True)
def small_heap() -> Iterator[None]:
    """A service that starts searches its whole heap for garbage once; here that is everything that tests hold, each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "gc", SimpleNamespace(collect=int, freeze=int, unfreeze=int))
        yield


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One for all tests of a worker; each asks it for a database of its own."""
    with postgres.server(tmp_path_factory.mktemp("postgres")) as uri:
        yield uri


@pytest.fixture(scope="session")
def first_world(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> tuple[Path, worlds.World]:
    """Made once; each test gets a copy of its file."""
    folder = tmp_path_factory.mktemp("world")
    found = worlds.made(f"sqlite:///{folder / 'store.db'}", engine, folder)
    with found.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    found.store.engine.dispose()
    return folder / "store.db", found


@pytest.fixture
def copied(first_world: tuple[Path, worlds.World], tmp_path: Path, engine: Engine) -> Callable[..., worlds.World]:
    """A world of its own on SQLite, under other settings and rules where they are given."""

    def copy(rules: Engine = engine, **settings: Any) -> worlds.World:
        file, first = first_world
        shutil.copy(file, tmp_path / "store.db")
        return worlds.again(first, f"sqlite:///{tmp_path / 'store.db'}", rules, **settings)

    return copy


@pytest.fixture
def world(copied: Callable[..., worlds.World]) -> Iterator[worlds.World]:
    """On SQLite."""
    found = copied(serving=Serving(anonymous_assess=False))
    with found.client:
        yield found
    found.store.engine.dispose()


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
