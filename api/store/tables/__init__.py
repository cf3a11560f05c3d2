"""The tables of the store, a module a subject."""

from api.store.tables.audit import AccessRow, SealRow
from api.store.tables.base import Base, Instant, table_of
from api.store.tables.consents import ConsentRow, WithdrawalRow
from api.store.tables.facts import FactRow, FirmRow, LoadRow
from api.store.tables.keys import SigningKeyRow
from api.store.tables.releases import ReleaseEvent, ReleaseRow
from api.store.tables.scores import ScoreRow

__all__ = [
    "AccessRow",
    "Base",
    "ConsentRow",
    "FactRow",
    "FirmRow",
    "Instant",
    "LoadRow",
    "ReleaseEvent",
    "ReleaseRow",
    "ScoreRow",
    "SealRow",
    "SigningKeyRow",
    "WithdrawalRow",
    "table_of",
]
