"""Credit of past years as a linked series: what the card of each year said, and the same years under one card.

Points under two cards are not comparable, so the series is made anew under one of them from the facts of each year. Where the
card changed the series breaks; the break states how much of the step is the card's and not the firm's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from api.answers.decision import USABLE
from api.answers.forms import Json
from api.answers.result import result
from api.answers.views import UNCONFIRMED
from api.answers.vintage import vintage
from features.dossier import Dossier
from features.errors import ValueProblem
from scoring.engine import Engine, Question

NO_POINTS = {
    "code": "no_points",
    "zh": "当时的版本没有得分，误差无从得出",
    "en": "the card then gave no points: its error is not known",
}
NOT_IN_FORCE = {
    "code": "not_in_force",
    "zh": "当时没有施行的版本，误差无从得出",
    "en": "no card was in force then: its error is not known",
}


@dataclass(frozen=True)
class Asked:
    """Under which scheme which years are told; under which scheme of which day they are linked; by whom it is read."""

    scheme: str
    years: Sequence[int]
    known_at: date
    rules_on: date
    under: str | None = None
    month_and_day: tuple[int, int] = (12, 31)
    reader: str = "authority"


def linked_series(engine: Engine, dossier: Dossier, asked: Asked) -> Json:
    """The years in order: ``then`` by the card in force, ``linked`` under the one card, ``error`` (linked less then, in points);
    and the breaks. Raises `ValueProblem` where there is no year, `UnknownName` for an unknown scheme.
    """
    years = [_year(engine, dossier, asked, year) for year in sorted(set(asked.years))]
    if not years:
        raise ValueProblem(
            field="years",
            value="",
            rule="至少一个年份 / at least one year",
            remedy="例如 / for example: 2022-2025",
        )
    return {
        "uscc": dossier.uscc,
        "scheme": asked.scheme,
        "linked_under": years[-1]["linked"]["card"],
        **vintage(dossier, asked.known_at, engine),
        "rules_on": asked.rules_on.isoformat(),
        "years": years,
        "breaks": list(filter(None, (_break(engine, dossier, asked, *two) for two in pairwise(years)))),
    }


def _year(engine: Engine, dossier: Dossier, asked: Asked, year: int) -> Json:
    as_of = _day(asked, year)
    then = _credit(engine, dossier, asked, Question(as_of, asked.known_at, as_of, (asked.scheme,)))
    linked = _credit(
        engine, dossier, asked, Question(as_of, asked.known_at, asked.rules_on, (asked.under or asked.scheme,))
    )
    return {"year": year, "as_of": as_of.isoformat(), "then": then, "linked": linked, "error": _error(then, linked)}


def _day(asked: Asked, year: int) -> date:
    try:
        return date(year, *asked.month_and_day)
    except ValueError:
        month, day = asked.month_and_day
        raise ValueProblem(
            field="on",
            value=f"{year}-{month:02}-{day:02}",
            rule="没有这一天 / there is no such day",
            remedy="例如 / for example: 12-31",
        ) from None


def _credit(engine: Engine, dossier: Dossier, asked: Asked, question: Question) -> Json:
    """Card, stage and points of one question; no points where the reader gets none."""
    answer = engine.answer(dossier, question)
    (name,) = question.rulebooks
    if name not in answer.rules.picked or answer.rules.picked[name].card.scheme is None:
        raise ValueProblem(
            field="scheme",
            value=name,
            rule="不是创新积分方案 / is no scheme of innovation credit",
            remedy="例如 / for example: credit.guangxi_reference",
        )
    picked, credit = answer.rules.picked[name], result(answer)["credit"]
    card = {"id": name, "edition": picked.card.edition, "status": credit["status"], "sha256": picked.card.sha256}
    if "overlays" in credit:
        card["overlays"] = credit["overlays"]
    out: Json = {"card": card}
    if picked.outside:
        out["flags"] = list(picked.flags)
    if asked.reader == "bank" and credit["status"] not in USABLE:
        return {**out, "unavailable": UNCONFIRMED}
    return {**out, **{key: credit[key] for key in ("stage", "score", "coverage", "undetermined") if key in credit}}


def _error(old: Json, new: Json) -> Json:
    """How far the points under one card lie from those under another, of the same firm on the same day."""
    if "edition_outside_period" in old.get("flags", ()):
        return NOT_IN_FORCE
    if "score" not in old or "score" not in new:
        return next((one["unavailable"] for one in (old, new) if "unavailable" in one), NO_POINTS)
    before, after = old["score"], new["score"]
    return {
        "low": round(after["low"] - before["high"], 6),
        "high": round(after["high"] - before["low"], 6),
        "bounds": "exact" if before["low"] == before["high"] and after["low"] == after["high"] else "safe",
    }


def _break(engine: Engine, dossier: Dossier, asked: Asked, before: Json, after: Json) -> Json | None:
    """Where the card of a year is another than the year before: its step on the earlier year's facts."""
    old, new = before["then"], after["then"]
    if old["card"] == new["card"]:
        return None
    day = date.fromisoformat(before["as_of"])
    rules = date.fromisoformat(after["as_of"])
    again = _credit(engine, dossier, asked, Question(day, asked.known_at, rules, (asked.scheme,)))
    return {
        "between": [before["year"], after["year"]],
        "from": old["card"],
        "to": new["card"],
        "error": _error(old, again),
    }
