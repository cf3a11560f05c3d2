"""The result JSON of one enterprise (contract §5): one schema for command line, HTTP and receipts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import TypeVar

import orjson
from orjson import Fragment

from api.answers.cards import LeftToExperts, ask_assessment
from api.answers.credit import Credit, ask_credit
from api.answers.decision import Sections, ask_decision, park_id
from api.answers.forms import Json, Pieces, Written, members
from api.answers.missing import ask_missing
from api.answers.probability import probability_writer
from api.answers.reasons import FOUNDED_LATER, NO_LEARNED_CARD, PERHAPS_LATER, unknown_criterion
from api.answers.scheme_figures import Figures
from api.answers.state import Prepared, State
from api.answers.tier import tier_writer
from features.tables import ExpertGrade
from scoring import assembly
from scoring.card import Card
from scoring.criteria import criteria, unasked
from scoring.engine import Answer, Rules
from scoring.learned_points import UNASKED
from scoring.program import Program
from scoring.release import ENGINE

Asked = TypeVar("Asked")


def result(answer: Answer) -> Json:
    """The whole answer, to be read and changed. A part that does not exist is absent."""
    found: Json = orjson.loads(written(answer))
    return found


def written(answer: Answer, before: Json | None = None) -> bytes:
    """The same as JSON, other members before it; most of its words are kept from enterprises of which the same was said."""
    rules = answer.rules
    flagged = tuple([(name, *one.flags) for name, one in rules.picked.items() if one.outside])
    first = b"{%b," % members(before) if before else b"{"
    return _writer(rules.program, flagged, answer.question.as_of)(answer, first)


@lru_cache(maxsize=32)
def _writer(program: Program, chosen: tuple[tuple[str, ...], ...], as_of: date) -> Callable[[Answer, Written], Written]:
    """How answers by a program, which many regions share, as of this day are written; of some cards with flags of how they were chosen."""
    prepared = Prepared(program, as_of)
    flagged: dict[str, list[str]] = {name: [] for name in program.cards} | {name: flags for name, *flags in chosen}
    page, of_cards = prepared.page, {name: one.card for name, one in program.cards.items()}
    asked_for: dict[str, tuple[int, int]] = {}

    def asked(name: str, ask: Callable[[Prepared, Card, list[str]], Asked]) -> Asked:
        first = page.asked
        found = ask(prepared, of_cards[name], flagged[name])
        asked_for[name] = first, page.asked
        return found

    assessments, left = page.section(), dict[str, LeftToExperts]()
    for name, card in of_cards.items():
        if not card.scheme:
            if left:
                page.say(b",")
            left[name] = asked(name, ask_assessment)
    figures = {n: Figures(program, program.cards[n], as_of) for n, card in of_cards.items() if card.scheme}
    credits = {
        name: asked(name, lambda prepared, card, flagged: ask_credit(prepared, card, figures[card.id], flagged))
        for name in figures
    }
    unsafe = {name: program.at[f"{name}|unsafe"] for name in figures}
    decide = ask_decision(program, page)
    # Reasons of a scheme are told with its points only: they have sections of their own.
    reasons: list[tuple[int, str]] = []
    for name in of_cards:
        scheme = name if name in figures else ""
        if scheme or not reasons or reasons[-1][1]:
            reasons.append((page.section(), scheme))
        page.reasons(*asked_for[name])
    tiers = {name: tier_writer(prepared, ladder) for name, ladder in program.ladders.items()}
    probability = {name: probability_writer(prepared, one, program.learned) for name, one in program.ladders.items()}
    missing = ask_missing(prepared)
    unasked = program.at.get(UNASKED)
    later, (certainly,) = program.at[assembly.FOUNDED_LATER], prepared.places(assembly.OUTSIDE, "low")

    @lru_cache(maxsize=64)
    def release(rules: Rules) -> Fragment:
        return Fragment(orjson.dumps(rules.release.as_dict()))

    def write(answer: Answer, opening: Written) -> Written:
        state = _wider(answer)
        with page.written(state) as sections:
            return b"".join((opening, *pieces(answer, state, sections), b"}"))

    def pieces(answer: Answer, state: State, sections: Sections) -> Pieces:
        flags: list[str] = []
        first: list[Written | memoryview] = []
        if state[later]:
            flags.append(assembly.FOUNDED_LATER.rpartition("|")[2])
            first.append(orjson.dumps(FOUNDED_LATER if state[certainly] else PERHAPS_LATER))
        if unasked is not None and state[unasked]:
            flags.append(UNASKED.rpartition("|")[2])
            first.append(orjson.dumps(NO_LEARNED_CARD))
        for given, meant in _unknown_criteria(answer):
            flags.append(f"unknown_criterion:{given}")
            first.append(orjson.dumps(unknown_criterion(given, meant)))
        park = park_id(answer) if figures else None
        schemes = {name: of.of(state.told, park) for name, of in figures.items()}
        credit = [write(schemes[name], state.told[unsafe[name]] > 0, sections) for name, write in credits.items()]
        left_to_experts = [name for name, is_left in left.items() if is_left(state)]
        tier = tiers[answer.ladder.id](state, left_to_experts)
        placed = {
            "uscc": answer.dossier.uscc,
            "as_of": answer.question.as_of.isoformat(),
            "known_at": answer.question.known_at.isoformat(),
            "engine": ENGINE,
            "release": release(answer.rules),
            "tier": tier,
        }
        out: Pieces = [members(placed)]
        out += (b',"assessments":{', sections[assessments], b"},", *_credit(credit))
        if further := probability[answer.ladder.id](state, tier):
            out += (members(further), b",")
        out += (b'"missing":[', missing(answer, sections), b"],", members({"flags": [*_flags(answer), *flags]}))
        with_points = {name for name, one in zip(figures, credit, strict=True) if one.gives_points}
        told = (sections[at] for at, scheme in reasons if not scheme or scheme in with_points)
        out += (b',"reasons":[', b",".join([*first, *filter(len, told)]), b"],", *decide(answer, sections, schemes))
        return out

    return write


def _wider(answer: Answer) -> State:
    """The values, with the cards marked as unsafe of which the united parts say less than the completions."""
    if not answer.wider:
        return answer.values
    marked = answer.values.copy()
    for name in answer.wider:
        marked.told[answer.rules.program.at[f"{name}|unsafe"]] = 1
    return marked


def _credit(found: Sequence[Credit]) -> Pieces:
    """The credit under the scheme that applies; of several asked for by name the others stand beside it."""
    out: Pieces = []
    for number, one in enumerate(found):
        out.append((b'"credit":', b',"other_credit":[', b",")[min(number, 2)])
        out += one.pieces
    if found:
        out.append(b"]," if found[1:] else b",")
    return out


def _flags(answer: Answer) -> list[str]:
    found = [f"uscc:{warning}" for warning in answer.dossier.warnings]
    found += [f"conflict:{path}" for path in answer.known.conflicts]
    if answer.known.duplicates:
        found.append(f"duplicate_rows:{answer.known.duplicates}")
    return found


def _unknown_criteria(answer: Answer) -> Sequence[tuple[str, str | None]]:
    """Criteria of recorded grades for which no rule asks, each with the one that was probably meant."""
    stated = {str(row["criterion"]) for row in answer.known.tables[ExpertGrade.id] or ()}
    return unasked(stated, criteria(answer.catalogue)) if stated else ()
