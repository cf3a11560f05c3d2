"""Platt's line: fitted where it makes honest scores better, left out where there is nothing to fit."""

from __future__ import annotations

import numpy as np
import pytest

from models import platt


def test_scores_twice_too_wide_are_drawn_in() -> None:
    random = np.random.default_rng(3)
    honest = random.normal(size=4000)
    event = (random.random(4000) < 1 / (1 + np.exp(-honest))).astype(np.int64)
    found = platt.fitted(2 * honest + 1, event)
    assert found is not None
    assert found == pytest.approx((0.5, -0.5), abs=0.08)


@pytest.mark.parametrize(
    ("which", "scores"),
    [
        ("all alike", [0.3] * 8),
        ("as often among those with the event as among the others", [-1, 1, 0, 0, 0, 1, 0, 0, 0, -1, -1, -1, 1, -1]),
        ("higher where the event did not come", [1.0, -1.0] * 20),
    ],
)
def test_scores_that_say_nothing_of_the_event_are_left_as_they_are(which: str, scores: list[float]) -> None:
    event = np.arange(len(scores)) % 2
    assert platt.fitted(np.array(scores, dtype=float) * 1e-3, event.astype(np.int64)) is None, which
