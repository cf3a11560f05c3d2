"""How pure the purest state of a feature is: a rare value that only the event has, which no AUC over all rows sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.binning import codes, upper_edges
from models.wilson import interval

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
FEWEST = 50
"""Rows of a state of which anything is said; if all of them have the event, it is said of at least 0.929."""
_WIDE = 32


def purest(values: Floats, outcome: NDArray[np.int64], first: Rows) -> float:
    """Share of the rarer outcome in the purest state of ``values``, the low end of its 95 % interval; 0 where no state has
    `FEWEST` rows.

    The state is looked for in each half and measured in the other, so that the best of many by luck is not told.
    """
    rarer = outcome if 2 * outcome.sum() <= len(outcome) else 1 - outcome
    states = list(_states(values))
    events = rows = 0
    for known, asked in ((first, ~first), (~first, first)):
        state = max((_best(state, rarer, known) for state in states), key=lambda one: one[0])[1]
        events, rows = events + int(rarer[asked & state].sum()), rows + int((asked & state).sum())
    return interval(events, rows)[0] if rows >= FEWEST else 0.0


def _states(values: Floats) -> Iterator[NDArray[np.int64]]:
    """By number, -1 for none: missing or filled; bands, wide and of `FEWEST` rows; the very value where it is frequent;
    how often the value occurs, in powers of two; whole or not.
    """
    filled = ~np.isnan(values)

    def where_filled(state: NDArray[Any]) -> NDArray[np.int64]:
        return np.where(filled, state, -1).astype(np.int64)

    yield filled.astype(np.int64)
    for bands in (_WIDE, int(filled.sum()) // FEWEST):
        if bands > 1:
            yield where_filled(np.nan_to_num(codes(values, upper_edges(values, bands))))
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    yield where_filled(np.where(counts >= FEWEST, np.arange(len(counts)), -1)[place])
    yield where_filled(np.log2(counts).astype(np.int64)[place])
    yield where_filled(values == np.floor(values))


def _best(state: NDArray[np.int64], rarer: NDArray[np.int64], known: Rows) -> tuple[float, Rows]:
    """The purest of the states that have `FEWEST` rows: its low end in the half that is ``known``, and its rows in both."""
    there = state >= 0
    enough = np.bincount(state[there]) >= FEWEST
    rows = np.bincount(state[there & known], minlength=len(enough))
    events = np.bincount(state[there & known], weights=rarer[there & known], minlength=len(enough))
    found = [(interval(int(events[one]), int(rows[one]))[0], one) for one in np.flatnonzero(enough & (rows > 0))]
    if not found:
        return 0.0, np.zeros(len(state), dtype=bool)
    low, one = max(found)
    return low, state == one
