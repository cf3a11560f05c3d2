"""Invitations and stops in the store."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from api.auth.tokens import new_id
from api.store.tables import InstitutionRow, InvitationRow, StopRow

STOPPED, RELEASED = "stopped", "released"
SYSTEM = "system"
"""Who stops an institution for its query pattern."""


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

    def standing(self, institution: str) -> tuple[bool, datetime | None]:
        """Whether it is stopped or unknown, and when it was last released."""
        reason = self._session.execute(
            select(InstitutionRow.stopped).where(InstitutionRow.id == institution)
        ).one_or_none()
        released = select(func.max(StopRow.at)).where(StopRow.institution_id == institution, StopRow.kind == RELEASED)
        return reason is None or reason[0] is not None, self._session.scalar(released)

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
