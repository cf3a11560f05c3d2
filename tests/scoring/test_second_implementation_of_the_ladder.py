"""Every rung beside 科技型 and 高企 against a naive implementation from the policy pages, on thousands of firms at the bounds."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from reference_implementation.aimed import at_bound, files_of
from reference_implementation.card_bounds import bounds_of
from reference_implementation.naive_editions import EDITIONS, Edition
from reference_implementation.naive_firm import Firm
from reference_implementation.naive_ladder import CARDS
from reference_implementation.naive_sme import innovative_points
from reference_implementation.random_climbers import random_climber

from api.answers.result import result
from features import dossier
from scoring.engine import Engine, Question

FIRMS = 500
OPEN = {"gazelle.sichuan", "quasi_unicorn.shandong"}
"""Cards with conditions that no text on file states: what else they ask for can fail, but never pass."""


@pytest.mark.parametrize("seed", range(8))
def test_every_card_says_what_the_policy_pages_say(seed: int, engine: Engine, question: Question) -> None:
    asked = Question(question.as_of, question.known_at, None, tuple(CARDS))
    rng = random.Random(seed)
    seen: Counter[tuple[str, bool]] = Counter()
    for _ in range(FIRMS):
        raw = random_climber(rng)
        firm = Firm(raw, question.as_of)
        got = result(engine.answer(dossier.read(raw), asked))["assessments"]
        if firm.raw["enterprise"]["uscc"][:2] in ("92", "93"):
            assert {got[card]["verdict"] for card in CARDS} == {"not_applicable"}
            continue
        want = {card: meets(firm) for card, meets in CARDS.items()}
        told = {card: ("undetermined" if card in OPEN else "pass") if met else "fail" for card, met in want.items()}
        assert {card: got[card]["verdict"] for card in CARDS} == told, raw
        points = {name: item["points"]["low"] for name, item in got["innovative_sme"]["items"].items()}
        assert points == innovative_points(firm), raw
        seen.update(want.items())
    # Both answers of every card come up in each run, or the comparison says little.
    assert all(seen[card, met] for card in CARDS for met in (False, True)), seen


BOUNDED = [edition for edition in EDITIONS if bounds_of(*files_of(edition))]


@pytest.mark.parametrize("edition", BOUNDED, ids=lambda edition: edition.name)
def test_every_bound_from_below_exactly_and_from_above(edition: Edition, engine: Engine, question: Question) -> None:
    asked = Question(question.as_of, question.known_at, edition.day, (edition.card,), edition.kind)
    seen: Counter[str] = Counter()
    for bound in bounds_of(*files_of(edition)):
        for raw in at_bound(edition, bound, times=2):
            got = result(engine.answer(dossier.read(raw), asked))["assessments"][edition.card]
            want = edition.says(raw).word
            # What no text on file states can fail, but never pass.
            told = "undetermined" if edition.unstated and want == "pass" else want
            if raw["enterprise"].get("established_on", "") > question.as_of.isoformat():
                # No text speaks of a firm that does not exist yet.
                told = "not_applicable"
            assert got["verdict"] == told, raw
            seen[want] += 1
    assert seen["pass"] + seen["undetermined"] > 0
    assert seen["fail"] > 0
