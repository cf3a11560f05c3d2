"""Overlays: what a province, a city or a park changes in an edition, laid over the national text (contract §2).

An overlay states changed values only. It is laid over the file before the card is read, so what it says has clauses,
grades and versions like everything else, and the card's hash tells it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from features.identifiers import regions
from scoring.card import Card, Decision, Label, Laid, Period
from scoring.reading import STATUSES, fingerprint
from scoring.reading_parts import AWARDS, REQUIREMENTS, label
from scoring.yaml_tree import Findings, Reader, Tree, load

FORM = frozenset({*REQUIREMENTS, *AWARDS, "with", "is", "one_of", "score"})
"""Keys that state a condition or an award: one of them in an overlay replaces all of them, and the limits."""
ENDS = (frozenset({"min", "min_exclusive"}), frozenset({"max", "max_exclusive"}))
"""Keys of which one takes the place of the other."""
WHOLE = ("peers", "peers_of", "cuts")
"""Frozen tables, of which a newer one takes the place of the older and is never mixed with it."""
CHANGED = ("documents", "source", "scheme", "maximum", "gates", "items", "groups", "routes", "cliffs")
"""Parts of a card that an overlay may change."""


class Place(NamedTuple):
    """Where an enterprise is assessed: its division (six digits) and its park (an id of the reference data)."""

    region: str | None = None
    park: str | None = None


@dataclass(frozen=True)
class Overlay:
    """One overlay on one edition, for a division or for a park."""

    id: str
    title: Label
    card: str
    edition: str
    scope: Place
    status: str
    period: Period
    published_on: date
    decision: Decision | None
    changes: Tree
    sha256: str

    @property
    def head(self) -> Laid:
        """What a card says of it."""
        brings = isinstance(self.changes.value, dict) and "documents" in self.changes.value
        return Laid(self.id, self.title, *self.scope, self.decision, brings)

    @property
    def rank(self) -> tuple[bool, int, date]:
        """Later ones are laid over earlier ones: wide divisions, narrow ones, parks; of equals the newer."""
        return self.scope.park is not None, len((self.scope.region or "").rstrip("0")), self.period.begins

    def lies_on(self, card: Card) -> bool:
        """Whether it is an overlay of this edition."""
        return (self.card, self.edition) == (card.id, card.edition)

    def holds(self, place: Place, day: date) -> bool:
        """Whether it is in force at a place on a day, and known on it."""
        region, park = self.scope
        here = park == place.park if park else bool(place.region and regions.is_within(place.region, region or ""))
        begun = max(self.published_on, self.period.begins) <= day <= self.period.ends
        return here and begun and self.status in ("in_force", "repealed")


def read_overlay(path: Path, shown: str) -> Overlay:
    """One overlay file. Raises `CardError` with every finding."""
    findings = Findings(shown)
    tree = load(path, shown)
    reader = Reader(tree, findings)
    scope = reader.within("scope", _scope, Place())
    begins, ends = reader.day("effective_from", required=True), reader.day("effective_to")
    decided = reader.whole(reader.at("decision"), _decision) if reader.has("decision") else None
    if scope.park and decided is None:
        reader.lacks("key_missing", "decision", name="decision")
    found = Overlay(
        id=reader.text("overlay", required=True),
        title=reader.within("title", label, Label("", "")),
        card=reader.text("card", required=True),
        edition=reader.text("edition", required=True),
        scope=scope,
        status=reader.one_of("status", STATUSES),
        period=Period(begins or date.min, ends or date.max),
        published_on=reader.day("published_on", required=True) or date.min,
        decision=decided,
        changes=Tree({key: reader.at(key) for key in reader.stated(CHANGED)}, 1, ""),
        sha256=fingerprint(tree),
    )
    reader.stated(("texts", "note"))
    reader.done()
    findings.raise_if_any()
    return found


def _scope(reader: Reader) -> Place:
    asked = reader.stated(("region", "park"))
    if len(asked) != 1:
        reader.lacks("one_scope_expected")
    return Place(reader.text("region") or None, reader.text("park") or None)


def _decision(reader: Reader) -> Decision:
    by, because = (reader.text(key, required=True) for key in ("by", "because"))
    return Decision(by, reader.day("on", required=True) or date.min, because)


def laid(base: Tree, overlays: Iterable[Overlay]) -> Tree:
    """A card's file with overlays laid over it, in order."""
    for overlay in overlays:
        base = _laid(base, overlay.changes)
    return base


def _laid(base: Tree, change: Tree) -> Tree:
    """Mappings are merged key by key, a provision in each of its versions; whatever else is stated replaces what stood."""
    if not (isinstance(base.value, dict) and isinstance(change.value, dict)):
        return change
    replaced = [*ENDS, FORM] if FORM & change.value.keys() else [keys for keys in ENDS if keys & change.value.keys()]
    kept = {key: tree for key, tree in base.value.items() if not any(key in keys for keys in replaced)}
    versions = kept.get("versions")
    if versions is not None and isinstance(versions.value, list):
        kept["versions"] = Tree([_laid(one, change) for one in versions.value], versions.line, versions.path)
    merged = {key for key in change.value if key in kept and key not in WHOLE}
    stated = {key: _laid(kept[key], tree) if key in merged else tree for key, tree in change.value.items()}
    return Tree({**kept, **stated}, base.line, base.path)
