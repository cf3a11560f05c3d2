"""Query patterns of institutions (异常查询), from the sealed audit chain: every entry is read once, in the order of its place.

Places have no gaps and none comes late, so that each process sees what all of them recorded.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from api.store.access import Stops
from api.store.parties import ENTERPRISES
from api.store.tables import AccessRow, SealRow, table_of

REFUSALS = ("consent_required", "not_found", "forbidden", "scope_missing", "purpose_not_allowed")
"""Outcomes that say that somebody reaches for what is not theirs."""
_A, _S = table_of(AccessRow).c, table_of(SealRow).c
NEW = (
    select(_A.place, _A.at, _A.institution, _A.uscc, _A.outcome).where(_A.place > bindparam("last")).order_by(_A.place)
)
"""By the index of places."""
BEFORE = select(_S.place).where(_S.at < bindparam("since", type_=_S.at.type)).order_by(_S.place.desc()).limit(1)
"""From the newest seal backwards: what an older seal holds is older than it."""


class Patterns:
    """What each institution read of late, in memory: enterprises with their last read, and moments of refusals."""

    def __init__(self, window: timedelta, firms: int, refusals: int) -> None:
        self._window, self._firms, self._refusals = window, firms, refusals
        self._last: int | None = None
        self._seen: dict[str, _Seen] = {}

    def unusual(self, session: Session) -> list[tuple[str, str]]:
        """Institutions whose reads of the window pass a limit and that are not stopped, each with what was seen.

        What was seen before a release is explained and counts no more. People of enterprises see one enterprise each, and
        what one of them does must not stop the others.
        """
        since = datetime.now(UTC) - self._window
        if self._last is None:
            self._last = session.scalar(BEFORE, {"since": since}) or 0
        for place, at, institution, uscc, outcome in session.execute(NEW, {"last": self._last}):
            self._last = place
            if institution and institution != ENTERPRISES:
                self._seen.setdefault(institution, _Seen()).add(at, uscc, outcome)
        found = []
        for institution, seen in self._seen.items():
            seen.forget(since)
            if not self._beyond(seen):
                continue
            stopped, released = Stops(session).standing(institution)
            if released is not None:
                seen.forget(released)
            if not stopped and self._beyond(seen):
                firms, refusals = len(seen.firms), len(seen.refusals)
                told = f"{firms} 家企业、{refusals} 次被拒 / {firms} enterprises, {refusals} refusals in {self._window}"
                found.append((institution, told))
        return found

    def _beyond(self, seen: _Seen) -> bool:
        return len(seen.firms) > self._firms or len(seen.refusals) > self._refusals


class _Seen:
    def __init__(self) -> None:
        self.firms: dict[str, datetime] = {}
        """By the last read, the oldest first."""
        self.refusals: deque[datetime] = deque()

    def add(self, at: datetime, uscc: str, outcome: str) -> None:
        if uscc:
            self.firms.pop(uscc, None)
            self.firms[uscc] = at
        if outcome in REFUSALS:
            self.refusals.append(at)

    def forget(self, before: datetime) -> None:
        while self.refusals and self.refusals[0] < before:
            self.refusals.popleft()
        while self.firms and self.firms[first := next(iter(self.firms))] < before:
            del self.firms[first]
