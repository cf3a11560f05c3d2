"""The tables of the store, a module a subject."""

from api.store.tables.access import ApprovalRow, IdempotencyRow, InvitationRow, SessionRow, StopRow
from api.store.tables.audit import AccessRow, SealRow
from api.store.tables.base import Base, Instant, table_of
from api.store.tables.consents import ConsentRow, WithdrawalRow
from api.store.tables.facts import FactRow, FirmRow, LoadRow
from api.store.tables.keys import SigningKeyRow
from api.store.tables.parties import AssignmentRow, BranchRow, ClientRow, InstitutionRow, PersonRow, SandboxFirmRow
from api.store.tables.releases import ReleaseEvent, ReleaseRow
from api.store.tables.scores import ScoreRow

__all__ = [
    "AccessRow",
    "ApprovalRow",
    "AssignmentRow",
    "Base",
    "BranchRow",
    "ClientRow",
    "ConsentRow",
    "FactRow",
    "FirmRow",
    "IdempotencyRow",
    "Instant",
    "InstitutionRow",
    "InvitationRow",
    "LoadRow",
    "PersonRow",
    "ReleaseEvent",
    "ReleaseRow",
    "SandboxFirmRow",
    "ScoreRow",
    "SealRow",
    "SessionRow",
    "SigningKeyRow",
    "StopRow",
    "WithdrawalRow",
    "table_of",
]
