"""Probabilities carried to another base rate, and sets with the coverage that they promise."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.calibration import adjust_prior
from models.conformal import ConformalSets


def test_the_base_rate_itself_goes_to_the_new_base_rate() -> None:
    assert adjust_prior(0.121, 0.121, 0.033) == pytest.approx(0.033)
    assert adjust_prior(0.5, 0.5, 0.1) == pytest.approx(0.1)


def test_order_and_ends_stay_and_the_way_back_leads_back() -> None:
    p = np.array([0.0, 1e-9, 0.2, 0.5, 0.9, 1.0])
    moved = adjust_prior(p, 0.12, 0.03)
    assert list(moved) == sorted(moved)
    assert (moved[0], moved[-1]) == (0.0, 1.0)
    assert adjust_prior(moved, 0.03, 0.12) == pytest.approx(p)


@pytest.mark.parametrize(
    ("p", "train", "target"), [(0.5, 0, 0.1), (0.5, 0.1, 1), (1.5, 0.1, 0.1), (float("nan"), 0.1, 0.1)]
)
def test_what_is_no_probability_is_refused(p: float, train: float, target: float) -> None:
    with pytest.raises(ValueError, match="0"):
        adjust_prior(p, train, target)


@pytest.mark.parametrize("wrong", ["0.5", True, False, None, ["0.5"], np.array([True, False]), [0.5, None], 0.5j])
def test_what_is_no_number_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"p: .*must be numbers"):
        adjust_prior(wrong, 0.1, 0.1)
    for name in ("train_rate", "target_rate"):
        if not isinstance(wrong, list | np.ndarray):
            with pytest.raises(TypeError, match=rf"{name}: .*must be numbers"):
                adjust_prior(0.5, **{"train_rate": 0.1, "target_rate": 0.1, name: wrong})


@pytest.mark.parametrize("p", [0, 1, 0.5, np.float32(0.5), [0, 1], [0.1, 0.9], pl.Series([0.1, 0.9]), np.array([])])
def test_numbers_of_whatever_kind_are_taken(p: object) -> None:
    assert adjust_prior(p, 0.2, 0.2) == pytest.approx(np.asarray(p, dtype=float))


def test_each_class_is_covered_as_promised() -> None:
    random = np.random.default_rng(0)
    p = random.beta(1, 6, 8000)
    outcome = (random.random(8000) < p).astype(int)
    probabilities = np.column_stack([1 - p, p])
    sets = ConformalSets.calibrated(probabilities[:4000], outcome[:4000], 0.9)
    assert sets.covered(probabilities[4000:], outcome[4000:]) == pytest.approx((0.9, 0.9), abs=0.03)


@pytest.mark.parametrize("rows", [9, 19, 29, 99])
def test_the_rank_is_that_of_the_decimal_that_was_promised(rows: int) -> None:
    p = np.column_stack([np.arange(1, rows + 1) / 100, np.ones(rows)])
    both = np.vstack([p, p])
    sets = ConformalSets.calibrated(both, np.repeat([0, 1], rows), 0.9)
    # Of n rows the k-th smallest, k = (n + 1) / 10.
    assert sets.thresholds[0] == (rows + 1) // 10 / 100


def test_with_too_few_rows_nothing_is_ruled_out() -> None:
    sets = ConformalSets.calibrated(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]), 0.9)
    assert sets.thresholds == (0.0, 0.0)
    with pytest.raises(ValueError, match="class 1"):
        ConformalSets.calibrated(np.array([[0.9, 0.1]]), np.array([0]), 0.9)
