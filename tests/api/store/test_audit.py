"""Every access is recorded with what it belongs to, sealed into a chain, and no later change of it goes unseen."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from triggers import without_triggers

from api.store.audit import START, Access, Audit, Head
from api.store.audit_check import Checked, check
from api.store.database import Store
from api.store.heads import head_line, heads
from api.store.sealing import seal_all
from api.store.tables import AccessRow, SealRow
from features.errors import FileProblem, ValueProblem

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)
USCC = "91450200MA00000151"


def _access(number: int = 0, **more: str) -> Access:
    return Access(
        NOW + timedelta(seconds=number), "p-1", "bank-a", "api", "score.read", "loan_review", USCC, ["credit"], **more
    )


def _record(store: Store, entries: int) -> None:
    with store.session() as session:
        for number in range(entries):
            Audit(session).record(_access(number))


def _sealed(store: Store, *batches: int) -> Head:
    for entries in batches:
        _record(store, entries)
        seal_all(store)
    with store.session() as session:
        return Audit(session).head()


def _check(store: Store, *exported: Head) -> Checked:
    with store.session() as session:
        return check(session, exported, NOW)


def _do(store: Store, statement: str) -> None:
    """As the owner of the database can: what refuses it is taken away first."""
    without_triggers(store)
    with store.session() as session:
        session.execute(text(statement))


def test_a_chain_of_several_seals_is_whole(store: Store) -> None:
    first = _sealed(store, 3)
    last = _sealed(store, 2, 4)
    assert (first.place, last.place) == (3, 9)
    assert _check(store, first, last) == Checked([], last, 0)


def test_an_empty_chain_is_whole(store: Store) -> None:
    assert _check(store) == Checked([], Head(0, START), 0)


def test_what_is_not_committed_is_not_recorded(store: Store) -> None:
    def broken_off() -> None:
        with store.session() as session:
            Audit(session).record(_access())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert _sealed(store, 0).place == 0


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'p-2'",
        "institution = 'bank-b'",
        "at = '2026-11-22T01:02:04.000000Z'",
        "action = 'x'",
        "channel = 'x'",
        "purpose = 'own'",
        "uscc = ''",
        "fields = '[]'",
        "consent = 'x'",
        "\"release\" = 'x'",
        "outcome = 'x'",
        f"digest = '{START}'",
    ],
)
def test_an_edit_of_any_column_is_found(store: Store, change: str) -> None:
    _sealed(store, 5)
    _do(store, f"UPDATE access SET {change} WHERE place = 3")
    (found, *more) = _check(store).wrong
    assert "entry 3 was changed" in found
    # A digest that was changed does not fit the entry after it either.
    assert len(more) == change.startswith("digest")


def test_an_edit_with_its_digest_made_anew_is_found_at_the_next_entry(store: Store) -> None:
    from api.store.audit import digest

    _sealed(store, 5)
    without_triggers(store)
    with store.session() as session:
        rows = {row.place: row for row in session.scalars(select(AccessRow))}
        rows[3].actor = "p-2"
        told = {c.name: getattr(rows[3], c.name) for c in AccessRow.__table__.c}
        rows[3].digest = digest(rows[2].digest or "", told)
    assert _check(store).wrong == ["第 4 条被改动 / entry 4 was changed"]


def test_a_deletion_is_found(store: Store) -> None:
    _sealed(store, 5)
    _do(store, "DELETE FROM access WHERE place = 3")
    assert "entries 3 to 3 are missing" in _check(store).wrong[0]


def test_an_entry_put_in_is_found(store: Store) -> None:
    _sealed(store, 3)
    _do(store, "UPDATE access SET place = place + 10 WHERE place = 3")
    assert _check(store).wrong


def test_a_tail_that_is_cut_off_is_found_by_its_seal(store: Store) -> None:
    _sealed(store, 3, 2)
    _do(store, "DELETE FROM access WHERE place > 3")
    assert "seal 5" in _check(store).wrong[0]


def test_a_tail_cut_off_with_its_seals_is_found_by_the_exported_head(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    lines = [head_line(_sealed(store, entries), NOW) for entries in (3, 2)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _do(store, "DELETE FROM access WHERE place > 3")
    _do(store, "DELETE FROM audit_seal WHERE place > 3")
    assert _check(store).wrong == []
    assert "exported head 5" in _check(store, *heads(path)).wrong[0]


def test_a_chain_written_anew_from_the_start_is_found_by_the_exported_head(store: Store) -> None:
    before = _sealed(store, 3)
    _do(store, "UPDATE access SET actor = 'p-2', place = NULL, digest = NULL")
    _do(store, "DELETE FROM audit_seal")
    assert _sealed(store, 0).place == 3
    assert _check(store).wrong == []
    assert "exported head 3" in _check(store, before).wrong[0]


def test_an_entry_that_waits_long_for_its_seal_is_told(store: Store) -> None:
    _record(store, 1)
    with store.session() as session:
        assert check(session, now=NOW + timedelta(seconds=30)) == Checked([], Head(0, START), 1)
        assert "1 entries wait" in check(session, now=NOW + timedelta(seconds=90)).wrong[0]


@pytest.mark.parametrize("line", ["nonsense", "{}", '{"place": "x", "digest": ""}', "[]"])
def test_a_file_of_heads_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(FileProblem, match=r"heads\.jsonl:1"):
        heads(path)


def test_names_are_refused_for_ids(store: Store) -> None:
    with pytest.raises(ValueProblem, match="never a name"), store.session() as session:
        Audit(session).record(Access(NOW, "张三", "bank-a", "api", "score.read"))


def test_the_export_has_every_entry_of_its_days_in_order(store: Store) -> None:
    _sealed(store, 4)
    with store.session() as session:
        audit = Audit(session)
        assert [entry["place"] for entry in audit.entries()] == [1, 2, 3, 4]
        some = list(audit.entries(NOW + timedelta(seconds=1), NOW + timedelta(seconds=3)))
    assert [entry["place"] for entry in some] == [2, 3]
    assert some[0]["at"] == "2026-11-22T01:02:04.000004Z"
    assert some[0]["fields"] == ["credit"]


WRITER = """
import sys
from datetime import UTC, datetime
from api.store.audit import Access, Audit
from api.store.database import Store
from api.store.heads import head_line, heads
store = Store(sys.argv[1])
for number in range(int(sys.argv[3])):
    with store.session() as session:
        Audit(session).record(Access(datetime.now(UTC), sys.argv[2], "bank-a", "api", "score.read", outcome=str(number)))
"""
SEALER = """
import sys
from api.store.audit import Audit
from api.store.database import Store
from api.store.heads import head_line, heads
from api.store.sealing import seal_all
store = Store(sys.argv[1])
sealed = 0
while sealed < int(sys.argv[2]):
    sealed += seal_all(store)
    with store.session() as session:
        sealed = Audit(session).head().place
"""


def test_processes_that_record_and_seal_at_once_lose_nothing(store: Store, url: str) -> None:
    each, writers = 150, ("p-1", "p-2")
    last = each * len(writers) + 1
    # Writers begin when a sealer is at work: the first entry has a seal of its own.
    _record(store, 1)
    started = [_start(SEALER, url, str(last)) for _ in range(2)]
    _until_sealed(store, 1)
    started += [_start(WRITER, url, name, str(each)) for name in writers]
    assert [(one.communicate(timeout=120)[1], one.returncode) for one in started] == [("", 0)] * 4
    with store.session() as session:
        said = session.execute(select(AccessRow.actor, AccessRow.outcome, AccessRow.place)).all()
        seals = session.scalar(select(func.count()).select_from(SealRow)) or 0
    assert {(actor, int(outcome)) for actor, outcome, _ in said if outcome != "ok"} == {
        (w, n) for w in writers for n in range(each)
    }
    assert sorted(place or 0 for *_, place in said) == list(range(1, last + 1))
    assert seals > 1
    assert _check(store).wrong == []


def _until_sealed(store: Store, place: int) -> None:
    until, found = time.monotonic() + 60, 0
    while found < place:
        assert time.monotonic() < until
        time.sleep(0.05)
        with store.session() as session:
            found = Audit(session).head().place


def _start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True, cwd=ROOT)
