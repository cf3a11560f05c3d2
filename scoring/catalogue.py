"""Which edition of which rulebook is in force for whom: by day, region and application kind (contract §2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from features.identifiers import regions
from scoring.card import Card, Period
from scoring.errors import NotInForce, UnknownName
from scoring.learned_file import read_served
from scoring.overlay import Overlay, Place, laid, read_overlay
from scoring.reading import KINDS, read_tree
from scoring.yaml_tree import Tree, load

FOLDER = Path(__file__).parent / "rulebooks"
LADDERS, OVERLAYS, LEARNED = "ladders", "overlays", "learned"
"""Folders among the rulebooks that hold no cards."""
NOWHERE = Place()
UNDATED = "undated"
"""Status of a text of which nobody knows from when to when it was in force: it is asked for by name only."""
EVALUATED = ("in_force", "repealed", UNDATED)
"""Statuses that can be evaluated; drafts and expected texts are shown and compared only."""


@dataclass(frozen=True)
class Edition:
    """One rulebook file, read once, with the overlays of a place laid over it; where parts of it have versions its card
    depends on the day and application kind.
    """

    path: Path
    shown: str
    overlays: tuple[Overlay, ...] = ()

    @cached_property
    def tree(self) -> Tree:
        """The file with its overlays. Raises `CardError`."""
        return laid(load(self.path, self.shown), self.overlays)

    @cached_property
    def latest(self) -> Card:
        """The card with its latest versions. Raises `CardError`."""
        return self._read(None, KINDS[0])

    def card(self, rules_on: date, kind: str = KINDS[0]) -> Card:
        """The card with the versions in force on a day for an application kind (before it begins: as on its first day)."""
        day = max(rules_on, self.latest.period(kind).begins)
        # Where no version is for one kind only, both have the same card.
        segment = sum(1 for turn in self.turns if turn <= day), kind if self.by_kind else KINDS[0]
        if segment not in self._segments:
            self._segments[segment] = self._read(day, segment[1])
        return self._segments[segment]

    def _read(self, day: date | None, kind: str) -> Card:
        shown = " + ".join((self.shown, *(f"overlays/{overlay.id}" for overlay in self.overlays)))
        return replace(read_tree(self.tree, day, shown, kind), overlays=tuple(o.head for o in self.overlays))

    @cached_property
    def turns(self) -> tuple[date, ...]:
        """Days on which a version of some part begins or has ended."""
        ends = (("from", timedelta(0)), ("to", timedelta(1)))
        stated = ((version[key], later) for version in _versions(self.tree) for key, later in ends if key in version)
        return tuple(sorted({date.fromisoformat(str(day.value)) + later for day, later in stated}))

    @cached_property
    def by_kind(self) -> bool:
        """Whether a version of some part is for one application kind only."""
        return any("application_kinds" in version for version in _versions(self.tree))

    @cached_property
    def _segments(self) -> dict[tuple[int, str], Card]:
        return {}


def _versions(tree: Tree) -> Iterator[dict[str, Tree]]:
    """The mappings below every ``versions``."""
    if isinstance(tree.value, str):
        return
    versions = tree.value.get("versions") if isinstance(tree.value, dict) else None
    for version in versions.value if versions is not None and isinstance(versions.value, list) else ():
        if isinstance(version.value, dict):
            yield version.value
    for child in tree.value.values() if isinstance(tree.value, dict) else tree.value:
        yield from _versions(child)


@dataclass(frozen=True)
class Picked:
    """A card chosen for an evaluation; ``outside`` where no edition is in force and the nearest was taken."""

    card: Card
    edition: Edition
    outside: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """What an answer says of the choice."""
        if not self.outside:
            return ()
        return ("edition_undated" if self.card.status == UNDATED else "edition_outside_period",)


class Catalogue:
    """Every rulebook in a folder, the folder path of a file being its rulebook's id, the overlays and the learned cards:
    those of the folder and those of a deployment's own. Raises `CardError` for a wrong overlay or learned card.
    """

    def __init__(
        self, folder: Path = FOLDER, own_overlays: Path | None = None, own_learned: Path | None = None
    ) -> None:
        self.folder, self.own_overlays, self.own_learned = folder, own_overlays, own_learned
        self.editions: dict[str, tuple[Edition, ...]] = {}
        for path in sorted(folder.rglob("*.yaml")):
            parts = path.relative_to(folder).parts
            if parts[0] not in (LADDERS, OVERLAYS, LEARNED):
                name = ".".join(parts[:-1])
                edition = Edition(path, path.relative_to(folder.parent).as_posix())
                self.editions[name] = (*self.editions.get(name, ()), edition)
        files = (path for place in (folder / OVERLAYS, own_overlays) if place for path in sorted(place.glob("*.yaml")))
        self.overlays = sorted((read_overlay(path, f"{OVERLAYS}/{path.name}") for path in files), key=lambda o: o.rank)
        places = (place for place in (folder / LEARNED, own_learned) if place)
        self.learned = read_served(path for place in places for path in sorted(place.glob("*.yaml")))
        self._under: dict[tuple[Path, tuple[str, ...]], Edition] = {}

    @property
    def demo(self) -> bool:
        """Whether a learned card was trained on other than the office's own facts: then all is for demonstration only."""
        return any(card.demo_only for card in self.learned)

    def place(self, region: str | None, park: str | None) -> Place:
        """Where an enterprise is assessed; its park only where some overlay is for it. ``park``: id or name."""
        zone = regions.find_zone(park) if park else None
        known = zone.id if zone else park
        return Place(region, known if any(overlay.scope.park == known for overlay in self.overlays) else None)

    def names(self) -> tuple[str, ...]:
        """Every rulebook id."""
        return tuple(sorted(self.editions))

    def edition(self, rulebook: str, edition: str | None = None) -> Edition:
        """One edition by name; the newest where none is named. Raises `UnknownName`."""
        if rulebook not in self.editions:
            raise UnknownName(field="rulebook", value=rulebook, known=self.names())
        found = self.editions[rulebook]
        if edition is None:
            return max(found, key=lambda e: e.latest.effective_from)
        for one in found:
            if one.latest.edition == edition:
                return one
        raise UnknownName(field="edition", value=edition, known=tuple(e.latest.edition for e in found))

    def pick(self, rulebook: str, rules_on: date, *, place: Place = NOWHERE, kind: str = "new") -> Picked | None:
        """The edition in force on a day at a place for an application kind, or None."""
        fitting = [e for e in self._for(rulebook, place, kind) if _in_force(e.latest, rules_on, kind)]
        if not fitting:
            return None
        edition = max(fitting, key=lambda e: (len((e.latest.region or "").rstrip("0")), e.latest.effective_from))
        return self._picked(edition, rules_on, place, kind)

    def pick_by_name(self, rulebook: str, rules_on: date, *, place: Place = NOWHERE, kind: str = "new") -> Picked:
        """As `pick`; where no edition is in force the nearest one, marked. Raises `UnknownName`, `NotInForce`."""
        if not self.evaluated(rulebook):
            error = NotInForce if rulebook in self.editions else UnknownName
            raise error(field="rulebook", value=rulebook, known=tuple(filter(self.evaluated, self.names())))
        found = self.pick(rulebook, rules_on, place=place, kind=kind)
        if found:
            return found
        candidates = self._for(rulebook, NOWHERE, kind) or self.evaluated(rulebook)
        nearest = min(candidates, key=lambda e: _distance(e.latest.period(kind), rules_on))
        return replace(self._picked(nearest, rules_on, place, kind), outside=True)

    def under(self, edition: Edition, place: Place, rules_on: date) -> Edition:
        """An edition with the overlays that lie on it at a place on a day; itself where there are none."""
        lying = tuple(o for o in self.overlays if o.lies_on(edition.latest) and o.holds(place, rules_on))
        key = edition.path, tuple(overlay.id for overlay in lying)
        return self._under.setdefault(key, replace(edition, overlays=lying) if lying else edition)

    def _picked(self, edition: Edition, rules_on: date, place: Place, kind: str) -> Picked:
        found = self.under(edition, place, rules_on)
        return Picked(found.card(rules_on, kind), found)

    def evaluated(self, rulebook: str) -> list[Edition]:
        """Its editions that can be evaluated; none of a rulebook that does not exist."""
        return [e for e in self.editions.get(rulebook, ()) if e.latest.status in EVALUATED]

    def _for(self, rulebook: str, place: Place, kind: str) -> list[Edition]:
        return [
            e
            for e in self.evaluated(rulebook)
            if kind in e.latest.kinds
            and (e.latest.region is None or place.region is None or regions.is_within(place.region, e.latest.region))
        ]


def _in_force(card: Card, day: date, kind: str) -> bool:
    return card.status != UNDATED and card.published_on <= day and _distance(card.period(kind), day) == 0


def _distance(period: Period, day: date) -> int:
    """Days by which a day lies outside."""
    return max((period.begins - day).days, (day - period.ends).days, 0)
