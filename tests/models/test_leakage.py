"""Features that know the outcome are found, and honest ones are left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from public_data import FOLDER, needs_public_data

from features.errors import ValueProblem
from models import datasets, leakage
from models.datasets import Dataset
from models.evaluation.evaluate import evaluate
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


def test_small_counts_that_recur_because_small_firms_are_many_are_not_recorded_otherwise() -> None:
    """Whom the event meets has more heads: of like size their counts recur as often as others'."""

    def heads(y: np.ndarray, random: np.random.Generator) -> np.ndarray:
        return np.ceil(random.lognormal(2.2 + 1.5 * y, 0.8, len(y)))

    dataset = _dataset(heads=heads)
    seldom = dataset.features["heads"] > 20
    assert seldom.filter(dataset.outcome == 1).mean() > seldom.filter(dataset.outcome == 0).mean() + 0.3  # type: ignore[operator]
    assert ("heads", "recorded_otherwise") not in _rules(dataset)


def test_what_one_firm_says_every_year_is_not_usual() -> None:
    """Firms that win are asked once and the others every year, each with a sum of its own."""
    random = np.random.default_rng(2)
    asked = np.where(np.arange(600) < 300, 1, 8)
    firm = np.repeat(np.arange(600), asked)
    y = (firm < 300).astype(np.int8)
    paid = random.integers(1, 10**6, 600)[firm] * 1e4
    dataset = Dataset("firms", pl.DataFrame({"paid": paid}), pl.Series(y), pl.Series(firm))
    assert ("paid", "recorded_otherwise") not in _rules(dataset)


def _of_events(y: np.ndarray, random: np.random.Generator, share: float) -> np.ndarray:
    return (y == 1) & (random.random(len(y)) < share)


RARE: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "recoveries booked for 60 % of events": lambda y, r: np.where(
        _of_events(y, r, 0.6), r.lognormal(8, 1, len(y)), 0.0
    ),
    "recoveries booked for 30 % of events": lambda y, r: np.where(
        _of_events(y, r, 0.3), r.lognormal(8, 1, len(y)), 0.0
    ),
    "filled for 30 % of events": lambda y, r: np.where(_of_events(y, r, 0.3), 1.0, np.nan),
    "one flag of two halves of the events": lambda y, r: _of_events(y, r, 0.5).astype(float),
    "the outcome added in 30 % of rows": lambda y, r: r.normal(size=len(y)) + np.where(
        r.random(len(y)) < 0.3, y * 100.0, 0.0
    ),
    "the outcome told in 30 % of rows": lambda y, r: np.where(
        r.random(len(y)) < 0.3, y * 100.0 + r.normal(size=len(y)), 0.0
    ),
    "a half more for 25 % of events": lambda y, r: r.integers(1, 60, len(y)) + 0.5 * _of_events(y, r, 0.25),
    "not round for 25 % of events": lambda y, r: np.where(
        _of_events(y, r, 0.25), r.random(len(y)) * 100, r.integers(1, 60, len(y))
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RARE)
def test_a_rare_signal_that_only_the_event_has_is_found_though_its_auc_is_modest(case: str) -> None:
    assert ("field", "pure") in _rules(_dataset(field=RARE[case]))
    assert ("field", "implausible_skill") not in _rules(_dataset(field=RARE[case]))


def test_the_rarer_outcome_may_be_that_the_event_does_not_come() -> None:
    dataset = _dataset(kept=lambda y, r: _of_events(y, r, 0.3).astype(float))
    turned = Dataset("turned", dataset.features, 1 - dataset.outcome, dataset.group)
    assert ("kept", "pure") in _rules(turned)


def test_a_signal_of_fewer_rows_than_say_anything_is_none() -> None:
    assert _rules(_dataset(field=lambda y, _: (np.cumsum(y) <= 40) * y.astype(float))) == set()


def test_what_one_firm_says_in_all_its_years_is_no_pure_state_of_the_field() -> None:
    # Each of its hundred rows has the event and a value of its own: by rows it would be pure, by firms it is seen once.
    y = np.repeat([1, 0, 0, 0, 0, 0, 0, 0], 100)
    firm = np.repeat(np.arange(8), 100)
    dataset = Dataset("firms", pl.DataFrame({"place": firm.astype(float)}), pl.Series(y), pl.Series(firm))
    assert ("place", "pure") not in _rules(dataset)


@pytest.mark.parametrize(("rows", "rate"), [(60, 0.3), (200, 0.1), (1000, 0.05), (4000, 0.01), (4000, 0.15)])
def test_clean_columns_are_never_pure_by_luck(rows: int, rate: float) -> None:
    for seed in range(10):
        random = np.random.default_rng(seed)
        values = random.normal(size=(rows, 40))
        values[:, 10:20] = np.round(values[:, 10:20] * 3)
        values[:, 20:][random.random((rows, 20)) < 0.3] = np.nan
        outcome = pl.Series((random.random(rows) < rate).astype(np.int8))
        firms = pl.Series(np.arange(rows) // (1 + seed % 3))
        found = leakage.findings(Dataset("clean", pl.DataFrame(values), outcome, firms))
        assert [one for one in found if one.rule == "pure"] == []


DAY = date(2024, 1, 1)
KINDS: dict[str, Callable[[int, int], object]] = {
    "text": lambda y, i: ("open", "closed")[y] if i % 7 else None,
    "boolean": lambda y, _: bool(y),
    "date": lambda y, i: DAY + timedelta(days=i % 300 + 400 * y),
    "datetime": lambda y, i: datetime(2024, 1, 1) + timedelta(hours=i % 300 + 400 * y),
    "date only after the event": lambda y, i: DAY + timedelta(days=i % 300) if y else None,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_no_number_is_looked_at_too(kind: str) -> None:
    found = _rules(_dataset(count=lambda y, _: pl.Series([KINDS[kind](int(one), i) for i, one in enumerate(y)])))
    assert {("count", "implausible_skill"), ("count", "pure")} <= found


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["open", "closed"])])
def test_categories_are_looked_at_as_their_texts(kind: pl.DataType) -> None:
    status = lambda y, _: pl.Series(np.where(y == 1, "closed", "open").tolist(), dtype=kind)  # noqa: E731
    assert ("status", "implausible_skill") in _rules(_dataset(status=status))


def test_honest_texts_and_dates_raise_no_alarm() -> None:
    honest = _dataset(
        name=lambda y, _: pl.Series([f"firm {i}" for i in range(len(y))]),
        state=lambda y, r: pl.Series(r.choice(["A", "B", "C"], len(y)).tolist()),
        day=lambda y, r: pl.Series([DAY + timedelta(days=int(one)) for one in r.integers(0, 900, len(y))]),
        empty=lambda y, _: pl.Series([None] * len(y)),
    )
    assert _rules(honest) == set()


@pytest.mark.parametrize("wrong", [None, 2])
def test_an_outcome_that_is_neither_0_nor_1_is_refused(wrong: int | None) -> None:
    sound = _dataset()
    outcome = pl.Series([wrong, *sound.outcome.to_list()[1:]])
    with pytest.raises(ValueProblem, match=r"sample\.outcome.*结果只能是 0 或 1"):
        leakage.findings(Dataset("sample", sound.features, outcome, sound.group))


def test_a_field_that_cannot_be_looked_at_and_rows_without_a_second_group_are_refused() -> None:
    with pytest.raises(ValueProblem, match=r"parts.*neither number, text, boolean nor date"):
        leakage.findings(_dataset(parts=lambda y, _: pl.Series([[1]] * len(y))))
    sound = _dataset()
    for group in (pl.Series(["a"] * 4000), pl.Series([None, *range(3999)])):
        with pytest.raises(ValueProblem, match=r"sample\.group.*at least two"):
            leakage.findings(Dataset("sample", sound.features, sound.outcome, group))


def test_a_finding_stops_training_until_someone_explains_it() -> None:
    half = _dataset(title=lambda y, r: _of_events(y, r, 0.5).astype(float))
    with pytest.raises(leakage.LeakageError, match="title pure"):
        leakage.check(half)
    with pytest.raises(leakage.LeakageError):
        leakage.check(half, {("title", "pure"): "  "})
    (found,) = leakage.check(half, {("title", "pure"): "法定门槛 / a legal threshold"})
    assert (found.feature, found.why) == ("title", "法定门槛 / a legal threshold")


def test_what_explains_one_rule_explains_no_other() -> None:
    told = _dataset(reason=lambda y, r: np.where(_of_events(y, r, 0.7), 1.0, np.nan))
    assert _rules(told) == {("reason", "missing_tells"), ("reason", "pure")}
    with pytest.raises(leakage.LeakageError) as refused:
        leakage.check(
            told, {("reason", "missing_tells"): "依法只向部分企业收集 / collected of some firms only, by law"}
        )
    assert refused.value.value.startswith("reason pure")


def test_a_refusal_tells_how_a_person_explains_what_was_found() -> None:
    with pytest.raises(leakage.LeakageError) as refused:
        leakage.check(_dataset(title=lambda y, r: _of_events(y, r, 0.5).astype(float)))
    assert "--explain 'title:pure=" in refused.value.remedy


def test_two_halves_of_a_leak_that_are_both_explained_are_found_by_the_card() -> None:
    random = np.random.default_rng(1)
    outcome = (random.random(2000) < 0.3).astype(np.int8)
    first = _of_events(outcome, random, 0.7)
    frame = pl.DataFrame({"a": first * 1.0, "b": ((outcome == 1) & ~first) * 1.0})
    both = Dataset("halves", frame, pl.Series(outcome), pl.int_range(2000, eager=True))
    why = {(one.feature, one.rule): "说明 why" for one in leakage.findings(both)}
    with pytest.raises(leakage.LeakageError, match=r"halves implausible_together 1\.00"):
        evaluate(both, explained=why, full=False)
    found = evaluate(both, explained=why | {("halves", "implausible_together"): "演示 shown"}, full=False)
    assert [str(one) for one in found.leakage if one.feature == "halves"] == [
        "halves implausible_together 1.00 (≥ 0.98)：演示 shown"
    ]


def test_a_forecast_too_good_for_all_features_together_must_be_explained_too() -> None:
    assert leakage.check_together("climb.x", 0.97) == []
    with pytest.raises(leakage.LeakageError, match=r"climb.x implausible_together 0.99"):
        leakage.check_together("climb.x", 0.99)
    (found,) = leakage.check_together("climb.x", 0.99, {("climb.x", "implausible_together"): "练习 / an exercise"})
    assert found.why == "练习 / an exercise"
    with pytest.raises(leakage.LeakageError, match="set by the deployment"):
        leakage.check_together("climb.x", 0.8, limits=LeakageLimits(together=0.75))


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
    raw = Dataset("sba_raw", loans.drop("default"), loans["default"], pl.int_range(loans.height, eager=True))
    assert {"State", "RevLineCr", "LowDoc", "approval_date", "Term"} < set(raw.features.columns)
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
