"""The comparison with the policy pages notices a bound that is moved by one unit, or takes in what it should leave out."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import yaml
from reference_implementation.aimed import at_every_bound
from reference_implementation.card_bounds import LIMITS, RULEBOOKS, bounds_of, readings_of
from reference_implementation.naive_ladder import CARDS
from reference_implementation.random_climbers import READINGS
from reference_implementation.random_dossiers import AS_OF
from reference_implementation.told import UNSTATED, newest, wanted

from features import dossier
from features.facts import FirmFacts
from features.resolve import Wanted, resolve
from scoring.assembly import Verdict
from scoring.card import Card
from scoring.compile import compile_card
from scoring.errors import CardError
from scoring.program import Program
from scoring.reading import read_tree
from scoring.yaml_tree import Tree

FLIPPED = {"min": "min_exclusive", "min_exclusive": "min", "max": "max_exclusive", "max_exclusive": "max"}
UNITS = {"%": Fraction(1, 10**4), "万元": Fraction(1, 10**6), "亿元": Fraction(1, 10**10), "元": Fraction(1, 100)}

SAME = {
    # The mean of two ratios is never below compound growth: where the latter reaches the rate, so does the former.
    "gazelle.guangxi_pool": r"gates\.growth\..*\.any\.(0\.all\.0\.min \S+ -1|1\.all\.1\.min \S+ (1|flip))",
    # Points come in fives, so between 55 and 60 there is nothing.
    "innovative_sme": r"(routes\.score\.score\.min 60|groups\.\w+\.min \d+) -1",
}
"""Mutants that answer as the card does, whatever the firm."""


@pytest.mark.parametrize("card", ["gazelle.guangxi_pool", "gazelle.sichuan", "innovative_sme", "little_giant"])
def test_a_bound_moved_by_a_unit_or_turned_is_noticed(card: str) -> None:
    file = newest(card)
    raw = yaml.load((RULEBOOKS / file).read_text(encoding="utf-8"), yaml.BaseLoader)
    rng = random.Random(card)
    made = at_every_bound(rng, card, bounds_of(file), readings_of(file, READINGS), times=24)
    firms = [one for one in made if one["enterprise"]["uscc"][:2] == "91"]
    right, program = _read(raw)
    asked = Wanted(program.scalars, program.row_fields, AS_OF)
    facts = [asked.completions(resolve(dossier.read(one), AS_OF))[0] for one in firms]
    wants = [wanted(CARDS[card], one) for one in firms]
    told = [_said(program, card, one) for one in facts]
    assert [word for word, _ in told] == wants
    unnoticed = []
    for name, changed in _mutants(raw):
        try:
            wrong, other = _read(changed)
        except CardError:
            # What is no card needs no comparison.
            continue
        if replace(wrong, sha256=right.sha256) == right or re.fullmatch(SAME.get(card, "$"), name):
            continue
        if all(_said(other, card, one) == want for one, want in zip(facts, told, strict=True)):
            unnoticed.append(name)
    assert unnoticed == []


def _read(raw: dict[str, Any]) -> tuple[Card, Program]:
    card = read_tree(_tree(raw, ""), AS_OF, "mutant", "new")
    return card, Program({card.id: compile_card(card)}, {})


def _tree(value: Any, path: str) -> Tree:
    if isinstance(value, dict):
        return Tree({key: _tree(one, f"{path}.{key}".strip(".")) for key, one in value.items()}, 1, path)
    if isinstance(value, list):
        return Tree([_tree(one, f"{path}[{place}]") for place, one in enumerate(value)], 1, path)
    return Tree(value, 1, path)


def _said(program: Program, card: str, facts: FirmFacts) -> tuple[str, list[int]]:
    """The verdict in a word, and the points of every item, which the comparison holds against the pages as well."""
    values, at = program.evaluate(facts), program.at
    if card not in UNSTATED:
        points = [values[at[name]] for name in sorted(at) if re.fullmatch(rf"{card}\|items/\w+\|low", name)]
        return Verdict(values[at[f"verdict|{card}"]]).word, points
    gates = {name.rpartition("|")[0] for name in at if name.startswith(f"{card}|gates/")}
    stated = [gate for gate in gates if gate.rpartition("/")[2] not in UNSTATED[card]]
    low, high = (min(values[at[f"{gate}|{end}"]] for gate in stated) for end in ("low", "high"))
    return "pass" if low else "undetermined" if high else "fail", []


def _mutants(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each limit of a condition that decides; a bound that two brackets share moves in both."""
    for part in ("gates", "routes", "groups", "items"):
        for path, node in _nodes(raw[part], (part,)) if part in raw else ():
            if "size_class" in path or any(gate.get("binding") == "no" for gate in _above(raw, path)):
                continue
            for key in ("cases", "bands"):
                limits = [row[name] for row in node.get(key, ()) for name in LIMITS if name in row]
                for amount in dict.fromkeys(limits):
                    yield from _moved(raw, (*path, key), amount)
            if path[-2:-1] not in (("cases",), ("bands",)) and not (part == "items" and len(path) == 2):
                for name in (name for name in LIMITS if isinstance(node.get(name), str)):
                    if part != "groups" or name == "min":
                        yield from _moved(raw, path, node[name], name)


def _moved(
    raw: dict[str, Any], path: tuple[Any, ...], amount: str, name: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    for how in (1, -1, "flip"):
        if how == "flip" and path[0] == "groups":
            continue
        changed = copy.deepcopy(raw)
        found = changed
        for step in path:
            found = found[step]
        for row in found if isinstance(found, list) else [found]:
            for key in [key for key in ([name] if name else LIMITS) if row.get(key) == amount]:
                row[FLIPPED[key] if how == "flip" else key] = row.pop(key) if how == "flip" else _nudged(amount, how)
        yield f"{'.'.join(map(str, path))}.{name}{' ' if name else ''}{amount} {how}", changed


def _nudged(amount: str, sign: Any) -> str:
    match = re.fullmatch(r"(-?[\d.]+)(\D*)", amount)
    assert match, amount
    number = Fraction(match[1]) + sign * UNITS.get(match[2], Fraction(1))
    return f"{float(number):.10f}".rstrip("0").rstrip(".") + match[2]


def _nodes(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _nodes(below, (*path, key))


def _above(raw: dict[str, Any], path: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    found: Any = raw
    for step in path:
        found = found[step]
        if isinstance(found, dict):
            yield found
