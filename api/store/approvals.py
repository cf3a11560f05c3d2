"""What needs a second person: proposed by one, decided by another, with reason and expiry."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from api.auth.tokens import new_id
from api.clock import today
from api.http.refusals import Refused
from api.store.tables import ApprovalRow

OVERLAY, OVERRIDE = "overlay", "override"
PROPOSED, APPROVED, REJECTED = "proposed", "approved", "rejected"
_COLUMNS = tuple(ApprovalRow.__table__.columns)


class Approvals:
    """Proposals and what was decided."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def propose(
        self,
        kind: str,
        institution: str,
        content: dict[str, Any],
        reason: str,
        by: str,
        *,
        uscc: str | None = None,
        expires_on: date | None = None,
    ) -> str:
        """Keep a proposal; its id."""
        made = new_id("appr")
        self._session.execute(
            insert(ApprovalRow).values(
                id=made,
                kind=kind,
                institution_id=institution,
                uscc=uscc,
                content=content,
                reason=reason,
                expires_on=expires_on.isoformat() if expires_on else None,
                proposed_by=by,
                proposed_at=datetime.now(UTC),
                state=PROPOSED,
            )
        )
        return made

    def decide(self, approval: str, institution: str, by: str, *, approve: bool) -> None:
        """Another person of the institution decides, once.

        Raises `Refused`: ``not_found``, ``second_person`` for the one who proposed it, ``conflict`` where it is decided.
        """
        found = self.one(approval, institution)
        if found["proposed_by"] == by:
            raise Refused("second_person")
        # The state is part of the condition: of two who decide at once one does.
        done = self._session.execute(
            update(ApprovalRow)
            .where(ApprovalRow.id == approval, ApprovalRow.state == PROPOSED)
            .values(state=APPROVED if approve else REJECTED, decided_by=by, decided_at=datetime.now(UTC))
        )
        if not done.rowcount:  # type: ignore[attr-defined]
            raise Refused("conflict", "已有决定 / it is decided already")

    def one(self, approval: str, institution: str) -> dict[str, Any]:
        """A proposal of the institution. Raises `Refused`."""
        asked = select(*_COLUMNS).where(ApprovalRow.id == approval, ApprovalRow.institution_id == institution)
        row = self._session.execute(asked).first()
        if row is None:
            raise Refused("not_found")
        return dict(row._mapping)

    def of(self, institution: str, after: str, limit: int) -> list[dict[str, Any]]:
        """Proposals of the institution by id, those after one."""
        asked = select(*_COLUMNS).where(ApprovalRow.institution_id == institution, ApprovalRow.id > after)
        return [dict(row._mapping) for row in self._session.execute(asked.order_by(ApprovalRow.id).limit(limit))]

    def overlays(self) -> dict[str, str]:
        """Approved overlays that have not expired: id → text of the file."""
        asked = select(ApprovalRow.id, ApprovalRow.content, ApprovalRow.expires_on).where(
            ApprovalRow.kind == OVERLAY, ApprovalRow.state == APPROVED
        )
        rows = self._session.execute(asked.order_by(ApprovalRow.id))
        day = today().isoformat()
        return {row.id: str(row.content["overlay"]) for row in rows if row.expires_on is None or row.expires_on >= day}

    def overrides(self, uscc: str, day: date) -> list[dict[str, Any]]:
        """Approved overrides of an enterprise that have not expired."""
        asked = select(*_COLUMNS).where(
            ApprovalRow.uscc == uscc, ApprovalRow.kind == OVERRIDE, ApprovalRow.state == APPROVED
        )
        rows = self._session.execute(asked.where(ApprovalRow.expires_on >= day.isoformat()).order_by(ApprovalRow.id))
        return [dict(row._mapping) for row in rows]
