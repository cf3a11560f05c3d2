"""From a data set to a card that someone may propose: leakage check, evaluation, card, report."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import ValueProblem
from models.additive import AdditiveCardClassifier
from models.datasets import Dataset
from models.evaluation.evaluate import Evaluation, Progress, evaluate
from models.evaluation.report import Report, report
from models.leakage import Explained, Finding
from models.limits import DRIFT, LEAKAGE, DriftLimits, LeakageLimits
from models.seen_rows import seen_of
from scoring.learned import LearnedCard

_LIBRARIES = ("dengti", "numpy", "polars", "scikit-learn", "scipy", "mlflow-skinny", "interpret-core", "matplotlib")
FEWEST = 5
"""Rows of either outcome in training and in the test: one for each fold."""


@dataclass(frozen=True)
class Provenance:
    """Whose data: ``origin`` (`scoring.learned.ORIGINS`), and in words of which firms and years, and for which it may speak."""

    origin: str
    trained_on: str
    valid_for: str
    known_at: date | None = None
    """As of when outcomes were taken, where they were replayed."""
    split: date | None = None
    """First day of the test period that was asked for, where one was."""


@dataclass(frozen=True)
class Trained:
    """A card with everything that speaks for and against it."""

    card: LearnedCard
    evaluation: Evaluation
    report: Report
    parameters: Mapping[str, Any]
    fingerprint: str
    """Hash of the data."""
    test_from: date | None
    """The day from which on no row was used to fit."""
    seconds: float


def train(
    dataset: Dataset,
    provenance: Provenance,
    *,
    explained: Explained | None = None,
    full: bool = True,
    leakage_limits: LeakageLimits = LEAKAGE,
    drift_limits: DriftLimits = DRIFT,
    progress: Progress = lambda _: None,
) -> Trained:
    """Evaluate on rows apart and fit the card: on the training period where the set is split by time, so that the figures
    are those of this very card, else on all rows.

    Raises `models.leakage.LeakageError` where a feature knows the outcome and is not ``explained``, `ValueProblem` where the
    event never comes, or always, in the training or the test period.
    """
    begun = time.perf_counter()
    _both(dataset)
    found = evaluate(
        dataset,
        explained=explained,
        full=full,
        leakage_limits=leakage_limits,
        drift_limits=drift_limits,
        progress=progress,
    )
    progress("拟合评分卡 fitting the card")
    rows = pl.repeat(True, dataset.features.height, eager=True) if dataset.later is None else ~dataset.later
    features, outcome = dataset.features.filter(rows), dataset.outcome.filter(rows)
    model = AdditiveCardClassifier(monotonic_cst=dict(dataset.monotone)).fit(
        features, outcome, dataset.group.filter(rows)
    )
    told = {"trained_on": provenance.trained_on, "valid_for": provenance.valid_for, "origin": provenance.origin}
    card = of_catalogue(model.to_card(dataset.name, event=dataset.name, **told), dataset)
    card = replace(card, seen=seen_of(features, outcome))
    progress("撰写报告 report")
    data = fingerprint(dataset)
    return Trained(
        card,
        found,
        report(found, card, data),
        {
            **model.get_params(),
            "n_trees_": model.n_trees_,
            "calibration_": model.calibration_,
            **_asked(provenance, found.leakage),
        },
        data,
        _test_from(dataset),
        time.perf_counter() - begun,
    )


def _both(dataset: Dataset) -> None:
    periods = {"全部 all": dataset.outcome}
    if dataset.later is not None:
        periods = {
            "训练期 training": dataset.outcome.filter(~dataset.later),
            "检验期 test": dataset.outcome.filter(dataset.later),
        }
    if any(min(int((one == 1).sum()), int((one != 1).sum())) < FEWEST for one in periods.values()):
        told = [f"{n}: {one.len():,} 行 rows, {int((one == 1).sum()):,} 事件 events" for n, one in periods.items()]
        raise ValueProblem(
            field=dataset.name,
            value="; ".join(told),
            rule=f"每一时期有事件与无事件各须有 {FEWEST} 行 / in each period {FEWEST} rows with the event and as many without are "
            "needed",
            remedy="改变分割日，或提供更多企业 / move the split, or give more firms",
        )


def _asked(provenance: Provenance, explained: Iterable[Finding]) -> dict[str, str]:
    """The days that were asked for, and which suspicions of leakage were explained how; what there is of them."""
    why = {f"{one.feature} {one.rule}": one.why for one in explained}
    told = {
        "known_at": str(provenance.known_at or ""),
        "split": str(provenance.split or ""),
        "explained": "; ".join(f"{name}: {reason}" for name, reason in sorted(why.items())),
    }
    return {key: value for key, value in told.items() if value}


def of_catalogue(card: LearnedCard, dataset: Dataset) -> LearnedCard:
    """The card with the catalogue's indicators as its features, where they are."""
    of = {one.name: dataset.measured.get(one.name, ("", {})) for one in card.features}
    return replace(
        card, features=tuple(replace(f, indicator=of[f.name][0], settings=of[f.name][1]) for f in card.features)
    )


def _test_from(dataset: Dataset) -> date | None:
    if dataset.later is None or dataset.day is None:
        return None
    first = dataset.day.filter(dataset.later).min()
    assert isinstance(first, date)
    return first


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 of names and values of the features, of the outcome, the groups, the days and of which rows are the test's."""
    whole = hashlib.sha256("\0".join(dataset.features.columns).encode())
    for column in dataset.features.get_columns():
        whole.update(column.cast(float).fill_null(float("nan")).to_numpy().tobytes())
    whole.update(dataset.outcome.to_numpy().astype("i1").tobytes())
    whole.update("\0".join(map(str, dataset.group)).encode())
    for told in (dataset.day, dataset.later):
        whole.update("\0".join(map(str, () if told is None else told)).encode())
    return f"sha256:{whole.hexdigest()}"


def environment() -> dict[str, str]:
    """What the card was trained with; ``commit`` where that was a checkout, with ``-dirty`` where files had been changed."""
    there = {one.name.lower() for one in distributions()}
    versions = {name: version(name) for name in _LIBRARIES if name in there}
    return {"python": platform.python_version(), "machine": platform.machine()} | versions | _commit()


def _commit() -> dict[str, str]:
    root = Path(__file__).parents[1]
    if not (root / ".git").exists():
        return {}
    asked = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return {"commit": subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()}
    except (OSError, subprocess.CalledProcessError):
        return {}
