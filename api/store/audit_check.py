"""Whether the audit chain is whole: no entry changed, taken out, put in or cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.store.audit import START, Head, digest, moment
from api.store.tables import AccessRow, SealRow, table_of

LATE = timedelta(seconds=60)
"""An entry that waits longer for its seal says that nobody seals."""
_ACCESS, _SEAL = table_of(AccessRow), table_of(SealRow)


@dataclass(frozen=True)
class Checked:
    """What was found."""

    wrong: list[str]
    """Empty where the chain is whole."""
    head: Head
    waiting: int
    """Entries not sealed yet."""


def check(session: Session, exported: Iterable[Head] = (), now: datetime | None = None) -> Checked:
    """Compute every digest again and hold it to the entries, the seals and the heads that were exported.

    Only an exported head shows that entries were cut off the end together with their seals.
    """
    seals = {row.place: row.digest for row in session.execute(select(_SEAL.c.place, _SEAL.c.digest))}
    told = {head.place: head.digest for head in exported}
    wrong: list[str] = []
    head = Head(0, START)
    for row in _chained(session):
        expected = head.place + 1
        if row["place"] != expected:
            wrong.append(
                f"第 {expected}–{row['place'] - 1} 条缺失 / entries {expected} to {row['place'] - 1} are missing"
            )
        found = digest(head.digest, row)
        if found != row["digest"] and row["place"] == expected:
            wrong.append(f"第 {row['place']} 条被改动 / entry {row['place']} was changed")
        # Goes on from what is kept, so that each damage is told once.
        head = Head(row["place"], row["digest"])
        for name, kept in (("封存 seal", seals), ("导出的链头 exported head", told)):
            if kept.pop(head.place, head.digest) != head.digest:
                wrong.append(f"{name} {head.place} 与链不符 / does not match the chain")
    for name, kept in (("封存 seal", seals), ("导出的链头 exported head", told)):
        kept.pop(0, None)
        wrong += [f"{name} {place} 的条目已不在链中 / its entries are no longer in the chain" for place in sorted(kept)]
    waiting, oldest = session.execute(
        select(func.count(), func.min(_ACCESS.c.at)).where(_ACCESS.c.place.is_(None))
    ).one()
    if oldest is not None and (now or datetime.now(UTC)) - oldest > LATE:
        wrong.append(
            f"{waiting} 条自 {moment(oldest)} 起未封存，请运行 dengti audit seal / {waiting} entries wait for their seal"
        )
    return Checked(wrong, head, waiting)


def _chained(session: Session) -> Iterator[dict[str, Any]]:
    asked = select(_ACCESS).where(_ACCESS.c.place.is_not(None)).order_by(_ACCESS.c.place)
    for row in session.execute(asked.execution_options(yield_per=5_000)).mappings():
        yield dict(row)
