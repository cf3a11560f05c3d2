"""The machine that evaluates one enterprise: loops of machine code, one for each operator, the same whatever the rules.

It is told what to do by a list of integers (`one_code`): operator, how many, the first slot of what is made, then the slots of the
operands, each time for a run of nodes of which none needs another. A slot holds 128 bits, which every node of the core form fits.
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
    ``TELL`` and ``UPPER`` give the lower and the upper 64 bits of slots.
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
    UPPER = 17


def _loop(do: Do, operands: int, body: str) -> str:
    """A loop over a run: loads ``%a``, ``%b``, ``%c`` and stores ``%r``, which the body makes. ``NAME`` stands for the operator."""
    loads = "".join(
        f"""
  %NAME.{x}.at = getelementptr i32, ptr %NAME.from, i64 {number}
  %NAME.{x}.slot = load i32, ptr %NAME.{x}.at
  %NAME.{x}.place = zext i32 %NAME.{x}.slot to i64
  %NAME.{x}.ptr = getelementptr i128, ptr %v, i64 %NAME.{x}.place
  %NAME.{x} = load i128, ptr %NAME.{x}.ptr, align 8"""
        for number, x in enumerate("abc"[:operands])
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
  %NAME.to = getelementptr i128, ptr %made, i64 %NAME.i
  store i128 %NAME.r, ptr %NAME.to, align 8
  %NAME.further = getelementptr i32, ptr %NAME.from, i64 {operands}
  %NAME.next = add i64 %NAME.i, 1
  %NAME.more = icmp ult i64 %NAME.next, %n
  br i1 %NAME.more, label %NAME.loop, label %NAME.done
NAME.done:
  store ptr %NAME.further, ptr %pc
  br label %next
""".replace("NAME", do.name.lower())


def _truth(how: str) -> str:
    return f"  %NAME.is = icmp {how} i128 %NAME.a, %NAME.b\n  %NAME.r = zext i1 %NAME.is to i128"


def _one_of(how: str) -> str:
    return f"  %NAME.is = icmp {how} i128 %NAME.a, %NAME.b\n  %NAME.r = select i1 %NAME.is, i128 %NAME.a, i128 %NAME.b"


def _plain(how: str) -> str:
    return f"  %NAME.r = {how} i128 %NAME.a, %NAME.b"


_IF = "  %NAME.is = icmp ne i128 %NAME.a, 0\n  %NAME.r = select i1 %NAME.is, i128 %NAME.b, i128 %NAME.c"

# The floor, of a divisor that is at least 1. Of a number below 0 its complement is divided: its floor is the complement of the quotient.
# Where 64 bits hold both the processor divides; else bit by bit.
_DIV = """
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
  %step.a.ptr = getelementptr i128, ptr %v, i64 %step.a.place
  %step.a = load i128, ptr %step.a.ptr, align 8
  %step.edges = getelementptr i128, ptr %v, i64 %step.edges.place
  %step.values = getelementptr i128, ptr %v, i64 %step.values.place
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
  %input.wide = sext i64 %input.x to i128
  %input.to = getelementptr i128, ptr %made, i64 %input.i
  store i128 %input.wide, ptr %input.to, align 8
  %input.is = icmp ne i64 %input.x, {UNKNOWN}
  %input.known = zext i1 %input.is to i128
  %input.beside = getelementptr i128, ptr %input.to, i64 %n
  store i128 %input.known, ptr %input.beside, align 8
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


def _told(do: Do, shift: int) -> str:
    return f"""
NAME:
  %NAME.told = load ptr, ptr %told.at
  br label %NAME.loop
NAME.loop:
  %NAME.i = phi i64 [0, %NAME], [%NAME.next, %NAME.loop]
  %NAME.a.at = getelementptr i32, ptr %args, i64 %NAME.i
  %NAME.a.slot = load i32, ptr %NAME.a.at
  %NAME.a.place = zext i32 %NAME.a.slot to i64
  %NAME.a.ptr = getelementptr i128, ptr %v, i64 %NAME.a.place
  %NAME.a = load i128, ptr %NAME.a.ptr, align 8
  %NAME.shifted = lshr i128 %NAME.a, {shift}
  %NAME.x = trunc i128 %NAME.shifted to i64
  %NAME.to = getelementptr i64, ptr %NAME.told, i64 %NAME.i
  store i64 %NAME.x, ptr %NAME.to, align 8
  %NAME.next = add i64 %NAME.i, 1
  %NAME.more = icmp ult i64 %NAME.next, %n
  br i1 %NAME.more, label %NAME.loop, label %NAME.done
NAME.done:
  %NAME.further = getelementptr i64, ptr %NAME.told, i64 %n
  store ptr %NAME.further, ptr %told.at
  %NAME.on = getelementptr i32, ptr %args, i64 %n
  store ptr %NAME.on, ptr %pc
  br label %next
""".replace("NAME", do.name.lower())


_LOOPS = (
    _loop(Do.ADD, 2, _plain("add")),
    _loop(Do.MUL, 2, _plain("mul")),
    _loop(Do.DIV, 2, _DIV),
    _loop(Do.GE, 2, _truth("sge")),
    _loop(Do.EQ, 2, _truth("eq")),
    _loop(Do.MIN, 2, _one_of("sle")),
    _loop(Do.MAX, 2, _one_of("sge")),
    _loop(Do.AND, 2, _plain("and")),
    _loop(Do.OR, 2, _plain("or")),
    _loop(Do.XOR, 2, _plain("xor")),
    _loop(Do.IF, 3, _IF),
    _STEP,
    _INPUT,
    _told(Do.TELL, 0),
    _told(Do.UPPER, 64),
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
  %made = getelementptr i128, ptr %v, i64 %made.place
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
