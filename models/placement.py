"""Placement on a ladder: the rules decide what they can; probability is spread only over what they leave open.

A tier's title is certain (1) where a card passes or a certificate is held, impossible (0) where the card fails, and has a
learned card's probability where the rules are undetermined: that its title is obtained within the card's time. The tier of a firm is the highest of those it reaches, so from the
top: P(tier) = p(tier) · Π (1 − p) over the tiers above. The tiers' learned cards are taken as independent given the facts; the
rules are not: nothing goes to a tier that they exclude, nor below one that they grant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.assembly import Verdict

NONE = "none"
"""The place below the lowest tier."""


def allowed(ladder: Sequence[str], verdicts: Mapping[str, Verdict]) -> dict[str, bool | None]:
    """By tier, lowest first: True where the rules grant it and it is the highest so granted, None where they leave it open
    above that, else False.

    Parameters
    ----------
    ladder
        Ids of the tiers, lowest first.
    verdicts
        What the rules say of each tier; a tier that is absent is undetermined (unset criteria), not applicable counts as
        failed.
    """
    granted = max((place for place, tier in enumerate(ladder) if verdicts.get(tier) is Verdict.PASS), default=-1)
    left = [verdicts.get(tier, Verdict.UNDETERMINED) is Verdict.UNDETERMINED for tier in ladder]
    return {tier: None if place > granted and left[place] else place == granted for place, tier in enumerate(ladder)}


def placed(
    ladder: Sequence[str], verdicts: Mapping[str, Verdict], probability: Mapping[str, float]
) -> dict[str, float] | None:
    """P(highest tier) by tier, lowest first, with `NONE`; None where an open tier has no learned card.

    ``ladder`` and ``verdicts`` as in `allowed`; ``probability`` is read only of the tiers that the rules leave open. Raises
    ValueError for a probability outside [0, 1].
    """
    reached = []
    for tier, granted in allowed(ladder, verdicts).items():
        if granted is None and tier not in probability:
            return None
        reached.append(probability[tier] if granted is None else float(granted))
    if not all(0 <= p <= 1 for p in reached):
        raise ValueError("概率应在 0 与 1 之间 / probabilities must lie in [0, 1]")
    return dict(zip((NONE, *ladder), spread(reached), strict=True))


def spread(reached: Sequence[Any], least: Sequence[Any] | None = None) -> list[Any]:
    """P(highest tier), none first, of P(tier reached), lowest first: numbers, arrays or columns.

    With ``least``, the least that P(tier reached) may be where ``reached`` is the most, each place gets the most that it can
    have; and its least where the two are given the other way round. Numbers sum to 1 where both are the same.
    """
    left: Any = 1.0
    found = []
    for most, other in zip(reversed(reached), reversed(reached if least is None else least), strict=True):
        found.append(most * left)
        left = left * (1.0 - other)
    return [left, *reversed(found)]
