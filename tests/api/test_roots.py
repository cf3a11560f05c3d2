"""The root of compound growth, as it is shown: the nearest float, exact where the root ends."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answers.numbers import nth_root, number


@pytest.mark.parametrize(
    ("quotient", "degree", "shown"),
    [
        (Fraction(11025, 10000), 2, 1.05),
        (Fraction(1157625, 1000000), 3, 1.05),
        (Fraction(5, 4), 1, 1.25),
        (Fraction(0), 2, 0),
        (Fraction(1), 3, 1),
        (Fraction(2), 2, 2**0.5),
    ],
)
def test_a_root_is_shown_as_the_nearest_float(quotient: Fraction, degree: int, shown: float) -> None:
    assert number(*nth_root(*quotient.as_integer_ratio(), degree)) == shown


@given(st.integers(0, 10**14), st.integers(1, 10**14), st.integers(1, 3))
def test_a_root_agrees_with_decimals(numerator: int, denominator: int, degree: int) -> None:
    with localcontext(prec=60):
        wanted = (Decimal(numerator) / denominator) ** (Decimal(1) / degree)
    found = number(*nth_root(numerator, denominator, degree))
    assert found == pytest.approx(float(wanted), rel=1e-15, abs=1e-15)
