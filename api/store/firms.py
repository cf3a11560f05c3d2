"""Enterprises by what their scope depends on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from api.auth.access import Firm, may_see
from api.auth.roles import BANK, Principal, Role
from api.store.parties import Parties
from api.store.tables import AssignmentRow, ConsentRow, FirmRow, SandboxFirmRow
from features.identifiers import regions

_FIRM = select(
    FirmRow.uscc,
    FirmRow.name,
    FirmRow.region_code,
    FirmRow.park,
    FirmRow.zone_type,
    FirmRow.zone_level,
    SandboxFirmRow.uscc.label("sandbox"),
).outerjoin(SandboxFirmRow, SandboxFirmRow.uscc == FirmRow.uscc)


def firm_of(session: Session, code: str) -> Firm | None:
    """The enterprise, None where the store knows nothing of it."""
    row = session.execute(_FIRM.where(FirmRow.uscc == code)).first()
    return _firm(row) if row else None


def firms_of(session: Session, who: Principal, after: str, limit: int) -> tuple[list[tuple[Firm, str | None]], str | None]:
    """Enterprises within the scope of somebody by code, with their names; and where the next page begins, if there is one.

    The condition in SQL only narrows; `may_see` decides on each. Of a bank: those that gave it a consent.
    """
    assigned = Parties(session).assigned
    found: list[tuple[Firm, str | None]] = []
    while len(found) <= limit:
        page = _FIRM.where(FirmRow.uscc > after, _narrowed(who)).order_by(FirmRow.uscc).limit(limit + 1)
        rows: Sequence[object] = session.execute(page).all()
        for row in rows:
            firm = _firm(row)
            if may_see(who, firm, assigned):
                found.append((firm, row.name))  # type: ignore[attr-defined]
            after = firm.uscc
        if len(rows) <= limit:
            break
    more = len(found) > limit
    return found[:limit], found[limit - 1][0].uscc if more else None


def _narrowed(who: Principal) -> ColumnElement[bool]:
    sandbox = SandboxFirmRow.uscc.is_not(None) if who.sandbox else SandboxFirmRow.uscc.is_(None)
    return and_(sandbox, _of_role(who))


def _of_role(who: Principal) -> ColumnElement[bool]:
    if who.role in BANK:
        return FirmRow.uscc.in_(select(ConsentRow.uscc).where(ConsentRow.recipient == who.institution))
    match who.role:
        case Role.PARK_STAFF:
            return FirmRow.park.in_(_names(who.park))
        case Role.SERVICE_OFFICER:
            return FirmRow.uscc.in_(select(AssignmentRow.uscc).where(AssignmentRow.person_id == who.actor))
        case Role.AUTHORITY if who.region is not None:
            return or_(*(FirmRow.region_code.startswith(stem) for stem in [_stem(who.region)]))
        case Role.ENTERPRISE:
            return FirmRow.uscc == who.uscc
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


def _firm(row: object) -> Firm:
    park = row.park  # type: ignore[attr-defined]
    zone = regions.find_zone(park) if park else None
    return Firm(
        row.uscc,  # type: ignore[attr-defined]
        row.region_code,  # type: ignore[attr-defined]
        zone.id if zone else park,
        row.zone_type,  # type: ignore[attr-defined]
        row.zone_level,  # type: ignore[attr-defined]
        row.sandbox is not None,  # type: ignore[attr-defined]
    )
