"""Features that know the outcome are found, and honest ones are left alone."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from public_data import FOLDER, needs_public_data

from models import datasets, leakage
from models.datasets import Dataset
from models.limits import LeakageLimits


def _dataset(**features: object) -> Dataset:
    random = np.random.default_rng(3)
    outcome = (random.random(4000) < 0.15).astype(np.int8)
    honest = random.normal(size=4000) + outcome
    frame = pl.DataFrame({"honest": honest, **{n: f(outcome, random) for n, f in features.items()}})  # type: ignore[operator]
    return Dataset("sample", frame, pl.Series(outcome), pl.int_range(4000, eager=True))


def _rules(dataset: Dataset) -> set[tuple[str, str]]:
    return {(one.feature, one.rule) for one in leakage.findings(dataset)}


def test_an_honest_feature_raises_no_alarm() -> None:
    assert _rules(_dataset()) == set()


def test_a_loss_booked_after_the_default_is_found() -> None:
    charged = _dataset(charged_off=lambda y, random: y * random.lognormal(9, 1, len(y)))
    assert ("charged_off", "implausible_skill") in _rules(charged)


def test_a_field_that_is_filled_in_only_after_the_event_is_found_by_its_being_missing() -> None:
    told = _dataset(reason=lambda y, random: np.where((y == 1) & (random.random(len(y)) < 0.7), 1.0, np.nan))
    assert ("reason", "missing_tells") in _rules(told)


def test_round_terms_that_the_event_cut_short_are_found_by_their_not_being_round() -> None:
    def term(y: np.ndarray, random: np.random.Generator) -> np.ndarray:
        agreed = random.integers(1, 16, len(y)) * 12.0
        return np.where(y == 1, np.floor(agreed * random.uniform(0.6, 1.0, len(y))), agreed)

    assert ("term", "recorded_otherwise") in _rules(_dataset(term=term))


def test_a_finding_stops_training_until_someone_explains_it() -> None:
    charged = _dataset(charged_off=lambda y, random: y * random.lognormal(9, 1, len(y)))
    with pytest.raises(leakage.LeakageError, match="charged_off implausible_skill"):
        leakage.check(charged)
    with pytest.raises(leakage.LeakageError):
        leakage.check(charged, {"charged_off": "  "})
    assert leakage.check(charged, {"charged_off": "法定门槛 / a legal threshold"})[0].feature == "charged_off"


def test_the_limits_are_settings_and_a_refusal_says_whose_they_are() -> None:
    charged = _dataset(charged_off=lambda y, random: y * random.lognormal(9, 1, len(y)))
    with pytest.raises(leakage.LeakageError, match="参考默认值 reference"):
        leakage.check(charged)
    strict = LeakageLimits(skill=0.6)
    with pytest.raises(leakage.LeakageError, match=r"honest implausible_skill.*set by the deployment"):
        leakage.check(_dataset(), limits=strict)
    assert leakage.check(_dataset()) == []


@needs_public_data
def test_of_the_loan_fields_exactly_those_known_after_the_outcome_are_found() -> None:
    loans = pl.read_parquet(FOLDER / "sba_loans_dev.parquet").filter(pl.col("ApprovalFY") >= 1997)
    fields = loans.select(pl.selectors.numeric().exclude("default", "ApprovalFY").cast(pl.Float64))
    raw = Dataset("sba_raw", fields, loans["default"], pl.int_range(loans.height, eager=True))
    assert {one.feature for one in leakage.findings(raw)} == {"Term", "ChgOffPrinGr"}
    assert leakage.findings(datasets.sba(FOLDER)) == []


@needs_public_data
@pytest.mark.parametrize("name", ["us_growth", "us_failure", "polish_1", "polish_5"])
def test_the_accounts_of_the_public_sets_raise_no_alarm(name: str) -> None:
    loaders = {
        "us_growth": lambda: datasets.us_growth(FOLDER),
        "us_failure": lambda: datasets.us_failure(FOLDER),
        "polish_1": lambda: datasets.polish(FOLDER, 1),
        "polish_5": lambda: datasets.polish(FOLDER, 5),
    }
    assert leakage.findings(loaders[name]()) == []


@needs_public_data
def test_months_of_invoices_stop_where_the_firm_stopped() -> None:
    found = leakage.findings(datasets.chinese_invoices(FOLDER))
    assert [one.feature for one in found] == ["sale_months"]
