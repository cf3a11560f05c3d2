"""An expert's grade beyond what the text provides for is told; its nearest end counts."""

from __future__ import annotations

import pytest

from features.facts import FirmFacts
from scoring.card import Expert
from scoring.catalogue import Catalogue
from scoring.column_backend import Facts, Plan
from scoring.compile import compile_card
from scoring.program import Program

CARDS = {card.id: card for editions in Catalogue().editions.values() for card in [editions[-1].latest]}
EXPERTS = [
    (name, item.id) for name, card in CARDS.items() for item in card.items.values() if isinstance(item.award, Expert)
]


def test_there_are_experts() -> None:
    assert ("high_tech_enterprise", "ip_advancement") in EXPERTS


@pytest.mark.parametrize(("name", "item"), EXPERTS)
def test_a_grade_beyond_the_range_is_flagged_and_its_nearest_end_counts(name: str, item: str) -> None:
    program, award = Program({name: compile_card(CARDS[name])}, {}), CARDS[name].items[item].award
    assert isinstance(award, Expert)
    flag = f"flag|{name}|items/{item}|grade_outside:{award.criterion}"
    roots = {root: program.parts[root] for root in (flag, f"{name}|items/{item}|low", f"{name}|items/{item}|high")}
    grades = [None, award.low, award.high, award.high + 1, 900_000_000, *([award.low - 1] if award.low else [])]
    firms = [FirmFacts({f"expert_grade/{award.criterion}": grade}, {}) for grade in grades]
    told = Plan(roots).evaluate(Facts.of(firms)).rows()
    within = {award.low, award.high}
    assert [bool(row[0]) for row in told] == [grade is not None and grade not in within for grade in grades]
    for grade, (_, low, high) in zip(grades, told, strict=True):
        if grade is not None:
            assert low == high
            assert award.low <= low <= award.high
