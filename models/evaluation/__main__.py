"""``python -m models.evaluation FOLDER OUTPUT [SET …]``: the figures of docs/learned-cards.md, from the public sets in FOLDER.

Writes a report a set under OUTPUT and a line a model to ``OUTPUT/summary.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calibration import adjust_prior
from models.datasets import Dataset
from models.evaluation.compare import CARD, Forecast, forecast, rivals
from models.evaluation.metrics import auc, calibration_error, estimate
from models.experiment import train
from models.sources import PUBLIC, public

NATURAL_RATE = 0.033
"""Yearly share of failing US firms to which the forecasts of the undersampled panel are carried (provenance of the data)."""
FIRST_YEARS = date(2002, 1, 1)
TOLD = ("auc", "average_precision", "brier_skill", "calibration_error")


def main(folder: Path, output: Path, names: list[str]) -> None:
    """Evaluate the sets named, all where none is."""
    output.mkdir(parents=True, exist_ok=True)
    with (output / "summary.md").open("a", encoding="utf-8") as summary:
        for name in names or list(PUBLIC):
            dataset, provenance = public(name, folder)
            done = train(dataset, provenance, progress=lambda step, name=name: print(f"{name}: {step}", flush=True))  # type: ignore[misc]
            done.report.write(output / name)
            for split in filter(None, (done.evaluation.test, done.evaluation.grouped)):
                kind = (
                    f"{'out of time' if split.out_of_time else 'folds'}, {split.rows:,} rows, {split.events:,} events"
                )
                for model, one in split.results.items():
                    told = " | ".join(str(one[measure]) for measure in TOLD)
                    summary.write(f"| {name}, {kind} | {model} | {told} |\n")
            if name in BESIDE:
                summary.write("".join(f"{line}\n" for line in BESIDE[name](dataset)))
            summary.flush()


def _last_growth(dataset: Dataset) -> list[str]:
    """Next year's growth by last year's alone."""
    last = dataset.features["total_revenue_growth_1"].fill_null(0.0).fill_nan(0.0).to_numpy()
    alone = estimate(auc, dataset.outcome.to_numpy(), last, dataset.group.to_numpy())
    return [f"last year's growth alone: AUC {alone}"]


def _carried(dataset: Dataset) -> list[str]:
    """Failure at the natural rate, by folds over all years: rows with the event are thinned to it, forecasts carried to it."""
    found = forecast(rivals(dataset)[0][CARD], replace(dataset, later=None))
    rate = float(found.outcome.mean())
    kept = _thinned(found, NATURAL_RATE)
    p = adjust_prior(found.p[kept], rate, NATURAL_RATE)
    error = estimate(calibration_error, found.outcome[kept], p, found.group[kept])
    return [f"at {NATURAL_RATE:.1%}: calibration error {error}, AUC {auc(found.outcome[kept], p):.3f}"]


def _thinned(found: Forecast, rate: float) -> NDArray[np.int64]:
    events = np.flatnonzero(found.outcome == 1)
    others = np.flatnonzero(found.outcome == 0)
    wanted = round(len(others) * rate / (1 - rate))
    return np.sort(np.concatenate([others, np.random.default_rng(0).choice(events, wanted, replace=False)]))


def _other_era(dataset: Dataset) -> list[str]:
    """Fitted on the loans until 2001, asked of those from 2002 on."""
    assert dataset.day is not None
    apart = replace(dataset, later=dataset.day >= FIRST_YEARS)
    found = forecast(rivals(apart)[0][CARD], apart)
    return [f"fitted on 1997–2001, asked of 2003–2004: AUC {estimate(auc, found.outcome, found.p, found.group)}"]


BESIDE: Mapping[str, Callable[[Dataset], list[str]]] = {
    "us_growth": _last_growth,
    "us_failure": _carried,
    "sba": _other_era,
}
"""What is told of a set beside the models."""

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
