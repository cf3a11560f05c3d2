"""What is compared: an edition of the catalogue, or a file such as a draft sent out for comment (征求意见稿)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.authority.named import named
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
        """Rulebook, edition and overlays, and the file where there is one: a draft may be of the same edition."""
        laid = "".join(f" + {overlay.id}" for overlay in self.card.overlays)
        return f"{self.card.id}@{self.card.edition}{laid}" + (f" ({self.file})" if self.file else "")


def side(given: str, kind: str, catalogue: Catalogue, rules_on: date = date.max) -> Side:
    """``rulebook[@edition][+place]`` or the path of a YAML file.

    Raises as `named`; `CardError` where a file is wrong; OSError where it cannot be read.
    """
    is_file = given.endswith(_SUFFIXES)
    edition = Edition(Path(given), given) if is_file else named(given, catalogue, rules_on)
    return Side(edition, edition.card(date.max, kind), given if is_file else "")
