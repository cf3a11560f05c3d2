"""The table ``expert_grade``: what people and the ministry's platform said of those who would climb the 专精特新 ladder."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.population import assumptions as a
from features.population.draws import Draws
from features.population.paths import rows_of

_APPLIES, _APPLIES_FROM = 0.5, 1e7
"""Share of the firms with R&D and sales from 1000万 of which anything is recorded."""
_LARGE = 5e7
"""Sales from which somebody looks at the conditions of a little giant."""
_SCORE, _SCORE_OF_TECH, _SCORE_SPREAD = 56.0, 9.0, 7.0
"""The platform's score: mean, what a level of technology adds, spread."""


@dataclass(frozen=True)
class _Criterion:
    """A criterion, how often it is said to be met, and of whom it is asked (demonstration assumptions)."""

    name: str
    met: float = 0.0
    large: bool = False
    year: int = 0
    """Of the year after the last accounts (0) or the one before (−1)."""


_CRITERIA = (
    _Criterion("specialised.platform_score"),
    _Criterion("specialised.platform_score", year=-1),
    _Criterion("specialised.market_position", 0.7),
    _Criterion("little_giant.recognition", 0.6, large=True),
    _Criterion("little_giant.product_field", 0.5, large=True),
    _Criterion("little_giant.independent", 0.97, large=True),
    _Criterion("little_giant.core_process_digital", 0.9, large=True),
    _Criterion("little_giant.certified", 0.85, large=True),
    _Criterion("little_giant.own_brand", 0.8, large=True),
)


def expert_grade(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """One row a firm, criterion and year; scores whole, judgements 1 or 0. Firms at a threshold have none."""
    draw = Draws(seed, "grades", "number")
    stays = pl.col("left_on").is_null() & pl.col("boundary").is_null()
    applies = pl.col("active") & stays & (pl.col("size_now") >= _APPLIES_FROM) & draw.chance("applies", _APPLIES)
    asked = firms.filter(applies)
    counts = {
        f"count/{place}": ((pl.col("size_now") >= _LARGE) | (not one.large)).cast(pl.Int64)
        for place, one in enumerate(_CRITERIA)
    }
    frame = rows_of(asked.with_columns(**counts), "count", len(_CRITERIA), ("number", "uscc", "tech"))
    by_row = Draws(seed, "grade", "number", "step")

    def of(values: list[str] | list[float] | list[int] | list[bool]) -> pl.Expr:
        return pl.lit(pl.Series(values)).gather(pl.col("step"))

    scored = of([one.met == 0 for one in _CRITERIA])
    score = _SCORE + pl.col("tech") * _SCORE_OF_TECH + by_row.noise("score") * _SCORE_SPREAD
    met = by_row.uniform("met") < of([one.met for one in _CRITERIA])
    return frame.select(
        "uscc",
        criterion=of([one.name for one in _CRITERIA]),
        value=pl.when(scored).then(score.round().clip(0, 100)).otherwise(met.cast(pl.Float64)).cast(pl.Int64),
        year=of([last_year + 1 + one.year for one in _CRITERIA]),
        source=pl.lit(a.SOURCE),
    )
