"""The product on ``tech_sme`` alone.

``whole``: as in a batch with this one rulebook asked for; standing on the ladders, flags and missing facts come with it.
``same``: only the roots that the competitors compute, by the same back end.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from api.batch.frames import VERDICTS, frames
from benchmarks.data import AS_OF
from benchmarks.rivals.spec import ANSWERS, GATES, ITEMS, refuse_conflicts
from features import snapshot
from features.wide_columns import WantedColumns
from scoring.batch import rules_of, score
from scoring.card import MICRO
from scoring.column_backend import Facts, evaluate
from scoring.core import Node
from scoring.engine import Engine, Question
from scoring.program import Program

CARD = "tech_sme"


def main(way: str, source: str, target: str) -> None:
    found, engine = snapshot.read(Path(source)), Engine()
    question = Question(AS_OF, found.known_at, None, (CARD,))
    program = rules_of(engine, question, None).program
    roots = _roots(program)
    wanted = WantedColumns(program.scalars, program.row_fields, AS_OF)
    Path(target).mkdir(parents=True, exist_ok=True)
    for number in range(len(found.sizes)):
        wide = found.part(number, wanted.columns, wanted.row_fields)
        refuse_conflicts(wide.firms.height - wide.firms["said"].null_count())
        if way == "whole":
            scores, items = frames(score(engine, wide, question))
            answers = scores.hstack(items.drop("uscc")).select(ANSWERS)
        else:
            read = wanted.of(wide)
            values = evaluate(roots, Facts(read.frame, read.children, read.shared))
            answers = _named(values).insert_column(0, wide.firms["uscc"])
        answers.write_parquet(f"{target}/answers-{number:05d}.parquet", compression="zstd")


def _roots(program: Program) -> dict[str, Node]:
    parts = [*(f"{CARD}|items/{item}" for item in ITEMS), *(f"{CARD}|gates/{gate}" for gate in GATES)]
    roots = {f"{part}|{end}": program.parts[f"{part}|{end}"] for part in parts for end in ("low", "high")}
    for name in (f"score|{CARD}|low", f"score|{CARD}|high", f"verdict|{CARD}"):
        roots[name] = program.assembly[name]
    return roots


def _named(values: pl.DataFrame) -> pl.DataFrame:
    def word(code: pl.Series, name: str) -> pl.Series:
        return code.cast(pl.UInt8).cat.to(VERDICTS).alias(name)

    found = [word(values[f"verdict|{CARD}"], f"{CARD}.verdict")]
    micro = pl.Series([float(MICRO)]).new_from_index(0, values.height)
    for root, name in (
        (f"score|{CARD}", f"{CARD}.score"),
        *((f"{CARD}|items/{i}", f"{CARD}.items.{i}") for i in ITEMS),
    ):
        found += [(values[f"{root}|{end}"] / micro).alias(f"{name}.{end}") for end in ("low", "high")]
    for gate in GATES:
        low, high = (values[f"{CARD}|gates/{gate}|{end}"].cast(pl.Int8) for end in ("low", "high"))
        found.append(word(2 * high - low, f"{CARD}.gates.{gate}.verdict"))
    return pl.DataFrame(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
