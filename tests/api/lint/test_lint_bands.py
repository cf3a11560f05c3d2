"""Tables of bands against a plain count: how many bands hold each value that matters."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.authority.lint.bands import check_table, domain
from features.indicators import catalogue as indicators
from features.indicators.base import Indicator
from scoring.card import Limits
from scoring.yaml_tree import Findings, Tree

SHARE = indicators.make("rd_to_sales")
ITEMS = indicators.make("valid_rights", of="class_1")
PERSONS = indicators.make("employees_year_end")
MONEY = indicators.make("operating_revenue")

BOUNDS = st.sampled_from([Fraction(n, 2) for n in range(-2, 9)])


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    ends = sorted(draw(st.lists(BOUNDS, min_size=2, max_size=2, unique=True)))
    least = None if draw(st.integers(0, 3)) == 0 else ends[0]
    most = None if draw(st.integers(0, 3)) == 0 else ends[1]
    return Limits(least, draw(st.booleans()), most, draw(st.booleans()))


@st.composite
def nearly_right(draw: st.DrawFn) -> list[Limits]:
    """Bands that join, of which now and then one limit is changed."""
    cuts = sorted(draw(st.lists(BOUNDS, min_size=1, max_size=4, unique=True)))
    below = [draw(st.booleans()) for _ in cuts]
    bands = [
        Limits(
            cuts[i - 1] if i else None,
            bool(i) and below[i - 1],
            cuts[i] if i < len(cuts) else None,
            i < len(cuts) and not below[i],
        )
        for i in range(len(cuts) + 1)
    ]
    if draw(st.booleans()):
        bands[draw(st.integers(0, len(bands) - 1))] = draw(limits())
    return draw(st.permutations(bands))


def codes(indicator: Indicator, bands: list[Limits]) -> set[str]:
    findings = Findings("table")
    rows = [(band, Tree("", line, f"bands[{line}]")) for line, band in enumerate(bands)]
    check_table(indicator, rows, Tree("", 0, "bands"), findings)
    return {finding.code for finding in findings.found}


def holds(band: Limits, value: Fraction) -> bool:
    above = band.least is None or value > band.least or (value == band.least and not band.least_strict)
    below = band.most is None or value < band.most or (value == band.most and not band.most_strict)
    return above and below


def whole(indicator: Indicator, bands: list[Limits]) -> bool:
    """Whether each value is in one band and each band holds a value, by counting on a grid finer than the limits."""
    step = Fraction(1, 4) if indicator is SHARE else Fraction(1)
    values = [step * n for n in range(int(10 / step))]
    return all(sum(holds(b, v) for b in bands) == 1 for v in values) and all(
        any(holds(b, v) for v in values) for b in bands
    )


@pytest.mark.parametrize("indicator", [SHARE, ITEMS], ids=["share", "items"])
@given(bands=st.one_of(nearly_right(), st.lists(limits(), min_size=1, max_size=4)))
def test_a_table_is_found_wrong_exactly_where_a_value_is_not_in_one_band(
    indicator: Indicator, bands: list[Limits]
) -> None:
    assert (not codes(indicator, bands)) == whole(indicator, bands)


def test_counts_are_whole_and_amounts_have_a_smallest_part() -> None:
    one, two = Fraction(1), Fraction(2)
    assert codes(ITEMS, [Limits(None, False, one), Limits(two)]) == set()
    assert codes(SHARE, [Limits(None, False, one), Limits(two)]) == {"gap_between_bands"}
    assert codes(PERSONS, [Limits(None, False, one), Limits(two)]) == {"gap_between_bands"}
    assert codes(PERSONS, [Limits(None, False, one), Limits(one + Fraction(1, 10_000))]) == set()
    assert codes(MONEY, [Limits(None, False, one), Limits(one + Fraction(1, 100))]) == set()
    assert codes(MONEY, [Limits(None, False, one), Limits(one + Fraction(2, 100))]) == {"gap_between_bands"}


def test_a_band_between_two_counts_holds_nothing() -> None:
    one, two = Fraction(1), Fraction(2)
    table = [Limits(None, False, one), Limits(one, True, two, True), Limits(two)]
    assert codes(ITEMS, table) == {"band_unreachable"}
    assert codes(SHARE, table) == set()


def test_domains() -> None:
    assert domain(SHARE)[0] == (Fraction(0), 0)
    assert domain(MONEY) == ((Fraction(0), 0), (10**12 + Fraction(1, 100), 0))
