"""A store that was filled under an older schema keeps what it holds and works under the newest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from dossiers import strong
from loads import TODAY, load_dossiers
from packed import RULES
from sqlalchemy import inspect, text

from api.store.backup import _contents
from api.store.database import Store
from api.store.facts import Facts
from api.store.releases import Releases
from api.store.tables import Base

RELEASE = "sha256:" + "1" * 64


def _columns(store: Store) -> dict[str, dict[str, str]]:
    found = inspect(store.engine)
    return {
        name: {c["name"]: f"{c['type']} {c['nullable']}" for c in found.get_columns(name)}
        for name in found.get_table_names()
    }


def test_a_store_filled_under_the_first_schema_goes_on_under_the_newest(store: Store, url: str, tmp_path: Path) -> None:
    store.migrate("0001")
    assert inspect(store.engine).has_table("release")
    assert not inspect(store.engine).has_table("fact")
    with store.session() as session:
        Releases(session).built(RELEASE, {"cards": {"a": 1}}, RULES, "甲")
        Releases(session).approve(RELEASE, "乙")
    again = Store(url)
    try:
        with again.session() as session:
            assert Releases(session).files(RELEASE) == RULES
            assert [event.kind for event in Releases(session).events()] == ["built", "approved"]
        load_dossiers(again, tmp_path, strong())
        with again.session() as session:
            assert Facts(session).dossier("91450200MA00000151", TODAY) is not None
    finally:
        again.engine.dispose()


def test_opening_a_filled_store_again_changes_nothing(store: Store, url: str, tmp_path: Path) -> None:
    load_dossiers(store, tmp_path, strong())
    with store.engine.connect() as connection:
        before = _contents(connection)
    with Store(url) as again, again.engine.connect() as connection:
        assert _contents(connection) == before


def test_going_back_and_forth_gives_the_same_schema(store: Store) -> None:
    before = _columns(store)
    store.migrate("0001")
    assert set(_columns(store)) == {"alembic_version", "release", "release_event"}
    store.migrate()
    assert _columns(store) == before


def test_indexes_are_the_ones_that_the_tables_declare(store: Store) -> None:
    found = inspect(store.engine)
    for table in Base.metadata.sorted_tables:
        kept = {index["name"] for index in found.get_indexes(table.name) if not index.get("duplicates_constraint")}
        assert {index.name for index in table.indexes} == kept


def test_sqlite_writes_ahead_and_holds_references(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store, store.engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_moments_are_kept_to_the_microsecond_in_utc(store: Store) -> None:
    with store.session() as session:
        Releases(session).built(RELEASE, {}, b"", "甲")
        (event,) = Releases(session).events()
    assert event.at.tzinfo is not None
    assert abs((datetime.now(UTC) - event.at).total_seconds()) < 60
    with store.engine.connect() as connection:
        written = connection.scalar(text("SELECT at FROM release_event"))
    assert datetime.fromisoformat(written) == event.at
