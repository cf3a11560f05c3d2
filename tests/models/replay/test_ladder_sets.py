"""Sets of tiers hold the coverage promised in the year after, tier by tier, and the audit says when they do not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from features.errors import ValueProblem
from features.intake import read_input
from features.long_tables import LongTables
from features.population import generate, write_folder
from models.additive import AdditiveCardClassifier
from models.replay.ladder_sets import Places, audited, places, report, table
from models.replay.sets import climb_set
from scoring.ladder import ladders

RUNGS = [rung for rung in ladders()["guangxi"].rungs if rung.id != "gazelle"]


def _year(year: int, rows: int = 6000, wrong: float = 0.0) -> Places:
    random = np.random.default_rng(year)
    p = random.dirichlet([2.0, 1.0, 0.5], rows)
    place = np.array([random.choice(3, p=one) for one in p])
    shuffled = random.random(rows) < wrong
    place[shuffled] = random.integers(0, 3, int(shuffled.sum()))
    return Places(date(year, 6, 30), p, place)


def test_every_tier_keeps_the_promise_in_the_years_after() -> None:
    sets, audits = audited(RUNGS, [_year(2021), _year(2022), _year(2023)], 0.9)
    assert sets.coverage == 0.9
    assert [(one.day.year, one.tier) for one in audits][:3] == [
        (2022, "none"),
        (2022, "tech_sme"),
        (2022, "high_tech_enterprise"),
    ]
    assert all(one.holds for one in audits)
    assert all(abs(one.coverage - 0.9) < 0.03 for one in audits)


def test_the_audit_says_that_a_changed_world_no_longer_keeps_it() -> None:
    _, audits = audited(RUNGS, [_year(2021), _year(2022, wrong=0.5)], 0.9)
    assert not all(one.holds for one in audits)
    assert "否 no" in table(audits)


def _with(place: int, rows: int, year: int) -> Places:
    """A year in which only so many firms are in that place."""
    found = _year(year)
    kept = np.flatnonzero(found.place != place)
    kept = np.sort(np.concatenate([kept, np.flatnonzero(found.place == place)[:rows]]))
    return Places(found.day, found.probabilities[kept], found.place[kept])


@pytest.mark.parametrize(("rows", "told"), [(0, False), (9, False), (10, True)])
def test_of_a_tier_with_fewer_firms_than_one_is_expected_outside_it_is_said_that_nothing_can_be_said(
    rows: int, told: bool
) -> None:
    sets, audits = audited(RUNGS, [_year(2021), _with(2, rows, 2022)], 0.9)
    assert [one.holds is not None for one in audits] == [True, True, told]
    said = report(sets, date(2021, 6, 30), audits, [])
    assert ("太少，无法判断 too few to tell: high_tech_enterprise 2022" in said) is not told
    assert ("kept by every tier that can be told" in said) is not told
    assert "nan" not in said


def test_thresholds_of_few_firms_rule_nothing_out_and_keep_no_promise() -> None:
    _, audits = audited(RUNGS, [_with(2, 9, 2021), _year(2022)], 0.9)
    assert [one.holds for one in audits] == [True, True, None]


def test_a_tier_without_firms_has_no_threshold() -> None:
    year = _year(2021)
    none = Places(year.day, year.probabilities, np.zeros_like(year.place))
    with pytest.raises(ValueProblem, match="tech_sme"):
        audited(RUNGS, [none, year])


def test_places_of_the_population_are_certain_for_titles_held_and_sum_to_one(tmp_path: Path) -> None:
    write_folder(generate(500, 5), tmp_path)
    read = read_input(tmp_path)
    long = LongTables.of(read.tables, read.incomplete)
    days = [date(year, 6, 30) for year in range(2018, 2025)]
    cards = {}
    for rung in RUNGS:
        dataset = climb_set(long, rung, days, date(2026, 9, 30), date(2023, 1, 1))
        model = AdditiveCardClassifier(n_trees=20, n_repeats=1).fit(dataset.features, dataset.outcome)
        cards[rung.id] = model.to_card(rung.id)
    found = places(long, RUNGS, cards, date(2024, 6, 30), date(2026, 9, 30))
    assert found.probabilities.sum(axis=1) == pytest.approx(1)
    holders = found.probabilities[:, 2] == 1.0
    assert holders.sum() > 20
    assert (found.place[holders] == 2).all()
    assert set(found.place) == {0, 1, 2}
