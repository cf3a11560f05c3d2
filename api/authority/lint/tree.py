"""What is wrong in one card's file as it stands, parsed: all that reading refuses, and what its meaning shows."""

from __future__ import annotations

from collections.abc import Iterator

from api.authority.lint.card import check_meaning
from api.authority.lint.cliffs import check_cliffs
from api.authority.lint.versions import below, check_versions, day_at, node_at, readings_of, text_at
from features.errors import ValueProblem
from features.identifiers.regions import check_region
from scoring.errors import CardError
from scoring.reading import read_tree
from scoring.yaml_tree import Findings, Tree


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


def _check_region(tree: Tree, findings: Findings) -> None:
    region = text_at(tree, "region")
    try:
        if region:
            check_region(region)
    except ValueProblem:
        findings.add("not_a_region", node_at(tree, "region"), region=region)


def _check_documents(tree: Tree, findings: Findings) -> None:
    if isinstance(node_at(tree, "documents").value, list):
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
                findings.add("not_a_date", node_at(entry, key), value=text_at(entry, key))


def _named(tree: Tree, key: str) -> Iterator[str]:
    """Every text that stands below ``key`` anywhere."""
    if isinstance(tree.value, dict):
        yield text_at(tree, key)
        for child in tree.value.values():
            yield from _named(child, key)
    elif isinstance(tree.value, list):
        for child in tree.value:
            yield from _named(child, key)
