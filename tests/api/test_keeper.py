"""What the service does beside its requests: it seals within a second, exports the chain's head every day, sees patterns."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from triggers import without_triggers
from typer.testing import CliRunner

from api.app import create_app
from api.cli.main import app as command_line
from api.keeper import EVERY, Keeper
from api.settings import AuditSettings, Settings, StoreSettings
from api.store.audit import Access, Audit
from api.store.audit_check import check
from api.store.database import URL, Store
from api.store.heads import export, heads
from api.store.sealing import seal_all
from api.store.tables import AccessRow, SealRow
from scoring.engine import Engine

SECOND = timedelta(seconds=1)
PUNCTUAL = 0.1
"""Seconds by which a thread that only waits may be late before a measurement says nothing of us."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def _keeper(engine: Engine, url: str, heads_folder: str = "", **clock: Any) -> tuple[Keeper, Store]:
    settings = Settings(store=StoreSettings(url=url), audit=AuditSettings(heads_folder=heads_folder))
    service = create_app(engine, settings).state.service
    return Keeper(service, **clock), service.store


def _record(store: Store, entries: int = 1) -> None:
    with store.session() as session:
        for _ in range(entries):
            Audit(session).record(Access(datetime.now(UTC), "p-1", "bank-a", "api", "score.read"))


class _Metronome(threading.Thread):
    """Waits as the keeper does and does nothing: how late the machine lets a thread go on."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended, self.late = threading.Event(), 0.0

    def run(self) -> None:
        begun = time.monotonic()
        while not self.ended.wait(PUNCTUAL / 2):
            now = time.monotonic()
            self.late, begun = max(self.late, now - begun - PUNCTUAL / 2), now


def _delays(store: Store, above: int) -> list[timedelta]:
    """From each entry to the seal of its batch, by what the store says of both."""
    with store.session() as session:
        seals = session.execute(select(SealRow.place, SealRow.at).order_by(SealRow.place)).all()
        entries = session.execute(select(AccessRow.place, AccessRow.at).where(AccessRow.place > above)).all()
    assert all(place is not None for place, _ in entries)
    return [next(sealed for last, sealed in seals if last >= (place or 0)) - at for place, at in entries]


def test_every_entry_is_sealed_within_a_second_of_being_written(engine: Engine, url: str) -> None:
    assert EVERY <= 0.5
    keeper, store = _keeper(engine, url)
    keeper.start()
    try:
        for _ in range(20):
            with store.session() as session:
                above = Audit(session).head().place
            metronome = _Metronome()
            metronome.start()
            for _ in range(15):
                _record(store)
                time.sleep(0.13)
            time.sleep(2 * EVERY)
            metronome.ended.set()
            metronome.join()
            # On a machine that lets threads wait, times say something of the machine only.
            if metronome.late <= PUNCTUAL:
                delays = _delays(store, above)
                assert len(delays) >= 15
                assert max(delays) <= SECOND
                return
    finally:
        keeper.stop()
        store.engine.dispose()
    pytest.skip(f"the machine was busy: a thread that only waits came {metronome.late:.2f} s late")


def test_one_round_seals_all_that_was_committed_before_it(engine: Engine, url: str) -> None:
    keeper, store = _keeper(engine, url)
    for entries in (1, 7, 0, 30):
        _record(store, entries)
        keeper.round()
        with store.session() as session:
            assert check(session).waiting == 0
    store.engine.dispose()


def test_the_head_is_exported_once_a_day_as_a_file_that_is_not_replaced(
    engine: Engine, url: str, tmp_path: Path
) -> None:
    folder, hands = tmp_path / "heads", [datetime(2026, 11, 26, 1, tzinfo=UTC)]
    keeper, store = _keeper(engine, url, str(folder), now=lambda: hands[0])
    keeper.round()
    assert not folder.exists()
    # Midnight is at 16:00 UTC in Shanghai.
    for hours, written in ((0, 1), (14, 1), (2, 2)):
        hands[0] += timedelta(hours=hours)
        _record(store)
        keeper.round()
        assert len(list(folder.iterdir())) == written
    assert [path.name for path in sorted(folder.iterdir())] == [
        "audit-head-2026-11-26.json",
        "audit-head-2026-11-27.json",
    ]
    assert [head.place for head in heads(folder)] == [1, 3]
    # Another process, or one that starts anew.
    again, other = _keeper(engine, url, str(folder), now=lambda: hands[0])
    _record(other)
    again.round()
    assert [head.place for head in heads(folder)] == [1, 3]
    for one in (store, other):
        one.engine.dispose()


def test_a_file_of_a_day_says_where_the_chain_ended(url: str, tmp_path: Path) -> None:
    at = datetime(2026, 11, 26, 16, 30, tzinfo=UTC)
    with Store(url) as store:
        _record(store, 3)
        seal_all(store)
        with store.session() as session:
            head = Audit(session).head()
    path = export(tmp_path / "heads", head, at)
    assert path is not None
    assert path.name == "audit-head-2026-11-27.json"
    assert json.loads(path.read_text()) == {"place": 3, "digest": head.digest, "at": "2026-11-26T16:30:00.000000Z"}
    assert path.stat().st_mode & 0o222 == 0
    assert export(tmp_path / "heads", head, at) is None


def test_a_cut_tail_shows_against_the_exported_heads_by_command(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "heads"
    with Store(url) as store:
        for day in (25, 26):
            _record(store, 2)
            seal_all(store)
            with store.session() as session:
                export(folder, Audit(session).head(), datetime(2026, 11, day, 4, tzinfo=UTC))
    monkeypatch.setenv(URL, url)

    def checked(*more: str) -> tuple[int, str]:
        done = CliRunner().invoke(command_line, ["audit", "check", *more])
        return done.exit_code, done.output

    assert checked("--head", str(folder))[0] == 0
    with Store(url) as store:
        without_triggers(store)
        with store.session() as session:
            session.execute(text("DELETE FROM access WHERE place > 2"))
            session.execute(text("DELETE FROM audit_seal WHERE place > 2"))
    assert checked()[0] == 0
    assert checked("--head", str(folder / "audit-head-2026-11-25.json"))[0] == 0
    code, told = checked("--head", str(folder / "audit-head-2026-11-26.json"))
    assert (code, "exported head 4" in told) == (1, True)
    assert checked("--head", str(folder))[0] == 1
