"""Whether a batch still looks like what a card was trained on: population stability by feature, and the base rate.

PSI = Σ (b − a) · ln(b / a) over bands, shares a of the reference and b of the batch; bands are tenths of the reference, and
missing is a band. From which values on it is watched or an alarm: `models.limits`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.binning import codes, upper_edges
from models.limits import DRIFT, DriftLimits

BANDS = 10
BASE_RATE = "base_rate"
"""Name of the check of how often the event comes."""
_HALF = 0.5
"""Rows added to every band, so that an empty one has a logarithm."""


class Level(IntEnum):
    """How far a check has gone."""

    OK = 0
    WATCH = 1
    ALARM = 2

    @property
    def told(self) -> str:
        """As people read it."""
        return ("正常 ok", "关注 watch", "警报 alarm")[self]


@dataclass(frozen=True)
class Check:
    """One thing compared: PSI of a feature, or ``base_rate`` with the ratio of odds as its value."""

    name: str
    value: float
    level: Level
    reference: float
    """Of a feature the share missing, of the base rate the share of events, in the reference …"""
    batch: float
    """… and in the batch."""


@dataclass(frozen=True)
class Profile:
    """What is kept of the reference: by feature the edges and the rows in each band, missing last; rows and events."""

    edges: Mapping[str, tuple[float, ...]]
    rows: Mapping[str, tuple[int, ...]]
    outcome: tuple[int, int] | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame, outcome: pl.Series | None = None) -> Profile:
        """Of the numbers in a frame, a column a feature; ``outcome`` 0/1, null where not known yet."""
        edges = {name: tuple(upper_edges(_floats(frame[name]), BANDS).tolist()) for name in frame.columns}
        rows = {name: tuple(_counts(frame[name], edges[name]).tolist()) for name in frame.columns}
        return cls(edges, rows, _events(outcome))

    def checks(self, batch: pl.DataFrame, outcome: pl.Series | None = None, limits: DriftLimits = DRIFT) -> list[Check]:
        """Every feature, then the base rate where both sides know it; the worst first.

        Raises ValueError where the batch lacks a feature.
        """
        if lacking := [name for name in self.edges if name not in batch.columns]:
            raise ValueError(f"缺少字段 / the batch lacks {', '.join(lacking)}")
        found = [self._feature(name, batch[name], limits) for name in self.edges]
        events = _events(outcome)
        if self.outcome is not None and events is not None:
            found.append(_base_rate(self.outcome, events, limits))
        return sorted(found, key=lambda one: (-one.level, -one.value, one.name))

    def _feature(self, name: str, values: pl.Series, limits: DriftLimits) -> Check:
        known, asked = np.asarray(self.rows[name]), _counts(values, self.edges[name])
        value = psi(known, asked)
        missing = [float(rows[-1] / max(rows.sum(), 1)) for rows in (known, asked)]
        level = _level(value, limits.psi_watch, limits.psi_alarm)
        return Check(name, value, level, *missing)

    def tree(self) -> dict[str, Any]:
        """As kept beside a card."""
        features = {n: {"edges": list(self.edges[n]), "rows": list(self.rows[n])} for n in self.edges}
        return {"features": features, "outcome": None if self.outcome is None else list(self.outcome)}

    @classmethod
    def read(cls, tree: Mapping[str, Any]) -> Profile:
        """From what `tree` gave."""
        features, outcome = tree["features"], tree["outcome"]
        return cls(
            {name: tuple(one["edges"]) for name, one in features.items()},
            {name: tuple(one["rows"]) for name, one in features.items()},
            None if outcome is None else (outcome[0], outcome[1]),
        )


def psi(reference: NDArray[Any], batch: NDArray[Any]) -> float:
    """Population stability index of two counts by band."""
    shares = [(rows + _HALF) / (rows.sum() + _HALF * len(rows)) for rows in (reference, batch)]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def worst(checks: Sequence[Check]) -> Level:
    """The highest level reached."""
    return max((one.level for one in checks), default=Level.OK)


def _level(value: float, watch: float, alarm: float) -> Level:
    return Level.ALARM if value >= alarm else Level.WATCH if value >= watch else Level.OK


def _base_rate(reference: tuple[int, int], batch: tuple[int, int], limits: DriftLimits) -> Check:
    """Log of the ratio of odds and its standard error from the four counts (Woolf 1955)."""
    cells = [count + _HALF for rows, events in (reference, batch) for count in (events, rows - events)]
    apart = abs(math.log(cells[2] / cells[3]) - math.log(cells[0] / cells[1]))
    certain = apart >= limits.errors * math.sqrt(sum(1 / count for count in cells))
    ratio = math.exp(apart)
    level = _level(ratio, limits.odds_watch, limits.odds_alarm) if certain else Level.OK
    return Check(BASE_RATE, ratio, level, *(events / rows for rows, events in (reference, batch)))


def _events(outcome: pl.Series | None) -> tuple[int, int] | None:
    known = None if outcome is None else outcome.drop_nulls()
    return None if known is None or known.is_empty() else (known.len(), int(known.cast(pl.Int64).sum()))


def _floats(values: pl.Series) -> NDArray[np.float64]:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def _counts(values: pl.Series, edges: Sequence[float]) -> NDArray[np.int64]:
    """Rows by band, missing last."""
    band = codes(_floats(values), np.asarray(edges, dtype=np.float64))
    return np.bincount(np.nan_to_num(band, nan=len(edges) + 1).astype(np.int64), minlength=len(edges) + 2)
