"""Back end for one enterprise: core expressions become one generated Python function.

Python's integers do not overflow, so the function is exact whatever the domains.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from features.facts import FirmFacts, Row
from scoring.core import Node, balanced, walk

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
    scope: dict[str, Any] = {}
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
        order = walk(roots)
        sums = [node for node in order if node.op == "rows"]
        tables = dict.fromkeys(str(node.args[0]) for node in sums)
        for node in order:
            if node.op in ("fill", "known") and str(node.args[0]).partition(".")[0] not in tables:
                self.statements += self._input(str(node.args[0]))
        for table in tables:
            self._loop(table, [node for node in sums if node.args[0] == table])
        outer = walk(roots, rows=False)
        used = _uses(node for node in outer if node.op != "rows")
        used.update(id(node) for node in roots)
        for node in outer:
            if used[id(node)] > 1 and node.op != "const" and id(node) not in self.names:
                self.statements.append(self._assign(node))

    def _input(self, name: str, row_of: str = "") -> list[ast.stmt]:
        if name in self.inputs:
            return []
        self.inputs[name] = f"x{len(self.inputs)}"
        read = ast.Subscript(_name("r" if row_of else "s"), ast.Constant(name.removeprefix(row_of)), ast.Load())
        return [_store(self.inputs[name], read)]

    def _assign(self, node: Node) -> ast.stmt:
        value = self.expression(node)
        return _store(self._named(node), value)

    def _named(self, node: Node) -> str:
        self._count += 1
        self.names[id(node)] = f"v{self._count}"
        return self.names[id(node)]

    def _loop(self, table: str, sums: list[Node]) -> None:
        self.statements += [_store(self._named(node), ast.Constant(0)) for node in sums]
        bodies = [node.operands[0] for node in sums]
        order = walk(bodies)
        used = _uses(order)
        inside = [n for n in order if used[id(n)] > 1 and n.op != "const" and id(n) not in self.names]
        body: list[ast.stmt] = []
        for node in order:
            if node.op in ("fill", "known"):
                body += self._input(str(node.args[0]), table + ".")
        body += [self._assign(node) for node in inside]
        for node, term in zip(sums, bodies, strict=True):
            target = ast.Name(self.names[id(node)], ast.Store())
            body.append(ast.AugAssign(target, ast.Add(), self.expression(term)))
        rows = ast.Subscript(_name("tables"), ast.Constant(table), ast.Load())
        self.statements.append(ast.For(ast.Name("r", ast.Store()), rows, body, []))
        for node in inside:
            # Assigned only where there is a row: not for use after the loop.
            del self.names[id(node)]

    def expression(self, node: Node) -> ast.expr:
        """The node as Python."""
        if id(node) in self.names:
            return _name(self.names[id(node)])
        if node.op == "const":
            return ast.Constant(node.lo)
        if node.op in ("fill", "known"):
            x = self.inputs[str(node.args[0])]
            missing = ast.Compare(_name(x), [ast.Is()], [ast.Constant(None)])
            if node.op == "known":
                return ast.UnaryOp(ast.Not(), missing)
            return ast.IfExp(missing, ast.Constant(cast(int, node.args[1])), _name(x))
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


def _uses(nodes: Iterable[Node]) -> Counter[int]:
    """How often each node is written; the smaller and the greater of two are written with each operand twice."""
    return Counter(id(o) for n in nodes for o in n.operands * (2 if n.op in ("min", "max") else 1))


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _store(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)
