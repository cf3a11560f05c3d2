"""Answers whose ends nothing reaches: the smallest cards found. Each is sound; none may call itself exact."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise

import pytest
from strategies_cards import (
    CELLS,
    GRADE,
    KIND,
    LABEL,
    OFFICIAL,
    PREFERRED,
    SCALARS,
    A,
    D,
    E,
    answering,
    card,
    completions,
    inputs,
)

from features.expression import (
    All,
    Condition,
    Count,
    Either,
    Exists,
    Fact,
    FirstKnown,
    Linear,
    MeanGrowth,
    OneOf,
    Quantity,
    Ratio,
    RowFact,
)
from features.facts import FirmFacts, listed
from features.indicators.base import Indicator, Unit
from scoring.assembly import Verdict
from scoring.card import (
    AllOf,
    AnyOf,
    Award,
    Band,
    Bands,
    BestOf,
    Card,
    Case,
    Choose,
    Fixed,
    Limits,
    LinearToCap,
    Route,
    Values,
)
from scoring.card import Test as Held
from scoring.compile import compile_card

Row = dict[str, int | None]
LEAD, PARTICIPANT = (OneOf(RowFact("event", "role"), (code,)) for code in CELLS["event"]["role"])
"""The two values of a column: of a row whose role is unknown one of them holds."""


def indicator(expression: Quantity | Ratio | MeanGrowth | Condition, unit: Unit = Unit.ITEMS) -> Indicator:
    return Indicator("sample", "样本", "sample", unit, expression, "")


def yes(condition: Condition) -> Held:
    return Held(indicator(condition, Unit.TRUTH), Values((1,)))


def from_to(
    expression: Quantity | Ratio | MeanGrowth, least: Fraction | int | None, most: Fraction | int | None
) -> Held:
    ends = (None if end is None else Fraction(end) for end in (least, most))
    return Held(indicator(expression, Unit.SHARE), Limits(next(ends), False, next(ends), False))


def steps(expression: Quantity | Ratio | MeanGrowth, *cuts: Fraction | int, falling: bool = False) -> Bands:
    """One point more (or less) from each cut on."""
    whole = [Fraction(cut) for cut in cuts]
    ranges = [Limits(most=whole[0], most_strict=True)]
    ranges += [Limits(low, False, high, True) for low, high in pairwise(whole)]
    ranges.append(Limits(whole[-1]))
    points = [len(cuts) - i if falling else i for i in range(len(ranges))]
    return Bands(indicator(expression, Unit.SHARE), tuple(Band(r, p, p) for r, p in zip(ranges, points, strict=True)))


def by(expression: Quantity | Ratio | Condition, **cases: Award) -> Choose[Award]:
    """A choice with cases ``to_<n>`` (≤ n), ``above_<n>`` (> n), ``is_<codes>``."""
    found: list[Case[Award]] = []
    for name, body in cases.items():
        word, _, number = name.partition("_")
        if word == "is":
            found.append(Case(Values(tuple(int(code) for code in number)), body))
        else:
            edge = Fraction(int(number))
            found.append(Case(Limits(most=edge) if word == "to" else Limits(edge, True), body))
    unit = Unit.CHOICE if expression is KIND else Unit.TRUTH if isinstance(expression, Condition) else Unit.ITEMS
    return Choose(indicator(expression, unit), tuple(found))


def firm(*unknown: Fact, events: list[Row] | None = None, known: Mapping[Fact, int] | None = None) -> FirmFacts:
    """All facts 0 but these; of an event not mentioned cells are 0."""
    scalars: dict[str, int | None] = {**dict.fromkeys(SCALARS, 0), **{listed(table): 1 for table in CELLS}}
    scalars |= {GRADE: 0, PREFERRED.path: None}
    scalars |= {fact.path: value for fact, value in (known or {}).items()}
    scalars |= {fact.path: None for fact in unknown}
    blank: Row = dict.fromkeys(CELLS["event"], 0)
    return FirmFacts(scalars, {**{t: [] for t in CELLS}, "event": [{**blank, **row} for row in events or []]})


EITHER_ROLE = firm(events=[{"role": None}])
SCORE = {
    "one": Route("one", LABEL, OFFICIAL, Limits(Fraction(1, 10**6))),
    "some": Route("some", LABEL, OFFICIAL, Limits(Fraction(2, 10**6))),
    "few": Route("few", LABEL, OFFICIAL, Limits(most=Fraction(1, 10**6))),
}

CASES: dict[str, tuple[Card, FirmFacts]] = {
    # A ratio earns nothing over 0 but much over 1, so its denominator does not move it one way only.
    "a denominator that another item counts down": (
        card({"share": steps(A / D, 1), "size": steps(D, 3, falling=True)}),
        firm(D, known={A: 3}),
    ),
    "a denominator that the same item counts down": (
        card({"best": BestOf({"share": steps(A / D, 1), "size": steps(D, 3, falling=True)})}),
        firm(D, known={A: 3}),
    ),
    "a denominator of linear points that another item counts down": (
        card(
            {
                "share": LinearToCap(indicator(A / D, Unit.SHARE), Fraction(1), 6, 1),
                "size": steps(D, 3, falling=True),
            }
        ),
        firm(D, known={A: 3}),
    ),
    "a first year of growth that another item counts down": (
        card(
            {"growth": steps(MeanGrowth(*map(Linear.of, (E, D, A))), Fraction(1, 8)), "size": steps(E, 2, falling=True)}
        ),
        firm(E, known={D: 3, A: 3}),
    ),
    # Alternatives that together leave no way out.
    "rows of either kind by any-of": (
        card(gates={"gate": AnyOf((yes(Exists("event", LEAD)), yes(Exists("event", PARTICIPANT))))}),
        EITHER_ROLE,
    ),
    "rows of either kind in one indicator": (
        card(gates={"gate": yes(Either((Exists("event", LEAD), Exists("event", PARTICIPANT))))}),
        EITHER_ROLE,
    ),
    "one row that is of either kind": (
        card(gates={"gate": yes(Exists("event", LEAD | (PARTICIPANT & (RowFact("event", "count") <= 0))))}),
        EITHER_ROLE,
    ),
    "the best of two counts": (
        card({"best": BestOf({"lead": steps(Count("event", LEAD), 1), "part": steps(Count("event", PARTICIPANT), 1)})}),
        EITHER_ROLE,
    ),
    "routes by score that meet": (
        card({"item": steps(A, 1, 2, 3)}, routes={n: SCORE[n] for n in ("some", "few")}),
        firm(A),
    ),
    # One fact read twice inside one indicator.
    "a sum of counts that exclude one another": (
        card({"item": steps(Count("event", LEAD) + Count("event", PARTICIPANT), 1, 2)}),
        EITHER_ROLE,
    ),
    "a measure less the plain one it falls back on": (
        card({"item": steps(FirstKnown((PREFERRED, A)) - A, 0, 1)}),
        firm(A),
    ),
    "conditions that exclude one another": (card(gates={"gate": yes(All((A >= 2, A <= 1)))}), firm(A)),
    "a sum of the column that is limited": (
        card({"item": steps(Count("event", RowFact("event", "count") <= 1, "count"), 1, 2)}),
        firm(events=[{"count": None}]),
    ),
    # A chooser that its brackets read, but are not confined by.
    "a choice whose brackets read it": (
        card(
            {
                "item": by(
                    KIND,
                    is_0=Fixed(0),
                    is_12=Bands(indicator(KIND, Unit.CHOICE), (Band(Values((0,)), 1, 1), Band(Values((1, 2)), 0, 0))),
                )
            }
        ),
        firm(KIND),
    ),
    "a preferred measure whose brackets read the plain one": (
        card({"item": by(FirstKnown((PREFERRED, A)), to_1=steps(A, 2), above_1=Fixed(0))}),
        firm(A),
    ),
    "a condition whose brackets read its fact": (card({"item": by(A >= 2, is_0=steps(A, 2), is_1=Fixed(0))}), firm(A)),
    "a ratio whose brackets read its numerator": (
        card({"item": by(A / E, to_1=steps(A, 2), above_1=Fixed(0))}),
        firm(A, known={E: 1}),
    ),
    "a multiple whose brackets read its fact": (card({"item": by(A * 2, to_2=steps(A, 2), above_2=Fixed(0))}), firm(A)),
    "a choice within a choice by the same fact": (
        card({"item": by(A, to_2=by(A, to_0=Fixed(0), above_0=steps(A, 3)), above_2=Fixed(0))}),
        firm(A),
    ),
    "a choice by a count that skips the bracket between": (
        card(
            {
                "item": Choose(
                    indicator(Count("event", LEAD, "count")),
                    (
                        Case(Limits(most=Fraction(0)), Fixed(0)),
                        Case(Limits(Fraction(1), most=Fraction(1)), Fixed(1)),
                        Case(Limits(Fraction(2)), Fixed(0)),
                    ),
                )
            }
        ),
        firm(events=[{"role": None, "count": 2}]),
    ),
    # Values that skip a range, or never come as near to 0 as an integer can.
    "a share between two that can be": (
        card(gates={"gate": from_to(A / D, Fraction(2, 5), Fraction(3, 5))}),
        firm(A, known={D: 3}),
    ),
    "a weighted count between two that can be": (
        card(gates={"gate": from_to(Count("event", LEAD, "count"), 1, 1)}),
        firm(events=[{"role": None, "count": 2}]),
    ),
    "a multiple as denominator": (card({"item": steps(A / (D * 2), 1)}), firm(D, known={A: 1})),
    "growth below its least": (
        card(gates={"gate": from_to(MeanGrowth(*map(Linear.of, (E, D, A))), None, Fraction(1, 2))}),
        firm(D, known={E: 1, A: 3}),
    ),
}


CASES |= {
    # One fact in several parts that it moves different ways, or rows that cannot count in both.
    "two items that count rows of different kinds": (
        card({"lead": steps(Count("event", LEAD), 1), "part": steps(Count("event", PARTICIPANT), 1)}),
        EITHER_ROLE,
    ),
    "gates on rows of different kinds": (
        card(gates={"lead": yes(Exists("event", LEAD)), "part": yes(Exists("event", PARTICIPANT))}),
        EITHER_ROLE,
    ),
    "rows of both kinds by all-of": (
        card(gates={"gate": AllOf((yes(Exists("event", LEAD)), yes(Exists("event", PARTICIPANT))))}),
        EITHER_ROLE,
    ),
    "gates on two values of one choice": (
        card(gates={str(code): Held(indicator(KIND, Unit.CHOICE), Values((code,))) for code in (0, 1)}),
        firm(KIND),
    ),
    "items of which one rises and one falls": (
        card({"up": steps(A, 1), "down": steps(A, 1, falling=True)}),
        firm(A),
    ),
    "a sum over an unknown cell of which one item rises and one falls": (
        card(
            {
                "up": steps(Count("event", LEAD, "count"), 1),
                "down": steps(Count("event", LEAD, "count"), 1, falling=True),
            }
        ),
        firm(events=[{"count": None}]),
    ),
    "the best of one that rises and one that falls": (
        card({"best": BestOf({"up": steps(A, 1), "down": steps(A, 1, falling=True)})}),
        firm(A),
    ),
    "a gate against the item that its route needs": (
        card({"up": steps(A, 1)}, gates={"gate": from_to(A, None, 0)}, routes={"one": SCORE["one"]}),
        firm(A),
    ),
    "a chooser that another part reads": (
        card({"item": by(A, to_1=Fixed(1), above_1=Fixed(0)), "up": steps(A, 1)}),
        firm(A),
    ),
    "growth that earns less": (
        card({"item": steps(MeanGrowth(*map(Linear.of, (E, D, A))), Fraction(-1), falling=True)}),
        firm(D, known={E: 0, A: 0}),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_labelled_exact_reaches_its_ends(name: str) -> None:
    sample, unfinished = CASES[name]
    compiled = compile_card(sample)
    answer = answering(compiled)
    bounds = answer(unfinished)
    found = [answer(whole) for whole in completions(unfinished, inputs(compiled))]
    totals, verdicts = {one.score[0] for one in found}, {one.verdict for one in found}
    assert bounds.score[0] <= min(totals)
    assert max(totals) <= bounds.score[1]
    reached = bounds.score == (min(totals), max(totals))
    decided = len(verdicts) == 2 or bounds.verdict is not Verdict.UNDETERMINED
    # A case in which everything is reached would prove nothing, unless a sharper compiler made it so.
    assert bounds.unsafe or (reached and decided)
