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
    """An indicator, its settings, the number in yuan, persons, items, points or as a fraction, and whether it parts brackets."""

    indicator: str
    settings: dict[str, Any]
    value: Decimal
    bracket: bool


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


def _bounds(node: Any) -> Iterator[Bound]:
    if isinstance(node, dict):
        if "indicator" in node:
            for row in node.get("bands", [node]):
                yield from _limits(node["indicator"], node.get("with", {}), row, bracket=False)
        if "by" in node and "cases" in node:
            for case in node["cases"]:
                yield from _limits(node["by"], {}, case, bracket=True)
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _bounds(below)


def _limits(indicator: str, settings: dict[str, Any], row: dict[str, Any], *, bracket: bool) -> Iterator[Bound]:
    for key in LIMITS:
        match = re.fullmatch(r"(-?[\d.]+)(\D*)", row[key]) if isinstance(row.get(key), str) else None
        if match:
            yield Bound(indicator, settings, Decimal(match[1]) * _UNITS.get(match[2], Decimal(1)), bracket)
