"""What is wrong in rulebook files: all that reading and compiling refuse, and what only a look at the meaning shows.

A card is looked at as of every day on which one of its versions begins or ends, for each application kind. Meaning is
checked on the days on which the card could be read: mend what cannot be read, then look again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath

from api.authority.lint.overlays import is_overlay, lint_overlay
from api.authority.lint.tree import check_tree
from api.authority.lint.versions import DAY, below, day_at, kinds_of, node_at, text_at
from scoring.catalogue import LADDERS, LEARNED, OVERLAYS
from scoring.errors import CardError, Finding
from scoring.yaml_tree import Findings, Reader, Tree, load

Track = Callable[[Sequence[Path]], Iterable[Path]]
_COMPARED = ("in_force", "repealed")
"""Statuses of editions that follow one another; a draft may well overlap the text in force."""


def lint_file(path: Path, shown: str = "") -> tuple[Finding, ...]:
    """Everything wrong in one card, by line; never raises for a wrong card. ``shown``: its name in findings."""
    return _lint(path, shown or path.name)[0]


def lint_tree(tree: Tree, shown: str) -> tuple[Finding, ...]:
    """As `lint_file`, of a file that has been parsed."""
    return _lint_tree(tree, shown)[0]


def lint_any(path: Path, shown: str, root: Path) -> tuple[Finding, ...]:
    """As `lint_file`, where the file may also be an overlay on one of the cards below ``root``."""
    try:
        overlay = is_overlay(load(path, shown))
    except CardError as error:
        return _in_order(error.findings)
    return _in_order(lint_overlay(path, shown, _bases(root))) if overlay else lint_file(path, shown)


def lint_folder(root: Path, own_overlays: Path | None = None, track: Track = iter) -> tuple[Finding, ...]:
    """Everything wrong in the cards below ``root``, in the overlays there and in those of a deployment's own, and between
    the editions of one rulebook, by file and line. ``track`` is told of every file.
    """
    found: list[Finding] = []
    headers: list[_Header] = []
    cards = _cards(root)
    overlays = {path: f"{root.name}/{OVERLAYS}/{path.name}" for path in sorted((root / OVERLAYS).glob("*.yaml"))}
    overlays |= {path: str(path) for path in sorted(own_overlays.glob("*.yaml") if own_overlays else ())}
    bases: dict[tuple[str, str], Tree] = {}
    for path in track([*cards, *overlays]):
        if path in overlays:
            found.extend(lint_overlay(path, overlays[path], bases))
            continue
        findings, tree = _lint(path, cards[path])
        found.extend(findings)
        if tree is not None:
            headers.append(_Header.of(tree, cards[path]))
            found.extend(_misplaced(headers[-1], path.relative_to(root)))
            bases[headers[-1].id, headers[-1].edition] = tree
    found.extend(_between(headers))
    return _in_order(found)


def _cards(root: Path) -> dict[Path, str]:
    """The files of cards, with their names in findings."""
    places = {path: path.relative_to(root) for path in sorted(p for p in root.rglob("*.y*ml") if p.is_file())}
    others = (LADDERS, OVERLAYS, LEARNED)
    return {path: f"{root.name}/{place.as_posix()}" for path, place in places.items() if place.parts[0] not in others}


def _bases(root: Path) -> dict[tuple[str, str], Tree]:
    trees = (load(path, shown) for path, shown in _cards(root).items())
    return {(text_at(tree, "card"), text_at(tree, "edition")): tree for tree in trees}


def lint_editions(trees: Mapping[str, Tree]) -> tuple[Finding, ...]:
    """What is wrong between the editions of rulebooks: holes and overlaps, editions twice; the files by name."""
    return _in_order(_between([_Header.of(tree, shown) for shown, tree in trees.items()]))


def _lint(path: Path, shown: str) -> tuple[tuple[Finding, ...], Tree | None]:
    """The findings, and the file where it is a mapping at all."""
    try:
        tree = load(path, shown)
    except CardError as error:
        return _in_order(error.findings), None
    return _lint_tree(tree, shown)


def _lint_tree(tree: Tree, shown: str) -> tuple[tuple[Finding, ...], Tree | None]:
    findings = Findings(shown)
    if not isinstance(tree.value, dict):
        Reader(tree, findings)
    elif not tree.value:
        findings.add("empty_file", tree)
    if findings.found or not isinstance(tree.value, dict):
        return _in_order(findings.found), None
    check_tree(tree, findings)
    return _in_order(findings.found), tree


def _in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once: what is wrong on several days is one finding."""
    return tuple(sorted(dict.fromkeys(found), key=lambda f: (f.file, f.line, f.key, f.code)))


# --- between the files of a folder --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Header:
    """Who a card says it is."""

    id: str
    edition: str
    status: str
    region: str
    kinds: tuple[str, ...]
    begins: date | None
    ends: date
    shown: str
    tree: Tree

    @staticmethod
    def of(tree: Tree, shown: str) -> _Header:
        return _Header(
            id=text_at(tree, "card"),
            edition=text_at(tree, "edition"),
            status=text_at(tree, "status"),
            region=text_at(tree, "region"),
            kinds=kinds_of(tree),
            begins=day_at(tree, "effective_from"),
            ends=day_at(tree, "effective_to", date.max) or date.max,
            shown=shown,
            tree=tree,
        )

    def for_kind(self, kind: str) -> _Header:
        """The same, with the period in which it is in force for an application kind."""
        own = below(self.tree, "application_kinds").get(kind, Tree({}, 0, ""))
        return replace(self, begins=day_at(own, "from", self.begins), ends=day_at(own, "to", self.ends) or date.max)

    def finding(self, code: str, key: str, **values: object) -> Finding:
        return Finding.of(code, self.shown, node_at(self.tree, key).line, key, **values)


def _misplaced(header: _Header, place: PurePath) -> Iterator[Finding]:
    folder = ".".join(place.parts[:-1])
    if place.suffix != ".yaml":
        yield header.finding("suffix_not_yaml", "card", suffix=place.suffix)
    if header.id and folder != header.id:
        yield header.finding("folder_is_not_id", "card", folder=folder or ".", wanted=header.id.replace(".", "/"))
    if header.edition and place.stem != header.edition:
        yield header.finding("file_name_is_not_edition", "edition", stem=place.stem, edition=header.edition)


def _between(headers: list[_Header]) -> Iterator[Finding]:
    """Between the editions of one rulebook for one region and application kind."""
    first: dict[tuple[str, str], _Header] = {}
    rows: dict[tuple[str, str, str], list[_Header]] = defaultdict(list)
    for header in headers:
        earlier = first.setdefault((header.id, header.edition), header)
        if earlier is not header and header.id and header.edition:
            yield header.finding("edition_twice", "edition", other=earlier.shown)
        elif header.status in _COMPARED and header.begins:
            for kind in header.kinds:
                rows[header.id, header.region, kind].append(header.for_kind(kind))
    for row in rows.values():
        yield from _neighbours(row)


def _neighbours(row: list[_Header]) -> Iterator[Finding]:
    ordered = sorted(row, key=lambda h: (h.begins or date.min, h.shown))
    for i, later in enumerate(ordered[1:], start=1):
        earlier = max(ordered[:i], key=lambda h: h.ends)
        begins = later.begins or date.min
        if begins <= earlier.ends:
            ends = "—" if earlier.ends == date.max else earlier.ends
            yield later.finding(
                "editions_overlap", "effective_from", earlier=earlier.shown, ends=ends, day=begins - DAY
            )
        elif begins > earlier.ends + DAY:
            yield later.finding(
                "editions_gap", "effective_from", earlier=earlier.shown, begins=earlier.ends + DAY, ends=begins - DAY
            )
