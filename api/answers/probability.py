"""Probabilities by learned cards in the result JSON: who climbs to the next rung and to those above, placement, and distress, with
what each feature adds.

A learned card ranks; it never overrides a rule. What it was trained on and of whom it may speak go with every number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from api.answers.forms import Json
from api.answers.numbers import amount, number
from api.answers.parts import label
from api.answers.placement import DIGITS, Numbers, placement_writer, whose
from api.answers.state import Prepared, State
from features.expression import Compound, Ratio
from features.indicators.base import Unit
from scoring.ladder import Ladder
from scoring.learned import DISTRESS, UNITS, Feature, LearnedCard, logistic
from scoring.learned_points import measured

CLIMB = "climb"
TOLD = 5
"""So many of the strongest features are told."""
MISSING = "缺失 missing"
FURTHER = "climb_further"
"""Of the rungs above the next one: what is told of it, by rung."""
Write = Callable[[State, Json], Json]


def probability_writer(prepared: Prepared, ladder: Ladder, learned: Sequence[LearnedCard]) -> Write:
    """How the probabilities of an enterprise are written, given its place on its ladder; empty where no card speaks."""
    rungs = [rung.id for rung in ladder.rungs]
    cards = {tier: one for tier in rungs for one in learned if one.id == f"{CLIMB}.{tier}"}
    numbers = {tier: _numbers(prepared, one) for tier, one in cards.items()}
    climbs = {tier: _of(prepared, one, numbers[tier]) for tier, one in cards.items()}
    placement = placement_writer(prepared, ladder, {tier: (one, numbers[tier]) for tier, one in cards.items()})
    own = next((one for one in learned if one.id == DISTRESS), None)
    distress = None if own is None else _of(prepared, own, _numbers(prepared, own))

    def write(state: State, tier: Json) -> Json:
        found: Json = {}
        if not climbs and distress is None:
            return found
        following = tier["next"]
        if following in climbs:
            found[CLIMB] = {"target": following, **climbs[following](state)}
        above = [] if following is None else rungs[rungs.index(following) + 1 :]
        if further := {rung: climbs[rung](state) for rung in above if rung in climbs}:
            found[FURTHER] = further
        found |= placement(state)
        if distress is not None:
            found[DISTRESS] = distress(state)
        return {"probability": found} if found else {}

    return write


def _numbers(prepared: Prepared, card: LearnedCard) -> Numbers:
    """The probability, its range, and its ends over what is missing."""
    stated, facts = (prepared.places(f"{card.id}|{root}", "low", "high") for root in ("points", "facts"))
    known = prepared.places(f"{card.id}|range", "low", "high") if card.uncertainty.low else None

    def of(state: State) -> Json:
        points, least, most = state[stated[0]] or 0, state[facts[0]] or 0, state[facts[1]] or 0
        out: Json = {}
        # Sources that differ give the points of each completion: then there is a range and no number.
        if points == state[stated[1]]:
            out["p"] = round(logistic(points), DIGITS)
            if known is not None:
                low, high = (round(logistic(state[place] or 0), DIGITS) for place in known)
                out |= {"low": low, "high": high}
        return out | {"facts_low": round(logistic(least), DIGITS), "facts_high": round(logistic(most), DIGITS)}

    return of


def _of(prepared: Prepared, card: LearnedCard, numbers: Numbers) -> Numbers:
    """The numbers, whose they are, and the strongest features."""
    features, fixed = [_feature(prepared, card, feature) for feature in card.features], whose(card)

    def of(state: State) -> Json:
        out: Json = {**fixed, **numbers(state)}
        told = sorted((feature(state) for feature in features), key=lambda one: -abs(one["log_odds"]))
        out["reasons"] = [one for one in told[:TOLD] if one["log_odds"]]
        return out

    return of


def _feature(prepared: Prepared, card: LearnedCard, feature: Feature) -> Callable[[State], Json]:
    """What one feature adds to the log-odds, against the average of the training rows."""
    indicator, prefix = measured(feature), f"show|{card.id}|{feature.name}"
    points, _ = prepared.places(f"{prefix}|points", "low", "high")
    band, _ = prepared.places(f"{prefix}|band", "low", "high")
    numerator, _ = prepared.places(f"{prefix}|numerator", "low", "high")
    denominator, _ = prepared.places(f"{prefix}|denominator", "low", "high")
    fixed = {"feature": feature.name, **label(indicator)}
    minus = indicator.expression.minus if isinstance(indicator.expression, Ratio) else 0
    rooted, bands = isinstance(indicator.expression, Compound), _bands(indicator.unit, feature.edges)

    def of(state: State) -> Json:
        place, over, under = state[band], state[numerator] or 0, state[denominator] or 0
        out: Json = {**fixed, "log_odds": round((state[points] or 0) / UNITS, DIGITS)}
        if place is None or place < 0:
            return out | {"band": MISSING}
        if not rooted:
            out["value"] = number(over - minus * under, under * indicator.unit.scale)
        return out | {"band": bands[place]}

    return of


def _bands(unit: Unit, edges: Sequence[float]) -> list[str]:
    """The bands in words, lowest first."""
    if not edges:
        return ["—"]
    if unit is Unit.TRUTH:
        return ["否 no", "是 yes"][: len(edges) + 1]
    said = [amount(edge, unit.symbol) for edge in edges]
    return [f"≤ {said[0]}", *(f"> {low}, ≤ {high}" for low, high in pairwise(said)), f"> {said[-1]}"]
