"""What a card was fitted on stands in its file, is part of its hash, and does not contradict itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from learned_cards import CLIMB

from scoring.errors import CardError
from scoring.learned_file import read_card
from scoring.seen import Seen

SEEN = Seen(
    {one.name: (-0.5, 1e-05, 0.1) for one in CLIMB.features},
    {one.name: (0, 30, 60, 0, 10) for one in CLIMB.features},
    (100, 17),
)
CARD = replace(CLIMB, seen=SEEN)


def test_a_card_keeps_what_it_was_fitted_on(tmp_path: Path) -> None:
    CARD.write(tmp_path / "card.yaml")
    read = read_card(tmp_path / "card.yaml")
    assert read == CARD
    assert read.seen == SEEN
    assert read.sha256 == CARD.sha256
    assert Seen.read(json.loads(json.dumps(SEEN.tree()))) == SEEN


def test_it_is_part_of_the_hash_and_a_card_without_has_the_hash_that_it_had() -> None:
    other = replace(SEEN, outcome=(100, 18))
    assert len({CLIMB.sha256, CARD.sha256, replace(CARD, seen=other).sha256}) == 3
    assert "seen" not in CLIMB.tree()
    assert hash(CARD) == hash(replace(CARD))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"edges": {"x": (0.0, 0.0)}}, "must rise"),
        ({"edges": {"x": (0.0, float("inf"))}}, "must rise"),
        ({"edges": {"x": (float("nan"), 1.0)}}, "must rise"),
        ({"edges": {"x": (0.0,)}}, "sum to 10"),
        ({"edges": {"y": (0.0, 1.0)}}, "each feature"),
        ({"rows": {"x": (0, 5, 0, 4)}}, "sum to 10"),
        ({"rows": {"x": (0, 11, 0, -1)}}, "events ≤ rows"),
        ({"rows": {"x": (0, 5.0, 0, 5)}}, "events ≤ rows"),
        ({"outcome": (10, 11)}, "events ≤ rows"),
        ({"outcome": (11, 1)}, "sum to 11"),
        ({"outcome": (10, -1)}, "events ≤ rows"),
    ],
)
def test_what_contradicts_itself_is_refused(change: Mapping[str, Any], told: str) -> None:
    sound = Seen({"x": (0.0, 1.0)}, {"x": (0, 5, 0, 5)}, (10, 3))
    with pytest.raises(ValueError, match=told):
        replace(sound, **change)


def test_it_is_of_the_cards_own_features() -> None:
    with pytest.raises(ValueError, match="seen"):
        replace(CARD, features=CARD.features[:-1])


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("events: 17", "events: 170"), ("events: 17", "events: 1.5"), ("events: 17\n", "\n"), ("- 1e-05", "- '0.2'")],
)
def test_a_file_whose_counts_contradict_is_no_card(was: str, becomes: str, tmp_path: Path) -> None:
    text = CARD.yaml()
    assert was in text
    (tmp_path / "card.yaml").write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(CardError, match=r"card\.yaml"):
        read_card(tmp_path / "card.yaml")
