"""How a page is put together: the words that were found (`page_search`) are copied in turn, their rooms filled in.

In machine code, the same whatever is asked; `api.answers.page` says what the lists hold.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from enum import IntEnum
from functools import cache

from api.answers.page_fill import BEYOND, COMMA, FILL, NUL
from api.answers.page_search import RANK, REASON
from scoring.machine import linked
from scoring.one_machine import UNKNOWN

RANK_BITS = 43
"""A rank has so many; below them stands which of the pieces it is, at most 2²⁰."""


class Step(IntEnum):
    """One step, each of three numbers of 32 bits: the step, and of

    ``SAY`` where a text stands among all and its length; of ``MEMBER`` likewise, its first byte is left out behind an opening bracket and at
    the beginning of a section
    ``ASK`` a question
    ``NUMBER`` the place of a number; of ``CELL`` of the row's; of ``ROW`` nothing: it is the row's own, from 0
    ``KNOWN`` the place of a number, and how many steps are left out where it is `UNKNOWN`; of ``WHERE`` likewise where it is 0; of
    ``KNOWN_CELL`` and ``ABSENT_CELL`` the row's cell that must be known, or must not
    ``REASONS`` the first question and the one behind the last
    ``ROWS`` a table, and how many steps are left out where it has no row; of ``AGAIN``, behind what is said of a row, how many cells it has,
    and how many steps it is back to what is said of the next
    """

    END = 0
    SAY = 1
    ASK = 2
    NUMBER = 3
    KNOWN = 4
    REASONS = 5
    SECTION = 6
    MEMBER = 7
    ROWS = 8
    AGAIN = 9
    CELL = 10
    KNOWN_CELL = 11
    ABSENT_CELL = 12
    WHERE = 13
    ROW = 14


_TEXT = f"""{FILL}
define void @evaluate(ptr %steps, ptr %texts, i64 %count, ptr %numbers, ptr %rows, ptr %found, ptr %out, i64 %room, ptr %given, ptr %amounts, ptr %told) {{
entry:
  %pos = alloca i64
  %sections = alloca ptr
  %begun = alloca i64
  %row = alloca ptr
  %rows.all = alloca i64
  %rows.left = alloca i64
  %next.given = alloca ptr
  %next.amount = alloca ptr
  %digits = alloca [{2 * BEYOND} x i8]
  %sorted = getelementptr i64, ptr %found, i64 %count
  %own.amounts = getelementptr i64, ptr %sorted, i64 %count
  store i64 0, ptr %pos
  store ptr %told, ptr %sections
  store i64 0, ptr %begun
  store ptr %given, ptr %next.given
  call void @bring(ptr %found, i64 %count, ptr %amounts, ptr %own.amounts)
  br label %step

step:
  %now = phi ptr [%steps, %entry], [%now.next, %stepped], [%now.after, %unless], [%now.rows, %of.rows], [%now.again, %again]
  %kind = load i32, ptr %now
  %one.at = getelementptr i32, ptr %now, i64 1
  %one.short = load i32, ptr %one.at
  %one = zext i32 %one.short to i64
  %two.at = getelementptr i32, ptr %now, i64 2
  %two.short = load i32, ptr %two.at
  %two = zext i32 %two.short to i64
  %now.next = getelementptr i32, ptr %now, i64 3
  switch i32 %kind, label %end [
    i32 {Step.SAY.value}, label %say
    i32 {Step.ASK.value}, label %ask
    i32 {Step.NUMBER.value}, label %number
    i32 {Step.KNOWN.value}, label %known
    i32 {Step.REASONS.value}, label %reasons
    i32 {Step.SECTION.value}, label %section
    i32 {Step.MEMBER.value}, label %member
    i32 {Step.ROWS.value}, label %of.rows
    i32 {Step.AGAIN.value}, label %again
    i32 {Step.CELL.value}, label %cell
    i32 {Step.KNOWN_CELL.value}, label %known.cell
    i32 {Step.ABSENT_CELL.value}, label %absent.cell
    i32 {Step.WHERE.value}, label %where
    i32 {Step.ROW.value}, label %row.number
  ]
stepped:
  br label %step
say:
  %say.text = getelementptr i8, ptr %texts, i64 %one
  %say.pos = load i64, ptr %pos
  %say.end = call i64 @put(ptr %out, i64 %say.pos, i64 %room, ptr %say.text, i64 %two)
  store i64 %say.end, ptr %pos
  br label %stepped
member:
  %member.pos = load i64, ptr %pos
  %member.before = sub i64 %member.pos, 1
  %member.before.at = getelementptr i8, ptr %out, i64 %member.before
  %member.section = load i64, ptr %begun
  %member.begins = icmp eq i64 %member.pos, %member.section
  %member.none = zext i1 %member.begins to i64
  %member.beyond = icmp ugt i64 %member.pos, %room
  %member.unread = or i1 %member.begins, %member.beyond
  br i1 %member.unread, label %member.put, label %member.is
member.is:
  %member.last = load i8, ptr %member.before.at
  %member.list = icmp eq i8 %member.last, {ord("[")}
  %member.object = icmp eq i8 %member.last, {ord("{")}
  %member.first = or i1 %member.list, %member.object
  %member.off = zext i1 %member.first to i64
  br label %member.put
member.put:
  %member.less = phi i64 [%member.none, %member], [%member.off, %member.is]
  %member.text = getelementptr i8, ptr %texts, i64 %one
  %member.from = getelementptr i8, ptr %member.text, i64 %member.less
  %member.len = sub i64 %two, %member.less
  %member.end = call i64 @put(ptr %out, i64 %member.pos, i64 %room, ptr %member.from, i64 %member.len)
  store i64 %member.end, ptr %pos
  br label %stepped
; Where a table's part begins, stands at the table's place.
of.rows:
  %rows.begin.at = getelementptr i64, ptr %rows, i64 %one
  %rows.begin = load i64, ptr %rows.begin.at
  %rows.many.at = getelementptr i64, ptr %rows, i64 %rows.begin
  %rows.many = load i64, ptr %rows.many.at
  store i64 %rows.many, ptr %rows.all
  store i64 %rows.many, ptr %rows.left
  %row.first = getelementptr i64, ptr %rows.many.at, i64 1
  store ptr %row.first, ptr %row
  %rows.none = icmp eq i64 %rows.many, 0
  %rows.skipped = select i1 %rows.none, i64 %two, i64 0
  %rows.size = mul i64 %rows.skipped, 3
  %now.rows = getelementptr i32, ptr %now.next, i64 %rows.size
  br label %step
again:
  %again.row = load ptr, ptr %row
  %again.next = getelementptr i64, ptr %again.row, i64 %one
  store ptr %again.next, ptr %row
  %again.left = load i64, ptr %rows.left
  %again.less = sub i64 %again.left, 1
  store i64 %again.less, ptr %rows.left
  %again.done = icmp eq i64 %again.less, 0
  %again.back = select i1 %again.done, i64 0, i64 %two
  %again.size = mul i64 %again.back, -3
  %now.again = getelementptr i32, ptr %now.next, i64 %again.size
  br label %step
cell:
  %cell.row = load ptr, ptr %row
  %cell.at = getelementptr i64, ptr %cell.row, i64 %one
  %cell.number = load i64, ptr %cell.at
  br label %written
row.number:
  %number.all = load i64, ptr %rows.all
  %number.left = load i64, ptr %rows.left
  %number.row = sub i64 %number.all, %number.left
  br label %written
number:
  %number.at = getelementptr i64, ptr %numbers, i64 %one
  %number.number = load i64, ptr %number.at
  br label %written
; The last digit first.
written:
  %signed = phi i64 [%number.number, %number], [%cell.number, %cell], [%number.row, %row.number]
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
  %one.char = trunc i64 %signed to i8
  %one.text = add i8 %one.char, 48
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
known.cell:
  %known.row = load ptr, ptr %row
  br label %known.of
known:
  br label %known.of
known.of:
  %known.in = phi ptr [%numbers, %known], [%known.row, %known.cell]
  %known.at = getelementptr i64, ptr %known.in, i64 %one
  %known.number = load i64, ptr %known.at
  %known.not = icmp eq i64 %known.number, {UNKNOWN}
  br label %unless
absent.cell:
  %absent.row = load ptr, ptr %row
  %absent.at = getelementptr i64, ptr %absent.row, i64 %one
  %absent.number = load i64, ptr %absent.at
  %absent.not = icmp ne i64 %absent.number, {UNKNOWN}
  br label %unless
where:
  %where.at = getelementptr i64, ptr %numbers, i64 %one
  %where.number = load i64, ptr %where.at
  %where.not = icmp eq i64 %where.number, 0
  br label %unless
unless:
  %not = phi i1 [%known.not, %known.of], [%absent.not, %absent.cell], [%where.not, %where]
  %skipped = select i1 %not, i64 %two, i64 0
  %skipped.size = mul i64 %skipped, 3
  %now.after = getelementptr i32, ptr %now.next, i64 %skipped.size
  br label %step
section:
  %section.begun = load i64, ptr %pos
  store i64 %section.begun, ptr %begun
  %section.at = load ptr, ptr %sections
  store i64 %section.begun, ptr %section.at
  %section.next = getelementptr i64, ptr %section.at, i64 1
  store ptr %section.next, ptr %sections
  br label %stepped
ask:
  %ask.at = getelementptr ptr, ptr %found, i64 %one
  %ask.record = load ptr, ptr %ask.at
  %ask.pos = load i64, ptr %pos
  %ask.end = call i64 @fill(ptr %out, i64 %ask.pos, i64 %room, ptr %ask.record, ptr %next.given, i8 {COMMA[0]})
  store i64 %ask.end, ptr %pos
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
  %c.text.at = getelementptr i64, ptr %c.record, i64 {REASON}
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
  %t = phi i64 [0, %collect], [%t.next, %tell.one]
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
  %t.words = getelementptr i64, ptr %t.record, i64 {REASON}
  %t.amount.at = getelementptr ptr, ptr %own.amounts, i64 %t.q
  %t.amount = load ptr, ptr %t.amount.at
  store ptr %t.amount, ptr %next.amount
  %t.end = call i64 @fill(ptr %out, i64 %t.after, i64 %room, ptr %t.words, ptr %next.amount, i8 {NUL[0]})
  store i64 %t.end, ptr %pos
  %t.next = add i64 %t, 1
  br label %tell

end:
  %size.whole = load i64, ptr %pos
  %size.at = load ptr, ptr %sections
  store i64 %size.whole, ptr %size.at
  ret void
}}
"""


@cache
def put_together() -> Callable[..., None]:
    """Copies the words, given the addresses and numbers that `api.answers.page` names."""
    pointer, number, given = ctypes.c_void_p, ctypes.c_int64, ctypes.c_char_p
    return linked(_TEXT, [*[pointer] * 2, number, *[pointer] * 4, number, given, given, pointer], brief=True)
