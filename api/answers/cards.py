"""One card's assessment in the result JSON: verdict, route, score, gates, items, groups, review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.answers.numbers import least_whole, points, threshold
from api.answers.parts import PASS, Json, Prepared, clause, gate_writer, item_writer, label, verdict_of
from scoring.assembly import Verdict
from scoring.card import MICRO, Card
from scoring.decision import WORDS
from scoring.engine import Answer
from scoring.program import Values


def assessment_writer(prepared: Prepared, card: Card, flagged: list[str]) -> Callable[[Answer], Json]:
    """How a card's assessment is written; ``flagged`` is said of it whatever the enterprise."""
    at = prepared.program.at
    fixed: Json = {"title": label(card.title), "edition": card.edition}
    gates = {name: gate_writer(prepared, card, gate) for name, gate in card.gates.items()}
    unsafe = at[f"{card.id}|unsafe"]
    whole = _class_of(prepared, card) if card.classes else _scored(prepared, card)

    def write(answer: Answer) -> Json:
        out = dict(fixed)
        out["bounds"] = "safe" if answer.values[unsafe] or card.id in answer.wider else "exact"
        values, scalars = answer.values, answer.facts[0].scalars
        out["gates"] = {name: gate(values, scalars) for name, gate in gates.items()}
        whole(answer, out)
        parts = (*out["gates"].values(), *out.get("items", {}).values())
        raised = {flag for part in parts if "flags" in part for flag in part["flags"]}
        out["flags"] = [*sorted(raised), *flagged]
        return out

    return write


Add = Callable[[Answer, Json], None]


def _class_of(prepared: Prepared, card: Card) -> Add:
    """A classification: the class, or those between which it lies."""
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    stated = clause(next(iter(card.items.values())).source)

    def add(answer: Answer, out: Json) -> None:
        one, other = (card.classes[answer.values[end] // MICRO] for end in (low, high))
        out.update(stated, verdict=Verdict.NOT_APPLICABLE.word)
        out["class"] = one if one == other else "undetermined"
        if one != other:
            out["class_range"] = [one, other]

    return add


def _scored(prepared: Prepared, card: Card) -> Add:
    verdict = prepared.program.at[f"verdict|{card.id}"]
    items = {name: item_writer(prepared, card, item) for name, item in card.items.items()}
    groups = {name: prepared.points(f"group|{card.id}|{name}") for name in card.groups}
    routes = {
        name: ({"label": label(route.label), **clause(route.source)}, prepared.truth(f"route|{card.id}|{name}"))
        for name, route in card.routes.items()
    }
    score = _score(prepared, card) if card.items else None
    review = _review(prepared, card) if _reads_grades(prepared, card) else None

    def add(answer: Answer, out: Json) -> None:
        values = answer.values
        out["verdict"] = WORDS[values[verdict]]
        out["routes"] = {name: {**fixed, "verdict": said(values)} for name, (fixed, said) in routes.items()}
        if out["verdict"] == PASS:
            route = next((name for name, found in out["routes"].items() if found["verdict"] == PASS), None)
            if route:
                out["route"] = route
        if score:
            out["score"] = score(values)
        scalars = answer.facts[0].scalars
        out["items"] = {name: item(values, scalars) for name, item in items.items()}
        out["groups"] = {name: {"points": group(values)} for name, group in groups.items()}
        if review:
            out["review"] = review(values)

    return add


def _reads_grades(prepared: Prepared, card: Card) -> bool:
    parts = prepared.program.cards[card.id].parts.values()
    return any(name.startswith("expert_grade/") for part in parts for name in part.influences)


def _score(prepared: Prepared, card: Card) -> Callable[[Values], Json]:
    total, limits = prepared.points(f"score|{card.id}"), card.score_limits
    fixed: Json = {"max": points(card.maximum), **({"pass": threshold(limits)} if limits else {})}
    return lambda values: {**total(values), **fixed}


def _review(prepared: Prepared, card: Card) -> Callable[[Values], Json]:
    """What the experts still decide: whether all other gates pass, points certain and possible (contract §3)."""
    hard = [
        prepared.places(f"{card.id}|gates/{name}", "low", "high")
        for name, gate in card.gates.items()
        if gate.requirement
    ]
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    needed: dict[str, Any] = {"points_needed": least_whole(card.score_limits)} if card.score_limits else {}

    def review(values: Values) -> Json:
        return {
            "hard_gates": verdict_of(all(values[c] for c, _ in hard), all(values[p] for _, p in hard)),
            "points_certain": points(values[low]),
            "points_possible": points(values[high]),
            **needed,
        }

    return review
