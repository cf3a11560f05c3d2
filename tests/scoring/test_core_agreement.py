"""One expression, three evaluations: one enterprise, columns and the oracle give the same integers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies_core import (
    DAY,
    DAYS,
    INT64,
    MONEY,
    ROWS,
    SCALARS,
    SIGNED,
    Sample,
    by_oracle,
    by_polars,
    by_python,
    expressions,
    outside_of_rows,
    samples,
)

from features.facts import FirmFacts
from scoring import core
from scoring.column_backend import Facts, evaluate
from scoring.core import ROWS_MAX, WIDEST, Node, const, fill
from scoring.errors import CardError

standing = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

REVENUE, PROFIT = fill("annual_report/-1/revenue", 0, *MONEY), fill("annual_report/-1/net_profit", 0, *SIGNED)
AMOUNT = fill("event.amount", 0, *MONEY)


def firm(*, revenue: int | None = None, profit: int | None = None, events: list[int | None] | None = None) -> FirmFacts:
    """An enterprise of which only these facts are known."""
    scalars: dict[str, int | None] = {**dict.fromkeys(SCALARS), DAY: 20_000}
    scalars |= {"annual_report/-1/revenue": revenue, "annual_report/-1/net_profit": profit}
    rows = [{**dict.fromkeys(ROWS["event"]), "amount": amount} for amount in events or []]
    return FirmFacts(scalars, {"event": rows, "intellectual_property": []})


@standing
@given(samples())
def test_generated_python_polars_and_the_oracle_agree_within_the_bounds(sample: Sample) -> None:
    exact = by_oracle(sample.roots, sample.firms)
    assert by_python(sample.roots, sample.firms) == exact
    assert by_polars(sample.roots, sample.firms) == exact
    # Not only the roots: what lies below them picked the machine integers.
    below = {str(place): node for place, node in enumerate(outside_of_rows(sample.roots.values()))}
    for row in by_python(below, sample.firms):
        for node, value in zip(below.values(), row, strict=True):
            assert node.lo <= value <= node.hi


@standing
@given(samples())
def test_each_expression_alone_gives_what_it_gives_among_others(sample: Sample) -> None:
    together = by_python(sample.roots, sample.firms)
    for place, (name, node) in enumerate(sample.roots.items()):
        column = [(row[place],) for row in together]
        assert by_python({name: node}, sample.firms) == column
        assert by_polars({name: node}, sample.firms) == column


@standing
@given(samples(), st.data())
def test_order_and_partition_of_the_enterprises_do_not_matter(sample: Sample, data: st.DataObject) -> None:
    whole = by_polars(sample.roots, sample.firms)
    order = data.draw(st.permutations(range(len(whole))))
    shuffled = by_polars(sample.roots, [sample.firms[i] for i in order])
    assert shuffled == [whole[i] for i in order]
    cut = data.draw(st.integers(0, len(whole)))
    parts = [part for part in (sample.firms[:cut], sample.firms[cut:]) if part]
    assert [row for part in parts for row in by_polars(sample.roots, part)] == whole
    assert [row for one in sample.firms for row in by_polars(sample.roots, [one])] == whole


@standing
@given(samples(), st.data())
def test_order_of_the_rows_of_a_list_does_not_matter(sample: Sample, data: st.DataObject) -> None:
    turned = [
        FirmFacts(one.scalars, {table: data.draw(st.permutations(rows)) for table, rows in one.rows.items()})
        for one in sample.firms
    ]
    whole = by_polars(sample.roots, sample.firms)
    assert by_polars(sample.roots, turned) == whole
    assert by_python(sample.roots, turned) == whole


@settings(standing, max_examples=40)
@given(samples())
def test_enterprises_without_rows_agree_too(sample: Sample) -> None:
    bare = [FirmFacts(one.scalars, {table: [] for table in ROWS}) for one in sample.firms]
    exact = by_oracle(sample.roots, bare)
    assert by_python(sample.roots, bare) == exact
    assert by_polars(sample.roots, bare) == exact
    # Beside enterprises that have rows, they keep their own answers.
    mixed = by_polars(sample.roots, [*sample.firms, *bare])
    assert mixed[len(sample.firms) :] == exact


def test_what_rows_of_two_tables_share_is_there_for_tables_without_rows() -> None:
    day = core.mul(fill(DAY, 0, *DAYS), 2)
    late = core.ge(day, 30_000)
    events = core.rows("event", core.add((core.ge(AMOUNT, day), core.mul(day, late), late)))
    rights = core.rows("intellectual_property", core.choose(late, core.add((day, const(1))), day))
    roots = {"events": events, "rights": rights, "late": late, "day": day}
    bare, full = firm(), firm(events=[3, None, 10**6])
    full.rows["intellectual_property"] = [dict.fromkeys(ROWS["intellectual_property"])] * 2
    only_rights = FirmFacts(bare.scalars, {**bare.rows, "intellectual_property": full.rows["intellectual_property"]})
    facts = [bare, full, only_rights]
    for order in (roots, dict(reversed(roots.items()))):
        exact = by_oracle(order, facts)
        assert by_python(order, facts) == exact
        assert by_polars(order, facts) == exact


@settings(standing, max_examples=40)
@given(expressions())
def test_no_enterprises_give_no_rows(roots: dict[str, Node]) -> None:
    assert by_polars(roots, []) == []


@settings(standing, max_examples=40)
@given(samples())
def test_equal_trees_are_one_node(sample: Sample) -> None:
    for node in sample.roots.values():
        # The text leaves out the domain of an input and of what is summed over rows.
        counted = Counter(str(core.table([inner])) for inner in core.walk([node]) if inner.op not in ("fill", "rows"))
        assert all(times == 1 for times in counted.values())


# --- where machine integers end -------------------------------------------------------------------------------------


@standing
@given(st.integers(1, 10**14), st.integers(-3, 3), st.sampled_from([REVENUE, PROFIT]))
def test_a_product_passes_up_to_127_bits_and_is_an_error_beyond(top: int, off: int, node: Node) -> None:
    node = fill(str(node.args[0]), 0, -top if node is PROFIT else 0, top)
    factor = WIDEST // top + off
    if factor * top > WIDEST:
        with pytest.raises(CardError, match="integer_too_wide"):
            core.mul(node, factor)
        return
    product = core.mul(node, factor)
    roots = {"product": product, "is at its end": core.ge(product, factor * top), "third": core.div(product, const(3))}
    ends = [firm(revenue=top, profit=top), firm(revenue=top - 1, profit=-top), firm(revenue=0, profit=1 - top)]
    exact = by_oracle(roots, ends)
    assert exact[0] == (factor * top, 1, factor * top // 3)
    assert by_polars(roots, ends) == exact
    assert by_python(roots, ends) == exact


def test_a_product_of_two_amounts_passes_and_of_three_is_an_error() -> None:
    square = core.mul(REVENUE, REVENUE)
    assert by_polars({"square": square}, [firm(revenue=10**14)]) == [(10**28,)]
    with pytest.raises(CardError):
        core.mul(square, REVENUE)


@pytest.mark.parametrize(
    "beyond",
    [
        lambda: core.add((core.mul(REVENUE, WIDEST // 10**14), REVENUE)),
        lambda: core.rows("event", core.mul(AMOUNT, WIDEST // 10**14 // ROWS_MAX + 1)),
        lambda: const(WIDEST + 1),
        lambda: fill("x", 0, -WIDEST - 1, 0),
        lambda: fill("x", WIDEST + 1, 0, 1),
    ],
    ids=["sum", "sum over rows", "constant", "domain", "default"],
)
def test_every_way_beyond_127_bits_is_an_error(beyond: Callable[[], Node]) -> None:
    with pytest.raises(CardError, match="integer_too_wide"):
        beyond()


def test_a_sum_whose_running_total_leaves_127_bits_but_whose_value_does_not_is_exact() -> None:
    half = core.mul(REVENUE, (WIDEST // 2 + 1) // 10**14)
    total = core.add((half, half, half, const(-(2**126))))
    facts = [firm(revenue=x) for x in (10**14, 10**14 - 1, 1, 0, None)]
    assert total.hi <= WIDEST
    assert by_polars({"total": total}, facts) == by_oracle({"total": total}, facts)


@pytest.mark.parametrize("edge", [INT64 - 1, INT64, INT64 + 1, INT64 + 2])
def test_products_on_either_side_of_64_bits_are_exact(edge: int) -> None:
    node = core.mul(fill("annual_report/-1/revenue", 0, 0, 1), edge)
    signed = core.mul(fill("annual_report/-1/net_profit", 0, -1, 1), edge)
    roots = {"up": node, "down": signed, "both": core.add((node, signed)), "at the edge": core.ge(node, edge)}
    facts = [firm(revenue=r, profit=p) for r in (0, 1) for p in (-1, 0, 1)]
    assert by_polars(roots, facts) == by_oracle(roots, facts)


@pytest.mark.parametrize("amounts", [[10**14] * 93_000, [10**14] * ROWS_MAX], ids=["above 64 bits", "most rows"])
def test_a_sum_over_rows_beyond_64_bits_is_exact(amounts: list[int | None]) -> None:
    total = core.rows("event", AMOUNT)
    reached = 10**14 * len(amounts)
    roots = {
        "total": total,
        "reached": core.ge(total, reached),
        "passed": core.ge(total, reached + 1),
        "square": core.ge(core.mul(total, total), reached**2),
    }
    assert by_polars(roots, [firm(events=amounts)]) == [(reached, 1, 0, 1)]
    assert by_python(roots, [firm(events=amounts)]) == [(reached, 1, 0, 1)]


def test_sums_over_rows_of_products_that_need_128_bits_are_exact() -> None:
    body = core.mul(AMOUNT, AMOUNT)
    roots = {"total": core.rows("event", body)}
    facts = [firm(events=[10**14, 10**14 - 1, None]), firm(), firm(events=[7])]
    assert by_polars(roots, facts) == by_oracle(roots, facts) == by_python(roots, facts)


# --- division -------------------------------------------------------------------------------------------------------


@settings(standing, max_examples=100)
@given(st.integers(*SIGNED), st.integers(1, 10**14), st.sampled_from([1, 10**6, 10**14, 10**23]))
def test_division_rounds_down_on_both_sides_of_zero(over: int, under: int, factor: int) -> None:
    by_column = core.div(core.mul(PROFIT, factor), core.greatest((REVENUE, const(1))))
    by_constant = core.div(core.mul(PROFIT, factor), const(under))
    facts = [firm(revenue=under, profit=over), firm(revenue=under, profit=-over)]
    wanted = [(sign * over * factor // under,) * 2 for sign in (1, -1)]
    assert by_polars({"column": by_column, "constant": by_constant}, facts) == wanted
    assert by_python({"column": by_column, "constant": by_constant}, facts) == wanted


def test_a_divisor_that_can_be_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="bounded below by 1"):
        core.div(PROFIT, REVENUE)


@pytest.mark.parametrize("count", [3, 40, 400])
def test_a_long_chain_of_choices_stays_quick(count: int) -> None:
    terms = [core.mul(REVENUE, factor) for factor in range(2, count + 2)]
    roots = {"least": core.smallest([*terms, PROFIT]), "most": core.greatest([*terms, PROFIT])}
    assert by_python(roots, [firm(revenue=5, profit=11)]) == [(min(10, 11), max(5 * (count + 1), 11))]


def test_a_column_of_one_value_keeps_its_length_beside_a_constant() -> None:
    """Polars keeps a literal column as one value, and compared with a literal forgets how long it is."""
    frame = pl.DataFrame({"firm": [1, 2, 3]}).with_columns(pl.lit(None, dtype=pl.Int64).alias("enterprise/a"))
    shared = core.ge(core.const(0), core.fill("enterprise/a", 0, -5, 5))
    roots = {"one": core.all_of((shared, core.known("enterprise/b"))), "two": core.negate(shared)}
    found = evaluate(roots, Facts(frame.with_columns(pl.Series("enterprise/b", [1, None, 2])), {}, {}))
    assert found.rows() == [(True, False), (False, False), (True, False)]
