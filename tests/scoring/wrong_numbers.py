"""Cards with one number of theirs wrong: moved by a unit, turned from inclusive to exclusive, told in the wrong unit, left out."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from reference_implementation.card_bounds import LIMITS, NUMBERED, in_units

FLIPPED = {"min": "min_exclusive", "min_exclusive": "min", "max": "max_exclusive", "max_exclusive": "max"}
UNITS = {"%": Fraction(1, 10**4), "万元": Fraction(1, 10**6), "亿元": Fraction(1, 10**10), "元": Fraction(1, 100)}
Raw = dict[str, Any]
Path = tuple[Any, ...]


class Mutant(NamedTuple):
    name: str
    card: Raw
    indicator: str
    """What is held against the number; empty for points."""
    value: Decimal
    """The number as it should be, in yuan, persons, items, points or as a fraction."""


def mutants_of(raw: Raw) -> Iterator[Mutant]:
    """Each number of a condition that decides, or of which the miss is flagged; where two brackets meet, both move."""
    for part in [part for part in ("gates", "routes", "groups", "items") if part in raw]:
        for path, node in _nodes(raw[part], (part,)):
            if "size_class" in path[:2] or (_shown_only(raw, path) and "tax_growth" not in path):
                continue
            if part == "groups":
                yield from _of_node(raw, path, node, ("min",), ("+1", "-1"))
                continue
            for key in ("cases", "bands"):
                rows = node.get(key, ())
                for amount in dict.fromkeys(row[name] for row in rows for name in LIMITS if name in row):
                    yield from _of_rows(raw, (*path, key), str(node.get("by") or node.get("indicator", "")), amount)
                for place, row in enumerate(rows):
                    if any(name in row for name in LIMITS):
                        yield _without(raw, (*path, key), place, str(node.get("by") or node.get("indicator", "")))
            if path[-2:-1] not in (("cases",), ("bands",)) and not (part == "items" and len(path) == 2):
                yield from _of_node(raw, path, node, LIMITS, ("+1", "-1", "flip", "x10⁴"))
            if node.get("indicator") in NUMBERED:
                yield from _of_setting(raw, path, node)


def _of_node(raw: Raw, path: Path, node: Raw, limits: tuple[str, ...], hows: tuple[str, ...]) -> Iterator[Mutant]:
    for name in (name for name in limits if isinstance(node.get(name), str)):
        for how in hows:
            changed, found = _copy(raw, path)
            _change(found, name, how)
            yield _told(changed, (*path, name), node[name], how, str(node.get("indicator", "")))


def _of_rows(raw: Raw, path: Path, indicator: str, amount: str) -> Iterator[Mutant]:
    for how in ("+1", "-1", "flip", "x10⁴"):
        changed, rows = _copy(raw, path)
        for row in rows:
            for name in [name for name in LIMITS if row.get(name) == amount]:
                _change(row, name, how)
        yield _told(changed, path, amount, how, indicator)


def _without(raw: Raw, path: Path, place: int, indicator: str) -> Mutant:
    changed, rows = _copy(raw, path)
    limit = next(rows[place][name] for name in LIMITS if name in rows[place])
    del rows[place]
    return _told(changed, (*path, place), limit, "left out", indicator)


def _of_setting(raw: Raw, path: Path, node: Raw) -> Iterator[Mutant]:
    name = NUMBERED[node["indicator"]]
    for how in ("+1", "-1", *(["x10⁴"] if name == "amount" else [])):
        changed, found = _copy(raw, path)
        settings = found["with"] = dict(found["with"])
        number = int(settings[name])
        settings[name] = str(number * 10**4 if how == "x10⁴" else number + int(how))
        yield _told(changed, (*path, name), node["with"][name], how, node["indicator"])


def _told(changed: Raw, path: Path, amount: str, how: str, indicator: str) -> Mutant:
    return Mutant(f"{'.'.join(map(str, path))} {amount} {how}", changed, indicator, in_units(amount))


def _copy(raw: Raw, path: Path) -> tuple[Raw, Any]:
    changed = copy.deepcopy(raw)
    found: Any = changed
    for step in path:
        found = found[step]
    return changed, found


def _change(row: Raw, name: str, how: str) -> None:
    row[FLIPPED[name] if how == "flip" else name] = row.pop(name) if how == "flip" else _nudged(row[name], how)


def _nudged(amount: str, how: str) -> str:
    match = re.fullmatch(r"(-?[\d.]+)(\D*)", amount)
    assert match, amount
    number, unit = Fraction(match[1]), UNITS.get(match[2], Fraction(1))
    number = number * 10**4 if how == "x10⁴" else number + int(how) * unit
    return f"{float(number):.10f}".rstrip("0").rstrip(".") + match[2]


def _nodes(value: Any, path: Path) -> Iterator[tuple[Path, Raw]]:
    if isinstance(value, dict):
        yield path, value
    for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _nodes(below, (*path, key))


def _shown_only(raw: Raw, path: Path) -> bool:
    """Below a gate that binds nobody."""
    found: Any = raw
    for step in path:
        found = found[step]
        if isinstance(found, dict) and found.get("binding") == "no":
            return True
    return False
