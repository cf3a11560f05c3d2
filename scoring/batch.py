"""Many enterprises at once: the same program over columns; one whose sources conflict has a row a completion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import polars as pl

from features.facts import FirmFacts
from features.pivot import SAID, Wide, known_of
from features.wide_columns import WantedColumns
from scoring.core import Node
from scoring.engine import Engine, Question, Rules
from scoring.polars_backend import Facts, Plan
from scoring.program import Program

HEAD = ("uscc", "name", "region_code", "park", "duplicates", "conflicts")
"""Columns of a snapshot that the results repeat."""
PLACE = ("region_code", "park")
"""Columns that say which rules apply."""
SPOKEN = ("uscc", "region_code", SAID)


@dataclass(frozen=True)
class Scored:
    """Values of every root for enterprises under the same rules, one row each."""

    rules: Rules
    as_of: date
    firms: pl.DataFrame
    """The columns `HEAD`."""
    values: pl.DataFrame
    wider: Mapping[str, pl.Series]
    """By card: whether the united answer is wider than what the completions say."""


def score(engine: Engine, wide: Wide, question: Question) -> list[Scored]:
    """The enterprises of a part, grouped by the rules that apply.

    Raises `UnknownName` for an unknown rulebook.
    """
    return [score_under(rules, part, question) for rules, part in by_rules(engine, wide, question)]


def rules_of(engine: Engine, question: Question, region_code: int | None, park: str | None = None) -> Rules:
    """The rules for the enterprises of a region and a park."""
    place = engine.catalogue.place(_region(region_code), park)
    return engine.rules(question.rules_on or question.as_of, place, question.kind or "new", question.rulebooks)


def _region(code: int | None) -> str | None:
    return None if code is None else str(code)


def by_rules(engine: Engine, wide: Wide, question: Question) -> Iterator[tuple[Rules, Wide]]:
    """Enterprises grouped by the cards that are in force where they are."""
    places = wide.firms.select(PLACE).unique().sort(PLACE)
    found = [rules_of(engine, question, *place) for place in places.iter_rows()] or [rules_of(engine, question, None)]
    groups = {id(rules.program): rules for rules in found}
    if len(groups) == 1:
        yield found[0], wide
        return
    of_place = places.with_columns(pl.Series("program", [id(rules.program) for rules in found]))
    asked = wide.firms.select(PLACE).join(of_place, on=PLACE, how="left", nulls_equal=True, maintain_order="left")
    for program, rules in groups.items():
        yield rules, wide.only(asked["program"] == program)


def score_under(rules: Rules, wide: Wide, question: Question) -> Scored:
    """All enterprises of a part under the same rules; those whose sources differ stand last."""
    program, differ = rules.program, wide.firms[SAID].is_not_null()
    stated = _facts(rules, wide.only(~differ) if differ.any() else wide, question)
    frame = stated.frame
    several = [_Several.of(rules, question.as_of, *row) for row in wide.firms.filter(differ)[SPOKEN].iter_rows()]
    facts = stated.above([one for firm in several for one in firm.completions])
    values = _plan(program, tuple(facts.shared.items())).evaluate(facts)
    firms, wider = wide.firms.select(HEAD), [frozenset[str]()] * frame.height
    if several:
        firms = pl.concat([firms.filter(~differ), firms.filter(differ)])
        united = list(_united(program, several, values[frame.height :]))
        values = pl.concat(
            [values[: frame.height], pl.DataFrame([one for one, _ in united], values.schema, orient="row")]
        )
        wider += [cards for _, cards in united]
    return Scored(rules, question.as_of, firms, values, _marks(program, wider))


def measured(rules: Rules, wide: Wide, question: Question, roots: Mapping[str, Node]) -> pl.DataFrame:
    """Values of further expressions over facts that the rules read, of the enterprises whose sources agree."""
    facts = _facts(rules, wide.only(wide.firms[SAID].is_null()), question)
    return Plan(roots, facts.shared).evaluate(facts)


def _facts(rules: Rules, agreed: Wide, question: Question) -> Facts:
    read = WantedColumns(rules.program.scalars, rules.program.row_fields, question.as_of).of(agreed)
    frame = read.frame.drop("uscc").with_columns(_calendar(rules, question, agreed.firms["region_code"]))
    return Facts(frame, read.children, read.shared)


@lru_cache(maxsize=64)
def _plan(program: Program, shared: tuple[tuple[str, int | None], ...]) -> Plan:
    """Regions under the same cards share a program."""
    return Plan(_roots(program), dict(shared))


def _roots(program: Program) -> dict[str, Node]:
    return {**program.parts, **program.unknown, **program.assembly}


def _calendar(rules: Rules, question: Question, regions: pl.Series) -> list[pl.Series]:
    """The calendar's inputs, by each firm's region."""
    rows = [{"region_code": c, **rules.calendar(question.as_of, _region(c))} for c in regions.unique().to_list()]
    if not rows:
        return [pl.Series(name, [], dtype=pl.Int64) for name in rules.calendar(question.as_of, None)]
    table = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("region_code").cast(pl.Int64))
    at = regions.to_frame("region_code")
    found = at.join(table, on="region_code", how="left", nulls_equal=True, maintain_order="left")
    return found.drop("region_code").get_columns()


class _Several(NamedTuple):
    """An enterprise whose sources differ: few as a rule, so each completion is one more row of the columns."""

    completions: list[FirmFacts]
    calendar: dict[str, int]

    @staticmethod
    def of(rules: Rules, as_of: date, code: str, region: int | None, said: str) -> _Several:
        calendar = rules.calendar(as_of, _region(region))
        facts = rules.wanted(as_of).completions(known_of(code, said))
        return _Several([FirmFacts({**one.scalars, **calendar}, one.rows) for one in facts], calendar)


def _united(
    program: Program, several: list[_Several], values: pl.DataFrame
) -> Iterator[tuple[Sequence[int], frozenset[str]]]:
    """The values of each over its completions, which stand one below the other."""
    each = values.iter_rows()
    for firm in several:
        own = list(islice(each, len(firm.completions)))
        yield program.unite(values.columns, own, firm.calendar) if len(own) > 1 else (own[0], frozenset())


def _marks(program: Program, wider: Sequence[frozenset[str]]) -> dict[str, pl.Series]:
    never = pl.Series([False]).new_from_index(0, len(wider))
    told = frozenset[str]().union(*wider)
    return {card: pl.Series([card in one for one in wider]) if card in told else never for card in program.cards}
