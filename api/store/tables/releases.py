"""Releases and what was done with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant


class ReleaseRow(Base):
    """A release: what it is made of by hash, and its files; immutable."""

    __tablename__ = "release"

    id: Mapped[str] = mapped_column(String(71), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    files: Mapped[bytes] = mapped_column(LargeBinary)


class ReleaseEvent(Base):
    """What was done with a release, by whom, when and why; only ever added to."""

    __tablename__ = "release_event"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    reason: Mapped[str] = mapped_column(String(2000))
