"""How a page finds the words of an enterprise: by all questions at once, in machine code, the same whatever is asked."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

from api.answers.page_measure import COUNT, MEASURE
from scoring.machine import linked

MIX = 0x9E3779B97F4A7C15
"""What the hash of a key is multiplied by at each number."""
TEXT, REASON, RANK, MEASURED, KEY = 0, 4, 8, 9, 10
"""Where in a record its text stands, its reason, the rank of that, where it is told what is measured (`Measure.told`), and the key. Text and
reason are four numbers each: where it is, how long, how many rooms it has, where the list of their places is; zeros where there is none.
"""
HEAD = 4
"""Numbers that are told first: of keys never met, of numbers measured, of records left to measure, of reasons with rooms. Then come two
lists, each with space for two numbers a question: the questions of those keys, or of those records the place among the numbers and the
record; the same of those reasons.
"""

_TEXT = f"""{MEASURE}
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)

; What an enterprise's words need is far apart in memory. It is asked for before it is needed, by all questions at once: the slots by the
; hashes of all keys, then the records that stand there, which hold the keys that they are for.
define void @evaluate(ptr %questions, i64 %count, ptr %numbers, ptr %found, ptr %told, ptr %measured) {{
entry:
  %hashes = getelementptr i64, ptr %found, i64 %count
  %list = getelementptr i64, ptr %told, i64 {HEAD}
  %twice = shl i64 %count, 1
  %whys = getelementptr i64, ptr %list, i64 %twice
  br label %next
next:
  %q = phi i64 [0, %entry], [%q.next, %hashed]
  %q.done = icmp eq i64 %q, %count
  br i1 %q.done, label %records, label %question
; A question: its places, how many they are, its table, its last slot.
question:
  %first = mul i64 %q, 4
  %places.at = getelementptr ptr, ptr %questions, i64 %first
  %places = load ptr, ptr %places.at
  %many.at = getelementptr i64, ptr %places.at, i64 1
  %many = load i64, ptr %many.at
  br label %hash
hash:
  %i = phi i64 [0, %question], [%i.next, %mix]
  %h = phi i64 [0, %question], [%h.next, %mix]
  %whole = icmp eq i64 %i, %many
  br i1 %whole, label %hashed, label %mix
mix:
  %q.place.at = getelementptr i32, ptr %places, i64 %i
  %q.place = load i32, ptr %q.place.at
  %q.number.at = getelementptr i64, ptr %numbers, i32 %q.place
  %q.number = load i64, ptr %q.number.at
  %h.with = xor i64 %h, %q.number
  %h.mixed = mul i64 %h.with, {MIX - 2**64}
  %h.upper = lshr i64 %h.mixed, 32
  %h.next = xor i64 %h.mixed, %h.upper
  %i.next = add i64 %i, 1
  br label %hash
hashed:
  %hash.at = getelementptr i64, ptr %hashes, i64 %q
  store i64 %h, ptr %hash.at
  %h.table.at = getelementptr ptr, ptr %places.at, i64 2
  %h.table = load ptr, ptr %h.table.at
  %h.last.at = getelementptr i64, ptr %places.at, i64 3
  %h.last = load i64, ptr %h.last.at
  %h.slot = and i64 %h, %h.last
  %h.slot.at = getelementptr ptr, ptr %h.table, i64 %h.slot
  call void @llvm.prefetch.p0(ptr %h.slot.at, i32 0, i32 3, i32 1)
  %q.next = add i64 %q, 1
  br label %next

records:
  %b = phi i64 [0, %next], [%b.next, %record.near]
  %b.done = icmp eq i64 %b, %count
  br i1 %b.done, label %search, label %record.near
record.near:
  %b.first = mul i64 %b, 4
  %b.table.place = add i64 %b.first, 2
  %b.table.at = getelementptr ptr, ptr %questions, i64 %b.table.place
  %b.table = load ptr, ptr %b.table.at
  %b.last.at = getelementptr i64, ptr %b.table.at, i64 1
  %b.last = load i64, ptr %b.last.at
  %b.hash.at = getelementptr i64, ptr %hashes, i64 %b
  %b.hash = load i64, ptr %b.hash.at
  %b.slot = and i64 %b.hash, %b.last
  %b.slot.at = getelementptr ptr, ptr %b.table, i64 %b.slot
  %b.record = load ptr, ptr %b.slot.at
  call void @llvm.prefetch.p0(ptr %b.record, i32 0, i32 3, i32 1)
  %b.key = getelementptr i64, ptr %b.record, i64 {KEY}
  call void @llvm.prefetch.p0(ptr %b.key, i32 0, i32 3, i32 1)
  %b.next = add i64 %b, 1
  br label %records

search:
  %s = phi i64 [0, %records], [%s.next, %answered.on]
  %misses = phi i64 [0, %records], [%misses.next, %answered.on]
  %asked = icmp eq i64 %s, %count
  br i1 %asked, label %searched, label %of.question
of.question:
  %s.first = mul i64 %s, 4
  %s.places.at = getelementptr ptr, ptr %questions, i64 %s.first
  %s.places = load ptr, ptr %s.places.at
  %s.many.at = getelementptr i64, ptr %s.places.at, i64 1
  %s.many = load i64, ptr %s.many.at
  %table.at = getelementptr ptr, ptr %s.places.at, i64 2
  %table = load ptr, ptr %table.at
  %last.at = getelementptr i64, ptr %s.places.at, i64 3
  %last = load i64, ptr %last.at
  %s.hash.at = getelementptr i64, ptr %hashes, i64 %s
  %s.hash = load i64, ptr %s.hash.at
  br label %probe
; A slot: the record, null where it is free.
probe:
  %at = phi i64 [%s.hash, %of.question], [%at.next, %differs]
  %slot = and i64 %at, %last
  %slot.at = getelementptr ptr, ptr %table, i64 %slot
  %record = load ptr, ptr %slot.at
  %free = icmp eq ptr %record, null
  br i1 %free, label %missed, label %keyed
keyed:
  %key = getelementptr i64, ptr %record, i64 {KEY}
  br label %compare
compare:
  %j = phi i64 [0, %keyed], [%j.next, %compared]
  %equal = icmp eq i64 %j, %s.many
  br i1 %equal, label %answered, label %compared
compared:
  %kept.at = getelementptr i64, ptr %key, i64 %j
  %kept = load i64, ptr %kept.at
  %own.at = getelementptr i32, ptr %s.places, i64 %j
  %own = load i32, ptr %own.at
  %given.at = getelementptr i64, ptr %numbers, i32 %own
  %given = load i64, ptr %given.at
  %is = icmp eq i64 %kept, %given
  %j.next = add i64 %j, 1
  br i1 %is, label %compare, label %differs
differs:
  %at.next = add i64 %at, 1
  br label %probe
missed:
  %miss.at = getelementptr i64, ptr %list, i64 %misses
  store i64 %s, ptr %miss.at
  %misses.more = add i64 %misses, 1
  br label %answered.on
answered:
  %found.at = getelementptr ptr, ptr %found, i64 %s
  store ptr %record, ptr %found.at
  br label %answered.on
answered.on:
  %misses.next = phi i64 [%misses.more, %missed], [%misses, %answered]
  %s.next = add i64 %s, 1
  br label %search
; Nothing is told of records where a key was never met.
searched:
  store i64 %misses, ptr %told
  %complete = icmp eq i64 %misses, 0
  br i1 %complete, label %measure, label %done
measure:
  %f = phi i64 [0, %searched], [%f.next, %measure.on]
  %n = phi i64 [0, %searched], [%n.next, %measure.on]
  %l = phi i64 [0, %searched], [%l.next, %measure.on]
  %w = phi i64 [0, %searched], [%w.next, %measure.on]
  %f.done = icmp eq i64 %f, %count
  br i1 %f.done, label %all.measured, label %of.record
of.record:
  %f.next = add i64 %f, 1
  %f.at = getelementptr ptr, ptr %found, i64 %f
  %f.record = load ptr, ptr %f.at
  %f.measure.at = getelementptr ptr, ptr %f.record, i64 {MEASURED}
  %f.measure = load ptr, ptr %f.measure.at
  %f.none = icmp eq ptr %f.measure, null
  br i1 %f.none, label %measure.on, label %of.measure
; Both lists are written, and go on where it belongs to them.
of.measure:
  %n.at = getelementptr double, ptr %measured, i64 %n
  %f.told = call i1 @measure(ptr %f.measure, ptr %numbers, ptr %n.at)
  %l.twice = shl i64 %l, 1
  %l.place.at = getelementptr i64, ptr %list, i64 %l.twice
  store i64 %n, ptr %l.place.at
  %l.record.at = getelementptr ptr, ptr %l.place.at, i64 1
  store ptr %f.record, ptr %l.record.at
  %f.left = xor i1 %f.told, true
  %f.left.one = zext i1 %f.left to i64
  %l.more = add i64 %l, %f.left.one
  %w.twice = shl i64 %w, 1
  %w.place.at = getelementptr i64, ptr %whys, i64 %w.twice
  store i64 %n, ptr %w.place.at
  %w.record.at = getelementptr ptr, ptr %w.place.at, i64 1
  store ptr %f.record, ptr %w.record.at
  %f.rooms.at = getelementptr i64, ptr %f.record, i64 {REASON + 2}
  %f.rooms = load i64, ptr %f.rooms.at
  %f.why = icmp ne i64 %f.rooms, 0
  %f.why.one = zext i1 %f.why to i64
  %w.more = add i64 %w, %f.why.one
  %f.many.at = getelementptr i64, ptr %f.measure, i64 {COUNT}
  %f.many = load i64, ptr %f.many.at
  %n.more = add i64 %n, %f.many
  br label %measure.on
measure.on:
  %n.next = phi i64 [%n, %of.record], [%n.more, %of.measure]
  %l.next = phi i64 [%l, %of.record], [%l.more, %of.measure]
  %w.next = phi i64 [%w, %of.record], [%w.more, %of.measure]
  br label %measure
all.measured:
  %n.whole.at = getelementptr i64, ptr %told, i64 1
  store i64 %n, ptr %n.whole.at
  %l.whole.at = getelementptr i64, ptr %told, i64 2
  store i64 %l, ptr %l.whole.at
  %w.whole.at = getelementptr i64, ptr %told, i64 3
  store i64 %w, ptr %w.whole.at
  br label %done
done:
  ret void
}}
"""


@cache
def search() -> Callable[..., None]:
    """Given the addresses of the questions (`page._Sheet`) and their number, of an enterprise's numbers, of room for the records
    that are found (twice as many), of what is told (`HEAD`), and of room for what is measured, two doubles a question.
    """
    return linked(_TEXT, [ctypes.c_void_p, ctypes.c_int64, *[ctypes.c_void_p] * 4], brief=True)
