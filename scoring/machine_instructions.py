"""Instructions of LLVM's intermediate language, for one enterprise or for several at once; integers of 128 bits are two of 64."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from scoring.core import balanced
from scoring.machine_types import BYTES, INT32


class Wide(NamedTuple):
    """The lower 64 bits, and the upper, which carry the sign."""

    low: str
    high: str


class Instructions:
    """Instructions, and the values that they have made."""

    def __init__(self, lanes: int, outer: Instructions | None = None) -> None:
        self.lanes = lanes
        self.lines: list[str] = outer.lines if outer else []
        self._count: list[int] = outer._count if outer else [0]
        self._values: dict[object, str] = dict(outer._values) if outer else {}

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
        """Put a value at a place."""
        self.say(f"store {self.of(kind)} {value}, ptr {where}, align {BYTES[kind]}")

    def at(self, kind: str, base: str, place: str | int) -> str:
        """The address of an entry."""
        return self.make(f"getelementptr {kind}, ptr {base}, i64 {place}")

    def pointer(self, array: str, at: int) -> str:
        """An entry of an array of pointers."""
        return self.once((array, at), lambda: self.make(f"load ptr, ptr {self.at('ptr', array, at)}"))

    def once(self, key: object, make: Callable[[], str]) -> str:
        """What was made under a key before, or is made now."""
        if key not in self._values:
            self._values[key] = make()
        return self._values[key]

    def real(self, value: float) -> str:
        """The same float for each."""
        return self.all("double", f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}")

    # --- integers of 128 bits

    def constant(self, value: int) -> Wide:
        """The same integer for each."""
        return Wide(self.all("i64", signed(value)), self.all("i64", signed(value >> 64)))

    def compared(self, op: str, a: Wide, b: Wide) -> str:
        """Whether a ≥ b (``ge``), or a = b (``eq``)."""
        same = self.two("icmp eq", a.high, b.high)
        lower = self.two("icmp uge" if op == "ge" else "icmp eq", a.low, b.low)
        both = self.two("and", same, lower, "i1")
        return both if op == "eq" else self.two("or", both, self.two("icmp sgt", a.high, b.high), "i1")

    def chosen(self, condition: str, then: Wide, otherwise: Wide) -> Wide:
        """``then`` where the condition holds."""
        return Wide(*(self.select(condition, one, other) for one, other in zip(then, otherwise, strict=True)))

    def sum(self, a: Wide, b: Wide) -> Wide:
        """a + b."""
        low = self.two("add", a.low, b.low)
        carry = self.cast("zext", self.two("icmp ult", low, a.low), "i1", "i64")
        return Wide(low, self.two("add", self.two("add", a.high, b.high), carry))

    def multiplied(self, a: Wide, b: Wide, *, short: bool) -> Wide:
        """a · b by the four products of halves of 32 bits; by two where b has no more than such a half (``short``)."""
        a0, a1, b0 = self.two("and", a.low, INT32), self.two("lshr", a.low, 32), self.two("and", b.low, INT32)
        middle = self.two("lshr", self.two("mul", a0, b0), 32)
        cross = self.two("mul", a1, b0)
        if short:
            high = self.two("lshr", self.two("add", cross, middle), 32)
        else:
            b1 = self.two("lshr", b.low, 32)
            first = self.two("add", self.two("mul", a0, b1), middle)
            second = self.two("add", cross, self.two("and", first, INT32))
            carried = self.two("add", self.two("lshr", first, 32), self.two("lshr", second, 32))
            high = self.two("add", self.two("mul", a1, b1), carried)
        for upper, lower in ((a.high, b.low), (b.high, a.low)):
            if upper != self.all("i64", 0):
                high = self.two("add", high, self.two("mul", upper, lower))
        return Wide(self.two("mul", a.low, b.low), high)

    def difference(self, a: Wide, b: Wide) -> Wide:
        """a − b."""
        borrow = self.cast("zext", self.two("icmp ult", a.low, b.low), "i1", "i64")
        return Wide(self.two("sub", a.low, b.low), self.two("sub", self.two("sub", a.high, b.high), borrow))

    def complement(self, value: Wide, sign: str) -> Wide:
        """−1 − value where the sign is −1, the value where it is 0."""
        return Wide(self.two("xor", value.low, sign), self.two("xor", value.high, sign))

    def shifted(self, value: Wide, by: int) -> Wide:
        """Times a power of 2, of a value whose upper half is 0."""
        if not by:
            return value
        if by >= 64:
            return Wide(value.high, self.two("shl", value.low, by - 64))
        return Wide(self.two("shl", value.low, by), self.two("lshr", value.low, 64 - by))

    def as_float(self, value: Wide) -> str:
        """The float that is near a value."""
        low = self.cast("uitofp", value.low, "i64", "double")
        if value.high == self.all("i64", 0):
            return low
        high = self.two("fmul", self.cast("sitofp", value.high, "i64", "double"), self.real(2.0**64), "double")
        return self.two("fadd", high, low, "double")


def signed(value: int) -> int:
    """The lower 64 bits as a signed integer."""
    return (value + 2**63) % 2**64 - 2**63
