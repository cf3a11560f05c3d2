"""What is wrong in rulebook files: all that reading and compiling refuse, and what only a look at the meaning shows.

A card is looked at as of every day on which one of its versions begins or ends, for each application kind. Meaning is
checked on the days on which the card could be read: mend what cannot be read, then look again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath

from api.authority.lint.card import check_meaning
from api.authority.lint.cliffs import check_cliffs
from api.authority.lint.versions import DAY, PARTS, below, check_versions, day_at, kinds_of, readings_of, text_at
from features.errors import ValueProblem
from features.identifiers.regions import check_region
from scoring.catalogue import LADDERS, OVERLAYS
from scoring.errors import CardError, Finding
from scoring.overlay import laid, read_overlay
from scoring.reading import read_tree
from scoring.yaml_tree import Findings, Reader, Tree, load

_COMPARED = ("in_force", "repealed")
"""Statuses of editions that follow one another; a draft may well overlap the text in force."""


def lint_file(path: Path, shown: str = "") -> tuple[Finding, ...]:
    """Everything wrong in one card, by line; never raises for a wrong card. ``shown``: its name in findings."""
    return _lint(path, shown or path.name)[0]


def lint_tree(tree: Tree, shown: str) -> tuple[Finding, ...]:
    """As `lint_file`, of a file that has been parsed."""
    return _lint_tree(tree, shown)[0]


def lint_folder(root: Path) -> tuple[Finding, ...]:
    """Everything wrong in the cards below ``root`` and between the editions of one rulebook, by file and line."""
    found: list[Finding] = []
    headers: list[_Header] = []
    for path in sorted(p for p in root.rglob("*.y*ml") if p.is_file()):
        place = path.relative_to(root)
        if place.parts[0] in (LADDERS, OVERLAYS):
            continue
        shown = f"{root.name}/{place.as_posix()}"
        findings, tree = _lint(path, shown)
        found.extend(findings)
        if tree is not None:
            headers.append(_Header.of(tree, shown))
            found.extend(_misplaced(headers[-1], place))
    found.extend(_between(headers))
    bases = {(header.id, header.edition): header.tree for header in headers}
    for path in sorted((root / OVERLAYS).glob("*.yaml")):
        found.extend(_lint_overlay(path, f"{root.name}/{OVERLAYS}/{path.name}", bases))
    return _in_order(found)


def _lint_overlay(path: Path, shown: str, bases: Mapping[tuple[str, str], Tree]) -> Iterable[Finding]:
    """What is wrong in an overlay, and in the card that it makes of its edition."""
    try:
        overlay = read_overlay(path, shown)
    except CardError as error:
        return error.findings
    findings, base = Findings(shown), bases.get((overlay.card, overlay.edition))
    if overlay.id != path.stem:
        findings.add("file_name_is_not_overlay", Tree("", 1, "overlay"), stem=path.stem, overlay=overlay.id)
    if base is None:
        known = ", ".join(f"{card}@{edition}" for card, edition in bases)
        asked = f"{overlay.card}@{overlay.edition}"
        findings.add("unknown_edition", Tree("", 1, "edition"), edition=asked, choices=known)
        return findings.found
    for part in PARTS:
        for change in below(overlay.changes, part).values():
            for key in ("document", "article"):
                if not text_at(change, key):
                    findings.add("key_missing", change, key, name=key)
    check_tree(laid(base, [overlay]), findings)
    return findings.found


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


def check_tree(tree: Tree, findings: Findings) -> None:
    """All that reading refuses in a card's file, and what its meaning shows."""
    _check_region(tree, findings)
    _check_documents(tree, findings)
    _check_calendar(tree, findings)
    check_versions(tree, findings)
    cards = []
    for day, kind in readings_of(tree):
        try:
            cards.append(read_tree(tree, day, findings.file, kind))
        except CardError as error:
            findings.found.extend(error.findings)
        else:
            check_meaning(cards[-1], tree, (day, kind), findings)
    if not findings.found:
        # What a mistake makes of the verdict is no news.
        check_cliffs(cards, tree, findings)


def _in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once: what is wrong on several days is one finding."""
    return tuple(sorted(dict.fromkeys(found), key=lambda f: (f.file, f.line, f.key, f.code)))


def _check_region(tree: Tree, findings: Findings) -> None:
    region = text_at(tree, "region")
    try:
        if region:
            check_region(region)
    except ValueProblem:
        findings.add("not_a_region", _node_at(tree, "region"), region=region)


def _check_documents(tree: Tree, findings: Findings) -> None:
    if isinstance(_node_at(tree, "documents").value, list):
        # No names to look for; reading notes it.
        return
    used = set(_named(tree, "document"))
    for name, document in below(tree, "documents").items():
        if name not in used:
            findings.add("document_unused", document, name=name)


def _check_calendar(tree: Tree, findings: Findings) -> None:
    """The calendar is read when a title's state is asked for, too late to learn that a day does not exist."""
    for entry in below(tree, "calendar").values():
        for key in entry.value if isinstance(entry.value, dict) else ():
            if key.endswith(("_from", "_to", "_by")) and day_at(entry, key) is None:
                findings.add("not_a_date", _node_at(entry, key), value=text_at(entry, key))


def _node_at(tree: Tree, key: str) -> Tree:
    """The node below a key, or the whole where there is none."""
    return tree.value.get(key, tree) if isinstance(tree.value, dict) else tree


def _named(tree: Tree, key: str) -> Iterator[str]:
    """Every text that stands below ``key`` anywhere."""
    if isinstance(tree.value, dict):
        yield text_at(tree, key)
        for child in tree.value.values():
            yield from _named(child, key)
    elif isinstance(tree.value, list):
        for child in tree.value:
            yield from _named(child, key)


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
        return Finding.of(code, self.shown, _node_at(self.tree, key).line, key, **values)


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
