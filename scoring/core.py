"""The core form: what every card is lowered to, and all that the back ends know.

A core expression is a tree of `Node` over integers; booleans are the integers 0 and 1, rationals have been
cross-multiplied away and what is unknown has become two ordinary bounds, so no operator needs a rule for missing values.

    const n            the integer n                    ge a b     1 where a ≥ b
    fill x n           input x, or n where unknown      eq a b     1 where a = b
    known x            1 where input x is known         not a      1 − a
    add a b …          sum                              and a b …  conjunction
    mul a b            product                          or a b …   disjunction
    div a b            floor of a / b, b ≥ 1            if c a b   a where c, else b
    min a b, max a b   smaller, greater                 rows t a   sum of a over the rows of table t
    step a E V   the entry of V whose place is how many of the rising integers E lie below a

Every node knows the least and greatest value that it can take, from the declared domains of the inputs. The bounds fold
what is already decided, pick the machine integer (Int64 or Int128) and make a card that could leave 127 bits an error.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast
from weakref import WeakValueDictionary

from scoring.errors import CardError

WIDEST = 2**127 - 1
Term = TypeVar("Term")
INPUTS = ("fill", "known")
"""The operators that read."""
ROWS_MAX = 100_000
"""Most rows of one list table that one enterprise can have; intake enforces it."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False, repr=False)
class Node:
    """One operator with its operands; ``lo`` and ``hi`` bound its value. Equal trees are the same object."""

    op: str
    args: tuple[Node | int | str | tuple[int, ...], ...]
    lo: int
    hi: int
    operands: tuple[Node, ...]
    """The operands that are nodes."""

    def __repr__(self) -> str:
        # Of its operands nothing: one expression of a release would be told in gigabytes.
        return f"<{self.op} {self.lo}…{self.hi}>"

    @property
    def constant(self) -> int | None:
        """The value where it does not depend on any input."""
        return self.lo if self.lo == self.hi else None


_interned: WeakValueDictionary[tuple[object, ...], Node] = WeakValueDictionary()


def _node(op: str, args: tuple[Node | int | str | tuple[int, ...], ...], lo: int, hi: int) -> Node:
    if lo < -WIDEST or hi > WIDEST:
        raise CardError.of("integer_too_wide", op, widest=max(-lo, hi))
    if lo == hi and op != "const":
        return const(lo)
    key = (op, lo, hi, args)
    found = _interned.get(key)
    if found is None:
        found = _interned[key] = Node(op, args, lo, hi, tuple(a for a in args if isinstance(a, Node)))
    return found


def const(value: int) -> Node:
    """The integer itself."""
    return _node("const", (value,), value, value)


TRUE, FALSE = const(1), const(0)


def fill(name: str, default: int, lo: int, hi: int) -> Node:
    """Input ``name`` with domain [lo, hi]; ``default`` where it is unknown."""
    return _node("fill", (name, default), min(lo, default), max(hi, default))


def known(name: str) -> Node:
    """Whether input ``name`` is known."""
    return _node("known", (name,), 0, 1)


def add(terms: Iterable[Node]) -> Node:
    """Sum; constants are gathered."""
    loose = list(terms)
    fixed = sum(t.lo for t in loose if t.constant is not None)
    rest = [t for t in loose if t.constant is None]
    if fixed or not rest:
        rest.append(const(fixed))
    if len(rest) == 1:
        return rest[0]
    return _node("add", tuple(rest), sum(t.lo for t in rest), sum(t.hi for t in rest))


def mul(a: Node, b: Node | int) -> Node:
    """Product."""
    other = const(b) if isinstance(b, int) else b
    if other.constant == 1:
        return a
    if a.constant == 1:
        return other
    corners = [x * y for x in (a.lo, a.hi) for y in (other.lo, other.hi)]
    return _node("mul", (a, other), min(corners), max(corners))


def div(a: Node, b: Node) -> Node:
    """Floor of a / b; ``b`` is at least 1 by its bounds."""
    if b.lo < 1:
        raise ValueError("a divisor must be bounded below by 1")
    corners = [x // y for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    return a if b.constant == 1 else _node("div", (a, b), min(corners), max(corners))


def ge(a: Node, b: Node | int) -> Node:
    """1 where a ≥ b."""
    other = const(b) if isinstance(b, int) else b
    if a.lo >= other.hi:
        return TRUE
    if a.hi < other.lo:
        return FALSE
    return _node("ge", (a, other), 0, 1)


def le(a: Node, b: Node | int) -> Node:
    """1 where a ≤ b."""
    return ge(const(b) if isinstance(b, int) else b, a)


def eq(a: Node, value: int) -> Node:
    """1 where a = value."""
    if value < a.lo or value > a.hi:
        return FALSE
    if a.constant is not None:
        return TRUE
    return _node("eq", (a, const(value)), 0, 1)


def negate(a: Node) -> Node:
    """1 − a, for truth values."""
    if a.op == "not":
        return a.operands[0]
    return _node("not", (a,), 1 - a.hi, 1 - a.lo)


def _junction(op: str, terms: Iterable[Node], absorbing: int) -> Node:
    seen: dict[int, Node] = {}
    for term in terms:
        for part in term.operands if term.op == op else (term,):
            if part.lo != part.hi:
                seen[id(part)] = part
            elif part.lo == absorbing:
                return TRUE if absorbing else FALSE
    if not seen:
        return FALSE if absorbing else TRUE
    parts = tuple(seen.values())
    return parts[0] if len(parts) == 1 else _node(op, parts, 0, 1)


def all_of(terms: Iterable[Node]) -> Node:
    """Conjunction; 1 for none."""
    return _junction("and", terms, 0)


def any_of(terms: Iterable[Node]) -> Node:
    """Disjunction; 0 for none."""
    return _junction("or", terms, 1)


def choose(condition: Node, then: Node, otherwise: Node) -> Node:
    """``then`` where the condition holds, else ``otherwise``."""
    if condition.constant is not None:
        return then if condition.constant else otherwise
    if then is otherwise:
        return then
    lo, hi = min(then.lo, otherwise.lo), max(then.hi, otherwise.hi)
    if (lo, hi) == (0, 1) and then.constant is not None:
        condition, then, otherwise = negate(condition), otherwise, then
    if (lo, hi) == (0, 1) and otherwise.constant is not None:
        return any_of((negate(condition), then)) if otherwise.constant else all_of((condition, then))
    return _node("if", (condition, then, otherwise), lo, hi)


def step(a: Node, edges: Sequence[int], values: Sequence[int]) -> Node:
    """``values[n]`` where n of the rising ``edges`` lie below a; there is one value more than edges."""
    if len(values) != len(edges) + 1 or list(edges) != sorted(set(edges)):
        raise ValueError("edges must rise, and values be one more")
    if edges and max(-edges[0], edges[-1] + 1) > 2**63 - 1:
        raise CardError.of("integer_too_wide", "step", widest=max(-edges[0], edges[-1] + 1))
    first, last = bisect_left(edges, a.lo), bisect_left(edges, a.hi)
    kept = [place for place in range(first, last) if values[place] != values[place + 1]]
    if not kept:
        return const(values[first])
    reached = (*(values[place] for place in kept), values[kept[-1] + 1])
    return _node("step", (a, tuple(edges[place] for place in kept), reached), min(reached), max(reached))


def balanced(combine: Callable[[Term, Term], Term], terms: Sequence[Term]) -> Term:
    """The terms combined two by two, so that a tree of many stays shallow: back ends recurse."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return combine(balanced(combine, terms[:middle]), balanced(combine, terms[middle:]))


def smallest(terms: Iterable[Node]) -> Node:
    """Least of the terms."""

    def smaller(a: Node, b: Node) -> Node:
        if a is b or a.hi <= b.lo:
            return a
        if min(a.lo, b.lo) >= 0 and max(a.hi, b.hi) <= 1:
            return all_of((a, b))
        return b if b.hi <= a.lo else _node("min", (a, b), min(a.lo, b.lo), min(a.hi, b.hi))

    return balanced(smaller, list(terms))


def greatest(terms: Iterable[Node]) -> Node:
    """Greatest of the terms."""

    def greater(a: Node, b: Node) -> Node:
        if a is b or a.lo >= b.hi:
            return a
        if min(a.lo, b.lo) >= 0 and max(a.hi, b.hi) <= 1:
            return any_of((a, b))
        return b if b.lo >= a.hi else _node("max", (a, b), max(a.lo, b.lo), max(a.hi, b.hi))

    return balanced(greater, list(terms))


def rows(table: str, body: Node) -> Node:
    """Sum of ``body`` over the rows of ``table``; inside it, inputs are named ``table.field``."""
    if body.constant == 0:
        return body
    return _node("rows", (table, body), min(0, body.lo * ROWS_MAX), max(0, body.hi * ROWS_MAX))


def walk(roots: Iterable[Node], done: Collection[int] = (), *, rows: bool = True) -> list[Node]:
    """Every node below the roots once, operands before what uses them.

    What stands below the nodes whose ids are ``done`` is left out, and what stands inside rows unless ``rows``.
    """
    order: dict[int, Node] = {}
    stack: list[tuple[Node, bool]] = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, ready = stack.pop()
        if id(node) in order:
            continue
        if ready:
            order[id(node)] = node
            continue
        stack.append((node, True))
        if id(node) not in done and (rows or node.op != "rows"):
            stack.extend((operand, False) for operand in reversed(node.operands))
    return list(order.values())


def read(roots: Iterable[Node]) -> tuple[str, ...]:
    """Names of the inputs below the roots."""
    return tuple(dict.fromkeys(str(node.args[0]) for node in walk(roots) if node.op in INPUTS))


def settled(roots: Iterable[Node], values: Mapping[str, int | None], *, complete: bool = False) -> list[Node]:
    """The roots as they are where some inputs have these values, None for unknown; if ``complete``, all others are known.

    Then what was two bounds becomes one expression.
    """
    given = list(roots)
    order = walk(given)
    domains: dict[str, tuple[int, int]] = {}
    for node in order:
        if node.op == "fill":
            lo, hi = domains.get(str(node.args[0]), (node.lo, node.hi))
            # A default may lie beside the domain; the other fills of the input do not.
            domains[str(node.args[0])] = max(lo, node.lo), min(hi, node.hi)
    made: dict[int, Node] = {}
    for node in order:
        if node.op not in INPUTS:
            made[id(node)] = _REBUILT[node.op](node, [made[id(operand)] for operand in node.operands])
            continue
        name = str(node.args[0])
        if name in values and node.op == "known":
            made[id(node)] = const(int(values[name] is not None))
        elif name in values:
            value = values[name]
            made[id(node)] = const(cast(int, node.args[1]) if value is None else value)
        elif complete:
            made[id(node)] = TRUE if node.op == "known" else fill(name, domains[name][0], *domains[name])
        else:
            made[id(node)] = node
    return [made[id(root)] for root in given]


_REBUILT: dict[str, Callable[[Node, list[Node]], Node]] = {
    "const": lambda node, _: node,
    "add": lambda _, o: add(o),
    "mul": lambda _, o: mul(o[0], o[1]),
    "div": lambda _, o: div(o[0], o[1]),
    "ge": lambda _, o: ge(o[0], o[1]),
    "eq": lambda node, o: eq(o[0], node.operands[1].lo),
    "not": lambda _, o: negate(o[0]),
    "and": lambda _, o: all_of(o),
    "or": lambda _, o: any_of(o),
    "if": lambda _, o: choose(o[0], o[1], o[2]),
    "min": lambda _, o: smallest(o),
    "max": lambda _, o: greatest(o),
    "rows": lambda node, o: rows(str(node.args[0]), o[0]),
    "step": lambda node, o: step(o[0], *cast(tuple[tuple[int, ...], tuple[int, ...]], node.args[1:])),
}


def table(roots: Iterable[Node]) -> list[list[object]]:
    """The nodes below the roots as lists, operator first, operands as places in the list: what a verifier reads."""
    order = walk(roots)
    place = {id(node): number for number, node in enumerate(order)}

    def told(arg: object) -> object:
        return place[id(arg)] if isinstance(arg, Node) else list(arg) if isinstance(arg, tuple) else arg

    return [[node.op, *map(told, node.args)] for node in order]
