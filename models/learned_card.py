"""From a fitted classifier to the card that carries it: the export; what the card can do is `scoring.learned`."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.learned import Feature, LearnedCard

__all__ = ["LearnedCard", "feature_of"]


def feature_of(
    name: str, edges: Sequence[float], points: Sequence[int], missing: int, *, missing_seen: bool, monotone: int
) -> Feature:
    """A feature's bands, neighbours of equal points merged; ``points`` has one entry more than ``edges``."""
    kept = [place for place in range(len(edges)) if points[place] != points[place + 1]]
    return Feature(
        name,
        tuple(float(edges[place]) for place in kept),
        (*(int(points[place]) for place in kept), int(points[-1])),
        int(missing),
        missing_seen,
        monotone,
    )
