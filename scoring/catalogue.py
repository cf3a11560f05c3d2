"""Which edition of which rulebook is in force for whom: by day, region and application kind (contract §2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from features.identifiers import regions
from scoring.card import Card, Period
from scoring.errors import UnknownName
from scoring.reading import KINDS, read_tree
from scoring.yaml_tree import Tree, load

FOLDER = Path(__file__).parent / "rulebooks"
EVALUATED = ("in_force", "repealed")
"""Statuses that can be evaluated; drafts and expected texts are shown and compared only."""


@dataclass(frozen=True)
class Edition:
    """One rulebook file, read once; where parts of it have versions its card depends on the day and application kind."""

    path: Path
    shown: str

    @cached_property
    def tree(self) -> Tree:
        """The file. Raises `CardError`."""
        return load(self.path, self.shown)

    @cached_property
    def latest(self) -> Card:
        """The card with its latest versions. Raises `CardError`."""
        return read_tree(self.tree, None, self.shown)

    def card(self, rules_on: date, kind: str = KINDS[0]) -> Card:
        """The card with the versions in force on a day for an application kind (before it begins: as on its first day)."""
        day = max(rules_on, self.latest.period(kind).begins)
        # Where no version is for one kind only, both have the same card.
        segment = sum(1 for turn in self.turns if turn <= day), kind if self.by_kind else KINDS[0]
        if segment not in self._segments:
            self._segments[segment] = read_tree(self.tree, day, self.shown, segment[1])
        return self._segments[segment]

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


class Catalogue:
    """Every rulebook in a folder; the folder path of a file is its rulebook's id."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.editions: dict[str, tuple[Edition, ...]] = {}
        for path in sorted(folder.rglob("*.yaml")):
            parts = path.relative_to(folder).parts
            if parts[0] != "ladders":
                name = ".".join(parts[:-1])
                edition = Edition(path, path.relative_to(folder.parent).as_posix())
                self.editions[name] = (*self.editions.get(name, ()), edition)

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

    def pick(self, rulebook: str, rules_on: date, *, region: str | None = None, kind: str = "new") -> Picked | None:
        """The edition in force on a day for a region and application kind, or None."""
        fitting = [e for e in self._for(rulebook, region, kind) if _in_force(e.latest, rules_on, kind)]
        if not fitting:
            return None
        edition = max(fitting, key=lambda e: (len((e.latest.region or "").rstrip("0")), e.latest.effective_from))
        return Picked(edition.card(rules_on, kind), edition)

    def pick_by_name(self, rulebook: str, rules_on: date, *, region: str | None = None, kind: str = "new") -> Picked:
        """As `pick`; where no edition is in force the nearest one, marked. Raises `UnknownName`."""
        if rulebook not in self.editions:
            raise UnknownName(field="rulebook", value=rulebook, known=self.names())
        found = self.pick(rulebook, rules_on, region=region, kind=kind)
        if found:
            return found
        candidates = self._for(rulebook, None, kind) or list(self.editions[rulebook])
        nearest = min(candidates, key=lambda e: _distance(e.latest.period(kind), rules_on))
        return Picked(nearest.card(rules_on, kind), nearest, outside=True)

    def _for(self, rulebook: str, region: str | None, kind: str) -> list[Edition]:
        if rulebook not in self.editions:
            return []
        return [
            e
            for e in self.editions[rulebook]
            if e.latest.status in EVALUATED
            and kind in e.latest.kinds
            and (e.latest.region is None or region is None or regions.is_within(region, e.latest.region))
        ]


def _in_force(card: Card, day: date, kind: str) -> bool:
    return card.published_on <= day and _distance(card.period(kind), day) == 0


def _distance(period: Period, day: date) -> int:
    """Days by which a day lies outside."""
    return max((period.begins - day).days, (day - period.ends).days, 0)
