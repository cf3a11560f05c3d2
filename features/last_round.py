"""Which round of financing is the last that a firm closed by as_of: of one firm, and of many in columns.

Unknown is what may change it: the day of a round, where that could be later, and rounds that an incomplete list leaves out.
A round known to be earlier than another is not the last whatever else is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from features.held import ROW


def last(closed_on: Sequence[int | None], as_of: int, *, listed: bool) -> list[int | None]:
    """1 for the last of some rounds by their days, 0 for any other; None where that is open."""
    latest = max((day for day in closed_on if day is not None and day <= as_of), default=None)
    certain = 1 if listed and None not in closed_on else None
    return [None if day is None else certain if day == latest else 0 for day in closed_on]


def with_last(rounds: pl.DataFrame, as_of: int, listed: pl.Series) -> pl.DataFrame:
    """The rounds of many firms with column ``last``; ``listed`` is 1 for each firm of which all rounds are known."""
    of_firm, unknown = rounds[ROW].to_numpy(), rounds["closed_on"].is_null().to_numpy()
    closed = rounds["closed_on"].fill_null(0).to_numpy()
    done = ~unknown & (closed <= as_of)
    latest = np.full(listed.len(), np.iinfo(np.int64).min)
    np.maximum.at(latest, of_firm[done], closed[done])
    open_ = listed.is_null().to_numpy(writable=True)
    open_[of_firm[unknown]] = True
    found = closed == latest[of_firm]
    last = pl.Series("last", found.astype(np.int64)).set(pl.Series(unknown | (found & open_[of_firm])), None)
    return rounds.with_columns(last)
