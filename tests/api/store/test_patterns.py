"""Query patterns are seen from the sealed chain, each entry read once and by an index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.store.access import Stops
from api.store.audit import Access, Audit
from api.store.database import Store
from api.store.parties import ENTERPRISES, Parties
from api.store.patterns import BEFORE, NEW, Patterns
from api.store.sealing import seal_all

WINDOW = timedelta(minutes=60)


@pytest.fixture
def bank(store: Store) -> str:
    with store.session() as session:
        return Parties(session).institution("某银行", "bank")


def _read(store: Store, institution: str, *codes: str, ago: timedelta = timedelta(), outcome: str = "ok") -> None:
    with store.session() as session:
        for code in codes:
            at = datetime.now(UTC) - ago
            Audit(session).record(Access(at, "c-1", institution, "api", "score.read", uscc=code, outcome=outcome))
    seal_all(store)


def _unusual(store: Store, patterns: Patterns) -> list[str]:
    with store.session() as session:
        return [institution for institution, _ in patterns.unusual(session)]


def test_different_enterprises_count_once_each_and_over_several_looks(store: Store, bank: str) -> None:
    patterns = Patterns(WINDOW, 3, 100)
    _read(store, bank, "A", "B", "A", "C")
    assert _unusual(store, patterns) == []
    _read(store, bank, "C", "A")
    assert _unusual(store, patterns) == []
    _read(store, bank, "D")
    assert _unusual(store, patterns) == [bank]
    # A process that starts now sees the same.
    assert _unusual(store, Patterns(WINDOW, 3, 100)) == [bank]


def test_refusals_count_and_answers_do_not(store: Store, bank: str) -> None:
    patterns = Patterns(WINDOW, 100, 2)
    _read(store, bank, *"ABCDE")
    _read(store, bank, "A", "A", outcome="consent_required")
    assert _unusual(store, patterns) == []
    _read(store, bank, "A", outcome="not_found")
    assert _unusual(store, patterns) == [bank]


def test_what_lies_before_the_window_does_not_count(store: Store, bank: str) -> None:
    _read(store, bank, "A", "B", ago=timedelta(minutes=90))
    _read(store, bank, "C", "D")
    assert _unusual(store, Patterns(WINDOW, 2, 100)) == []
    assert _unusual(store, Patterns(timedelta(hours=2), 2, 100)) == [bank]


def test_what_is_stopped_is_told_no_more_and_what_was_released_is_explained(store: Store, bank: str) -> None:
    patterns = Patterns(WINDOW, 2, 100)
    _read(store, bank, "A", "B", "C")
    with store.session() as session:
        Stops(session).stop(bank, "system", "x")
    assert _unusual(store, patterns) == []
    with store.session() as session:
        Stops(session).release(bank, "p-1", "已说明")
    assert _unusual(store, patterns) == []
    _read(store, bank, "A", "B")
    assert _unusual(store, patterns) == []
    _read(store, bank, "C")
    assert _unusual(store, patterns) == [bank]


def test_people_of_enterprises_and_unknown_institutions_are_no_institution(store: Store) -> None:
    _read(store, ENTERPRISES, *"ABCDE")
    _read(store, "", *"ABCDE")
    _read(store, "bank-unknown", *"ABCDE")
    assert _unusual(store, Patterns(WINDOW, 2, 100)) == []


def test_a_look_reads_new_entries_by_the_index_of_places(store: Store, bank: str) -> None:
    postgresql = store.engine.dialect.name == "postgresql"
    with store.engine.begin() as connection:
        columns = (
            'at, actor, institution, channel, action, purpose, uscc, fields, consent, "release", outcome, place, digest'
        )
        series = (
            "SELECT n FROM generate_series(1, 20000) n"
            if postgresql
            else "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000) SELECT n FROM s"
        )
        connection.execute(
            text(
                f"INSERT INTO access ({columns}) SELECT '2026-11-22T00:00:00.000000Z', 'c', :bank, 'api', 'score.read', '', "
                f"'A', '[]', '', '', 'ok', n, 'x' FROM ({series}) AS s"
            ),
            {"bank": bank},
        )
        connection.execute(text("ANALYZE"))
        plan = "EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN "
        for asked, given in ((NEW, {"last": 19_990}), (BEFORE, {"since": datetime.now(UTC)})):
            compiled = asked.compile(dialect=store.engine.dialect)
            told = connection.exec_driver_sql(plan + str(compiled), _given(compiled, given, postgresql)).all()
            assert not [row for row in told if "SCAN access" in str(row) or "Seq Scan on access " in str(row)], told
            if asked is NEW:
                assert "index" in str(told).lower()


def _given(compiled: object, given: dict[str, object], named: bool) -> object:
    parameters = {**compiled.params, **given}  # type: ignore[attr-defined]
    parameters = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in parameters.items()}
    return parameters if named else tuple(parameters[name] for name in compiled.positiontup)  # type: ignore[attr-defined]
