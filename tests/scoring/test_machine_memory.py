"""Memory for results is used again only once nothing looks at it."""

from __future__ import annotations

import numpy as np

from scoring.machine import _HELD_AT_MOST, _Memory


def test_an_array_at_which_a_column_looks_is_never_given_again() -> None:
    memory = _Memory()
    whole = memory.of(100)
    column = whole[8:16].view(np.int64)
    address = whole.ctypes.data
    del whole
    other = memory.of(100)
    assert other.ctypes.data != address
    column[0] = 7
    del column
    again = memory.of(90)
    assert again.ctypes.data == address


def test_a_wider_array_is_made_where_none_is_wide_enough_and_few_are_kept() -> None:
    memory = _Memory()
    assert memory.of(10).size == 10
    assert memory.of(20).size == 20
    for size in range(30, 90, 10):
        memory.of(size)
    assert len(memory._held) == _HELD_AT_MOST
