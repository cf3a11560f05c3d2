"""A thousand seeded mistakes in the shipped rulebooks, each of which must be found; all of them are clean as they stand."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from mutants import Mutant, holes_between, mutants

from api.authority.lint.folder import lint_editions, lint_file, lint_tree
from scoring.catalogue import FOLDER
from scoring.yaml_tree import Tree, load

TECH_SME = FOLDER / "tech_sme" / "2017.yaml"
SEED = 20261122
MADE = {"shift": 250, "drop": 110, "overlap": 110, "flip": 260, "unit": 180, "route": 50, "hole": 20}
"""How many of each operator inside a card; further holes lie between editions."""
BETWEEN_EDITIONS = 20


@cache
def shipped() -> dict[str, Tree]:
    paths = sorted(path for path in FOLDER.rglob("*.yaml") if not {"ladders", "overlays"} & set(path.parts))
    return {path.relative_to(FOLDER).as_posix(): load(path, path.name) for path in paths}


@cache
def made() -> dict[str, list[tuple[str, Mutant]]]:
    """The sample by operator, each mistake with the file in which it was made: one of every file, the rest of any."""
    random = Random(SEED)
    # The same change can be come by in two ways; it counts once.
    found = {(name, str(m)): m for name, tree in shipped().items() for m in mutants(tree, random)}
    sample = {}
    for operator, count in MADE.items():
        of_operator = [key for key, mutant in found.items() if mutant.operator == operator]
        random.shuffle(of_operator)
        first = {name: (name, what) for name, what in of_operator}
        chosen = list(dict.fromkeys((*first.values(), *of_operator)))[:count]
        sample[operator] = [(name, found[name, what]) for name, what in chosen]
    return sample


def editions() -> list[tuple[Tree, Tree, str]]:
    """Rulebooks of several editions, mutated: two that no longer join."""
    random = Random(SEED)
    by_folder: dict[Path, list[Tree]] = {}
    for name, tree in shipped().items():
        by_folder.setdefault(Path(name).parent, []).append(tree)
    pairs = [pair for folder in by_folder.values() for pair in pairwise(folder)]
    holes = [
        (one, other, f"{one.plain()['card']} {what}")  # type: ignore[index]
        for earlier, later in pairs
        for what, one, other in holes_between(earlier, later, random, 10)
    ]
    return random.sample(holes, BETWEEN_EDITIONS)


@pytest.mark.parametrize("operator", MADE)
def test_every_mistake_inside_a_card_is_found(operator: str) -> None:
    missed = [f"{name} {mutant}" for name, mutant in made()[operator] if not lint_tree(mutant.tree, name)]
    assert missed == []


def test_every_hole_between_editions_is_found() -> None:
    assert lint_editions(shipped()) == ()
    made = editions()
    missed = [
        what for one, other, what in made if {f.code for f in lint_editions({"1": one, "2": other})} != {"editions_gap"}
    ]
    assert missed == []


def test_they_are_a_thousand_in_all_over_all_cards() -> None:
    assert sum(MADE.values()) + BETWEEN_EDITIONS == 1_000
    # What is recorded and what a person says has no limits; all that have some are among the mutated.
    limited = {name for name, tree in shipped().items() if any(mutants(tree, Random(SEED)))}
    touched = Counter(name for sample in made().values() for name, _ in sample)
    assert len(limited) >= 20
    assert touched.keys() == limited
    assert {operator: len(sample) for operator, sample in made().items()} == MADE


def test_the_same_seed_makes_the_same_mistakes() -> None:
    made.cache_clear()
    first = [str(mutant) for sample in made().values() for _, mutant in sample]
    made.cache_clear()
    assert [str(mutant) for sample in made().values() for _, mutant in sample] == first


def linted(text: str, folder: Path) -> set[str]:
    path = folder / "mutant.yaml"
    path.write_text(text, encoding="utf-8")
    return {finding.code for finding in lint_file(path)}


def test_both_sides_moved_together_is_another_valid_table(tmp_path: Path) -> None:
    text = TECH_SME.read_text(encoding="utf-8")
    changed = text.replace("{min: 25%, ", "{min: 26%, ", 1).replace("max_exclusive: 25%", "max_exclusive: 26%", 1)
    assert changed != text
    assert linted(changed, tmp_path) == set()


def test_a_route_out_of_reach_is_found(tmp_path: Path) -> None:
    text = TECH_SME.read_text(encoding="utf-8").replace("得分不低于60分", "得分达到要求")
    assert linted(text.replace("score: {min: 60}", "score: {min: 101}"), tmp_path) == {"route_unreachable"}
    assert linted(text.replace("score: {min: 60}", "score: {min: 100}"), tmp_path) == set()


def test_two_points_swapped_are_found(tmp_path: Path) -> None:
    text = TECH_SME.read_text(encoding="utf-8")
    swapped = text.replace("points: 16}", "points: @}").replace("points: 12}", "points: 16}", 1).replace("@", "12")
    assert linted(swapped, tmp_path) == {"points_not_monotone"}
