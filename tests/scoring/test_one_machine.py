"""The machine of one enterprise: exact at every width, at the edges where words and signs change."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.facts import FirmFacts
from scoring import core
from scoring.core import const, fill, known
from scoring.one_backend import Values, compile_one
from scoring.one_machine import UNKNOWN

WORD = 2**63 - 1
EDGES = sorted(
    {sign * (2**bits + off) for bits in (0, 1, 31, 32, 62) for off in (-1, 0, 1) for sign in (-1, 1)} | {WORD, -WORD}
)
WORDS = st.sampled_from(EDGES) | st.integers(-WORD, WORD)
FACTORS = st.sampled_from([1, 2, 2**31, 2**32, 2**62, WORD]) | st.integers(1, WORD)


def x(name: str) -> core.Node:
    return fill(name, 0, -WORD, WORD)


@given(WORDS, WORDS, WORDS)
@example(-WORD, -WORD, WORD)
def test_each_operator_is_exact_where_64_bits_do_not_hold_it(a: int, b: int, c: int) -> None:
    product = core.mul(x("a"), x("b"))
    roots = [
        product,
        core.add((x("a"), x("b"), x("c"))),
        core.smallest((product, x("c"))),
        core.greatest((product, x("c"))),
        core.ge(product, x("c")),
        core.ge(x("c"), product),
        core.eq(product, a * b) if abs(a * b) <= core.WIDEST else core.TRUE,
        core.choose(core.ge(x("a"), x("b")), product, x("c")),
        core.negate(core.ge(x("a"), 0)),
        core.all_of((core.ge(x("a"), 0), core.ge(x("b"), 0), core.ge(x("c"), 0))),
        core.any_of((core.ge(x("a"), 0), core.ge(x("b"), 0), core.ge(x("c"), 0))),
    ]
    assert compile_one(roots)(FirmFacts({"a": a, "b": b, "c": c})) == [
        a * b,
        a + b + c,
        min(a * b, c),
        max(a * b, c),
        a * b >= c,
        c >= a * b,
        True,
        a * b if a >= b else c,
        a < 0,
        a >= 0 and b >= 0 and c >= 0,
        a >= 0 or b >= 0 or c >= 0,
    ]


@given(WORDS, FACTORS, WORDS, st.booleans())
@example(-1, 1, 1, False)
@example(-WORD, WORD, 1, True)
@example(WORD, WORD, WORD, True)
def test_a_quotient_of_any_width_is_the_floor(over: int, factor: int, under: int, wide: bool) -> None:
    divisor = core.greatest((x("under"), const(1)))
    if wide:
        divisor = core.mul(divisor, 2**20)
    found = compile_one([core.div(core.mul(x("over"), factor), divisor)])(FirmFacts({"over": over, "under": under}))
    assert found == [over * factor // (max(under, 1) * (2**20 if wide else 1))]


@given(st.lists(WORDS, max_size=9, unique=True).map(sorted), st.data(), WORDS)
def test_a_step_gives_the_entry_behind_as_many_edges_as_lie_below(
    edges: list[int], data: st.DataObject, a: int
) -> None:
    edges = [edge for edge in edges if abs(edge) < WORD]
    values = data.draw(st.lists(st.integers(-(2**100), 2**100), min_size=len(edges) + 1, max_size=len(edges) + 1))
    for value in (a, *edges, *(edge + 1 for edge in edges)):
        found = compile_one([core.step(x("a"), edges, values)])(FirmFacts({"a": value}))
        assert found == [values[sum(edge < value for edge in edges)]]


@given(st.lists(st.tuples(WORDS | st.none(), st.integers(-5, 5) | st.none()), max_size=6), WORDS)
def test_sums_over_rows_ask_every_row_and_know_what_each_lacks(
    rows: list[tuple[int | None, int | None]], limit: int
) -> None:
    cell, other = fill("t.cell", 7, -WORD, WORD), fill("t.other", -1, -5, 5)
    roots = [
        core.rows("t", core.ge(cell, x("limit"))),
        core.rows("t", core.choose(known("t.cell"), other, const(3))),
        core.rows("t", const(1)),
        core.rows("u", const(1)),
        core.add((core.rows("t", other), core.mul(core.rows("u", fill("u.n", 0, 0, 9)), 10))),
    ]
    given_rows = [{"cell": cell, "other": other} for cell, other in rows]
    found = compile_one(roots)(FirmFacts({"limit": limit}, {"t": given_rows, "u": [{"n": 4}, {"n": None}]}))
    cells = [7 if one is None else one for one, _ in rows]
    others = [-1 if one is None else one for _, one in rows]
    assert found == [
        sum(one >= limit for one in cells),
        sum(3 if one is None else other for (one, _), other in zip(rows, others, strict=True)),
        len(rows),
        2,
        sum(others) + 40,
    ]


def test_inputs_are_told_apart_from_their_defaults_and_no_enterprise_sees_another_ones() -> None:
    evaluate = compile_one([fill("x", 5, 0, 9), known("x"), core.rows("t", fill("t.x", 1, 0, 9))])
    for _ in range(2):
        assert evaluate(FirmFacts({"x": None}, {"t": [{"x": None}]})) == [5, 0, 1]
        assert evaluate(FirmFacts({"x": 0}, {"t": []})) == [0, 1, 0]
        assert evaluate(FirmFacts({"x": 9}, {"t": [{"x": 3}, {"x": 4}]})) == [9, 1, 7]


def test_an_unknown_input_can_be_told_as_such() -> None:
    evaluate = compile_one([fill("x", UNKNOWN, UNKNOWN, WORD)])
    assert [evaluate(FirmFacts({"x": one})) for one in (None, 3)] == [[UNKNOWN], [3]]


@given(st.lists(st.integers(-(2**126), 2**126)))
def test_values_are_whole_numbers_and_their_lower_bits_are_at_hand_for_machine_code(numbers: list[int]) -> None:
    values = Values.of(numbers)
    assert values == numbers
    assert [values[place] for place in range(len(numbers))] == numbers
    assert (values[:2], values[1:], len(values)) == (numbers[:2], numbers[1:], len(numbers))
    assert [one % 2**64 for one in values.told[: len(numbers)]] == [one % 2**64 for one in numbers]
    assert values.copy() == numbers


DENIED = """
import ctypes, sys
from scoring.core import fill
from scoring.one_backend import compile_one
# PR_SET_MDWE: what was written is never run. Polars, which looks at the processor by running such code, is imported by now.
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
try:
    compile_one([fill("x", 1, 0, 9)])
except PermissionError as error:
    sys.exit(str(error))
"""


def test_where_the_system_lets_no_memory_be_run_it_is_said_what_to_allow() -> None:
    told = subprocess.run([sys.executable, "-c", DENIED], capture_output=True, text=True, check=False)
    if told.returncode == 77:
        pytest.skip("this system cannot deny it")
    assert told.returncode == 1
    assert "MemoryDenyWriteExecute=no" in told.stderr
    assert "execmem" in told.stderr
