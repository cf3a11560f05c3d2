"""How a fact table is declared: a class body with one `Field` a column.

A field says its kind, its Chinese header and other spellings, and how an absent key and a null are read
(contract §1: unknown unless stated otherwise). Intake, dossiers, snapshots and the API's schema all read these classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from features.kinds import Kind


class Reading(Enum):
    """What an absent key or a null states."""

    UNKNOWN = "unknown"
    ASSUMED_NOT = "assumed_not"
    """Counts as "not so", and the answer says that this was assumed."""
    NOT = "not"
    """States "not so": unlisted, in no park, not ended, not revoked."""


@dataclass(frozen=True)
class Field:
    """One column of a fact table."""

    kind: Kind
    zh: str
    aliases: tuple[str, ...] = ()
    en: str = ""
    absent: Reading = Reading.UNKNOWN
    null: Reading = Reading.UNKNOWN
    negative: int = 0
    """The integer that "not so" is kept as."""
    torch: tuple[str, ...] = ()
    """Codes of the Torch survey (火炬统计调查), whose money is in 千元."""


class Table:
    """Base of the fact tables."""

    id: ClassVar[str]
    """Name in files, and in the paths of facts."""
    key: ClassVar[str]
    """Name in a JSON dossier."""
    zh: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    fields: ClassVar[dict[str, Field]] = {}
    identity: ClassVar[tuple[str, ...]] = ()
    """Fields that name a row; empty where the row is known by all its natural fields."""
    is_list: ClassVar[bool] = True
    """Whether an enterprise has any number of rows, all of which must be known for "none" to be known."""

    def __init_subclass__(cls) -> None:
        cls.fields = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
