"""The generated function of several roots, its values by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from features.facts import FirmFacts
from scoring.core import Node
from scoring.python_backend import compile_python


def compile_by_name(roots: Mapping[str, Node]) -> Callable[[FirmFacts], dict[str, int]]:
    """As `compile_python`, values by name."""
    evaluate = compile_python(roots.values())
    return lambda facts: dict(zip(roots, evaluate(facts), strict=True))
