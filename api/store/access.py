"""Invitations and stops in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import distinct, func, insert, select, update
from sqlalchemy.orm import Session

from api.auth.tokens import new_id
from api.store.parties import ENTERPRISES
from api.store.tables import AccessRow, InstitutionRow, InvitationRow, StopRow

STOPPED, RELEASED = "stopped", "released"
SYSTEM = "system"
"""Who stops an institution for its query pattern."""
REFUSALS = ("consent_required", "not_found", "forbidden", "scope_missing", "purpose_not_allowed")
"""Outcomes that say that somebody reaches for what is not theirs."""


class Invitations:
    """Ways in for people of enterprises."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, uscc: str, code: str, letter: str, reference: str, by: str, expires_at: datetime) -> str:
        """Keep an invitation (digests of code and letter); its id."""
        made = new_id("inv")
        self._session.execute(
            insert(InvitationRow).values(
                id=made, uscc=uscc, code=code, letter=letter, letter_reference=reference, by=by, expires_at=expires_at
            )
        )
        return made

    def use(self, code: str) -> tuple[str, str] | None:
        """Use an invitation up; its enterprise and the letter's digest. None where there is none that still can be used."""
        now = datetime.now(UTC)
        done = self._session.execute(
            update(InvitationRow)
            .where(InvitationRow.code == code, InvitationRow.used_at.is_(None), InvitationRow.expires_at > now)
            .values(used_at=now)
            .returning(InvitationRow.uscc, InvitationRow.letter)
        ).first()
        return (done.uscc, done.letter) if done else None


class Stops:
    """Institutions to which nothing is answered until somebody releases them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def stop(self, institution: str, by: str, reason: str) -> bool:
        """Stop an institution; whether it was not stopped yet."""
        return self._set(institution, by, reason, STOPPED)

    def release(self, institution: str, by: str, reason: str) -> bool:
        """Answer it again; whether it was stopped."""
        return self._set(institution, by, reason, RELEASED)

    def released_at(self, institution: str) -> datetime | None:
        """When it was last released."""
        asked = select(func.max(StopRow.at)).where(StopRow.institution_id == institution, StopRow.kind == RELEASED)
        return self._session.scalar(asked)

    def unusual(self, window: timedelta, firms: int, refusals: int) -> list[tuple[str, str]]:
        """Institutions whose reads of the window pass a limit and that are not stopped, each with what was seen.

        What was seen before a release is explained and counts no more. People of enterprises see one enterprise each, and
        what one of them does must not stop the others.
        """
        since = datetime.now(UTC) - window
        a = AccessRow
        read = func.count(distinct(a.uscc)).filter(a.uscc != "")
        refused = func.count().filter(a.outcome.in_(REFUSALS))
        counted = (
            select(a.institution, read, refused)
            .join(InstitutionRow, InstitutionRow.id == a.institution)
            .where(a.at >= since, InstitutionRow.stopped.is_(None), a.institution != ENTERPRISES)
            .group_by(a.institution)
            .having((read > firms) | (refused > refusals))
        )
        found: list[tuple[str, str]] = []
        for institution, _, _ in self._session.execute(counted).all():
            begun = max(since, self.released_at(institution) or since)
            again: Any = self._session.execute(
                select(read, refused).select_from(a).where(a.institution == institution, a.at >= begun)
            ).one()
            if again[0] > firms or again[1] > refusals:
                told = f"{again[0]} 家企业、{again[1]} 次被拒 / {again[0]} enterprises, {again[1]} refusals in {window}"
                found.append((institution, told))
        return found

    def _set(self, institution: str, by: str, reason: str, kind: str) -> bool:
        held = InstitutionRow.stopped.is_(None) if kind == STOPPED else InstitutionRow.stopped.is_not(None)
        done = self._session.execute(
            update(InstitutionRow)
            .where(InstitutionRow.id == institution, held)
            .values(stopped=reason[:400] if kind == STOPPED else None)
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            return False
        self._session.execute(
            insert(StopRow).values(
                institution_id=institution, kind=kind, by=by, at=datetime.now(UTC), reason=reason[:400]
            )
        )
        return True
