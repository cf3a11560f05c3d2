"""Rules first: probability goes only where they leave a tier open."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.placement import NONE, allowed, placed, spread
from scoring.assembly import Verdict

LADDER = ("tech_sme", "high_tech_enterprise", "gazelle")
PASS, FAIL, OPEN, OUTSIDE = Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED, Verdict.NOT_APPLICABLE
P = {"tech_sme": 0.9, "high_tech_enterprise": 0.3, "gazelle": 0.2}


def test_what_the_rules_decide_needs_no_probability() -> None:
    found = placed(LADDER, dict(zip(LADDER, (PASS, PASS, FAIL), strict=True)), {})
    assert found == {NONE: 0.0, "tech_sme": 0.0, "high_tech_enterprise": 1.0, "gazelle": 0.0}


def test_an_open_tier_above_a_granted_one_shares_with_it_alone() -> None:
    found = placed(LADDER, {"tech_sme": PASS, "high_tech_enterprise": OPEN, "gazelle": FAIL}, P)
    assert found == pytest.approx({NONE: 0.0, "tech_sme": 0.7, "high_tech_enterprise": 0.3, "gazelle": 0.0})


def test_two_open_tiers_are_spread_from_the_top() -> None:
    found = placed(LADDER, {"tech_sme": FAIL}, P)
    assert found == pytest.approx({NONE: 0.56, "tech_sme": 0.0, "high_tech_enterprise": 0.24, "gazelle": 0.2})


def test_an_open_tier_without_a_learned_card_leaves_no_placement() -> None:
    assert placed(LADDER, {"tech_sme": PASS, "high_tech_enterprise": FAIL}, {"tech_sme": 0.5}) is None
    # Hidden below a granted tier it is not missed.
    assert placed(LADDER, {"high_tech_enterprise": PASS, "gazelle": OUTSIDE}, {}) is not None


def test_the_rules_say_what_is_granted_what_is_excluded_and_what_is_open() -> None:
    verdicts = {"tech_sme": OPEN, "high_tech_enterprise": PASS}
    assert allowed(LADDER, verdicts) == {"tech_sme": False, "high_tech_enterprise": True, "gazelle": None}


@pytest.mark.parametrize("verdicts", list(itertools.product((PASS, FAIL, OPEN, OUTSIDE), repeat=3)))
def test_nothing_goes_to_an_excluded_tier_nor_below_a_granted_one(verdicts: tuple[Verdict, ...]) -> None:
    found = placed(LADDER, dict(zip(LADDER, verdicts, strict=True)), P)
    assert found is not None
    assert sum(found.values()) == pytest.approx(1)
    granted = max((place for place, verdict in enumerate(verdicts) if verdict is PASS), default=-1)
    for place, (tier, verdict) in enumerate(zip(LADDER, verdicts, strict=True)):
        if verdict in (FAIL, OUTSIDE) or place < granted:
            assert found[tier] == 0.0, tier
    assert found[NONE] == 0.0 or granted == -1


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=5))
def test_a_spread_sums_to_one_of_numbers_arrays_and_columns_alike(rows: list[list[float]]) -> None:
    one_by_one = [spread(row) for row in rows]
    assert np.sum(one_by_one, axis=1) == pytest.approx(np.ones(len(rows)))
    assert np.min(one_by_one) >= 0
    assert np.column_stack(spread(list(np.array(rows).T))).tolist() == one_by_one
    columns = pl.DataFrame(rows, schema=list("abcd"), orient="row")
    told = columns.select(one.alias(str(n)) for n, one in enumerate(spread([pl.col(name) for name in "abcd"])))
    assert [list(row) for row in told.iter_rows()] == one_by_one


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(sorted), min_size=1, max_size=4))
def test_ends_of_a_spread_hold_every_spread_between(ends: list[list[float]]) -> None:
    low, between, high = (list(one) for one in zip(*ends, strict=True))
    least, most = spread(low, high), spread(high, low)
    for one, found, other in zip(least, spread(between), most, strict=True):
        assert one - 1e-12 <= found <= other + 1e-12


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="0"):
        placed(LADDER, {"tech_sme": FAIL}, {**P, "gazelle": 1.2})
