"""Answers that were given, as they were given."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant


class ScoreRow(Base):
    """The answer to one question about one firm; immutable."""

    __tablename__ = "score"

    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    release: Mapped[str] = mapped_column(String(71), primary_key=True)
    as_of: Mapped[date] = mapped_column(Date, primary_key=True)
    known_at: Mapped[date] = mapped_column(Date, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(71), primary_key=True)
    """Of the facts it rests on, and of what else was asked (view, kind of application)."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Instant)
