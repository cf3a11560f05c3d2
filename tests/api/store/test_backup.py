"""One file holds the whole store: restored into SQLite or PostgreSQL it gives equal answers, or nothing is restored."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dossiers import strong
from loads import TODAY, load_dossiers
from sqlalchemy import JSON, Boolean, Date, Integer, LargeBinary, String, inspect, select

from api.answers.result import result
from api.store import backup as backups
from api.store.audit import Access, Audit, Head
from api.store.audit_check import check
from api.store.backup import MANIFEST, Contents, backup, restore
from api.store.consents import Consent, Consents
from api.store.database import Store
from api.store.facts import Facts
from api.store.releases import Releases
from api.store.scores import Scores
from api.store.sealing import seal_all
from api.store.tables import AccessRow
from features.errors import FactError, FileProblem, ValueProblem
from scoring.engine import Engine, Question

USCC = "91450200MA00000151"
RELEASE = "sha256:" + "1" * 64
EVIDENCE = "sha256:" + "e" * 64
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def other(request: pytest.FixtureRequest, another_url: Callable[[str], str]) -> Iterator[Store]:
    """An empty store of the other kind."""
    kind = request.node.callspec.params["url"]
    found = Store(another_url({"sqlite": "postgresql", "postgresql": "sqlite"}[kind]))
    yield found
    found.engine.dispose()


def _fill(store: Store, folder: Path) -> None:
    load_dossiers(store, folder, strong())
    load_dossiers(store, folder, strong(annual_reports=[{"fiscal_year": 2025, "revenue": 7.25}]), owner="bank-a")
    with store.session() as session:
        Releases(session).built(RELEASE, {"cards": {"甲": 1}}, b"\x00\xff rules", "甲")
        Scores(session).keep(USCC, RELEASE, TODAY, TODAY, "f", b"\x00answer\xff")
        period = (date(2026, 1, 1), date(2027, 1, 1))
        kept = Consents(session).give(USCC, "bank-a", ["loan_review"], ["all"], period, EVIDENCE, "p-1")
        Consents(session).withdraw(kept, "p-1", "撤回")
        Audit(session).record(Access(NOW, "p-1", "bank-a", "api", "score.read", uscc=USCC))
    seal_all(store)


def _seen(store: Store, engine: Engine) -> tuple[object, ...]:
    with store.session() as session:
        given = Facts(session).dossier(USCC, TODAY, ["bank-a"])
        assert given is not None
        answer = result(engine.answer(given, Question(TODAY, TODAY)))
        kept = Scores(session).kept(USCC, RELEASE, TODAY, TODAY, "f")
        consents: list[Consent] = Consents(session).of(USCC)
        return answer, kept, consents, Facts(session).version(USCC, ["bank-a"]), Releases(session).events()


def test_a_restored_store_gives_equal_answers_and_its_chain_is_whole(
    store: Store, other: Store, engine: Engine, tmp_path: Path
) -> None:
    _fill(store, tmp_path)
    with store.session() as session:
        head = Audit(session).head()
    path = tmp_path / "store.zip"
    written = backup(store, path, "p-2")
    assert restore(other, path, "p-2") == written
    assert _seen(other, engine) == _seen(store, engine)
    seal_all(other)
    with other.session() as session:
        found = check(session, [head])
        told = [row.action for row in session.scalars(select(AccessRow).order_by(AccessRow.number))]
    assert found.wrong == []
    assert found.head.place == len(told)
    assert told[-2:] == ["store.backup", "store.restore"]


def test_a_restored_store_goes_on_where_the_former_stopped(store: Store, other: Store, tmp_path: Path) -> None:
    _fill(store, tmp_path)
    backup(store, tmp_path / "store.zip", "p-1")
    restore(other, tmp_path / "store.zip", "p-1")
    assert load_dossiers(other, tmp_path, strong(), known_from="2026-01-01").rows > 0
    seal_all(other)
    with other.session() as session:
        assert check(session).wrong == []


def test_the_backup_of_what_was_restored_differs_by_the_restore_alone(
    store: Store, other: Store, tmp_path: Path
) -> None:
    _fill(store, tmp_path)
    first = backup(store, tmp_path / "first.zip", "p-1")
    restore(other, tmp_path / "first.zip", "p-1")
    second = backup(other, tmp_path / "second.zip", "p-1")
    assert {name for name in first.tables if first.tables[name] != second.tables[name]} == {"access"}
    assert second.tables["access"]["rows"] == first.tables["access"]["rows"] + 2


def test_a_store_that_is_not_empty_is_left_as_it_is(store: Store, engine: Engine, tmp_path: Path) -> None:
    _fill(store, tmp_path)
    backup(store, tmp_path / "store.zip", "p-1")
    before = _seen(store, engine)
    with pytest.raises(ValueProblem, match="not empty"):
        restore(store, tmp_path / "store.zip", "p-1")
    assert _seen(store, engine) == before


def test_a_backup_of_an_older_schema_is_restored_and_migrated(store: Store, other: Store, tmp_path: Path) -> None:
    store.migrate("0001")
    contents = _old_backup(store, tmp_path / "old.zip")
    store.migrate()
    assert contents.revision == "0001"
    restore(other, tmp_path / "old.zip", "p-1")
    with other.session() as session:
        assert Releases(session).files(RELEASE) == b"rules"
    assert "fact" in inspect(other.engine).get_table_names()


def _old_backup(store: Store, path: Path) -> Contents:
    """As a program of the first revision wrote it: that had no audit trail."""
    with store.session() as session:
        Releases(session).built(RELEASE, {}, b"rules", "甲")
    return backups._write(store, path)


def test_a_backup_of_a_later_program_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "store.zip"
    _pack(path, Contents("9999", {}))
    with pytest.raises(FileProblem, match="later version"):
        restore(store, path, "p-1")
    assert "fact" in inspect(store.engine).get_table_names()


def _pack(path: Path, contents: Contents) -> None:
    manifest = {
        "format": "dengti-backup/1",
        "revision": contents.revision,
        "tables": contents.tables,
        "contents": contents.fingerprint,
    }
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(MANIFEST, json.dumps(manifest))


def test_every_column_has_a_form_in_a_backup(store: Store) -> None:
    samples = {LargeBinary: b"\xff", Date: TODAY, JSON: [1], Boolean: True, Integer: 1, String: "x"}
    with store.engine.connect() as connection:
        for table in backups._tables(connection):
            for column in table.columns:
                sample = next(value for kind, value in samples.items() if isinstance(column.type, kind))
                told = json.loads(json.dumps(backups._told(column.type, sample)))
                assert backups._read(column.type, told) == sample


def _without_a_row(path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    members["fact.jsonl"] = members["fact.jsonl"].split(b"\n", 1)[1]
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)


@pytest.mark.parametrize(
    "damage",
    [
        _without_a_row,
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(b"nonsense"),
        lambda path: path.write_bytes(b""),
    ],
)
def test_a_damaged_backup_restores_nothing(
    store: Store, other: Store, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    _fill(store, tmp_path)
    path = tmp_path / "store.zip"
    backup(store, path, "p-1")
    damage(path)
    with pytest.raises(FactError):
        restore(other, path, "p-1")
    with other.session() as session:
        assert Facts(session).firms() == []
        assert Audit(session).head() == Head(0, "0" * 64)


def test_a_backup_replaces_no_file_and_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "store.zip"
    backup(store, path, "p-1")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileProblem, match="not replaced"):
        backup(store, path, "p-1")
