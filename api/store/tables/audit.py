"""Who read or wrote what, and the seals that chain it. No names of people: actors are opaque ids."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant, Serial


class AccessRow(Base):
    """One read or write. Once ``place`` and ``digest`` are set nothing of it may change."""

    __tablename__ = "access"
    __table_args__ = (
        Index(
            "access_unsealed",
            "number",
            sqlite_where=text("place IS NULL"),
            postgresql_where=text("place IS NULL"),
        ),
        Index("access_of_firm", "uscc", "at"),
        Index("access_of_institution", "institution", "at"),
    )

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(String(64))
    institution: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(32))
    uscc: Mapped[str] = mapped_column(String(18))
    fields: Mapped[list[str]] = mapped_column(JSON)
    consent: Mapped[str] = mapped_column(String(32))
    release: Mapped[str] = mapped_column(String(71))
    outcome: Mapped[str] = mapped_column(String(64))
    place: Mapped[int | None] = mapped_column(Serial, unique=True)
    """Its place in the chain, from 1, without gaps; missing until it is sealed."""
    digest: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the digest before it and of what this row says."""


class SealRow(Base):
    """A batch that was sealed: the chain up to ``place`` ends in ``digest``."""

    __tablename__ = "audit_seal"

    place: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    entries: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Instant)
