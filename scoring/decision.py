"""The decision part of an answer: facts used, verdicts, points, bands, clauses and release, as integers and texts.

It has one canonical form (RFC 8785) and is what a receipt covers; texts for people and the engine's version stand outside.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from features.facts import FirmFacts
from features.kinds import NEVER
from scoring.assembly import Verdict
from scoring.compile import CompiledCard
from scoring.engine import Answer

Json = dict[str, Any]
TRUTH, BOUNDS = ("certain", "possible"), ("low", "high")


def decision_part(answer: Answer) -> Json:
    """What was decided, from which facts, under which release."""
    at, values = answer.rules.program.at, answer.values

    def pair(root: str, ends: tuple[str, str]) -> list[int]:
        return [int(values[at[f"{root}|{end}"]]) for end in ends]

    cards = {}
    for name, compiled in answer.rules.program.cards.items():
        card = compiled.card
        entry: Json = {"edition": card.edition, **_clauses(compiled), "parts": {}, "bands": {}}
        for part, own in compiled.parts.items():
            root = f"{name}|{part}"
            entry["parts"][part] = pair(root, TRUTH if own.truth else BOUNDS)
            for detail in own.details:
                if detail.band_low is not None:
                    entry["bands"][f"{part}|{detail.path}"] = pair(f"show|{root}|{detail.path}|band", BOUNDS)
        if not card.classes:
            entry["verdict"] = Verdict(values[at[f"verdict|{name}"]]).word
        if card.items:
            entry["score"] = pair(f"score|{name}", BOUNDS)
        cards[name] = entry
    return {
        "uscc": answer.dossier.uscc,
        "as_of": answer.question.as_of.isoformat(),
        "known_at": answer.question.known_at.isoformat(),
        "release": answer.rules.release.id,
        "facts": [_stated(one) for one in answer.facts],
        "cards": cards,
    }


@cache
def _clauses(compiled: CompiledCard) -> Json:
    card = compiled.card
    return {
        "clauses": {
            **{f"gates/{name}": gate.source.clause for name, gate in card.gates.items()},
            **{f"items/{name}": item.source.clause for name, item in card.items.items()},
            **{f"routes/{name}": route.source.clause for name, route in card.routes.items()},
        }
    }


def _stated(facts: FirmFacts) -> Json:
    """The known ones."""
    return {
        "scalars": {k: v for k, v in facts.scalars.items() if v is not None},
        "rows": {
            table: [{k: v for k, v in row.items() if v is not None and v != NEVER} for row in rows]
            for table, rows in facts.rows.items()
        },
    }
