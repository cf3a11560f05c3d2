"""Somebody the store knows: who they are, and what their institution may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.auth.roles import Principal, Role
from api.store.tables import InstitutionRow, table_of

_I = table_of(InstitutionRow).c
SCOPED = (_I.id, _I.stopped, _I.park, _I.region, _I.zone_type, _I.zone_level, _I.runs_distress)
"""Columns of the institution that `principal_of` reads."""


@dataclass(frozen=True)
class Known:
    """Somebody the store knows, and why nothing may be answered to them (None: they are answered)."""

    principal: Principal
    stopped: str | None


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
