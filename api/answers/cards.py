"""One card's assessment in the result JSON: verdict, route, score, gates, items, groups, review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from api.answers import decision
from api.answers.forms import ROOM, Json, Pieces, Written, form, members
from api.answers.numbers import least_whole, points, shown, threshold
from api.answers.parts import WORDS, More, clause, gate_teller, item_teller, label
from api.answers.reasons import PASS, Order, Reasons, in_order
from api.answers.state import Kept, Key, Prepared, Reads, State, picker
from scoring.assembly import Verdict
from scoring.card import MICRO, Card, Item

Assess = Callable[[State, bool, Pieces], tuple[list[Written], bool]]
"""Adds the assessment, a member by the card's name; gives its reasons, and whether only the experts' review is open. Told of a
state, and whether the united parts are wider than the completions.
"""


def assessment_writer(prepared: Prepared, card: Card, flagged: list[str]) -> Assess:
    """How a card's assessment is written; ``flagged`` is said of it whatever the enterprise."""
    bounds = [{**head(card), "bounds": word} for word in ("exact", "safe")]
    heads = [b'%b:{%b,"gates":{' % (orjson.dumps(card.id), members(one)) for one in bounds]
    parts = PartsWriter(prepared, card)
    unsafe = prepared.program.at[f"{card.id}|unsafe"]
    whole = _class_of(prepared, card) if card.classes else _scored(prepared, card)
    review = _review(prepared, card) if card.items and _reads_grades(prepared, card) else None
    flags: Kept[tuple[str, ...], Written] = Kept(lambda raised: members({"flags": [*raised, *flagged]}))

    def write(state: State, wider: bool, out: Pieces) -> tuple[list[Written], bool]:
        gates, items, raised, why = parts.of(state)
        out += (heads[bool(wider or state[unsafe])], b",".join(gates), b"},")
        whole(state, items, out)
        left_to_experts = review is not None and review(state, out)
        out += (b",", flags[tuple(raised)], b"}")
        return why, left_to_experts

    return write


def head(card: Card) -> Json:
    """What is said of a card whatever the enterprise."""
    lying = {"overlays": [laid.id for laid in card.overlays]} if card.overlays else {}
    return {"title": label(card.title), "edition": card.edition, **lying}


class PartsWriter:
    """How the gates and items of one card are told, with their flags and reasons; ``more`` says of an item what else is said."""

    def __init__(self, prepared: Prepared, card: Card, more: Callable[[Item], More | None] = lambda _: None) -> None:
        reasons = Reasons(card)
        items = () if card.classes else card.items.values()
        self._gates = [gate_teller(prepared, card, gate, reasons) for gate in card.gates.values()]
        self._items = [item_teller(prepared, card, item, reasons, more(item)) for item in items]

    def of(self, state: State) -> tuple[list[Written], list[Written], list[str], list[Written]]:
        """Gates, items, flags and reasons of an enterprise; gates and items as members by their names."""
        gates: list[Written] = []
        items: list[Written] = []
        raised: set[str] = set()
        why: list[tuple[Order, Written]] = []
        for tellers, found in ((self._gates, gates), (self._items, items)):
            for tell in tellers:
                said, flags, reason = tell(state)
                found.append(said)
                if flags:
                    raised.update(flags)
                if reason is not None:
                    why.append(reason)
        return gates, items, sorted(raised), in_order(why)


Tell = Callable[[Any, list[Written], Pieces], None]
"""Adds what is said of the card as a whole; told a state and the items."""


def _class_of(prepared: Prepared, card: Card) -> Tell:
    """A classification: the class, or those between which it lies."""
    low, high = prepared.places(f"score|{card.id}", "low", "high")
    fixed = clause(next(iter(card.items.values())).source) | {"verdict": Verdict.NOT_APPLICABLE.word}

    def told(key: Key) -> Written:
        one, other = (card.classes[end // MICRO] for end in key)
        return members(
            fixed | ({"class": one} if one == other else {"class": "undetermined", "class_range": [one, other]})
        )

    words = Kept(told)
    return lambda state, _, out: out.append(words[state[low], state[high]])


def _scored(prepared: Prepared, card: Card) -> Tell:
    ways = _ways(prepared, card)
    groups = _points(prepared, {f"group|{card.id}|{name}": name for name in card.groups})
    score = _score(prepared, card) if card.items else None

    def told(state: Any, items: list[Written], out: Pieces) -> None:
        out.append(ways(state))
        if score is not None:
            out += (b",", score(state))
        out += (b',"items":{', b",".join(items), b"},", groups(state))

    return told


def _ways(prepared: Prepared, card: Card) -> Callable[[State], Written]:
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

    def told(key: Key) -> Written:
        out: Json = {"verdict": decision.WORDS[key[verdict]]}
        out["routes"] = {
            name: {**fixed, "verdict": WORDS[key[low] + key[high]]} for name, (fixed, (low, high)) in routes.items()
        }
        if out["verdict"] == PASS:
            route = next((name for name, found in out["routes"].items() if found["verdict"] == PASS), None)
            if route:
                out["route"] = route
        return members(out)

    pick, words = reads.key, Kept(told)
    return lambda state: words[pick(state)]


def _points(prepared: Prepared, roots: Mapping[str, str]) -> Callable[[State], Written]:
    """The points of groups."""
    text = form(members({"groups": {name: {"points": {"low": ROOM, "high": ROOM}} for name in roots.values()}}))
    return _in_room(text, [place for root in roots for place in prepared.places(root, "low", "high")])


def _in_room(text: bytes, places: Sequence[int]) -> Callable[[State], Written]:
    """A form filled in with the points at some places."""
    pick, kept = picker(places), Kept[Key, bytes](lambda key: text % tuple(map(shown, key)), 1024)
    return lambda state: kept[pick(state)]


def _reads_grades(prepared: Prepared, card: Card) -> bool:
    parts = prepared.program.cards[card.id].parts.values()
    return any(name.startswith("expert_grade/") for part in parts for name in part.influences)


def _score(prepared: Prepared, card: Card) -> Callable[[State], Written]:
    limits = card.score_limits
    fixed: Json = {"max": points(card.maximum), **({"pass": threshold(limits)} if limits else {})}
    text = form(members({"score": {"low": ROOM, "high": ROOM, **fixed}}))
    return _in_room(text, prepared.places(f"score|{card.id}", "low", "high"))


def _review(prepared: Prepared, card: Card) -> Callable[[Any, Pieces], bool]:
    """Adds what the experts still decide: whether all other gates pass, points certain and possible (contract §3); and whether the
    verdict hangs on them alone.
    """
    hard = [f"{card.id}|gates/{name}" for name, gate in card.gates.items() if gate.requirement and gate.binding]
    certain, possible = (picker([prepared.program.at[f"{root}|{end}"] for root in hard]) for end in ("low", "high"))
    ends = prepared.places(f"score|{card.id}", "low", "high")
    verdict = prepared.program.at[f"verdict|{card.id}"]
    needed: Json = {"points_needed": least_whole(card.score_limits)} if card.score_limits else {}
    texts = [
        _in_room(
            form(members({"review": {"hard_gates": w, "points_certain": ROOM, "points_possible": ROOM, **needed}})),
            ends,
        )
        for w in WORDS
    ]

    def review(state: Any, out: Pieces) -> bool:
        gates = all(certain(state)) + all(possible(state))
        out += (b",", texts[gates](state))
        return WORDS[gates] == PASS and bool(state[verdict] == Verdict.UNDETERMINED.value)

    return review
