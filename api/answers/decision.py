"""The decision part of an answer: facts used, verdicts, points, bands, clauses and release, as integers and texts.

It has one canonical form (RFC 8785) and is what a receipt covers; texts for people and the engine's version stand outside.
What schemes of reference say, which not every reader gets, is a part of its own (``decision_reference``): a receipt covers it
by its own digest, so that a reader without it can still verify the rest (decision record 0010).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache, partial
from typing import NamedTuple

from api.answers.forms import Pieces, Written, members
from api.answers.kept import Kept
from api.answers.page import Page
from api.answers.page_words import Piece
from api.answers.scheme_figures import STALE, Told
from features.facts import FirmFacts, path_of_year, stated
from features.identifiers import regions
from scoring import core
from scoring.assembly import OUTSIDE, Verdict
from scoring.card import REFERENCE, Card
from scoring.compile import CompiledCard
from scoring.engine import Answer, park_of
from scoring.learned import DISTRESS, LearnedCard
from scoring.program import Program
from scoring.release import canonical

WORDS = [verdict.word for verdict in Verdict]
OFFICIAL, CONFIRMED = "official", "confirmed_by_park"
USABLE = (OFFICIAL, CONFIRMED)
"""Statuses under which a bank gets points; under `REFERENCE` park, authority and the firm itself see them."""


Sections = Sequence[memoryview]
Schemes = Mapping[str, Told]
"""What is told of an enterprise beside its points, by the scheme."""
Decide = Callable[[Answer, Sections, Schemes], Pieces]


def ask_decision(program: Program, page: Page) -> Decide:
    """What is decided, in sections of the page; and how it is written with them: the members of the result that the receipt covers, in
    canonical form, behind it.
    """
    facts = _facts(program)
    hidden = reference_schemes(program)
    names = [*program.cards, *(card.id for card in told_cards(program))]
    open_ = _side(program, page, [name for name in names if name not in hidden], facts.open)
    apart = _side(program, page, [name for name in names if name in hidden], facts.reference, facts.only)

    def decide(answer: Answer, sections: Sections, schemes: Schemes) -> Pieces:
        part, reference = _part(answer, open_, sections, schemes), _reference_part(answer, apart, sections, schemes)
        receipt, told = {"sha256": fingerprint(part)}, [b',"decision":', part]
        if reference is not None:
            receipt["reference"] = fingerprint(reference)
            told += (b',"decision_reference":', reference)
        return [members({"receipt": receipt}), *told]

    return decide


def _part(answer: Answer, side: _Side, sections: Sections, schemes: Schemes) -> Written:
    """What was decided, from which facts, in which park, under which release; but for schemes of reference. In canonical form: the cards
    and the facts stand between the day and the others.
    """
    question, park = answer.question, park_id(answer)
    told = {"as_of": question.as_of.isoformat(), "known_at": question.known_at.isoformat()}
    told |= {"release": answer.rules.release.id, "uscc": answer.dossier.uscc, **({"park": park} if park else {})}
    as_of, others = canonical(told).split(b",", 1)
    return b"".join((as_of, b",", *side.of(answer, sections, schemes), b",", others))


def _reference_part(answer: Answer, side: _Side, sections: Sections, schemes: Schemes) -> Written | None:
    """What schemes of reference decided, from which facts, and the facts that nothing else reads; None without such a scheme."""
    if not side.cards:
        return None
    return b"".join(
        (b"{", *side.of(answer, sections, schemes), b',"only":', _paths(side.only, answer.question.as_of), b"}")
    )


@lru_cache(maxsize=256)
def _paths(names: frozenset[str], as_of: date) -> Written:
    return canonical(sorted({path_of_year(stated(name), as_of) for name in names}))


def fingerprint(decided: bytes) -> str:
    """What a receipt says of a decision part in canonical form; `scoring.release.digest` of the part gives the same."""
    return "sha256:" + hashlib.sha256(decided).hexdigest()


OfCards = Callable[[Sections, Schemes], Written | memoryview]
"""What some cards decided, members by their names."""


@dataclass(frozen=True)
class _Side:
    """One part of a decision: its cards, and the facts that they read."""

    cards: list[OfCards]
    scalars: frozenset[str]
    columns: Mapping[str, frozenset[str]]
    """Of list tables."""
    on_page: int
    """The section that tells those that are known."""
    only: frozenset[str] = frozenset()
    """Facts that nothing outside reads."""

    def of(self, answer: Answer, sections: Sections, schemes: Schemes) -> Pieces:
        """The members ``cards`` and ``facts``."""
        cards = b",".join([told(sections, schemes) for told in self.cards])
        # A page tells one completion. Those that differ only in what the other part reads are one here.
        single = len(answer.facts) == 1
        facts = sections[self.on_page] if single else b",".join(dict.fromkeys(map(self._told, answer.facts)))
        return [b'"cards":{', cards, b'},"facts":[', facts, b"]"]

    def _told(self, facts: FirmFacts) -> Written:
        """One completion, as `_say_facts` says it."""
        stated = facts.stated
        rows = {t: [{n: row[n] for n in row if n in names} for row in stated[t]] for t, names in self.columns.items()}
        scalars = {n: v for n, v in facts.scalars.items() if v is not None and n in self.scalars}
        return canonical({"rows": rows, "scalars": scalars})


class _Facts(NamedTuple):
    """The facts that are told to everybody, those that stand beside schemes of reference, and of these the ones that nothing else reads."""

    open: frozenset[str]
    reference: frozenset[str]
    only: frozenset[str]


@cache
def _facts(program: Program) -> _Facts:
    hidden, roots = reference_schemes(program), {**program.parts, **program.shown}
    apart = {name for name in roots if not hidden.isdisjoint(name.split("|"))}
    # Whether any card is for the enterprise is asked beside every card.
    read = frozenset(core.read(roots[name] for name in (*apart, f"{OUTSIDE}|low")))
    elsewhere = frozenset(core.read(node for name, node in roots.items() if name not in apart))
    columns = (f"{table}.{field}" for table, fields in program.row_fields.items() for field in fields)
    every = frozenset((*program.scalars, *columns))
    only = (read - elsewhere) & every
    return _Facts(every - only, every & read, only)


def _side(
    program: Program, page: Page, cards: Iterable[str], names: Iterable[str], only: frozenset[str] = frozenset()
) -> _Side:
    scalars, columns = set(), dict[str, set[str]]()
    for name in names:
        table, dot, field = name.partition(".")
        if dot and "/" not in table:
            columns.setdefault(table, set()).add(field)
        else:
            scalars.add(name)
    on_page = page.section()
    _say_facts(program, page, scalars, columns)
    of_tables = {table: frozenset(each) for table, each in columns.items()}
    return _Side(_cards(program, page, cards), frozenset(scalars), of_tables, on_page, only)


def _say_facts(program: Program, page: Page, scalars: Set[str], columns: Mapping[str, Set[str]]) -> None:
    """Those that are known of one completion."""
    tables = list(program.columns)
    page.say(b'{"rows":{')
    for table in sorted(columns):
        own = program.columns[table]
        page.member(b",%b:[" % canonical(table))
        with page.rows(tables.index(table), len(own)):
            page.member(b",{")
            for name in sorted(columns[table]):
                page.cell(b",%b:" % canonical(name), own.index(name))
            page.say(b"}")
        page.say(b"]")
    page.say(b'},"scalars":{')
    for name in sorted(scalars):
        page.fact(b",%b:" % canonical(name), program.stated_at(name))
    page.say(b"}}")


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


def _cards(program: Program, page: Page, names: Iterable[str]) -> list[OfCards]:
    """In canonical order. A scheme's figures are no numbers of roots: between schemes all cards are one section of the page."""
    found: list[OfCards] = []
    learned, on_page = {card.id: card for card in program.learned}, False
    for name in sorted(names):
        compiled = program.cards.get(name)
        if compiled is not None and compiled.card.scheme:
            found.append(_of_scheme(program, compiled, page))
            on_page = False
            continue
        if on_page:
            page.say(b",")
        else:
            found.append(partial(_section, page.section()))
            on_page = True
        page.say(b"%b:{" % canonical(name))
        if compiled is None:
            _say_learned(program, learned[name], page)
        else:
            _say_card(program, compiled, page)
        page.say(b"}")
    return found


def _section(number: int, sections: Sections, _: Schemes) -> memoryview:
    return sections[number]


def _say_learned(program: Program, card: LearnedCard, page: Page) -> None:
    """Log-odds in units of 1e-14: as the card gives them, and their ends over what is missing, and their range; whose card it is."""
    page.say(b'"bands":{},"clauses":{},"origin":%b,"parts":' % canonical(card.origin))
    told = ("points", "facts", "range") if card.uncertainty.low else ("points", "facts")
    _say_pairs(page, {part: _ends(program, f"{card.id}|{part}") for part in told})
    page.say(b',"sha256":%b' % canonical(card.sha256))


def _say_card(program: Program, compiled: CompiledCard, page: Page) -> None:
    card = compiled.card
    page.say(b'"bands":')
    _say_pairs(page, _bands(program, compiled))
    page.say(b',%b,"parts":' % canonical({"clauses": _clauses(card), "edition": card.edition})[1:-1])
    _say_pairs(page, _parts(program, compiled))
    # A sum without the indicators whose points are not published is no score.
    if card.items and not card.unset:
        page.say(b',"score":')
        _say_pair(page, _ends(program, f"score|{card.id}"))
    if not card.classes:
        _ask_verdict(program, card.id, page)


def _of_scheme(program: Program, compiled: CompiledCard, page: Page) -> OfCards:
    """With the figures that stand beside the points."""
    card = compiled.card
    name, gives_points = card.id, bool(card.items) and not card.unset
    bands = page.section()
    page.say(b'%b:{"bands":' % canonical(name))
    _say_pairs(page, _bands(program, compiled))
    page.say(b',"clauses":%b,' % canonical(_clauses(card)))
    parts = page.section()
    page.say(b'"edition":%b,"parts":' % canonical(card.edition))
    _say_pairs(page, _parts(program, compiled))
    score = page.section()
    if gives_points:
        page.say(b',"score":')
        _say_pair(page, _ends(program, f"score|{name}"))
    stages = page.section()
    page.say(b',"stages":')
    by_stage = (
        {s.id: _ends(program, f"stage|{name}|{s.id}") for s in card.scheme.stages if card.scheme.by}
        if card.scheme
        else {}
    )
    _say_pairs(page, by_stage)
    _ask_verdict(program, name, page)
    page.say(b"}")

    def words(of: Told) -> tuple[Written, Written]:
        """Its coverage, and among whom it stands where; or that points are refused."""
        if not gives_points:
            return b"", b""
        coverage = canonical({"coverage": of.coverage.as_integer_ratio()})[1:-1] + b","
        shares = {group: [one.least, one.most, one.firms] for group, one in of.shares.items()}
        return coverage, b"," + canonical({"refused": STALE} if of.refused else {"percentile": shares})[1:-1]

    kept = Kept(words, 1024)

    def told(sections: Sections, schemes: Schemes) -> Written:
        of = schemes[name]
        coverage, standing = kept[of]
        points = () if of.refused else (sections[score],)
        return b"".join((sections[bands], coverage, sections[parts], standing, *points, sections[stages]))

    return told


def _ask_verdict(program: Program, name: str, page: Page) -> None:
    verdict = program.at[f"verdict|{name}"]
    page.ask([verdict], lambda key: Piece(b',"verdict":%b' % canonical(WORDS[key[0]])))


def _parts(program: Program, compiled: CompiledCard) -> _Ends:
    return {name: _ends(program, f"{compiled.card.id}|{name}") for name in compiled.parts}


def _bands(program: Program, compiled: CompiledCard) -> _Ends:
    return {
        f"{name}|{detail.path}": _ends(program, f"show|{compiled.card.id}|{name}|{detail.path}|band")
        for name, own in compiled.parts.items()
        for detail in own.details
        if detail.band_low is not None
    }


_Ends = Mapping[str, Sequence[int]]
"""Both places of some roots, by the names under which they are told."""


def _ends(program: Program, root: str) -> list[int]:
    return [program.at[f"{root}|{end}"] for end in ("low", "high")]


def _say_pairs(page: Page, roots: _Ends) -> None:
    """Both ends of roots, an object."""
    page.say(b"{")
    for number, (name, ends) in enumerate(sorted(roots.items())):
        page.say(b",%b:" % canonical(name) if number else b"%b:" % canonical(name))
        _say_pair(page, ends)
    page.say(b"}")


def _say_pair(page: Page, ends: Sequence[int]) -> None:
    low, high = ends
    page.say(b"[")
    page.number(low)
    page.say(b",")
    page.number(high)
    page.say(b"]")


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
