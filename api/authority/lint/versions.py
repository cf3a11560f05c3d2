"""The versions of a card's provisions, by day and application kind: when they make a difference, and whether they join."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scoring.reading import KINDS, laid_over
from scoring.yaml_tree import Findings, Tree

PARTS = ("gates", "items", "routes")
"""Parts of a card whose members may have versions."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Version:
    """One dated version of a provision; without a date it reaches back or on for ever."""

    begins: date
    ends: date
    kinds: tuple[str, ...]
    tree: Tree


def versions_of(provision: Tree) -> list[Version]:
    """In the order of the file; none where a date cannot be read (reading notes that)."""
    found = []
    for tree in below(provision, "versions").values():
        begins, ends = day_at(tree, "from", date.min), day_at(tree, "to", date.max)
        if begins is None or ends is None:
            return []
        found.append(Version(begins, ends, kinds_of(tree), tree))
    return found


def kinds_of(tree: Tree) -> tuple[str, ...]:
    """Application kinds that a card or a version is for, listed or with their periods."""
    stated = tree.value.get("application_kinds") if isinstance(tree.value, dict) else None
    if stated is not None and isinstance(stated.value, dict):
        return tuple(stated.value)
    return tuple(str(kind.value) for kind in below(tree, "application_kinds").values()) or KINDS


def provision_on(tree: Tree, part: str, name: str, day: date | None, kind: str) -> Tree:
    """A provision as it reads on a day (None: the latest) for an application kind, of a card that has been read."""
    provision = below(tree, part)[name]
    versions = versions_of(provision)
    if not versions:
        return provision
    in_force = [v for v in versions if v.begins <= (day or date.max) <= v.ends and kind in v.kinds]
    return laid_over(provision, (in_force or versions[-1:])[0].tree)


def readings_of(tree: Tree) -> Iterator[tuple[date | None, str]]:
    """Days and application kinds for which the card reads differently, from its first day on.

    The day is None (the latest) where no first one is given; a card that reads alike for both kinds is read for one.
    """
    rows = [versions for provision in _provisions(tree) if (versions := versions_of(provision))]
    kinds = [kind for kind in KINDS if kind in kinds_of(tree)] or [KINDS[0]]
    by_kind = any(version.kinds != KINDS for versions in rows for version in versions)
    for kind in kinds if by_kind else kinds[:1]:
        own = [[version for version in versions if kind in version.kinds] for versions in rows]
        yield from ((day, kind) for day in _days(tree, own))


def _days(tree: Tree, rows: list[list[Version]]) -> list[date | None]:
    first, last = day_at(tree, "effective_from"), day_at(tree, "effective_to", date.max)
    if first is None or last is None:
        return [None]
    turns = {first}
    for version in (version for versions in rows for version in versions):
        turns.add(version.begins)
        turns.update({version.ends + DAY} if version.ends < date.max else ())
    whole = [day for day in sorted(turns) if first <= day <= last and not any(_in_a_hole(day, row) for row in rows)]
    return [*whole] or [first]


def _in_a_hole(day: date, versions: list[Version]) -> bool:
    """Between two versions: `check_versions` notes it, and all that follows from the part being away is no news."""
    before = any(version.ends < day for version in versions)
    after = any(version.begins > day for version in versions)
    return before and after and not any(version.begins <= day <= version.ends for version in versions)


def check_versions(tree: Tree, findings: Findings) -> None:
    """Note versions that end before they begin, lie outside the card's period or kinds, overlap or leave a hole."""
    first, last = day_at(tree, "effective_from", date.min), day_at(tree, "effective_to", date.max)
    kinds = kinds_of(tree)
    for provision in _provisions(tree):
        versions = versions_of(provision)
        for version in versions:
            if version.ends < version.begins:
                findings.add("version_ends_before_it_begins", version.tree, begins=version.begins, ends=version.ends)
            elif first and last and first <= last and (version.ends < first or version.begins > last):
                findings.add("version_never_in_force", version.tree)
            elif not set(version.kinds) & set(kinds) and set(version.kinds) <= set(KINDS):
                findings.add("version_for_no_kind", version.tree)
        if all(version.begins <= version.ends for version in versions):
            for kind in kinds:
                _check_neighbours([version for version in versions if kind in version.kinds], findings)


def _check_neighbours(versions: list[Version], findings: Findings) -> None:
    ordered = sorted(versions, key=lambda v: v.begins)
    for i, other in enumerate(ordered[1:], start=1):
        one = max(ordered[:i], key=lambda v: v.ends)
        later = max(one, other, key=lambda v: (v.tree.line, v.tree.path))
        if other.begins <= one.ends:
            findings.add("versions_overlap", later.tree, begins=other.begins, ends=min(one.ends, other.ends))
        elif other.begins > one.ends + DAY:
            findings.add("versions_gap", later.tree, begins=one.ends + DAY, ends=other.begins - DAY)


def _provisions(tree: Tree) -> Iterator[Tree]:
    for part in PARTS:
        yield from below(tree, part).values()


# --- a tree that may be wrong anywhere ----------------------------------------------------------------------------


def below(tree: Tree, key: str) -> dict[str, Tree]:
    """The members of a mapping or list below a key, by name or position; empty where there is none."""
    found = tree.value.get(key) if isinstance(tree.value, dict) else None
    if found is None or isinstance(found.value, str):
        return {}
    return found.value if isinstance(found.value, dict) else {str(i): t for i, t in enumerate(found.value)}


def node_at(tree: Tree, key: str) -> Tree:
    """The node below a key, or the whole where there is none."""
    return tree.value.get(key, tree) if isinstance(tree.value, dict) else tree


def text_at(tree: Tree, key: str) -> str:
    """The text below a key; empty where there is none."""
    found = tree.value.get(key) if isinstance(tree.value, dict) else None
    return found.value if found is not None and isinstance(found.value, str) else ""


def day_at(tree: Tree, key: str, absent: date | None = None) -> date | None:
    """The date below a key; ``absent`` where there is none, None where it is no date."""
    text = text_at(tree, key)
    if not text:
        return absent
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
