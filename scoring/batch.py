"""Many enterprises at once: the same program over columns, conflicting completions united."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from features.snapshot import Columns, LongTables, columns
from scoring.assembly import Verdict
from scoring.engine import Engine, Question, Rules
from scoring.polars_backend import Facts, evaluate
from scoring.program import LOWER, Program


@dataclass(frozen=True)
class Scored:
    """Values of every root for enterprises under the same rules, one row each, sorted by uscc."""

    rules: Rules
    firms: pl.DataFrame
    """uscc, name, region_code."""
    parts: pl.DataFrame
    assembly: pl.DataFrame
    wider: pl.DataFrame
    """By card: whether the united answer is wider than what the completions say."""
    notes: pl.DataFrame
    """Duplicates and conflicts of the enterprises that have any."""


def score(engine: Engine, long: LongTables, question: Question) -> list[Scored]:
    """Every enterprise of the tables, grouped by the rules that apply. Raises `UnknownName` for an unknown rulebook."""
    return [_score(rules, tables, question) for rules, tables in _by_rules(engine, long, question)]


def _by_rules(engine: Engine, long: LongTables, question: Question) -> Iterator[tuple[Rules, LongTables]]:
    """Enterprises grouped by the cards that are in force for their region."""
    firms = long.firms().to_frame("uscc")
    enterprise = long.tables.get("enterprise")
    if enterprise is None:
        regions = firms.with_columns(pl.lit(None, dtype=pl.Int64).alias("region_code"))
    else:
        last = enterprise.select("uscc", "region_code").unique("uscc", keep="last", maintain_order=True)
        regions = firms.join(last, on="uscc", how="left")
    groups: dict[str, tuple[Rules, list[int | None]]] = {}
    for code in regions["region_code"].unique().to_list() or [None]:
        region = None if code is None else str(code)
        rules = engine.rules(question.rules_on or question.as_of, region, question.kind or "new", question.rulebooks)
        groups.setdefault(rules.release.id, (rules, []))[1].append(code)
    for rules, codes in groups.values():
        if len(groups) == 1:
            yield rules, long
        else:
            wanted = pl.DataFrame({"region_code": codes}, schema={"region_code": pl.Int64})
            yield rules, long.of(regions.join(wanted, on="region_code", how="semi", nulls_equal=True)["uscc"])


def _score(rules: Rules, long: LongTables, question: Question) -> Scored:
    program = rules.program
    read = columns(long, question.as_of, question.known_at, program.scalars, program.row_fields)
    each = evaluate({**program.parts, **program.unknown}, Facts(read.frame, read.children, read.moments))
    firms = read.frame.select("uscc", "name", "region_code").unique("uscc", keep="first", maintain_order=True)
    each = each.with_columns(_calendar(rules, question, read.frame["region_code"]))
    if firms.height == read.frame.height:
        parts, made = each, evaluate(program.assembly_of_parts, Facts(each, {}, {}))
        wider = firms.select(pl.lit(False).alias(name) for name in program.cards)
    else:
        parts, made, wider = _unite(program, read, each)
    return Scored(rules, firms, parts, made, wider, read.notes)


def _calendar(rules: Rules, question: Question, regions: pl.Series) -> list[pl.Series]:
    """The calendar's inputs, by each firm's region."""
    codes = regions.unique().to_list()
    rows = [{"region_code": c, **rules.calendar(question.as_of, None if c is None else str(c))} for c in codes]
    at = regions.to_frame("region_code")
    table = pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("region_code").cast(pl.Int64))
    return (
        at.join(table, on="region_code", how="left", nulls_equal=True, maintain_order="left")
        .drop("region_code")
        .get_columns()
    )


def _unite(program: Program, read: Columns, each: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Parts of each enterprise over its completions, what is made of them, and where that is wider than they are."""
    code = read.frame["uscc"]
    parts = _over(each, code, list(each.columns)).drop("uscc")
    made = evaluate(program.assembly_of_parts, Facts(parts, {}, {}))
    singly = evaluate(program.assembly_of_parts, Facts(each, {}, {}))
    stated = _over(singly, code, [name for name in made.columns if name.startswith("score|")])
    verdicts = [name for name in made.columns if name.startswith("verdict|")]
    agreed = (
        singly.with_columns(code)
        .group_by("uscc", maintain_order=True)
        .agg(
            pl.when(pl.col(name).n_unique() == 1)
            .then(pl.col(name).first())
            .otherwise(Verdict.UNDETERMINED.value)
            .alias(name)
            for name in verdicts
        )
    )
    said = stated.with_columns(agreed.drop("uscc"))
    by_card = {card: [n for n in said.columns if n != "uscc" and n.split("|")[1] == card] for card in program.cards}
    wider = said.select(
        pl.any_horizontal(pl.lit(False), *(pl.col(n) != made[n] for n in names)).alias(card)
        for card, names in by_card.items()
    )
    return parts, made, wider


def _over(values: pl.DataFrame, code: pl.Series, names: list[str]) -> pl.DataFrame:
    """The least of lower ends and the greatest of all else, by enterprise."""
    return (
        values.with_columns(code)
        .group_by("uscc", maintain_order=True)
        .agg(pl.col(name).min() if name.endswith(LOWER) else pl.col(name).max() for name in names)
    )
