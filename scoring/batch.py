"""Many enterprises at once: the same program over columns, conflicting completions united."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from features import moments
from features.pivot import SAID, Wide
from features.wide_columns import Columns, WantedColumns
from scoring.assembly import Verdict
from scoring.engine import Engine, Question, Rules
from scoring.polars_backend import Facts, Plan, evaluate
from scoring.program import LOWER, Program

HEAD = ("uscc", "name", "region_code", "duplicates", "conflicts")
"""Columns of a snapshot that the results repeat."""


@dataclass(frozen=True)
class Scored:
    """Values of every root for enterprises under the same rules, one row each, in order of uscc."""

    rules: Rules
    as_of: date
    firms: pl.DataFrame
    """The columns `HEAD`."""
    values: pl.DataFrame
    wider: pl.DataFrame
    """By card: whether the united answer is wider than what the completions say."""


def score(engine: Engine, wide: Wide, question: Question) -> list[Scored]:
    """The enterprises of a part, grouped by the rules that apply. Raises `UnknownName` for an unknown rulebook."""
    return [_score(rules, part, question) for rules, part in _by_rules(engine, wide, question)]


def rules_of(engine: Engine, question: Question, region_code: int | None) -> Rules:
    """The rules for the enterprises of a region."""
    region = None if region_code is None else str(region_code)
    return engine.rules(question.rules_on or question.as_of, region, question.kind or "new", question.rulebooks)


def _by_rules(engine: Engine, wide: Wide, question: Question) -> Iterator[tuple[Rules, Wide]]:
    """Enterprises grouped by the cards that are in force for their region."""
    groups: dict[str, tuple[Rules, list[int | None]]] = {}
    for code in wide.firms["region_code"].unique().sort().to_list() or [None]:
        rules = rules_of(engine, question, code)
        groups.setdefault(rules.release.id, (rules, []))[1].append(code)
    for rules, codes in groups.values():
        chosen = wide.firms["region_code"].is_in(pl.Series(codes, dtype=pl.Int64).implode(), nulls_equal=True)
        yield rules, wide if len(groups) == 1 else wide.only(chosen)


def _score(rules: Rules, wide: Wide, question: Question) -> Scored:
    program = rules.program
    wanted = WantedColumns(program.scalars, program.row_fields, question.as_of)
    differ = wide.firms[SAID].is_not_null()
    agreed = wide if not differ.any() else wide.only(~differ)
    firms = agreed.firms.select(HEAD)
    calendar = _calendar(rules, question, firms["region_code"])
    values = _values(rules, question, wanted.of(agreed), calendar)
    # with_columns, not select: literals alone would be one row.
    wider = firms.with_columns(pl.lit(False).alias(name) for name in program.cards).select(*program.cards)
    if differ.any():
        conflicting = wide.firms.filter(differ)
        united, apart = _united(rules, wanted.of_conflicting(conflicting), conflicting, question)
        order = pl.concat([firms["uscc"], conflicting["uscc"]]).arg_sort()
        firms, values, wider = (
            pl.concat(pair)[order]
            for pair in ((firms, conflicting.select(HEAD)), (values, united.cast(values.schema)), (wider, apart))
        )
    return Scored(rules, question.as_of, firms, values, wider)


def _values(rules: Rules, question: Question, read: Columns, calendar: list[pl.Series]) -> pl.DataFrame:
    return _plan(rules, question.as_of).evaluate(Facts(read.frame.with_columns(calendar), read.children, read.moments))


@lru_cache(maxsize=64)
def _plan(rules: Rules, as_of: date) -> Plan:
    program = rules.program
    days = {name: moments.value(name, as_of) for name in program.moments}
    return Plan({**program.parts, **program.unknown, **program.assembly}, days)


def _calendar(rules: Rules, question: Question, regions: pl.Series) -> list[pl.Series]:
    """The calendar's inputs, by each firm's region."""
    codes = regions.unique().to_list()
    rows = [{"region_code": c, **rules.calendar(question.as_of, None if c is None else str(c))} for c in codes]
    if not rows:
        return [pl.Series(name, [], dtype=pl.Int64) for name in rules.calendar(question.as_of, None)]
    table = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("region_code").cast(pl.Int64))
    at = regions.to_frame("region_code")
    found = at.join(table, on="region_code", how="left", nulls_equal=True, maintain_order="left")
    return found.drop("region_code").get_columns()


def _united(rules: Rules, read: Columns, firms: pl.DataFrame, question: Question) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values of each enterprise over its completions, and where what is made of them is wider than they are."""
    program, code = rules.program, read.frame["uscc"]
    regions = read.frame.select("uscc").join(firms.select("uscc", "region_code"), on="uscc", maintain_order="left")
    facts = {**program.parts, **program.unknown}
    each = _values(rules, question, read, _calendar(rules, question, regions["region_code"]))
    over = _over(each, code)
    calendar = _calendar(rules, question, firms["region_code"])
    made = evaluate(program.assembly_of_parts, Facts(over.select(*facts).cast(pl.Int64).with_columns(calendar), {}, {}))
    stated = over.select(made.columns).with_columns(_agreed(each, code, program))
    compared = [name for name in made.columns if name.startswith(("score|", "verdict|"))]
    wider = stated.select(
        pl.any_horizontal(pl.lit(False), *(pl.col(n) != made[n] for n in compared if n.split("|")[1] == card)).alias(
            card
        )
        for card in program.cards
    )
    return over.select(*facts).hstack(made), wider


def _agreed(each: pl.DataFrame, code: pl.Series, program: Program) -> pl.DataFrame:
    """Verdicts on which an enterprise's completions agree, undetermined where they do not."""
    verdicts = [name for name in program.assembly if name.startswith("verdict|")]
    same = (
        pl.when(pl.col(n).n_unique() == 1).then(pl.col(n).first()).otherwise(Verdict.UNDETERMINED.value).alias(n)
        for n in verdicts
    )
    return each.with_columns(code).group_by("uscc", maintain_order=True).agg(same).drop("uscc")


def _over(values: pl.DataFrame, code: pl.Series) -> pl.DataFrame:
    """The least of lower ends and the greatest of all else, by enterprise."""
    ends = (pl.col(n).min() if n.endswith(LOWER) else pl.col(n).max() for n in values.columns)
    return values.with_columns(code).group_by("uscc", maintain_order=True).agg(ends).drop("uscc")
