"""The naive card of high and new technology enterprises against answers worked by hand from the guide."""

from fractions import Fraction
from itertools import pairwise

import pytest

from .naive_high_tech import growth_band, rd_enough, required_rate, transfer_band, within


@pytest.mark.parametrize(
    ("values", "band"),
    [
        ((1000, 1000, 1700), (9, 10)),
        ((1000, 1000, 1699), (7, 8)),
        ((1000, 1000, 1500), (7, 8)),
        ((1000, 1000, 1300), (5, 6)),
        ((1000, 1000, 1100), (3, 4)),
        ((1000, 1000, 1099), (1, 2)),
        ((1000, 1000, 1000), (0, 0)),
        ((1000, 2000, 1000), (7, 8)),
        ((0, 1000, 1350), (9, 10)),
        ((-5, 1000, 1349), (7, 8)),
        ((1000, 0, 5000), (0, 0)),
        ((1000, -1, 5000), (0, 0)),
        ((0, 0, 5000), (0, 0)),
    ],
)
def test_growth_is_the_mean_of_two_ratios(values: tuple[int, int, int], band: tuple[int, int]) -> None:
    assert growth_band(*map(Fraction, values)) == band


def test_the_rate_falls_above_each_bracket_and_equality_stays_below() -> None:
    limits = (50_000_000, 200_000_000)
    assert [required_rate(Fraction(n)) * 100 for n in (0, *limits)] == [5, 5, 4]
    assert [required_rate(n + Fraction(1, 100)) * 100 for n in limits] == [4, 3]
    sums = [Fraction(n) for n in (1000, 2000, 4000)]
    assert rd_enough([Fraction(100), Fraction(100), Fraction(150)], sums)
    assert not rd_enough([Fraction(100), Fraction(100), Fraction(149)], sums)
    assert not rd_enough([Fraction(1)] * 3, [Fraction(0)] * 3)


def test_transfers_are_banded_by_their_yearly_mean() -> None:
    assert [transfer_band(n, 3) for n in (0, 1, 2, 3, 5, 6, 9, 12, 14, 15)] == [
        *[(0, 0), (0, 6), (0, 6), (1, 6), (1, 6), (7, 12), (13, 18), (19, 24), (19, 24), (25, 30)]
    ]
    assert [transfer_band(5, years) for years in (0, 1, 2)] == [(0, 0), (25, 30), (7, 12)]
    for years in (1, 2, 3):
        found = [transfer_band(n, years) for n in range(20)]
        assert all(lower[1] <= upper[1] for lower, upper in pairwise(found))


def test_a_grade_counts_in_whole_points_within_its_band() -> None:
    assert within((5, 6), None) == (5, 6)
    assert [within((5, 6), Fraction(n, 2))[0] for n in (0, 10, 11, 12, 16)] == [5, 5, 5, 6, 6]
