"""Many enterprises at once: the same program over columns; those whose sources conflict one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

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


@dataclass(frozen=True)
class Scored:
    """Values of every root for enterprises under the same rules, one row each, in order of uscc."""

    rules: Rules
    as_of: date
    firms: pl.DataFrame
    """The columns `HEAD`."""
    values: pl.DataFrame
    wider: Mapping[str, pl.Series]
    """By card: whether the united answer is wider than what the completions say."""


def score(engine: Engine, wide: Wide, question: Question) -> list[Scored]:
    """The enterprises of a part, grouped by the rules that apply and by whether their sources agree.

    Raises `UnknownName` for an unknown rulebook.
    """
    return [
        scored for rules, part in _by_rules(engine, wide, question) for scored in score_under(rules, part, question)
    ]


def rules_of(engine: Engine, question: Question, region_code: int | None, park: str | None = None) -> Rules:
    """The rules for the enterprises of a region and a park."""
    place = engine.catalogue.place(_region(region_code), park)
    return engine.rules(question.rules_on or question.as_of, place, question.kind or "new", question.rulebooks)


def _region(code: int | None) -> str | None:
    return None if code is None else str(code)


def _by_rules(engine: Engine, wide: Wide, question: Question) -> Iterator[tuple[Rules, Wide]]:
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


def score_under(rules: Rules, wide: Wide, question: Question) -> Iterator[Scored]:
    """All enterprises of a part under the same rules; those whose sources differ apart from the others."""
    program, differ = rules.program, wide.firms[SAID].is_not_null()
    agreed = wide.only(~differ) if differ.any() else wide
    read = WantedColumns(program.scalars, program.row_fields, question.as_of).of(agreed)
    frame = read.frame.with_columns(_calendar(rules, question, agreed.firms["region_code"]))
    values = _plan(program, tuple(read.shared.items())).evaluate(Facts(frame, read.children, read.shared))
    never = pl.Series([False]).new_from_index(0, frame.height)
    yield Scored(rules, question.as_of, agreed.firms.select(HEAD), values, dict.fromkeys(program.cards, never))
    if differ.any():
        yield _united(rules, wide.firms.filter(differ), question.as_of)


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


def _united(rules: Rules, firms: pl.DataFrame, as_of: date) -> Scored:
    """Enterprises whose sources differ, few as a rule: one by one, over their completions."""
    found = [
        rules.evaluate(known_of(code, said), as_of, _region(region))[1:]
        for code, region, said in firms.select("uscc", "region_code", SAID).iter_rows()
    ]
    program = rules.program
    columns = {name: [values[program.at[name]] for values, _ in found] for name in _roots(program)}
    wider = {card: pl.Series([card in cards for _, cards in found], dtype=pl.Boolean) for card in program.cards}
    return Scored(
        rules, as_of, firms.select(HEAD), pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Int64)), wider
    )
