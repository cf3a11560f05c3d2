"""What each constructor builds means what its name says, whatever it folds away on the bounds it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from by_name import compile_by_name
from hypothesis import given, settings
from hypothesis import strategies as st

from features.facts import FirmFacts
from scoring import core
from scoring.core import Node, const, fill

standing = settings(max_examples=60, deadline=None, derandomize=True, database=None)

OPERATORS: dict[str, tuple[Callable[[Node, Node, Node], Node], Callable[[int, int, int], int]]] = {
    "sum": (lambda a, b, c: core.add((a, b, c)), lambda a, b, c: a + b + c),
    "sum with constants": (lambda a, b, _: core.add((const(2), a, const(-3), b)), lambda a, b, _: a + b - 1),
    "product": (lambda a, b, _: core.mul(a, b), lambda a, b, _: a * b),
    "product with a constant": (lambda a, _, c: core.mul(a, c.lo), lambda a, _, c: a * c),
    "quotient": (lambda a, b, _: core.div(a, core.greatest((b, const(1)))), lambda a, b, _: a // max(b, 1)),
    "quotient by a constant": (lambda a, _, c: core.div(a, const(abs(c.lo) + 1)), lambda a, _, c: a // (abs(c) + 1)),
    "at least": (lambda a, b, _: core.ge(a, b), lambda a, b, _: a >= b),
    "at most": (lambda a, b, _: core.le(a, b), lambda a, b, _: a <= b),
    "at least a constant": (lambda a, _, c: core.ge(a, c.lo), lambda a, _, c: a >= c),
    "at most a constant": (lambda a, _, c: core.le(a, c.lo), lambda a, _, c: a <= c),
    "equal to a constant": (lambda a, _, c: core.eq(a, c.lo), lambda a, _, c: a == c),
    "not": (lambda a, b, _: core.negate(core.ge(a, b)), lambda a, b, _: not a >= b),
    "twice not": (lambda a, b, _: core.negate(core.negate(core.ge(a, b))), lambda a, b, _: a >= b),
    "all of": (
        lambda a, b, c: core.all_of((core.ge(a, b), core.negate(core.ge(b, c)), core.ge(a, 0))),
        lambda a, b, c: a >= b and not b >= c and a >= 0,
    ),
    "any of": (
        lambda a, b, c: core.any_of((core.ge(a, b), core.any_of((core.negate(core.ge(b, c)), core.eq(a, 0))))),
        lambda a, b, c: a >= b or not b >= c or a == 0,
    ),
    "none of none": (lambda *_: core.any_of(()), lambda *_: 0),
    "all of none": (lambda *_: core.all_of(()), lambda *_: 1),
    "choice": (lambda a, b, c: core.choose(core.ge(a, 0), b, c), lambda a, b, c: b if a >= 0 else c),
    "least": (lambda a, b, c: core.smallest((a, b, c)), min),
    "greatest": (lambda a, b, c: core.greatest((a, b, c)), max),
    "step": (
        lambda a, _, c: core.step(a, (c.lo - 1, c.lo, c.lo + 2), (7, 5, 5, 9)),
        lambda a, _, c: 7 if a <= c - 1 else 5 if a <= c + 2 else 9,
    ),
    "step over a truth": (
        lambda a, b, _: core.step(core.ge(a, b), (0,), (3, 4)),
        lambda a, b, _: 4 if a >= b else 3,
    ),
}


@pytest.mark.parametrize("name", OPERATORS)
@standing
@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(0, 3)), min_size=2, max_size=2), st.integers(-4, 4))
def test_an_operator_means_what_its_name_says(name: str, domains: Sequence[tuple[int, int]], number: int) -> None:
    build, wanted = OPERATORS[name]
    (first, more), (second, further) = domains
    node = build(fill("a", first, first, first + more), fill("b", second, second, second + further), const(number))
    evaluate = compile_by_name({"value": node})
    for a in range(first, first + more + 1):
        for b in range(second, second + further + 1):
            value = evaluate(FirmFacts({"a": a, "b": b}))["value"]
            assert value == wanted(a, b, number)
            assert node.lo <= value <= node.hi


@pytest.mark.parametrize("default", [-5, 0, 7])
def test_an_unknown_input_is_its_default_and_is_not_known(default: int) -> None:
    roots = {"value": fill("a", default, 0, 3), "known": core.known("a")}
    evaluate = compile_by_name(roots)
    assert evaluate(FirmFacts({"a": None})) == {"value": default, "known": 0}
    assert evaluate(FirmFacts({"a": 2})) == {"value": 2, "known": 1}
    assert roots["value"].lo == min(0, default)
    assert roots["value"].hi == max(3, default)
