"""Back end for one enterprise: core expressions become one generated Python function.

Python's integers do not overflow, so the function is exact whatever the domains.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from features.facts import FirmFacts, Row, domain
from scoring.by_kind import ByKind
from scoring.core import Node, balanced, read, walk

Evaluate = Callable[[FirmFacts], tuple[int, ...]]


def compile_python(roots: Iterable[Node]) -> Evaluate:
    """A function from the facts of one enterprise to the value of every root, in their order (truths as bools)."""
    given = list(roots)
    writer = _Writer()
    writer.write(given)
    result = ast.Tuple([writer.expression(node) for node in given], ast.Load())
    function = ast.parse("def evaluate(s, tables): pass")
    definition = function.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.body = [*writer.statements, ast.Return(result)]
    scope: dict[str, Any] = {"bisect_left": bisect_left}
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
        self._count = 0

    def write(self, roots: list[Node]) -> None:
        """Assign inputs, then row sums by table, then every node that several others use."""
        sums: dict[str, list[Node]] = {}
        for node in walk(roots):
            if node.op == "rows":
                sums.setdefault(str(node.args[0]), []).append(node)
        self.statements += [self._input(name) for name in read(roots) if name.partition(".")[0] not in sums]
        for table, of_table in sums.items():
            self._loop(table, of_table)
        self.statements += self._shared(walk(roots, rows=False), roots)

    def _input(self, name: str, row_of: str = "") -> ast.stmt:
        self.inputs[name] = f"x{len(self.inputs)}"
        read_ = ast.Subscript(_name("r" if row_of else "s"), ast.Constant(name.removeprefix(row_of)), ast.Load())
        return _store(self.inputs[name], read_)

    def _shared(self, order: list[Node], roots: Iterable[Node] = ()) -> list[ast.stmt]:
        """Assignments of what is written more than once."""
        used = Counter(id(root) for root in roots)
        for node in order:
            # The smaller and the greater of two are written with each operand twice.
            twice = 2 if node.op in ("min", "max") else 1
            used.update(id(operand) for operand in node.operands * twice if node.op != "rows")
        found = []
        for node in order:
            if used[id(node)] > 1 and node.op != "const" and id(node) not in self.names:
                value = self.expression(node)
                found.append(_store(self._named(node), value))
        return found

    def _named(self, node: Node) -> str:
        self._count += 1
        self.names[id(node)] = f"v{self._count}"
        return self.names[id(node)]

    def _loop(self, table: str, sums: list[Node]) -> None:
        """Add up what each row is asked, by its kind where its cells are known."""
        totals = {self._named(node): node.operands[0] for node in sums}
        self.statements += [_store(name, ast.Constant(0)) for name in totals]
        asked = ByKind(table, totals)
        inputs = [self._input(cell, table + ".") for cell in asked.cells]
        branch: list[ast.stmt] = []
        lo, hi = domain(asked.kind) if asked.kind else (0, -1)
        for one in asked.alike((None, *range(lo, hi + 1))):
            tests = [ast.UnaryOp(ast.Not(), self._missing(cell)) for cell in one.cells]
            known = balanced(lambda a, b: ast.BoolOp(ast.And(), [a, b]), [ast.Constant(True), *tests])
            of_kind: list[ast.stmt] = [ast.If(known, self._added(one.bodies), self._added(one.doubtful))]
            if asked.kind and one.kinds is not None:
                kinds = ast.Tuple([ast.Constant(kind) for kind in one.kinds], ast.Load())
                is_one = ast.Compare(_name(self.inputs[asked.kind]), [ast.In()], [kinds])
                of_kind = [ast.If(is_one, of_kind, branch)]
            branch = of_kind
        rows = ast.Subscript(_name("tables"), ast.Constant(table), ast.Load())
        self.statements.append(ast.For(ast.Name("r", ast.Store()), rows, [*inputs, *branch], []))

    def _added(self, bodies: Mapping[str, Node]) -> list[ast.stmt]:
        before = dict(self.names)
        found = self._shared(walk(bodies.values()))
        for name, body in bodies.items():
            found.append(ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), self.expression(body)))
        # Assigned only for such a row: not for use elsewhere.
        self.names = before
        return found or [ast.Pass()]

    def _missing(self, name: str) -> ast.expr:
        return ast.Compare(_name(self.inputs[name]), [ast.Is()], [ast.Constant(None)])

    def expression(self, node: Node) -> ast.expr:
        """The node as Python."""
        if id(node) in self.names:
            return _name(self.names[id(node)])
        if node.op == "const":
            return ast.Constant(node.lo)
        if node.op in ("fill", "known"):
            name = str(node.args[0])
            missing = self._missing(name)
            if node.op == "known":
                return ast.UnaryOp(ast.Not(), missing)
            return ast.IfExp(missing, ast.Constant(cast(int, node.args[1])), _name(self.inputs[name]))
        if node.op == "step":
            edges, values = (ast.Constant(cast(Any, numbers)) for numbers in node.args[1:])
            place = ast.Call(_name("bisect_left"), [edges, self.expression(node.operands[0])], [])
            return ast.Subscript(values, place, ast.Load())
        return _OPERATORS[node.op](*map(self.expression, node.operands))


def _arithmetic(operator: ast.operator) -> Callable[..., ast.expr]:
    return lambda *terms: balanced(lambda a, b: ast.BinOp(a, operator, b), terms)


def _comparison(operator: ast.cmpop) -> Callable[..., ast.expr]:
    return lambda a, b: ast.Compare(a, [operator], [b])


_OPERATORS: dict[str, Callable[..., ast.expr]] = {
    "add": _arithmetic(ast.Add()),
    "mul": _arithmetic(ast.Mult()),
    "div": _arithmetic(ast.FloorDiv()),
    "ge": _comparison(ast.GtE()),
    "eq": _comparison(ast.Eq()),
    "not": lambda truth: ast.UnaryOp(ast.Not(), truth),
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
