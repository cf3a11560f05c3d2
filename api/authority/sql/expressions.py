"""Core expressions in SQL, over columns of integers.

Truths are SQL's booleans, everything else is an exact integer of the dialect's widest type. After ``fill`` no null is left,
so SQL's third truth value never decides anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from api.authority.sql.dialects import Dialect
from scoring.core import INPUTS, Node, walk

TRUTHS = ("known", "ge", "eq", "not", "and", "or")
_MEETS = {("ge", False): ">=", ("ge", True): "<", ("eq", False): "=", ("eq", True): "<>"}
_TURNED = {">=": "<=", "<": ">"}


def quoted(name: str) -> str:
    """A column or table by name."""
    return '"' + name.replace('"', '""') + '"'


class Expressions:
    """Writes nodes; those that are ``ready`` are columns."""

    def __init__(self, dialect: Dialect, ready: Mapping[int, str] | None = None) -> None:
        self._dialect = dialect
        self._ready = dict(ready or {})

    def steps(self, roots: Iterable[Node], prefix: str) -> list[dict[str, str]]:
        """Columns for what is written more than once, those of a step over those of the steps before it."""
        given = list(roots)
        nodes = [node for node in walk(given, self._ready, rows=False) if id(node) not in self._ready]
        used = Counter(id(root) for root in given)
        for node in nodes:
            used.update(id(operand) for operand in node.operands)
            if node.op == "div":
                # Rounded towards zero by SQL, so its sign is asked first.
                used[id(node.operands[0])] += node.operands[0].lo < 0
            if node.op == "step":
                used[id(node.operands[0])] += 1
        level, found = dict.fromkeys(self._ready, 0), dict[int, list[Node]]()
        for node in nodes:
            depth = max((level[id(operand)] for operand in node.operands), default=0)
            keep = used[id(node)] > 1 and node.op not in ("const", *INPUTS)
            if keep:
                found.setdefault(depth, []).append(node)
            level[id(node)] = depth + keep
        written, count = [], 0
        for depth in sorted(found):
            texts = [self._own(node) for node in found[depth]]
            names = [f"{prefix}{count + place}" for place, _ in enumerate(texts, start=1)]
            count += len(names)
            written.append(dict(zip(names, texts, strict=True)))
            self._ready.update((id(node), name) for node, name in zip(found[depth], names, strict=True))
        return written

    def number(self, node: Node) -> str:
        """The node as an integer."""
        if node.op == "const":
            return self._dialect.wide(node.lo)
        text = self._text(node)
        return f"CASE WHEN {text} THEN 1 ELSE 0 END" if node.op in TRUTHS else text

    def truth(self, node: Node) -> str:
        """The node, which is 0 or 1, as a boolean."""
        if node.op == "const":
            return "TRUE" if node.lo else "FALSE"
        return self._text(node) if node.op in TRUTHS else f"{self._text(node)} <> 0"

    def _text(self, node: Node) -> str:
        return quoted(self._ready[id(node)]) if id(node) in self._ready else self._own(node)

    def _own(self, node: Node) -> str:
        """The node written out: a boolean where it is a truth, else an integer."""
        match node.op:
            case "const":
                return self._dialect.wide(node.lo)
            case "fill":
                return f"COALESCE({quoted(str(node.args[0]))}, {self._dialect.wide(cast(int, node.args[1]))})"
            case "known":
                return f"{quoted(str(node.args[0]))} IS NOT NULL"
            case "ge" | "eq":
                return self._compared(node, negated=False)
            case "not":
                return self._negated(node.operands[0])
            case "and" | "or":
                return "(" + f" {node.op.upper()} ".join(map(self.truth, node.operands)) + ")"
            case "if":
                condition, then, otherwise = node.operands
                return f"CASE WHEN {self.truth(condition)} THEN {self.number(then)} ELSE {self.number(otherwise)} END"
            case "min" | "max":
                name = "LEAST" if node.op == "min" else "GREATEST"
                return f"{name}({', '.join(map(self.number, node.operands))})"
            case "add" | "mul":
                return "(" + f" {'+' if node.op == 'add' else '*'} ".join(self._typed(node.operands)) + ")"
            case "div":
                return self._quotient(*node.operands)
            case "step":
                edges, values = (cast(tuple[int, ...], numbers) for numbers in node.args[1:])
                over, number = self.number(node.operands[0]), self._dialect.wide
                up_to = (f"WHEN {over} <= {number(e)} THEN {number(v)}" for e, v in zip(edges, values, strict=False))
                return f"CASE {' '.join(up_to)} ELSE {number(values[-1])} END"
        raise ValueError(f"cannot be written: {node.op}")

    def _compared(self, node: Node, *, negated: bool) -> str:
        left, right = node.operands
        sign = _MEETS[node.op, negated]
        if left.op == "const":
            left, right, sign = right, left, _TURNED.get(sign, sign)
        return f"{self.number(left)} {sign} {self.number(right)}"

    def _negated(self, node: Node) -> str:
        if id(node) not in self._ready and node.op in ("ge", "eq"):
            return self._compared(node, negated=True)
        if id(node) not in self._ready and node.op == "known":
            return f"{quoted(str(node.args[0]))} IS NULL"
        return f"NOT ({self.truth(node)})"

    def _quotient(self, over: Node, under: Node) -> str:
        """The floor, also below zero."""
        below = self.number(under)
        above, *_ = self._typed((over,))
        plain = self._dialect.quotient.format(above, below)
        if over.lo >= 0:
            return plain
        less = self._dialect.quotient.format(f"-({above} + 1)", below)
        return f"CASE WHEN {above} >= 0 THEN {plain} ELSE -{less} - 1 END"

    def _typed(self, nodes: Sequence[Node]) -> list[str]:
        """Integers, one of them at least of the wide type: literals alone would be added up in 32 bits."""
        first, *rest = map(self.number, nodes)
        wide = any(map(self._is_wide, nodes))
        return [first if wide else f"CAST({first} AS {self._dialect.integer})", *rest]

    def _is_wide(self, node: Node) -> bool:
        if node.op in ("if", "min", "max"):
            return any(self._is_wide(operand) for operand in node.operands[node.op == "if" :])
        return node.op in ("fill", "rows", "add", "mul", "div", "step")
