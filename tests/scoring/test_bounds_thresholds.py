"""Exactly at a threshold, one unit below and one above: cross-multiplied, never rounded, alike in both back ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from by_name import compile_by_name
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies_cards import card, ends

from features.expression import Fact, Ratio, annual
from features.facts import FirmFacts
from features.indicators.base import Indicator, Unit
from scoring import column_backend
from scoring.card import Award, Band, Bands, Limits, LinearToCap, Requirement
from scoring.card import Test as Held
from scoring.compile import compile_card
from scoring.core import WIDEST, Node
from scoring.errors import CardError

standing = settings(max_examples=250, deadline=None, derandomize=True, database=None)

REVENUE, BEFORE, PROFIT = annual("revenue"), annual("revenue", -2), annual("net_profit")
MOST = 10**14
"""Fen in 10¹² yuan, the end of the domain of money."""

FORMS: dict[str, Callable[[Fraction], Limits]] = {
    "at least": lambda t: Limits(t),
    "more than": lambda t: Limits(t, least_strict=True),
    "at most": lambda t: Limits(most=t),
    "less than": lambda t: Limits(most=t, most_strict=True),
}
HOLDS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "at least": lambda value, t: value >= t,
    "more than": lambda value, t: value > t,
    "at most": lambda value, t: value <= t,
    "less than": lambda value, t: value < t,
}


def indicator(expression: Ratio | Fact, unit: Unit = Unit.SHARE) -> Indicator:
    """An indicator of an expression."""
    return Indicator("sample", "样本", "sample", unit, expression, "")


def share(*, signed: bool, minus: int = 0) -> Indicator:
    """Profit or revenue over the revenue of the year before, minus one for growth."""
    ratio = (PROFIT if signed else REVENUE) / BEFORE
    return indicator(Ratio(ratio.numerator, ratio.denominator, minus))


def answers(roots: Mapping[str, Node], **known: int) -> dict[str, int]:
    """The value of every root, once both back ends agree on it."""
    facts = {"revenue": REVENUE, "before": BEFORE, "profit": PROFIT}
    scalars: dict[str, int | None] = {fact.path: known.get(name) for name, fact in facts.items()}
    one = {name: int(value) for name, value in compile_by_name(roots)(FirmFacts(scalars)).items()}
    frame = pl.DataFrame({name: [value] for name, value in scalars.items()}, schema=dict.fromkeys(scalars, pl.Int64))
    assert column_backend.evaluate(roots, column_backend.Facts(frame, {}, {})).row(0, named=True) == one
    return one


def part(award: Award | None = None, gate: Requirement | None = None) -> dict[str, Node]:
    """Both ends of a card's one part."""
    compiled = compile_card(card({"item": award} if award else {}, {"gate": gate} if gate else {}, cap=WIDEST))
    (only,) = compiled.parts.values()
    return dict(zip(("low", "high"), ends(only.bounds), strict=True))


def every_form(measured: Indicator, threshold: Fraction) -> dict[str, Node]:
    """The four ways to hold a value against one threshold."""
    return {
        f"{name} {end}": node
        for name, form in FORMS.items()
        for end, node in part(gate=Held(measured, form(threshold))).items()
    }


# --- ratios ---------------------------------------------------------------------------------------------------------


@standing
@given(
    st.integers(-300, 300),
    st.sampled_from([1, 2, 3, 7, 9, 10, 100, 1000, 10**4, 10**6]),
    st.sampled_from([0, 1]),
    st.integers(1, MOST),
    st.sampled_from([-1, 0, 1]),
)
def test_a_ratio_is_compared_exactly_around_its_threshold(p: int, q: int, minus: int, times: int, off: int) -> None:
    threshold = Fraction(p, q)
    top, bottom = (threshold + minus).as_integer_ratio()
    times = 1 + times % (MOST // max(abs(top), bottom))
    over, under = top * times + off, bottom * times
    assume(abs(over) <= MOST)
    signed = over < 0
    found = answers(
        every_form(share(signed=signed, minus=minus), threshold),
        before=under,
        **{"profit" if signed else "revenue": over},
    )
    value = Fraction(over, under) - minus
    for name, holds in HOLDS.items():
        assert found[f"{name} low"] == found[f"{name} high"] == holds(value, threshold)


@pytest.mark.parametrize("minus", [0, 1])
@pytest.mark.parametrize("threshold", [Fraction(-1, 2), Fraction(0), Fraction(1, 10)])
@pytest.mark.parametrize("over", [-5, 0, 5])
def test_a_ratio_over_zero_meets_no_limit_and_earns_nothing(minus: int, threshold: Fraction, over: int) -> None:
    measured = share(signed=True, minus=minus)
    assert set(answers(every_form(measured, threshold), before=0, profit=over).values()) == {0}
    table = Bands(measured, (Band(Limits(threshold), 9, 9), Band(Limits(most=threshold, most_strict=True), 5, 5)))
    assert answers(part(table), before=0, profit=over) == {"low": 0, "high": 0}


@pytest.mark.parametrize(("profit", "wanted"), [(3, {"low": 0, "high": 9}), (-3, {"low": 0, "high": 5})])
def test_an_unknown_denominator_may_be_zero(profit: int, wanted: dict[str, int]) -> None:
    # What is known of the numerator decides the band wherever the ratio exists; where it does not, nothing is earned.
    table = Bands(
        share(signed=True), (Band(Limits(Fraction(0)), 9, 9), Band(Limits(most=Fraction(0), most_strict=True), 5, 5))
    )
    assert answers(part(table), profit=profit) == wanted


@standing
@given(
    st.integers(1, MOST),
    st.integers(1, MOST),
    st.lists(st.fractions(-2, 5, max_denominator=1000), min_size=1, max_size=5, unique=True),
    st.sampled_from([0, 1]),
)
def test_bands_give_the_points_of_the_one_band_in_which_the_fraction_lies(
    over: int, under: int, cuts: list[Fraction], minus: int
) -> None:
    cuts = sorted({*cuts, Fraction(over, under) - minus})
    ranges = [Limits(most=cuts[0], most_strict=True), *map(Limits, cuts)]
    closed = [
        Limits(low.least, False, high.least, True) if low.least is not None else low
        for low, high in zip(ranges, [*ranges[1:], Limits()], strict=True)
    ]
    closed[-1] = Limits(cuts[-1])
    table = Bands(share(signed=False, minus=minus), tuple(Band(r, i, i) for i, r in enumerate(closed)))
    value = Fraction(over, under) - minus
    points = sum(value >= cut for cut in cuts)
    assert answers(part(table), before=under, revenue=over) == {"low": points, "high": points}


# --- amounts and linear points --------------------------------------------------------------------------------------


@standing
@given(st.fractions(-(10**12), 10**12, max_denominator=10**6), st.sampled_from([-1, 0, 1]))
def test_an_amount_is_compared_exactly_with_a_limit_that_no_fen_meets(threshold: Fraction, off: int) -> None:
    amount = round(threshold * 100) + off
    assume(abs(amount) <= MOST)
    found = answers(every_form(indicator(PROFIT, Unit.YUAN), threshold), profit=amount)
    for name, holds in HOLDS.items():
        assert found[f"{name} low"] == found[f"{name} high"] == holds(Fraction(amount, 100), threshold)


@standing
@given(
    st.integers(1, MOST),
    st.integers(1, 20_000_000),
    st.fractions(Fraction(1, 100), 50, max_denominator=100),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([1, 10, 500_000]),
)
def test_linear_points_are_rounded_down_and_never_by_a_hair(
    under: int, points: int, full: Fraction, off: int, step: int
) -> None:
    # Just where one point more begins.
    over = -(-full * (points // 2) * under // points) + off
    assume(0 <= over <= MOST)
    exact = max(0, min(points, points * Fraction(over, under) // full)) // step * step
    award = LinearToCap(share(signed=False), full, points, step)
    assert answers(part(award), before=under, revenue=int(over)) == {"low": exact, "high": exact}


# --- the ends of 127 bits -------------------------------------------------------------------------------------------

FINEST = WIDEST // MOST
"""The greatest denominator of a threshold that money of any amount can be held against."""


def test_a_threshold_as_fine_as_127_bits_allow_is_exact() -> None:
    threshold = Fraction(FINEST - 1, FINEST)
    roots = every_form(share(signed=False), threshold)
    for revenue, before in ((MOST, MOST), (MOST - 1, MOST), (MOST, MOST - 1), (1, MOST), (0, 1)):
        found = answers(roots, revenue=revenue, before=before)
        for name, holds in HOLDS.items():
            assert found[f"{name} low"] == holds(Fraction(revenue, before), threshold)


@pytest.mark.parametrize(
    "part_of",
    [
        lambda t: {"gate": Held(share(signed=False), Limits(t))},
        lambda t: {"gate": Held(share(signed=True), Limits(most=-t))},
        lambda t: {"award": Bands(share(signed=False), (Band(Limits(t), 1, 1),))},
        lambda t: {"award": LinearToCap(share(signed=False), t, 1, 1)},
    ],
    ids=["limit", "negative limit", "bands", "linear"],
)
def test_a_finer_threshold_is_an_error_and_never_overflows(part_of: Callable[[Fraction], dict[str, Any]]) -> None:
    part(**part_of(Fraction(1, FINEST)))
    with pytest.raises(CardError, match="integer_too_wide"):
        part(**part_of(Fraction(1, FINEST + 1)))


def test_linear_points_up_to_127_bits_are_exact() -> None:
    most = FINEST // 7
    whole = part(LinearToCap(share(signed=False), Fraction(1), FINEST, 1))
    sevenths = part(LinearToCap(share(signed=False), Fraction(1, 7), most, 1))
    assert most > 2**63
    for revenue, before in ((MOST, MOST), (MOST - 1, MOST), (1, MOST), (MOST // 8, MOST)):
        assert set(answers(whole, revenue=revenue, before=before).values()) == {FINEST * revenue // before}
        assert set(answers(sevenths, revenue=revenue, before=before).values()) == {
            min(most, most * 7 * revenue // before)
        }
    with pytest.raises(CardError, match="integer_too_wide"):
        part(LinearToCap(share(signed=False), Fraction(1), FINEST + 1, 1))
