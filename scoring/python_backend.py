"""Back end for one enterprise: core expressions become one generated Python function.

Python's integers do not overflow, so the function is exact whatever the domains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, cast

from features.facts import FirmFacts, Row
from scoring.core import Node, walk

Evaluate = Callable[[FirmFacts], dict[str, int]]


def compile_python(roots: Mapping[str, Node]) -> Evaluate:
    """A function from the facts of one enterprise to every root's value, by name."""
    writer = _Writer()
    returned = {name: writer.expression(node) for name, node in writer.shared(roots).items()}
    body = "\n    ".join((*writer.lines, f"return {{{', '.join(f'{n!r}: {e}' for n, e in returned.items())}}}"))
    source = f"def evaluate(s, tables):\n    {body}\n"
    scope: dict[str, Any] = {}
    exec(compile(source, "<card>", "exec"), scope)  # noqa: S102 - the source is generated from core nodes alone
    evaluate = cast(Callable[[Mapping[str, int | None], Mapping[str, list[Row]]], dict[str, int]], scope["evaluate"])
    return lambda facts: evaluate(facts.scalars, facts.rows)


class _Writer:
    """Writes assignments for what is used more than once, nested expressions for the rest."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[int, str] = {}
        self._count = 0
        self.inputs: dict[str, str] = {}

    def shared(self, roots: Mapping[str, Node]) -> Mapping[str, Node]:
        """Assign inputs, then row sums by table, then every node that several others use."""
        order = walk(roots.values())
        # The body of a row sum belongs to the loop over the rows, not to the firm.
        bodies = [node for node in order if node.op == "rows"]
        outer = _without_bodies(roots.values())
        for node in outer:
            if node.op in ("fill", "known"):
                self._input(str(node.args[0]), "s")
        for table in dict.fromkeys(str(node.args[0]) for node in bodies):
            self._loop(table, [node for node in bodies if node.args[0] == table])
        used = Counter(id(o) for node in outer if node.op != "rows" for o in node.operands)
        used.update(id(node) for node in roots.values())
        for node in outer:
            if used[id(node)] > 1 and node.op != "const" and id(node) not in self.names:
                self._assign(node)
        return roots

    def _input(self, name: str, source: str, indent: str = "") -> None:
        if name not in self.inputs:
            self.inputs[name] = f"x{len(self.inputs)}"
            key = name.split(".", 1)[1] if source == "r" else name
            self.lines.append(f"{indent}{self.inputs[name]} = {source}[{key!r}]")

    def _assign(self, node: Node, indent: str = "") -> None:
        text = self.expression(node)
        self._name(node)
        self.lines.append(f"{indent}{self.names[id(node)]} = {text}")

    def _name(self, node: Node) -> None:
        self.names[id(node)] = f"v{self._count}"
        self._count += 1

    def _loop(self, table: str, sums: list[Node]) -> None:
        for node in sums:
            self._name(node)
            self.lines.append(f"{self.names[id(node)]} = 0")
        self.lines.append(f"for r in tables[{table!r}]:")
        indent = "    "
        bodies = [node.operands[0] for node in sums]
        order = walk(bodies)
        used = Counter(id(o) for node in order for o in node.operands)
        for node in order:
            if node.op in ("fill", "known"):
                name = str(node.args[0])
                self._input(name, "r" if name.startswith(table + ".") else "s", indent)
        inside = [n for n in order if used[id(n)] > 1 and n.op != "const" and id(n) not in self.names]
        for node in inside:
            self._assign(node, indent)
        for node, body in zip(sums, bodies, strict=True):
            self.lines.append(f"{indent}{self.names[id(node)]} += {self.expression(body)}")
        for node in inside:
            # Assigned only where there is a row: not for use after the loop.
            del self.names[id(node)]

    def expression(self, node: Node) -> str:
        """The node as Python text."""
        if id(node) in self.names:
            return self.names[id(node)]
        args = node.args
        operands = [self.expression(o) for o in node.operands]
        match node.op:
            case "const":
                return str(args[0]) if cast(int, args[0]) >= 0 else f"({args[0]})"
            case "fill":
                x = self.inputs[str(args[0])]
                return f"({args[1]} if {x} is None else {x})"
            case "known":
                return f"({self.inputs[str(args[0])]} is not None)"
            case "add":
                return f"({' + '.join(operands)})"
            case "mul":
                return f"({operands[0]} * {operands[1]})"
            case "div":
                return f"({operands[0]} // {operands[1]})"
            case "ge":
                return f"({operands[0]} >= {operands[1]})"
            case "eq":
                return f"({operands[0]} == {operands[1]})"
            case "not":
                return f"(not {operands[0]})"
            case "and" | "or":
                return f"({f' {node.op} '.join(operands)})"
            case "if":
                return f"({operands[1]} if {operands[0]} else {operands[2]})"
            case "min" | "max":
                sign = "<=" if node.op == "min" else ">="
                return f"({operands[0]} if {operands[0]} {sign} {operands[1]} else {operands[1]})"
        raise TypeError(node.op)


def _without_bodies(roots: Any) -> list[Node]:
    """Nodes below the roots, operands first, not descending into row sums."""
    order: dict[int, Node] = {}
    stack: list[tuple[Node, bool]] = [(root, False) for root in roots]
    while stack:
        node, ready = stack.pop()
        if id(node) in order:
            continue
        if ready:
            order[id(node)] = node
        else:
            stack.append((node, True))
            if node.op != "rows":
                stack.extend((operand, False) for operand in node.operands)
    return list(order.values())
