"""Facts of one firm as the store knows them: what sources stated, of which the newest load of one statement counts.

Which version holds at a day and where sources contradict each other is decided by `features.resolve`, as for a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, select

from api.store.prepared import Prepared, Where
from api.store.tables import FactRow, FirmRow, table_of
from features.dossier import Dossier, DossierProblems, TypedRow, typed_row
from features.errors import FactError
from features.identifiers import uscc as code
from features.tables import LIST_TABLES, TABLES

COMMON = ""
"""Owner of facts that every reader may see."""
LISTED = "listed"
"""Pseudo-table: whether a firm's list, named by the key, is complete."""

_FACT = table_of(FactRow).c
_READ = (
    _FACT.uscc,
    _FACT.table,
    _FACT.key,
    _FACT.source,
    _FACT.known_from,
    _FACT.known_by,
    _FACT.recorded_at,
    _FACT.retracted,
    _FACT.content,
    _FACT.owner,
    _FACT.load,
)
_OWNERS: BindParameter[Sequence[str]] = bindparam("owners", expanding=True)
_VERSION = Prepared(
    select(_FACT.owner, func.max(_FACT.number), func.count())
    .where(_FACT.uscc == bindparam("firm"))
    .group_by(_FACT.owner)
    .order_by(_FACT.owner)
)
_RECORDED = (
    select(*_READ)
    .where(_FACT.uscc.in_(bindparam("firms", expanding=True)), _FACT.owner.in_(_OWNERS))
    .order_by(_FACT.number)
)
_FIRM = table_of(FirmRow).c
_FIRMS = select(_FIRM.uscc, _FIRM.name, _FIRM.region_code, _FIRM.park, _FIRM.zone_type, _FIRM.zone_level)
_ONE_FIRM = _FIRMS.where(_FIRM.uscc == bindparam("firm"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One row as a source stated it."""

    uscc: str
    table: str
    key: str
    source: str
    known_from: date
    known_by: str
    recorded_at: datetime
    retracted: bool
    content: dict[str, Any]
    owner: str
    load: int

    @property
    def statement(self) -> tuple[object, ...]:
        """What is stated anew, not contradicted, when a later load says it again."""
        return self.uscc, self.table, self.key, self.owner, self.source, self.known_from


@dataclass(frozen=True)
class Firm:
    """By what a firm is found and scoped."""

    uscc: str
    name: str | None
    region_code: str | None
    park: str | None
    zone_type: str | None
    zone_level: str | None


class Facts:
    """Reads facts; `api.store.loading` writes them. ``readers`` are the institutions whose private facts may be seen."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def dossier(
        self, uscc: str, known_at: date, readers: Sequence[str] = (), *, recorded_by: datetime | None = None
    ) -> Dossier | None:
        """The typed dossier of what was known at a day, as `features.dossier.read` gives it; None where nothing was.

        ``recorded_by`` asks for what the store itself had at that moment.
        """
        found = [fact for fact in self.standing([uscc], readers, recorded_by) if fact.known_from <= known_at]
        return dossier_of(uscc, found) if found else None

    def version(self, uscc: str, readers: Sequence[str] = ()) -> str:
        """Fingerprint of a firm's facts as these readers see them: equal as long as nothing is added."""
        told = [tuple(row) for row in _VERSION.all(self._where, {"firm": uscc}) if row[0] in (COMMON, *readers)]
        return "sha256:" + hashlib.sha256(repr(told).encode()).hexdigest()

    def standing(
        self, firms: Iterable[str], readers: Sequence[str] = (), recorded_by: datetime | None = None
    ) -> list[Fact]:
        """Every statement about some firms in its newest wording, in the order in which they were loaded."""
        found = self._recorded(firms, readers, recorded_by)
        newest: dict[tuple[object, ...], int] = {}
        for fact in found:
            newest[fact.statement] = max(newest.get(fact.statement, 0), fact.load)
        return [fact for fact in found if fact.load == newest[fact.statement]]

    def history(self, uscc: str, readers: Sequence[str] = ()) -> list[Fact]:
        """Everything ever recorded about a firm, superseded and withdrawn rows too, in the order of recording."""
        return self._recorded([uscc], readers, None)

    def _recorded(self, firms: Iterable[str], readers: Sequence[str], by: datetime | None) -> list[Fact]:
        asked = _RECORDED if by is None else _RECORDED.where(_FACT.recorded_at <= by)
        found = self._where.execute(asked, {"firms": list(firms), "owners": [COMMON, *readers]})
        return [Fact(*row) for row in found]

    def firm(self, uscc: str) -> Firm | None:
        """By what the firm is scoped, None where it is not in the store."""
        found = self._where.execute(_ONE_FIRM, {"firm": uscc}).first()
        return Firm(*found) if found else None

    def firms(self, *where: ColumnElement[bool], after: str = "", limit: int = 100) -> list[Firm]:
        """Firms in order of uscc, those after one; conditions are on `FirmRow`."""
        asked = _FIRMS.where(_FIRM.uscc > after, *where).order_by(_FIRM.uscc).limit(limit)
        return [Firm(*row) for row in self._where.execute(asked)]


def dossier_of(uscc: str, facts: Iterable[Fact]) -> Dossier:
    """The typed dossier of statements that are all known. Raises `DossierProblems` where one can no longer be read."""
    tables: dict[str, list[TypedRow] | None] = dict.fromkeys(TABLES)
    complete: dict[str, tuple[date, bool]] = {}
    problems: list[FactError] = []
    for fact in facts:
        if fact.table == LISTED:
            said = (fact.known_from, bool(fact.content["complete"]))
            # The newest statement counts; of two of one day the one that the list is complete, for its rows are all here.
            complete[fact.key] = max(complete.get(fact.key, said), said)
            continue
        table = TABLES[fact.table]
        given = {**fact.content, "source": fact.source or None, "known_from": fact.known_from.isoformat()}
        row = typed_row(table, {**given, "retracted": True} if fact.retracted else given, problems)
        kept = tables[fact.table]
        if kept is None:
            tables[fact.table] = [row]
        else:
            kept.append(row)
    if problems:
        raise DossierProblems(problems)
    for table in LIST_TABLES:
        if tables[table.id] is None and complete.get(table.id, (None, False))[1]:
            tables[table.id] = []
    partial = {t.id for t in LIST_TABLES if tables[t.id] is not None and not complete.get(t.id, (None, False))[1]}
    return Dossier(uscc, tables, code.check(uscc)[1], partial=frozenset(partial))
