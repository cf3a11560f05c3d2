"""The comparison with the policy pages notices every number of every edition in use that is wrong by a unit, turned from inclusive to
exclusive, told in the wrong unit or left out.

Each run takes a few of the mutants of each edition, drawn anew (``MUTANTS_SEED`` draws the same again); all of them with
``pytest -m every_mutant``.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from reference_implementation.aimed import at_bound, files_of
from reference_implementation.aimed_lines import at_size_lines, at_the_line
from reference_implementation.card_bounds import RULEBOOKS, bounds_of, raw_card
from reference_implementation.naive_editions import EDITIONS, Edition, Said
from reference_implementation.random_dossiers import AS_OF
from wrong_numbers import Mutant, mutants_of

from features import dossier
from features.facts import FirmFacts
from features.resolve import Wanted, resolve
from scoring.assembly import Verdict
from scoring.card import MICRO, Card
from scoring.compile import compile_card
from scoring.errors import CardError
from scoring.overlay import laid, read_overlay
from scoring.program import Program
from scoring.reading import read_tree
from scoring.yaml_tree import Tree

SEED = int(os.environ.get("MUTANTS_SEED", random.SystemRandom().getrandbits(32)))
DRAWN = 4
"""Mutants of each edition in a run."""
TIMES = 60
"""Firms at each bound, from each side."""

SAME = {
    # The mean of two ratios is never below compound growth: where the latter reaches the rate, so does the former.
    "gazelle.guangxi_pool": r"gates\.(growth|tax_growth)\..*\.any\.(0\.all\.0\.min \S+ -1|1\.all\.1\.min \S+ (\+1|flip|x10⁴))",
    # Points come in fives, so between 55 and 60 there is nothing.
    "innovative_sme": r"(routes\.score\.score\.min 60|groups\.\w+\.min \d+) -1",
    # Points come in twos.
    "tech_sme": r"routes\.score\.score\.min 60 -1",
}
"""Mutants that answer as the card does, whatever the firm."""
by_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition.name)


@by_edition
def test_some_numbers_that_are_wrong_are_noticed(edition: Edition) -> None:
    compared = Compared(edition)
    drawn = list(mutants_of(compared.raw))
    drawn = random.Random(f"{SEED} {edition.name}").sample(drawn, min(DRAWN, len(drawn)))
    unnoticed = [mutant.name for mutant in drawn if not compared.notices(mutant)]
    assert unnoticed == [], f"MUTANTS_SEED={SEED}"


@pytest.mark.every_mutant
@by_edition
def test_every_number_that_is_wrong_is_noticed(edition: Edition) -> None:
    compared = Compared(edition)
    unnoticed = [mutant.name for mutant in mutants_of(compared.raw) if not compared.notices(mutant)]
    assert unnoticed == []


class Firm:
    """Facts of a dossier as a program wants them; resolved again only for one that wants others."""

    def __init__(self, row: dict[str, Any]) -> None:
        self._resolved = resolve(dossier.read(row), AS_OF)
        self._facts: list[tuple[Any, FirmFacts]] = []

    def facts(self, program: Program) -> FirmFacts:
        key = program.scalars, program.row_fields
        found = next((facts for asked, facts in self._facts if asked == key), None)
        if found is None:
            found = Wanted(*key, AS_OF).completions(self._resolved)[0]
            self._facts.append((key, found))
        return found


class Compared:
    """An edition held against the policy pages on firms at its bounds, and then its mutants against it on the same firms."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.raw = _raw(edition)
        self.right, self.program = self._read(self.raw)
        self.bounds = bounds_of(*files_of(edition))
        self._made: dict[str, tuple[list[tuple[Firm, Said]], Iterator[dict[str, Any]]]] = {}

    def notices(self, mutant: Mutant) -> bool:
        """Or it is no card, the same card, or one that answers the same whatever the firm."""
        try:
            wrong, program = self._read(mutant.card)
        except CardError:
            return True
        same = re.fullmatch(SAME.get(self.edition.card, "$"), mutant.name)
        if same or replace(wrong, sha256=self.right.sha256) == self.right:
            return True
        return any(self._said(program, firm, want) != want for firm, want in self._firms(mutant))

    def _firms(self, mutant: Mutant) -> Iterator[tuple[Firm, Said]]:
        """Those at the number that is wrong, or at the line of a score."""
        if self.edition.card == "size_class":
            yield from self._known(
                f"size {mutant.value}", (row for line, row in at_size_lines() if line == mutant.value)
            )
            return
        near = [b for b in self.bounds if (b.indicator, b.value) == (mutant.indicator, mutant.value)]
        near = near or [b for b in self.bounds if b.indicator == mutant.indicator]
        for bound in near:
            yield from self._known(str(bound), at_bound(self.edition, bound, TIMES))
        if not near:
            yield from self._known("line", at_the_line(self.edition, 4 * TIMES))

    def _known(self, name: str, rows: Iterator[dict[str, Any]]) -> Iterator[tuple[Firm, Said]]:
        """Made and held against the policy pages as they are asked for, once."""
        known, rest = self._made.setdefault(name, ([], rows))
        yield from known
        for row in rest:
            if row["enterprise"].get("established_on", "") > AS_OF.isoformat():
                # No card is for a firm that does not exist yet, whatever its numbers.
                continue
            firm, want = Firm(row), self.edition.says(row)
            told = self._said(self.program, firm, want)
            assert told == want, row
            known.append((firm, want))
            yield firm, want

    def _read(self, raw: dict[str, Any]) -> tuple[Card, Program]:
        parts = {**raw, "gates": {k: v for k, v in raw.get("gates", {}).items() if k not in self.edition.unstated}}
        card = read_tree(tree_of(parts), self.edition.day, "mutant", self.edition.kind)
        return card, Program({card.id: compile_card(card)}, {})

    def _said(self, program: Program, firm: Firm, want: Said) -> Said:
        """The answer in the form of the policy pages' own."""
        values, at = program.evaluate(firm.facts(program)), program.at
        card = self.edition.card

        def ends(part: str) -> tuple[int, int]:
            return values[at[f"{part}|low"]], values[at[f"{part}|high"]]

        def points(part: str) -> tuple[Fraction, Fraction]:
            low, high = ends(part)
            return Fraction(low, MICRO), Fraction(high, MICRO)

        def told(part: str) -> Any:
            if part == "score":
                return points(f"score|{card}")
            kind, name = part.split("/")
            if kind == "items":
                return points(f"{card}|{part}")
            low, high = ends(f"{card}|{part}" if f"{card}|{part}|low" in at else f"gate|{card}|{name}")
            return "pass" if low else "undetermined" if high else "fail"

        if self.right.classes:
            low, high = (int(number) for number in points(f"{card}|items/class"))
            return Said(self.right.classes[low] if low == high else "undetermined", {})
        word = Verdict(values[at[f"verdict|{card}"]]).word
        return Said(word, {part: told(part) for part in want.parts})


def _raw(edition: Edition) -> dict[str, Any]:
    raw = raw_card(edition.file)
    if not edition.overlay:
        return raw
    over = read_overlay(RULEBOOKS / edition.overlay, edition.overlay)
    found: Any = laid(tree_of(raw), [over]).plain()
    return dict(found)


def tree_of(value: Any, path: str = "") -> Tree:
    if isinstance(value, dict):
        return Tree({key: tree_of(one, f"{path}.{key}".strip(".")) for key, one in value.items()}, 1, path)
    if isinstance(value, list):
        return Tree([tree_of(one, f"{path}[{place}]") for place, one in enumerate(value)], 1, path)
    return Tree(value, 1, path)
