"""The exactness oracle: the receipts' verifier, which knows nothing of how the core form was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from scoring import core, verifier


def evaluate(
    node: core.Node, scalars: Mapping[str, int | None], tables: Mapping[str, Sequence[Mapping[str, int | None]]]
) -> Fraction:
    """Value of a core expression on the facts of one enterprise."""
    nodes = core.table([node])
    return verifier.evaluate(nodes, len(nodes) - 1, scalars, tables, {})
