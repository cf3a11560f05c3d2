"""A small set split by time, whose truth is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from models.datasets import Dataset

SPLIT = date(2023, 1, 1)


def made(rows: int = 750, seed: int = 4, name: str = "climb.sample") -> Dataset:
    """Two features that count, one that does not; a question a year from 2020 to 2024, firms asked again."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 3))
    p = 1 / (1 + np.exp(-(1.2 * x[:, 0] - 0.8 * x[:, 1] - 1)))
    outcome = pl.Series((random.random(rows) < p).astype(np.int8))
    day = pl.Series([date(2020 + i % 5, 6, 30) for i in range(rows)])
    group = pl.Series([f"firm{i // 5}" for i in range(rows)])
    slices = pl.DataFrame({"zone": ["in" if i % 2 else "outside" for i in range(rows)]})
    slices = slices.with_columns(pl.Series("sector", ["C"] * (rows - 10) + ["I"] * 10))
    frame = pl.DataFrame(x, schema=["up", "down", "noise"])
    return Dataset(name, frame, outcome, group, {"up": 1, "down": -1}, day >= SPLIT, slices, day)
