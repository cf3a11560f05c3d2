"""Result frames of a population: ``scores`` and ``items``, a row an enterprise.

Column names are the paths of the result JSON: ``tech_sme.verdict``, ``tech_sme.items.rd_input.low``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache, partial
from typing import Any

import numpy as np
import polars as pl

from api.answers.tier import STATES
from api.batch.credit import OPEN, Mask, refused, scheme_columns
from api.batch.probability import placements, probabilities
from api.batch.under import cards_by_name, places_of, worded
from api.batch.words import WORD, Ends, Raised, Told
from features.facts import path_of_year
from scoring.assembly import Verdict
from scoring.batch import Scored, roots
from scoring.card import MICRO, Card
from scoring.ladder import State, ladder_for
from scoring.program import Program

VERDICTS = pl.Enum([v.word for v in Verdict])
BOUNDS = pl.Enum(["exact", "safe"])


def frames(scored: Scored) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``scores`` and ``items``, a row an enterprise, in their order."""
    without = refused(scored)
    return _scores(scored, without), _items(scored, without)


def _scores(scored: Scored, without: Mapping[str, Mask]) -> pl.DataFrame:
    height = scored.firms.height
    found: list[pl.Series] = _tier(scored)
    for name, cards in cards_by_name(scored.rules).items():
        if any(card.classes for card in cards):
            found.append(_class(scored, name, cards))
            continue
        if any(card.scheme for card in cards):
            found += scheme_columns(scored, name, without.get(name))
        else:
            found.append(worded(scored, f"{name}.verdict", VERDICTS, f"verdict|{name}"))
        found.append(_only(_bounds(scored, name), without.get(name)))
        if any(card.items for card in cards):
            score = (_points(scored, f"{name}.score.{end}", f"score|{name}|{end}") for end in ("low", "high"))
            found += [_only(one, without.get(name)) for one in score]
    for learned in scored.rules[0].program.learned:
        found += probabilities(learned, scored)
    found += placements(scored)
    programs = tuple(rules.program for rules in scored.rules)
    found.append(_missing(programs, scored.as_of).of(scored.array, height).alias("missing"))
    found.append(_flags(programs).of(scored.array, height).alias("flags"))
    release = pl.Series("release", [scored.rules[0].release.id], dtype=WORD).new_from_index(0, height)
    return scored.firms.with_columns(release, *found)


@lru_cache(maxsize=64)
def _missing(programs: tuple[Program, ...], as_of: date) -> Raised:
    names = sorted({name for program in programs for name in program.unknown})
    return Raised({path_of_year(name.removeprefix("unknown|"), as_of): [name] for name in names})


@lru_cache(maxsize=64)
def _flags(programs: tuple[Program, ...]) -> Raised:
    flags: dict[str, list[str]] = {}
    for name in sorted({n for program in programs for n in program.parts if n.startswith("flag|")}):
        flags.setdefault(name.rsplit("|", 1)[1], []).append(name)
    return Raised(flags)


TIER: dict[str, pl.DataType] = {
    "tier.ladder": WORD,
    "tier.recognised": WORD,
    "tier.qualified": WORD,
    "tier.next": WORD,
    "tier.held": pl.List(WORD),
    "tier.undetermined": pl.List(WORD),
    "tier.states": pl.List(WORD),
}


def _tier(scored: Scored) -> list[pl.Series]:
    """Place on the ladder of each firm's region."""
    programs = tuple(rules.program for rules in scored.rules)
    codes = scored.firms["region_code"]
    ladders = {code: ladder_for(None if code is None else str(code)).id for code in codes.unique().to_list()}
    tables = [pl.DataFrame(schema=TIER)]
    rows = np.zeros(scored.firms.height, np.uint32)
    for ladder in dict.fromkeys(ladders.values()):
        own = pl.Series([code for code, name in ladders.items() if name == ladder], dtype=pl.Int64)
        firms = codes.is_in(own.implode(), nulls_equal=True).arg_true().to_numpy()
        names, place = _place(programs, ladder)
        table, of_firm = place.of([scored.array(name)[firms] for name in names], firms.size)
        rows[firms] = of_firm + sum(one.height for one in tables)
        tables.append(table)
    return pl.concat(tables, rechunk=True)[pl.Series(rows)].get_columns()


@lru_cache(maxsize=64)
def _place(programs: tuple[Program, ...], name: str) -> tuple[list[str], Told]:
    ladder = programs[0].ladders[name]
    rungs, prefix = [rung.id for rung in ladder.rungs], f"tier|{ladder.id}|"
    names = [f"{prefix}{key}" for key in ("recognised", "qualified", "next")]
    for stem, end in (("holds/", "|low"), (f"{prefix}undetermined/", ""), (f"{prefix}state/", "")):
        names += [f"{stem}{rung}{end}" for rung in rungs]
    made = [roots(program) for program in programs]
    ends = [Ends(min(one[name].lo for one in made), max(one[name].hi for one in made)) for name in names]

    def tell(recognised: int, qualified: int, following: int, *of_rungs: int) -> list[Any]:
        held, open_, states = (of_rungs[i * len(rungs) : (i + 1) * len(rungs)] for i in range(3))
        return [
            ladder.id,
            *(rungs[place] if place >= 0 else None for place in (recognised, qualified, following)),
            *([rung for rung, true in zip(rungs, truths, strict=True) if true] for truths in (held, open_)),
            [f"{rung}:{STATES[s]}" for rung, s in zip(rungs, states, strict=True) if s != State.NONE.value],
        ]

    return names, Told(ends, TIER, tell)


def _class(scored: Scored, name: str, cards: list[Card]) -> pl.Series:
    """The class where it is certain."""
    kinds = list(dict.fromkeys(one for card in cards for one in card.classes))
    low, high = (scored.array(f"score|{name}|{end}") for end in ("low", "high"))
    places = np.full(low.size, len(kinds), np.uint8)
    for card in cards:
        of_card = np.array([kinds.index(one) for one in card.classes], np.uint8)
        certain = (low == high) & scored.under(places_of(scored, card))
        places[certain] = of_card[low[certain] // MICRO]
    return worded(scored, f"{name}.class", pl.Enum([*kinds, OPEN]), f"score|{name}|low", places)


def _bounds(scored: Scored, name: str) -> pl.Series:
    unsafe = scored.array(f"{name}|unsafe")
    if name in scored.wider:
        unsafe = unsafe | scored.wider[name].view(np.uint8)
    return worded(scored, f"{name}.bounds", BOUNDS, f"{name}|unsafe", unsafe)


def _only(values: pl.Series, without: Mask | None) -> pl.Series:
    """The values, but none of those to whom the scheme gives no points."""
    return values if without is None else values.set(pl.Series(without), None)


def _points(scored: Scored, column: str, root: str) -> pl.Series:
    """Micro-points as points: the nearest float of the exact quotient."""
    return scored.only(pl.Series(column, scored.array(root) / float(MICRO)), scored.having(root))


def _items(scored: Scored, without: Mapping[str, Mask]) -> pl.DataFrame:
    found: dict[str, pl.Series] = {"uscc": scored.firms["uscc"]}
    for name, compiled in ((n, one) for rules in scored.rules for n, one in rules.program.cards.items()):
        on_score = (f"gates/{gate}" for gate, given in compiled.card.gates.items() if given.score is not None)
        roots = {part: f"{name}|{part}" for part in compiled.parts}
        roots |= {part: f"gate|{name}|{part.removeprefix('gates/')}" for part in on_score}
        for part, root in roots.items():
            path = f"{name}.{part.replace('/', '.')}"
            if part.startswith("items/"):
                made = {f"{path}.{end}": partial(_points, root=f"{root}|{end}") for end in ("low", "high")}
            else:
                made = {f"{path}.verdict": partial(_verdict, root=root)}
            gone = without.get(name) if part.startswith("items/") else None
            found |= {column: _only(tell(scored, column), gone) for column, tell in made.items() if column not in found}
    return pl.DataFrame(list(found.values()))


def _verdict(scored: Scored, column: str, root: str) -> pl.Series:
    """fail 0, pass 1, undetermined 2."""
    certain, possible = (scored.array(f"{root}|{end}") for end in ("low", "high"))
    return worded(scored, column, VERDICTS, f"{root}|low", possible * 2 - certain)
