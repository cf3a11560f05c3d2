"""Seeded mistakes in rulebook files: every operator at every place where it can be applied, on parsed files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from scoring.yaml_tree import Tree

LIMITS = ("min", "min_exclusive", "max", "max_exclusive")
FLIPPED = {"min": "min_exclusive", "min_exclusive": "min", "max": "max_exclusive", "max_exclusive": "max"}
AMOUNT = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)(?P<unit>\D*)")
WAN = {"元": "万元", "万元": "亿元", "亿元": "0000亿元", "人": "万人"}
PER_WAN = {"亿元": "万元", "万元": "元"}

Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutant:
    """One mistake: the operator, where it was made, the file with it."""

    operator: str
    place: str
    tree: Tree

    def __str__(self) -> str:
        return f"{self.operator} {self.place}"


def mutants(tree: Tree, random: Random) -> Iterator[Mutant]:
    """Every mistake that can be made inside one card."""
    for part in ("gates", "items", "routes"):
        for steps, node in _nodes(tree, (part,)):
            assert isinstance(node.value, dict)
            for key in ("bands", "cases"):
                if isinstance(getattr(node.value.get(key), "value", None), list):
                    yield from _of_table(tree, (*steps, key), random)
            if "score" in node.value:
                yield from _of_score(tree, (*steps, "score"), random)
            # What an item can reach and where a group is cut off are no limits of an indicator.
            if len(steps) > 2 or part != "items":
                yield from _of_limits(tree, steps)
    for name, route in _members(tree, "routes"):
        yield from _unreachable(tree, ("routes", name), route)
    for steps, node in [(("gates", name), gate) for name, gate in _members(tree, "gates")]:
        yield from _holes(tree, (*steps, "versions"), node, random)


def holes_between(earlier: Tree, later: Tree, random: Random, count: int) -> Iterator[tuple[str, Tree, Tree]]:
    """Two editions that no longer join."""
    for days in random.sample(range(1, 300), count):
        if isinstance(earlier.value, dict) and "effective_to" in earlier.value:
            yield f"ends {days} days early", _moved_day(earlier, ("effective_to",), -days), later
        yield f"begins {days} days late", earlier, _moved_day(later, ("effective_from",), days)


# --- operators ----------------------------------------------------------------------------------------------------


def _of_table(tree: Tree, steps: Steps, random: Random) -> Iterator[Mutant]:
    rows = _at(tree, steps).value
    assert isinstance(rows, list)
    for i, row in enumerate(rows):
        assert isinstance(row.value, dict)
        here = f"{row.path}"
        if len(rows) > 1:
            yield Mutant("drop", here, _changed(tree, steps, lambda t, i=i: _listed(t, t.value[:i] + t.value[i + 1 :])))
        yield Mutant(
            "overlap", f"{here} doubled", _changed(tree, steps, lambda t, i=i: _listed(t, [*t.value, t.value[i]]))
        )
        for key in (key for key in LIMITS if key in row.value):
            amount = _text(row.value[key])
            for shifted in _shifted(amount, random):
                yield Mutant("shift", f"{here}.{key}: {amount} → {shifted}", _set(tree, (*steps, i, key), shifted))
            for other in rows:
                assert isinstance(other.value, dict)
                wider = next((_text(other.value[k]) for k in LIMITS if k in other.value and k[:3] == key[:3]), None)
                if wider and wider != amount and _number(wider) < _number(amount) == (key[:3] == "min"):
                    yield Mutant("overlap", f"{here}.{key}: {amount} → {wider}", _set(tree, (*steps, i, key), wider))


def _of_limits(tree: Tree, steps: Steps) -> Iterator[Mutant]:
    node = _at(tree, steps)
    assert isinstance(node.value, dict)
    for key in (key for key in LIMITS if key in node.value):
        yield Mutant(
            "flip", f"{node.path}.{key}", _changed(tree, steps, lambda t, key=key: _renamed(t, key, FLIPPED[key]))
        )
        amount = _text(node.value[key])
        match = AMOUNT.fullmatch(amount)
        if match is None or not float(match["number"]):
            continue
        for names in (WAN, PER_WAN):
            if match["unit"] in names:
                number, unit = match["number"], names[match["unit"]]
                if unit.startswith("0000"):
                    number, unit = f"{Decimal(number) * 10_000:f}", unit.removeprefix("0000")
                changed = f"{number}{unit}"
                yield Mutant("unit", f"{node.path}.{key}: {amount} → {changed}", _set(tree, (*steps, key), changed))


def _of_score(tree: Tree, steps: Steps, random: Random) -> Iterator[Mutant]:
    node = _at(tree, steps)
    assert isinstance(node.value, dict)
    for key in (key for key in LIMITS if key in node.value):
        for points in random.sample(range(101, 1000), 8):
            yield Mutant("route", f"{node.path}.{key}: {points}", _set(tree, (*steps, key), str(points)))


def _unreachable(tree: Tree, steps: Steps, route: Tree) -> Iterator[Mutant]:
    """A route that asks for a condition and for its contrary."""
    assert isinstance(route.value, dict)
    listed = getattr(route.value.get("all"), "value", None)
    for condition in listed or []:
        contrary = Tree({"not": condition}, condition.line, f"{condition.path}.not")
        if isinstance(condition.value, dict) and "indicator" in condition.value:
            yield Mutant(
                "route",
                f"{condition.path} and not",
                _changed(tree, (*steps, "all"), lambda t, c=contrary: _listed(t, [*t.value, c])),
            )


def _holes(tree: Tree, steps: Steps, provision: Tree, random: Random) -> Iterator[Mutant]:
    assert isinstance(provision.value, dict)
    versions = getattr(provision.value.get("versions"), "value", [])
    dated = [i for i, version in enumerate(versions) if "to" in version.value and len(versions) > i + 1]
    for i in dated:
        for days in random.sample(range(1, 300), 6):
            yield Mutant("hole", f"{versions[i].path}.to −{days} days", _moved_day(tree, (*steps, i, "to"), -days))
            yield Mutant(
                "hole", f"{versions[i].path}.from +{days} days", _moved_day(tree, (*steps, i + 1, "from"), days)
            )


def _shifted(amount: str, random: Random) -> Iterator[str]:
    match = AMOUNT.fullmatch(amount)
    assert match, amount
    number = float(match["number"])
    for by in random.sample([-0.5, -0.2, -0.1, 0.1, 0.2, 0.5, 1.0], 3):
        shifted = round(number * (1 + by), 2) if number else round(by * 10, 1)
        if match["unit"] == "项":
            shifted = number + (1 if by > 0 else -1)
        if shifted != number and shifted >= 0:
            yield f"{shifted:g}{match['unit']}"


# --- trees --------------------------------------------------------------------------------------------------------


def _nodes(tree: Tree, steps: Steps) -> Iterator[tuple[Steps, Tree]]:
    """Every mapping below a place, with the way to it; not what an indicator is set to."""
    found = tree.value.get(steps[0]) if isinstance(tree.value, dict) and len(steps) == 1 else _at(tree, steps)
    if found is None:
        return
    if isinstance(found.value, dict):
        yield steps, found
        for key in found.value:
            if key not in ("with", "label"):
                yield from _nodes(tree, (*steps, key))
    elif isinstance(found.value, list):
        for i in range(len(found.value)):
            yield from _nodes(tree, (*steps, i))


def _members(tree: Tree, part: str) -> list[tuple[str, Tree]]:
    assert isinstance(tree.value, dict)
    found = tree.value.get(part)
    return list(found.value.items()) if found is not None and isinstance(found.value, dict) else []


def _at(tree: Tree, steps: Steps) -> Tree:
    for step in steps:
        tree = tree.value[step]  # type: ignore[index, assignment]
    return tree


def _changed(tree: Tree, steps: Steps, change: Callable[[Tree], Tree]) -> Tree:
    """The tree with one node replaced; all others are shared."""
    if not steps:
        return change(tree)
    first, rest = steps[0], steps[1:]
    value = tree.value.copy()  # type: ignore[union-attr]
    value[first] = _changed(value[first], rest, change)  # type: ignore[index, call-overload, arg-type]
    return Tree(value, tree.line, tree.path)


def _set(tree: Tree, steps: Steps, text: str) -> Tree:
    return _changed(tree, steps, lambda node: Tree(text, node.line, node.path))


def _moved_day(tree: Tree, steps: Steps, days: int) -> Tree:
    return _set(tree, steps, (date.fromisoformat(_text(_at(tree, steps))) + timedelta(days)).isoformat())


def _listed(tree: Tree, rows: list[Tree]) -> Tree:
    return Tree(rows, tree.line, tree.path)


def _renamed(tree: Tree, old: str, new: str) -> Tree:
    assert isinstance(tree.value, dict)
    return Tree({new if key == old else key: child for key, child in tree.value.items()}, tree.line, tree.path)


def _text(tree: Tree) -> str:
    assert isinstance(tree.value, str)
    return tree.value


def _number(amount: str) -> float:
    match = AMOUNT.fullmatch(amount)
    assert match
    return float(match["number"]) * {"万元": 1e4, "亿元": 1e8}.get(match["unit"], 1)
