"""What holds others up on PostgreSQL is ended, answered 503, and leaves nothing locked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres
import psycopg
import pytest
import world as worlds
from world import LIUZHOU, World

from api.http import serving
from api.store.loading import loading
from scoring.engine import Engine

SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON access FOR EACH ROW EXECUTE FUNCTION slow();
"""
HELD = """
SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l USING (pid)
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND (l.locktype = 'advisory' OR a.state LIKE 'idle in%')
"""


@pytest.fixture
def served(postgres_server: str, engine: Engine, tmp_path: Path) -> Iterator[tuple[World, str]]:
    url = postgres.database(postgres_server)
    first = worlds.made(url, engine, tmp_path)
    first.store.engine.dispose()
    # Of statements, locks and idle transactions the one that a test is about is ended long before it would end by itself.
    timeouts = {"statement_seconds": 5, "lock_seconds": 2, "idle_seconds": 5}
    world = worlds.again(first, url, engine, timeouts=timeouts)
    # Without its keeper, which works at the same store and would hold locks of its own.
    yield world, url
    world.store.engine.dispose()


def _assert_unavailable(answer: Any) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1


def _assert_as_before(world: World, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        (held,) = connection.execute(HELD).fetchone() or (None,)
    assert held == 0
    assert world.score("park staff", LIUZHOU, "statistics").status_code == 200


def test_a_statement_that_takes_too_long_is_ended(served: tuple[World, str]) -> None:
    world, url = served
    headers = world.headers("park staff", Purpose="statistics")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SLOW)
        begun = time.monotonic()
        answer = world.client.get(f"/v1/enterprises/{LIUZHOU}/score", params=worlds.AS_OF, headers=headers)
        assert time.monotonic() - begun < 30
        connection.execute("DROP TRIGGER slow ON access")
    _assert_unavailable(answer)
    _assert_as_before(world, url)


def test_who_waits_too_long_for_a_lock_waits_no_more(served: tuple[World, str]) -> None:
    world, url = served
    headers = world.headers("park staff", Purpose="statistics")
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE access")
        _assert_unavailable(world.client.get(f"/v1/enterprises/{LIUZHOU}/score", headers=headers))
        connection.rollback()
    _assert_as_before(world, url)


def test_a_transaction_in_which_nothing_happens_is_ended(
    served: tuple[World, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, url = served
    headers = world.headers("park staff", Purpose="statistics")
    known = serving.firm_of

    def held_up(*asked: Any) -> Any:
        time.sleep(8)
        return known(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(serving, "firm_of", held_up)
        _assert_unavailable(world.client.get(f"/v1/enterprises/{LIUZHOU}/score", headers=headers))
    _assert_as_before(world, url)


def test_a_load_over_http_waits_for_the_load_of_a_file(served: tuple[World, str]) -> None:
    world, _ = served
    headers, dossier = world.headers("bank program"), worlds.facts(LIUZHOU)

    def bring() -> Any:
        return world.client.post(f"/v1/enterprises/{LIUZHOU}/facts", json=dossier, headers=headers)

    with world.store.session() as session:
        loading(session)
        # It waits as long as it may wait for a lock.
        _assert_unavailable(bring())
    answer = bring()
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"] > 0
