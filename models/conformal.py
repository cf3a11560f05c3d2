"""Split-conformal sets: the outcomes that a forecast cannot rule out, with the coverage that was promised, by class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class ConformalSets:
    """Thresholds found on rows apart: a class is in the set where its probability is at least its threshold."""

    coverage: float
    thresholds: tuple[float, ...]

    @classmethod
    def calibrated(cls, probabilities: Array, outcome: Array, coverage: float) -> ConformalSets:
        """By rows that the model had not seen; each class reaches ``coverage`` of its own rows.

        ``probabilities``: (n, k); ``outcome``: classes 0 … k − 1. Raises ValueError for a coverage outside (0, 1) or a class
        without rows.
        """
        if not 0 < coverage < 1:
            raise ValueError(f"coverage: {coverage} 应在 0 与 1 之间 / must lie between 0 and 1")
        thresholds = []
        for place in range(probabilities.shape[1]):
            own = np.sort(probabilities[outcome == place, place])
            if not len(own):
                raise ValueError(f"outcome: 没有类别 {place} 的行 / no row of class {place}")
            # The finite-sample rank, of the decimal that was promised: with too few rows nothing is ruled out.
            rank = math.floor((len(own) + 1) * (1 - Fraction(repr(float(coverage)))))
            thresholds.append(float(own[rank - 1]) if rank >= 1 else 0.0)
        return cls(coverage, tuple(thresholds))

    def sets(self, probabilities: Array) -> NDArray[np.bool_]:
        """Whether each class is in the set of each row, (n, k)."""
        return np.asarray(probabilities >= np.asarray(self.thresholds))

    def covered(self, probabilities: Array, outcome: Array) -> tuple[float, ...]:
        """Share of the rows of each class whose set has it: the audit."""
        inside = self.sets(probabilities)[np.arange(len(outcome)), outcome]
        return tuple(float(inside[outcome == place].mean()) for place in range(len(self.thresholds)))
