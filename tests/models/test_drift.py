"""Drift is told where it is there, and only there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from public_data import FOLDER, needs_public_data

from features.errors import ValueProblem
from models import datasets, drift
from models.drift import BASE_RATE, Check, Level, between, checks
from models.evaluation import drift_trials
from models.limits import DRIFT, DriftLimits, drift_told
from models.seen_rows import seen_of
from scoring.learned import Feature, LearnedCard
from scoring.seen import Seen

ROOT = Path(__file__).parents[2]


def _frame(rows: int, seed: int, shift: float = 0.0, missing: float = 0.05) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    values = random.normal(shift, 1, rows)
    values[random.random(rows) < missing] = np.nan
    return pl.DataFrame({"value": values, "whole": random.integers(0, 3, rows)})


def _outcome(rows: int, events: int) -> pl.Series:
    return pl.Series([1] * events + [0] * (rows - events))


def _seen(rows: int, seed: int = 1) -> Seen:
    return seen_of(_frame(rows, seed), _outcome(rows, rows // 4))


def _by_name(found: list[Check]) -> Mapping[str, Check]:
    return {one.name: one for one in found}


def test_the_same_population_is_no_drift() -> None:
    found = checks(_seen(2000), _frame(2000, 2), _outcome(2000, 500))
    assert drift.worst(found) is Level.OK
    assert [one.name for one in found if one.value > 0.03] == [BASE_RATE]


@pytest.mark.parametrize(("shift", "level"), [(0.0, Level.OK), (0.4, Level.WATCH), (0.7, Level.ALARM)])
def test_a_shifted_feature_reaches_its_level(shift: float, level: Level) -> None:
    found = _by_name(checks(_seen(4000), _frame(4000, 2, shift)))
    assert found["value"].level is level
    assert found["whole"].level is Level.OK


def test_the_levels_are_settings() -> None:
    found = checks(_seen(4000), _frame(4000, 2, 0.4), limits=DriftLimits(psi_watch=0.01, psi_alarm=0.05))
    assert found[0].level is Level.ALARM
    assert checks(_seen(4000), _frame(4000, 2, 0.7), limits=DriftLimits(errors=1e6))[0].level is Level.OK
    strict, lax = (_by_name(checks(_seen(300), _frame(30, 3), limits=DriftLimits(errors=n))) for n in (3, 0))
    assert all(lax[name].chance < strict[name].chance for name in strict)


def test_whose_levels_they_are_is_said() -> None:
    assert "0.1 / 0.25（业内惯例 customary）" in drift_told(DRIFT)
    assert "1.25 / 1.5" in drift_told(DRIFT)
    assert "beyond chance" in drift_told(DRIFT)
    assert drift_told(DRIFT).endswith("参考默认值 reference）")
    other = drift_told(DriftLimits(psi_alarm=0.3))
    assert "customary" not in other
    assert "reference" not in other


def test_values_that_go_missing_are_drift_although_the_others_stay() -> None:
    first = checks(_seen(4000), _frame(4000, 2, missing=0.4))[0]
    assert (first.name, first.level) == ("value", Level.ALARM)
    assert first.batch == pytest.approx(0.4, abs=0.03)


def test_values_beyond_all_that_was_seen_are_drift_also_of_what_never_changed() -> None:
    seen = seen_of(pl.DataFrame({"x": [1.0] * 500}), _outcome(500, 5))
    assert checks(seen, pl.DataFrame({"x": [1.0] * 500}))[0].level is Level.OK
    for other in (0.5, 2.0, None):
        assert checks(seen, pl.DataFrame({"x": [other] * 500}))[0].level is Level.ALARM


def test_psi_is_the_sum_over_the_bands_that_either_side_has_rows_in() -> None:
    a, b = np.array([50, 0, 50]), np.array([20, 0, 80])
    shares = (np.array([50, 50]) + 0.5) / 101, (np.array([20, 80]) + 0.5) / 101
    assert drift.psi(a, b) == pytest.approx(sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


@pytest.mark.parametrize(
    ("bands", "errors", "quantile"),
    # Quantiles of χ²: 95 % of 1 and 10 degrees of freedom, and three standard errors of 10.
    [(2, 1.644854, 3.841), (11, 1.644854, 18.307), (11, 3.0, 28.508), (1, 3.0, 0.0)],
)
def test_what_chance_gives_is_a_quantile_of_chi_square(bands: int, errors: float, quantile: float) -> None:
    reference, batch = np.full(bands, 40), np.full(bands, 20)
    given = drift.by_chance(reference, batch, errors) / (1 / (40 * bands) + 1 / (20 * bands))
    assert given == pytest.approx(quantile, rel=0.03)
    if bands > 1:
        assert drift.by_chance(reference, batch, errors, 60) > drift.by_chance(reference, batch, errors)


SEEDS = range(40)


@pytest.mark.parametrize("rows", [20, 100, 300])
def test_honest_batches_of_any_size_are_no_alarm(rows: int) -> None:
    """Of forty batches of sixty features: PSI alone would be an alarm in nearly every one of twenty rows."""

    def drawn(rows: int, seed: int) -> pl.DataFrame:
        random = np.random.default_rng(seed)
        return pl.DataFrame(random.lognormal(size=(rows, 60)), schema=[f"x{i}" for i in range(60)])

    seen = seen_of(drawn(3000, 1), _outcome(3000, 300))
    found = [checks(seen, drawn(rows, 100 + seed)) for seed in SEEDS]
    assert sum(drift.worst(one) is Level.ALARM for one in found) <= 1
    if rows == 20:
        assert sum(any(one.value >= DRIFT.psi_alarm for one in every) for every in found) >= 38
    moved = [checks(seen, drawn(rows, 100 + seed).with_columns(x7=pl.col("x7") * 12)) for seed in SEEDS]
    assert all(one[0].name == "x7" and one[0].level is Level.ALARM for one in moved)


def test_a_batch_too_small_for_any_alarm_says_so() -> None:
    seen = seen_of(_frame(3000, 1), _outcome(3000, 750))
    few, more = (_by_name(checks(seen, _frame(rows, 2), _outcome(rows, 0))) for rows in (2, 200))
    assert all(one.mute and "too few rows" in one.told for one in few.values())
    assert not any(one.mute or "few" in one.told for one in more.values())
    assert few["value"].chance > few["value"].value


@pytest.mark.parametrize(
    ("events", "rows", "level"),
    # 10 % before: odds ratios 1.0, 1.35 and 2.25; and 2.25 again of forty rows, which chance can explain.
    [(100, 1000, Level.OK), (1304, 10_000, Level.WATCH), (200, 1000, Level.ALARM), (8, 40, Level.OK)],
)
def test_a_base_rate_that_moved_is_told_where_chance_cannot_explain_it(events: int, rows: int, level: Level) -> None:
    frame = pl.DataFrame({"x": np.zeros(10_000)})
    before = seen_of(frame, _outcome(10_000, 1000))
    found = _by_name(checks(before, frame.head(rows), _outcome(rows, events)))[BASE_RATE]
    assert found.level is level
    assert (found.value >= found.chance) is (level is not Level.OK)


def test_outcomes_not_known_yet_are_not_compared() -> None:
    assert BASE_RATE not in _by_name(checks(_seen(500), _frame(500, 2), pl.Series([None] * 500)))
    some = pl.Series([None] * 300 + [1] * 50 + [0] * 150)
    assert _by_name(checks(_seen(500), _frame(500, 2), some))[BASE_RATE].batch == 0.25


def test_the_outcome_is_of_the_same_rows_unless_it_is_said_to_be_of_earlier_ones() -> None:
    with pytest.raises(ValueProblem, match="same rows as the features: 500"):
        checks(_seen(500), _frame(500, 2), _outcome(400, 100))
    assert _by_name(checks(_seen(500), _frame(500, 2), earlier=_outcome(400, 100)))[BASE_RATE].batch == 0.25
    with pytest.raises(TypeError):
        checks(_seen(500), _frame(500, 2), _outcome(500, 9), earlier=_outcome(400, 100))


@pytest.mark.parametrize(
    ("batch", "outcome", "told"),
    [
        (_frame(100, 2).drop("whole"), None, "whole"),
        (_frame(0, 2), None, "no rows"),
        (_frame(100, 2).with_columns(value=pl.lit("3")), None, "value"),
        (_frame(100, 2).with_columns(value=pl.lit(date(2026, 1, 1))), None, "value"),
        (_frame(100, 2).to_numpy(), None, "Polars"),
        (_frame(100, 2), pl.Series([1, 2] * 50), "0 and 1"),
        (_frame(100, 2), pl.Series(["yes", "no"] * 50), "0 and 1"),
        (_frame(100, 2), np.zeros(100), "0 and 1"),
    ],
)
def test_what_cannot_be_compared_is_refused_and_gives_no_number(batch: Any, outcome: Any, told: str) -> None:
    with pytest.raises(ValueProblem, match=told):
        checks(_seen(100), batch, outcome)


def test_a_card_that_was_fitted_on_nothing_or_does_not_tell_is_refused() -> None:
    nothing = Seen({"x": ()}, {"x": (0, 0)}, (0, 0))
    with pytest.raises(ValueProblem, match="on no rows"):
        checks(nothing, pl.DataFrame({"x": [1.0]}))
    silent = _card(None)
    with pytest.raises(ValueProblem, match="does not tell"):
        between(silent, _card(_seen(100)))


def _card(seen: Seen | None) -> LearnedCard:
    features = tuple(Feature(name, (), (0,), 0, False, 0) for name in ("value", "whole"))
    return LearnedCard("climb.sample", "1", "—", "—", 0, features, seen=seen)


def test_two_cards_are_compared_by_base_rate_and_by_what_is_missing() -> None:
    old = _card(_seen(2000))
    assert drift.worst(between(old, old)) is Level.OK
    other = _card(seen_of(_frame(2000, 3, shift=5, missing=0.5), _outcome(2000, 1000)))
    found = _by_name(between(old, other))
    assert {name: one.level for name, one in found.items()} == {
        BASE_RATE: Level.ALARM, "value": Level.ALARM, "whole": Level.OK,
    }  # fmt: skip
    assert found[BASE_RATE].value == pytest.approx(3, rel=0.01)
    assert (found["value"].reference, found["value"].batch) == pytest.approx((0.05, 0.5), abs=0.03)


def test_two_cards_without_a_feature_in_common_are_compared_by_base_rate_alone() -> None:
    seen = _seen(500)
    renamed = replace(
        seen, edges={f"{n}2": e for n, e in seen.edges.items()}, rows={f"{n}2": r for n, r in seen.rows.items()}
    )
    features = tuple(replace(one, name=f"{one.name}2") for one in _card(None).features)
    assert [one.name for one in between(_card(seen), replace(_card(None), features=features, seen=renamed))] == [
        BASE_RATE
    ]


def test_the_serving_process_may_tell_drift() -> None:
    code = "import sys, models.drift; print([m for m in ('sklearn', 'scipy', 'mlflow', 'pandas') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).strip() == "[]"


@needs_public_data
def test_loans_of_the_next_fiscal_year_are_an_alarm_and_a_random_half_is_none() -> None:
    dataset = datasets.sba(FOLDER)
    assert dataset.day is not None
    random = pl.Series(np.random.default_rng(0).random(dataset.outcome.len()) < 0.5)
    years = {first: dataset.day >= date(first - 1, 10, 1) for first in (2003, 2004)}
    late = dataset.day >= datasets.SBA_SPLIT
    for apart, level in (
        (years[2003], Level.ALARM),
        (years[2004], Level.ALARM),
        (late, Level.ALARM),
        (random, Level.OK),
    ):
        seen = seen_of(dataset.features.filter(~apart), dataset.outcome.filter(~apart))
        found = checks(seen, dataset.features.filter(apart), dataset.outcome.filter(apart))
        assert drift.worst(found) is level
        if level is Level.ALARM:
            assert {BASE_RATE, "guaranteed_share"} <= {one.name for one in found if one.level is level}


def test_the_trials_tell_a_row_for_each_size_of_batch() -> None:
    head, _, *rows = drift_trials.table(3)
    assert len(rows) == len(drift_trials.BATCHES)
    assert {line.count("|") for line in rows} == {head.count("|")}
    assert rows[-1].endswith("| 100.0% |"), "a shift in a thousand rows is found"
