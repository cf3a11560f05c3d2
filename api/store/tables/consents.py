"""Consents (授权) of enterprises and their withdrawals."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant


class ConsentRow(Base):
    """What an enterprise allowed whom, for what, over which facts, when, and the document that proves it; immutable."""

    __tablename__ = "consent"
    __table_args__ = (Index("consent_of_firm", "uscc", "recipient"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18))
    recipient: Mapped[str] = mapped_column(String(64))
    """The institution that may read."""
    purposes: Mapped[list[str]] = mapped_column(JSON)
    scope: Mapped[list[str]] = mapped_column(JSON)
    """Fact tables, ``table/field``, ``private/<institution>`` for what that institution brought, or ``all``."""
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    """The last day."""
    evidence: Mapped[str] = mapped_column(String(71))
    """SHA-256 of the signed document."""
    written: Mapped[bool]
    """Given in writing (书面), as passing on a bank's loan data needs."""
    by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class WithdrawalRow(Base):
    """That a consent ended before its period did."""

    __tablename__ = "consent_withdrawal"

    consent_id: Mapped[str] = mapped_column(ForeignKey("consent.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(2000))
