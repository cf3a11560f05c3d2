"""Enterprises by what their scope depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, select, true
from sqlalchemy.orm import Session

from api.auth.access import Firm, may_see
from api.auth.roles import BANK, Principal, Role
from api.clock import today
from api.store.parties import Parties
from api.store.prepared import Prepared, Where
from api.store.tables import ApprovalRow, AssignmentRow, ConsentRow, FirmRow, SandboxFirmRow, WithdrawalRow, table_of
from features.identifiers import regions

_F, _X, _A = (table_of(row).c for row in (FirmRow, SandboxFirmRow, ApprovalRow))
_FIRM = select(
    _F.uscc,
    _F.name,
    _F.region_code,
    _F.park,
    _F.zone_type,
    _F.zone_level,
    _X.uscc.label("sandbox"),
    exists().where(_A.uscc == _F.uscc, _A.state == "approved").label("overridden"),
).outerjoin_from(table_of(FirmRow), table_of(SandboxFirmRow), _X.uscc == _F.uscc)
_ONE = Prepared(_FIRM.where(_F.uscc == bindparam("uscc")))


def firm_of(where: Where, code: str) -> Firm | None:
    """The enterprise, None where the store knows nothing of it."""
    row = _ONE.first(where, {"uscc": code})
    return _firm(row) if row else None


def firms_of(
    session: Session, who: Principal, after: str, limit: int
) -> tuple[list[tuple[Firm, str | None]], str | None]:
    """Enterprises within the scope of somebody by code, with their names; and where the next page begins, if there is one.

    The condition in SQL only narrows; `may_see` decides on each. Of a bank: those that gave it a consent.
    """
    assigned = Parties(session).assigned
    found: list[tuple[Firm, str | None]] = []
    while len(found) <= limit:
        page = _FIRM.where(_F.uscc > after, _narrowed(who)).order_by(_F.uscc).limit(limit + 1)
        rows: Sequence[Any] = session.execute(page).all()
        for row in rows:
            firm = _firm(row)
            if may_see(who, firm, assigned):
                found.append((firm, row.name))
            after = firm.uscc
        if len(rows) <= limit:
            break
    more = len(found) > limit
    return found[:limit], found[limit - 1][0].uscc if more else None


def _narrowed(who: Principal) -> ColumnElement[bool]:
    sandbox = _X.uscc.is_not(None) if who.sandbox else _X.uscc.is_(None)
    return and_(sandbox, _of_role(who))


def _of_role(who: Principal) -> ColumnElement[bool]:
    if who.role in BANK:
        given = select(ConsentRow.uscc).where(ConsentRow.recipient == who.institution, ConsentRow.valid_to >= today())
        return _F.uscc.in_(given.where(~exists().where(WithdrawalRow.consent_id == ConsentRow.id)))
    match who.role:
        case Role.PARK_STAFF:
            return _F.park.in_(_names(who.park))
        case Role.SERVICE_OFFICER:
            return _F.uscc.in_(select(AssignmentRow.uscc).where(AssignmentRow.person_id == who.actor))
        case Role.AUTHORITY if who.region is not None:
            return _F.region_code.startswith(_stem(who.region))
        case Role.ENTERPRISE:
            return _F.uscc == who.uscc
        case Role.FINANCE_REGULATOR:
            return true()
        case _:
            return false()


def _stem(region: str) -> str:
    if region == regions.province(region):
        return region[:2]
    return region[:4] if region == regions.prefecture(region) else region


def _names(park: str | None) -> list[str]:
    """As sources write a park."""
    zone = regions.find_zone(park) if park else None
    return [zone.id, zone.name_zh, *zone.also_called] if zone else [park or ""]


def _firm(row: Any) -> Firm:
    park = row.park
    zone = regions.find_zone(park) if park else None
    return Firm(
        row.uscc,
        row.region_code,
        zone.id if zone else park,
        row.zone_type,
        row.zone_level,
        row.sandbox is not None,
        row.overridden,
    )
