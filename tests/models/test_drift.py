"""Drift is told where it is there, and only there."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from public_data import FOLDER, needs_public_data

from models import datasets, drift
from models.drift import Level, Profile
from models.limits import DRIFT, DriftLimits, drift_told


def _frame(rows: int, seed: int, shift: float = 0.0, missing: float = 0.05) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    values = random.normal(shift, 1, rows)
    values[random.random(rows) < missing] = np.nan
    return pl.DataFrame({"value": values, "whole": random.integers(0, 3, rows)})


def test_the_same_population_is_no_drift() -> None:
    outcome = pl.Series([1, 0, 0, 0] * 500)
    checks = Profile.of(_frame(2000, 1), outcome).checks(_frame(2000, 2), outcome)
    assert drift.worst(checks) is Level.OK
    assert [one.name for one in checks if one.value > 0.03] == ["base_rate"]


@pytest.mark.parametrize(("shift", "level"), [(0.0, Level.OK), (0.4, Level.WATCH), (0.7, Level.ALARM)])
def test_a_shifted_feature_reaches_its_level(shift: float, level: Level) -> None:
    checks = {one.name: one for one in Profile.of(_frame(4000, 1)).checks(_frame(4000, 2, shift))}
    assert checks["value"].level is level
    assert checks["whole"].level is Level.OK


def test_the_levels_are_settings() -> None:
    checks = Profile.of(_frame(4000, 1)).checks(
        _frame(4000, 2, 0.4), limits=DriftLimits(psi_watch=0.01, psi_alarm=0.05)
    )
    assert checks[0].level is Level.ALARM


def test_whose_levels_they_are_is_said() -> None:
    assert "0.1 / 0.25（业内惯例 customary）" in drift_told(DRIFT)
    assert "1.25 / 1.5" in drift_told(DRIFT)
    assert drift_told(DRIFT).endswith("参考默认值 reference）")
    other = drift_told(DriftLimits(psi_alarm=0.3))
    assert "customary" not in other
    assert "reference" not in other


def test_values_that_go_missing_are_drift_although_the_others_stay() -> None:
    worst = Profile.of(_frame(4000, 1)).checks(_frame(4000, 2, missing=0.4))[0]
    assert (worst.name, worst.level) == ("value", Level.ALARM)
    assert worst.batch == pytest.approx(0.4, abs=0.03)


def test_psi_is_the_sum_over_bands() -> None:
    a, b = np.array([50, 50]), np.array([20, 80])
    shares = (a + 0.5) / 101, (b + 0.5) / 101
    assert drift.psi(a, b) == pytest.approx(sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


@pytest.mark.parametrize(
    ("events", "rows", "level"),
    # 10 % before: odds ratios 1.0, 1.35 and 2.25; and 2.25 again of forty rows, which chance can explain.
    [(100, 1000, Level.OK), (1304, 10_000, Level.WATCH), (200, 1000, Level.ALARM), (8, 40, Level.OK)],
)
def test_a_base_rate_that_moved_is_told_where_chance_cannot_explain_it(events: int, rows: int, level: Level) -> None:
    frame = pl.DataFrame({"x": np.zeros(10_000)})
    before = Profile.of(frame, pl.Series([1] * 1000 + [0] * 9000))
    now = before.checks(frame.head(rows), pl.Series([1] * events + [0] * (rows - events)))
    assert next(one for one in now if one.name == "base_rate").level is level


def test_outcomes_not_known_yet_are_not_compared() -> None:
    profile = Profile.of(_frame(500, 1), pl.Series([1, 0] * 250))
    assert "base_rate" not in {one.name for one in profile.checks(_frame(500, 2), pl.Series([None] * 500))}


def test_a_batch_without_a_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="whole"):
        Profile.of(_frame(100, 1)).checks(_frame(100, 2).drop("whole"))


def test_the_profile_kept_beside_a_card_says_the_same_as_the_rows() -> None:
    profile = Profile.of(_frame(2000, 1), pl.Series([1, 0] * 1000))
    kept = Profile.read(json.loads(json.dumps(profile.tree())))
    assert kept.checks(_frame(900, 2, 0.3)) == profile.checks(_frame(900, 2, 0.3))


@needs_public_data
def test_loans_of_another_time_are_an_alarm_and_a_random_half_is_none() -> None:
    loans = pl.read_parquet(FOLDER / "sba_loans_dev.parquet").filter(pl.col("ApprovalFY") >= 1997)
    dataset = datasets.sba(FOLDER)
    random = pl.Series(np.random.default_rng(0).random(loans.height) < 0.5)
    late = loans["approval_date"] >= datetime(2004, 8, 1)
    for apart, level in ((loans["ApprovalFY"] >= 2003, Level.ALARM), (late, Level.ALARM), (random, Level.OK)):
        profile = Profile.of(dataset.features.filter(~apart), dataset.outcome.filter(~apart))
        checks = profile.checks(dataset.features.filter(apart), dataset.outcome.filter(apart))
        assert drift.worst(checks) is level
        if level is Level.ALARM:
            assert {"base_rate", "guaranteed_share"} <= {one.name for one in checks if one.level is level}
