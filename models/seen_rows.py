"""Rows counted by band, as a card keeps those that it was fitted on (`scoring.seen`) and as a batch is held against them.

The serving process may import this: NumPy and Polars only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from features.errors import ValueProblem
from models.binning import LARGEST, Floats, codes, roundest, upper_edges
from scoring.learned import not_numbers
from scoring.seen import Seen

BANDS = 10
_MOST = 300
"""Decimals: a unit of more would be nought."""
_FINE = 4
"""Digits to which the width of the middle eight tenths is told; edges have no more decimals than that takes, for a rule
multiplies by their common denominator in 64 bits."""
_APART = 1e-9
"""Least share of itself by which an edge is told from the least or the greatest value."""


def seen_of(features: pl.DataFrame, outcome: pl.Series) -> Seen:
    """What is kept of the rows a card is fitted on: ``features`` a column each, ``outcome`` 0/1 of the same rows.

    Raises `ValueProblem` where there are none, a feature is no number, or the outcome of a row is not 0 or 1.
    """
    numbers(features, features.columns)
    known = events(outcome)
    if known[0] != features.height:
        raise ValueProblem(
            field="outcome",
            value=f"{known[0]:,} 行 rows",
            rule=f"须与特征行数相同，且均已知 / must be known of each of the {features.height:,} 行 rows",
            remedy="去掉结果未知的行 / leave rows out whose outcome is not known",
        )
    edges = {name: _edges(_floats(features[name])) for name in features.columns}
    rows = {name: tuple(counts(features[name], edges[name]).tolist()) for name in features.columns}
    return Seen(edges, rows, known)


def counts(values: pl.Series, edges: Sequence[float]) -> NDArray[np.int64]:
    """Rows by band, missing last."""
    band = codes(_floats(values), np.asarray(edges, dtype=np.float64))
    return np.bincount(np.nan_to_num(band, nan=len(edges) + 1).astype(np.int64), minlength=len(edges) + 2)


def numbers(features: Any, names: Iterable[str]) -> None:
    """Raises `ValueProblem` where that is no Polars frame, it has no rows, or one of the columns is lacking or no number."""
    if not isinstance(features, pl.DataFrame):
        raise ValueProblem(
            field="features",
            value=type(features).__name__,
            rule="须为 Polars 数据框 / must be a Polars data frame",
            remedy="polars.from_pandas(…), polars.DataFrame(…), .collect()",
        )
    for name in names:
        if name not in features.columns:
            raise ValueProblem(
                field=name,
                value="",
                rule="缺少该字段 / the field is lacking",
                remedy="补上该列，无数据时给空值 / give the column, null where there is no value",
            )
        if not_numbers(features.select(name)):
            raise ValueProblem(
                field=name,
                value=str(features.schema[name]),
                rule="须为数字 / must hold numbers",
                remedy="换算为数字，缺失给空值 / turn it into numbers, null where missing",
            )
    if features.is_empty():
        raise ValueProblem(
            field="features",
            value="0 行 rows",
            rule="没有任何行，无从比较 / there are no rows to compare",
            remedy="检查数据来源与日期 / check where the rows come from, and the days",
        )


def events(outcome: Any) -> tuple[int, int]:
    """Rows whose outcome is known, and events among them. Raises `ValueProblem` for anything but 0, 1, true, false, null."""
    sound = isinstance(outcome, pl.Series) and (outcome.dtype.is_numeric() or outcome.dtype in (pl.Boolean, pl.Null))
    known = outcome.drop_nulls().cast(pl.Float64) if sound else pl.Series([], dtype=pl.Float64)
    if not sound or not known.is_in([0.0, 1.0]).all():
        wrong = known.filter(~known.is_in([0.0, 1.0])).unique().sort().to_list()[:3]
        raise ValueProblem(
            field="outcome",
            value=", ".join(f"{one:g}" for one in wrong) or str(getattr(outcome, "dtype", type(outcome).__name__)),
            rule="结果须为一列 0、1，未知为空 / outcomes must be a Polars column of 0 and 1, null where not known yet",
            remedy="1 为事件发生，0 为未发生 / 1 where the event came, 0 where it did not",
        )
    return known.len(), int(known.sum())


def _edges(values: Floats) -> tuple[float, ...]:
    """Edges of tenths, one just below the least value and one at or just above the greatest; infinite ones lie beyond."""
    known = values[np.isfinite(values)]
    if not len(known):
        return ()
    least, greatest = float(known.min()), float(known.max())
    tenths = upper_edges(known, BANDS).tolist()
    middle = tenths if len(tenths) > 1 else [least, greatest]
    width = min(middle[-1] - middle[0], LARGEST) or abs(least) or 1.0
    decimals = min(max(0, _FINE - math.floor(math.log10(width))), _MOST)
    # No minus before a nought.
    inner = [round(edge, decimals) + 0.0 for edge in tenths]
    # Within two units of the last decimal there is one to be found.
    low, high = (
        max(_room(*ends), 2 * 10.0**-decimals) for ends in ((least, [*inner, greatest]), (greatest, [*inner, least]))
    )
    # What is the same in every row is so but for its last digits.
    above = greatest + high / 4 if least == greatest else greatest
    ends = roundest(max(least - low, -LARGEST), least), roundest(above, min(greatest + high, LARGEST))
    return tuple(np.unique([ends[0], *inner, ends[1]]).tolist())


def _room(end: float, others: Sequence[float]) -> float:
    """How far from the end of what was seen its edge may lie: a hundredth of the way to the next."""
    way = [abs(other / 100 - end / 100) for other in others if other != end]
    return max(min(way, default=abs(end) / 1000 or 0.001), abs(end) * _APART)


def _floats(values: pl.Series) -> Floats:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)
