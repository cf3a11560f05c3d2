"""Platt's calibration: a straight line on log-odds, fitted on scores of rows that the model had not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

FLAT = 1e-9
"""Scores that differ by less, or have less to do with the event, say nothing that could be calibrated."""
GAIN = 3.0
"""Log-likelihood that two more numbers must gain to be worth it: half the 95 % point of chi-square with 2 degrees."""


def fitted(scores: NDArray[np.float64], event: NDArray[np.int64]) -> tuple[float, float] | None:
    """Slope > 0 and shift of the log-odds; None where the scores are as good without.

    Targets are those of Platt (1999), (n₁+1)/(n₁+2) and 1/(n₀+2), so that a perfect separation stays finite.
    """
    positives = int(event.sum())
    target = np.where(event == 1, (positives + 1) / (positives + 2), 1 / (len(event) - positives + 2))
    middle, spread = float(scores.mean()), float(scores.std())
    if spread < FLAT:
        return None
    # Of like size, so that the fit is well conditioned whatever the scores.
    alike = (scores - middle) / spread
    # A line rises exactly where scores and targets do so together; where they are unrelated the solver starts at its end.
    if float((alike * target).mean()) < FLAT:
        return None
    both = np.concatenate([alike, alike])[:, None]
    labels = np.repeat([1, 0], len(scores))
    line = LogisticRegression(C=1e6, solver="newton-cholesky", max_iter=200)
    line.fit(both, labels, sample_weight=np.concatenate([target, 1 - target]))
    slope = _short(float(line.coef_[0, 0]) / spread)
    shift = _short(float(line.intercept_[0]) - slope * middle)
    gain = _likelihood(slope * scores + shift, target) - _likelihood(scores, target)
    return (slope, shift) if slope > 0 and gain > GAIN else None


def _short(value: float) -> float:
    """Of nine digits: the solver's last ones depend on how many threads summed, and with them the card's hash would."""
    return float(f"{value:.9g}")


def loss(scores: NDArray[np.float64], event: NDArray[np.int64]) -> float:
    """Negative log-likelihood of events by log-odds, summed."""
    return -_likelihood(scores, event)


def _likelihood(scores: NDArray[np.float64], target: NDArray[Any]) -> float:
    return float((target * scores - np.logaddexp(0.0, scores)).sum())
