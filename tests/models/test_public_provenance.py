"""What a card of a public set says that it was trained on: rows, and firms and years where the set tells them."""

from __future__ import annotations

import pytest
from public_data import FOLDER, needs_public_data

from models.sources import public


@needs_public_data
@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("us_failure", "2,694 行 rows，2,694 家 firms，2001–2010"),
        ("polish_1", "4,095 行 rows"),
        ("sba", "8,953 行 rows，1996–2004"),
    ],
)
def test_what_a_public_set_was_fitted_on_is_told(event: str, told: str) -> None:
    _, provenance = public(event, FOLDER)
    assert provenance.trained_on.endswith(told)
