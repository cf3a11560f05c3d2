"""Earlier editions, re-verifications and pools against a naive implementation from the policy pages, at their bounds."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any, NamedTuple

import pytest
from reference_implementation import naive_gazelles_before, naive_pools, naive_sme_2022, naive_unicorns
from reference_implementation.naive_firm import Firm
from reference_implementation.naive_ladder import Meets
from reference_implementation.random_editions import random_of_any_edition

from api.answers.result import result
from features import dossier
from scoring.engine import Engine, Question

FIRMS = 250


class Asked(NamedTuple):
    rules_on: date | None
    kind: str
    cards: dict[str, Meets]
    open: frozenset[str] = frozenset()
    """Cards with conditions that no text on file states: what else they ask for can fail, but never pass."""


LITTLE_GIANT = frozenset({"little_giant"})
BY_DAY_AND_KIND = {
    "before April 2026": Asked(
        date(2026, 3, 31),
        "new",
        {
            "innovative_sme": naive_sme_2022.innovative_before_april,
            "specialised_sme": naive_sme_2022.specialised_2022,
            "little_giant": naive_sme_2022.little_giant_before_april,
        },
        LITTLE_GIANT,
    ),
    "called for in 2025": Asked(
        date(2025, 6, 1), "new", {"little_giant": naive_sme_2022.little_giant_in_2025}, LITTLE_GIANT
    ),
    "re-verified in 2025": Asked(
        date(2025, 6, 1), "renewal", {"little_giant": naive_sme_2022.little_giant_renewed_in_2025}, LITTLE_GIANT
    ),
    "re-verified in 2026": Asked(
        None,
        "renewal",
        {
            "specialised_sme": naive_sme_2022.specialised_renewed,
            "little_giant": naive_sme_2022.little_giant_renewed_in_2026,
        },
        LITTLE_GIANT,
    ),
    "re-verified in 2027": Asked(
        date(2027, 1, 1), "renewal", {"little_giant": naive_sme_2022.little_giant_renewed_later}
    ),
    "Guangxi's round of 2021": Asked(
        date(2021, 6, 1), "new", {"gazelle.guangxi_pool": naive_gazelles_before.guangxi_pool_2021}
    ),
    "Sichuan's and Chengdu's of 2022": Asked(
        date(2022, 6, 1), "new", {"gazelle.sichuan": naive_gazelles_before.sichuan_2019}
    ),
    "Shandong's before 2020": Asked(
        date(2019, 6, 1),
        "new",
        {
            "gazelle.shandong": naive_gazelles_before.shandong_third_batch,
            "unicorn.shandong": naive_unicorns.unicorn_shandong_2018,
        },
    ),
    "pools": Asked(
        None,
        "new",
        {
            "hte_pool.guangdong": naive_pools.pool_guangdong,
            "hte_pool.jiangsu": naive_pools.pool_jiangsu,
            "above_scale_industrial": naive_pools.above_scale,
        },
    ),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", BY_DAY_AND_KIND)
def test_every_edition_says_what_the_policy_pages_say(name: str, seed: int, engine: Engine, question: Question) -> None:
    asked = BY_DAY_AND_KIND[name]
    ask = Question(question.as_of, question.known_at, asked.rules_on, tuple(asked.cards), asked.kind)
    rng = random.Random(f"{name}/{seed}")
    seen: Counter[tuple[str, bool]] = Counter()
    for _ in range(FIRMS):
        raw = random_of_any_edition(rng)
        if raw["enterprise"]["uscc"][:2] in ("92", "93"):
            continue
        firm = Firm(raw, question.as_of)
        got = result(engine.answer(dossier.read(raw), ask))["assessments"]
        want = {card: meets(firm) for card, meets in asked.cards.items()}
        told = {
            card: ("undetermined" if card in asked.open else "pass") if met else "fail" for card, met in want.items()
        }
        assert {card: got[card]["verdict"] for card in asked.cards} == told, raw
        _same_details(got, firm, asked)
        seen.update(want.items())
    # Both answers of every card come up in each run, or the comparison says little.
    assert all(seen[card, met] for card in asked.cards for met in (False, True)), seen


def _same_details(got: dict[str, Any], firm: Firm, asked: Asked) -> None:
    """Points of every item, and flags of what is asked in principle only."""
    if naive_sme_2022.specialised_2022 in asked.cards.values():
        points = {name: item["points"]["low"] for name, item in got["specialised_sme"]["items"].items()}
        assert points == naive_sme_2022.specialised_points(firm), firm.raw
    if naive_gazelles_before.guangxi_pool_2021 in asked.cards.values():
        flagged = "not_met:tax_growth" in got["gazelle.guangxi_pool"]["flags"]
        assert flagged == naive_gazelles_before.tax_flagged(firm), firm.raw


@pytest.mark.parametrize("seed", range(2))
def test_criteria_that_are_not_on_file_leave_every_firm_open(seed: int, engine: Engine, question: Question) -> None:
    rng = random.Random(seed)
    ask = Question(question.as_of, question.known_at, None, ("hte_pool.guangxi",))
    for _ in range(20):
        raw = random_of_any_edition(rng)
        if raw["enterprise"]["uscc"][:2] == "91":
            got = result(engine.answer(dossier.read(raw), ask))["assessments"]["hte_pool.guangxi"]
            assert got["verdict"] == "undetermined"
