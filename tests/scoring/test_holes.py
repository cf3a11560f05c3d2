"""A table of ranges with a hole says nothing of who is in it: the answer is open there, and never a pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies_cards import (
    KIND,
    A,
    Answer,
    B,
    D,
    Reading,
    answering,
    bands,
    brackets,
    card,
    choosers,
    completions,
    firms,
    inputs,
    requirements,
)

from features.facts import FirmFacts
from features.indicators.base import Indicator, Unit
from scoring.assembly import Verdict
from scoring.card import Award, Band, Bands, Card, Case, Choose, Fixed, Limits, Range, Requirement, Values
from scoring.card import Test as Held
from scoring.compile import compile_card
from scoring.spans import NOWHERE, left_out

standing = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

AMOUNT = Indicator("amount", "数量", "amount", Unit.ITEMS, A, "")
SHARE = Indicator("share", "占比", "share", Unit.SHARE, A / D, "")
CHOICE = Indicator("choice", "类别", "choice", Unit.CHOICE, KIND, "")
MET = Held(Indicator("met", "满足", "met", Unit.ITEMS, B, ""), Limits(least=Fraction(0)))


def below(cut: Fraction | int) -> Limits:
    return Limits(most=Fraction(cut), most_strict=True)


def above(cut: Fraction | int) -> Limits:
    return Limits(least=Fraction(cut), least_strict=True)


Facts = dict[str, int | None]


def answered(sample: Card, facts: Facts) -> Answer:
    given = {"a": 0, "d": 1, "kind": 0} | facts
    scalars = {A.path: given["a"], B.path: 0, D.path: given["d"], KIND.path: given["kind"]}
    return answering(compile_card(sample))(FirmFacts(scalars, {}))


@pytest.mark.parametrize(
    ("by", "ranges", "facts", "verdict"),
    [
        (AMOUNT, [below(1), above(1)], {"a": 0}, Verdict.PASS),
        (AMOUNT, [below(1), above(1)], {"a": 1}, Verdict.UNDETERMINED),
        (AMOUNT, [below(1), above(1)], {"a": 2}, Verdict.PASS),
        (AMOUNT, [below(1), above(1)], {"a": None}, Verdict.UNDETERMINED),
        (AMOUNT, [below(2)], {"a": 2}, Verdict.UNDETERMINED),
        (SHARE, [below(Fraction(1, 2)), above(Fraction(1, 2))], {"a": 1, "d": 2}, Verdict.UNDETERMINED),
        (SHARE, [below(Fraction(1, 2)), above(Fraction(1, 2))], {"a": 1, "d": 1}, Verdict.PASS),
        (CHOICE, [Values((0,)), Values((2,))], {"a": 0, "kind": 1}, Verdict.UNDETERMINED),
        (CHOICE, [Values((0,)), Values((2,))], {"a": 0, "kind": 2}, Verdict.PASS),
    ],
)
def test_who_is_in_no_bracket_is_open(by: Indicator, ranges: Sequence[Range], facts: Facts, verdict: Verdict) -> None:
    gate: Requirement = Choose(by, tuple(Case(range_, MET) for range_ in ranges))
    assert answered(card(gates={"gate": gate}), facts).verdict is verdict


@pytest.mark.parametrize(
    ("by", "ranges", "facts", "points"),
    [
        (AMOUNT, [below(1), above(1)], {"a": 0}, (2, 2)),
        (AMOUNT, [below(1), above(1)], {"a": 1}, (0, 6)),
        (AMOUNT, [below(1), above(1)], {"a": 2}, (6, 6)),
        (SHARE, [below(Fraction(1, 2)), above(Fraction(1, 2))], {"a": 1, "d": 2}, (0, 6)),
        (CHOICE, [Values((0,)), Values((2,))], {"a": 0, "kind": 1}, (0, 6)),
    ],
)
def test_who_is_in_no_band_may_have_all_points_or_none(
    by: Indicator, ranges: Sequence[Range], facts: Facts, points: tuple[int, int]
) -> None:
    table: Award = Bands(by, tuple(Band(range_, p, p) for range_, p in zip(ranges, (2, 6), strict=True)))
    chosen: Award = Choose(by, tuple(Case(range_, Fixed(p)) for range_, p in zip(ranges, (2, 6), strict=True)))
    for award in (table, chosen):
        assert answered(card({"item": award}), facts).parts["items/item"] == points


def test_whole_numbers_leave_no_hole_between_one_and_two() -> None:
    table = [Limits(most=Fraction(1)), Limits(least=Fraction(2))]
    assert left_out(AMOUNT, table) == []
    (hole,) = left_out(SHARE, table)
    assert hole == Limits(Fraction(1), True, Fraction(2), True, NOWHERE)


@standing
@given(st.data())
def test_the_points_of_a_hole_are_any_and_elsewhere_they_are_as_they_were(data: st.DataObject) -> None:
    whole = data.draw(bands())
    lost = data.draw(st.sampled_from(whole.bands))
    award = replace(whole, bands=tuple(band for band in whole.bands if band is not lost))
    assume(award.bands)
    compiled = compile_card(card({"item": award}))
    read = inputs(compiled)
    firm = data.draw(firms(read))
    low, high = answering(compiled)(firm).parts["items/item"]
    found: list[int] = []
    for complete in map(Reading, completions(firm, read)):
        holed = complete.within(whole.indicator, lost.range)
        # A grade that is on file counts also there: it is a person's, and no band speaks against it.
        graded = holed and award.criterion is not None
        ends = (0, max(band.high for band in award.bands))
        found += [complete.graded(*ends)] if graded else ends if holed else [complete.points(award)]
    assert low <= min(found) <= max(found) <= high


@standing
@given(st.data())
def test_a_condition_with_a_hole_is_certain_only_outside_of_it(data: st.DataObject) -> None:
    by = data.draw(choosers())
    cases = [Case(range_, data.draw(requirements(1))) for range_ in data.draw(brackets(by))]
    lost = cases.pop(data.draw(st.integers(0, len(cases) - 1)))
    assume(cases)
    gate = Choose(by, tuple(cases))
    compiled = compile_card(card(gates={"gate": gate}))
    read = inputs(compiled)
    firm = data.draw(firms(read))
    low, high = answering(compiled)(firm).parts["gates/gate"]
    for complete in map(Reading, completions(firm, read)):
        if complete.within(by, lost.range):
            assert low == 0
        else:
            assert low <= complete.satisfies(gate) <= high
