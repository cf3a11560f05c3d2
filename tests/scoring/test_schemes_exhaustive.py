"""Random schemes by brute force, where those on file have but one form: awards of every kind weighed by stage, equal cuts, caps, constraints."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from strategies_cards import answering, completions, ends, firms, inputs
from strategies_schemes import SchemeReading, schemes

from features.facts import FirmFacts
from scoring import core
from scoring.assembly import Verdict
from scoring.card import Card
from scoring.compile import compile_card, stage_truths
from scoring.one_backend import compile_one

standing = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def _read(sample: Card) -> set[str]:
    """Names of what the scheme and its stages read."""
    roots = [node for truth in stage_truths(sample).values() for node in ends(truth)]
    stages = {str(node.args[0]) for node in core.walk(roots) if node.op in ("fill", "known")}
    return inputs(compile_card(sample)) | stages


@standing
@given(st.data())
def test_with_nothing_unknown_every_item_and_the_total_are_what_the_scheme_says(data: st.DataObject) -> None:
    sample = data.draw(schemes())
    answer = answering(compile_card(sample))
    for firm in data.draw(st.lists(firms(_read(sample), unknown=0), min_size=1, max_size=6)):
        found, reading = answer(firm), SchemeReading(firm)
        for name, item in sample.items.items():
            assert found.parts[f"items/{name}"] == (reading.earned(sample, item),) * 2, name
        for name in sample.gates:
            assert found.parts[f"gates/{name}"] == (reading.part(sample, f"gates/{name}"),) * 2, name
        assert found.score == (reading.total(sample),) * 2
        assert found.verdict is Verdict.PASS


@standing
@given(st.data())
def test_intervals_hold_every_completion_and_what_is_called_exact_is_reached(data: st.DataObject) -> None:
    sample = data.draw(schemes())
    answer, read = answering(compile_card(sample)), _read(sample)
    firm = data.draw(firms(read))
    every = [SchemeReading(whole) for whole in completions(firm, read)]
    assume(every)
    found = answer(firm)
    told = {f"items/{name}": [one.earned(sample, item) for one in every] for name, item in sample.items.items()}
    told |= {f"gates/{name}": [one.part(sample, f"gates/{name}") for one in every] for name in sample.gates}
    for name, values in told.items():
        low, high = found.parts[name]
        assert low <= min(values) <= max(values) <= high, name
        assert found.unsafe or (low, high) == (min(values), max(values)), name
    totals = [one.total(sample) for one in every]
    low, high = found.score
    assert low <= min(totals) <= max(totals) <= high
    assert found.unsafe or (low, high) == (min(totals), max(totals))


@standing
@given(st.data())
def test_a_stage_is_possible_or_certain_as_its_completions_say(data: st.DataObject) -> None:
    sample = data.draw(schemes())
    read = _read(sample)
    firm = data.draw(firms(read))
    counted = Counter(SchemeReading(whole).stage(sample) for whole in completions(firm, read))
    for stage, (low, high) in _stages(sample, firm).items():
        assert (low, high) == (counted[stage] == counted.total(), counted[stage] > 0), stage


def _stages(sample: Card, firm: FirmFacts) -> dict[str, tuple[bool, bool]]:
    truths = stage_truths(sample)
    values = iter(compile_one([node for truth in truths.values() for node in ends(truth)])(firm))
    return {stage: (bool(next(values)), bool(next(values))) for stage in truths}
