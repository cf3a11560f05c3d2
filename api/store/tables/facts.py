"""Facts as they were stated, the loads that brought them, and by what firms are found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables.base import Base, Instant, Serial


class LoadRow(Base):
    """One file that was read into the store: what, by whom, when, on whose behalf."""

    __tablename__ = "load"
    __table_args__ = (UniqueConstraint("fingerprint", "owner", "source", "known_from_rule", name="load_once"),)

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    fingerprint: Mapped[str] = mapped_column(String(71))
    """SHA-256 of the file, or of the files of a folder."""
    name: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(64))
    """The institution whose private data it is; empty = common to all readers."""
    source: Mapped[str] = mapped_column(String(200))
    """Who says so where a row does not say it itself; may be empty."""
    known_from_rule: Mapped[str] = mapped_column(String(16))
    """``import``, ``statutory`` or a date: since when rows are known that do not say it themselves."""
    day: Mapped[date] = mapped_column(Date)
    """The day of the import, Asia/Shanghai."""
    by: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    """Missing while the load is under way, or was broken off: the next import of the file goes on with it."""
    rows: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)


class FactRow(Base):
    """One row that a source stated of one firm; only ever added to."""

    __tablename__ = "fact"
    __table_args__ = (Index("fact_of_firm", "uscc", "owner", "number"),)

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    uscc: Mapped[str] = mapped_column(String(18))
    table: Mapped[str] = mapped_column(String(32))
    """A fact table (contract §1), or ``listed``: whether the list named by ``key`` is complete."""
    key: Mapped[str] = mapped_column(String(128))
    """What the row speaks of: fiscal year, criterion and year, ``row_id``, or the hash of its natural fields."""
    source: Mapped[str] = mapped_column(String(200))
    known_from: Mapped[date] = mapped_column(Date)
    """Business time: since when it was known."""
    known_by: Mapped[str] = mapped_column(String(12))
    """How ``known_from`` came about: ``stated`` in the row, ``import``, ``date``, ``statutory`` (an assumption)."""
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    """System time: since when the store has it."""
    retracted: Mapped[bool]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The row as a JSON dossier writes it; decimals as text."""
    owner: Mapped[str] = mapped_column(String(64))
    """The institution whose private data it is; empty = common to all readers."""
    load: Mapped[int] = mapped_column(ForeignKey("load.number"), index=True)


class FirmRow(Base):
    """A firm by what it is found and scoped by: the newest common statement. Nothing is scored by it."""

    __tablename__ = "firm"

    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    name: Mapped[str | None] = mapped_column(String(500), index=True)
    region_code: Mapped[str | None] = mapped_column(String(6), index=True)
    park: Mapped[str | None] = mapped_column(String(500), index=True)
    zone_type: Mapped[str | None] = mapped_column(String(16))
    zone_level: Mapped[str | None] = mapped_column(String(16))
    known_from: Mapped[date] = mapped_column(Date)
