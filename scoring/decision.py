"""The decision part of an answer: facts used, verdicts, points, bands, clauses and release, as integers and texts.

It has one canonical form (RFC 8785) and is what a receipt covers; texts for people and the engine's version stand outside.
"""

from __future__ import annotations

from typing import Any

from features.kinds import NEVER
from scoring.assembly import Verdict
from scoring.engine import Answer

Json = dict[str, Any]


def decision_part(answer: Answer) -> Json:
    """What was decided, from which facts, under which release."""
    cards = {}
    for name, compiled in answer.rules.program.cards.items():
        card = compiled.card
        entry: Json = {
            "edition": card.edition,
            "parts": {
                part: [
                    answer.parts[f"{name}|{part}|{'certain' if own.truth else 'low'}"] + 0,
                    answer.parts[f"{name}|{part}|{'possible' if own.truth else 'high'}"] + 0,
                ]
                for part, own in compiled.parts.items()
            },
            "clauses": {
                **{f"gates/{g.id}": g.source.clause for g in card.gates.values()},
                **{f"items/{i.id}": i.source.clause for i in card.items.values()},
                **{f"routes/{r.id}": r.source.clause for r in card.routes.values()},
            },
            "bands": {
                f"{part}|{detail.path}": [
                    answer.parts[f"show|{name}|{part}|{detail.path}|band|{end}"] for end in ("low", "high")
                ]
                for part, own in compiled.parts.items()
                for detail in own.details
                if detail.band_low is not None
            },
        }
        if not card.classes:
            entry["verdict"] = Verdict(answer.assembly[f"verdict|{name}"]).word
        if card.items:
            entry["score"] = [answer.assembly[f"score|{name}|{end}"] for end in ("low", "high")]
        cards[name] = entry
    return {
        "uscc": answer.dossier.uscc,
        "as_of": answer.question.as_of.isoformat(),
        "known_at": answer.question.known_at.isoformat(),
        "release": answer.rules.release.id,
        "facts": [
            {
                "scalars": {k: v for k, v in sorted(one.scalars.items()) if v is not None},
                "rows": {
                    t: [{k: v for k, v in sorted(r.items()) if v is not None and v != NEVER} for r in rows]
                    for t, rows in sorted(one.rows.items())
                },
            }
            for one in answer.facts
        ],
        "cards": cards,
    }
