"""The database itself refuses to change or delete what is only ever added to; what may change, changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dossiers import strong
from loads import load_dossiers
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from api.store.audit import Access, Audit
from api.store.audit_check import check
from api.store.backup import backup, restore
from api.store.consents import Consents
from api.store.database import Store
from api.store.parties import Parties
from api.store.releases import Releases
from api.store.scores import Scores
from api.store.sealing import seal_all

USCC, HASH = "91450200MA00000151", "sha256:" + "1" * 64
DAYS = (date(2020, 1, 1), date(2099, 12, 31))
FILLED = ("fact", "access", "audit_seal", "consent", "consent_withdrawal", "score", "release", "release_event", "stop")


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    load_dossiers(store, tmp_path, strong())
    with store.session() as session:
        bank = Parties(session).institution("某银行", "bank")
        Parties(session).person(bank, "bank_staff", "zhang", "张三", "four unrelated words")
        given = Consents(session).give(USCC, bank, ["loan_review"], ["all"], DAYS, HASH, "p-1")
        Consents(session).withdraw(given, "p-1")
        Scores(session).keep(USCC, HASH, DAYS[0], DAYS[0], HASH, b"{}")
        Releases(session).built(HASH, {}, b"", "p-1")
        session.execute(
            text(
                'INSERT INTO stop (institution_id, kind, "by", at, reason) '
                "VALUES (:bank, 'stopped', 'p-1', '2026-11-22T00:00:00.000000Z', 'x')"
            ),
            {"bank": bank},
        )
    seal_all(store)
    return store


def _refused(store: Store, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), store.session() as session:
        session.execute(text(statement))


def test_no_row_of_a_table_that_is_only_added_to_is_deleted(filled: Store) -> None:
    for table in FILLED:
        _refused(filled, f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("fact", "content = '{}'"),
        ("fact", "retracted = NOT retracted"),
        ("fact", "known_from = '2000-01-01'"),
        ("access", "actor = 'p-9'"),
        ("access", "fields = '[]'"),
        ("access", "place = place + 10"),
        ("access", "place = NULL, digest = NULL"),
        ("audit_seal", "digest = 'x'"),
        ("consent", "valid_to = '2099-01-01'"),
        ("consent_withdrawal", "reason = 'x'"),
        ("score", "fingerprint = 'x'"),
        ("release", "files = NULL"),
        ("release_event", "reason = 'x'"),
        ("stop", "reason = 'x'"),
    ],
)
def test_no_row_of_it_is_changed(filled: Store, table: str, change: str) -> None:
    _refused(filled, f"UPDATE {table} SET {change}")


def test_a_seal_changes_nothing_else_of_an_entry(filled: Store) -> None:
    with filled.session() as session:
        Audit(session).record(Access(datetime.now(UTC), "p-1", "", "cli", "x"))
    for more in ("actor = 'p-9'", "outcome = 'x'", "fields = '[1]'", "number = number + 100"):
        _refused(filled, f"UPDATE access SET place = 99, digest = 'x', {more} WHERE place IS NULL")
    _refused(filled, "UPDATE access SET place = 99 WHERE place IS NULL")
    assert seal_all(filled) == 1
    with filled.session() as session:
        assert check(session).wrong == []


def test_neither_emptying_nor_replacing_goes_round_it(filled: Store) -> None:
    if filled.engine.dialect.name == "postgresql":
        _refused(filled, "TRUNCATE fact")
    else:
        _refused(filled, "INSERT OR REPLACE INTO audit_seal SELECT place, 'x', entries, at FROM audit_seal")


def test_names_of_people_are_still_erased(filled: Store) -> None:
    with filled.session() as session:
        (person,) = session.execute(text("SELECT id FROM person")).scalars()
        Parties(session).erase(person)
        assert session.execute(text("SELECT name, login FROM person")).one() == (None, None)


def test_a_restored_store_refuses_too(filled: Store, another_url: object, tmp_path: Path) -> None:
    backup(filled, tmp_path / "store.zip", "p-1")
    with Store(another_url(filled.engine.dialect.name)) as other:  # type: ignore[operator]
        restore(other, tmp_path / "store.zip", "p-1")
        _refused(other, "DELETE FROM fact")
        _refused(other, "UPDATE access SET actor = 'p-9'")
        with pytest.raises(DBAPIError), other.session() as session:
            session.execute(text("DELETE FROM consent"))
