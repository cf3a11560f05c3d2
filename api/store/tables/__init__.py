"""The tables of the store."""

from __future__ import annotations

from api.store.tables.access import ApprovalRow, IdempotencyRow, InvitationRow, SessionRow, StopRow
from api.store.tables.base import Base, Instant
from api.store.tables.parties import (
    AssignmentRow,
    BranchRow,
    ClientRow,
    InstitutionRow,
    PersonRow,
    SandboxFirmRow,
)
from api.store.tables.releases import ReleaseEvent, ReleaseRow

__all__ = [
    "ApprovalRow",
    "AssignmentRow",
    "Base",
    "BranchRow",
    "ClientRow",
    "IdempotencyRow",
    "Instant",
    "InstitutionRow",
    "InvitationRow",
    "PersonRow",
    "ReleaseEvent",
    "ReleaseRow",
    "SandboxFirmRow",
    "SessionRow",
    "StopRow",
]
