"""Made-up learned cards over the catalogue's indicators, as files of a deployment's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scoring.catalogue import Catalogue
from scoring.learned import OWN, SYNTHETIC, UNITS, Feature, LearnedCard, Uncertainty

_U = UNITS
CLIMB = LearnedCard(
    "climb.high_tech_enterprise",
    "1",
    "编造的卡片，仅供测试 / made up, for tests only",
    "测试 / tests",
    -_U,
    (
        Feature(
            "revenue_growth", (-0.1, 0.05, 0.2), (-_U // 2, -_U // 10, _U // 5, _U), -_U // 4, True, 0, "revenue_growth"
        ),
        Feature(
            "rd_to_revenue", (0.01, 0.03, 0.05), (-_U, 0, _U // 2, _U * 3 // 2), -_U // 3, True, 1, "rd_to_revenue"
        ),
        Feature("debt_ratio", (0.4, 0.7), (_U // 2, 0, -_U), -_U // 7, True, -1, "debt_ratio"),
        Feature("revenue", (1e6, 2e7, 4e8), (-_U // 2, 0, _U // 3, _U // 2), 3, True, 0, "revenue"),
        Feature("holds", (0.5,), (-_U // 5, _U), 0, False, 1, "holds", {"kinds": ["tech_sme"]}),
    ),
    SYNTHETIC,
    Uncertainty((-2 * _U, -_U, 0), (-40 * _U, -_U, -_U // 2, 0), (_U, _U // 2, _U, _U // 3)),
)
DISTRESS = replace(CLIMB, id="distress", features=CLIMB.features[1:3])


def catalogue(folder: Path, *cards: LearnedCard) -> Catalogue:
    """The rulebooks with these learned cards beside them."""
    folder.mkdir(exist_ok=True)
    for card in cards or (CLIMB, DISTRESS):
        card.write(folder / f"{card.id}.yaml")
    return Catalogue(own_learned=folder)


def own(card: LearnedCard) -> LearnedCard:
    """The card as if trained on the office's own facts."""
    return replace(card, origin=OWN)
