"""The bits that are set in integers, told as lists: a loop of machine code over the enterprises."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoring.machine import linked

_TEXT = """
declare i64 @llvm.cttz.i64(i64, i1)
define void @evaluate(i64 %firms, i64 %numbers, i64 %bits, ptr %columns, ptr %words, ptr %begins, ptr %told) {
entry:
  br label %firm
firm:
  %i = phi i64 [0, %entry], [%i.next, %firm.end]
  %begun = phi i64 [0, %entry], [%place, %firm.end]
  %begin = getelementptr i64, ptr %begins, i64 %i
  store i64 %begun, ptr %begin
  %done = icmp eq i64 %i, %firms
  br i1 %done, label %out, label %number
number:
  %j = phi i64 [0, %firm], [%j.next, %number.end]
  %before = phi i64 [%begun, %firm], [%place, %number.end]
  %column.at = getelementptr ptr, ptr %columns, i64 %j
  %column = load ptr, ptr %column.at
  %x.at = getelementptr i64, ptr %column, i64 %i
  %given = load i64, ptr %x.at
  %first = mul i64 %j, %bits
  %own = getelementptr i32, ptr %words, i64 %first
  br label %left
left:
  %x = phi i64 [%given, %number], [%x.next, %set]
  %place = phi i64 [%before, %number], [%place.next, %set]
  %none = icmp eq i64 %x, 0
  br i1 %none, label %number.end, label %set
set:
  %bit = call i64 @llvm.cttz.i64(i64 %x, i1 true)
  %word.at = getelementptr i32, ptr %own, i64 %bit
  %word = load i32, ptr %word.at
  %told.at = getelementptr i32, ptr %told, i64 %place
  store i32 %word, ptr %told.at
  %place.next = add i64 %place, 1
  %x.less = sub i64 %x, 1
  %x.next = and i64 %x, %x.less
  br label %left
number.end:
  %j.next = add i64 %j, 1
  %last = icmp eq i64 %j.next, %numbers
  br i1 %last, label %firm.end, label %number
firm.end:
  %i.next = add i64 %i, 1
  br label %firm
out:
  ret void
}
"""


@cache
def _evaluate() -> Callable[..., None]:
    return linked(_TEXT, [*[ctypes.c_int64] * 3, *[ctypes.c_void_p] * 4])


def set_bits(
    numbers: Sequence[NDArray[np.int64]], bits: int, words: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """For each enterprise the words of the bits that are set in its numbers, which are not negative, one behind the other: where
    each begins (and the last ends), and the words. Bit b of number n stands for ``words[n * bits + b]``.
    """
    firms = numbers[0].size
    given = [np.ascontiguousarray(column, np.int64) for column in numbers]
    begins = np.empty(firms + 1, np.int64)
    told = np.empty(sum(int(np.bitwise_count(column).sum(dtype=np.int64)) for column in given), np.uint32)
    columns = np.array([column.ctypes.data for column in given], np.uintp)
    words = np.ascontiguousarray(words, np.uint32)
    pointers = (array.ctypes.data for array in (columns, words, begins, told))
    _evaluate()(firms, len(given), bits, *pointers)
    return begins, told
