"""Gates and items of an answer in the result JSON: value, threshold, gap, band, clause, facts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from features.expression import Count, Exists, Fact, FirstKnown, Ratio
from features.facts import path_of_year
from features.indicators.base import Indicator, Unit
from scoring.assembly import Verdict
from scoring.card import MICRO, Award, Bands, BestOf, Card, Choose, Expert, Gate, Item, Label, LeastOf, Limits
from scoring.compile import Detail
from scoring.engine import Answer

Json = dict[str, Any]


def label(of: Label) -> Json:
    """A label in both languages."""
    return {"zh": of.zh, "en": of.en}


def number(value: Fraction | int) -> int | float:
    """An int where whole, else the nearest float; for display, never compared."""
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact.numerator / exact.denominator


def points(micro: int) -> int | float:
    """Micro-points as points."""
    return number(Fraction(micro, MICRO))


def verdict_of(certain: int, possible: int) -> str:
    """The word for two truths."""
    return (Verdict.PASS if certain else Verdict.UNDETERMINED if possible else Verdict.FAIL).word


def value_of(answer: Answer, card: str, part: str, detail: Detail) -> Fraction | None:
    """The indicator's value in its unit, exact; None where it is not fully known or has a zero denominator."""
    if detail.value is None:
        return None
    shown = answer.parts
    prefix = f"show|{card}|{part}|{detail.path}"
    numerator, denominator = shown[f"{prefix}|numerator|low"], shown[f"{prefix}|denominator|low"]
    if numerator != shown[f"{prefix}|numerator|high"] or denominator != shown[f"{prefix}|denominator|high"]:
        return None
    if denominator < 1:
        return None
    expression = detail.indicator.expression
    minus = expression.minus if isinstance(expression, Ratio) else 0
    return Fraction(numerator, denominator * detail.indicator.unit.scale) - minus


def gate(answer: Answer, card: Card, given: Gate) -> Json:
    """One gate."""
    if given.score is not None:
        return _on_score(answer, card, given, given.score)
    part = f"gates/{given.id}"
    prefix = f"{card.id}|{part}"
    compiled = answer.rules.program.cards[card.id].parts[part]
    out: Json = {
        "label": label(given.label),
        "verdict": verdict_of(answer.parts[f"{prefix}|certain"], answer.parts[f"{prefix}|possible"]),
    }
    if len(compiled.details) == 1:
        out.update(_single(answer, card, part, compiled.details[0], out["verdict"]))
    else:
        out["conditions"] = [
            {
                "indicator": label(Label(d.indicator.zh, d.indicator.en)),
                "threshold": d.range.text if d.range else "",
                "verdict": verdict_of(
                    answer.parts[f"show|{card.id}|{part}|{d.path}|certain"],
                    answer.parts[f"show|{card.id}|{part}|{d.path}|possible"],
                ),
            }
            for d in compiled.details
        ]
    out.update(clause=given.source.clause, grade=given.source.grade)
    if given.route:
        out["route"] = given.route
    out.update(_flags(answer, card, part))
    out["facts"] = facts(answer, compiled.details)
    return out


def _on_score(answer: Answer, card: Card, given: Gate, limits: Limits) -> Json:
    made = answer.assembly
    low, high = made[f"score|{card.id}|low"], made[f"score|{card.id}|high"]
    verdict = verdict_of(*(made[f"gate|{card.id}|{given.id}|{end}"] for end in ("certain", "possible")))
    out: Json = {"label": label(given.label), "verdict": verdict, "threshold": threshold(limits), "unit": "分"}
    if low == high:
        out.update(value=points(low), gap=number(gap(Fraction(low, MICRO), limits)))
    return {**out, "clause": given.source.clause, "grade": given.source.grade, "facts": []}


def _single(answer: Answer, card: Card, part: str, detail: Detail, verdict: str) -> Json:
    value = value_of(answer, card.id, part, detail)
    out: Json = {}
    if value is not None:
        out["value"] = number(value)
    elif detail.value is None and verdict != Verdict.UNDETERMINED.word and detail.range is not None:
        out["value"] = verdict == Verdict.PASS.word if detail.range.text == "是" else verdict != Verdict.PASS.word
    limits = detail.range
    if isinstance(limits, Limits):
        out["threshold"] = threshold(limits)
        if value is not None:
            out["gap"] = number(gap(value, limits))
        out["unit"] = detail.indicator.unit.symbol
    period = data_date(answer, detail.indicator)
    if period:
        out["data_date"] = period
    return out


def threshold(limits: Limits) -> Json:
    """Limits as numbers, inclusive or exclusive spelled out in the key."""
    out: Json = {}
    if limits.least is not None:
        out["min_exclusive" if limits.least_strict else "min"] = number(limits.least)
    if limits.most is not None:
        out["max_exclusive" if limits.most_strict else "max"] = number(limits.most)
    return out


def least_whole(limits: Limits) -> int:
    """The least whole number of points within the limits: 71 where 70 themselves do not suffice."""
    least = limits.least or Fraction(0)
    return math.floor(least) + 1 if limits.least_strict else math.ceil(least)


def gap(value: Fraction, limits: Limits) -> Fraction:
    """How far the value lies outside the limits; 0 inside."""
    below = limits.least - value if limits.least is not None else Fraction(0)
    above = value - limits.most if limits.most is not None else Fraction(0)
    return max(below, above, Fraction(0))


def data_date(answer: Answer, indicator: Indicator) -> str | None:
    """The day that the value speaks of: the end of its accounting year, or as_of."""
    if indicator.period is None:
        return answer.question.as_of.isoformat()
    return f"{answer.question.as_of.year + indicator.period}-12-31"


def item(answer: Answer, card: Card, given: Item) -> Json:
    """One item, shown by the way of earning its points that counts."""
    part = f"items/{given.id}"
    prefix = f"{card.id}|{part}"
    low, high = answer.parts[f"{prefix}|low"], answer.parts[f"{prefix}|high"]
    out: Json = {
        "label": label(given.label),
        "points": {"low": points(low), "high": points(high), "max": points(given.cap)},
    }
    details = [d for d in answer.rules.program.cards[card.id].parts[part].details if d.points is not None]
    if details:
        best = max(details, key=lambda d: _reached(answer, card, part, d))
        out.update(_shown(answer, card, part, best))
        if len(details) > 1:
            out["option"] = best.path
    criterion = _criterion(given.award)
    if criterion:
        out["expert"] = criterion
    out.update(clause=given.source.clause, grade=given.source.grade)
    out.update(_flags(answer, card, part))
    out["facts"] = facts(answer, [best] if details else [])
    if criterion and answer.facts[0].scalars.get(f"expert_grade/{criterion}") is not None:
        out["facts"].append(f"expert_grade/{criterion}")
    return out


def _criterion(award: Award) -> str | None:
    """The grade that settles an item, by whichever way its points are earned."""
    match award:
        case Expert(criterion) | Bands(_, _, criterion):
            return criterion
        case BestOf(options) | LeastOf(options):
            return next(filter(None, map(_criterion, options.values())), None)
        case Choose(_, cases):
            return next(filter(None, (_criterion(case.body) for case in cases)), None)
    return None


def _reached(answer: Answer, card: Card, part: str, detail: Detail) -> tuple[int, int]:
    prefix = f"show|{card.id}|{part}|{detail.path}|points"
    return answer.parts[f"{prefix}|low"], answer.parts[f"{prefix}|high"]


def _shown(answer: Answer, card: Card, part: str, detail: Detail) -> Json:
    out: Json = {"indicator": label(Label(detail.indicator.zh, detail.indicator.en))}
    value = value_of(answer, card.id, part, detail)
    if value is not None:
        out["value"] = number(value)
    if detail.indicator.unit is not Unit.SHARE:
        out["unit"] = detail.indicator.unit.symbol
    if detail.bands:
        prefix = f"show|{card.id}|{part}|{detail.path}|band"
        low, high = (detail.bands[answer.parts[f"{prefix}|{end}"]] for end in ("low", "high"))
        out["band"] = low if low == high else f"{low} … {high}"
    period = data_date(answer, detail.indicator)
    if period:
        out["data_date"] = period
    return out


def _flags(answer: Answer, card: Card, part: str) -> Json:
    raised = [flag for root, flag in answer.rules.program.flags.get((card.id, part), ()) if answer.parts[root]]
    return {"flags": raised} if raised else {}


def facts(answer: Answer, details: Iterable[Detail]) -> list[str]:
    """Paths of the facts that the indicators used: of preferred measures the one that was known."""
    scalars = answer.facts[0].scalars
    found: dict[str, None] = {}
    for detail in details:
        for leaf in detail.leaves:
            match leaf:
                case Fact(path, _) if scalars.get(path) is not None:
                    found[path_of_year(path, answer.question.as_of)] = None
                case FirstKnown(options):
                    used = next((o.path for o in options if scalars.get(o.path) is not None), None)
                    if used:
                        found[path_of_year(used, answer.question.as_of)] = None
                case Exists(table, _) | Count(table, _, _):
                    found[table] = None
    return list(found)
