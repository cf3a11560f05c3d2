"""Every number that a card's file holds an indicator against, limits, ages and valuations: read as plain YAML, without the product."""

import json
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

RULEBOOKS = Path(__file__).parents[2] / "scoring" / "rulebooks"
NUMBERED = {
    "age_at_most": "years",
    "age_at_least": "years",
    "founded_since": "year",
    "last_round_reaches": "amount",
    "last_round_below": "amount",
    "last_round_exceeds": "amount",
    "last_round_at_most": "amount",
    "last_round_sold": "percent",
    "last_round_sold_less": "percent",
    "market_share": "percent",
    "main_products": "percent",
}
"""Indicators that hold the firm against a number among their settings."""
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


def raw_card(file: str) -> dict[str, Any]:
    """A file below the rulebooks as plain texts, nothing in it shared."""
    found: dict[str, Any] = json.loads(
        json.dumps(yaml.load((RULEBOOKS / file).read_text(encoding="utf-8"), yaml.BaseLoader))
    )
    return found


def bounds_of(*files: str) -> list[Bound]:
    """Of files below the rulebooks; the lines of the size standard, which a test of their own holds, left out."""
    found = [bound for file in files for bound in _bounds_in(raw_card(file))]
    return [bound for place, bound in enumerate(found) if bound not in found[:place]]


def _bounds_in(card: dict[str, Any]) -> list[Bound]:
    parts = {name: part for name, part in card.get("gates", {}).items() if name != "size_class"}
    return list(_bounds([parts, card.get("items", {}), card.get("routes", {})]))


def readings_of(files: Collection[str], criteria: Collection[str]) -> list[str]:
    """Those of the criteria by which the cards read what their text leaves open."""
    text = "".join((RULEBOOKS / file).read_text(encoding="utf-8") for file in files)
    return [one for one in criteria if f"criterion: {one}}}" in text]


def _bounds(node: Any, within: tuple[Decimal | None, Decimal | None] = (None, None)) -> Iterator[Bound]:
    if isinstance(node, dict):
        if node.get("indicator") in NUMBERED:
            settings = node["with"]
            yield Bound(node["indicator"], settings, Decimal(settings[NUMBERED[node["indicator"]]]))
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
    return {key: in_units(row[key]) for key in LIMITS if isinstance(row.get(key), str)}


def in_units(amount: str) -> Decimal:
    """In yuan, persons, items, points or as a fraction."""
    match = re.fullmatch(r"(-?[\d.]+)(\D*)", amount)
    assert match, amount
    return Decimal(match[1]) * _UNITS.get(match[2], Decimal(1))
