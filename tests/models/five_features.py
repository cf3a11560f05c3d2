"""A small set whose truth is known: one feature each that goes up, down and both ways, one constant, one of whole numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

NAMES = ["up", "down", "free", "constant", "whole"]


def sample(rows: int = 900, seed: int = 5) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    x = np.column_stack(
        [
            random.standard_cauchy(rows) * 1e6,
            random.lognormal(size=rows),
            random.normal(size=rows),
            np.full(rows, 7.0),
            random.integers(0, 4, rows).astype(float),
        ]
    )
    log_odds = np.sign(x[:, 0]) * 0.8 - np.log(x[:, 1]) + np.sin(3 * x[:, 2]) - 0.5
    y = (random.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)
    x[random.random(x.shape) < 0.1] = np.nan
    return pl.DataFrame(x, schema=NAMES), y
