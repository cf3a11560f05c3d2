"""Back end for columns: core expressions become Polars expressions over a frame of enterprises.

After ``fill`` no null is left, so Polars' own rules for nulls never decide anything. Every node is computed in the
narrowest of Int64 and Int128 that holds its bounds. What several nodes use is computed once, level by level.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from features.facts import FirmFacts
from scoring.by_kind import ByKind
from scoring.core import Node, balanced, read, settled, walk

ROW = "row"
"""Column of a child frame that says which row of the main frame it belongs to."""
_INT64 = 2**63 - 1
_TRUTHS = ("known", "ge", "eq", "not", "and", "or")


@dataclass(frozen=True)
class Facts:
    """The facts of many enterprises: one row each in ``frame``; a child frame a list table, with column `ROW`."""

    frame: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    shared: Mapping[str, int | None]
    """Inputs that are the same for all, such as the days computed from as_of; None where unknown."""

    def above(self, firms: Sequence[FirmFacts]) -> Facts:
        """These facts with further enterprises below. What only those know is no longer shared."""
        if not firms:
            return self
        told = {name for firm in firms for name, value in firm.scalars.items() if value is not None}
        told |= {f"{t}.{name}" for firm in firms for t, rows in firm.rows.items() for row in rows for name in row}
        shared = {name: value for name, value in self.shared.items() if value is not None or name not in told}
        names = [*self.frame.columns, *(n for n in self.shared if n not in shared and "." not in n.partition("/")[0])]
        more = {name: [firm.scalars.get(name) for firm in firms] for name in names}
        frame = pl.concat([self.frame, pl.DataFrame(more, dict.fromkeys(names, pl.Int64))], how="diagonal_relaxed")
        children = {}
        for table, child in self.children.items():
            below = [
                {ROW: self.frame.height + n, **row} for n, firm in enumerate(firms) for row in firm.rows.get(table, ())
            ]
            schema = {ROW: pl.UInt32, **{name: pl.Int64 for row in below for name in row if name != ROW}}
            children[table] = pl.concat([child, pl.DataFrame(below, schema)], how="diagonal_relaxed")
        return Facts(frame, children, shared)


def evaluate(roots: Mapping[str, Node], facts: Facts) -> pl.DataFrame:
    """Every root's value by name, in the order of the frame: truths as Boolean, else Int64, Int128 where bounds need it."""
    return Plan(roots, facts.shared).evaluate(facts)


class Plan:
    """Roots made ready for columns beside the inputs that are ``shared``; good for any number of frames."""

    def __init__(self, roots: Mapping[str, Node], shared: Mapping[str, int | None]) -> None:
        given = dict(zip(roots, settled(roots.values(), shared), strict=True))
        some = {id(node): node for node in walk(given.values(), rows=False) if _asks_for_some(node)}
        sums = {id(node): node for node in walk(given.values(), some, rows=False) if node.op == "rows"}
        tables: dict[str, list[Node]] = {}
        for node in (*some.values(), *sums.values()):
            tables.setdefault(str(_of_rows(node).args[0]), []).append(node)
        self._tables = {table: _Rows(table, nodes) for table, nodes in tables.items()}
        self._columns = _Columns(given, {number: _name(node) for number, node in (some | sums).items()})

    def evaluate(self, facts: Facts) -> pl.DataFrame:
        """As `evaluate`; what the facts share is what the plan was made for."""
        height = facts.frame.height
        found = [one for table, rows in self._tables.items() for one in rows.of(facts.children[table], height)]
        return self._columns.of(facts.frame.with_columns(found))


def _asks_for_some(node: Node) -> bool:
    """Whether it asks if there is some row: then no row need be counted."""
    if node.op != "ge" or node.operands[0].op != "rows" or node.operands[1].constant != 1:
        return False
    body = node.operands[0].operands[0]
    return body.lo >= 0 and body.hi <= 1


def _of_rows(node: Node) -> Node:
    return node if node.op == "rows" else node.operands[0]


class _Rows:
    """What is asked of the rows of one table: sums, and whether there is some row, a column each."""

    def __init__(self, table: str, nodes: list[Node]) -> None:
        self._prefix = f"{table}."
        self._nodes = {_name(node): node for node in nodes}
        self._asked = ByKind(table, {name: _of_rows(node).operands[0] for name, node in self._nodes.items()})
        self._columns: dict[tuple[Node, ...], _Columns] = {}

    def of(self, child: pl.DataFrame, firms: int) -> list[pl.Series]:
        """The answers for each enterprise."""
        kinds = {name: pl.Boolean() if node.op == "ge" else _integer(node)() for name, node in self._nodes.items()}
        found = {n: pl.Series(n, [0]).cast(kind).new_from_index(0, firms) for n, kind in kinds.items()}
        cells = {
            column: self._prefix + column for column in child.columns if self._prefix + column in self._asked.cells
        }
        given = child.select(ROW, *(pl.col(column).alias(name) for column, name in cells.items()))
        for rows, bodies in self._alike(given if given[ROW].is_sorted() else given.sort(ROW)):
            if rows.height and bodies:
                self._add(found, rows, bodies)
        return list(found.values())

    def _alike(self, rows: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, Mapping[str, Node]]]:
        """Rows that are asked the same, with what they are asked."""
        kind, chosen, doubtful = self._asked.kind, [], pl.lit(False)
        questions = self._asked.alike(rows[kind].unique().sort().to_list() if kind else ())
        for asked in questions:
            these = pl.col(kind).is_in(asked.kinds, nulls_equal=True) if kind and asked.kinds else pl.lit(True)
            gap = pl.any_horizontal(pl.lit(False), *(pl.col(cell).is_null() for cell in asked.cells))
            chosen.append(these & ~gap)
            doubtful = doubtful | (these & gap)
        masks = rows.select(mask.alias(str(place)) for place, mask in enumerate([*chosen, doubtful]))
        for bodies, mask in zip([*(asked.bodies for asked in questions), self._asked.bodies], masks, strict=True):
            yield rows.select(ROW, *read(bodies.values())).filter(mask), bodies

    def _add(self, found: dict[str, pl.Series], rows: pl.DataFrame, bodies: Mapping[str, Node]) -> None:
        """Add what some rows say to the answers for their enterprises."""
        distinct = tuple(dict.fromkeys(bodies.values()))
        if distinct not in self._columns:
            self._columns[distinct] = _Columns({_name(body): body for body in distinct}, {})
        made = self._columns[distinct].of(rows)
        summed = {name: body for name, body in bodies.items() if self._nodes[name].op == "rows"}
        owners = {
            body: rows[ROW].filter(made[_name(body)].cast(pl.Boolean)) for n, body in bodies.items() if n not in summed
        }
        for name in bodies.keys() - summed.keys():
            found[name].scatter(owners[bodies[name]], True)
        if not summed:
            return
        # Running totals where an enterprise's rows end, less those where they begin. They are over all enterprises, so
        # they may need more bits than any one sum.
        runs = rows[ROW].rle().struct.unnest()
        last = pl.lit(runs["len"].cum_sum() - 1)
        widths = {b: pl.Int128 if max(-b.lo, b.hi) * rows.height > _INT64 else pl.Int64 for b in summed.values()}
        running = made.select(pl.col(_name(b)).cast(width).cum_sum().gather(last) for b, width in widths.items())
        added = running.select(pl.all() - pl.all().shift(1, fill_value=0))
        for name, body in summed.items():
            so_far = found[name].gather(runs["value"])
            found[name].scatter(runs["value"], so_far + added[_name(body)].cast(so_far.dtype))


class _Columns:
    """Expressions over one frame; what several nodes use is computed once, level by level."""

    def __init__(self, roots: Mapping[str, Node], ready: dict[int, str]) -> None:
        nodes = [node for node in walk(roots.values(), ready, rows=False) if id(node) not in ready]
        used = Counter(id(operand) for node in nodes for operand in node.operands)
        used.update(id(node) for node in roots.values())
        level, steps = dict.fromkeys(ready, 0), dict[int, list[Node]]()
        for node in nodes:
            depth = max((level[id(o)] for o in node.operands), default=0)
            keep = used[id(node)] > 1 and node.op not in ("const", "known")
            if keep:
                steps.setdefault(depth, []).append(node)
            level[id(node)] = depth + keep
        known, self._steps = dict(ready), list[list[pl.Expr]]()
        for depth in sorted(steps):
            self._steps.append([_expression(node, known).alias(_name(node)) for node in steps[depth]])
            known.update((id(node), _name(node)) for node in steps[depth])
        self._last = [_root(node, known).alias(name) for name, node in roots.items()]
        self._names = list(roots)

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The roots' values."""
        for step in self._steps:
            frame = frame.with_columns(step)
        # with_columns, not select: roots that are all constants must still be as long as the frame.
        return frame.with_columns(self._last).select(self._names)


def _name(node: Node) -> str:
    return f"#{id(node)}"


def _integer(node: Node) -> type[pl.Int64] | type[pl.Int128]:
    return pl.Int128 if node.lo < -_INT64 or node.hi > _INT64 else pl.Int64


_OPERATORS: dict[str, Callable[..., pl.Expr]] = {
    "not": operator.invert,
    "and": lambda *truths: balanced(operator.and_, truths),
    "or": lambda *truths: balanced(operator.or_, truths),
    "add": lambda *terms: balanced(operator.add, terms),
    "mul": operator.mul,
    "div": operator.floordiv,
    "ge": operator.ge,
    "eq": operator.eq,
    "min": pl.min_horizontal,
    "max": pl.max_horizontal,
}


def _expression(node: Node, ready: Mapping[int, str]) -> pl.Expr:
    """The node over columns, those that are ``ready`` read by name."""
    if id(node) in ready:
        return pl.col(ready[id(node)])
    match node.op:
        case "const":
            return pl.lit(node.lo, dtype=_integer(node))
        case "fill":
            return pl.col(str(node.args[0])).fill_null(pl.lit(cast(int, node.args[1]), dtype=pl.Int64))
        case "known":
            return pl.col(str(node.args[0])).is_not_null()
        case "not" | "and" | "or":
            return _OPERATORS[node.op](*(_truth(operand, ready) for operand in node.operands))
        case "step":
            edges, values_ = (cast(tuple[int, ...], numbers) for numbers in node.args[1:])
            # Kept within reach of the edges, where 64 bits hold it.
            (over,) = _numbers(node.operands[0], node.operands, ready)
            within = over.clip(edges[0], edges[-1] + 1).cast(pl.Int64)
            place = pl.lit(pl.Series(edges, dtype=pl.Int64)).search_sorted(within, side="left")
            return pl.lit(pl.Series(values_, dtype=_integer(node)())).gather(place)
        case "if":
            condition, *values = node.operands
            then, otherwise = _numbers(node, values, ready)
            return pl.when(_truth(condition, ready)).then(then).otherwise(otherwise)
    numbers = _numbers(node, node.operands, ready)
    if node.op == "ge" and node.operands[0].op == "const":
        # Of a literal compared with a column that is one value throughout Polars forgets the length.
        return numbers[1] <= numbers[0]
    return _OPERATORS[node.op](*numbers)


def _root(node: Node, ready: Mapping[int, str]) -> pl.Expr:
    """The node as a root: a Boolean where it is a truth, else the integer that its bounds need."""
    return _truth(node, ready) if node.op in _TRUTHS else _expression(node, ready).cast(_integer(node))


def _truth(node: Node, ready: Mapping[int, str]) -> pl.Expr:
    if node.op == "const":
        return pl.lit(bool(node.lo))
    return _expression(node, ready) if node.op in _TRUTHS else _expression(node, ready) != 0


def _numbers(node: Node, operands: Iterable[Node], ready: Mapping[int, str]) -> list[pl.Expr]:
    """The operands in the one width that holds them and the node."""
    given = list(operands)
    wide = any(_integer(one) is pl.Int128 for one in (node, *given))
    found = []
    for one in given:
        expression = pl.lit(one.lo, dtype=pl.Int64) if one.op == "const" and not wide else _expression(one, ready)
        found.append(expression.cast(pl.Int128 if wide else pl.Int64) if wide or one.op in _TRUTHS else expression)
    return found
