"""``Idempotency-Key``: a write that is repeated with the same key is done once and answered alike."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from api.http.refusals import Refused
from api.store.tables import IdempotencyRow

HEADER = "idempotency-key"
KEPT = timedelta(hours=24)
_SHAPE = re.compile(r"[\x21-\x7e]{1,120}")
_FIND = select(IdempotencyRow.asked, IdempotencyRow.status, IdempotencyRow.answer)


def asked(method: str, path: str, body: bytes) -> str:
    """What is asked, as one hash."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


def check(key: str) -> None:
    """Raises `Refused` where it is no key."""
    if not _SHAPE.fullmatch(key):
        raise Refused("invalid_header", "Idempotency-Key: 1–120 个可见 ASCII 字符 / 1 to 120 visible ASCII characters")


def answered(session: Session, actor: str, key: str, asked: str) -> tuple[int, bytes] | None:
    """Status and body of the first answer. Raises `Refused` where the key was used for something else."""
    row = session.execute(_FIND.where(IdempotencyRow.actor == actor, IdempotencyRow.key == key)).first()
    if row is None:
        return None
    if row.asked != asked:
        raise Refused("idempotency_key_reused")
    return row.status, row.answer


def keep(session: Session, actor: str, key: str, asked: str, status: int, answer: bytes) -> None:
    """Keep the answer. Raises `IntegrityError` where another request with the key was quicker."""
    session.execute(
        insert(IdempotencyRow).values(
            actor=actor, key=key, asked=asked, status=status, answer=answer, at=datetime.now(UTC)
        )
    )


def forget(session: Session) -> None:
    """Answers older than a day go."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.at < datetime.now(UTC) - KEPT))
