"""Every limit against every state of knowledge of the few facts that one measure reads: what is open is truly open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import pytest
from by_name import compile_by_name
from strategies_cards import (
    CELLS,
    GRADE,
    LABEL,
    OFFICIAL,
    PREFERRED,
    SCALARS,
    SIGNED,
    A,
    D,
    E,
    Reading,
    answering,
    card,
    completions,
    ends,
)

from features.expression import Compound, Count, Fact, FirstKnown, Linear, MeanGrowth, OneOf, Quantity, Ratio, RowFact
from features.facts import FirmFacts, listed
from features.indicators.base import Indicator, Unit
from scoring.assembly import Verdict
from scoring.card import Award, Band, Bands, Group, Limits, LinearToCap, Requirement, Route
from scoring.card import Test as Held
from scoring.compile import compile_card
from scoring.errors import CardError


def share(expression: Quantity | Ratio | MeanGrowth) -> Indicator:
    return Indicator("sample", "样本", "sample", Unit.SHARE, expression, "")


def states(facts: Sequence[Fact]) -> Iterator[FirmFacts]:
    """Each fact unknown or any of its values, all others 0."""
    scalars: dict[str, int | None] = {**dict.fromkeys(SCALARS, 0), **{listed(table): 1 for table in CELLS}}
    scalars |= {GRADE: 0, PREFERRED.path: None}
    for values in product(*([None, *range(fact.kind.lo, fact.kind.hi + 1)] for fact in facts)):
        known = {fact.path: value for fact, value in zip(facts, values, strict=True)}
        yield FirmFacts({**scalars, **known}, {table: [] for table in CELLS})


def check(facts: Sequence[Fact], award: Award | None = None, gate: Requirement | None = None) -> None:
    """In every state both ends are the least and the most of the completions."""
    sample = card({"item": award} if award else {}, {"gate": gate} if gate else {})
    compiled = compile_card(sample)
    ((name, part),) = compiled.parts.items()
    evaluate = compile_by_name(dict(zip(("low", "high"), ends(part.bounds), strict=True)))
    for firm in states(facts):
        found = [Reading(whole).part(sample, name) for whole in completions(firm, {fact.path for fact in facts})]
        assert evaluate(firm) == {"low": min(found), "high": max(found)}


LIMITS = [
    Limits(Fraction(0)),
    Limits(Fraction(0), True),
    Limits(most=Fraction(0)),
    Limits(most=Fraction(0), most_strict=True),
]


def moved(limits: Limits, to: Fraction) -> Limits:
    """The same form of limit elsewhere."""
    if limits.least is not None:
        return Limits(to, limits.least_strict)
    return Limits(most=to, most_strict=limits.most_strict)


@pytest.mark.parametrize(
    "threshold", [Fraction(-2), Fraction(-2, 3), Fraction(-1, 2), Fraction(0), Fraction(2, 3), Fraction(1)]
)
@pytest.mark.parametrize("minus", [0, 1])
@pytest.mark.parametrize("form", LIMITS)
def test_a_limit_on_a_share_or_a_growth_rate(form: Limits, minus: int, threshold: Fraction) -> None:
    for over in (SIGNED, SIGNED - E):
        ratio = Ratio(Linear.of(over), Linear.of(D), minus)
        check((SIGNED, D, E), gate=Held(share(ratio), moved(form, threshold)))


@pytest.mark.parametrize("form", LIMITS)
@pytest.mark.parametrize("threshold", [Fraction(-3, 2), Fraction(0), Fraction(1), Fraction(5, 2)])
def test_a_limit_on_an_amount(form: Limits, threshold: Fraction) -> None:
    for amount in (SIGNED, FirstKnown((PREFERRED, A)), A - SIGNED, A + E + 1):
        check((SIGNED, A, E, PREFERRED), gate=Held(share(amount), moved(form, threshold)))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "threshold", [Fraction(-1), Fraction(-1, 2), Fraction(0), Fraction(1, 3), Fraction(3, 4), Fraction(1)]
)
@pytest.mark.parametrize("plain", [False, True])
def test_at_least_so_much_mean_growth(threshold: Fraction, strict: bool, plain: bool) -> None:
    for first, third in ((E, A), (E, SIGNED), (SIGNED, A)):
        growth = MeanGrowth(Linear.of(first), Linear.of(D), Linear.of(third), plain=plain)
        check((first, D, third), gate=Held(share(growth), Limits(threshold, strict)))


@pytest.mark.parametrize("form", LIMITS)
@pytest.mark.parametrize("intervals", [1, 2, 3])
@pytest.mark.parametrize(
    "threshold", [Fraction(-2), Fraction(-1), Fraction(-1, 2), Fraction(0), Fraction(1, 2), Fraction(1)]
)
def test_a_limit_on_compound_growth(form: Limits, intervals: int, threshold: Fraction) -> None:
    for last, first in ((A, D), (A, D - 1), (A + E, D)):
        growth = Compound(Linear.of(last), Linear.of(first), intervals=intervals)
        check((A, D, E), gate=Held(share(growth), moved(form, threshold)))


@pytest.mark.parametrize(
    ("full", "points", "step"), [(Fraction(1), 6, 1), (Fraction(3, 2), 7, 2), (Fraction(1, 3), 5, 1)]
)
def test_points_in_proportion(full: Fraction, points: int, step: int) -> None:
    for measured in (A / D, SIGNED / D, A, A / (D + E)):
        check((A, D, SIGNED, E), LinearToCap(share(measured), full, points, step))


@pytest.mark.parametrize(
    "ratio",
    [
        (A + D) / (D + E),
        Count("event", OneOf(RowFact("event", "role"), (0,))) / Count("event", OneOf(RowFact("event", "role"), (1,))),
        FirstKnown((PREFERRED, A)) / (A + D),
    ],
    ids=["a fact", "a table", "a plain measure"],
)
def test_a_ratio_that_reads_one_fact_on_both_sides_is_refused(ratio: Ratio) -> None:
    with pytest.raises(CardError, match="shared_fact_in_ratio"):
        compile_card(card(gates={"gate": Held(share(ratio), Limits(Fraction(1)))}))


@pytest.mark.parametrize("floor", [None, 1, 2])
@pytest.mark.parametrize("cap", [None, 2])
@pytest.mark.parametrize("least", [2, 3])
def test_a_group_at_its_floor_and_a_score_at_its_limit_pass(least: int, cap: int | None, floor: int | None) -> None:
    points = [Limits(most=Fraction(1), most_strict=True), Limits(Fraction(1), most=Fraction(1)), Limits(Fraction(2))]
    items = {
        fact.path: Bands(share(fact), tuple(Band(range_, i, i) for i, range_ in enumerate(points))) for fact in (A, E)
    }
    group = Group("group", LABEL, (A.path,), cap, floor)
    route = Route("score", LABEL, OFFICIAL, Limits(Fraction(least, 10**6)))
    sample = card(items, {}, {"score": route}, {"group": group})
    answer = answering(compile_card(sample))
    for firm in states((A, E)):
        found = [Reading(whole) for whole in completions(firm, {A.path, E.path})]
        totals, verdicts = {one.score(sample)[0] for one in found}, {one.passes(sample) for one in found}
        assert answer(firm).score == (min(totals), max(totals))
        wanted = Verdict.UNDETERMINED if len(verdicts) > 1 else (Verdict.FAIL, Verdict.PASS)[verdicts.pop()]
        assert answer(firm).verdict is wanted
