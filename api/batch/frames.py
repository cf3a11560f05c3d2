"""Result frames of a population: ``scores`` and ``items``, a row an enterprise.

Column names are the paths of the result JSON: ``tech_sme.verdict``, ``tech_sme.items.rd_input.low``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from api.batch.credit import OPEN, refused, scheme_columns
from api.batch.drift import Compared
from api.batch.probability import placements, probabilities
from api.batch.shown import Shown, cards_by_name, points, repeated, rules_with, without, worded
from api.batch.tier import tier_columns
from api.batch.words import WORD, Raised, as_bits
from features.facts import path_of_year
from features.pivot import Wide
from features.snapshot import Place, Snapshot
from features.wide_columns import WantedColumns
from scoring.assembly import Verdict
from scoring.batch import Scored, Scorer, distinct, places_of, rules_by_place
from scoring.card import MICRO, Card, Label
from scoring.core import Node, all_of, any_of, choose, const, eq, ge, mul
from scoring.criteria import criteria
from scoring.engine import Engine, Question
from scoring.machine_types import Result, given, integers
from scoring.roots import Roots, over_facts

VERDICTS = pl.Enum([v.word for v in Verdict])
BOUNDS = pl.Enum(["exact", "safe"])


class Head(NamedTuple):
    """What is said of a card whatever the enterprise."""

    id: str
    title: Label
    edition: str
    classes: tuple[str, ...]
    has_points: bool


class Framed:
    """The rules of a question by the places where they apply, made ready to tell frames; good for several threads.

    Holds no rules any more, so it is kept for another process (`api.batch.ready`).
    """

    def __init__(self, engine: Engine, question: Question, places: Iterable[Place], firms: int) -> None:
        """``firms``: about how many enterprises. Raises `UnknownName` for an unknown rulebook."""
        by_place = rules_by_place(engine, question, places)
        rules = distinct(by_place)
        self.release, self.demo = engine.release_id, engine.demo
        named = [(name, one) for own in rules for name, one in own.release.cards.items()]
        # A learned card has no edition.
        self.cards = {f"{name}@{one['edition']}" if "edition" in one else name: one for name, one in named}
        """What a release says of those that answer."""
        self.criteria = criteria(engine.catalogue)
        """Of expert grades, those that some rule asks for."""
        self.drift = Compared(rules[0].program.learned, question.as_of)
        self.heads = _heads(engine, question, cards_by_name(rules))
        self._scorer = Scorer(question, by_place, firms, lambda roots: _asked(*_shown(roots, question.as_of)))
        self._tell = [[shown.told for shown in some] for some in _shown(over_facts(rules), question.as_of)]

    @property
    def wanted(self) -> WantedColumns:
        """What is read of a snapshot."""
        return self._scorer.wanted

    def part(self, snapshot: Snapshot, number: int) -> dict[str, pl.DataFrame]:
        """Of a part of a snapshot ``scores`` and ``items``, a row an enterprise in their order, and what is counted for `drift` where
        there is something to compare with.
        """
        return self._frames(snapshot.part(number, self.wanted.columns, self.wanted.row_fields))

    def of(self, wide: Wide) -> tuple[pl.DataFrame, pl.DataFrame]:
        """``scores`` and ``items`` of a part."""
        found = self._frames(wide)
        return found["scores"], found["items"]

    def _frames(self, wide: Wide) -> dict[str, pl.DataFrame]:
        features = self.drift.values(wide) if self.drift.cards else None
        scored = self._scorer.score(wide)
        # What is told and written is made in the memory of what was read.
        del wide
        told, items = ([one for tell in some for one in tell(scored)] for some in self._tell)
        scores = scored.firms.with_columns(told)
        counted = {} if features is None else {"drift": self.drift.counted(features, scores)}
        return {"scores": scores, "items": pl.DataFrame([scored.firms["uscc"], *items]), **counted}


def frames(engine: Engine, wide: Wide, question: Question) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``scores`` and ``items`` of one part alone. Raises `UnknownName` for an unknown rulebook."""
    return Framed(engine, question, places_of(wide), wide.firms.height).of(wide)


def _heads(engine: Engine, question: Question, names: Iterable[str]) -> list[Head]:
    """Those of the cards that give a verdict or a class, as they are in force wherever."""
    day = question.rules_on or question.as_of
    picked = (engine.catalogue.pick(name, day) for name in sorted(names))
    cards = (one.card for one in picked if one and not one.card.scheme)
    return [Head(c.id, c.title, c.edition, c.classes, bool(c.items) and not c.classes) for c in cards]


def _asked(*frames: Sequence[Shown]) -> dict[str, Result]:
    return {name: result for some in frames for shown in some for name, result in shown.asked.items()}


def _shown(roots: Roots, as_of: date) -> tuple[list[Shown], list[Shown]]:
    """The columns of both frames, in their order."""
    without_points = {name: (f"refused|{name}", node) for name, node in refused(roots, as_of).items()}
    gone = {name: told for name, (told, _) in without_points.items()}
    masks = Shown({told: given(node) for told, node in without_points.values()}, _nothing)
    return [masks, _release(roots), *_scores(roots, gone), *_lists(roots, as_of)], list(_items(roots, gone))


def _nothing(_: Scored) -> list[pl.Series]:
    return []


def _release(roots: Roots) -> Shown:
    return Shown({}, repeated(pl.Series("release", [roots.rules[0].release.id], dtype=WORD)))


def _scores(roots: Roots, gone: Mapping[str, str]) -> Iterator[Shown]:
    yield tier_columns(roots)
    for name, cards in cards_by_name(roots.rules).items():
        if any(card.classes for card in cards):
            yield _class(roots, name, cards)
            continue
        if any(card.scheme for card in cards):
            yield from scheme_columns(roots, name, gone.get(name))
        else:
            verdict = f"verdict|{name}"
            yield worded(f"{name}.verdict", VERDICTS, VERDICTS.categories, roots[verdict], roots.having(verdict))
        yield without(_bounds(roots, name), gone.get(name))
        if any(card.items for card in cards):
            for end in ("low", "high"):
                yield without(points(roots, f"{name}.score.{end}", f"score|{name}|{end}"), gone.get(name))
    for learned in roots.rules[0].program.learned:
        yield probabilities(learned, roots)
    yield placements(roots)


def _lists(roots: Roots, as_of: date) -> Iterator[Shown]:
    """The facts that are missing, and the flags."""
    names = sorted(roots.names)
    unknown = {path_of_year(n.removeprefix("unknown|"), as_of): roots[n] for n in names if n.startswith("unknown|")}
    flags: dict[str, list[Node]] = {}
    for name in (name for name in names if name.startswith("flag|")):
        flags.setdefault(name.rsplit("|", 1)[1], []).append(roots[name])
    for column, words in (("missing", unknown), ("flags", {flag: any_of(nodes) for flag, nodes in flags.items()})):
        numbers = {name: integers(node) for name, node in as_bits(column, list(words.values())).items()}
        yield Shown(numbers, Raised(column, list(words), numbers).told)


def _class(roots: Roots, name: str, cards: list[Card]) -> Shown:
    """The class where it is certain."""
    kinds = list(dict.fromkeys(one for card in cards for one in card.classes))
    low, high = (roots[f"score|{name}|{end}"] for end in ("low", "high"))
    place = const(len(kinds))
    for card in cards:
        of_card = const(0)
        for at, one in enumerate(card.classes):
            of_card = choose(eq(low, at * MICRO), const(kinds.index(one)), of_card)
        place = choose(all_of((ge(low, high), roots.under(rules_with(roots, card)))), of_card, place)
    words = [*kinds, OPEN]
    return worded(f"{name}.class", pl.Enum(words), words, place, roots.having(f"score|{name}|low"))


def _bounds(roots: Roots, name: str) -> Shown:
    unsafe = any_of((roots[f"{name}|unsafe"], roots.wider(name)))
    return worded(f"{name}.bounds", BOUNDS, BOUNDS.categories, unsafe, roots.having(f"{name}|unsafe"))


def _items(roots: Roots, gone: Mapping[str, str]) -> Iterator[Shown]:
    told = set[str]()
    for name, compiled in ((n, one) for rules in roots.rules for n, one in rules.program.cards.items()):
        on_score = (f"gates/{gate}" for gate, one in compiled.card.gates.items() if one.score is not None)
        names = {part: f"{name}|{part}" for part in compiled.parts}
        names |= {part: f"gate|{name}|{part.removeprefix('gates/')}" for part in on_score}
        for part, root in names.items():
            path = f"{name}.{part.replace('/', '.')}"
            if path in told:
                continue
            told.add(path)
            if part.startswith("items/"):
                for end in ("low", "high"):
                    yield without(points(roots, f"{path}.{end}", f"{root}|{end}"), gone.get(name))
            else:
                yield _verdict(roots, f"{path}.verdict", root)


def _verdict(roots: Roots, column: str, root: str) -> Shown:
    """fail 0, pass 1, undetermined 2."""
    certain, possible = (roots[f"{root}|{end}"] for end in ("low", "high"))
    place = choose(certain, const(Verdict.PASS.value), mul(possible, Verdict.UNDETERMINED.value))
    return worded(column, VERDICTS, VERDICTS.categories, place, roots.having(f"{root}|low"))
