"""One card's assessment in the result JSON: verdict, route, score, gates, items, groups, review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.answers import decision
from api.answers.numbers import least_whole, points, threshold
from api.answers.parts import WORDS, clause, gate_teller, item_teller, label
from api.answers.reasons import PASS, Json, Reason, Reasons, in_order
from api.answers.state import Kept, Key, Prepared, Reads, State, picker
from scoring.assembly import Verdict
from scoring.card import MICRO, Card

Assess = Callable[[State, bool], tuple[Json, list[Json]]]
"""The assessment and its reasons; told of a state, and whether the united parts are wider than the completions."""


def assessment_writer(prepared: Prepared, card: Card, flagged: list[str]) -> Assess:
    """How a card's assessment is written; ``flagged`` is said of it whatever the enterprise."""
    fixed = head(card)
    parts = PartsWriter(prepared, card)
    unsafe = prepared.program.at[f"{card.id}|unsafe"]
    whole = _class_of(prepared, card) if card.classes else _scored(prepared, card)

    def write(state: State, wider: bool) -> tuple[Json, list[Json]]:
        out = fixed.copy()
        out["bounds"] = "safe" if wider or state[unsafe] else "exact"
        gates, items, raised, why = parts.of(state)
        out["gates"] = gates
        whole(state, items, out)
        out["flags"] = [*raised, *flagged]
        return out, why

    return write


def head(card: Card) -> Json:
    """What is said of a card whatever the enterprise."""
    lying = {"overlays": [laid.id for laid in card.overlays]} if card.overlays else {}
    return {"title": label(card.title), "edition": card.edition, **lying}


class PartsWriter:
    """How the gates and items of one card are told, with their flags and reasons."""

    def __init__(self, prepared: Prepared, card: Card) -> None:
        reasons = Reasons(card)
        self._gates = [(n, gate_teller(prepared, card, gate, reasons)) for n, gate in card.gates.items()]
        items = {} if card.classes else card.items
        self._items = [(n, item_teller(prepared, card, item, reasons)) for n, item in items.items()]

    def of(self, state: State) -> tuple[Json, Json, list[str], list[Json]]:
        """Gates, items, flags and reasons of an enterprise."""
        gates: Json = {}
        items: Json = {}
        raised: set[str] = set()
        why: list[Reason] = []
        for tellers, found in ((self._gates, gates), (self._items, items)):
            for name, tell in tellers:
                found[name], flags, reason = tell(state)
                if flags:
                    raised.update(flags)
                if reason is not None:
                    why.append(reason)
        return gates, items, sorted(raised), in_order(why)


Add = Callable[[Any, Json, Json], None]
"""Writes what is said of the card as a whole; told a state and the items."""


def _class_of(prepared: Prepared, card: Card) -> Add:
    """A classification: the class, or those between which it lies."""
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    stated = clause(next(iter(card.items.values())).source)

    def add(state: Any, _: Json, out: Json) -> None:
        one, other = (card.classes[state[end] // MICRO] for end in (low, high))
        out.update(stated, verdict=Verdict.NOT_APPLICABLE.word)
        out["class"] = one if one == other else "undetermined"
        if one != other:
            out["class_range"] = [one, other]

    return add


def _scored(prepared: Prepared, card: Card) -> Add:
    ways = _ways(prepared, card)
    groups = {name: prepared.places(f"group|{card.id}|{name}", "low", "high") for name in card.groups}
    score = _score(prepared, card) if card.items else None
    review = _review(prepared, card) if card.items and _reads_grades(prepared, card) else None

    def add(state: Any, items: Json, out: Json) -> None:
        out.update(ways(state))
        if score:
            out["score"] = score(state)
        out["items"] = items
        out["groups"] = {name: {"points": _points(state, low, high)} for name, (low, high) in groups.items()}
        if review:
            out["review"] = review(state)

    return add


def _ways(prepared: Prepared, card: Card) -> Callable[[State], Json]:
    """The verdict, the routes, and the first of them that passes; shared, not to be changed."""
    reads = Reads(prepared)
    verdict = reads.at(prepared.program.at[f"verdict|{card.id}"])
    routes = {
        name: (
            {"label": label(route.label), **clause(route.source)},
            reads.ends(f"route|{card.id}|{name}", "low", "high"),
        )
        for name, route in card.routes.items()
    }

    def told(key: Key) -> Json:
        out: Json = {"verdict": decision.WORDS[key[verdict]]}
        out["routes"] = {
            name: {**fixed, "verdict": WORDS[key[low] + key[high]]} for name, (fixed, (low, high)) in routes.items()
        }
        if out["verdict"] == PASS:
            route = next((name for name, found in out["routes"].items() if found["verdict"] == PASS), None)
            if route:
                out["route"] = route
        return out

    pick, words = reads.key, Kept(told)
    return lambda state: words[pick(state)]


def _points(state: Any, low: int, high: int) -> Json:
    return {"low": points(state[low]), "high": points(state[high])}


def _reads_grades(prepared: Prepared, card: Card) -> bool:
    parts = prepared.program.cards[card.id].parts.values()
    return any(name.startswith("expert_grade/") for part in parts for name in part.influences)


def _score(prepared: Prepared, card: Card) -> Callable[[State], Json]:
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    limits = card.score_limits
    fixed: Json = {"max": points(card.maximum), **({"pass": threshold(limits)} if limits else {})}
    return lambda state: {**_points(state, low, high), **fixed}


def _review(prepared: Prepared, card: Card) -> Callable[[Any], Json]:
    """What the experts still decide: whether all other gates pass, points certain and possible (contract §3)."""
    hard = [f"{card.id}|gates/{name}" for name, gate in card.gates.items() if gate.requirement and gate.binding]
    certain, possible = (picker([prepared.program.at[f"{root}|{end}"] for root in hard]) for end in ("low", "high"))
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    needed: Json = {"points_needed": least_whole(card.score_limits)} if card.score_limits else {}

    def review(state: Any) -> Json:
        return {
            "hard_gates": WORDS[all(certain(state)) + all(possible(state))],
            "points_certain": points(state[low]),
            "points_possible": points(state[high]),
            **needed,
        }

    return review
