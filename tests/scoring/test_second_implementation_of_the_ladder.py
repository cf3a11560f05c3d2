"""Every rung beside 科技型 and 高企 against a naive implementation from the policy pages, on thousands of firms at the bounds."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from reference_implementation.aimed import at_every_bound
from reference_implementation.card_bounds import bounds_of, readings_of
from reference_implementation.naive_firm import Firm
from reference_implementation.naive_ladder import CARDS
from reference_implementation.naive_sme import innovative_points
from reference_implementation.random_climbers import READINGS, random_climber
from reference_implementation.told import answered, newest, wanted

from api.answers.result import result
from features import dossier
from scoring.engine import Engine, Question

FIRMS = 500
OPEN = {"gazelle.sichuan"}
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


BOUNDED = [card for card in CARDS if bounds_of(newest(card))]


@pytest.mark.parametrize("card", BOUNDED)
def test_every_bound_from_below_exactly_and_from_above(card: str, engine: Engine, question: Question) -> None:
    asked = Question(question.as_of, question.known_at, None, (card,))
    file, rng = newest(card), random.Random(card)
    seen: Counter[str] = Counter()
    for raw in at_every_bound(rng, card, bounds_of(file), readings_of(file, READINGS), times=6):
        if raw["enterprise"]["uscc"][:2] == "91":
            got = result(engine.answer(dossier.read(raw), asked))["assessments"][card]
            want = wanted(CARDS[card], raw)
            assert answered(card, got) == want, raw
            seen[want] += 1
            if card == "innovative_sme":
                points = {name: item["points"]["low"] for name, item in got["items"].items()}
                assert points == innovative_points(Firm(raw, question.as_of)), raw
    assert seen["pass"] > 0
    assert seen["fail"] > 0
