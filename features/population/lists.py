"""Which rows of a list an office has."""

from __future__ import annotations

import polars as pl

from features.population.draws import Draws


def seen(frame: pl.DataFrame, table: str, seed: int) -> pl.DataFrame:
    """The rows that the office has: of a list not known to be complete, half of the firms show none."""
    listed = pl.col(f"{table}_listed")
    shown = Draws(seed, f"shown/{table}", "number").chance("shown", 0.5)
    return frame.filter(listed.fill_null(False) | shown).drop(f"{table}_listed")
