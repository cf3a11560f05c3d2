"""The stated rule of a route, and the one helper that says which enterprises somebody may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from api.auth.roles import BANK, Principal, Role
from api.http.refusals import Refused
from features.identifiers import regions


class Tenant(StrEnum):
    """What of several tenants' belongings a route reaches."""

    PUBLIC = "public"
    """Nobody's; no identity is asked for."""
    COMMON = "common"
    """Everybody's alike; an identity is asked for."""
    OWN = "own"
    """What belongs to the institution (of an enterprise: to it)."""
    FIRM = "firm"
    """The enterprise that the address names, where it lies within the scope."""
    FIRMS = "firms"
    """Every enterprise within the scope."""


@dataclass(frozen=True)
class Rule:
    """Who may use a route, with which scope of a program, on what."""

    roles: frozenset[Role]
    scope: str | None
    """Of a program; empty: every program may, None: see ``people``."""
    tenant: Tenant
    purpose: bool = False
    """Whether the header ``Purpose`` is required."""
    people: bool = False
    """Whether only people may use it, no programs: what needs somebody who answers for it."""
    audited: bool = True


PUBLIC = Rule(frozenset(), None, Tenant.PUBLIC, audited=False)
"""Open to all and without trace: what is published, health."""
WAY_IN = Rule(frozenset(), None, Tenant.PUBLIC)
"""Open to all; whoever gets in, or fails to as somebody known, is recorded."""


PURPOSES = {
    "loan_application": BANK | {Role.ENTERPRISE},
    "loan_review": BANK,
    "post_loan": BANK,
    "pool_selection": frozenset({Role.PARK_STAFF, Role.SERVICE_OFFICER, Role.AUTHORITY}),
    "statistics": frozenset({Role.PARK_STAFF, Role.AUTHORITY, Role.FINANCE_REGULATOR}),
    "own": frozenset({Role.ENTERPRISE}),
}
"""Purpose (contract §7) → whose purpose it may be."""


@dataclass(frozen=True, slots=True)
class Firm:
    """What the scope of an enterprise depends on."""

    uscc: str
    region: str | None = None
    park: str | None = None
    """Its id in the reference data."""
    zone_type: str | None = None
    zone_level: str | None = None
    sandbox: bool = False
    overridden: bool = False
    """Whether two people ever decided something of it by hand."""


def may_use(who: Principal, rule: Rule) -> None:
    """Whether the rule of a route lets somebody in. Raises `Refused`."""
    if who.role not in rule.roles:
        raise Refused("forbidden")
    if who.scopes is None:
        return
    if rule.people:
        raise Refused("forbidden", detail="须由人登录办理 / for people only")
    if rule.scope and rule.scope not in who.scopes:
        raise Refused("scope_missing", detail=rule.scope)


def may_see(who: Principal, firm: Firm, assigned: Callable[[str, str], bool]) -> bool:
    """Whether an enterprise lies within the scope of somebody: the only place where tenants are told apart.

    A bank may name any enterprise; what it reads of one without consent are public facts (`api.enterprise.scores`).
    """
    if who.sandbox != firm.sandbox:
        return False
    match who.role:
        case Role.BANK_BRANCH | Role.BANK_STAFF | Role.FINANCE_REGULATOR:
            return True
        case Role.PARK_STAFF:
            return who.park is not None and who.park == firm.park
        case Role.SERVICE_OFFICER:
            return who.park is not None and who.park == firm.park and assigned(who.actor, firm.uscc)
        case Role.AUTHORITY:
            return (
                firm.region is not None
                and who.region is not None
                and regions.is_within(firm.region, who.region)
                and (who.zone_type is None or who.zone_type == firm.zone_type)
                and (who.zone_level is None or who.zone_level == firm.zone_level)
            )
        case Role.ENTERPRISE:
            return who.uscc == firm.uscc
        case _:
            return False


def check_purpose(who: Principal, purpose: str) -> None:
    """Whether somebody may read for a purpose. Raises `Refused`."""
    if purpose not in PURPOSES:
        raise Refused("purpose_required", detail=purpose)
    if who.role not in PURPOSES[purpose]:
        raise Refused("purpose_not_allowed", detail=purpose)
