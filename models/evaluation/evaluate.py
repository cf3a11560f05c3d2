"""One data set, one card and its rivals: everything that a report tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models import leakage
from models.datasets import Dataset
from models.drift import Check, checks
from models.evaluation.compare import CARD, Forecast, apart, forecast, measured, rivals
from models.evaluation.curves import Served, Tenth, reliability, served
from models.evaluation.metrics import Estimate, auc, error_by_chance
from models.evaluation.slices import Slice, slices, unseen
from models.limits import DRIFT, LEAKAGE, DriftLimits, LeakageLimits
from models.seen_rows import seen_of

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Split:
    """The models beside each other on rows that no fit had seen, the card first: a later period, or folds of whole firms."""

    out_of_time: bool
    rows: int
    events: int
    results: Mapping[str, Mapping[str, Estimate]]
    """By model and measure."""
    lost: Mapping[str, Estimate]
    """By rival, its AUC less that of the card: the price of being readable, or what it gains."""


@dataclass(frozen=True)
class Evaluation:
    """What was found. Where the set has days, ``test`` is its later period and ``grouped`` are folds within the training
    period; else ``test`` are the folds. Curves, gains and slices are those of ``test``.
    """

    dataset: str
    rows: int
    events: int
    test: Split
    grouped: Split | None
    by_chance: Estimate
    """ECE that a forecast like the card's would show by chance if it were right."""
    curves: Mapping[str, Sequence[Tenth]]
    served: Sequence[Served]
    slices: Sequence[Slice]
    unseen: Slice | None
    """The card on test rows of firms of which it was not trained on any; None by folds, where all are."""
    leakage: Sequence[leakage.Finding]
    drift: Sequence[Check]
    missing_models: Mapping[str, str]
    """Rivals that could not be had, and why."""
    leakage_limits: LeakageLimits = LEAKAGE
    drift_limits: DriftLimits = DRIFT


def evaluate(
    dataset: Dataset,
    *,
    explained: leakage.Explained | None = None,
    full: bool = True,
    leakage_limits: LeakageLimits = LEAKAGE,
    drift_limits: DriftLimits = DRIFT,
    progress: Progress = lambda _: None,
) -> Evaluation:
    """Evaluate the card with its defaults on the set, and where it is to be ``full`` its rivals, and all of them by folds
    within the training period too.

    Raises `leakage.LeakageError` before anything is fitted where a feature knows the outcome and is not ``explained``, and
    after it where the best of the forecasts is too good and that is not.
    """
    progress("检查泄漏 leakage")
    found = leakage.check(dataset, explained, leakage_limits)
    models, lacking = rivals(dataset)
    if not full:
        models = {CARD: models[CARD]}
    forecasts = _forecasts(models, dataset, progress)
    best = max(auc(one.outcome, one.p) for one in forecasts.values())
    found += leakage.check_together(dataset.name, best, explained, leakage_limits)
    first = forecasts[CARD]
    drift: tuple[Check, ...] = ()
    if dataset.later is not None:
        before = seen_of(dataset.features.filter(~dataset.later), dataset.outcome.filter(~dataset.later))
        later = dataset.features.filter(dataset.later), dataset.outcome.filter(dataset.later)
        drift = tuple(checks(before, *later, limits=drift_limits))
    grouped = None
    if dataset.later is not None and full:
        grouped = _split(_forecasts(models, _earlier(dataset), progress), out_of_time=False)
    progress("自助法区间 bootstrap")
    return Evaluation(
        dataset.name,
        dataset.features.height,
        int(dataset.outcome.sum()),
        _split(forecasts, out_of_time=dataset.later is not None),
        grouped,
        error_by_chance(first.p),
        {name: reliability(one.outcome, one.p) for name, one in forecasts.items()},
        served(first.outcome, first.p, first.group),
        () if dataset.slices is None else slices(_tested(dataset), first.outcome, first.p, first.group),
        None if dataset.later is None else unseen(_trained(dataset), first.outcome, first.p, first.group),
        tuple(found),
        drift,
        lacking if full else {},
        leakage_limits,
        drift_limits,
    )


def _forecasts(models: Mapping[str, Any], dataset: Dataset, progress: Progress) -> dict[str, Forecast]:
    split = "分组五折 grouped folds" if dataset.later is None else "时间外 out of time"
    found = {}
    for name, model in models.items():
        progress(f"拟合 fitting {name}, {split}")
        found[name] = forecast(model, dataset)
    return found


def _split(forecasts: Mapping[str, Forecast], *, out_of_time: bool) -> Split:
    first = forecasts[CARD]
    return Split(
        out_of_time,
        len(first.outcome),
        int(first.outcome.sum()),
        {name: measured(one) for name, one in forecasts.items()},
        {name: apart(one, first) for name, one in forecasts.items() if name != CARD},
    )


def _tested(dataset: Dataset) -> Any:
    assert dataset.slices is not None
    return dataset.slices if dataset.later is None else dataset.slices.filter(dataset.later)


def _trained(dataset: Dataset) -> Any:
    """The groups of the training period."""
    assert dataset.later is not None
    return dataset.group.filter(~dataset.later).unique().to_numpy()


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
