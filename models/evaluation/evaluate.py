"""One data set, one card and its rivals: everything that a report tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models import leakage
from models.datasets import Dataset
from models.drift import Check, Profile
from models.evaluation.compare import CARD, Forecast, forecast, measured, rivals
from models.evaluation.curves import Served, Tenth, reliability, served
from models.evaluation.metrics import Estimate
from models.evaluation.slices import Slice, slices
from models.limits import DRIFT, LEAKAGE, DriftLimits, LeakageLimits

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluation:
    """What was found on rows that no fit had seen; the card is the first of the models.

    ``grouped`` is the card's skill by folds within the training period, where the main split is by time.
    """

    dataset: str
    rows: int
    events: int
    test_rows: int
    out_of_time: bool
    results: Mapping[str, Mapping[str, Estimate]]
    curves: Mapping[str, Sequence[Tenth]]
    served: Sequence[Served]
    slices: Sequence[Slice]
    grouped: Mapping[str, Estimate] | None
    leakage: Sequence[leakage.Finding]
    drift: Sequence[Check]
    missing_models: Mapping[str, str]
    """Rivals that could not be had, and why."""
    leakage_limits: LeakageLimits = LEAKAGE
    drift_limits: DriftLimits = DRIFT


def evaluate(
    dataset: Dataset,
    *,
    explained: Mapping[str, str] | None = None,
    full: bool = True,
    leakage_limits: LeakageLimits = LEAKAGE,
    drift_limits: DriftLimits = DRIFT,
    progress: Progress = lambda _: None,
) -> Evaluation:
    """Evaluate the card with its defaults on the set, and where it is to be ``full`` its rivals and the folds
    within the training period.

    Raises `leakage.LeakageError` before anything is fitted where a feature knows the outcome and is not ``explained``.
    """
    progress("检查泄漏 leakage")
    found = leakage.check(dataset, explained, leakage_limits)
    models, lacking = rivals(dataset)
    forecasts: dict[str, Forecast] = {}
    for name, model in models.items() if full else [(CARD, models[CARD])]:
        progress(f"拟合 fitting {name}")
        forecasts[name] = forecast(model, dataset)
    first = forecasts[CARD]
    drift: tuple[Check, ...] = ()
    if dataset.later is not None:
        before = Profile.of(dataset.features.filter(~dataset.later), dataset.outcome.filter(~dataset.later))
        later = dataset.features.filter(dataset.later), dataset.outcome.filter(dataset.later)
        drift = tuple(before.checks(*later, drift_limits))
    grouped = None
    if dataset.later is not None and full:
        progress(f"分组交叉验证 grouped folds {CARD}")
        grouped = measured(forecast(models[CARD], _earlier(dataset)))
    progress("自助法区间 bootstrap")
    return Evaluation(
        dataset.name,
        dataset.features.height,
        int(dataset.outcome.sum()),
        len(first.outcome),
        dataset.later is not None,
        {name: measured(one) for name, one in forecasts.items()},
        {name: reliability(one.outcome, one.p) for name, one in forecasts.items()},
        served(first.outcome, first.p, first.group),
        () if dataset.slices is None else slices(_tested(dataset), first.outcome, first.p, first.group),
        grouped,
        tuple(found),
        drift,
        lacking if full else {},
        leakage_limits,
        drift_limits,
    )


def _tested(dataset: Dataset) -> Any:
    assert dataset.slices is not None
    return dataset.slices if dataset.later is None else dataset.slices.filter(dataset.later)


def _earlier(dataset: Dataset) -> Dataset:
    """The training period alone, to be dealt into folds."""
    assert dataset.later is not None
    kept = ~dataset.later
    return replace(
        dataset,
        features=dataset.features.filter(kept),
        outcome=dataset.outcome.filter(kept),
        group=dataset.group.filter(kept),
        later=None,
        slices=None,
        day=None,
    )
