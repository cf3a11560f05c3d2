"""Numbers told in words in columns: what is told of each is what would be told of it alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from api.batch.words import Numbers, Raised, Told, as_bits
from scoring.core import fill

NUMBER = st.sampled_from([0, 1, 2, 3, 2**61, 2**62 - 1, 2**32, 2**33])
PART = st.lists(st.tuples(NUMBER, NUMBER), max_size=60)


@given(st.lists(PART, min_size=1, max_size=5))
def test_every_row_of_numbers_is_told_its_own_whatever_was_told_before(parts: list[list[tuple[int, int]]]) -> None:
    made: list[tuple[int, int]] = []

    def make(given: Sequence[Numbers]) -> pl.DataFrame:
        rows = list(zip(*(column.tolist() for column in given), strict=True))
        made.extend(rows)
        return pl.DataFrame({"told": [f"{one}/{other}" for one, other in rows]}, {"told": pl.String()})

    told = Told(2, make)
    for part in parts:
        table, rows = told.of([np.array([row[at] for row in part], np.int64) for at in (0, 1)])
        assert table["told"][pl.Series(rows)].to_list() == [f"{one}/{other}" for one, other in part]
    assert len(made) == len(set(made)), "each is made once"


def test_many_rows_find_their_own() -> None:
    numbers = np.random.default_rng(1).integers(0, 2**62, 20_000)
    told = Told(1, lambda given: pl.DataFrame({"told": given[0] % 1_000_003}))
    for part in (numbers[:100], numbers, numbers[::-1]):
        table, rows = told.of([part])
        assert (table["told"].to_numpy()[rows] == part % 1_000_003).all()


def test_words_beyond_one_number_are_raised_too() -> None:
    words = [f"w{at}" for at in range(300)]
    numbers = as_bits("flags", [fill(word, 0, 0, 1) for word in words])
    raised = Raised("flags", words, numbers)
    true = np.random.default_rng(2).integers(0, 2, (40, len(words)))
    true[0], true[1] = 0, 1
    bits = [
        sum((true[:, at + bit] << bit for bit in range(len(words[at : at + 62]))), np.zeros(40, np.int64))
        for at in range(0, len(words), 62)
    ]
    assert len(numbers) == 5
    found = raised.of(bits).cast(pl.List(pl.String)).to_list()
    assert found == [[word for word, one in zip(words, row, strict=True) if one] for row in true]
