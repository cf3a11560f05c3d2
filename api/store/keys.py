"""Public keys of the issuer over the years: a receipt names its key, a retired key still verifies what it signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from api.answers.receipts import key_id
from api.store.tables import SigningKeyRow
from features.errors import ValueProblem


@dataclass(frozen=True)
class Key:
    """A public key and its period."""

    id: str
    public: str
    by: str
    valid_from: datetime
    retired_at: datetime | None
    reason: str | None
    compromised: bool


class Keys:
    """The issuer's keys."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, key: Ed25519PublicKey, by: str) -> str:
        """Make a key known; its id."""
        row = {
            "id": key_id(key),
            "public": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
            "by": by,
            "valid_from": datetime.now(UTC),
            "compromised": False,
        }
        self._session.execute(insert(SigningKeyRow).values(row))
        return str(row["id"])

    def retire(self, key: str, by: str, reason: str, *, compromised: bool = False) -> None:
        """End a key's use. What a compromised key signed, at any time, verifies no more. Raises `ValueProblem`."""
        found = next((one for one in self.all() if one.id == key), None)
        if found is None:
            raise _wrong(key, "没有这个密钥 / there is no such key")
        if found.retired_at is not None and (found.compromised or not compromised):
            raise _wrong(key, "密钥已停用 / the key is retired already")
        ended = {
            "retired_at": found.retired_at or datetime.now(UTC),
            "retired_by": by,
            "reason": reason,
            "compromised": compromised,
        }
        self._session.execute(update(SigningKeyRow).where(SigningKeyRow.id == key).values(ended))

    def all(self) -> list[Key]:
        """Every key, in the order in which they came into use."""
        c = SigningKeyRow
        asked = select(c.id, c.public, c.by, c.valid_from, c.retired_at, c.reason, c.compromised)
        return [Key(*row) for row in self._session.execute(asked.order_by(c.valid_from, c.id))]

    def published(self) -> str:
        """The keys that verify receipts, one PEM after the other: all that were ever in use but compromised ones."""
        return "".join(key.public for key in self.all() if not key.compromised)


def _wrong(key: str, rule: str) -> ValueProblem:
    return ValueProblem(
        field="key", value=key, rule=rule, remedy="核对 dengti keys list 的编号 / check the ids of dengti keys list"
    )
