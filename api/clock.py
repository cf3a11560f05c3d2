"""The one clock: the day in Asia/Shanghai. Only the outermost layer reads it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
"""One offset since 1991; a fixed one needs no time-zone files."""


def today() -> date:
    """The day in Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()
