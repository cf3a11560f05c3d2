"""Seeded mistakes in the shipped cards: each one that leaves a value without a band, or in two, must be found."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from api.authority.lint.folder import lint_file
from scoring.catalogue import FOLDER

TECH_SME = FOLDER / "tech_sme" / "2017.yaml"
SIZE_CLASS = FOLDER / "size_class" / "2011.yaml"

BAND = re.compile(r"^\s*- \{(?P<limits>(?:min|max)[^}]*), points: \d+\}$")
LIMIT = re.compile(r"\b(?P<key>min_exclusive|max_exclusive|min|max): (?P<number>\d+)(?P<unit>\S*?)(?=,|\})")
FLIPPED = {"min": "min_exclusive", "min_exclusive": "min", "max": "max_exclusive", "max_exclusive": "max"}
STRUCTURE = {
    "gap_between_bands", "limit_in_no_band", "limit_in_two_bands", "bands_overlap", "band_within_others", "band_unreachable",
    "bands_start_too_high", "bands_end_too_low", "empty_range", "item_cannot_reach_max",
}  # fmt: skip

Mutant = tuple[str, str]
"""What was done and the text of the card."""


def mutants(text: str) -> Iterator[Mutant]:
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if not BAND.match(line):
            continue
        yield f"line {i + 1}: dropped", "\n".join(lines[:i] + lines[i + 1 :])
        yield f"line {i + 1}: doubled", "\n".join(lines[: i + 1] + lines[i:])
        for limit in LIMIT.finditer(line):
            for name, new in changes(limit):
                changed = line[: limit.start()] + new + line[limit.end() :]
                yield f"line {i + 1}: {name}: {new}", "\n".join([*lines[:i], changed, *lines[i + 1 :]])


def changes(limit: re.Match[str]) -> Iterator[tuple[str, str]]:
    key, number, unit = limit["key"], int(limit["number"]), limit["unit"]
    yield "flipped", f"{FLIPPED[key]}: {number}{unit}"
    yield "raised", f"{key}: {number + 1}{unit}"
    yield "lowered", f"{key}: {number - 1}{unit}"
    # A mistyped unit: 万元 for 亿元 and the like.
    for unit_before, unit_after in (("万元", "亿元"), ("%", "‰")):
        if unit == unit_before:
            yield "unit", f"{key}: {number}{unit_after}"


def sample(path: Path, count: int) -> list[Mutant]:
    found = list(mutants(path.read_text(encoding="utf-8")))
    return random.Random(20261122).sample(found, min(count, len(found)))


def linted(text: str, folder: Path) -> set[str]:
    path = folder / "mutant.yaml"
    path.write_text(text, encoding="utf-8")
    return {finding.code for finding in lint_file(path)}


@pytest.mark.parametrize(("path", "count"), [(TECH_SME, 120), (SIZE_CLASS, 40)], ids=["tech_sme", "size_class"])
def test_every_broken_table_is_found(path: Path, count: int, tmp_path: Path) -> None:
    made = sample(path, count)
    assert len(made) == count
    assert {name.split(": ")[1] for name, _ in made} == {"dropped", "doubled", "flipped", "raised", "lowered", "unit"}
    missed = [name for name, text in made if not linted(text, tmp_path) & STRUCTURE]
    assert missed == []


def test_both_sides_moved_together_is_another_valid_table(tmp_path: Path) -> None:
    text = TECH_SME.read_text(encoding="utf-8")
    changed = text.replace("{min: 25%, ", "{min: 26%, ", 1).replace("max_exclusive: 25%", "max_exclusive: 26%", 1)
    assert changed != text
    assert linted(changed, tmp_path) == set()


def test_a_route_out_of_reach_is_found(tmp_path: Path) -> None:
    text = TECH_SME.read_text(encoding="utf-8")
    assert linted(text.replace("score: {min: 60}", "score: {min: 101}"), tmp_path) == {"route_unreachable"}
    assert linted(text.replace("score: {min: 60}", "score: {min: 100}"), tmp_path) == set()


def test_two_points_swapped_are_found(tmp_path: Path) -> None:
    text = TECH_SME.read_text(encoding="utf-8")
    swapped = text.replace("points: 16}", "points: @}").replace("points: 12}", "points: 16}", 1).replace("@", "12")
    assert linted(swapped, tmp_path) == {"points_not_monotone"}


def test_limits_of_the_sample_are_numbers() -> None:
    found = [Fraction(m["number"]) for m in LIMIT.finditer(TECH_SME.read_text(encoding="utf-8"))]
    assert len(found) > 30
