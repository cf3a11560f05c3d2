"""Files that the intake has read → facts in the store, a few firms a transaction; a load that was broken off is gone on with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.store.audit import Access, Audit
from api.store.database import Store, alone, unless_there
from api.store.facts import COMMON, Facts
from api.store.statements import DATE, IMPORT, STATUTORY, Added, KnownFrom, Said, added, found_by
from api.store.tables import FactRow, FirmRow, LoadRow, table_of
from features import dossier
from features.dossier import Dossier
from features.intake import Imported
from features.long_tables import LongTables

FIRMS = 200
"""Firms in one transaction: on SQLite others wait to write for as long as it takes."""
_LOADING = 734268
_FOUND_BY = ("name", "region_code", "park", "zone_type", "zone_level")


@dataclass(frozen=True)
class File:
    """What is loaded, and on whose word."""

    fingerprint: str
    name: str
    by: str
    """Opaque id of who loads it."""
    known_from: str = IMPORT
    """``import``, ``statutory`` or a date."""
    source: str = ""
    """Who says what rows do not name a source for; of private data the owner where it is not given."""
    owner: str = COMMON
    """The institution whose private data it is."""

    @property
    def sayer(self) -> str:
        """The source of rows that name none."""
        return self.source or self.owner


@dataclass
class Loaded:
    """What became of a file's rows."""

    already: bool = False
    """The very file was loaded before, under the same rule: nothing was done."""
    firms: int = 0
    rows: int = 0
    unchanged: int = 0
    corrected: int = 0
    withdrawn: int = 0
    tables: dict[str, int] = field(default_factory=dict)

    def count(self, found: Added) -> None:
        """Add what one firm got."""
        self.firms += 1
        self.rows += len(found.rows)
        self.unchanged += found.unchanged
        self.corrected += found.corrected
        self.withdrawn += found.withdrawn
        for row in found.rows:
            self.tables[row.table] = self.tables.get(row.table, 0) + 1


def together(fingerprints: Sequence[str]) -> str:
    """One fingerprint of files that are loaded together, whatever their order."""
    if len(fingerprints) == 1:
        return fingerprints[0]
    return "sha256:" + hashlib.sha256("\n".join(sorted(fingerprints)).encode()).hexdigest()


def load(
    store: Store, file: File, imported: Imported, today: date, done: Callable[[int], object] = lambda _: None
) -> Loaded:
    """Add a file's facts; ``done`` is told the number of firms after each transaction. Raises `DossierProblem` for a wrong date."""
    rule = _rule(file.known_from, today)
    with store.session() as session:
        kept = begun(session, file, rule, imported.rejects.height)
    if kept.finished_at is not None:
        return Loaded(already=True)
    if rule.rule != DATE:
        # A load that is gone on with was begun on another day.
        rule = KnownFrom(rule.rule, kept.day)
    loaded = Loaded()
    for part in LongTables.of(imported.tables, imported.incomplete).parts(FIRMS):
        firms = list(part.dossiers())
        with store.session() as session:
            loading(session)
            load_part(session, kept.number, file, rule, firms, loaded)
        done(len(firms))
    with store.session() as session:
        _finish(session, kept.number, file, loaded)
    return loaded


def loading(session: Session) -> None:
    """Wait for other loads, of files and over HTTP alike, and keep them out: what each adds depends on what stands."""
    alone(session, _LOADING)


def _rule(stated: str, today: date) -> KnownFrom:
    if stated in (IMPORT, STATUTORY):
        return KnownFrom(stated, today)
    return KnownFrom(DATE, dossier.day(stated, "known_from"))


def begun(session: Session, file: File, rule: KnownFrom, rejected: int) -> LoadRow:
    """The load of a file: a new one, or the one that was begun before, finished or not."""
    identity = {
        "fingerprint": file.fingerprint,
        "owner": file.owner,
        "source": file.sayer,
        "known_from_rule": rule.day.isoformat() if rule.rule == DATE else rule.rule,
    }
    row = {
        **identity,
        "name": file.name[:500],
        "day": rule.day,
        "by": file.by,
        "begun_at": datetime.now(UTC),
        "finished_at": None,
        "rows": 0,
        "rejected": rejected,
    }
    unless_there(session, LoadRow, row)
    session.flush()
    found = session.scalars(select(LoadRow).filter_by(**identity)).one()
    session.expunge(found)
    return found


def load_part(session: Session, number: int, file: File, rule: KnownFrom, firms: list[Dossier], loaded: Loaded) -> None:
    """Add what some firms' dossiers state to a load, counting in ``loaded``."""
    now, rows, newest = datetime.now(UTC), [], {}
    readers = [file.owner] if file.owner else []
    before: dict[str, list[Any]] = {}
    for fact in Facts(session).standing([one.uscc for one in firms], readers):
        if fact.owner == file.owner:
            before.setdefault(fact.uscc, []).append(fact)
    for one in firms:
        found = added(one, before.get(one.uscc, ()), rule, file.sayer)
        loaded.count(found)
        newest[one.uscc] = found_by(found.rows)
        rows += [
            {
                **said._asdict(),
                "uscc": one.uscc,
                "recorded_at": now,
                "owner": file.owner,
                "load": number,
            }
            for said in found.rows
        ]
    if rows:
        session.connection().execute(insert(table_of(FactRow)), rows)
    if file.owner == COMMON:
        _find_by(session, newest, rule.day)


def _find_by(session: Session, newest: dict[str, Said | None], day: date) -> None:
    dialect = cast(Any, postgresql if session.get_bind().dialect.name == "postgresql" else sqlite)
    for uscc, said in newest.items():
        if said is None:
            row = {"uscc": uscc, "known_from": day, **dict.fromkeys(_FOUND_BY)}
            unless_there(session, FirmRow, row)
            continue
        row = {"uscc": uscc, "known_from": said.known_from, **_scope(said)}
        statement = dialect.insert(FirmRow).values(row)
        there = table_of(FirmRow).c
        newer = (there.known_from <= statement.excluded.known_from) | there.name.is_(None)
        session.execute(statement.on_conflict_do_update(index_elements=["uscc"], set_=row, where=newer))


def _scope(said: Said) -> dict[str, str | None]:
    told = {name: said.content.get(name) for name in _FOUND_BY}
    shown = {name: None if value is None else str(value) for name, value in told.items()}
    if shown["region_code"] is not None:
        shown["region_code"] = shown["region_code"].zfill(6)
    return shown


def _finish(session: Session, number: int, file: File, loaded: Loaded) -> None:
    now = datetime.now(UTC)
    session.execute(update(LoadRow).where(LoadRow.number == number).values(finished_at=now, rows=loaded.rows))
    told = [f"load/{number}", *sorted(loaded.tables)]
    Audit(session).record(Access(now, file.by, file.owner, "import", "facts.import", fields=told))
