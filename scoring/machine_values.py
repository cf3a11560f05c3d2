"""The core form's operators as instructions of LLVM's intermediate language, for one enterprise or for several at once.

A truth is an ``i1``, another node an ``i64``, or where its bounds need it two of them, the lower 64 bits and the upper: a
processor has no vectors of 128 bits. What is computed of wide operands is computed wide, so nothing overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol, cast

from scoring.core import Node, balanced
from scoring.machine_instructions import Instructions, Wide, signed
from scoring.machine_types import BLOCK, INT32, Result, is_cheap, kept_as, type_of

_UNDER = 1 - 2.0**-47
"""Takes a float surely below what the roundings behind it stand for."""


class Places(Protocol):
    """Where values stand in memory."""

    @property
    def inputs(self) -> Mapping[str, tuple[str, int]]:
        """By input, the array of pointers to columns and the place in it of its values; that of its known ones comes after."""

    @property
    def scratch(self) -> Mapping[int, int]:
        """By node, where its values of a block begin: sums over rows, and what other pieces of the code have computed."""

    def array(self, kind: str, values: Sequence[int]) -> str:
        """The name of an array of constants."""


class Writer(Instructions):
    """Instructions that make the values of nodes."""

    def __init__(
        self, places: Places, lanes: int, here: Collection[int] | None = None, outer: Writer | None = None
    ) -> None:
        """``here``: the nodes to compute; others are read where they were kept. All where None."""
        super().__init__(lanes, outer)
        self._places, self._here = places, here
        self._wide: dict[int, Wide] = dict(outer._wide) if outer else {}

    def within(self) -> Writer:
        """One that goes on where this one ends, in a branch: it knows the values made so far."""
        return Writer(self._places, self.lanes, self._here, self)

    # --- what stands in memory

    def input(self, name: str) -> str:
        """An input as it was given, anything where it is unknown."""
        array, at, place = self._where(name)
        return self.once(name, lambda: self.load("i64", self.at("i64", self.pointer(array, at), place)))

    def known(self, name: str) -> str:
        """Whether an input is known."""
        return self.once(("known", name), lambda: self._known(*self._where(name)))

    def are_known(self, names: Iterable[str]) -> None:
        """From here on these inputs are surely known."""
        self._values.update({("known", name): "true" for name in names})

    def _where(self, name: str) -> tuple[str, int, str]:
        array, at = self._places.inputs[name]
        return array, at, "%row" if array == "%lists" else "%firm"

    def _known(self, array: str, at: int, place: str) -> str:
        """Bits from within a byte on."""
        byte = self.once(("byte", place), lambda: self.make(f"lshr i64 {place}, 3"))
        some = self.make(f"load i16, ptr {self.at('i8', self.pointer(array, at + 1), byte)}, align 1")
        shift = self.once(("shift", place), lambda: self._shift(place))
        bits = self.make(f"trunc i16 {self.make(f'lshr i16 {some}, {shift}')} to i{self.lanes}")
        return bits if self.lanes == 1 else self.make(f"bitcast i{self.lanes} {bits} to {self.of('i1')}")

    def _shift(self, place: str) -> str:
        return self.make(f"trunc i64 {self.make(f'and i64 {place}, 7')} to i16")

    def keep(self, node: Node) -> None:
        """Put a node's values where others find them."""
        match type_of(node):
            case "i1":
                bits = self.make(f"bitcast {self.of('i1')} {self.truth(node)} to i{self.lanes}")
                self.say(f"store i{self.lanes} {bits}, ptr {self._scratch(node)[0]}")
            case "i64":
                self._keep(node, self.number(node))
            case _:
                self._put(self.wide(node), *self._scratch(node))

    def give(self, result: Result, column: str) -> None:
        """Put a root's values into a column; of a wide one the upper halves follow all lower ones."""
        node, kind = result.node, result.kind
        if kind == "i64":
            self.store(kind, self.number(node), self.at(kind, column, "%firm"))
        elif kind == "i8":
            self.store(kind, self.cast("trunc", self.number(node), "i64", kind), self.at(kind, column, "%firm"))
        elif kind == "double":
            over = self.cast("sitofp", self.number(node), "i64", kind)
            share = self.two("fdiv", over, self.real(float(result.per)), kind)
            self.store(kind, share, self.at(kind, column, "%firm"))
        elif kind == "i1":
            self.store("i8", self.cast("zext", self.truth(node), "i1", "i8"), self.at("i8", column, "%firm"))
        else:
            after = self.at("i64", column, "%count")
            self._put(self.wide(node), self.at("i64", column, "%firm"), self.at("i64", after, "%firm"))

    def add_to(self, total: Node, body: Node) -> None:
        """Add a row's value to a sum."""
        if type_of(total) == "i64":
            self._keep(total, self.two("add", self._kept(total), self.number(body)))
            return
        lower, upper = self._scratch(total)
        self._put(self.sum(Wide(self.load("i64", lower), self.load("i64", upper)), self.wide(body)), lower, upper)

    def _scratch(self, node: Node) -> tuple[str, str]:
        base = self.at("i8", "%scratch", self._places.scratch[id(node)])
        if type_of(node) == "i1":
            return self.at("i8", base, "%byte"), base
        kind = "i64" if type_of(node) == "i128" else kept_as(node)
        return self.at(kind, base, "%place"), self.at("i64", self.at("i64", base, BLOCK), "%place")

    def _kept(self, node: Node) -> str:
        kind = kept_as(node)
        value = self.load(kind, self._scratch(node)[0])
        return value if kind == "i64" else self.cast("sext", value, kind, "i64")

    def _keep(self, node: Node, value: str) -> None:
        kind = kept_as(node)
        self.store(kind, value if kind == "i64" else self.cast("trunc", value, "i64", kind), self._scratch(node)[0])

    def _put(self, wide: Wide, lower: str, upper: str) -> None:
        self.store("i64", wide.low, lower)
        self.store("i64", wide.high, upper)

    # --- nodes

    def truth(self, node: Node) -> str:
        """Whether a node that is 0 or 1 is 1."""
        if node.op == "const":
            return self.all("i1", str(node.lo != 0).lower())
        return self.once(("i1", id(node)), lambda: self._truth(node))

    def number(self, node: Node) -> str:
        """A node that 64 bits hold."""
        if node.op == "const":
            return self.all("i64", node.lo)
        if type_of(node) == "i1":
            return self.once(("i64", id(node)), lambda: self.cast("zext", self.truth(node), "i1", "i64"))
        return self.once(("i64", id(node)), lambda: self._number(node))

    def wide(self, node: Node) -> Wide:
        """Any node in 128 bits."""
        if node.op == "const":
            return self.constant(node.lo)
        if id(node) not in self._wide:
            self._wide[id(node)] = self._wide_of(node)
        return self._wide[id(node)]

    def compute(self, node: Node) -> None:
        """Make the node's value, in its own type."""
        {"i1": self.truth, "i64": self.number, "i128": self.wide}[type_of(node)](node)

    def _is_kept(self, node: Node) -> bool:
        return self._here is not None and id(node) not in self._here and not is_cheap(node)

    def _truth(self, node: Node) -> str:
        if self._is_kept(node):
            bits = self.make(f"load i{self.lanes}, ptr {self._scratch(node)[0]}")
            return self.make(f"bitcast i{self.lanes} {bits} to {self.of('i1')}")
        if node.op == "known":
            return self.known(str(node.args[0]))
        if node.op == "not":
            return self.two("xor", self.truth(node.operands[0]), self.all("i1", "true"), "i1")
        if node.op in ("and", "or"):
            return self.joined(node.op, "i1", *map(self.truth, node.operands))
        if node.op not in ("ge", "eq"):
            return self.two("icmp ne", self._number(node), 0)
        a, b = node.operands
        if _are_wide(a, b):
            return self.compared(node.op, self.wide(a), self.wide(b))
        return self.two("icmp sge" if node.op == "ge" else "icmp eq", self.number(a), self.number(b))

    def _number(self, node: Node) -> str:
        if node.op == "fill":
            name = str(node.args[0])
            return self.select(self.known(name), self.input(name), self.all("i64", cast(int, node.args[1])))
        if node.op == "rows" or self._is_kept(node):
            return self._kept(node)
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
            return self.chosen(self.truth(condition), self.wide(then), self.wide(otherwise))
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
                return balanced(self.sum, given)
            case "min" | "max":
                a, b = given if node.op == "max" else reversed(given)
                return self.chosen(self.compared("ge", a, b), *given)
        raise ValueError(f"no operator of the core form: {node.op}")

    def _product(self, one: Node, other: Node) -> Wide:
        """By the four products of halves of 32 bits, or by two where one operand has no more than such a half."""
        a, b = (one, other) if _is_short(other) else (other, one)
        return self.multiplied(self.wide(a), self.wide(b), short=_is_short(b))

    def _quotient(self, node: Node) -> Wide:
        """Floor of a quotient whose divisor is at least 1: processors divide whole numbers one by one, floats by the vector.

        Each step takes a float that is surely not above the quotient of what is left, by less than one part in 2⁴⁶, off it.
        """
        over, under = node.operands
        left, by, zero = self.wide(over), self.wide(under), self.all("i64", 0)
        sign = zero if over.lo >= 0 else self.two("ashr", left.high, 63)
        # Of a number below 0 its complement is divided: its floor is the complement of the quotient.
        left = left if over.lo >= 0 else self.complement(left, sign)
        divisor, found = self.as_float(by), Wide(zero, zero)
        bits = max(node.hi, -node.lo, 1).bit_length()
        while bits > 1:
            shift = max(bits - 60, 0)
            near = self.two(
                "fmul", self.two("fdiv", self.as_float(left), divisor, "double"), self.real(_UNDER), "double"
            )
            if shift:
                near = self.two("fmul", near, self.real(2.0**-shift), "double")
            some = self.shifted(Wide(self.cast("fptosi", near, "double", "i64"), zero), shift)
            found = self.sum(found, some)
            left = self.difference(left, self.multiplied(some, by, short=_is_short(under) and not shift))
            if type_of(over) == "i64":
                left = Wide(left.low, zero)
            # What is left holds the divisor so many bits fewer times; less than twice at the end.
            bits = max(bits - 45, 1)
        beyond = self.cast("zext", self.compared("ge", left, by), "i1", "i64")
        found = self.sum(found, Wide(beyond, zero))
        return found if over.lo >= 0 else self.complement(found, sign)

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
        array = self._places.array("i64", [signed(value >> shift) for value in values])
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
        least, most = self.constant(first), self.constant(last)
        wide = self.chosen(self.compared("ge", self.wide(over), least), self.wide(over), least)
        return self.chosen(self.compared("ge", wide, most), most, wide).low

    def _below(self, edges: Sequence[int]) -> Callable[[str], list[str]]:
        array = self._places.array("i64", edges)
        return lambda value: [self.make(f"call i64 @below(ptr {array}, i64 {len(edges)}, i64 {value})")]


def _are_wide(*nodes: Node) -> bool:
    return any(type_of(node) == "i128" for node in nodes)


def _is_short(node: Node) -> bool:
    return node.lo >= 0 and node.hi <= INT32
