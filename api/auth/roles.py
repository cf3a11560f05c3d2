"""Roles, the scopes of programs, and the one who asks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody does; each has its row in the matrix of docs/service.md."""

    BANK_BRANCH = "bank_branch"
    BANK_STAFF = "bank_staff"
    PARK_STAFF = "park_staff"
    SERVICE_OFFICER = "service_officer"
    AUTHORITY = "authority"
    FINANCE_REGULATOR = "finance_regulator"
    ENTERPRISE = "enterprise"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    BATCH_ENGINEER = "batch_engineer"

    @property
    def zh(self) -> str:
        """As people call it."""
        return _ZH[self]


_ZH = {
    Role.BANK_BRANCH: "银行支行",
    Role.BANK_STAFF: "银行总行",
    Role.PARK_STAFF: "高新区",
    Role.SERVICE_OFFICER: "企业服务专员",
    Role.AUTHORITY: "科技主管部门",
    Role.FINANCE_REGULATOR: "金融监管",
    Role.ENTERPRISE: "企业",
    Role.AUDITOR: "审计",
    Role.ADMINISTRATOR: "管理员",
    Role.BATCH_ENGINEER: "批处理工程师",
}
BANK = frozenset({Role.BANK_BRANCH, Role.BANK_STAFF})
PARK = frozenset({Role.PARK_STAFF, Role.SERVICE_OFFICER})
READERS = BANK | PARK | {Role.AUTHORITY, Role.FINANCE_REGULATOR, Role.ENTERPRISE}
"""Roles that see enterprises. Administrators, auditors and engineers see none."""
ROLES_OF = {
    "bank": BANK,
    "park": PARK,
    "authority": frozenset({Role.AUTHORITY}),
    "finance_regulator": frozenset({Role.FINANCE_REGULATOR}),
    "enterprises": frozenset({Role.ENTERPRISE}),
    "operator": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.BATCH_ENGINEER}),
}
"""Kind of institution → roles of its people and programs."""

SCOPES = (
    "score:read",
    "enterprise:read",
    "consent:read",
    "consent:write",
    "facts:write",
    "release:read",
    "approval:read",
    "approval:write",
    "audit:read",
    "party:write",
    "assess",
)
"""What a program may be allowed to do."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The one who asks, as the store knows them at this moment."""

    actor: str
    """Opaque id of the person or the program."""
    role: Role
    institution: str
    channel: str
    """``api`` for a program, ``session`` for a person."""
    scopes: frozenset[str] | None = None
    """Of a program; None: a person, whom the role alone limits."""
    sandbox: bool = False
    branch: str | None = None
    uscc: str | None = None
    park: str | None = None
    region: str | None = None
    zone_type: str | None = None
    zone_level: str | None = None
    runs_distress: bool = False

    @property
    def tenant(self) -> str:
        """Whose requests count together: the institution; of people of enterprises, who share one, their enterprise."""
        return self.uscc or self.institution

    @property
    def reader(self) -> str:
        """Whose view of a result it is (`api.answers.views.READERS`)."""
        if self.role in BANK:
            return "bank"
        if self.role in PARK:
            return "park"
        return "enterprise" if self.role is Role.ENTERPRISE else "authority"
