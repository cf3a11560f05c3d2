"""A learned card keeps its own promises or is none: what contradicts itself is refused, written, read or made by hand."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from learned_cards import CLIMB

from scoring.catalogue import Catalogue
from scoring.errors import CardError
from scoring.learned import UNITS, LearnedCard, Uncertainty

ROW = {"revenue_growth": 0.1, "rd_to_revenue": None, "debt_ratio": 0.5, "revenue": 1e7, "holds": 1.0}


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("monotone: 1", "monotone: 5", "must be -1, 0, 1"),
        ("monotone: 1", "monotone: -1", "the points go another way"),
        ("monotone: 0", "monotone: 1.5", "invalid literal"),
        ("origin: synthetic", "origin: theirs", "must be own"),
        ("trained_on: 编造的卡片，仅供测试 / made up, for tests only", "trained_on: ''", "trained_on"),
        ("feature: revenue_growth", "feature: rd_to_revenue", "rd_to_revenue"),
        (f"intercept: -{UNITS}", f"intercept: {10**25}", "64"),
        ("up_to: '0.05'", "up_to: '0.5'", "must rise"),
        ("up_to: '0.05'", "up_to: nan", "must rise"),
        (f"high: {UNITS}", "high: -1", "low ≤ 0 ≤ high"),
    ],
    ids=lambda told: str(told)[:40],
)
def test_a_file_that_contradicts_itself_is_no_card(was: str, becomes: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    text = CLIMB.yaml()
    assert was in text
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(CardError) as refused:
        LearnedCard.read(path)
    assert told in str(refused.value)
    assert "card.yaml" in str(refused.value)


@pytest.mark.parametrize("wrong", [{"id": ""}, {"id": 123}, {"origin": "nonsense"}, {"valid_for": " "}])
def test_what_could_not_be_read_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(CLIMB, **wrong)  # type: ignore[arg-type]


def test_a_forecast_lies_within_its_own_range() -> None:
    with pytest.raises(ValueError, match="low ≤ 0 ≤ high"):
        Uncertainty((), (1,), (2,))
    with pytest.raises(ValueError, match="last band has none"):
        Uncertainty((1, 2), (-1, -1), (1, 1))


def test_a_folder_has_one_card_of_an_event_and_none_of_a_rulebook(tmp_path: Path) -> None:
    CLIMB.write(tmp_path / "a.yaml")
    CLIMB.write(tmp_path / "b.yaml")
    with pytest.raises(CardError, match=r"b\.yaml"):
        Catalogue(own_learned=tmp_path)
    replace(CLIMB, id="tech_sme").write(tmp_path / "b.yaml")
    with pytest.raises(CardError, match="tech_sme"):
        Catalogue(own_learned=tmp_path)
    replace(CLIMB, id="climb.gazelle").write(tmp_path / "b.yaml")
    assert [card.id for card in Catalogue(own_learned=tmp_path).learned] == [CLIMB.id, "climb.gazelle"]


def test_a_card_that_has_answered_goes_to_another_process_and_into_a_set() -> None:
    assert CLIMB.probability(ROW) == pickle.loads(pickle.dumps(CLIMB)).probability(ROW)
    assert len({CLIMB, pickle.loads(pickle.dumps(CLIMB)), replace(CLIMB, intercept=0)}) == 2
