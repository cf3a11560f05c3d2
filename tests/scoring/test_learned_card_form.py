"""A learned card keeps its own promises or is none: what contradicts itself is refused, written, read or made by hand."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from learned_cards import CLIMB

from scoring.catalogue import Catalogue
from scoring.errors import CardError
from scoring.learned import FORMAT, UNITS, Feature, Uncertainty
from scoring.learned_file import read_card
from scoring.release import digest

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
        read_card(path)
    assert told in str(refused.value)
    assert "card.yaml" in str(refused.value)


def _refused(folder: Path, was: str, becomes: str) -> str:
    """What is told of the card's file after a change."""
    path, text = folder / "card.yaml", CLIMB.yaml()
    assert was in text
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(CardError) as refused:
        read_card(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("becomes", "told"),
    [("", "none (a former one)"), ("format: 2\n", "format is 2"), ("format: '01'\n", "format is 01")],
    ids=["of a former program", "of a later program", "of none"],
)
def test_a_file_of_another_format_is_refused_with_what_is_read_and_what_to_do(
    becomes: str, told: str, tmp_path: Path
) -> None:
    assert CLIMB.yaml().startswith(f"format: {FORMAT}\n")
    said = _refused(tmp_path, f"format: {FORMAT}\n", becomes)
    assert told in said
    assert f"this program reads format {FORMAT}" in said
    assert "dengti model card" in said
    assert "learned_card_format" in said


def test_the_number_of_the_format_is_in_the_hash() -> None:
    without = {key: value for key, value in CLIMB.tree().items() if key != "format"}
    assert next(iter(CLIMB.tree())) == "format"
    assert digest(without) != CLIMB.sha256 == digest(CLIMB.tree())


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("intercept:", "intercepts:", "intercept"),
        ("intercept:", "offset: 3\nintercept:", "offset"),
        ("  monotone: 1", "  floor: 0\n  monotone: 1", "feature: floor"),
        ("    seen: true", "    seen: true\n    usual: 2", "revenue_growth: missing: usual"),
        ("- up_to: '0.05'", "- upto: '0.05'", "revenue_growth: band: up_to"),
        ("- up_to: '0.05'", "- from: '0'\n    up_to: '0.05'", "revenue_growth: band: from"),
        ("- low: 0", "- middle: 0\n  low: 0", "uncertainty: middle"),
        ("  with:\n    kinds:", "  x: 1\n  with:\n    kinds:", "feature: x"),
        ("  indicator: holds\n", "", "feature: with"),
    ],
)
def test_a_key_that_is_lacking_or_that_no_card_has_is_named(was: str, becomes: str, told: str, tmp_path: Path) -> None:
    assert f"{told}：" in _refused(tmp_path, was, becomes)


def test_a_file_that_is_no_card_at_all_is_told(tmp_path: Path) -> None:
    for text in ("", "- a\n", "words\n", "format: 1\n", "learned_card: x\nformat: [1]\n"):
        (tmp_path / "card.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(CardError, match=r"card\.yaml"):
            read_card(tmp_path / "card.yaml")
    assert "AttributeError" in _refused(tmp_path, "  with:\n    kinds:\n    - tech_sme\n", "  with: kinds\n")


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
    replace(CLIMB, id="climb.nosuch").write(tmp_path / "b.yaml")
    with pytest.raises(CardError, match=r"climb\.nosuch.*known: climb\.gazelle, climb\.high_tech_enterprise"):
        Catalogue(own_learned=tmp_path)
    replace(CLIMB, id="climb.gazelle").write(tmp_path / "b.yaml")
    assert [card.id for card in Catalogue(own_learned=tmp_path).learned] == [CLIMB.id, "climb.gazelle"]


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ((), "no features"),
        ((CLIMB.features[0], replace(CLIMB.features[3], name="Attr7", indicator="")), "without an indicator: Attr7"),
    ],
    ids=["of nothing", "of columns of other data"],
)
def test_a_card_of_which_no_enterprise_has_the_features_is_a_file_and_is_not_served(
    features: tuple[Feature, ...], told: str, tmp_path: Path
) -> None:
    card = replace(CLIMB, features=features)
    card.write(tmp_path / "card.yaml")
    assert read_card(tmp_path / "card.yaml") == card
    with pytest.raises(CardError, match=told) as refused:
        Catalogue(own_learned=tmp_path)
    assert "card.yaml" in str(refused.value)


def test_a_card_that_has_answered_goes_to_another_process_and_into_a_set() -> None:
    assert CLIMB.probability(ROW) == pickle.loads(pickle.dumps(CLIMB)).probability(ROW)
    assert len({CLIMB, pickle.loads(pickle.dumps(CLIMB)), replace(CLIMB, intercept=0)}) == 2
