"""Placement on a ladder: the rules decide what they can; probability is spread only over what they leave open.

A tier's title is certain (1) where a card passes or a certificate is held, impossible (0) where the card fails, and has a
learned card's probability where the rules are undetermined. The tier of a firm is the highest of those it reaches, so from the
top: P(tier) = p(tier) · Π (1 − p) over the tiers above. The tiers' learned cards are taken as independent given the facts; the
rules are not: nothing goes to a tier that they exclude, nor below one that they grant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.assembly import Verdict

NONE = "none"
"""The place below the lowest tier."""


def placed(
    ladder: Sequence[str], verdicts: Mapping[str, Verdict], probability: Mapping[str, float]
) -> dict[str, float] | None:
    """P(highest tier) by tier, lowest first, with `NONE`; None where an open tier has no learned card.

    Parameters
    ----------
    ladder
        Ids of the tiers, lowest first.
    verdicts
        What the rules say of each tier; a tier that is absent is undetermined (unset criteria), not applicable counts as
        failed.
    probability
        By tier what its learned card says; read only where the rules leave the tier open.

    Raises
    ------
    ValueError
        A probability outside [0, 1].
    """
    granted = max((place for place, tier in enumerate(ladder) if verdicts.get(tier) is Verdict.PASS), default=-1)
    reached = []
    for place, tier in enumerate(ladder):
        verdict = verdicts.get(tier, Verdict.UNDETERMINED)
        if place <= granted or verdict is not Verdict.UNDETERMINED:
            # Below a granted tier nothing is asked: it is hidden.
            reached.append(1.0 if place == granted else 0.0)
        elif tier in probability:
            reached.append(probability[tier])
        else:
            return None
    return dict(zip((NONE, *ladder), spread(np.array([reached]))[0].tolist(), strict=True))


def spread(reached: Any) -> NDArray[np.float64]:
    """P(highest tier): of P(tier reached), shape (n, k), tiers lowest first → (n, k + 1), the first for none.

    Rows sum to 1. Raises ValueError for a probability outside [0, 1].
    """
    p = np.asarray(reached, dtype=np.float64)
    if not bool(np.all((p >= 0) & (p <= 1))):
        raise ValueError("概率应在 0 与 1 之间 / probabilities must lie in [0, 1]")
    # Product of (1 − p) over the tiers above each, 1 above the highest.
    above = np.cumprod((1 - p)[:, ::-1], axis=1)[:, ::-1]
    beyond = np.concatenate([above[:, 1:], np.ones((len(p), 1))], axis=1)
    return np.concatenate([above[:, :1], p * beyond], axis=1)
