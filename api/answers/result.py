"""The result JSON of one enterprise (contract §5): one schema for command line, HTTP and receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from itertools import chain

import orjson

from api.answers.cards import assessment_writer
from api.answers.credit import credit_writer, in_park
from api.answers.decision import decided, park_id
from api.answers.forms import Json, Pieces, Written, members
from api.answers.missing import missing_writer
from api.answers.probability import probability_writer
from api.answers.reasons import FOUNDED_LATER, PERHAPS_LATER, unknown_criterion
from api.answers.state import Prepared
from api.answers.tier import tier_writer
from features.tables import ExpertGrade
from scoring import assembly
from scoring.criteria import criteria, nearest
from scoring.engine import Answer
from scoring.program import Program
from scoring.release import ENGINE


def result(answer: Answer) -> Json:
    """The whole answer, to be read and changed. A part that does not exist is absent."""
    found: Json = orjson.loads(written(answer))
    return found


def written(answer: Answer) -> bytes:
    """The same as JSON, most of it kept from enterprises of which the same was said."""
    rules = answer.rules
    outside = tuple([name for name, one in rules.picked.items() if one.outside])
    return _writer(rules.program, outside, answer.question.as_of)(answer)


@lru_cache(maxsize=32)
def _writer(program: Program, outside: tuple[str, ...], as_of: date) -> Callable[[Answer], bytes]:
    """How answers by a program, which many regions share, as of this day are written."""
    prepared = Prepared(program, as_of)
    flagged = {name: ["edition_outside_period"] if name in outside else [] for name in program.cards}
    of_cards = {name: one.card for name, one in program.cards.items()}
    cards = {n: assessment_writer(prepared, card, flagged[n]) for n, card in of_cards.items() if not card.scheme}
    schemes = {name: credit_writer(prepared, card, flagged[name]) for name, card in of_cards.items() if card.scheme}
    tiers = {name: tier_writer(prepared, ladder) for name, ladder in program.ladders.items()}
    probability = {name: probability_writer(prepared, one, program.learned) for name, one in program.ladders.items()}
    missing = missing_writer(prepared)
    later, (certainly,) = program.at[assembly.FOUNDED_LATER], prepared.places(assembly.OUTSIDE, "low")

    def write(answer: Answer) -> bytes:
        state = prepared.state(answer)
        flags: list[str] = []
        first: list[Written] = []
        if state[later]:
            flags.append(assembly.FOUNDED_LATER.rpartition("|")[2])
            first.append(orjson.dumps(FOUNDED_LATER if state[certainly] else PERHAPS_LATER))
        for given, meant in _unknown_criteria(answer):
            flags.append(f"unknown_criterion:{given}")
            first.append(orjson.dumps(unknown_criterion(given, meant)))
        assessments: Pieces = []
        reasons: dict[str, list[Written]] = {name: [] for name in of_cards}
        left_to_experts: list[str] = []
        for name, assess in cards.items():
            if assessments:
                assessments.append(b",")
            reasons[name], to_experts = assess(state, name in answer.wider, assessments)
            if to_experts:
                left_to_experts.append(name)
        credits = []
        for name, write_credit in schemes.items():
            credit, reasons[name] = write_credit(state, name in answer.wider)
            credits.append(_in_park(answer, name, credit))
        tier = tiers[answer.ladder.id](state, left_to_experts)
        placed = {
            "uscc": answer.dossier.uscc,
            "as_of": answer.question.as_of.isoformat(),
            "known_at": answer.question.known_at.isoformat(),
            "engine": ENGINE,
            "release": answer.rules.release.as_dict(),
            "tier": tier,
        }
        further = {**_credit(credits), **probability[answer.ladder.id](state, tier)}
        out: Pieces = [b"{", members(placed), b',"assessments":{', *assessments, b"},"]
        if further:
            out += (members(further), b",")
        out += (b'"missing":[', b",".join(missing(answer)), b"],", members({"flags": [*_flags(answer), *flags]}))
        out += (b',"reasons":[', b",".join(chain(first, *reasons.values())), b"],", *decided(answer), b"}")
        return b"".join(out)

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


def _unknown_criteria(answer: Answer) -> Iterator[tuple[str, str | None]]:
    """Criteria of recorded grades for which no rule asks, each with the one that was probably meant."""
    stated = {str(row["criterion"]) for row in answer.known.tables[ExpertGrade.id] or ()}
    if stated:
        known = criteria(answer.catalogue)
        yield from ((one, nearest(one, known)) for one in sorted(stated - known))
