"""Probabilities by learned cards in the result JSON: who climbs to the next rung, to those above and to those beside, placement, and
distress, with what each feature adds. Of whom no card speaks (`scoring.learned_points.UNASKED`) nothing is told.

A learned card ranks; it never overrides a rule. What it was trained on, of whom it may speak and within which time go with every
number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

from api.answers.forms import Json
from api.answers.numbers import amount, number
from api.answers.parts import label
from api.answers.placement import DIGITS, Numbers, asked, placement_writer, whose
from api.answers.state import Prepared, State
from features.expression import Compound, Ratio
from features.indicators.base import Indicator, Unit
from features.kinds import Choice
from features.tables import TABLES
from models.replay import targets
from scoring.ladder import Ladder
from scoring.learned import DISTRESS, UNITS, Feature, LearnedCard, logistic
from scoring.learned_points import measured

CLIMB = "climb"
TOLD = 5
"""So many of the strongest features are told."""
MISSING, APART = "缺失 missing", "来源不一 sources differ"
FURTHER = "climb_further"
"""Of the rungs above the next one: what is told of it, by rung."""
BESIDE = "climb_beside"
"""The same of rungs that stand beside the ladder's order (parallel), lie below the next one and are not held."""
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

    speaks, parallel = asked(prepared) if learned else None, {rung.id for rung in ladder.rungs if rung.parallel}

    def write(state: State, tier: Json) -> Json:
        found: Json = {}
        if speaks is None or not speaks(state):
            return found
        following = tier["next"]
        if following in climbs:
            found[CLIMB] = {"target": following, **climbs[following](state)}
        place = len(rungs) if following is None else rungs.index(following)
        beside = [rung for rung in rungs[:place] if rung in parallel and rung not in tier["held"]]
        for name, some in ((FURTHER, rungs[place + 1 :]), (BESIDE, beside)):
            if told := {rung: climbs[rung](state) for rung in some if rung in climbs}:
                found[name] = told
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
    features = [_feature(prepared, card, feature) for feature in card.features]
    fixed = {**whose(card), "within_months": (targets.DISTRESS if card.id == DISTRESS else targets.CLIMB).months}

    def of(state: State) -> Json:
        told = sorted((feature(state) for feature in features), key=lambda one: -one[0])
        return {**fixed, **numbers(state), "reasons": [one for strength, one in told[:TOLD] if strength]}

    return of


def _feature(prepared: Prepared, card: LearnedCard, feature: Feature) -> Callable[[State], tuple[float, Json]]:
    """What one feature adds to the log-odds, against the average of the training rows; before it how strong that is.

    Where sources differ so that several bands are possible there is no value, and the log-odds have two ends.
    """
    indicator, prefix = measured(feature), f"show|{card.id}|{feature.name}"
    points, bands_, over, under = (
        prepared.places(f"{prefix}|{part}", "low", "high") for part in ("points", "band", "numerator", "denominator")
    )
    fixed = {"feature": feature.name, **_label(feature, indicator)}
    minus = indicator.expression.minus if isinstance(indicator.expression, Ratio) else 0
    rooted, bands = isinstance(indicator.expression, Compound), _bands(indicator.unit, feature.edges)

    def of(state: State) -> tuple[float, Json]:
        least, most = (round((state[place] or 0) / UNITS, DIGITS) for place in points)
        first, last = (-1 if state[place] is None else state[place] for place in bands_)
        if first != last:
            ends = {"log_odds_low": least, "log_odds_high": most, "band": APART}
            return max(abs(least), abs(most)), {**fixed, **ends}
        out: Json = {**fixed, "log_odds": least}
        if first < 0:
            return abs(least), {**out, "band": MISSING}
        (low, high), (fewest, greatest) = ([state[place] for place in ends] for ends in (over, under))
        if not rooted and low is not None and fewest is not None and (low, fewest) == (high, greatest):
            out["value"] = number(low - minus * fewest, fewest * indicator.unit.scale)
        return abs(least), {**out, "band": bands[first]}

    return of


def _label(feature: Feature, indicator: Indicator) -> Json:
    """With the kinds that are asked for: of several titles each is a feature of its own."""
    kinds = [str(kind) for kind in feature.settings.get("kinds", ())]
    told = label(indicator)
    if kinds:
        told["zh"] += f"（{'、'.join(map(_kind, kinds))}）"
        told["en"] += f" ({', '.join(kind.replace('_', ' ') for kind in kinds)})"
    return told


@cache
def _kind(value: str) -> str:
    """What a kind of certificate, right or event is called."""
    of_tables = (table.fields["kind"].kind for table in TABLES.values() if "kind" in table.fields)
    called = (zh for kind in of_tables if isinstance(kind, Choice) for zh, one in kind.zh.items() if one == value)
    return next(called, value)


def _bands(unit: Unit, edges: Sequence[float]) -> list[str]:
    """The bands in words, lowest first."""
    if not edges:
        return ["—"]
    if unit is Unit.TRUTH:
        return ["否 no", "是 yes"][: len(edges) + 1]
    said = [amount(edge, unit.symbol) for edge in edges]
    return [f"≤ {said[0]}", *(f"> {low}, ≤ {high}" for low, high in pairwise(said)), f"> {said[-1]}"]
