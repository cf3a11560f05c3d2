"""Truths of a block are bits, joined for all enterprises at once: every operator at the edges of groups of eight and of a block."""

from __future__ import annotations

from random import Random

import pytest
from strategies_core import DAY, DAYS, ROWS, SCALARS, by_polars, by_python, frames

from features.facts import FirmFacts
from scoring import core
from scoring.column_backend import Plan
from scoring.core import Node, fill, known
from scoring.machine_schedule import schedule
from scoring.machine_types import BLOCK, is_joined

SIZES = [1, 7, 8, 9, 127, 128, 129, 2 * BLOCK + 3]
REVENUE, STAFF, EMERGING, SCORE, LISTED = (
    fill(name, lo, lo, hi)
    for name, (lo, hi) in SCALARS.items()
    if name.endswith(("revenue", "employees", "score", "emerging", "listed"))
)
EVENTS = core.rows("event", core.ge(fill("event.amount", 0, *ROWS["event"]["amount"]), 5 * 10**13))
AMOUNTS = core.rows("event", fill("event.amount", 0, *ROWS["event"]["amount"]))
RICH, MANY, KNOWN = core.ge(REVENUE, 5 * 10**13), core.ge(STAFF, 5 * 10**11), known("annual_report/-1/revenue")


def one_truth_for_another(condition: Node, then: Node, otherwise: Node) -> Node:
    """``if`` among truths, as it is where none of the three is a constant."""
    chosen = core.choose(condition, then, otherwise)
    assert chosen.op == "if"
    assert is_joined(chosen)
    return chosen


CHOSEN = one_truth_for_another(RICH, core.eq(SCORE, 4), core.negate(MANY))
BOTH = core.all_of((RICH, core.negate(known("annual_report/-2/employees")), LISTED))
POINTS = core.add((core.mul(CHOSEN, 7), core.choose(BOTH, STAFF, SCORE), core.mul(EMERGING, -(2**40))))
ROOTS = {
    "constant": core.const(3),
    "input": STAFF,
    "truth of an input": LISTED,
    "known": KNOWN,
    "compared": RICH,
    "not": core.negate(RICH),
    "and": BOTH,
    "or": core.any_of((MANY, EMERGING, core.ge(EVENTS, 1))),
    "if among truths": CHOSEN,
    "if among integers": core.choose(core.any_of((BOTH, CHOSEN)), SCORE, STAFF),
    "product of truths": core.mul(core.negate(RICH), CHOSEN),
    "points": POINTS,
    # Truths of integers of truths, some turns deep.
    "again": core.all_of((core.ge(POINTS, 7), core.ge(core.div(POINTS, core.const(3)), SCORE))),
    "again and again": core.choose(core.any_of((core.ge(core.greatest((POINTS, SCORE)), 5), BOTH)), POINTS, EVENTS),
    "wide": core.mul(core.choose(CHOSEN, REVENUE, AMOUNTS), core.choose(BOTH, STAFF, REVENUE)),
    "wide compared": core.ge(core.mul(REVENUE, STAFF), core.mul(AMOUNTS, 10**6)),
    "step": core.step(core.choose(BOTH, STAFF, core.smallest((POINTS, SCORE))), (-2, 0, 9), (5, 2**40, -7, 0)),
    "sum of integers": AMOUNTS,
    "sum of truths": EVENTS,
}


def firms(count: int) -> list[FirmFacts]:
    """Enterprises that differ; a third of what could be known is not."""
    chance = Random(count)

    def some(fields: dict[str, tuple[int, int]]) -> dict[str, int | None]:
        return {
            name: chance.choice((None, chance.randint(*ends), chance.choice(ends))) for name, ends in fields.items()
        }

    return [
        FirmFacts(
            some(SCALARS) | {DAY: DAYS[1]},
            {table: [some(fields) for _ in range(chance.randint(0, 3))] for table, fields in ROWS.items()},
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("count", SIZES)
def test_every_operator_at_the_edges_of_a_block(count: int) -> None:
    some = firms(count)
    assert by_polars(ROOTS, some) == by_python(ROOTS, some)


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("root", sorted(ROOTS))
def test_each_root_alone_and_asked_for_further(root: str, count: int) -> None:
    some = firms(count)
    exact = [values[0] for values in by_python({root: ROOTS[root]}, some)]
    assert [values[0] for values in by_polars({root: ROOTS[root]}, some)] == exact
    made = Plan({"other": POINTS}, {root: ROOTS[root]}).values(frames(some), further=True)[root]
    low, high = made if made.ndim == 2 else (made, None)
    wide = (
        [int(one) for one in low]
        if high is None
        else [int(a) % 2**64 + int(b) * 2**64 for a, b in zip(*made, strict=True)]
    )
    assert wide == exact


def test_both_values_of_every_truth_are_met() -> None:
    met = by_python({name: node for name, node in ROOTS.items() if (node.lo, node.hi) == (0, 1)}, firms(SIZES[-1]))
    assert all(set(column) == {0, 1} for column in zip(*met, strict=True))


def test_operands_are_computed_before_what_uses_them_and_turns_are_few() -> None:
    plan = schedule(ROOTS.values())
    own = {id(node): (number, at) for number, piece in enumerate(plan.pieces) for at, node in enumerate(piece.nodes)}
    for number, piece in enumerate(plan.pieces):
        assert all(is_joined(node) == piece.joined for node in piece.nodes)
        for node in piece.nodes:
            places = [own[id(of)] for of in node.operands if id(of) in own]
            assert all(place < own[id(node)] for place in places)
            assert all(id(of) in plan.kept or own.get(id(of), (number, 0))[0] == number for of in node.operands)
    assert len(plan.pieces) == 6
