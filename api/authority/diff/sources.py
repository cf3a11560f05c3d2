"""What is compared: an edition of the catalogue, or a file such as a draft sent out for comment (征求意见稿), which may be of a
whole card or of an overlay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from api.authority.named import named
from scoring.card import Card
from scoring.catalogue import Catalogue, Edition
from scoring.overlay import read_overlay
from scoring.yaml_tree import load

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

    An overlay is laid over its edition and over what else lies there on the day, whatever its own status and period.
    Raises as `named`; `CardError` where a file is wrong; OSError where it cannot be read.
    """
    is_file = given.endswith(_SUFFIXES)
    edition = _of_file(given, catalogue, rules_on) if is_file else named(given, catalogue, rules_on)
    return Side(edition, edition.card(date.max, kind), given if is_file else "")


def _of_file(given: str, catalogue: Catalogue, rules_on: date) -> Edition:
    path = Path(given)
    tree = load(path, given)
    if not isinstance(tree.value, dict) or "overlay" not in tree.value:
        return Edition(path, given)
    draft = read_overlay(path, given)
    edition = catalogue.edition(draft.card, draft.edition)
    lying = (one for one in catalogue.under(edition, draft.scope, rules_on).overlays if one.id != draft.id)
    return replace(edition, overlays=tuple(sorted((*lying, draft), key=lambda one: one.rank)))
