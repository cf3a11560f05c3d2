"""Cliffs and paradoxes: each witness is two complete sets one step apart, and none is left out."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.authority.lint.axes import Axis, axes_of, on_axes
from api.authority.lint.cliffs import shown
from api.authority.lint.steps import Fall, falls
from features.facts import FirmFacts
from scoring.assembly import WITHIN, Verdict, assemble
from scoring.card import Card
from scoring.catalogue import FOLDER
from scoring.compile import compile_card
from scoring.core import read
from scoring.one_backend import Evaluate, compile_one
from scoring.reading import read_card

BRACKETS = (
    "high_tech_enterprise/2016",
    "gazelle/guangxi_pool/2022",
    "little_giant/2022",
    "gazelle/zhongshan_torch/2021",
)
SCORED = ("tech_sme/2017", "innovative_sme/2022", "specialised_sme/2022")


@cache
def card(name: str) -> Card:
    return read_card(FOLDER / f"{name}.yaml")


@cache
def found(name: str) -> tuple[Fall, ...]:
    return tuple(falls(card(name)))


def steps(name: str, part: str) -> list[tuple[str, str, str]]:
    """Indicator, value before and after, of the falls in a part."""
    return [
        (f.axis.indicator.id, *(shown(f.axis, places[f.axis.input]) for places in (f.before, f.after)))
        for f in found(name)
        if f.part == part
    ]


def test_a_ceiling_on_size_is_a_cliff() -> None:
    assert steps("tech_sme/2017", "gates/sales_revenue") == [("sales_revenue", "2亿元", "200000000.01元")]
    assert steps("tech_sme/2017", "gates/employees") == [("employees_quarterly", "500人", "500.0001人")]


def test_a_bracket_is_a_cliff_from_its_easier_side() -> None:
    """国科发火〔2016〕32号 第十一条(五): 5000万元 itself is in the bracket with the higher rate."""
    assert steps("high_tech_enterprise/2016", "gates/rd_intensity") == [
        ("sales_revenue", "50000000.01元", "5000万元"),
        ("sales_revenue", "200000000.01元", "2亿元"),
    ]


def test_what_holds_below_a_bracket_only_is_lost_by_growing() -> None:
    assert ("revenue", "49999999.99元", "5000万元") in steps("little_giant/2022", "routes/general")


def test_an_upper_and_a_lower_limit_make_a_window() -> None:
    assert steps("gazelle/zhongshan_torch/2021", "gates/base") == [("revenue", "999999999.99元", "10亿元")]


def test_asking_for_less_debt_is_no_cliff() -> None:
    assert not [f for name in (*BRACKETS, *SCORED) for f in found(name) if f.axis.indicator.id.startswith("debt_ratio")]


@pytest.mark.parametrize("name", [*BRACKETS, *SCORED])
def test_a_witness_names_a_value_for_every_indicator_and_moves_one(name: str) -> None:
    axes = axes_of(card(name)).values()
    for fall in found(name):
        moved = [axis for axis in axes if fall.before[axis.input] != fall.after[axis.input]]
        assert moved == [fall.axis]
        assert {fall.before[fall.axis.input], fall.after[fall.axis.input]} == {fall.step, fall.step + 1}
        assert all(isinstance(fall.before[axis.input], int) for axis in axes)
        assert verdict(name, fall.before) is Verdict.PASS
        assert verdict(name, fall.after) is Verdict.FAIL


@cache
def compiled(name: str) -> tuple[Evaluate, tuple[str, ...], tuple[Axis, ...]]:
    """The card over its axes, assembled from its parts in one expression."""
    axes = axes_of(card(name))
    placed = compile_card(on_axes(card(name), axes))
    ends = {
        f"{placed.card.id}|{part}|{end}": getattr(lowered.bounds, attribute)
        for part, lowered in placed.parts.items()
        for end, attribute in (("low", "lo"), ("high", "hi"))
    }
    roots = assemble(placed.card, (ends | WITHIN).__getitem__)
    wanted = [node for key, node in roots.items() if key.startswith(("verdict|", "score|"))]
    return compile_one(wanted), read(wanted), tuple(axes.values())


def answers(name: str, places: dict[str, int | None]) -> tuple[int, ...]:
    evaluate, names, _ = compiled(name)
    return evaluate(FirmFacts({**dict.fromkeys(names), **places}))


def verdict(name: str, places: dict[str, int | None]) -> Verdict:
    return Verdict(answers(name, places)[0])


@pytest.mark.parametrize("name", [*BRACKETS, *SCORED])
@given(data=st.data())
def test_no_step_up_of_an_amount_lowers_an_answer_but_those_found(name: str, data: st.DataObject) -> None:
    """From a witness, or from anywhere, with some values changed."""
    _, _, axes = compiled(name)
    start = data.draw(st.sampled_from([{}, *(fall.before for fall in found(name))]))
    free = data.draw(st.lists(st.sampled_from(axes), max_size=3)) if start else axes
    places = {**start, **{axis.input: data.draw(st.integers(0, len(axis.values) - 1)) for axis in free}}
    axis = data.draw(st.sampled_from([axis for axis in axes if axis.steps]))
    step = data.draw(st.sampled_from(axis.steps))
    if axis.indicator.id == "debt_ratio":
        return
    before, after = (answers(name, {**places, axis.input: step + i}) for i in (0, 1))
    rank = {Verdict.FAIL.value: 0, Verdict.UNDETERMINED.value: 1, Verdict.PASS.value: 2}
    if rank[after[0]] < rank[before[0]] or any(now < then for now, then in zip(after[1:], before[1:], strict=True)):
        assert any((fall.axis.input, fall.step) == (axis.input, step) for fall in found(name))


def test_values_stand_on_both_sides_of_every_limit() -> None:
    axis = next(a for a in axes_of(card("tech_sme/2017")).values() if a.indicator.id == "rd_to_sales")
    assert [float(value) for value in axis.values[:3]] == [0.019999, 0.02, 0.029999]
    assert len(axis.steps) == 5
    assert all(axis.values[i + 1] - axis.values[i] == Fraction(1, 10**6) for i in axis.steps)
