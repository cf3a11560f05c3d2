"""The machine that evaluates one enterprise: loops of machine code, one for each operator, the same whatever the rules.

It is told what to do by a list of integers (`one_code`): operator, how many, the first slot of what is made, then the slots of the
operands, each time for a run of nodes of which none needs another. A slot holds 64 bits, which most nodes fit; the few others are wide: they
take two slots, the lower bits in the first, and operators of their own.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum
from functools import cache

from scoring.machine import linked

UNKNOWN = -(2**63)
"""Stands for an input that is not known; no input reaches it."""


class Do(IntEnum):
    """What a run does. ``INPUT`` takes the next given numbers, and keeps behind them whether each is known; ``ROWS`` takes a number of
    rows and, where there is none, goes on at the place that stands for how many; ``AGAIN`` goes back behind ``ROWS`` for the next row;
    ``TELL`` gives what slots hold; ``WIDEN`` makes numbers wide. All operands of ``STEP`` and of those named so are wide, but for truths.
    """

    END = 0
    ADD = 1
    MUL = 2
    DIV = 3
    GE = 4
    EQ = 5
    MIN = 6
    MAX = 7
    AND = 8
    OR = 9
    XOR = 10
    IF = 11
    STEP = 12
    INPUT = 13
    ROWS = 14
    AGAIN = 15
    TELL = 16
    WIDEN = 17
    ADD_WIDE = 18
    MUL_WIDE = 19
    DIV_WIDE = 20
    GE_WIDE = 21
    EQ_WIDE = 22
    MIN_WIDE = 23
    MAX_WIDE = 24
    IF_WIDE = 25


_HELD, _WIDE = "i64", "i128"
"""What one slot holds, and what two do."""


def _loop(do: Do, body: str, given: tuple[str, ...] = (_HELD, _HELD), made: str = _HELD) -> str:
    """A loop over a run: loads ``%a``, ``%b``, ``%c`` of the types that are given and stores ``%r``, which the body makes. ``NAME`` stands for the
    operator.
    """
    loads = "".join(
        f"""
  %NAME.{x}.at = getelementptr i32, ptr %NAME.from, i64 {number}
  %NAME.{x}.slot = load i32, ptr %NAME.{x}.at
  %NAME.{x}.place = zext i32 %NAME.{x}.slot to i64
  %NAME.{x}.ptr = getelementptr i64, ptr %v, i64 %NAME.{x}.place
  %NAME.{x} = load {kind}, ptr %NAME.{x}.ptr, align 8"""
        for number, (x, kind) in enumerate(zip("abc", given, strict=False))
    )
    return f"""
NAME:
  br label %NAME.loop
NAME.loop:
  %NAME.i = phi i64 [0, %NAME], [%NAME.next, %NAME.last]
  %NAME.from = phi ptr [%args, %NAME], [%NAME.further, %NAME.last]{loads}
{body}
  br label %NAME.last
NAME.last:
  %NAME.to = getelementptr {made}, ptr %made, i64 %NAME.i
  store {made} %NAME.r, ptr %NAME.to, align 8
  %NAME.further = getelementptr i32, ptr %NAME.from, i64 {len(given)}
  %NAME.next = add i64 %NAME.i, 1
  %NAME.more = icmp ult i64 %NAME.next, %n
  br i1 %NAME.more, label %NAME.loop, label %NAME.done
NAME.done:
  store ptr %NAME.further, ptr %pc
  br label %next
""".replace("NAME", do.name.lower())


def _of_both(do: Do, wide: Do, body: Callable[[str], str], *, truth: bool = False) -> str:
    """The loops of an operator, over what one slot holds and over what is wide."""
    return _loop(do, body(_HELD)) + _loop(wide, body(_WIDE), (_WIDE, _WIDE), _HELD if truth else _WIDE)


def _truth(how: str) -> Callable[[str], str]:
    return lambda kind: f"  %NAME.is = icmp {how} {kind} %NAME.a, %NAME.b\n  %NAME.r = zext i1 %NAME.is to i64"


def _one_of(how: str) -> Callable[[str], str]:
    return lambda kind: (
        f"  %NAME.is = icmp {how} {kind} %NAME.a, %NAME.b\n  %NAME.r = select i1 %NAME.is, {kind} %NAME.a, {kind} %NAME.b"
    )


def _plain(how: str) -> Callable[[str], str]:
    return lambda kind: f"  %NAME.r = {how} {kind} %NAME.a, %NAME.b"


def _if(kind: str) -> str:
    return f"  %NAME.is = icmp ne i64 %NAME.a, 0\n  %NAME.r = select i1 %NAME.is, {kind} %NAME.b, {kind} %NAME.c"


# The floor, of a divisor that is at least 1. Of a number below 0 its complement is divided: its floor is the complement of the quotient.
_DIV = """
  %NAME.sign = ashr i64 %NAME.a, 63
  %NAME.over = xor i64 %NAME.a, %NAME.sign
  %NAME.whole = udiv i64 %NAME.over, %NAME.b
  %NAME.r = xor i64 %NAME.whole, %NAME.sign"""

# Where 64 bits hold both the processor divides; else bit by bit.
_DIV_WIDE = """
  %NAME.sign = ashr i128 %NAME.a, 127
  %NAME.over = xor i128 %NAME.a, %NAME.sign
  %NAME.either = or i128 %NAME.over, %NAME.b
  %NAME.upper = lshr i128 %NAME.either, 64
  %NAME.narrow = icmp eq i128 %NAME.upper, 0
  br i1 %NAME.narrow, label %NAME.narrowly, label %NAME.widely
NAME.narrowly:
  %NAME.over64 = trunc i128 %NAME.over to i64
  %NAME.under64 = trunc i128 %NAME.b to i64
  %NAME.quotient64 = udiv i64 %NAME.over64, %NAME.under64
  %NAME.quotient = zext i64 %NAME.quotient64 to i128
  br label %NAME.divided
NAME.widely:
  %NAME.over.zeros = call i128 @llvm.ctlz.i128(i128 %NAME.over, i1 false)
  %NAME.under.zeros = call i128 @llvm.ctlz.i128(i128 %NAME.b, i1 false)
  %NAME.first = sub i128 %NAME.under.zeros, %NAME.over.zeros
  %NAME.less = icmp slt i128 %NAME.first, 0
  br i1 %NAME.less, label %NAME.divided, label %NAME.bit
NAME.bit:
  %NAME.at = phi i128 [%NAME.first, %NAME.widely], [%NAME.at.next, %NAME.bit]
  %NAME.rest = phi i128 [%NAME.over, %NAME.widely], [%NAME.rest.next, %NAME.bit]
  %NAME.found = phi i128 [0, %NAME.widely], [%NAME.found.next, %NAME.bit]
  %NAME.times = shl i128 %NAME.b, %NAME.at
  %NAME.holds = icmp uge i128 %NAME.rest, %NAME.times
  %NAME.taken = select i1 %NAME.holds, i128 %NAME.times, i128 0
  %NAME.rest.next = sub i128 %NAME.rest, %NAME.taken
  %NAME.one = zext i1 %NAME.holds to i128
  %NAME.set = shl i128 %NAME.one, %NAME.at
  %NAME.found.next = or i128 %NAME.found, %NAME.set
  %NAME.at.next = sub i128 %NAME.at, 1
  %NAME.going = icmp sge i128 %NAME.at.next, 0
  br i1 %NAME.going, label %NAME.bit, label %NAME.divided
NAME.divided:
  %NAME.whole = phi i128 [%NAME.quotient, %NAME.narrowly], [0, %NAME.widely], [%NAME.found.next, %NAME.bit]
  %NAME.r = xor i128 %NAME.whole, %NAME.sign"""

# Slots: what is stepped, the first edge, how many edges there are, the first value. How many edges lie below is found by halving.
_STEP = """
step:
  %step.slots = load <4 x i32>, ptr %args, align 4
  %step.places = zext <4 x i32> %step.slots to <4 x i64>
  %step.a.place = extractelement <4 x i64> %step.places, i64 0
  %step.edges.place = extractelement <4 x i64> %step.places, i64 1
  %step.count = extractelement <4 x i64> %step.places, i64 2
  %step.values.place = extractelement <4 x i64> %step.places, i64 3
  %step.a.ptr = getelementptr i64, ptr %v, i64 %step.a.place
  %step.a = load i128, ptr %step.a.ptr, align 8
  %step.edges = getelementptr i64, ptr %v, i64 %step.edges.place
  %step.values = getelementptr i64, ptr %v, i64 %step.values.place
  br label %step.halve
step.halve:
  %step.low = phi i64 [0, %step], [%step.low.next, %step.middle]
  %step.high = phi i64 [%step.count, %step], [%step.high.next, %step.middle]
  %step.open = icmp ult i64 %step.low, %step.high
  br i1 %step.open, label %step.middle, label %step.found
step.middle:
  %step.both = add i64 %step.low, %step.high
  %step.half = lshr i64 %step.both, 1
  %step.edge.ptr = getelementptr i128, ptr %step.edges, i64 %step.half
  %step.edge = load i128, ptr %step.edge.ptr, align 8
  %step.below = icmp slt i128 %step.edge, %step.a
  %step.after = add i64 %step.half, 1
  %step.low.next = select i1 %step.below, i64 %step.after, i64 %step.low
  %step.high.next = select i1 %step.below, i64 %step.high, i64 %step.half
  br label %step.halve
step.found:
  %step.value.ptr = getelementptr i128, ptr %step.values, i64 %step.low
  %step.value = load i128, ptr %step.value.ptr, align 8
  store i128 %step.value, ptr %made, align 8
  %step.further = getelementptr i32, ptr %args, i64 4
  store ptr %step.further, ptr %pc
  br label %next
"""

_INPUT = f"""
input:
  %input.given = load ptr, ptr %given.at
  br label %input.loop
input.loop:
  %input.i = phi i64 [0, %input], [%input.next, %input.loop]
  %input.ptr = getelementptr i64, ptr %input.given, i64 %input.i
  %input.x = load i64, ptr %input.ptr, align 8
  %input.to = getelementptr i64, ptr %made, i64 %input.i
  store i64 %input.x, ptr %input.to, align 8
  %input.is = icmp ne i64 %input.x, {UNKNOWN}
  %input.known = zext i1 %input.is to i64
  %input.beside = getelementptr i64, ptr %input.to, i64 %n
  store i64 %input.known, ptr %input.beside, align 8
  %input.next = add i64 %input.i, 1
  %input.more = icmp ult i64 %input.next, %n
  br i1 %input.more, label %input.loop, label %input.done
input.done:
  %input.further = getelementptr i64, ptr %input.given, i64 %n
  store ptr %input.further, ptr %given.at
  store ptr %args, ptr %pc
  br label %next
; How many rows there are is the next number that is given.
rows:
  %rows.given = load ptr, ptr %given.at
  %rows.count = load i64, ptr %rows.given, align 8
  %rows.further = getelementptr i64, ptr %rows.given, i64 1
  store ptr %rows.further, ptr %given.at
  store i64 %rows.count, ptr %left
  store ptr %args, ptr %begin
  %rows.none = icmp eq i64 %rows.count, 0
  %rows.end = getelementptr i32, ptr %code, i64 %n
  %rows.on = select i1 %rows.none, ptr %rows.end, ptr %args
  store ptr %rows.on, ptr %pc
  br label %next
again:
  %again.before = load i64, ptr %left
  %again.left = sub i64 %again.before, 1
  store i64 %again.left, ptr %left
  %again.back = load ptr, ptr %begin
  %again.none = icmp eq i64 %again.left, 0
  %again.on = select i1 %again.none, ptr %args, ptr %again.back
  store ptr %again.on, ptr %pc
  br label %next
"""


_TELL = """
tell:
  %tell.told = load ptr, ptr %told.at
  br label %tell.loop
tell.loop:
  %tell.i = phi i64 [0, %tell], [%tell.next, %tell.loop]
  %tell.a.at = getelementptr i32, ptr %args, i64 %tell.i
  %tell.a.slot = load i32, ptr %tell.a.at
  %tell.a.place = zext i32 %tell.a.slot to i64
  %tell.a.ptr = getelementptr i64, ptr %v, i64 %tell.a.place
  %tell.a = load i64, ptr %tell.a.ptr, align 8
  %tell.to = getelementptr i64, ptr %tell.told, i64 %tell.i
  store i64 %tell.a, ptr %tell.to, align 8
  %tell.next = add i64 %tell.i, 1
  %tell.more = icmp ult i64 %tell.next, %n
  br i1 %tell.more, label %tell.loop, label %tell.done
tell.done:
  %tell.further = getelementptr i64, ptr %tell.told, i64 %n
  store ptr %tell.further, ptr %told.at
  %tell.on = getelementptr i32, ptr %args, i64 %n
  store ptr %tell.on, ptr %pc
  br label %next
"""

_LOOPS = (
    _of_both(Do.ADD, Do.ADD_WIDE, _plain("add")),
    _of_both(Do.MUL, Do.MUL_WIDE, _plain("mul")),
    _of_both(Do.DIV, Do.DIV_WIDE, lambda kind: _DIV if kind == _HELD else _DIV_WIDE),
    _of_both(Do.GE, Do.GE_WIDE, _truth("sge"), truth=True),
    _of_both(Do.EQ, Do.EQ_WIDE, _truth("eq"), truth=True),
    _of_both(Do.MIN, Do.MIN_WIDE, _one_of("sle")),
    _of_both(Do.MAX, Do.MAX_WIDE, _one_of("sge")),
    _loop(Do.AND, _plain("and")(_HELD)),
    _loop(Do.OR, _plain("or")(_HELD)),
    _loop(Do.XOR, _plain("xor")(_HELD)),
    _loop(Do.IF, _if(_HELD), (_HELD, _HELD, _HELD)),
    _loop(Do.IF_WIDE, _if(_WIDE), (_HELD, _WIDE, _WIDE), _WIDE),
    _loop(Do.WIDEN, "  %NAME.r = sext i64 %NAME.a to i128", (_HELD,), _WIDE),
    _STEP,
    _INPUT,
    _TELL,
)

_TEXT = f"""
declare i128 @llvm.ctlz.i128(i128, i1)
define void @evaluate(ptr %code, ptr %v, ptr %given, ptr %told) {{
entry:
  %pc = alloca ptr
  %given.at = alloca ptr
  %told.at = alloca ptr
  %left = alloca i64
  %begin = alloca ptr
  store ptr %code, ptr %pc
  store ptr %given, ptr %given.at
  store ptr %told, ptr %told.at
  br label %next
; A run: what it does, how many, the first slot of what is made, the slots of the operands.
next:
  %head = load ptr, ptr %pc
  %do = load i32, ptr %head, align 4
  %n.at = getelementptr i32, ptr %head, i64 1
  %n.short = load i32, ptr %n.at, align 4
  %n = zext i32 %n.short to i64
  %made.at = getelementptr i32, ptr %head, i64 2
  %made.slot = load i32, ptr %made.at, align 4
  %made.place = zext i32 %made.slot to i64
  %made = getelementptr i64, ptr %v, i64 %made.place
  %args = getelementptr i32, ptr %head, i64 3
  switch i32 %do, label %end [{" ".join(f"i32 {do.value}, label %{do.name.lower()}" for do in Do if do)}]
end:
  ret void
{"".join(_LOOPS)}}}
"""


@cache
def machine() -> Callable[..., None]:
    """Runs a code, given the addresses of code, slots, given numbers, and where to tell."""
    return linked(_TEXT, [ctypes.c_void_p] * 4, brief=True)
