"""How words are put one behind the other, and what is given into their rooms: the parts of `page_machine` that know no step."""

from __future__ import annotations

from api.answers.page_search import REASON, TEXT

BEYOND = 32
"""Bytes that may be read and written behind a text."""
COMMA, NUL = b",", b"\0"
"""What ends each number that belongs into a piece, and each amount that belongs into a reason."""

_NULS = r"\00" * (BEYOND - 1)
_LOOP = f"<{BEYOND} x i8>"

FILL = f"""
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)

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

; Puts a record's text or reason, and what comes next of what is given into each of its rooms.
define internal i64 @fill(ptr %out, i64 %pos, i64 %room, ptr %words, ptr %cursor, i8 %end) {{
entry:
  %text = load ptr, ptr %words
  %len.at = getelementptr i64, ptr %words, i64 1
  %len = load i64, ptr %len.at
  %rooms.at = getelementptr i64, ptr %words, i64 2
  %rooms = load i64, ptr %rooms.at
  %places.at = getelementptr ptr, ptr %words, i64 3
  %places = load ptr, ptr %places.at
  br label %next
next:
  %r = phi i64 [0, %entry], [%r.next, %given]
  %begin = phi i64 [0, %entry], [%behind, %given]
  %at = phi i64 [%pos, %entry], [%filled, %given]
  %from = getelementptr i8, ptr %text, i64 %begin
  %last = icmp eq i64 %r, %rooms
  br i1 %last, label %rest, label %part
part:
  %place.at = getelementptr i64, ptr %places, i64 %r
  %place = load i64, ptr %place.at
  %part.len = sub i64 %place, %begin
  %parted = call i64 @put(ptr %out, i64 %at, i64 %room, ptr %from, i64 %part.len)
  %some = load ptr, ptr %cursor
  br label %measure
measure:
  %n = phi i64 [0, %part], [%n.next, %measure]
  %char.at = getelementptr i8, ptr %some, i64 %n
  %char = load i8, ptr %char.at
  %ends = icmp eq i8 %char, %end
  %n.next = add i64 %n, 1
  br i1 %ends, label %given, label %measure
; Of a double that is whole ".0" is not said.
given:
  %ones.place = sub i64 %n, 1
  %ones.at = getelementptr i8, ptr %some, i64 %ones.place
  %ones = load i8, ptr %ones.at
  %point.place = sub i64 %n, 2
  %point.at = getelementptr i8, ptr %some, i64 %point.place
  %point = load i8, ptr %point.at
  %zero.is = icmp eq i8 %ones, {ord("0")}
  %point.is = icmp eq i8 %point, {ord(".")}
  %is.whole = and i1 %zero.is, %point.is
  %said = select i1 %is.whole, i64 %point.place, i64 %n
  %filled = call i64 @put(ptr %out, i64 %parted, i64 %room, ptr %some, i64 %said)
  %some.behind = getelementptr i8, ptr %some, i64 %n.next
  store ptr %some.behind, ptr %cursor
  %behind = add i64 %place, 1
  %r.next = add i64 %r, 1
  br label %next
rest:
  %rest.len = sub i64 %len, %begin
  %whole = call i64 @put(ptr %out, i64 %at, i64 %room, ptr %from, i64 %rest.len)
  ret i64 %whole
}}

; Goes on behind so many of the amounts that are given.
define internal ptr @skip(ptr %from, i64 %count) {{
entry:
  br label %next
next:
  %at = phi ptr [%from, %entry], [%at.next, %char]
  %left = phi i64 [%count, %entry], [%left.next, %char]
  %none = icmp eq i64 %left, 0
  br i1 %none, label %done, label %char
char:
  %is = load i8, ptr %at
  %ends = icmp eq i8 %is, {NUL[0]}
  %one = zext i1 %ends to i64
  %left.next = sub i64 %left, %one
  %at.next = getelementptr i8, ptr %at, i64 1
  br label %next
done:
  ret ptr %at
}}

; Asks for the texts of the records that were found, and finds the amounts of each: they are given in the order of the questions.
define internal void @bring(ptr %found, i64 %count, ptr %amounts, ptr %own) {{
entry:
  br label %near
near:
  %f = phi i64 [0, %entry], [%f.next, %near.amounts]
  %amount = phi ptr [%amounts, %entry], [%amount.next, %near.amounts]
  %f.done = icmp eq i64 %f, %count
  br i1 %f.done, label %done, label %near.text
near.text:
  %f.at = getelementptr ptr, ptr %found, i64 %f
  %f.record = load ptr, ptr %f.at
  %f.text = load ptr, ptr %f.record
  %f.len.at = getelementptr i64, ptr %f.record, i64 {TEXT + 1}
  %f.len = load i64, ptr %f.len.at
  %f.next = add i64 %f, 1
  %f.none = icmp eq i64 %f.len, 0
  br i1 %f.none, label %near.amounts, label %near.line
near.line:
  %line = phi i64 [0, %near.text], [%line.next, %near.line]
  %line.at = getelementptr i8, ptr %f.text, i64 %line
  call void @llvm.prefetch.p0(ptr %line.at, i32 0, i32 2, i32 1)
  %line.next = add i64 %line, 64
  %line.more = icmp ult i64 %line.next, %f.len
  br i1 %line.more, label %near.line, label %near.amounts
near.amounts:
  %own.at = getelementptr ptr, ptr %own, i64 %f
  store ptr %amount, ptr %own.at
  %why.rooms.at = getelementptr i64, ptr %f.record, i64 {REASON + 2}
  %why.rooms = load i64, ptr %why.rooms.at
  %amount.next = call ptr @skip(ptr %amount, i64 %why.rooms)
  br label %near
done:
  ret void
}}
"""
"""Functions of LLVM's language: ``put`` a text, ``fill`` the rooms of a record's words, ``bring`` the words of all records near."""
