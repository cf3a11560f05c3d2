"""``python -m models.evaluation.trials FOLDER OUTPUT [TRIAL …]``: what was tried on US failure, features by model.

Writes the table of docs/learned-cards.md to ``OUTPUT/us_failure_trials.md``, a line as soon as it is known.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from models.additive import AdditiveCardClassifier
from models.datasets import Dataset
from models.evaluation.compare import Forecast, forecast
from models.evaluation.metrics import auc, estimate
from models.evaluation.trial_features import TRIALS, Trial, dataset

MODELS: Mapping[str, Callable[[Dataset], Any]] = {
    "card": lambda d: AdditiveCardClassifier(monotonic_cst=[d.monotone.get(n, 0) for n in d.features.columns]),
    "slow booster": lambda _: HistGradientBoostingClassifier(
        learning_rate=0.02, max_iter=300, max_leaf_nodes=8, random_state=0
    ),
    "booster, its defaults": lambda _: HistGradientBoostingClassifier(random_state=0),
    "extremely random trees": lambda _: ExtraTreesClassifier(
        n_estimators=500, min_samples_leaf=3, n_jobs=1, random_state=0
    ),
}
SPLITS = {"grouped": False, "later": True}
HEADERS = ("features", *(f"{model}, {split}" for split in SPLITS for model in MODELS))


def main(folder: Path, output: Path, names: Sequence[str] = ()) -> None:
    """Try the features named, all where none is. Raises KeyError for a name that there is not."""
    output.mkdir(parents=True, exist_ok=True)
    wanted = {name: TRIALS[name] for name in names or TRIALS}
    with (output / "us_failure_trials.md").open("w", encoding="utf-8") as table:
        for line in lines(folder, wanted):
            table.write(f"{line}\n")
            table.flush()


def lines(folder: Path, wanted: Mapping[str, Trial]) -> Iterator[str]:
    """The table, AUC with its 95 % interval; progress on stdout."""
    yield _row(HEADERS)
    yield "|---" * len(HEADERS) + "|"
    for name, trial in wanted.items():
        found = []
        for split, later in SPLITS.items():
            for model, make in MODELS.items():
                begun = time.perf_counter()
                found.append(_auc(folder, trial, make, later=later))
                print(f"{name}: {model}, {split}: {found[-1]} ({time.perf_counter() - begun:.0f} s)", flush=True)
        yield _row((trial.title, *found))


def _auc(folder: Path, trial: Trial, make: Callable[[Dataset], Any], *, later: bool) -> str:
    rows, asked = dataset(folder, trial, later=later)
    kept = asked.to_numpy() if rows.later is None else asked.filter(rows.later).to_numpy()
    found = forecast(make(rows), rows)
    only = Forecast(found.outcome[kept], found.p[kept], found.group[kept])
    return str(estimate(auc, only.outcome, only.p, only.group))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
