"""Back end for columns: core expressions become Polars expressions over a frame of enterprises.

After ``fill`` no null is left, so Polars' own rules for nulls never decide anything. Every node is computed in the
narrowest of Int64 and Int128 that holds its bounds. What several nodes use is computed once, level by level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import polars as pl

from scoring.core import Node, balanced, walk

ROW = "row"
"""Column of a child frame that says which row of the main frame it belongs to."""
_INT64 = 2**63 - 1
_TRUTHS = frozenset({"known", "ge", "eq", "not", "and", "or"})


@dataclass(frozen=True)
class Facts:
    """The facts of many enterprises: one row each in ``frame``; a child frame a list table, with column `ROW`."""

    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    moments: Mapping[str, int]
    """The days computed from as_of: the same for all."""


def evaluate(roots: Mapping[str, Node], facts: Facts) -> pl.DataFrame:
    """Every root's value by name, Int64 (Int128 where its bounds need it; truths as 0 and 1), in the order of the frame."""
    frame = facts.frame
    sums = [node for node in walk(roots.values(), rows=False) if node.op == "rows"]
    for table in dict.fromkeys(str(node.args[0]) for node in sums):
        frame = _with_sums(frame, facts.children[table], [n for n in sums if n.args[0] == table], facts.moments)
    return _columns(frame, roots, {id(node): _name(node) for node in sums}, facts.moments)


def _with_sums(frame: pl.DataFrame, child: pl.DataFrame, sums: list[Node], moments: Mapping[str, int]) -> pl.DataFrame:
    totals_of = {_name(node): node for node in sums}
    bodies = {name: node.operands[0] for name, node in totals_of.items()}
    values = _columns(child, bodies, {}, moments, prefix=str(sums[0].args[0]) + ".").with_columns(child[ROW])
    totals = values.group_by(ROW).agg(pl.col(name).cast(_integer(node)).sum() for name, node in totals_of.items())
    at = pl.DataFrame({ROW: pl.arange(0, frame.height, eager=True, dtype=pl.UInt32)})
    joined = at.join(totals, on=ROW, how="left", maintain_order="left").drop(ROW)
    return frame.with_columns(joined.with_columns(pl.all().fill_null(0)).get_columns())


def _columns(
    frame: pl.DataFrame,
    roots: Mapping[str, Node],
    ready: dict[int, str],
    moments: Mapping[str, int],
    prefix: str = "",
) -> pl.DataFrame:
    nodes = walk(roots.values(), ready, rows=False)
    used = Counter(id(o) for node in nodes if id(node) not in ready for o in node.operands)
    used.update(id(node) for node in roots.values())
    level: dict[int, int] = {}
    steps: dict[int, list[Node]] = {}
    for node in nodes:
        if id(node) in ready:
            level[id(node)] = 0
            continue
        depth = max((level[id(o)] for o in node.operands), default=0)
        keep = used[id(node)] > 1 and node.op not in ("const", "fill", "known")
        if keep:
            steps.setdefault(depth, []).append(node)
        level[id(node)] = depth + keep
    builder = _Builder(dict(ready), moments, prefix)
    for depth in sorted(steps):
        frame = frame.with_columns(builder.expression(node).alias(_name(node)) for node in steps[depth])
        builder.ready.update((id(node), _name(node)) for node in steps[depth])
    # with_columns, not select: roots that are all constants must still be as long as the frame.
    return frame.with_columns(
        builder.expression(node).cast(_integer(node)).alias(name) for name, node in roots.items()
    ).select(*roots)


def _name(node: Node) -> str:
    return f"#{id(node)}"


def _wide(node: Node) -> bool:
    return node.lo < -_INT64 or node.hi > _INT64


def _integer(node: Node) -> type[pl.Int64] | type[pl.Int128]:
    return pl.Int128 if _wide(node) else pl.Int64


class _Builder:
    def __init__(self, ready: dict[int, str], moments: Mapping[str, int], prefix: str) -> None:
        self.ready = ready
        self.moments = moments
        self.prefix = prefix

    def expression(self, node: Node) -> pl.Expr:
        if id(node) in self.ready:
            return pl.col(self.ready[id(node)])
        match node.op:
            case "const":
                return self._constant(node)
            case "fill":
                name, default = str(node.args[0]), cast(int, node.args[1])
                if name in self.moments:
                    return pl.lit(self.moments[name], dtype=pl.Int64)
                return pl.col(self._column(node)).fill_null(pl.lit(default, dtype=pl.Int64))
            case "known":
                return pl.col(self._column(node)).is_not_null()
            case "not":
                return ~self._truth(node.operands[0])
            case "and":
                return balanced(lambda a, b: a & b, [self._truth(o) for o in node.operands])
            case "or":
                return balanced(lambda a, b: a | b, [self._truth(o) for o in node.operands])
            case "ge" | "eq":
                a, b = self._same_width(node.operands)
                return a >= b if node.op == "ge" else a == b
            case "if":
                condition, then, otherwise = node.operands
                yes, no = self._same_width((then, otherwise), (node,))
                return pl.when(self._truth(condition)).then(yes).otherwise(no)
            case "add":
                return balanced(lambda a, b: a + b, self._same_width(node.operands, (node,)))
            case "mul":
                a, b = self._same_width(node.operands, (node,))
                return a * b
            case "div":
                a, b = self._same_width(node.operands)
                return a // b
            case "min" | "max":
                a, b = self._same_width(node.operands)
                return pl.min_horizontal(a, b) if node.op == "min" else pl.max_horizontal(a, b)
        raise TypeError(node.op)

    def _column(self, node: Node) -> str:
        return str(node.args[0]).removeprefix(self.prefix)

    def _constant(self, node: Node, *, wide: bool = False) -> pl.Expr:
        return pl.lit(node.args[0], dtype=pl.Int128 if wide or _wide(node) else pl.Int64)

    def _truth(self, node: Node) -> pl.Expr:
        expression = self.expression(node)
        if node.op in _TRUTHS:
            return expression
        if node.op == "const":
            return pl.lit(bool(node.args[0]))
        return expression != 0

    def _number(self, node: Node, wide: bool) -> pl.Expr:
        if node.op == "const":
            return self._constant(node, wide=wide)
        expression = self.expression(node)
        if node.op in _TRUTHS:
            expression = expression.cast(pl.Int64)
        return expression.cast(pl.Int128) if wide and not _wide(node) else expression

    def _same_width(self, operands: Iterable[Node], results: Iterable[Node] = ()) -> list[pl.Expr]:
        given = list(operands)
        wide = any(_wide(node) for node in (*given, *results))
        return [self._number(node, wide) for node in given]
