"""The decision part of an answer: facts used, verdicts, points, bands, clauses and release, as integers and texts.

It has one canonical form (RFC 8785) and is what a receipt covers; texts for people and the engine's version stand outside.
What schemes of reference say, which not every reader gets, is a part of its own (``decision_reference``): a receipt covers it
by its own digest, so that a reader without it can still verify the rest (decision record 0010).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from orjson import Fragment

from api.answers.forms import ROOM, Json, Pieces, form, members
from api.answers.scheme_figures import Figures
from api.answers.state import Kept, Key, picker
from features.facts import FirmFacts, Row, path_of_year, stated, stored
from features.identifiers import regions
from scoring import core
from scoring.assembly import OUTSIDE, Verdict
from scoring.card import REFERENCE, Card
from scoring.compile import CompiledCard
from scoring.engine import Answer, park_of
from scoring.learned import DISTRESS, LearnedCard
from scoring.program import Program, Values
from scoring.release import canonical

WORDS = [verdict.word for verdict in Verdict]
OFFICIAL, CONFIRMED = "official", "confirmed_by_park"
USABLE = (OFFICIAL, CONFIRMED)
"""Statuses under which a bank gets points; under `REFERENCE` park, authority and the firm itself see them."""


def decided(answer: Answer) -> Pieces:
    """The members of the result that the receipt covers, in canonical form, behind it."""
    part, reference = _part(answer), _reference_part(answer)
    receipt, told = {"sha256": fingerprint(part)}, [b',"decision":', part]
    if reference is not None:
        receipt["reference"] = fingerprint(reference)
        told += (b',"decision_reference":', reference)
    return [members({"receipt": receipt}), *told]


def _part(answer: Answer) -> bytes:
    """What was decided, from which facts, in which park, under which release; but for schemes of reference."""
    park = park_id(answer)
    return canonical(
        {
            "uscc": answer.dossier.uscc,
            "as_of": answer.question.as_of.isoformat(),
            "known_at": answer.question.known_at.isoformat(),
            "release": answer.rules.release.id,
            **({"park": park} if park else {}),
            **_sides(answer.rules.program)[0].of(answer),
        }
    )


def _reference_part(answer: Answer) -> bytes | None:
    """What schemes of reference decided, from which facts, and the facts that nothing else reads; None without such a scheme."""
    _, side = _sides(answer.rules.program)
    if not side.cards:
        return None
    only = sorted({path_of_year(stated(name), answer.question.as_of) for name in side.only})
    return canonical({**side.of(answer), "only": only})


def fingerprint(decided: bytes) -> str:
    """What a receipt says of a decision part in canonical form; `scoring.release.digest` of the part gives the same."""
    return "sha256:" + hashlib.sha256(decided).hexdigest()


@dataclass(frozen=True)
class _Side:
    """One part of a decision: its cards, and the facts that they read."""

    cards: dict[str, Callable[[Answer], Json]]
    scalars: frozenset[str] | None
    """Every one where None."""
    row_fields: dict[str, frozenset[str] | None]
    only: frozenset[str] = frozenset()
    """Facts that nothing outside reads."""

    def of(self, answer: Answer) -> Json:
        facts: list[Json] = []
        for one in answer.facts:
            told = self._stated(one)
            # Completions that differ only in what the other part reads are one here.
            if told not in facts:
                facts.append(told)
        return {"facts": facts, "cards": {name: of_card(answer) for name, of_card in self.cards.items()}}

    def _stated(self, facts: FirmFacts) -> Json:
        """The known ones."""
        fields = self.row_fields
        return {
            "scalars": _known(facts.scalars, self.scalars),
            "rows": {t: [_known(row, fields[t]) for row in rows] for t, rows in facts.rows.items() if t in fields},
        }


def _known(row: Row, names: frozenset[str] | None) -> Row:
    if names is None:
        return {name: value for name, value in row.items() if value is not None}
    return {name: value for name, value in row.items() if value is not None and name in names}


@cache
def _sides(program: Program) -> tuple[_Side, _Side]:
    """What everybody gets, and what stands under schemes of reference."""
    hidden = reference_schemes(program)
    cards = {name: _of_card(program, compiled) for name, compiled in program.cards.items()}
    cards |= {card.id: _of_learned(program, card) for card in told_cards(program)}
    roots = {**program.parts, **program.shown}
    apart = {name for name in roots if not hidden.isdisjoint(name.split("|"))}
    # Whether any card is for the enterprise is asked beside every card.
    read = frozenset(core.read(roots[name] for name in (*apart, f"{OUTSIDE}|low")))
    elsewhere = frozenset(core.read(node for name, node in roots.items() if name not in apart))
    every = {
        *program.scalars,
        *(f"{table}.{field}" for table, fields in program.row_fields.items() for field in fields),
    }
    only = (read - elsewhere) & every
    return (
        _side(program, {name: of for name, of in cards.items() if name not in hidden}, every - only, frozenset()),
        _side(program, {name: of for name, of in cards.items() if name in hidden}, every & read, only),
    )


def _side(
    program: Program, cards: dict[str, Callable[[Answer], Json]], names: Iterable[str], only: frozenset[str]
) -> _Side:
    scalars, fields = set(), dict[str, set[str]]()
    for name in names:
        table, dot, field = name.partition(".")
        if dot and "/" not in table:
            fields.setdefault(table, set()).add(field)
        else:
            scalars.add(name)
    rows = stored(program.row_fields)
    of_rows = {t: _unless_all(each, (*program.row_fields[t], *rows[t])) for t, each in fields.items()}
    return _Side(cards, _unless_all(scalars, program.scalars), of_rows, only)


def _unless_all(names: set[str], every: Iterable[str]) -> frozenset[str] | None:
    return None if names.issuperset(every) else frozenset(names)


def told_cards(program: Program) -> tuple[LearnedCard, ...]:
    """Learned cards that a receipt covers: not that of distress, which stands in no receipt shown to others (contract §5)."""
    return tuple(card for card in program.learned if card.id != DISTRESS)


def reference_schemes(program: Program) -> frozenset[str]:
    """Schemes whose numbers nobody issued or confirmed."""
    cards = (compiled.card for compiled in program.cards.values())
    return frozenset(card.id for card in cards if card.scheme and status_of(card) == REFERENCE)


def status_of(card: Card) -> str:
    """Who stands behind a scheme's numbers: its issuer, a park that confirmed them, or nobody (reference)."""
    if any(source.grade == REFERENCE for source in card.sources):
        return REFERENCE
    return CONFIRMED if any(laid.park and laid.document for laid in card.overlays) else OFFICIAL


def _of_learned(program: Program, card: LearnedCard) -> Callable[[Answer], Json]:
    """Log-odds in units of 1e-14: as the card gives them, and their ends over what is missing; its range in millionths."""
    told = ("points", "facts", "range") if card.uncertainty.low else ("points", "facts")
    roots = {part: [program.at[f"{card.id}|{part}|{end}"] for end in ("low", "high")] for part in told}

    def write(answer: Answer) -> Json:
        values = answer.values
        parts = {part: [values[place] for place in places] for part, places in roots.items()}
        return {"sha256": card.sha256, "clauses": {}, "parts": parts, "bands": {}}

    return write


def _of_card(program: Program, compiled: CompiledCard) -> Callable[[Answer], Json]:
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
    of_parts, of_bands = _pairs(parts), _pairs(bands)
    verdict = None if card.classes else at[f"verdict|{card.id}"]
    # A sum without the indicators whose points are not published is no score.
    score = places(f"score|{card.id}") if card.items and not card.unset else None
    figures = Figures(program, compiled) if card.scheme else None
    fixed = {"edition": card.edition, "clauses": Fragment(canonical(_clauses(card)))}

    def write(answer: Answer) -> Json:
        values = answer.values
        out: Json = {**fixed, "parts": of_parts(values), "bands": of_bands(values)}
        if verdict is not None:
            out["verdict"] = WORDS[values[verdict]]
        if figures is not None:
            known = answer.facts[0].scalars.get
            out |= figures.decided(values, park_id(answer), lambda name: known(name) is not None, answer.question.as_of)
        if score is not None and "refused" not in out:
            out["score"] = [values[end] for end in score]
        return out

    return write


def _pairs(places: Sequence[tuple[str, int, int]]) -> Callable[[Values], Fragment]:
    """Both ends of several roots by name, as integers (a truth is a bool in the values)."""
    ends = sorted(places)
    some = [_some_pairs(ends[at : at + _TOGETHER]) for at in range(0, len(ends), _TOGETHER)]
    return lambda values: Fragment(b"{%b}" % b",".join([told[pick(values)] for pick, told in some]))


_TOGETHER = 6
"""Of so many roots together few enterprises are told what no other was."""


def _some_pairs(ends: Sequence[tuple[str, int, int]]) -> tuple[Callable[[Values], Key], Kept[Key, bytes]]:
    """What picks the numbers of some roots, and by them the members."""
    text = form(canonical({name: [ROOM, ROOM] for name, *_ in ends})[1:-1])
    pick = picker([place for _, *both in ends for place in both])
    return pick, Kept(lambda key: text % tuple([b"%d" % number for number in key]), 512)


def _clauses(card: Card) -> dict[str, str]:
    return {
        **{f"gates/{name}": gate.source.clause for name, gate in card.gates.items()},
        **{f"items/{name}": item.source.clause for name, item in card.items.items()},
        **{f"routes/{name}": route.source.clause for name, route in card.routes.items()},
    }


def park_id(answer: Answer) -> str | None:
    """The enterprise's park by its id, as it states it where no list has it."""
    park = park_of(answer.known)
    zone = regions.find_zone(park) if park else None
    return zone.id if zone else park
