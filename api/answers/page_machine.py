"""How a page is put together: for each question the words kept of an enterprise's numbers are found, then all is copied in turn.

In machine code, the same whatever is asked; `api.answers.page` says what the lists hold.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum
from functools import cache

from api.answers.page_search import SEARCH
from scoring.machine import linked
from scoring.one_machine import UNKNOWN

RANK = 6
"""Where in a record the rank stands; before it are place, length and rooms of the text, then of the reason, 0 where there is none."""
RANK_BITS = 43
"""A rank has so many; below them stands which of the pieces it is, at most 2²⁰."""
HEAD = 4
"""Numbers that are told first: of questions whose key was never met, bytes, pieces with rooms, reasons with rooms. Then come three lists:
those questions, or the records of those pieces; the records of those reasons; where each section begins, in bytes and in rooms before
it, and where the last one ends. Each has space for all pieces.
"""
BEYOND = 32
"""Bytes that may be read and written behind a text."""


class Step(IntEnum):
    """One step, each of three numbers: the step, and of ``SAY`` where a text stands and its length; of ``ASK`` a question; of ``NUMBER``
    the place of a number; of ``KNOWN`` one that skips the next two steps where it is `UNKNOWN`; of ``REASONS`` the first question and
    the one behind the last.
    """

    END = 0
    SAY = 1
    ASK = 2
    NUMBER = 3
    KNOWN = 4
    REASONS = 5
    SECTION = 6


_NULS = r"\00" * (BEYOND - 1)
_LOOP = f"<{BEYOND} x i8>"

_TEXT = f"""{SEARCH}
@comma = private constant [{BEYOND} x i8] c",{_NULS}"

; Puts a text behind what stands there, as far as there is room; where it ends, or would.
define internal i64 @put(ptr %out, i64 %pos, i64 %room, ptr %text, i64 %len) {{
entry:
  %end = add i64 %pos, %len
  %over = icmp ugt i64 %end, %room
  %none = icmp eq i64 %len, 0
  %skip = or i1 %over, %none
  br i1 %skip, label %done, label %loop
loop:
  %i = phi i64 [0, %entry], [%i.next, %loop]
  %from = getelementptr i8, ptr %text, i64 %i
  %some = load {_LOOP}, ptr %from, align 1
  %at = add i64 %pos, %i
  %to = getelementptr i8, ptr %out, i64 %at
  store {_LOOP} %some, ptr %to, align 1
  %i.next = add i64 %i, {BEYOND}
  %more = icmp ult i64 %i.next, %len
  br i1 %more, label %loop, label %done
done:
  ret i64 %end
}}

; Here a section begins.
define internal void @mark(ptr %bounds, ptr %sections, ptr %pos, ptr %rooms) {{
  %n = load i64, ptr %sections
  %twice = shl i64 %n, 1
  %bytes.at = getelementptr i64, ptr %bounds, i64 %twice
  %bytes = load i64, ptr %pos
  store i64 %bytes, ptr %bytes.at
  %rooms.at = getelementptr i64, ptr %bytes.at, i64 1
  %before = load i64, ptr %rooms
  store i64 %before, ptr %rooms.at
  %more = add i64 %n, 1
  store i64 %more, ptr %sections
  ret void
}}

define void @evaluate(ptr %steps, i64 %count, ptr %questions, ptr %numbers, ptr %found, ptr %out, i64 %room, ptr %told) {{
entry:
  %pos = alloca i64
  %names = alloca i64
  %whys = alloca i64
  %rooms = alloca i64
  %sections = alloca i64
  %begun = alloca i64
  %digits = alloca [{2 * BEYOND} x i8]
  %list = getelementptr i64, ptr %told, i64 {HEAD}
  %list.of.whys = getelementptr i64, ptr %list, i64 %count
  %bounds = getelementptr i64, ptr %list.of.whys, i64 %count
  %sorted = getelementptr i64, ptr %found, i64 %count
  store i64 0, ptr %pos
  store i64 0, ptr %names
  store i64 0, ptr %whys
  store i64 0, ptr %rooms
  store i64 0, ptr %sections
  store i64 0, ptr %begun
  %misses = call i64 @search(ptr %questions, i64 %count, ptr %numbers, ptr %found, ptr %sorted, ptr %list)
  store i64 %misses, ptr %told
  %complete = icmp eq i64 %misses, 0
  br i1 %complete, label %found.all, label %out.of
; Nothing is told where a key was never met: all those questions are listed.
found.all:
  call void @bring(ptr %found, i64 %count)
  br label %step

step:
  %now = phi ptr [%steps, %found.all], [%now.next, %stepped], [%now.after, %known]
  %kind = load i64, ptr %now
  %one.at = getelementptr i64, ptr %now, i64 1
  %one = load i64, ptr %one.at
  %two.at = getelementptr i64, ptr %now, i64 2
  %two = load i64, ptr %two.at
  %now.next = getelementptr i64, ptr %now, i64 3
  switch i64 %kind, label %end [
    i64 {Step.SAY.value}, label %say
    i64 {Step.ASK.value}, label %ask
    i64 {Step.NUMBER.value}, label %number
    i64 {Step.KNOWN.value}, label %known
    i64 {Step.REASONS.value}, label %reasons
    i64 {Step.SECTION.value}, label %section
  ]
stepped:
  br label %step
say:
  %say.text = inttoptr i64 %one to ptr
  %say.pos = load i64, ptr %pos
  %say.end = call i64 @put(ptr %out, i64 %say.pos, i64 %room, ptr %say.text, i64 %two)
  store i64 %say.end, ptr %pos
  br label %stepped
; The last digit first.
number:
  %number.at = getelementptr i64, ptr %numbers, i64 %one
  %signed = load i64, ptr %number.at
  %single = icmp ult i64 %signed, 10
  br i1 %single, label %one.digit, label %several
; Most numbers are truths.
one.digit:
  %one.pos = load i64, ptr %pos
  %one.end = add i64 %one.pos, 1
  store i64 %one.end, ptr %pos
  %one.fits = icmp ule i64 %one.end, %room
  br i1 %one.fits, label %one.put, label %stepped
one.put:
  %one.short = trunc i64 %signed to i8
  %one.text = add i8 %one.short, 48
  %one.at.out = getelementptr i8, ptr %out, i64 %one.pos
  store i8 %one.text, ptr %one.at.out
  br label %stepped
several:
  %negative = icmp slt i64 %signed, 0
  %opposite = sub i64 0, %signed
  %size = select i1 %negative, i64 %opposite, i64 %signed
  br label %digit
digit:
  %rest = phi i64 [%size, %several], [%tenth, %digit]
  %place = phi i64 [{BEYOND}, %several], [%place.next, %digit]
  %tenth = udiv i64 %rest, 10
  %tens = mul i64 %tenth, 10
  %ones = sub i64 %rest, %tens
  %ones.short = trunc i64 %ones to i8
  %ones.text = add i8 %ones.short, 48
  %place.next = sub i64 %place, 1
  %digit.at = getelementptr i8, ptr %digits, i64 %place.next
  store i8 %ones.text, ptr %digit.at
  %digit.more = icmp ne i64 %tenth, 0
  br i1 %digit.more, label %digit, label %sign
sign:
  %place.signed = sub i64 %place.next, 1
  %sign.at = getelementptr i8, ptr %digits, i64 %place.signed
  store i8 45, ptr %sign.at
  %begin = select i1 %negative, i64 %place.signed, i64 %place.next
  %length = sub i64 {BEYOND}, %begin
  %number.text = getelementptr i8, ptr %digits, i64 %begin
  %number.pos = load i64, ptr %pos
  %number.end = call i64 @put(ptr %out, i64 %number.pos, i64 %room, ptr %number.text, i64 %length)
  store i64 %number.end, ptr %pos
  br label %stepped
; Where the number is not known this step and two more are left out.
known:
  %known.at = getelementptr i64, ptr %numbers, i64 %one
  %known.number = load i64, ptr %known.at
  %known.not = icmp eq i64 %known.number, {UNKNOWN}
  %known.skipped = select i1 %known.not, i64 9, i64 3
  %now.after = getelementptr i64, ptr %now, i64 %known.skipped
  br label %step
section:
  call void @mark(ptr %bounds, ptr %sections, ptr %pos, ptr %rooms)
  %section.begun = load i64, ptr %pos
  store i64 %section.begun, ptr %begun
  br label %stepped
; A record: text, its length and rooms; reason, its length and rooms; rank.
ask:
  %ask.at = getelementptr ptr, ptr %found, i64 %one
  %ask.record = load ptr, ptr %ask.at
  %ask.text = load ptr, ptr %ask.record
  %ask.len.at = getelementptr i64, ptr %ask.record, i64 1
  %ask.len = load i64, ptr %ask.len.at
  %ask.rooms.at = getelementptr i64, ptr %ask.record, i64 2
  %ask.rooms = load i64, ptr %ask.rooms.at
  %ask.pos = load i64, ptr %pos
  %ask.end = call i64 @put(ptr %out, i64 %ask.pos, i64 %room, ptr %ask.text, i64 %ask.len)
  store i64 %ask.end, ptr %pos
  %ask.plain = icmp eq i64 %ask.rooms, 0
  br i1 %ask.plain, label %stepped, label %ask.name
ask.name:
  %ask.names = load i64, ptr %names
  %ask.name.at = getelementptr ptr, ptr %list, i64 %ask.names
  store ptr %ask.record, ptr %ask.name.at
  %ask.names.more = add i64 %ask.names, 1
  store i64 %ask.names.more, ptr %names
  %ask.rooms.before = load i64, ptr %rooms
  %ask.rooms.after = add i64 %ask.rooms.before, %ask.rooms
  store i64 %ask.rooms.after, ptr %rooms
  br label %stepped

; The records that have a reason, sorted by rank and then as they were asked for: few, so each is put in its place.
reasons:
  br label %collect
collect:
  %c = phi i64 [%one, %reasons], [%c.next, %collected]
  %n = phi i64 [0, %reasons], [%n.next, %collected]
  %c.done = icmp eq i64 %c, %two
  br i1 %c.done, label %tell, label %reason
reason:
  %c.at = getelementptr ptr, ptr %found, i64 %c
  %c.record = load ptr, ptr %c.at
  %c.text.at = getelementptr i64, ptr %c.record, i64 3
  %c.text = load i64, ptr %c.text.at
  %c.none = icmp eq i64 %c.text, 0
  br i1 %c.none, label %collected, label %rank
rank:
  %c.rank.at = getelementptr i64, ptr %c.record, i64 {RANK}
  %c.rank = load i64, ptr %c.rank.at
  %c.upper = shl i64 %c.rank, 20
  %c.lower = sub i64 %c, %one
  %c.key = or i64 %c.upper, %c.lower
  br label %insert
insert:
  %k = phi i64 [%n, %rank], [%k.less, %shift]
  %k.first = icmp eq i64 %k, 0
  br i1 %k.first, label %inserted, label %before
before:
  %k.less = sub i64 %k, 1
  %k.less.at = getelementptr i64, ptr %sorted, i64 %k.less
  %k.before = load i64, ptr %k.less.at
  %k.greater = icmp ugt i64 %k.before, %c.key
  br i1 %k.greater, label %shift, label %inserted
shift:
  %k.at = getelementptr i64, ptr %sorted, i64 %k
  store i64 %k.before, ptr %k.at
  br label %insert
inserted:
  %k.here = getelementptr i64, ptr %sorted, i64 %k
  store i64 %c.key, ptr %k.here
  %n.more = add i64 %n, 1
  br label %collected
collected:
  %n.next = phi i64 [%n, %reason], [%n.more, %inserted]
  %c.next = add i64 %c, 1
  br label %collect
tell:
  %t = phi i64 [0, %collect], [%t.next, %told.on]
  %t.done = icmp eq i64 %t, %n
  br i1 %t.done, label %stepped, label %tell.one
tell.one:
  %t.pos = load i64, ptr %pos
  %t.begun = load i64, ptr %begun
  %t.comma = icmp ne i64 %t.pos, %t.begun
  %t.comma.len = zext i1 %t.comma to i64
  %t.after = call i64 @put(ptr %out, i64 %t.pos, i64 %room, ptr @comma, i64 %t.comma.len)
  %t.key.at = getelementptr i64, ptr %sorted, i64 %t
  %t.key = load i64, ptr %t.key.at
  %t.lower = and i64 %t.key, {2**20 - 1}
  %t.q = add i64 %t.lower, %one
  %t.at = getelementptr ptr, ptr %found, i64 %t.q
  %t.record = load ptr, ptr %t.at
  %t.text.at = getelementptr ptr, ptr %t.record, i64 3
  %t.text = load ptr, ptr %t.text.at
  %t.len.at = getelementptr i64, ptr %t.record, i64 4
  %t.len = load i64, ptr %t.len.at
  %t.rooms.at = getelementptr i64, ptr %t.record, i64 5
  %t.rooms = load i64, ptr %t.rooms.at
  %t.end = call i64 @put(ptr %out, i64 %t.after, i64 %room, ptr %t.text, i64 %t.len)
  store i64 %t.end, ptr %pos
  %t.plain = icmp eq i64 %t.rooms, 0
  br i1 %t.plain, label %told.on, label %tell.name
tell.name:
  %t.names = load i64, ptr %whys
  %t.name.at = getelementptr ptr, ptr %list.of.whys, i64 %t.names
  store ptr %t.record, ptr %t.name.at
  %t.names.more = add i64 %t.names, 1
  store i64 %t.names.more, ptr %whys
  %t.rooms.before = load i64, ptr %rooms
  %t.rooms.after = add i64 %t.rooms.before, %t.rooms
  store i64 %t.rooms.after, ptr %rooms
  br label %told.on
told.on:
  %t.next = add i64 %t, 1
  br label %tell

end:
  call void @mark(ptr %bounds, ptr %sections, ptr %pos, ptr %rooms)
  %size.whole = load i64, ptr %pos
  %size.at = getelementptr i64, ptr %told, i64 1
  store i64 %size.whole, ptr %size.at
  %names.whole = load i64, ptr %names
  %names.at = getelementptr i64, ptr %told, i64 2
  store i64 %names.whole, ptr %names.at
  %whys.whole = load i64, ptr %whys
  %whys.at = getelementptr i64, ptr %told, i64 3
  store i64 %whys.whole, ptr %whys.at
  br label %out.of
out.of:
  ret void
}}
"""


@cache
def put_together() -> Callable[..., None]:
    """Searches and copies, given the addresses and lengths that `api.answers.page` names."""
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    return linked(_TEXT, [pointer, number, *[pointer] * 4, number, pointer], brief=True)
