"""Inputs of machine code are read where a frame holds them: whatever its height, its beginning in memory and its pieces."""

from __future__ import annotations

import polars as pl
import pytest

from features.held import ROW
from scoring import core
from scoring.column_backend import Facts, evaluate
from scoring.core import fill
from scoring.machine_types import LANES

X = fill("x", -1, 0, 1000)
ROOTS = {"x": X, "known": core.known("x"), "rows": core.rows("event", core.ge(fill("event.kind", 0, 0, 9), 5))}
WHOLE = pl.DataFrame({"x": [None if n % 3 == 1 or 64 <= n < 90 else n for n in range(300)]})
LONG = pl.DataFrame(
    {ROW: [n for n in range(300) for _ in range(n % 4)], "kind": [n % 7 if n % 5 else None for n in range(450)]}
)


def told(frame: pl.DataFrame, events: pl.DataFrame) -> list[tuple[int, bool, int]]:
    """What is told of a frame, and what must be: made firm by firm from its rows."""
    found = evaluate(ROOTS, Facts(frame, {"event": events}, {})).rows()
    counts = [0] * frame.height
    for row, kind in events.select(ROW, "kind").rows():
        counts[row] += (kind or 0) >= 5
    assert found == [(-1 if x is None else x, x is not None, n) for x, n in zip(frame["x"], counts, strict=True)]
    return found


@pytest.mark.parametrize("firms", [*range(3 * LANES), 127, 128, 129, 255, 300])
def test_any_number_of_enterprises_of_whom_some_are_unknown(firms: int) -> None:
    told(WHOLE.head(firms), LONG.filter(pl.col(ROW) < firms))


@pytest.mark.parametrize("first", [1, 7, 8, 9, 63, 64, 65])
@pytest.mark.parametrize("firms", [5, 8, 20, 129])
def test_a_slice_of_a_larger_frame(first: int, firms: int) -> None:
    inside = pl.col(ROW).is_between(first, first + firms - 1)
    begin, end = (LONG.select((pl.col(ROW) < edge).sum()).item() for edge in (first, first + firms))
    assert LONG.filter(inside).height == end - begin
    told(WHOLE.slice(first, firms), LONG.slice(begin, end - begin).with_columns(pl.col(ROW) - first))


def test_a_frame_in_pieces() -> None:
    frame = pl.concat([WHOLE.head(11), WHOLE.slice(11, 60), WHOLE.tail(229)], rechunk=False)
    assert frame.n_chunks() == 3
    told(frame, pl.concat([LONG.head(100), LONG.tail(350)], rechunk=False))


def test_rows_in_any_order() -> None:
    told(WHOLE, LONG.sample(fraction=1, shuffle=True, seed=3))


@pytest.mark.parametrize("kind", [pl.Boolean, pl.UInt8, pl.Int32])
def test_other_kinds_of_whole_numbers(kind: pl.DataType) -> None:
    frame = pl.DataFrame({"x": [1, None, 0, 1] * 5}).cast(kind)
    assert evaluate({"x": X}, Facts(frame, {}, {}))["x"].to_list() == [1, -1, 0, 1] * 5


def test_what_stands_under_a_null_is_not_read() -> None:
    # Where values are called unknown afterwards they stay in memory.
    number = pl.Series("x", range(100))
    frame = number.set(number >= 50, None).to_frame()
    events = pl.DataFrame([number.alias(ROW), pl.Series("kind", [7] * 100).set(number >= 30, None)])
    assert [row[2] for row in told(frame, events)] == [1] * 30 + [0] * 70


def test_the_same_for_all_and_what_nobody_states() -> None:
    roots = {"day": fill("day", 0, 0, 9), "none": fill("none", 3, 0, 9), "x": X}
    found = evaluate(roots, Facts(WHOLE.head(20), {}, {"day": 7, "none": None}))
    assert found["day"].to_list() == [7] * 20
    assert found["none"].to_list() == [3] * 20


@pytest.mark.parametrize("firms", [3, 20, 300])
def test_columns_that_are_known_of_nobody(firms: int) -> None:
    nobody = pl.lit(None, dtype=pl.Int64)
    told(
        WHOLE.head(firms).with_columns(nobody.alias("x")),
        LONG.filter(pl.col(ROW) < firms).with_columns(nobody.alias("kind")),
    )
