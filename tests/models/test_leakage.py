"""Features that know the outcome are found, and honest ones are left alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from public_data import FOLDER, needs_public_data

from features.errors import ValueProblem
from models import datasets, leakage
from models.datasets import Dataset
from models.evaluation.evaluate import evaluate
from models.limits import LeakageLimits

Ints, Floats, Random = NDArray[np.int8], NDArray[np.float64], np.random.Generator


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


def _marked(share: float, otherwise: float) -> Callable[[Ints, Random], Floats]:
    """A mark that only some of the events bear, and nothing else."""
    return lambda y, random: np.where(
        (y == 1) & (random.random(len(y)) < share), random.lognormal(8, 1, len(y)), otherwise
    )


@pytest.mark.parametrize(
    "mark",
    [
        _marked(0.6, 0.0),
        _marked(0.3, 0.0),
        _marked(0.3, math.nan),
        lambda y, random: (y == 1) & (random.random(len(y)) < 0.5),
        lambda y, random: np.where(random.random(len(y)) < 0.3, y * 100.0 + random.normal(size=len(y)), 0.0),
        lambda y, random: (
            random.integers(1, 60, len(y)) + np.where((y == 1) & (random.random(len(y)) < 0.25), 0.5, 0.0)
        ),
    ],
    ids=["most", "few", "few, else missing", "half", "where something else is known", "of a kind of number"],
)
def test_a_mark_that_few_events_bear_and_nothing_else_is_found(mark: Callable[[Ints, Random], Floats]) -> None:
    assert ("mark", "pure") in _rules(_dataset(mark=mark))


def test_the_rarer_outcome_may_be_that_nothing_comes() -> None:
    seldom = _dataset(mark=_marked(0.5, 0.0))
    often = replace(seldom, outcome=1 - seldom.outcome)
    assert ("mark", "pure") in _rules(often)


@pytest.mark.parametrize(("rows", "share"), [(100, 0.3), (400, 0.05), (4000, 0.01), (4000, 0.3)])
def test_what_has_nothing_to_do_with_the_outcome_raises_no_alarm(rows: int, share: float) -> None:
    random = np.random.default_rng(rows)
    x = random.normal(size=(rows, 60))
    x[:, 20:40] = np.round(x[:, 20:40] * 3)
    x[:, 40:][random.random((rows, 20)) < 0.3] = np.nan
    outcome = pl.Series((random.random(rows) < share).astype(np.int8))
    assert leakage.findings(Dataset("noise", pl.DataFrame(x), outcome, pl.int_range(rows, eager=True))) == []


@pytest.mark.parametrize(
    "column",
    [
        lambda y: pl.Series(np.where(y == 1, "closed", "open").tolist()),
        lambda y: pl.Series(np.where(y == 1, "closed", "open").tolist(), dtype=pl.Categorical),
        lambda y: pl.Series(y == 1),
        lambda y: pl.Series([date(2024, 1, 1) if one else None for one in y]),
    ],
    ids=["text", "category", "yes or no", "day"],
)
def test_what_is_no_number_is_looked_at_too(column: Callable[[Ints], pl.Series]) -> None:
    assert "mark" in {name for name, _ in _rules(_dataset(mark=lambda y, _: column(y)))}


def test_features_that_know_the_outcome_only_together_are_found_by_the_card() -> None:
    random = np.random.default_rng(1)
    rows = 2000
    outcome = (random.random(rows) < 0.3).astype(np.int8)
    first = (outcome == 1) & (random.random(rows) < 0.7)
    frame = pl.DataFrame({"a": first * 1.0, "b": ((outcome == 1) & ~first) * 1.0})
    both = Dataset("halves", frame, pl.Series(outcome), pl.int_range(rows, eager=True))
    why = {"a": "说明 why", "b": "说明 why"}
    with pytest.raises(leakage.LeakageError, match=r"halves implausible_together 1\.00"):
        evaluate(both, explained=why, full=False)
    found = evaluate(both, explained=why | {"halves": "演示 shown"}, full=False)
    assert [str(one) for one in found.leakage if one.feature == "halves"] == [
        "halves implausible_together 1.00 (≥ 0.98)：演示 shown"
    ]


@pytest.mark.parametrize(
    ("outcome", "group", "told"),
    [
        ([0, 1, None, 1], [1, 2, 3, 4], "1 are not"),
        ([0, 1, 2, 2], [1, 2, 3, 4], "2 are not"),
        ([0, 1, 1, 0], [1] * 4, "two groups"),
    ],
)
def test_outcomes_that_are_none_are_told(outcome: list[int | None], group: list[int], told: str) -> None:
    wrong = Dataset("wrong", pl.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]}), pl.Series(outcome), pl.Series(group))
    with pytest.raises(ValueProblem, match=told):
        leakage.findings(wrong)


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
