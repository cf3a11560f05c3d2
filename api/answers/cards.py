"""One card's assessment in the result JSON: verdict, route, score, gates, items, groups, review."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from api.answers import decision
from api.answers.forms import ROOM, Json, Written, form, members
from api.answers.kept import Key
from api.answers.numbers import least_whole, points, shown, threshold
from api.answers.page_words import Piece
from api.answers.parts import WORDS, More, ask_gate, ask_item, clause, label
from api.answers.reasons import PASS, Reasons
from api.answers.state import Prepared, Reads, State
from features.picking import picker
from scoring.assembly import Verdict
from scoring.card import MICRO, Card, Item

LeftToExperts = Callable[[State], bool]
"""Whether only the experts' review leaves a card open."""


def ask_assessment(prepared: Prepared, card: Card, flagged: list[str]) -> LeftToExperts:
    """A card's assessment on the page, as a member by the card's name; ``flagged`` is said of it whatever the enterprise."""
    page, fixed = prepared.page, head(card)
    page.say(b"%b:{" % orjson.dumps(card.id))
    page.ask(
        [prepared.program.at[f"{card.id}|unsafe"]],
        lambda key: Piece(members({**fixed, "bounds": "safe" if key[0] else "exact"})),
    )
    page.say(b',"gates":{')
    ask_gates(prepared, card)
    page.say(b"},")
    if card.classes:
        _ask_class(prepared, card)
    else:
        _ask_scored(prepared, card)
    reviewed = bool(card.items) and _reads_grades(prepared, card)
    left = _ask_review(prepared, card) if reviewed else lambda _: False
    page.say(b',"flags":')
    ask_flags(prepared, card, flagged)
    page.say(b"}")
    return left


def head(card: Card) -> Json:
    """What is said of a card whatever the enterprise."""
    lying = {"overlays": [laid.id for laid in card.overlays]} if card.overlays else {}
    return {"title": label(card.title), "edition": card.edition, **lying}


def ask_gates(prepared: Prepared, card: Card) -> None:
    """All gates on the page, with commas between."""
    reasons = Reasons(card)
    for number, gate in enumerate(card.gates.values()):
        if number:
            prepared.page.say(b",")
        ask_gate(prepared, card, gate, reasons)


def ask_items(prepared: Prepared, card: Card, more: Callable[[Item], More | None] = lambda _: None) -> None:
    """All items on the page, with commas between; ``more`` says of an item what else is said."""
    reasons = Reasons(card)
    for number, item in enumerate(card.items.values()):
        if number:
            prepared.page.say(b",")
        ask_item(prepared, card, item, reasons, more(item))


def ask_flags(prepared: Prepared, card: Card, flagged: list[str]) -> None:
    """What gates and items have taken for granted, as a list, and what is flagged whatever the enterprise."""
    told = [f"gates/{name}" for name in card.gates] + [f"items/{name}" for name in card.items if not card.classes]
    raised = [(root, flag) for part in told for root, flag in prepared.program.flags.get((card.id, part), ())]

    def write(key: Key) -> Piece:
        found = {flag for (_, flag), raises in zip(raised, key, strict=True) if raises}
        return Piece(orjson.dumps([*sorted(found), *flagged]))

    prepared.page.ask([prepared.program.at[root] for root, _ in raised], write)


def _ask_class(prepared: Prepared, card: Card) -> None:
    """A classification: the class, or those between which it lies."""
    fixed = clause(next(iter(card.items.values())).source) | {"verdict": Verdict.NOT_APPLICABLE.word}

    def write(key: Key) -> Piece:
        one, other = (card.classes[end // MICRO] for end in key)
        told = {"class": one} if one == other else {"class": "undetermined", "class_range": [one, other]}
        return Piece(members(fixed | told))

    prepared.page.ask(prepared.places(f"score|{card.id}", "low", "high"), write)


def _ask_scored(prepared: Prepared, card: Card) -> None:
    """Verdict and routes, the score, the items and their groups."""
    _ask_ways(prepared, card)
    if card.items:
        limits = card.score_limits
        fixed: Json = {"max": points(card.maximum), **({"pass": threshold(limits)} if limits else {})}
        prepared.page.say(b",")
        ask_points(prepared, members({"score": {"low": ROOM, "high": ROOM, **fixed}}), [f"score|{card.id}"])
    prepared.page.say(b',"items":{')
    ask_items(prepared, card)
    prepared.page.say(b"},")
    ask_points(
        prepared,
        members({"groups": {name: {"points": {"low": ROOM, "high": ROOM}} for name in card.groups}}),
        [f"group|{card.id}|{name}" for name in card.groups],
    )


def _ask_ways(prepared: Prepared, card: Card) -> None:
    """The verdict, the routes, and the first of them that passes."""
    reads = Reads(prepared)
    verdict = reads.at(prepared.program.at[f"verdict|{card.id}"])
    routes = {
        name: (
            {"label": label(route.label), **clause(route.source)},
            reads.ends(f"route|{card.id}|{name}", "low", "high"),
        )
        for name, route in card.routes.items()
    }

    def write(key: Key) -> Piece:
        out: Json = {"verdict": decision.WORDS[key[verdict]]}
        out["routes"] = {
            name: {**fixed, "verdict": WORDS[key[low] + key[high]]} for name, (fixed, (low, high)) in routes.items()
        }
        if out["verdict"] == PASS:
            route = next((name for name, found in out["routes"].items() if found["verdict"] == PASS), None)
            if route:
                out["route"] = route
        return Piece(members(out))

    reads.ask(write)


def ask_points(prepared: Prepared, text: Written, roots: Sequence[str]) -> None:
    """Written JSON with rooms, filled in with the points at the ends of some roots."""
    filled, places = form(text), [place for root in roots for place in prepared.places(root, "low", "high")]
    prepared.page.ask(places, lambda key: Piece(filled % tuple(map(shown, key))), most=1024)


def _reads_grades(prepared: Prepared, card: Card) -> bool:
    parts = prepared.program.cards[card.id].parts.values()
    return any(name.startswith("expert_grade/") for part in parts for name in part.influences)


def _ask_review(prepared: Prepared, card: Card) -> LeftToExperts:
    """What the experts still decide: whether all other gates pass, points certain and possible (contract §3); and whether the verdict
    hangs on them alone.
    """
    hard = [f"{card.id}|gates/{name}" for name, gate in card.gates.items() if gate.requirement and gate.binding]
    ends = [place for end in ("low", "high") for root in hard for place in prepared.places(root, end)]
    verdict, pick = prepared.program.at[f"verdict|{card.id}"], picker(ends)

    def passed(key: Key) -> str:
        return WORDS[all(key[: len(hard)]) + all(key[len(hard) :])]

    prepared.page.say(b',"review":{"hard_gates":')
    prepared.page.ask(ends, lambda key: Piece(orjson.dumps(passed(key))))
    needed: Json = {"points_needed": least_whole(card.score_limits)} if card.score_limits else {}
    prepared.page.say(b",")
    ask_points(prepared, members({"points_certain": ROOM, "points_possible": ROOM, **needed}), [f"score|{card.id}"])
    prepared.page.say(b"}")
    return lambda state: state.told[verdict] == Verdict.UNDETERMINED.value and passed(pick(state.told)) == PASS
