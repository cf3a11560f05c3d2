"""The audit trail: every read and write, recorded in the transaction that does it, sealed in batches into a hash chain.

Recording appends a row and waits for nobody. Sealing gives each committed row its place and a digest that covers the digest
before it, so that a row that is changed, taken out or cut off no longer fits. What is not sealed yet (at most a second, see
`api.store.sealing`) is protected by the database alone. People's names are not here: actors are opaque ids.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from api.store.database import alone
from api.store.prepared import Prepared, Where
from api.store.tables import AccessRow, SealRow, table_of
from features.errors import ValueProblem

START = "0" * 64
"""The digest before the first entry."""
BATCH = 10_000
"""Entries that one seal takes at most."""
_OPAQUE = re.compile(r"[A-Za-z0-9_.:@-]{0,64}")
_SEALING = 734267
_ACCESS, _SEAL = table_of(AccessRow), table_of(SealRow)
_SAID = tuple(c for c in _ACCESS.c if c.name not in ("number", "place", "digest"))
_RECORD = Prepared(insert(_ACCESS).inline(), [c.name for c in _SAID])


@dataclass(frozen=True)
class Access:
    """Who read or wrote what. ``actor`` and ``institution`` are opaque ids, never names."""

    at: datetime
    actor: str
    institution: str
    channel: str
    """``api``, ``console``, ``cli``, ``batch`` …"""
    action: str
    """``score.read``, ``consent.withdraw``, ``facts.import`` …"""
    purpose: str = ""
    uscc: str = ""
    fields: Sequence[str] = ()
    consent: str = ""
    release: str = ""
    outcome: str = "ok"


@dataclass(frozen=True)
class Head:
    """The end of the chain: the place of the last entry (0: none yet) and its digest."""

    place: int
    digest: str


class Audit:
    """Records and seals; `api.store.audit_check` checks."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def record(self, access: Access) -> None:
        """Add an entry to the transaction under way."""
        opaque("actor", access.actor)
        opaque("institution", access.institution)
        _RECORD.run(self._where, {**vars(access), "fields": list(access.fields)})

    def head(self) -> Head:
        """Where the sealed chain ends."""
        last = select(_SEAL.c.place, _SEAL.c.digest).order_by(_SEAL.c.place.desc()).limit(1)
        found = self._where.execute(last).first()
        return Head(found.place, found.digest) if found else Head(0, START)

    def seal(self, most: int = BATCH) -> int:
        """Give committed entries their places in the chain; how many. Must be the transaction's first statement."""
        alone(self._where, _SEALING)
        head = self.head()
        waiting = select(_ACCESS.c.number, *_SAID).where(_ACCESS.c.place.is_(None)).order_by(_ACCESS.c.number)
        sealed: list[dict[str, object]] = []
        for row in self._where.execute(waiting.limit(most)).mappings():
            head = Head(head.place + 1, digest(head.digest, dict(row)))
            sealed.append({"of": row["number"], "to_place": head.place, "to_digest": head.digest})
        if sealed:
            places = update(_ACCESS).where(_ACCESS.c.number == bindparam("of"))
            self._where.execute(places.values(place=bindparam("to_place"), digest=bindparam("to_digest")), sealed)
            seal = {"place": head.place, "digest": head.digest, "entries": len(sealed), "at": datetime.now(UTC)}
            self._where.execute(insert(_SEAL).values(seal))
        return len(sealed)

    def entries(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Mapping[str, Any]]:
        """Sealed entries in the order of the chain, as a regulator reads them; from one moment up to before another."""
        asked = select(*_SAID, _ACCESS.c.place, _ACCESS.c.digest).where(_ACCESS.c.place.is_not(None))
        asked = asked if since is None else asked.where(_ACCESS.c.at >= since)
        asked = asked if until is None else asked.where(_ACCESS.c.at < until)
        found = self._where.execute(asked.order_by(_ACCESS.c.place).execution_options(yield_per=5_000))
        for row in found.mappings():
            yield {**said(dict(row)), "place": row["place"], "digest": row["digest"]}


def opaque(field: str, value: str) -> str:
    """An id that names nobody to an outsider: Latin letters, digits and ``_.:@-``. Raises `ValueProblem` for anything else."""
    if _OPAQUE.fullmatch(value):
        return value
    raise ValueProblem(
        field=field,
        value=value,
        rule="应为编号，不写姓名：字母、数字与 _.:@-，最多 64 位 / must be an id, never a name: letters, digits and _.:@-",
        remedy="填工号或机构编号 / give the id of the person or institution",
    )


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says, as JSON: what its digest covers."""
    return {c.name: row[c.name] if c.name != "at" else moment(row["at"]) for c in _SAID}


def moment(at: datetime) -> str:
    """A moment as the chain writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(before: str, row: Mapping[str, Any]) -> str:
    """SHA-256 of the digest before and the entry, in JSON with sorted keys."""
    text = json.dumps(said(row), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
