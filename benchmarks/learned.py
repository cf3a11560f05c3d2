"""A learned card: one row through it, and the training of one, each on one core."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.lines import Line, Section
from benchmarks.measure import Side, Spread, python, run

ONE_ROW = 30.0
ROWS, FEATURES = 40_000, 60
ASKED = 1_000


def section(rows: int, repeats: int, seed: int) -> Section:
    one_core = ("env", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
    told = run(Side([*one_core, *python("benchmarks.learned", rows, repeats, seed)])).told
    found = {name: Spread.of(values) for name, values in told.items()}
    return Section(
        "learned",
        f"A learned card of {FEATURES} features, trained on {rows:,} rows",
        f"Made-up rows, a tenth of the values missing, a third of the features without influence. {ASKED:,} rows asked one by "
        "one of the card, which needs none of the libraries that train; CPU of one thread.",
        [
            Line("one row, its points: `LearnedCard.points`", found["points"], "µs", ONE_ROW, note="values by name"),
            Line("one row, its probability: `LearnedCard.probability`", found["probability"], "µs", ONE_ROW),
            Line("one row, its points, values in order: `ByValues.points`", found["in_order"], "µs", ONE_ROW),
            Line("one row, each feature's part: `LearnedCard.reasons`", found["reasons"], "µs"),
            Line("one row of an array: `LearnedCard.predict_proba`", found["array"], "µs", ONE_ROW),
            Line("many rows, a row: `LearnedCard.predict_proba`", found["many"], "µs"),
            Line("many rows, a row: `AdditiveCardClassifier.predict_proba`", found["classifier"], "µs"),
            Line("training", found["fit"], "s", note="default settings"),
        ],
    )


def main(rows: int, repeats: int, seed: int) -> dict[str, list[float]]:
    """Microseconds of CPU a row by what is done, and seconds a training; the ways take turns."""
    import numpy as np
    import polars as pl

    from models.additive import AdditiveCardClassifier
    from scoring.learned_points import ByValues

    random = np.random.default_rng(seed)
    x = random.standard_t(3, size=(rows, FEATURES))
    weights = np.where(np.arange(FEATURES) % 3 == 0, 0.0, random.normal(size=FEATURES)) / 4
    log_odds = np.tanh(x) @ weights - 2.5
    y = (random.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)
    x[random.random(x.shape) < 0.1] = np.nan
    frame = pl.DataFrame(x, schema=[f"x{number}" for number in range(FEATURES)])
    found: dict[str, list[float]] = {}

    def trained() -> AdditiveCardClassifier:
        begun = time.process_time()
        model = AdditiveCardClassifier().fit(frame, y)
        found.setdefault("fit", []).append(time.process_time() - begun)
        return model

    model = [trained() for _ in range(repeats)][-1]
    card = model.to_card("bench")
    by_values = ByValues(card)
    asked = frame.head(ASKED)
    by_name, in_order, rows_alone = asked.to_dicts(), asked.rows(), x[:ASKED, None]
    ways: dict[str, Callable[[], Any]] = {
        "points": lambda: [card.points(row) for row in by_name],
        "probability": lambda: [card.probability(row) for row in by_name],
        "in_order": lambda: [by_values.points(row) for row in in_order],
        "array": lambda: [card.predict_proba(row) for row in rows_alone],
        "reasons": lambda: [card.reasons(row) for row in by_name],
        "many": lambda: card.predict_proba(asked),
        "classifier": lambda: model.predict_proba(asked),
    }
    for turn in range(repeats + 1):
        gc.collect()
        for name, way in ways.items():
            begun = time.thread_time_ns()
            way()
            used = time.thread_time_ns() - begun
            # The first turn compiles and is not counted.
            if turn:
                found.setdefault(name, []).append(used / 1000 / len(by_name))
    return found


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
