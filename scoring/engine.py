"""One enterprise from typed dossier to answer: pick the cards, evaluate, unite conflicting completions, assemble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from features.dossier import Dossier
from features.facts import FirmFacts
from features.resolve import Known, Wanted, resolve
from scoring.calendar import ACCOUNTS_OPEN, PUBLICITY_OPEN, accounts_open, publicity_open
from scoring.catalogue import Catalogue, Picked
from scoring.compile import CompiledCard, compile_card
from scoring.ladder import Ladder, ladder_for, ladders
from scoring.learned import DISTRESS, LearnedCard
from scoring.one_backend import Values
from scoring.overlay import Place
from scoring.program import Program
from scoring.release import Release, content_of, digest, named


@dataclass(frozen=True)
class Question:
    """What is asked: as of a day, as known at a day, under the rules of a day, by which rulebooks."""

    as_of: date
    known_at: date
    rules_on: date | None = None
    rulebooks: tuple[str, ...] = ()
    """Rulebooks asked for by name; all that are in force where empty."""
    kind: str | None = None
    """Application kind: new or renewal; the dossier's own, else new, where None."""
    distress: bool = False
    """Whether distress is asked too: it is told to whom the deployment allows (`api.distress`), and else not even computed."""


@dataclass(frozen=True, eq=False)
class Rules:
    """The cards that answer a question, compiled, and the release that they are."""

    day: date
    """Of which they are the rules."""
    picked: dict[str, Picked]
    program: Program
    release: Release

    def ladder(self, region: str | None) -> Ladder:
        """On which an enterprise of a region stands."""
        return ladder_for(region, self.day)

    @lru_cache(maxsize=256)  # noqa: B019 - rules live as long as the engine that made them
    def wanted(self, as_of: date) -> Wanted:
        """The facts that the rules read, as of a day."""
        program = self.program
        return Wanted(program.inputs, program.row_fields, as_of, program.beside)

    @lru_cache(maxsize=4096)  # noqa: B019
    def calendar(self, as_of: date, region: str | None) -> dict[str, int]:
        """Inputs of the assembly that are dates of a year, for a region."""
        found = {ACCOUNTS_OPEN: accounts_open(as_of)}
        for card in self.program.calendars:
            picked = self.picked.get(card)
            found[f"{PUBLICITY_OPEN}{card}"] = publicity_open(picked.edition.tree, as_of, region) if picked else 1
        return found

    def evaluate(self, known: Known, as_of: date, region: str | None) -> tuple[list[FirmFacts], Values, frozenset[str]]:
        """The completions of what is known of an enterprise (almost always one), the values of every root over them, and
        the cards of which the united parts say less than the completions do.
        """
        calendar = self.calendar(as_of, region)
        facts = self.wanted(as_of).completions(known, calendar)
        each = [self.program.evaluate(one) for one in facts]
        if len(each) == 1:
            return facts, each[0], frozenset()
        united, wider = self.program.unite(each, calendar)
        return facts, Values.of(united, each[0].rows), wider


@dataclass(frozen=True)
class Answer:
    """Values of every root for one enterprise, in the order of ``rules.program.whole``."""

    question: Question
    catalogue: Catalogue
    rules: Rules
    ladder: Ladder
    dossier: Dossier
    known: Known
    facts: list[FirmFacts]
    """The completions of its conflicting facts; almost always one."""
    values: Values
    """As `Program.evaluate` gives them; what is behind the roots as in the first completion."""
    wider: frozenset[str]
    """Cards of which parts, united over the completions, say less than the completions do."""


class Engine:
    """Answers questions about enterprises from one catalogue of rulebooks.

    ``release_id`` names the release that the catalogue was packed as; by default it is the hash of what it holds.
    """

    def __init__(self, catalogue: Catalogue | None = None, release_id: str | None = None) -> None:
        self.catalogue = catalogue or Catalogue()
        self.rules = lru_cache(maxsize=256)(self._rules)
        self._programs: dict[tuple[object, ...], tuple[Program, Release]] = {}
        self.release_id = release_id or digest(content_of(self.catalogue))
        self.demo = self.catalogue.demo or (release_id is None and bool(self.catalogue.learned))
        """Whether answers are for demonstration only: a learned card was trained on other data than the office's own, or stands in no
        release, so that nobody has seen to it that it was promoted.
        """
        self._compiled: dict[int, CompiledCard] = {}
        """By identity of the card, which the catalogue keeps: most cards are in force in many regions."""

    def _rules(
        self, rules_on: date, place: Place, kind: str, rulebooks: tuple[str, ...], distress: bool = False
    ) -> Rules:
        """Cards in force for a day, place and kind. Raises `UnknownName` for a rulebook that does not exist."""
        pick = self.catalogue.pick_by_name if rulebooks else self.catalogue.pick
        found = {n: pick(n, rules_on, place=place, kind=kind) for n in rulebooks or self.catalogue.names()}
        picked = {name: one for name, one in found.items() if one is not None}
        schemes = sorted(
            (n for n in picked if picked[n].card.scheme), key=lambda n: (picked[n].card.region or "").rstrip("0")
        )
        for name in schemes[:-1] if not rulebooks else ():
            # Of innovation credit the scheme of the narrowest region; others are asked for by name.
            del picked[name]
        cards = {name: one.card for name, one in picked.items()}
        learned = self._learned(rulebooks, distress)
        key = (len(learned), *((name, id(card)) for name, card in cards.items()))
        if key not in self._programs:
            for card in cards.values():
                if id(card) not in self._compiled:
                    self._compiled[id(card)] = compile_card(card)
            program = Program({name: self._compiled[id(card)] for name, card in cards.items()}, ladders(), learned)
            self._programs[key] = program, Release(self.release_id, named(cards, program.learned), self.demo)
        program, release = self._programs[key]
        return Rules(rules_on, picked, program, release)

    def _learned(self, rulebooks: tuple[str, ...], distress: bool) -> tuple[LearnedCard, ...]:
        """Learned cards go with the question which rules are in force; where rulebooks are asked for by name they do not."""
        return () if rulebooks else tuple(card for card in self.catalogue.learned if distress or card.id != DISTRESS)

    def rules_for(self, dossier: Dossier, known: Known, question: Question) -> Rules:
        """The cards that answer a question about one enterprise, of which so much was known."""
        place = self.catalogue.place(region_of(dossier, known), park_of(known))
        kind = question.kind or dossier.evaluation.get("application_kind", "new")
        return self.rules(question.rules_on or question.as_of, place, kind, question.rulebooks, question.distress)

    def answer(self, dossier: Dossier, question: Question) -> Answer:
        """Everything the cards say of one enterprise."""
        known = resolve(dossier, question.known_at)
        rules, region = self.rules_for(dossier, known, question), region_of(dossier, known)
        values = rules.evaluate(known, question.as_of, region)
        return Answer(question, self.catalogue, rules, rules.ladder(region), dossier, known, *values)


def region_of(dossier: Dossier, known: Known) -> str | None:
    """The region whose rules and ladder apply: that of the application, else the enterprise's as it was known."""
    stated = dossier.evaluation.get("region_code")
    if stated:
        return stated
    code = _stated(known, "region_code")
    return str(code) if isinstance(code, int) else None


def park_of(known: Known) -> str | None:
    """The park whose overlays apply, as the enterprise stated it."""
    park = _stated(known, "park")
    return park if isinstance(park, str) else None


def _stated(known: Known, field: str) -> object:
    rows = known.tables.get("enterprise") or [{}]
    return rows[-1].get(field)
