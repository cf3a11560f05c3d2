"""The product on ``tech_sme`` alone.

``whole``: as in a batch with this one rulebook asked for; standing on the ladders, flags and missing facts come with it.
``same``: only the roots that the competitors compute, by the same scorer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from api.batch.frames import VERDICTS, Framed
from api.batch.shown import Shown, points, worded
from benchmarks.data import AS_OF
from benchmarks.rivals.spec import ANSWERS, GATES, ITEMS, refuse_conflicts
from features import snapshot
from scoring.batch import Scorer, distinct, rules_of
from scoring.core import choose, const, mul
from scoring.engine import Engine, Question
from scoring.roots import Roots, over_facts

CARD = "tech_sme"


def main(way: str, source: str, target: str) -> None:
    found, engine = snapshot.read(Path(source)), Engine()
    question = Question(AS_OF, found.known_at, None, (CARD,))
    Path(target).mkdir(parents=True, exist_ok=True)
    ask = _whole(engine, question, found) if way == "whole" else _same(engine, question, found)
    for number in range(len(found.sizes)):
        ask(number).write_parquet(f"{target}/answers-{number:05d}.parquet", compression="zstd")


def _whole(engine: Engine, question: Question, found: snapshot.Snapshot) -> Callable[[int], pl.DataFrame]:
    framed = Framed(engine, question, found.places, sum(found.sizes))

    def answers(number: int) -> pl.DataFrame:
        frames = framed.part(found, number)
        scores, items = frames["scores"], frames["items"]
        return scores.hstack(items.drop("uscc")).select(ANSWERS)

    return answers


def _same(engine: Engine, question: Question, found: snapshot.Snapshot) -> Callable[[int], pl.DataFrame]:
    rules = rules_of(engine, question, None)
    by_place = dict.fromkeys(found.places, rules)

    def asked(roots: Roots) -> list[Shown]:
        return list(_shown(roots))

    scorer = Scorer(
        question, by_place, sum(found.sizes), lambda roots: {k: v for s in asked(roots) for k, v in s.asked.items()}
    )
    shown, wanted = asked(over_facts(distinct(by_place))), scorer.wanted

    def answers(number: int) -> pl.DataFrame:
        wide = found.part(number, wanted.columns, wanted.row_fields)
        refuse_conflicts(wide.firms.height - wide.firms["said"].null_count())
        scored = scorer.score(wide)
        return pl.DataFrame([wide.firms["uscc"], *(column for one in shown for column in one.told(scored))])

    return answers


def _shown(roots: Roots) -> Iterator[Shown]:
    every = roots.having(f"verdict|{CARD}")
    yield worded(f"{CARD}.verdict", VERDICTS, VERDICTS.categories, roots[f"verdict|{CARD}"], every)
    for root, name in (
        (f"score|{CARD}", f"{CARD}.score"),
        *((f"{CARD}|items/{item}", f"{CARD}.items.{item}") for item in ITEMS),
    ):
        for end in ("low", "high"):
            yield points(roots, f"{name}.{end}", f"{root}|{end}")
    for gate in GATES:
        certain, possible = (roots[f"{CARD}|gates/{gate}|{end}"] for end in ("low", "high"))
        place = choose(certain, const(1), mul(possible, 2))
        yield worded(f"{CARD}.gates.{gate}.verdict", VERDICTS, VERDICTS.categories, place, every)


if __name__ == "__main__":
    main(*sys.argv[1:])
