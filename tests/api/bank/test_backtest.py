"""Adjacent grades are held against each other with bounds, and an inversion is said."""

from __future__ import annotations

import pytest

from api.bank.backtest import Held, backtest


def test_the_published_inversion_of_ktrs_is_told_and_that_it_is_within_chance() -> None:
    # KTRS, first half of 2007: BB 2,094 with 16 accidents, B 2,089 with 15.
    found = backtest({"BB": Held(2094, 16), "B": Held(2089, 15)})
    (between,) = found["neighbours"]
    assert between["answer"] == "inverted_within_chance"
    assert not found["monotone"]
    assert "颠倒" in between["zh"]
    assert round(found["grades"]["BB"]["rate"], 4) == 0.0076
    assert round(found["grades"]["B"]["rate"], 4) == 0.0072


@pytest.mark.parametrize(
    ("better", "worse", "answer"),
    [
        (Held(10_000, 50), Held(10_000, 200), "holds"),
        (Held(100, 1), Held(100, 2), "not_told_apart"),
        (Held(100, 2), Held(100, 2), "not_told_apart"),
        (Held(10_000, 200), Held(10_000, 50), "inverted"),
    ],
)
def test_what_is_said_of_two_neighbours(better: Held, worse: Held, answer: str) -> None:
    assert backtest({"A": better, "B": worse})["neighbours"][0]["answer"] == answer


def test_bounds_are_wilsons() -> None:
    # Wilson's interval of 10 of 100, to four places.
    assert tuple(round(end, 4) for end in Held(100, 10).bounds) == (0.0552, 0.1744)
    assert Held(10, 0).bounds[0] == 0
    assert Held(10, 10).bounds[1] == pytest.approx(1)


@pytest.mark.parametrize("held", [Held(0, 0), Held(5, 6), Held(5, -1)])
def test_counts_that_cannot_be_are_refused(held: Held) -> None:
    with pytest.raises(ValueError, match="A"):
        backtest({"A": held})
