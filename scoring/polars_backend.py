"""Back end for columns: core expressions become Polars expressions over a frame of enterprises.

After ``fill`` no null is left, so Polars' own rules for nulls never decide anything. Every node is computed in the
narrowest of Int64 and Int128 that holds its bounds. What several nodes use is computed once, level by level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import polars as pl

from features.facts import is_note
from scoring.core import Node, balanced, settled, walk

ROW = "row"
"""Column of a child frame that says which row of the main frame it belongs to."""
KIND = "kind"
"""Column of a child frame that says which rules can speak of a row."""
_INT64 = 2**63 - 1
_INT = {False: pl.Int64, True: pl.Int128}
"""Integer by whether a value is wide."""
_TRUTHS = frozenset({"known", "ge", "eq", "not", "and", "or"})


@dataclass(frozen=True)
class Facts:
    """The facts of many enterprises: one row each in ``frame``; a child frame a list table, with column `ROW`."""

    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    moments: Mapping[str, int]
    """The days computed from as_of: the same for all."""


def evaluate(roots: Mapping[str, Node], facts: Facts) -> pl.DataFrame:
    """Every root's value by name, in the order of the frame: truths as Boolean, else Int64, Int128 where bounds need it."""
    return Plan(roots, facts.moments).evaluate(facts)


class Plan:
    """Roots made ready for columns as of a day; good for any number of frames."""

    def __init__(self, roots: Mapping[str, Node], moments: Mapping[str, int]) -> None:
        sums = [node for node in walk(roots.values(), rows=False) if node.op == "rows"]
        tables = dict.fromkeys(str(node.args[0]) for node in sums)
        self._sums = {table: _Sums(table, [n for n in sums if n.args[0] == table], moments) for table in tables}
        self._columns = _Columns(roots, {id(node): _name(node) for node in sums}, moments)

    def evaluate(self, facts: Facts) -> pl.DataFrame:
        """As `evaluate`; the day of the facts is that of the plan."""
        frame = facts.frame
        for table, sums in self._sums.items():
            frame = frame.with_columns(sums.of(facts.children[table], frame.height))
        return self._columns.of(frame)


class _Sums:
    """Sums over the rows of one table, a column each.

    Rows of one kind whose cells are all known, nearly all, are asked the shorter question that this makes of the bodies.
    """

    def __init__(self, table: str, sums: list[Node], moments: Mapping[str, int]) -> None:
        self._prefix, self._moments = f"{table}.", moments
        self._names = [_name(node) for node in sums]
        self._bodies = [node.operands[0] for node in sums]
        self._wide = {_name(node): _wide(node) for node in sums}
        self._cells = {
            str(n.args[0]).removeprefix(self._prefix) for n in walk(self._bodies) if n.op in ("fill", "known")
        }
        self._apart: dict[tuple[int | None, bool], dict[str, Node]] = {}
        self._columns: dict[tuple[int, ...], _Columns] = {}

    def of(self, child: pl.DataFrame, firms: int) -> pl.DataFrame:
        """The sums of each enterprise."""
        given = child.select(ROW, *(c for c in child.columns if c in self._cells))
        ordered = given if given[ROW].is_sorted() else given.sort(ROW)
        found: list[pl.DataFrame] = []
        for same, kind in self._by_kind(ordered):
            cells = [c for c in self._read(self._asked(kind, complete=False).values()) if c != KIND or kind is None]
            gap = pl.any_horizontal(pl.lit(False), *(pl.col(c).is_null() for c in cells))
            for chosen, complete in ((same & ~gap, True), (same & gap, False)):
                some = ordered.filter(chosen)
                if some.height:
                    found.append(self._totals(some, self._asked(kind, complete=complete), firms))
        named = [column.alias(f"{i}{column.name}") for i, frame in enumerate(found) for column in frame.get_columns()]
        have = {column.name for column in named}
        whole = pl.DataFrame([pl.Series("0", [0], dtype=pl.Int64).new_from_index(0, firms), *named])
        places = {n: ["0", *(f"{i}{n}" for i in range(len(found)) if f"{i}{n}" in have)] for n in self._names}
        return whole.select(pl.sum_horizontal(places[n]).cast(_INT[wide]).alias(n) for n, wide in self._wide.items())

    def _by_kind(self, child: pl.DataFrame) -> Iterator[tuple[pl.Expr, int | None]]:
        """Which rows are asked the same, by a kind of theirs; those of which nothing is asked are left out."""
        if KIND not in self._cells:
            yield pl.lit(True), None
            return
        alike: dict[tuple[int, ...], list[int | None]] = {}
        for kind in child[KIND].unique().sort().to_list():
            bodies = self._asked(kind, complete=False)
            if bodies:
                key = (*map(hash, bodies), *map(id, bodies.values()))
                alike.setdefault(key, []).append(kind)
        for kinds in alike.values():
            yield pl.col(KIND).is_in(kinds, nulls_equal=True), kinds[0]

    def _asked(self, kind: int | None, *, complete: bool) -> dict[str, Node]:
        """The bodies that can be other than 0 for rows of a kind, by name of their sum."""
        if (kind, complete) not in self._apart:
            values = {} if kind is None else {self._prefix + KIND: kind}
            bodies = settled(self._bodies, values, complete=complete)
            kept = {n: body for n, body in zip(self._names, bodies, strict=True) if body.constant != 0}
            self._apart[kind, complete] = kept
        return self._apart[kind, complete]

    def _read(self, bodies: Iterable[Node]) -> list[str]:
        names = (str(n.args[0]) for n in walk(bodies) if n.op in ("fill", "known"))
        # Notes on what was assumed are there or not, and are read with a default of their own.
        return list(
            dict.fromkeys(n.removeprefix(self._prefix) for n in names if n.startswith(self._prefix) and not is_note(n))
        )

    def _totals(self, rows: pl.DataFrame, bodies: dict[str, Node], firms: int) -> pl.DataFrame:
        """Sums of the bodies: running totals where an enterprise's rows end less those where they begin."""
        distinct = {id(body): body for body in bodies.values()}
        key = tuple(distinct)
        if key not in self._columns:
            roots = {str(place): body for place, body in distinct.items()}
            self._columns[key] = _Columns(roots, {}, self._moments, self._prefix)
        runs = rows[ROW].rle().struct.unnest()
        ends = runs["len"].cast(pl.UInt32).cum_sum() - 1
        at = pl.Series([None], dtype=pl.UInt32).new_from_index(0, firms)
        at = at.scatter(runs["value"], pl.Series(range(runs.height), dtype=pl.UInt32))
        sums = []
        for place, body in distinct.items():
            # Running totals are over all enterprises, so they may need more bits than any one sum.
            width = _INT[max(-body.lo, body.hi) * rows.height > _INT64]
            running = pl.col(str(place)).cast(width).cum_sum().gather(pl.lit(ends))
            sums.append((running - running.shift(1, fill_value=0)).gather(pl.lit(at)).fill_null(0))
        made = self._columns[key].of(rows).select(sums)
        return pl.DataFrame([made[str(id(body))].alias(name) for name, body in bodies.items()])


class _Columns:
    """Expressions over one frame; what several nodes use is computed once, level by level."""

    def __init__(
        self, roots: Mapping[str, Node], ready: dict[int, str], moments: Mapping[str, int], prefix: str = ""
    ) -> None:
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
        self._steps = []
        for depth in sorted(steps):
            self._steps.append([builder.expression(node).alias(_name(node)) for node in steps[depth]])
            builder.ready.update((id(node), _name(node)) for node in steps[depth])
        self._last = [builder.root(node).alias(name) for name, node in roots.items()]
        self._names = list(roots)

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The roots' values."""
        for step in self._steps:
            frame = frame.with_columns(step)
        # with_columns, not select: roots that are all constants must still be as long as the frame.
        return frame.with_columns(self._last).select(self._names)


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

    def root(self, node: Node) -> pl.Expr:
        """The node as a root: a Boolean where it is a truth, else the integer that its bounds need."""
        return self._truth(node) if node.op in _TRUTHS else self.expression(node).cast(_integer(node))

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
