"""The exactness oracle: evaluates the core form in JSON with `fractions`, knowing nothing of how it was made.

Slow and plain on purpose. It shares no code with the back ends; the tests hold all three equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any


def evaluate(
    core: Sequence[Any],
    scalars: Mapping[str, int | None],
    tables: Mapping[str, Sequence[Mapping[str, int | None]]],
    row: Mapping[str, int | None] | None = None,
) -> Fraction:
    """Value of a core expression (`scoring.core.to_json`) on the facts of one enterprise."""
    op, *args = core

    def at(index: int) -> Fraction:
        return evaluate(args[index], scalars, tables, row)

    def fact(name: str) -> int | None:
        table, dot, field = name.partition(".")
        return row[field] if dot and row is not None and table in tables and field in row else scalars[name]

    if op == "const":
        return Fraction(args[0])
    if op == "fill":
        found = fact(args[0])
        return Fraction(args[1] if found is None else found)
    if op == "known":
        return Fraction(fact(args[0]) is not None)
    if op == "add":
        return sum((at(i) for i in range(len(args))), Fraction(0))
    if op == "mul":
        return at(0) * at(1)
    if op == "div":
        return Fraction(at(0) // at(1))
    if op == "ge":
        return Fraction(at(0) >= at(1))
    if op == "eq":
        return Fraction(at(0) == at(1))
    if op == "not":
        return 1 - at(0)
    if op == "and":
        return Fraction(all(at(i) for i in range(len(args))))
    if op == "or":
        return Fraction(any(at(i) for i in range(len(args))))
    if op == "if":
        return at(1) if at(0) else at(2)
    if op == "min":
        return min(at(0), at(1))
    if op == "max":
        return max(at(0), at(1))
    if op == "rows":
        return sum((evaluate(args[1], scalars, tables, r) for r in tables[args[0]]), Fraction(0))
    raise ValueError(f"no such operator: {op}")
