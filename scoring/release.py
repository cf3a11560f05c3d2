"""A release: all cards, overlays, ladders and reference tables with the engine that reads them, named by their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

import features
from scoring.ladder import ladders

if TYPE_CHECKING:
    from scoring.card import Card
    from scoring.catalogue import Catalogue
    from scoring.learned import LearnedCard

ENGINE = "0.1.0"


@dataclass(frozen=True)
class Release:
    """Content-addressed: the same rules and engine always have the same id; ``cards`` are those that gave an answer.

    ``demo`` where a learned card was not trained on the office's own facts: for demonstration only.
    """

    id: str
    cards: dict[str, dict[str, object]]
    demo: bool = False

    def as_dict(self) -> dict[str, object]:
        """As in the result JSON."""
        return {"id": self.id, "cards": self.cards, **({"demo": True} if self.demo else {})}


def canonical(value: object) -> bytes:
    """RFC 8785 form of a value made of objects, lists, texts, 64-bit integers, booleans and null (no floats)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: object) -> str:
    """SHA-256 of the canonical form."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def content_of(catalogue: Catalogue) -> dict[str, object]:
    """What a release is made of: every edition and overlay by hash, ladders, reference tables, engine."""
    cards = {
        f"{name}@{one.latest.edition}": one.latest.sha256 for name, all_ in catalogue.editions.items() for one in all_
    }
    return {
        "cards": cards,
        "overlays": {overlay.id: overlay.sha256 for overlay in catalogue.overlays},
        "ladders": {name: repr(ladder) for name, ladder in sorted(ladders().items())},
        "learned": {card.id: card.sha256 for card in catalogue.learned},
        "demo": catalogue.demo,
        "reference": reference_hash(),
        "engine": ENGINE,
    }


def named(cards: Mapping[str, Card], learned: Iterable[LearnedCard] = ()) -> dict[str, dict[str, object]]:
    """The cards of an answer: rulebook → edition, overlays and hash of what both say; learned cards by their hash."""
    found = {name: _named(card) for name, card in sorted(cards.items())}
    return {**found, **{card.id: {"origin": card.origin, "sha256": card.sha256} for card in learned}}


def _named(card: Card) -> dict[str, object]:
    lying = {"overlays": [laid.id for laid in card.overlays]} if card.overlays else {}
    return {"edition": card.edition, **lying, "sha256": card.sha256}


@cache
def reference_hash() -> str:
    """Hash of the reference tables (regions, zones, industry groups)."""
    folder = Path(features.__file__).parent / "reference"
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return "sha256:" + whole.hexdigest()
