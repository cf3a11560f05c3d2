"""The same forecast by zone, size, age and sector: where it holds, and where too few rows say anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.evaluation.metrics import Array, Estimate, auc, calibration_error, estimate

FEWEST = 20
"""Events, and rows without, below which a slice's figures would be noise and are not told."""


@dataclass(frozen=True)
class Slice:
    """Rows of one value of one cut; None where there are too few."""

    cut: str
    value: str
    rows: int
    events: int
    mean: float
    auc: Estimate | None
    calibration_error: Estimate | None


def slices(cuts: pl.DataFrame, outcome: Array, p: Array, group: Array) -> list[Slice]:
    """Every value of every cut, in order; what lies below the first edge comes first."""
    return [
        _slice(cut, value, (cuts[cut] == value).to_numpy(), outcome, p, group)
        for cut in cuts.columns
        for value in sorted(cuts[cut].unique(), key=lambda one: (not one.startswith("<"), one))
    ]


def unseen(trained: Array, outcome: Array, p: Array, group: Array) -> Slice:
    """The rows of groups that are not among those ``trained`` on."""
    member = ~np.isin(group, trained)
    return _slice("企业 firms", "训练中未见 not seen in training", member, outcome, p, group)


def _slice(cut: str, value: str, member: Array, outcome: Array, p: Array, group: Array) -> Slice:
    events, rows = int(outcome[member].sum()), int(member.sum())
    enough = min(events, rows - events) >= FEWEST
    skill, error = (
        estimate(measure, outcome[member], p[member], group[member]) if enough else None
        for measure in (auc, calibration_error)
    )
    return Slice(cut, value, rows, events, float(p[member].mean()) if rows else float("nan"), skill, error)
