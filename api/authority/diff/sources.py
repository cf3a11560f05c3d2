"""What is compared: an edition of the catalogue, or a file such as a draft sent out for comment (征求意见稿)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scoring.card import Card
from scoring.catalogue import Catalogue, Edition

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    edition: Edition
    card: Card
    """With its latest versions, for one application kind."""
    file: str = ""
    """The file that was given; empty for an edition of the catalogue."""

    @property
    def name(self) -> str:
        """Rulebook and edition, and the file where there is one: a draft may be of the same edition."""
        return f"{self.card.id}@{self.card.edition}" + (f" ({self.file})" if self.file else "")


def side(given: str, kind: str, catalogue: Catalogue) -> Side:
    """``rulebook@edition``, a rulebook (its newest edition) or the path of a YAML file.

    Raises `UnknownName`; `CardError` where a file is wrong; OSError where it cannot be read.
    """
    if given.endswith(_SUFFIXES):
        edition, file = Edition(Path(given), given), given
    else:
        rulebook, _, named = given.partition("@")
        edition, file = catalogue.edition(rulebook, named or None), ""
    return Side(edition, edition.card(date.max, kind), file)
