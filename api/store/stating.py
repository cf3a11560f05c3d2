"""Facts of one enterprise that an institution states over HTTP, within the transaction of its request."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from api.store.loading import File, Loaded, begun, load_part, loading
from api.store.statements import KnownFrom
from api.store.tables import LoadRow
from features.dossier import Dossier


def state(session: Session, file: File, dossier: Dossier, day: date) -> Loaded:
    """Add what the dossier says; the very same dossier is added once."""
    rule, loaded = KnownFrom(file.known_from, day), Loaded()
    loading(session)
    kept = begun(session, file, rule, 0)
    if kept.finished_at is not None:
        return Loaded(already=True)
    load_part(session, kept.number, file, KnownFrom(rule.rule, kept.day), [dossier], loaded)
    done = update(LoadRow).where(LoadRow.number == kept.number)
    session.execute(done.values(finished_at=datetime.now(UTC), rows=loaded.rows))
    return loaded
