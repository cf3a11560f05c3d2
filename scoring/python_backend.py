"""Back end for one enterprise: core expressions become one generated Python function.

Python's integers do not overflow, so the function is exact whatever the domains.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import itemgetter
from typing import Any, cast

from features.facts import FirmFacts, Row, domain
from scoring.by_kind import ByKind
from scoring.core import Node, balanced, read, walk

Evaluate = Callable[[FirmFacts], tuple[int, ...]]
_TOGETHER = 30
"""Of so many values Python makes a tuple at once; of more it makes a list first, one by one."""


def compile_python(roots: Iterable[Node]) -> Evaluate:
    """A function from the facts of one enterprise to the value of every root, in their order (truths as bools)."""
    given = list(roots)
    writer = _Writer()
    writer.write(given)
    values = [writer.expression(node) for node in given]
    some = (values[at : at + _TOGETHER] for at in range(0, len(values), _TOGETHER))
    result = ast.Tuple([ast.Starred(ast.Tuple(each, ast.Load()), ast.Load()) for each in some], ast.Load())
    function = ast.parse("def evaluate(s, tables): pass")
    definition = function.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.body = [*writer.statements, ast.Return(result)]
    scope: dict[str, Any] = {"bisect_left": bisect_left, **writer.pickers}
    # A syntax tree, not text: Python's parser takes minutes over deeply nested brackets.
    exec(compile(ast.fix_missing_locations(function), "<card>", "exec"), scope)
    evaluate = cast(Callable[[Mapping[str, int | None], Mapping[str, list[Row]]], tuple[int, ...]], scope["evaluate"])
    return lambda facts: evaluate(facts.scalars, facts.rows)


class _Writer:
    """Writes assignments for what is used more than once, nested expressions for the rest."""

    def __init__(self) -> None:
        self.statements: list[ast.stmt] = []
        self.names: dict[int, str] = {}
        self.inputs: dict[str, str] = {}
        self.pickers: dict[str, Callable[..., object]] = {}
        """What picks the inputs, by name."""
        self._compared: list[Node] = []
        """What rows are compared with; names go by identity, so it must live as long as they."""
        self._stated: Collection[str] = ()
        """Inputs that are known where the next expression stands."""
        self._count = 0

    def write(self, roots: list[Node]) -> None:
        """Assign inputs, then row sums by table, then every node that several others use."""
        sums: dict[str, list[Node]] = {}
        for node in walk(roots):
            if node.op == "rows":
                sums.setdefault(str(node.args[0]), []).append(node)
        self.statements += self._inputs([name for name in read(roots) if name.partition(".")[0] not in sums], "s")
        for table, of_table in sums.items():
            self._loop(table, of_table)
        self.statements += self._shared(walk(roots, rows=False), roots)

    def _inputs(self, names: Collection[str], source: str, row_of: str = "") -> list[ast.stmt]:
        if not names:
            return []
        self.inputs |= {name: f"x{number}" for number, name in enumerate(names, len(self.inputs))}
        picker = f"of_{len(self.pickers)}"
        self.pickers[picker] = itemgetter(*(name.removeprefix(row_of) for name in names))
        targets: list[ast.expr] = [ast.Name(self.inputs[name], ast.Store()) for name in names]
        # Of one name the picker gives no tuple.
        target = ast.Tuple(targets, ast.Store()) if len(targets) > 1 else targets[0]
        return [ast.Assign([target], ast.Call(_name(picker), [_name(source)], []))]

    def _shared(self, order: list[Node], roots: Iterable[Node]) -> list[ast.stmt]:
        """Assignments of what is written more than once."""
        used = Counter(id(root) for root in roots)
        for node in order:
            # The smaller and the greater of two are written with each operand twice.
            twice = 2 if node.op in ("min", "max") else 1
            used.update(id(operand) for operand in node.operands * twice if node.op != "rows")
        found = []
        for node in order:
            if used[id(node)] > 1 and not self._plain(node) and id(node) not in self.names:
                value = self.expression(node)
                found.append(_store(self._named(node), value))
        return found

    def _plain(self, node: Node) -> bool:
        """Whether it is written as short as a variable."""
        return node.op == "const" or (node.op == "fill" and node.args[0] in self._stated)

    def _named(self, node: Node) -> str:
        self._count += 1
        self.names[id(node)] = f"v{self._count}"
        return self.names[id(node)]

    def _loop(self, table: str, sums: list[Node]) -> None:
        """Add up what each row is asked, by its kind where its cells are known."""
        totals = {self._named(node): node.operands[0] for node in sums}
        self.statements += [_store(name, ast.Constant(0)) for name in totals]
        asked = ByKind(table, totals)
        lo, hi = domain(asked.kind) if asked.kind else (0, -1)
        groups = asked.alike((None, *range(lo, hi + 1)))
        for node in walk(body for one in groups for body in (*one.bodies.values(), *one.doubtful.values())):
            # What all rows are compared with.
            if node.op == "fill" and str(node.args[0]) not in asked.cells and id(node) not in self.names:
                value = self.expression(node)
                self.statements.append(_store(self._named(node), value))
                self._compared.append(node)
        inputs = self._inputs(asked.cells, "r", table + ".")
        branch: list[ast.stmt] = []
        for one in groups:
            tests = [self._missing(cell, ast.IsNot()) for cell in one.cells]
            known = balanced(lambda a, b: ast.BoolOp(ast.And(), [a, b]), [ast.Constant(True), *tests])
            of_kind: list[ast.stmt] = [ast.If(known, self._added(one.bodies, one.cells), self._added(one.doubtful))]
            if asked.kind and one.kinds is not None:
                kinds = ast.Tuple([ast.Constant(kind) for kind in one.kinds], ast.Load())
                is_one = ast.Compare(_name(self.inputs[asked.kind]), [ast.In()], [kinds])
                of_kind = [ast.If(is_one, of_kind, branch)]
            branch = of_kind
        rows = ast.Subscript(_name("tables"), ast.Constant(table), ast.Load())
        self.statements.append(ast.For(ast.Name("r", ast.Store()), rows, [*inputs, *branch], []))

    def _added(self, bodies: Mapping[str, Node], stated: Collection[str] = ()) -> list[ast.stmt]:
        before, self._stated = self.names.copy(), stated
        found = self._shared(walk(bodies.values()), bodies.values())
        for name, body in bodies.items():
            found.append(ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), self.expression(body)))
        # Assigned only for such a row: not for use elsewhere.
        self.names, self._stated = before, ()
        return found or [ast.Pass()]

    def _missing(self, name: str, how: ast.cmpop) -> ast.expr:
        return ast.Compare(_name(self.inputs[name]), [how], [ast.Constant(None)])

    def expression(self, node: Node) -> ast.expr:
        """The node as Python."""
        if id(node) in self.names:
            return _name(self.names[id(node)])
        if node.op == "const":
            return ast.Constant(node.lo)
        if node.op == "known":
            return self._missing(str(node.args[0]), ast.IsNot())
        if node.op == "fill":
            name = str(node.args[0])
            value = _name(self.inputs[name])
            if self._plain(node):
                return value
            return ast.IfExp(self._missing(name, ast.Is()), ast.Constant(cast(int, node.args[1])), value)
        if node.op == "step":
            edges, values = (ast.Constant(cast(Any, numbers)) for numbers in node.args[1:])
            place = ast.Call(_name("bisect_left"), [edges, self.expression(node.operands[0])], [])
            return ast.Subscript(values, place, ast.Load())
        return _OPERATORS[node.op](*map(self.expression, node.operands))


def _arithmetic(operator: ast.operator) -> Callable[..., ast.expr]:
    return lambda *terms: balanced(lambda a, b: ast.BinOp(a, operator, b), terms)


def _comparison(operator: ast.cmpop) -> Callable[..., ast.expr]:
    return lambda a, b: ast.Compare(a, [operator], [b])


_CONTRARY: dict[type[ast.cmpop], ast.cmpop] = {ast.GtE: ast.Lt(), ast.Eq: ast.NotEq(), ast.IsNot: ast.Is()}


def _negated(truth: ast.expr) -> ast.expr:
    if isinstance(truth, ast.Compare) and type(truth.ops[0]) in _CONTRARY:
        return ast.Compare(truth.left, [_CONTRARY[type(truth.ops[0])]], truth.comparators)
    return ast.UnaryOp(ast.Not(), truth)


_OPERATORS: dict[str, Callable[..., ast.expr]] = {
    "add": _arithmetic(ast.Add()),
    "mul": _arithmetic(ast.Mult()),
    "div": _arithmetic(ast.FloorDiv()),
    "ge": _comparison(ast.GtE()),
    "eq": _comparison(ast.Eq()),
    "not": _negated,
    "and": lambda *truths: ast.BoolOp(ast.And(), list(truths)),
    "or": lambda *truths: ast.BoolOp(ast.Or(), list(truths)),
    "if": ast.IfExp,
    "min": lambda a, b: ast.IfExp(ast.Compare(a, [ast.LtE()], [b]), a, b),
    "max": lambda a, b: ast.IfExp(ast.Compare(a, [ast.GtE()], [b]), a, b),
}


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _store(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)
