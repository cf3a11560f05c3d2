"""How often honest batches are an alarm of drift, and a shifted one is found: ``python -m models.evaluation.drift_trials [DRAWS]``.

SYNTHETIC: features are normal, independent of each other and of the outcome; one is shifted by a standard deviation for the power.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import polars as pl

from models.drift import Check, Level, checks, worst
from models.limits import DRIFT
from models.seen_rows import seen_of
from scoring.seen import Seen

FEATURES, REFERENCE, DRAWS, BATCHES = 60, 5_000, 1_000, (20, 50, 100, 300, 1_000)


def table(draws: int) -> Iterator[str]:
    """As Markdown, a row a size of batch."""
    random = np.random.default_rng(0)
    seen = seen_of(_drawn(random, REFERENCE), pl.Series([0] * (REFERENCE - 500) + [1] * 500))
    yield "| rows of a batch | honest, any alarm | honest, any PSI at the alarm level | one feature shifted by 1 σ, found |"
    yield "|---|---|---|---|"
    for rows in BATCHES:
        honest = [checks(seen, _drawn(random, rows)) for _ in range(draws)]
        shares = (
            sum(worst(one) is Level.ALARM for one in honest),
            sum(any(each.value >= DRIFT.psi_alarm for each in one) for one in honest),
            sum(_found(seen, _drawn(random, rows)) for _ in range(draws)),
        )
        yield f"| {rows:,} | " + " | ".join(f"{share / draws:.1%}" for share in shares) + " |"


def _found(seen: Seen, batch: pl.DataFrame) -> bool:
    """Whether the shift of one feature is an alarm of that feature."""
    moved: list[Check] = checks(seen, batch.with_columns(x0=pl.col("x0") + 1))
    return any(one.name == "x0" and one.level is Level.ALARM for one in moved)


def _drawn(random: np.random.Generator, rows: int) -> pl.DataFrame:
    return pl.DataFrame(random.normal(size=(rows, FEATURES)), schema=[f"x{at}" for at in range(FEATURES)])


if __name__ == "__main__":
    for line in table(int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS):
        print(line, flush=True)
