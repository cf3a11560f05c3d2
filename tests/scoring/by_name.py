"""The values of several roots for one enterprise, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from features.facts import FirmFacts
from scoring.core import Node
from scoring.one_backend import compile_one


def compile_by_name(roots: Mapping[str, Node]) -> Callable[[FirmFacts], dict[str, int]]:
    """As `compile_one`, values by name."""
    evaluate = compile_one(roots.values())
    return lambda facts: dict(zip(roots, evaluate(facts), strict=True))
