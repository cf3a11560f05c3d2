"""What the core form folds while it is built means what was written: every small case against plain Python."""

from __future__ import annotations

from itertools import product

import pytest
from core_oracle import evaluate

from scoring import core
from scoring.core import FALSE, TRUE, Node

X, Y = core.fill("x", 0, 0, 1), core.fill("y", 1, 0, 1)
"""Inputs that are truths."""
PAIRS = list(product((0, 1), repeat=2))
"""Their values."""
TRUTHS = [
    (FALSE, (0, 0, 0, 0)),
    (TRUE, (1, 1, 1, 1)),
    (X, (0, 0, 1, 1)),
    (Y, (0, 1, 0, 1)),
    (core.negate(X), (1, 1, 0, 0)),
    (core.ge(core.add((X, Y)), 2), (0, 0, 0, 1)),
]
"""Nodes with what they are at each of `PAIRS`."""
ALL = [*TRUTHS, *((core.const(number), (number,) * 4) for number in (-3, 0, 1, 2))]


def values(node: Node) -> tuple[int, ...]:
    return tuple(int(evaluate(node, {"x": x, "y": y}, {})) for x, y in PAIRS)


def test_a_choice_between_truths_or_numbers_is_the_one_that_the_condition_says() -> None:
    for (c, holds), (a, one), (b, other) in product(TRUTHS, ALL, ALL):
        wanted = tuple(one[place] if holds[place] else other[place] for place in range(4))
        assert values(core.choose(c, a, b)) == wanted, (c, a, b)


def test_the_smaller_and_the_greater_of_truths_and_numbers() -> None:
    for (a, one), (b, other) in product(ALL, repeat=2):
        assert values(core.smallest((a, b))) == tuple(map(min, one, other)), (a, b)
        assert values(core.greatest((a, b))) == tuple(map(max, one, other)), (a, b)


@pytest.mark.parametrize("given", [{"x": 0}, {"x": 1}, {"x": None}, {"x": 1, "y": None}])
def test_what_is_settled_means_what_it_meant_for_the_values_put_in(given: dict[str, int | None]) -> None:
    roots = [core.choose(core.known("x"), X, Y), core.all_of((core.known("y"), X)), core.add((X, Y))]
    for y in (0, 1, None):
        scalars = {"x": 0, "y": y, **given}
        for root, settled in zip(roots, core.settled(roots, given), strict=True):
            wanted = evaluate(root, scalars, {})
            # Only the other inputs are read any more.
            assert set(core.read([settled])) <= {"y"}
            assert evaluate(settled, {"y": scalars["y"]}, {}) == wanted


def test_a_constant_is_compared_at_once() -> None:
    assert core.eq(core.const(2), 2) is TRUE
    assert core.eq(core.const(2), 3) is FALSE
