"""Probabilities carried to another base rate."""

from __future__ import annotations

from typing import Any

import numpy as np


def adjust_prior(p: Any, train_rate: float, target_rate: float) -> Any:
    """Probabilities of a model trained where a share ``train_rate`` had the event, for where ``target_rate`` have it.

    The odds are multiplied by the ratio of both base odds, so the order of firms and what each feature says stay as they
    were; 0 and 1 stay. ``p``: a number or an array of numbers in [0, 1]. Raises TypeError for what is no number (texts, truths),
    ValueError for a rate outside (0, 1) or a probability outside [0, 1].
    """
    for name, stated in (("p", p), ("train_rate", train_rate), ("target_rate", target_rate)):
        if np.asarray(stated).dtype.kind not in "iuf":
            raise TypeError(f"{name}: {stated!r} 应为数值 / must be numbers")
    for name, rate in (("train_rate", train_rate), ("target_rate", target_rate)):
        if not 0 < rate < 1:
            raise ValueError(f"{name}: {rate} 应在 0 与 1 之间 / must lie between 0 and 1")
    given = np.asarray(p, dtype=np.float64)
    if not bool(np.all((given >= 0) & (given <= 1))):
        raise ValueError("p: 概率应在 0 与 1 之间 / probabilities must lie in [0, 1]")
    factor = target_rate / (1 - target_rate) * (1 - train_rate) / train_rate
    found = given * factor / (given * factor + (1 - given))
    return float(found) if found.ndim == 0 else found
