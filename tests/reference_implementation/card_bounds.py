"""Every number that a card's file holds an indicator against: read as plain YAML, without the product."""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

RULEBOOKS = Path(__file__).parents[2] / "scoring" / "rulebooks"
LIMITS = ("min", "min_exclusive", "max", "max_exclusive")
_UNITS = {"%": Decimal("0.01"), "万元": Decimal(10_000), "亿元": Decimal(10**8)}


class Bound(NamedTuple):
    """An indicator, its settings, the number in yuan, persons, items, points or as a fraction; whether it parts brackets, or in
    which bracket it stands (from, to)."""

    indicator: str
    settings: dict[str, Any]
    value: Decimal
    bracket: bool = False
    within: tuple[Decimal | None, Decimal | None] = (None, None)


def bounds_of(file: str) -> list[Bound]:
    """Of a file below the rulebooks; the lines of the size standard, which a test of their own holds, left out."""
    card = yaml.load((RULEBOOKS / file).read_text(encoding="utf-8"), yaml.BaseLoader)
    parts = {name: part for name, part in card.get("gates", {}).items() if name != "size_class"}
    found = list(_bounds([parts, card.get("items", {}), card.get("routes", {})]))
    return [bound for place, bound in enumerate(found) if bound not in found[:place]]


def readings_of(file: str, criteria: Collection[str]) -> list[str]:
    """Those of the criteria by which the card reads what its text leaves open."""
    text = (RULEBOOKS / file).read_text(encoding="utf-8")
    return [one for one in criteria if f"criterion: {one}}}" in text]


def _bounds(node: Any, within: tuple[Decimal | None, Decimal | None] = (None, None)) -> Iterator[Bound]:
    if isinstance(node, dict):
        if "indicator" in node:
            for row in node.get("bands", [node]):
                for value in _limits(row).values():
                    yield Bound(node["indicator"], node.get("with", {}), value, within=within)
        if "by" in node and "cases" in node:
            for case in node["cases"]:
                limits = _limits(case)
                yield from (Bound(node["by"], {}, value, bracket=True) for value in limits.values())
                low, high = (next((v for k, v in limits.items() if k.startswith(end)), None) for end in ("min", "max"))
                yield from _bounds(case.get("then"), (low, high))
            return
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _bounds(below, within)


def _limits(row: dict[str, Any]) -> dict[str, Decimal]:
    found = {key: re.fullmatch(r"(-?[\d.]+)(\D*)", row[key]) for key in LIMITS if isinstance(row.get(key), str)}
    return {key: Decimal(m[1]) * _UNITS.get(m[2], Decimal(1)) for key, m in found.items() if m}
