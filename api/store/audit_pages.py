"""Pages of the audit chain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store.audit import said
from api.store.tables import AccessRow

_COLUMNS = tuple(c for c in AccessRow.__table__.columns if c.name != "number")


def page_of(session: Session, after: int, limit: int, since: datetime | None = None) -> list[dict[str, Any]]:
    """Sealed entries behind a place of the chain, in its order; ``since`` leaves out what was earlier."""
    asked = select(*_COLUMNS).where(AccessRow.place > after)
    if since is not None:
        asked = asked.where(AccessRow.at >= (since if since.tzinfo else since.replace(tzinfo=UTC)))
    rows = session.execute(asked.order_by(AccessRow.place).limit(limit)).mappings()
    return [{**said(dict(row)), "place": row["place"], "digest": row["digest"]} for row in rows]
