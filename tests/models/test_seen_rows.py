"""Rows are counted by bands whose ends lie at the ends of what was seen; what cannot be counted is refused by name."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from features.errors import ValueProblem
from models.seen_rows import counts, events, numbers, seen_of

NONE = float("nan")


def _seen(values: list[float]) -> Any:
    return seen_of(pl.DataFrame({"x": values}), pl.Series([0] * len(values)))


def test_bands_are_tenths_with_one_below_and_one_above_all_that_was_seen() -> None:
    values = np.random.default_rng(1).normal(size=5000)
    seen = _seen([*values, NONE])
    below, *tenths, above, missing = seen.rows["x"]
    assert (below, above, missing) == (0, 0, 1)
    assert tenths == pytest.approx([500] * 10, abs=3)
    assert seen.edges["x"][0] < values.min() < seen.edges["x"][1]
    assert seen.edges["x"][-2] < values.max() <= seen.edges["x"][-1]


@pytest.mark.parametrize(
    ("values", "edges", "rows"),
    [
        ([5.0] * 4, (4.998, 5.003), (0, 4, 0, 0)),
        ([0.0] * 4, (-0.0005, 0.0006), (0, 4, 0, 0)),
        ([0.0, 1.0, 1.0], (-0.003, 0.5, 1.0), (0, 1, 2, 0, 0)),
        ([NONE, NONE], (), (0, 2)),
    ],
)
def test_a_value_never_seen_has_a_band_of_its_own(
    values: list[float], edges: tuple[float, ...], rows: tuple[int, ...]
) -> None:
    seen = _seen(values)
    assert seen.edges["x"] == pytest.approx(edges)
    assert seen.rows["x"] == rows
    beyond = pl.Series([-9.0, 9.0])
    for band in np.nonzero(counts(beyond, seen.edges["x"]))[0]:
        assert seen.rows["x"][band] == 0


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e12, 1e12) | st.just(NONE)),
    st.sampled_from([1.0, 1e-6, 1e5]),
)
@example(np.array([5e-324, 0.0]), 1.0)
@settings(max_examples=300, deadline=None)
def test_nothing_seen_lies_beyond_and_edges_are_round_decimals(values: np.ndarray, times: float) -> None:
    seen = _seen((values * times).tolist())
    rows, edges = seen.rows["x"], seen.edges["x"]
    assert rows[-1] == np.isnan(values).sum()
    if rows[-1] < len(values):
        assert rows[0] == rows[-2] == 0
    middle = edges[1:-1] if len(edges) > 3 else edges
    width = middle[-1] - middle[0] if edges else 0
    if width > 1e-9 * max(map(abs, edges), default=0):
        assert max(map(_decimals, edges)) <= max(0, 6 - math.floor(math.log10(width)))


def _decimals(edge: float) -> int:
    """Of the shortest decimal that reads back as the number."""
    denominator = Fraction(repr(edge)).denominator
    return next(places for places in range(400) if 10**places % denominator == 0)


def test_an_edge_near_nothing_has_no_more_decimals_than_the_others_need() -> None:
    """Half are nought and some next to it: an edge of 1e-8 would leave a rule no room for amounts."""
    random = np.random.default_rng(2)
    values = np.where(random.random(5000) < 0.4, 0, np.exp(random.normal(-3, 4, 5000)))
    assert max(map(_decimals, _seen(values.tolist()).edges["x"])) <= 5


def test_infinite_values_are_counted_at_the_ends() -> None:
    seen = _seen([float("-inf"), 1.0, 2.0, 3.0, float("inf"), NONE])
    assert (seen.rows["x"][0], seen.rows["x"][-2], seen.rows["x"][-1]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        (pl.DataFrame({"x": ["1", "2"]}), "x"),
        (pl.DataFrame({"x": [date(2026, 1, 1)]}), "x"),
        (pl.DataFrame({"x": [[1.0]]}), "x"),
        (pl.DataFrame({"x": []}, schema={"x": pl.Float64}), "x"),
        (pl.DataFrame({"y": [1.0]}), "x"),
        (np.zeros((3, 1)), "x"),
        ({"x": [1.0]}, "x"),
        (pl.DataFrame({"x": [1.0]}).lazy(), "x"),
    ],
)
def test_a_batch_that_cannot_be_counted_is_refused(frame: Any, field: str) -> None:
    with pytest.raises(ValueProblem) as refused:
        numbers(frame, ["x"])
    assert refused.value.rule.partition(" / ")[2]
    assert field in refused.value.field or not isinstance(frame, pl.DataFrame) or frame.is_empty()


def test_numbers_truths_and_nothing_can_be_counted() -> None:
    frame = pl.DataFrame({"x": [1, 2], "y": [True, None], "z": [None, None]})
    numbers(frame, ["x", "y", "z"])


@pytest.mark.parametrize(
    "outcome",
    [
        pl.Series([0, 1, 2]),
        pl.Series([1, 2, 1]),
        pl.Series([0.0, 0.5, 1.0]),
        pl.Series([0.0, NONE, 1.0]),
        pl.Series([-1, 1, 1]),
        pl.Series(["0", "1", "1"]),
        pl.Series([date(2026, 1, 1)] * 3),
        np.array([0, 1, 1]),
        [0, 1, 1],
    ],
)
def test_an_outcome_that_is_not_0_or_1_is_refused(outcome: Any) -> None:
    with pytest.raises(ValueProblem) as refused:
        events(outcome)
    assert "0" in refused.value.rule


@pytest.mark.parametrize(
    ("outcome", "found"),
    [
        (pl.Series([0, 1, None, 1]), (3, 2)),
        (pl.Series([True, False, None]), (2, 1)),
        (pl.Series([0.0, 1.0]), (2, 1)),
        (pl.Series([None, None]), (0, 0)),
        (pl.Series([1], dtype=pl.UInt8), (1, 1)),
    ],
)
def test_outcomes_not_known_yet_are_left_out(outcome: pl.Series, found: tuple[int, int]) -> None:
    assert events(outcome) == found


def test_what_a_card_is_fitted_on_has_an_outcome_in_every_row() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0]})
    for outcome in (pl.Series([0, 1]), pl.Series([0, 1, None])):
        with pytest.raises(ValueProblem, match=r"3 .*rows"):
            seen_of(frame, outcome)
    with pytest.raises(ValueProblem, match="no rows"):
        seen_of(frame.clear(), pl.Series([], dtype=pl.Int8))
