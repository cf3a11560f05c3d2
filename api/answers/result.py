"""The result JSON of one enterprise (contract §5): one schema for command line, HTTP and receipts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import orjson

from api.answers.cards import assessment_writer
from api.answers.credit import credit_writer, in_park
from api.answers.decision import decided, park_id
from api.answers.missing import missing_writer
from api.answers.probability import probability_writer
from api.answers.reasons import Json
from api.answers.state import Prepared
from api.answers.tier import tier_writer
from scoring.engine import Answer
from scoring.program import Program
from scoring.release import ENGINE, canonical


def result(answer: Answer) -> Json:
    """The whole answer. A part that does not exist is absent.

    Parts that say the same of several enterprises are shared between their answers: what is nested is not to be changed.
    """
    return _both(answer)[0]


def written(answer: Answer) -> bytes:
    """The canonical form of the result."""
    found, part = _both(answer)
    # The decision part was written already for its receipt.
    return canonical({**found, "decision": orjson.Fragment(part)})


def _both(answer: Answer) -> tuple[Json, bytes]:
    """The result, and the canonical form of its decision part."""
    rules = answer.rules
    outside = tuple([name for name, one in rules.picked.items() if one.outside])
    return _writer(rules.program, outside, answer.question.as_of)(answer)


@lru_cache(maxsize=32)
def _writer(program: Program, outside: tuple[str, ...], as_of: date) -> Callable[[Answer], tuple[Json, bytes]]:
    """How answers by a program, which many regions share, as of this day are written."""
    prepared = Prepared(program, as_of)
    cards = {
        name: (credit_writer if one.card.scheme else assessment_writer)(
            prepared, one.card, ["edition_outside_period"] if name in outside else []
        )
        for name, one in program.cards.items()
    }
    schemes = [name for name, one in program.cards.items() if one.card.scheme]
    tiers = {name: tier_writer(prepared, ladder) for name, ladder in program.ladders.items()}
    probability = {name: probability_writer(prepared, one, program.learned) for name, one in program.ladders.items()}
    missing = missing_writer(prepared)

    def write(answer: Answer) -> tuple[Json, bytes]:
        question, state = answer.question, prepared.state(answer)
        assessments: Json = {}
        reasons: list[Json] = []
        for name, assess in cards.items():
            assessments[name], why = assess(state, name in answer.wider)
            reasons += why
        decision, part = decided(answer)
        found = {
            "uscc": answer.dossier.uscc,
            "as_of": question.as_of.isoformat(),
            "known_at": question.known_at.isoformat(),
            "engine": ENGINE,
            "release": answer.rules.release.as_dict(),
            "tier": (tier := tiers[answer.ladder.id](state, assessments)),
            "assessments": assessments,
            **_credit([_in_park(answer, name, assessments.pop(name)) for name in schemes]),
            **probability[answer.ladder.id](state, tier),
            "missing": missing(answer),
            "flags": _flags(answer),
            "reasons": reasons,
            **decision,
        }
        return found, part

    return write


def _in_park(answer: Answer, name: str, credit: Json) -> Json:
    compiled = answer.rules.program.cards[name]
    return {**credit, **in_park(compiled.card, credit, park_id(answer))}


def _credit(found: list[Json]) -> Json:
    """The credit under the scheme that applies; of several asked for by name the others stand beside it."""
    return {"credit": found[0], **({"other_credit": found[1:]} if found[1:] else {})} if found else {}


def _flags(answer: Answer) -> list[str]:
    found = [f"uscc:{warning}" for warning in answer.dossier.warnings]
    found += [f"conflict:{path}" for path in answer.known.conflicts]
    if answer.known.duplicates:
        found.append(f"duplicate_rows:{answer.known.duplicates}")
    return found
