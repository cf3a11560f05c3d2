"""The decision part of an answer: facts used, verdicts, points, bands, clauses and release, as integers and texts.

It has one canonical form (RFC 8785) and is what a receipt covers; texts for people and the engine's version stand outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

from features.facts import FirmFacts
from scoring.assembly import Verdict
from scoring.card import Card
from scoring.compile import CompiledCard
from scoring.engine import Answer
from scoring.learned import LearnedCard
from scoring.program import Program, Values

Json = dict[str, Any]
WORDS = [verdict.word for verdict in Verdict]


def decision_part(answer: Answer) -> Json:
    """What was decided, from which facts, under which release."""
    values = answer.values
    return {
        "uscc": answer.dossier.uscc,
        "as_of": answer.question.as_of.isoformat(),
        "known_at": answer.question.known_at.isoformat(),
        "release": answer.rules.release.id,
        "facts": [_stated(one) for one in answer.facts],
        "cards": {name: of_card(values) for name, of_card in _cards(answer.rules.program).items()},
    }


def fingerprint(decided: bytes) -> str:
    """What a receipt says of a decision part in canonical form; `scoring.release.digest` of the part gives the same."""
    return "sha256:" + hashlib.sha256(decided).hexdigest()


@cache
def _cards(program: Program) -> dict[str, Callable[[Values], Json]]:
    of_cards = {name: _of_card(program, compiled) for name, compiled in program.cards.items()}
    return of_cards | {card.id: _of_learned(program, card) for card in program.learned}


def _of_learned(program: Program, card: LearnedCard) -> Callable[[Values], Json]:
    """Log-odds in units of 1e-14: as the card gives them, and their ends over what is missing; its range in millionths."""
    told = ("points", "facts", "range") if card.uncertainty.low else ("points", "facts")
    roots = {part: [program.at[f"{card.id}|{part}|{end}"] for end in ("low", "high")] for part in told}

    def write(values: Values) -> Json:
        parts = {part: [values[place] for place in places] for part, places in roots.items()}
        return {"sha256": card.sha256, "clauses": {}, "parts": parts, "bands": {}}

    return write


def _of_card(program: Program, compiled: CompiledCard) -> Callable[[Values], Json]:
    card, at = compiled.card, program.at

    def places(root: str) -> tuple[int, int]:
        return at[f"{root}|low"], at[f"{root}|high"]

    parts = [(name, *places(f"{card.id}|{name}")) for name in compiled.parts]
    bands = [
        (f"{name}|{detail.path}", *places(f"show|{card.id}|{name}|{detail.path}|band"))
        for name, own in compiled.parts.items()
        for detail in own.details
        if detail.band_low is not None
    ]
    verdict = None if card.classes else at[f"verdict|{card.id}"]
    score = places(f"score|{card.id}") if card.items else None
    fixed = {"edition": card.edition, "clauses": _clauses(card)}

    def write(values: Values) -> Json:
        out: Json = {
            **fixed,
            # A truth is a bool here and an integer in the canonical form.
            "parts": {name: [+values[one], +values[other]] for name, one, other in parts},
            "bands": {name: [values[one], values[other]] for name, one, other in bands},
        }
        if verdict is not None:
            out["verdict"] = WORDS[values[verdict]]
        if score is not None:
            out["score"] = [values[end] for end in score]
        return out

    return write


def _clauses(card: Card) -> dict[str, str]:
    return {
        **{f"gates/{name}": gate.source.clause for name, gate in card.gates.items()},
        **{f"items/{name}": item.source.clause for name, item in card.items.items()},
        **{f"routes/{name}": route.source.clause for name, route in card.routes.items()},
    }


def _stated(facts: FirmFacts) -> Json:
    """The known ones."""
    return {
        "scalars": {k: v for k, v in facts.scalars.items() if v is not None},
        "rows": {
            table: [{k: v for k, v in row.items() if v is not None} for row in rows]
            for table, rows in facts.rows.items()
        },
    }
