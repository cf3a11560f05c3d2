"""What access leaves behind: sessions, invitations, approvals, stops, answers to writes that may be repeated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant, Serial


class SessionRow(Base):
    """A person's login. Cookie and CSRF token are kept as SHA-256 only."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(Instant)


class InvitationRow(Base):
    """An enterprise's way in: bound to its code and to the letter that authorises the person (授权书)."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), index=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the code that is handed over."""
    letter: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the authorisation letter."""
    letter_reference: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class ApprovalRow(Base):
    """Something that needs a second person: an overlay, or a manual override of one enterprise's answer."""

    __tablename__ = "approval"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    uscc: Mapped[str | None] = mapped_column(String(18), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(2000))
    expires_on: Mapped[str | None] = mapped_column(String(10))
    proposed_by: Mapped[str] = mapped_column(String(40))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    """proposed, approved, rejected."""
    decided_by: Mapped[str | None] = mapped_column(String(40))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class StopRow(Base):
    """An institution was stopped or released: when, by whom, why. Only ever added to."""

    __tablename__ = "stop"

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """stopped, released."""
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(400))


class IdempotencyRow(Base):
    """The answer to a write, kept so that its repetition is answered alike and done once."""

    __tablename__ = "idempotency"

    actor: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    asked: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body."""
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
