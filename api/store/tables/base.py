"""What all tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Dialect, Integer, String, Table, TypeDecorator
from sqlalchemy.orm import DeclarativeBase

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives; SQLite numbers only its own integer keys."""


class Instant(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond, as text that sorts in time in every database."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """As kept."""
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """As used."""
        return None if value is None else datetime.fromisoformat(value)


class Base(DeclarativeBase):
    """Declares the tables."""


def table_of(row: type[Base]) -> Table:
    """The table itself: statements on it go past the mapping of objects."""
    return cast(Table, row.__table__)
