"""Somebody the store knows: who they are, and what their institution may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from api.auth.roles import Principal, Role
from api.auth.tokens import digest
from api.store.prepared import Prepared, Where
from api.store.tables import ClientRow, InstitutionRow, table_of

_C, _I = table_of(ClientRow).c, table_of(InstitutionRow).c
SCOPED = (_I.id, _I.stopped, _I.park, _I.region, _I.zone_type, _I.zone_level, _I.runs_distress)
"""Columns of the institution that `principal_of` reads."""
_CLIENT = Prepared(
    select(_C.role, _C.scopes, _C.sandbox, _C.closed_at, _C.secret, *SCOPED)
    .join_from(table_of(ClientRow), table_of(InstitutionRow), _I.id == _C.institution_id)
    .where(_C.id == bindparam("client"))
)


@dataclass(frozen=True)
class Known:
    """Somebody the store knows, and why nothing may be answered to them (None: they are answered)."""

    principal: Principal
    stopped: str | None


def client_of(
    where: Where, client: str, scopes: frozenset[str] | None = None, secret: str | None = None
) -> Known | None:
    """An open program, with the scopes that its token still has in common with it; with a secret only if it is its own."""
    row = _CLIENT.first(where, {"client": client})
    if row is None or row.closed_at is not None or (secret is not None and digest(secret) != row.secret):
        return None
    allowed = frozenset(row.scopes.split())
    scopes = allowed if scopes is None else allowed & scopes
    return Known(principal_of(row, client, "api", scopes=scopes, sandbox=row.sandbox), row.stopped)


def principal_of(row: Any, actor: str, channel: str, **more: Any) -> Principal:
    """The one whose row it is, of `SCOPED` and ``role``; ``more`` as `Principal`."""
    return Principal(
        actor,
        Role(row.role),
        row.id,
        channel,
        park=row.park,
        region=row.region,
        zone_type=row.zone_type,
        zone_level=row.zone_level,
        runs_distress=row.runs_distress,
        **more,
    )
