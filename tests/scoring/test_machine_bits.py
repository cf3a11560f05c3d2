"""The bits of integers as lists: for each enterprise the words of its own bits, in order."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.machine_bits import set_bits

BITS = 62
NUMBER = st.one_of(st.just(0), st.sampled_from([1, 2**61, 2**62 - 1, 3]), st.integers(0, 2**62 - 1))


@given(st.integers(1, 3).flatmap(lambda width: st.lists(st.lists(NUMBER, min_size=width, max_size=width), max_size=20)))
def test_each_enterprise_has_the_words_of_its_own_bits(rows: list[list[int]]) -> None:
    width = len(rows[0]) if rows else 1
    words = np.random.default_rng(4).permutation(BITS * width).astype(np.uint32)
    numbers = [np.array([row[at] for row in rows], np.int64) for at in range(width)]
    begins, told = set_bits(numbers, BITS, words)
    assert begins.size == len(rows) + 1
    found = [told[begin:end].tolist() for begin, end in pairwise(begins)]
    expected = [
        [int(words[at * BITS + bit]) for at in range(width) for bit in range(BITS) if row[at] >> bit & 1]
        for row in rows
    ]
    assert found == expected
    assert begins[-1] == told.size


def test_columns_with_gaps_between_their_numbers_are_read_as_they_stand() -> None:
    number = np.arange(12, dtype=np.int64)[::3]
    begins, told = set_bits([number], BITS, np.arange(BITS, dtype=np.uint32))
    assert begins.tolist() == [0, 0, 2, 4, 6]
    assert told.tolist() == [0, 1, 1, 2, 0, 3]
