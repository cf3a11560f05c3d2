"""The core form's operators as instructions of LLVM's intermediate language, for one enterprise or for several at once.

A truth is an ``i1``, another node an ``i64``, or where its bounds need it two of them, the lower 64 bits and the upper: a
processor has no vectors of 128 bits. What is computed of wide operands is computed wide, so nothing overflows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol, cast

from scoring.core import Node, balanced

UNKNOWN = -(2**63)
"""Stands for an input that is not known; no domain holds it."""
TRUTHS = ("known", "ge", "eq", "not", "and", "or")
CHEAP = ("const", "fill", "known", "rows")
"""Operators that are read again rather than kept."""
BYTES = {"i1": 1, "i8": 1, "i32": 4, "i64": 8, "double": 8, "i128": 16}
BLOCK = 128
"""Enterprises that are led through the code together."""
_INT64, _INT32, _EXACT = 2**63 - 1, 2**32 - 1, 2**53
_UNDER = 1 - 2.0**-47
"""Takes a float surely below what the roundings behind it stand for."""


def type_of(node: Node) -> str:
    """The type that holds a node; ``i128`` are two integers of 64 bits."""
    if node.op in TRUTHS:
        return "i1"
    return "i128" if node.lo < -_INT64 or node.hi > _INT64 else "i64"


class Result(NamedTuple):
    """What is asked of a node, and the type in which it is given."""

    node: Node
    kind: str
    per: int = 1
    """Of a ``double``: what the node is divided by."""


def given(node: Node) -> Result:
    """The node's values: truths in bytes, integers of 64 bits, or of 128 in two columns."""
    return Result(node, type_of(node))


def integers(node: Node) -> Result:
    """The node's values as integers of 64 bits, truths too. Raises ValueError where the bounds allow wider ones."""
    if type_of(node) == "i128":
        raise ValueError(f"wider than 64 bits: {node.lo} to {node.hi}")
    return Result(node, "i64")


def places(node: Node) -> Result:
    """Places in a list, as integers of 32 bits. Raises ValueError where the bounds allow others."""
    if node.lo < 0 or node.hi > _INT32:
        raise ValueError(f"no place in a list: {node.lo} to {node.hi}")
    return Result(node, "i32")


def quotient(node: Node, per: int) -> Result:
    """The floats that are nearest to node / per. Raises ValueError where a float does not hold the node."""
    if max(-node.lo, node.hi, per) > _EXACT:
        raise ValueError(f"wider than a float: {node.lo} to {node.hi}")
    return Result(node, "double", per)


class Wide(NamedTuple):
    """The lower 64 bits, and the upper, which carry the sign."""

    low: str
    high: str


class Places(Protocol):
    """Where values stand in memory."""

    @property
    def inputs(self) -> Mapping[str, tuple[str, int]]:
        """By input, the array of pointers to columns and the place in it."""

    @property
    def scratch(self) -> Mapping[int, int]:
        """By node, where its values of a block begin: sums over rows, and what other pieces of the code have computed."""

    def array(self, kind: str, values: Sequence[int]) -> str:
        """The name of an array of constants."""


class Writer:
    """Instructions, and the values that they have made."""

    def __init__(
        self, places: Places, lanes: int, here: Collection[int] | None = None, outer: Writer | None = None
    ) -> None:
        """``here``: the nodes to compute; others are read where they were kept. All where None."""
        self._places, self.lanes, self._here = places, lanes, here
        self.lines: list[str] = outer.lines if outer else []
        self._count: list[int] = outer._count if outer else [0]
        self._values: dict[object, str] = dict(outer._values) if outer else {}
        self._wide: dict[int, Wide] = dict(outer._wide) if outer else {}

    def within(self) -> Writer:
        """One that goes on where this one ends, in a branch: it knows the values made so far."""
        return Writer(self._places, self.lanes, self._here, self)

    # --- instructions

    def say(self, *lines: str) -> None:
        """Further lines."""
        self.lines += lines

    def make(self, instruction: str) -> str:
        """The name of what an instruction makes."""
        self._count[0] += 1
        self.lines.append(f"%v{self._count[0]} = {instruction}")
        return f"%v{self._count[0]}"

    def of(self, kind: str) -> str:
        """The type of a value of each enterprise."""
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    def all(self, kind: str, value: int | str) -> str:
        """The same constant for each."""
        return str(value) if self.lanes == 1 else f"splat ({kind} {value})"

    def two(self, operator: str, a: str, b: str | int, kind: str = "i64") -> str:
        """An instruction with two operands."""
        return self.make(f"{operator} {self.of(kind)} {a}, {self.all(kind, b) if isinstance(b, int) else b}")

    def joined(self, operator: str, kind: str, *values: str) -> str:
        """Values joined two by two."""
        return balanced(lambda a, b: self.two(operator, a, b, kind), values)

    def select(self, condition: str, then: str, otherwise: str, kind: str = "i64") -> str:
        """``then`` where the condition holds."""
        values = f"{self.of(kind)} {then}, {self.of(kind)} {otherwise}"
        return self.make(f"select {self.of('i1')} {condition}, {values}")

    def cast(self, way: str, value: str, kind: str, to: str) -> str:
        """Another type."""
        return self.make(f"{way} {self.of(kind)} {value} to {self.of(to)}")

    def load(self, kind: str, where: str) -> str:
        """What stands at a place and, where several are computed, behind it."""
        return self.make(f"load {self.of(kind)}, ptr {where}, align {BYTES[kind]}")

    def store(self, kind: str, value: str, where: str) -> None:
        """Put a value at a place; a truth as a byte."""
        if kind == "i1":
            kind, value = "i8", self.cast("zext", value, "i1", "i8")
        self.say(f"store {self.of(kind)} {value}, ptr {where}, align {BYTES[kind]}")

    def at(self, kind: str, base: str, place: str | int) -> str:
        """The address of an entry."""
        return self.make(f"getelementptr {kind}, ptr {base}, i64 {place}")

    def pointer(self, array: str, at: int) -> str:
        """An entry of an array of pointers."""
        return self._once((array, at), lambda: self.make(f"load ptr, ptr {self.at('ptr', array, at)}"))

    def _once(self, key: object, make: Callable[[], str]) -> str:
        if key not in self._values:
            self._values[key] = make()
        return self._values[key]

    # --- what stands in memory

    def input(self, name: str) -> str:
        """An input as it was given."""
        array, at = self._places.inputs[name]
        place = "%row" if array == "%lists" else "%firm"
        return self._once(name, lambda: self.load("i64", self.at("i64", self.pointer(array, at), place)))

    def known(self, name: str) -> str:
        """Whether an input is known."""
        return self._once(("known", name), lambda: self.two("icmp ne", self.input(name), UNKNOWN))

    def keep(self, node: Node) -> None:
        """Put a node's values where others find them."""
        self._put(node, *self._scratch(node))

    def give(self, result: Result, column: str) -> None:
        """Put a root's values into a column; of a wide one the upper halves follow all lower ones."""
        node, kind = result.node, result.kind
        if kind == "i64":
            self.store(kind, self.number(node), self.at(kind, column, "%firm"))
        elif kind == "i32":
            self.store(kind, self.cast("trunc", self.number(node), "i64", kind), self.at(kind, column, "%firm"))
        elif kind == "double":
            over = self.cast("sitofp", self.number(node), "i64", kind)
            share = self.two("fdiv", over, self._real(float(result.per)), kind)
            self.store(kind, share, self.at(kind, column, "%firm"))
        else:
            after = self.at("i64", column, "%count")
            lower, upper = (self.at("i8" if kind == "i1" else "i64", base, "%firm") for base in (column, after))
            self._put(node, lower, upper)

    def add_to(self, total: Node, body: Node) -> None:
        """Add a row's value to a sum."""
        lower, upper = self._scratch(total)
        if type_of(total) == "i64":
            self.store("i64", self.two("add", self.load("i64", lower), self.number(body)), lower)
            return
        made = self._add(Wide(self.load("i64", lower), self.load("i64", upper)), self.wide(body))
        self.store("i64", made.low, lower)
        self.store("i64", made.high, upper)

    def _scratch(self, node: Node) -> tuple[str, str]:
        base = self.at("i8", "%scratch", self._places.scratch[id(node)])
        kind = "i8" if type_of(node) == "i1" else "i64"
        return self.at(kind, base, "%place"), self.at("i64", self.at("i64", base, BLOCK), "%place")

    def _put(self, node: Node, lower: str, upper: str) -> None:
        if type_of(node) == "i128":
            wide = self.wide(node)
            self.store("i64", wide.low, lower)
            self.store("i64", wide.high, upper)
        else:
            truth = type_of(node) == "i1"
            self.store("i1" if truth else "i64", self.truth(node) if truth else self.number(node), lower)

    # --- nodes

    def truth(self, node: Node) -> str:
        """Whether a node is other than 0."""
        if node.op == "const":
            return self.all("i1", str(node.lo != 0).lower())
        if type_of(node) == "i1":
            return self._once(("i1", id(node)), lambda: self._truth(node))
        if type_of(node) == "i128":
            wide = self.wide(node)
            return self._once(("i1", id(node)), lambda: self.two("icmp ne", self.two("or", *wide), 0))
        return self._once(("i1", id(node)), lambda: self.two("icmp ne", self.number(node), 0))

    def number(self, node: Node) -> str:
        """A node that 64 bits hold."""
        if node.op == "const":
            return self.all("i64", node.lo)
        if type_of(node) == "i1":
            return self._once(("i64", id(node)), lambda: self.cast("zext", self.truth(node), "i1", "i64"))
        return self._once(("i64", id(node)), lambda: self._number(node))

    def wide(self, node: Node) -> Wide:
        """Any node in 128 bits."""
        if node.op == "const":
            return self._constant(node.lo)
        if id(node) not in self._wide:
            self._wide[id(node)] = self._wide_of(node)
        return self._wide[id(node)]

    def _constant(self, value: int) -> Wide:
        return Wide(self.all("i64", _signed(value)), self.all("i64", _signed(value >> 64)))

    def compute(self, node: Node) -> None:
        """Make the node's value, in its own type."""
        {"i1": self.truth, "i64": self.number, "i128": self.wide}[type_of(node)](node)

    def _is_kept(self, node: Node) -> bool:
        return self._here is not None and id(node) not in self._here and node.op not in CHEAP

    def _truth(self, node: Node) -> str:
        if node.op == "known":
            return self.known(str(node.args[0]))
        if self._is_kept(node):
            return self.two("icmp ne", self.load("i8", self._scratch(node)[0]), 0, "i8")
        if node.op == "not":
            return self.two("xor", self.truth(node.operands[0]), self.all("i1", "true"), "i1")
        if node.op in ("and", "or"):
            return self.joined(node.op, "i1", *map(self.truth, node.operands))
        a, b = node.operands
        if _are_wide(a, b):
            return self._compared(node.op, self.wide(a), self.wide(b))
        return self.two("icmp sge" if node.op == "ge" else "icmp eq", self.number(a), self.number(b))

    def _compared(self, op: str, a: Wide, b: Wide) -> str:
        same = self.two("icmp eq", a.high, b.high)
        lower = self.two("icmp uge" if op == "ge" else "icmp eq", a.low, b.low)
        both = self.two("and", same, lower, "i1")
        return both if op == "eq" else self.two("or", both, self.two("icmp sgt", a.high, b.high), "i1")

    def _number(self, node: Node) -> str:
        if node.op == "fill":
            name = str(node.args[0])
            return self.select(self.known(name), self.input(name), self.all("i64", cast(int, node.args[1])))
        if node.op == "rows" or self._is_kept(node):
            return self.load("i64", self._scratch(node)[0])
        if node.op == "if":
            condition, then, otherwise = node.operands
            return self.select(self.truth(condition), self.number(then), self.number(otherwise))
        if node.op == "step":
            return self._step(node, 0)
        if _are_wide(*node.operands):
            return self._of_wide(node).low
        given = [self.number(operand) for operand in node.operands]
        if node.op in ("add", "mul"):
            return self.joined(node.op, "i64", *given)
        if node.op in ("min", "max"):
            first = self.two("icmp sle" if node.op == "min" else "icmp sge", *given)
            return self.select(first, *given)
        return self._quotient(node).low

    def _wide_of(self, node: Node) -> Wide:
        if type_of(node) != "i128":
            low = self.number(node)
            return Wide(low, self.all("i64", 0) if node.lo >= 0 else self.two("ashr", low, 63))
        if node.op == "rows" or self._is_kept(node):
            lower, upper = self._scratch(node)
            return Wide(self.load("i64", lower), self.load("i64", upper))
        if node.op == "if":
            condition, then, otherwise = node.operands
            return self._chosen(self.truth(condition), self.wide(then), self.wide(otherwise))
        if node.op == "step":
            return Wide(self._step(node, 0), self._step(node, 64))
        return self._of_wide(node)

    def _of_wide(self, node: Node) -> Wide:
        if node.op == "mul":
            return self._product(*node.operands)
        if node.op == "div":
            return self._quotient(node)
        given = [self.wide(operand) for operand in node.operands]
        match node.op:
            case "add":
                return balanced(self._add, given)
            case "min" | "max":
                a, b = given if node.op == "max" else reversed(given)
                return self._chosen(self._compared("ge", a, b), *given)
        raise ValueError(f"no operator of the core form: {node.op}")

    def _chosen(self, condition: str, then: Wide, otherwise: Wide) -> Wide:
        return Wide(*(self.select(condition, one, other) for one, other in zip(then, otherwise, strict=True)))

    def _add(self, a: Wide, b: Wide) -> Wide:
        low = self.two("add", a.low, b.low)
        carry = self.cast("zext", self.two("icmp ult", low, a.low), "i1", "i64")
        return Wide(low, self.two("add", self.two("add", a.high, b.high), carry))

    def _product(self, one: Node, other: Node) -> Wide:
        """By the four products of halves of 32 bits, or by two where one operand has no more than such a half."""
        a, b = (one, other) if _is_short(other) else (other, one)
        return self._multiplied(self.wide(a), self.wide(b), short=_is_short(b))

    def _multiplied(self, a: Wide, b: Wide, *, short: bool) -> Wide:
        a0, a1, b0 = self.two("and", a.low, _INT32), self.two("lshr", a.low, 32), self.two("and", b.low, _INT32)
        middle = self.two("lshr", self.two("mul", a0, b0), 32)
        cross = self.two("mul", a1, b0)
        if short:
            high = self.two("lshr", self.two("add", cross, middle), 32)
        else:
            b1 = self.two("lshr", b.low, 32)
            first = self.two("add", self.two("mul", a0, b1), middle)
            second = self.two("add", cross, self.two("and", first, _INT32))
            carried = self.two("add", self.two("lshr", first, 32), self.two("lshr", second, 32))
            high = self.two("add", self.two("mul", a1, b1), carried)
        for upper, lower in ((a.high, b.low), (b.high, a.low)):
            if upper != self.all("i64", 0):
                high = self.two("add", high, self.two("mul", upper, lower))
        return Wide(self.two("mul", a.low, b.low), high)

    def _subtract(self, a: Wide, b: Wide) -> Wide:
        borrow = self.cast("zext", self.two("icmp ult", a.low, b.low), "i1", "i64")
        return Wide(self.two("sub", a.low, b.low), self.two("sub", self.two("sub", a.high, b.high), borrow))

    def _quotient(self, node: Node) -> Wide:
        """Floor of a quotient whose divisor is at least 1: processors divide whole numbers one by one, floats by the vector.

        Each step takes a float that is surely not above the quotient of what is left, by less than one part in 2⁴⁶, off it.
        """
        over, under = node.operands
        left, by, zero = self.wide(over), self.wide(under), self.all("i64", 0)
        sign = zero if over.lo >= 0 else self.two("ashr", left.high, 63)
        # Of a number below 0 its complement is divided: its floor is the complement of the quotient.
        left = left if over.lo >= 0 else self._complement(left, sign)
        divisor, found = self._float(by), Wide(zero, zero)
        bits = max(node.hi, -node.lo, 1).bit_length()
        while bits > 1:
            shift = max(bits - 60, 0)
            near = self.two(
                "fmul", self.two("fdiv", self._float(left), divisor, "double"), self._real(_UNDER), "double"
            )
            if shift:
                near = self.two("fmul", near, self._real(2.0**-shift), "double")
            some = self._shifted(Wide(self.cast("fptosi", near, "double", "i64"), zero), shift)
            found = self._add(found, some)
            left = self._subtract(left, self._multiplied(some, by, short=_is_short(under) and not shift))
            if type_of(over) == "i64":
                left = Wide(left.low, zero)
            # What is left holds the divisor so many bits fewer times; less than twice at the end.
            bits = max(bits - 45, 1)
        beyond = self.cast("zext", self._compared("ge", left, by), "i1", "i64")
        found = self._add(found, Wide(beyond, zero))
        return found if over.lo >= 0 else self._complement(found, sign)

    def _complement(self, value: Wide, sign: str) -> Wide:
        return Wide(self.two("xor", value.low, sign), self.two("xor", value.high, sign))

    def _shifted(self, value: Wide, by: int) -> Wide:
        """Times a power of 2, of a value whose upper half is 0."""
        if not by:
            return value
        if by >= 64:
            return Wide(value.high, self.two("shl", value.low, by - 64))
        return Wide(self.two("shl", value.low, by), self.two("lshr", value.low, 64 - by))

    def _float(self, value: Wide) -> str:
        low = self.cast("uitofp", value.low, "i64", "double")
        if value.high == self.all("i64", 0):
            return low
        high = self.two("fmul", self.cast("sitofp", value.high, "i64", "double"), self._real(2.0**64), "double")
        return self.two("fadd", high, low, "double")

    def _real(self, value: float) -> str:
        return self.all("double", f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}")

    def _each(self, results: int, make: Callable[..., Sequence[str]], given: Sequence[str]) -> list[str]:
        """What cannot be done for several at once."""
        if self.lanes == 1:
            return list(make(*given))
        found = ["poison"] * results
        for lane in range(self.lanes):
            one = [self.make(f"extractelement {self.of('i64')} {value}, i64 {lane}") for value in given]
            for place, value in enumerate(make(*one)):
                found[place] = self.make(f"insertelement {self.of('i64')} {found[place]}, i64 {value}, i64 {lane}")
        return found

    def _step(self, node: Node, shift: int) -> str:
        """The lower 64 bits of the entry, or the upper."""
        edges, values = (cast(tuple[int, ...], numbers) for numbers in node.args[1:])
        array = self._places.array("i64", [_signed(value >> shift) for value in values])
        below = self._below(edges)
        (place,) = self._each(1, below, [self._within(node)])
        (entry,) = self._each(1, lambda at: [self.make(f"load i64, ptr {self.at('i64', array, at)}")], [place])
        return entry

    def _within(self, node: Node) -> str:
        """What is stepped, kept within reach of the edges, where 64 bits hold it."""
        (over,), (edges, _) = node.operands, (cast(tuple[int, ...], numbers) for numbers in node.args[1:])
        first, last = edges[0], edges[-1] + 1
        if not _are_wide(over):
            value = self.number(over)
            value = self.select(self.two("icmp slt", value, first), self.all("i64", first), value)
            return self.select(self.two("icmp sgt", value, last), self.all("i64", last), value)
        least, most = self._constant(first), self._constant(last)
        wide = self._chosen(self._compared("ge", self.wide(over), least), self.wide(over), least)
        return self._chosen(self._compared("ge", wide, most), most, wide).low

    def _below(self, edges: Sequence[int]) -> Callable[[str], list[str]]:
        array = self._places.array("i64", edges)
        return lambda value: [self.make(f"call i64 @below(ptr {array}, i64 {len(edges)}, i64 {value})")]


def _signed(value: int) -> int:
    """The lower 64 bits as a signed integer."""
    return (value + 2**63) % 2**64 - 2**63


def _are_wide(*nodes: Node) -> bool:
    return any(type_of(node) == "i128" for node in nodes)


def _is_short(node: Node) -> bool:
    return node.lo >= 0 and node.hi <= _INT32
