"""Rules that nothing is found in: only such are built into a release, and of a draft it is told beside its difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from api.authority import lint, quotes
from api.authority.diff.sources import Side
from features.errors import ValueProblem
from scoring.errors import Finding
from scoring.overlay import read_overlay


class UnsoundRules(ValueProblem):
    """Rules in which something is wrong were to be built into a release."""

    code = "unsound_rules"

    @classmethod
    def of(cls, found: Sequence[Finding]) -> UnsoundRules:
        """The refusal: how much was found, in which files."""
        files = ", ".join(dict.fromkeys(finding.file for finding in found))
        return cls(
            field="rulebooks",
            value=f"{len(found)} 处问题 / findings: {files}",
            rule="检查有问题的规则不得制成发布版 / rules in which the lint finds something are built into no release",
            remedy="逐条改正（dengti rulebook lint 可重查），未制成发布版 / mend each finding (dengti rulebook lint looks "
            "again); no release was built",
        )


def of_rules(
    root: Path, own_overlays: Path | None, track: lint.Track = iter, texts: Path | None = None
) -> tuple[Finding, ...]:
    """Everything wrong in the rules below ``root`` and in a deployment's own overlays; quotes held against ``texts``."""
    quoted = [finding for folder in (root, own_overlays) if folder for finding in quotes.check(folder, texts)]
    return (*lint.lint_folder(root, own_overlays, track), *quoted)


def of_file(path: Path, shown: str, root: Path) -> tuple[Finding, ...]:
    """The same of one file: a card, or an overlay on one of the cards below ``root``."""
    return (*lint.lint_any(path, shown, root), *quotes.check_file(path, shown, None))


def of_draft(side: Side) -> tuple[Finding, ...]:
    """The same of a draft that is compared; an overlay is laid over whatever else lies there. Nothing of an edition in the
    catalogue.
    """
    if not side.file:
        return ()
    path, edition = Path(side.file), side.edition
    quoted = quotes.check_file(path, side.file, None)
    if path == edition.path:
        return (*lint.lint_file(path, side.file), *quoted)
    draft = read_overlay(path, side.file)
    lying = tuple(one for one in edition.overlays if one.id != draft.id)
    bases = {(draft.card, draft.edition): replace(edition, overlays=lying).tree}
    return (*lint.lint_overlay(path, side.file, bases), *quoted)
