"""Public keys with which receipts are verified; the private ones are never in the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant


class SigningKeyRow(Base):
    """A public key and its period."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public: Mapped[str] = mapped_column(String(200))
    """PEM."""
    by: Mapped[str] = mapped_column(String(200))
    valid_from: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_by: Mapped[str | None] = mapped_column(String(200))
    reason: Mapped[str | None] = mapped_column(String(2000))
    compromised: Mapped[bool]
    """Whether what it signed can no longer be trusted."""
