"""Brute force: whatever the unknown facts turn out to be, the answer was within the bounds; and no bound is idle."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies_cards import (
    CELLS,
    SCALARS,
    Answer,
    Reading,
    answering,
    awards,
    bands,
    bracketed,
    card,
    cards,
    completions,
    crowded,
    firms,
    hidden,
    inputs,
    linear,
    raised,
    requirements,
    single_tests,
)

from features.facts import listed
from scoring.assembly import Verdict
from scoring.card import Card
from scoring.compile import compile_card

standing = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@standing
@given(st.data())
def test_every_completion_lies_within_the_bounds(data: st.DataObject) -> None:
    sample = data.draw(cards())
    compiled = compile_card(sample)
    answer, read = answering(compiled), inputs(compiled)
    firm = data.draw(firms(read))
    bounds = answer(firm)
    for low, high in (*bounds.parts.values(), bounds.score):
        assert low <= high
    for whole in map(answer, completions(firm, read)):
        assert _contains(bounds, whole)


@settings(standing, max_examples=200)
@given(st.data())
def test_with_nothing_unknown_both_ends_are_what_the_card_says(data: st.DataObject) -> None:
    sample = data.draw(st.one_of(cards(), crowded()))
    compiled = compile_card(sample)
    answer = answering(compiled)
    for firm in data.draw(st.lists(firms(inputs(compiled), unknown=0), min_size=1, max_size=8)):
        found, reading = answer(firm), Reading(firm)
        total, _ = reading.score(sample)
        assert found.parts == {name: (reading.part(sample, name),) * 2 for name in compiled.parts}
        assert found.score == (total, total)
        assert found.verdict is (Verdict.PASS if reading.passes(sample) else Verdict.FAIL)
        assert not found.unsafe


@settings(standing, max_examples=250)
@given(st.data())
def test_one_limit_on_one_measure_is_open_only_if_it_can_go_both_ways(data: st.DataObject) -> None:
    _reaches(data, card(gates={"gate": data.draw(single_tests())}))


@settings(standing, max_examples=250)
@given(st.data())
def test_one_table_of_bands_reaches_both_ends(data: st.DataObject) -> None:
    _reaches(data, card({"item": data.draw(bands())}))


@standing
@given(st.data())
def test_linear_points_reach_both_ends(data: st.DataObject) -> None:
    _reaches(data, card({"item": data.draw(linear())}))


@standing
@given(st.data())
def test_a_choice_whose_brackets_read_the_chooser_reaches_both_ends(data: st.DataObject) -> None:
    _reaches(data, card({"item": data.draw(bracketed())}), exact=True)


@settings(standing, max_examples=150)
@given(st.data())
def test_an_item_labelled_exact_reaches_both_ends(data: st.DataObject) -> None:
    _reaches(data, card({"item": data.draw(awards())}))


@settings(standing, max_examples=150)
@given(st.data())
def test_a_condition_labelled_exact_is_undetermined_only_if_it_can_go_both_ways(data: st.DataObject) -> None:
    _reaches(data, card(gates={"gate": data.draw(requirements())}))


@settings(standing, max_examples=150)
@given(st.data())
def test_a_card_labelled_exact_reaches_both_totals_and_both_verdicts(data: st.DataObject) -> None:
    _reaches(data, data.draw(cards()))


@settings(standing, max_examples=300)
@given(st.data())
def test_parts_that_share_facts_and_are_labelled_exact_reach_their_ends_together(data: st.DataObject) -> None:
    _reaches(data, data.draw(crowded()))


@standing
@given(st.data())
def test_knowing_less_never_narrows_an_answer(data: st.DataObject) -> None:
    compiled = compile_card(data.draw(cards()))
    answer, read = answering(compiled), inputs(compiled)
    firm = data.draw(firms(read))
    names = [name for name in (*SCALARS, *map(listed, CELLS)) if name in read]
    assume(names)
    forgotten = hidden(firm, data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3)))
    assert _contains(answer(forgotten), answer(firm))


@standing
@given(st.data())
def test_more_of_what_rising_bands_measure_never_lowers_either_end(data: st.DataObject) -> None:
    award = data.draw(bands(rising=True))
    compiled = compile_card(card({"item": award}))
    answer, read = answering(compiled), inputs(compiled)
    firm = data.draw(firms(read))
    more = raised(firm, award.indicator.expression, data.draw(st.integers(0, 9)))
    assume(more is not None)
    assert more is not None
    before, after = answer(firm).score, answer(more).score
    assert before[0] <= after[0]
    assert before[1] <= after[1]


@standing
@given(st.data())
def test_a_value_that_may_not_decide_leaves_its_part_open(data: st.DataObject) -> None:
    sample = data.draw(cards())
    name, item = next(iter(sample.items.items()))
    remembered = replace(item, source=replace(item.source, grade="memory"), cap=7)
    compiled = compile_card(replace(sample, items={**sample.items, name: remembered}))
    found = answering(compiled)(data.draw(firms(inputs(compiled))))
    assert found.parts[f"items/{name}"] == (0, 7)


def _reaches(data: st.DataObject, sample: Card, *, exact: bool = False) -> None:
    """Total and verdict of an enterprise are as wide as its completions make them, unless labelled otherwise.

    ``exact``: the label must not be the way out.
    """
    compiled = compile_card(sample)
    answer, read = answering(compiled), inputs(compiled)
    firm = data.draw(firms(read))
    bounds = answer(firm)
    found = [answer(whole) for whole in completions(firm, read)]
    totals, verdicts = {whole.score[0] for whole in found}, {whole.verdict for whole in found}
    if bounds.unsafe:
        assert not exact
        assert bounds.score[0] <= min(totals)
        assert max(totals) <= bounds.score[1]
        return
    assert bounds.score == (min(totals), max(totals))
    assert bounds.verdict is (verdicts.pop() if len(verdicts) == 1 else Verdict.UNDETERMINED)


def _contains(wide: Answer, narrow: Answer) -> bool:
    pairs = [*((wide.parts[name], found) for name, found in narrow.parts.items()), (wide.score, narrow.score)]
    return all(a[0] <= b[0] and b[1] <= a[1] for a, b in pairs) and wide.verdict in (
        Verdict.UNDETERMINED,
        narrow.verdict,
    )
