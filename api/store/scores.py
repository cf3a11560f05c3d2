"""Answers that were given, kept as bytes: the same question gets the same bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import bindparam, select

from api.store.database import unless_there
from api.store.prepared import Prepared, Where
from api.store.tables import ScoreRow, table_of

_SCORE = table_of(ScoreRow).c
_KEPT = Prepared(
    select(_SCORE.body).where(
        *(_SCORE[name] == bindparam(name) for name in ("uscc", "release", "as_of", "known_at", "fingerprint"))
    )
)


class Scores:
    """Kept answers. ``fingerprint`` is `Facts.version`, joined with whatever else the answer depends on."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def kept(self, uscc: str, release: str, as_of: date, known_at: date, fingerprint: str) -> bytes | None:
        """The answer as it was given, None where none was."""
        asked = {"uscc": uscc, "release": release, "as_of": as_of, "known_at": known_at, "fingerprint": fingerprint}
        found = _KEPT.first(self._where, asked)
        return found.body if found else None

    def keep(self, uscc: str, release: str, as_of: date, known_at: date, fingerprint: str, body: bytes) -> bytes:
        """Keep an answer and return what is kept: of two that are made at once the first."""
        row = {
            "uscc": uscc,
            "release": release,
            "as_of": as_of,
            "known_at": known_at,
            "fingerprint": fingerprint,
            "body": body,
            "kept_at": datetime.now(UTC),
        }
        if unless_there(self._where, ScoreRow, row):
            return body
        found = self.kept(uscc, release, as_of, known_at, fingerprint)
        assert found is not None
        return found
