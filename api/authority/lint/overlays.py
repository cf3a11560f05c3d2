"""What is wrong in an overlay, and in the card that it makes of its edition."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from api.authority.lint.tree import check_tree
from api.authority.lint.versions import PARTS, below, text_at
from scoring.errors import CardError, Finding
from scoring.overlay import Overlay, laid, read_overlay
from scoring.yaml_tree import Findings, Tree

Bases = Mapping[tuple[str, str], Tree]
"""Rulebook and edition → its file."""
FROZEN = {"max", "percentile"}
"""What an item of a frozen table says; where it is from stands in the table's ``peers_of``."""


def is_overlay(tree: Tree) -> bool:
    """Whether a file says that it is one."""
    return "overlay" in tree.mapping


def lint_overlay(path: Path, shown: str, bases: Bases) -> tuple[Finding, ...]:
    """Everything wrong in an overlay and in what it makes of its edition; never raises for a wrong file."""
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
        return tuple(findings.found)
    _check_sources(overlay, findings)
    check_tree(laid(base, [overlay]), findings)
    return tuple(findings.found)


def _check_sources(overlay: Overlay, findings: Findings) -> None:
    """Whatever is changed says which document of the overlay changes it, and where in it."""
    frozen = "peers_of" in below(overlay.changes, "scheme")
    for part in PARTS:
        for change in below(overlay.changes, part).values():
            if frozen and change.mapping.keys() <= FROZEN:
                continue
            for key in ("document", "article"):
                if not text_at(change, key):
                    findings.add("key_missing", change, key, name=key)
