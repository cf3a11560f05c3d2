"""Any core expression gives in SQL the integers that it gives in Python: unknowns, wide products, floors, sums over rows."""

from __future__ import annotations

import pytest
from databases import Database, tables
from hypothesis import HealthCheck, given, settings
from strategies_core import DAY, ROWS, SCALARS, Sample, by_python, samples

from api.authority.sql.statement import statement
from features.facts import FirmFacts
from scoring import core
from scoring.core import const, fill

standing = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PROFIT = fill("annual_report/-1/net_profit", 0, -(10**14), 10**14)
REVENUE = fill("annual_report/-1/revenue", 0, 0, 10**14)


def by_sql(sample: Sample, database: Database) -> list[tuple[int, ...]]:
    firms = {f"{place:04}": firm for place, firm in enumerate(sample.firms)}
    days = {DAY: sample.firms[0].scalars[DAY] or 0}
    found = database.run(
        statement(sample.roots, days, database.dialect),
        tables(firms, list(SCALARS), {table: list(fields) for table, fields in ROWS.items()}),
    )
    assert [row["uscc"] for row in found] == list(firms)
    return [tuple(int(row[name]) for name in sample.roots) for row in found]


@standing
@given(sample=samples())
def test_random_expressions_agree_with_the_engine(database: Database, sample: Sample) -> None:
    assert by_sql(sample, database) == by_python(sample.roots, sample.firms)


def _firm(**scalars: int | None) -> FirmFacts:
    named = {f"annual_report/-1/{name}": value for name, value in scalars.items()}
    return FirmFacts({**dict.fromkeys(SCALARS), DAY: 0, **named}, {table: [] for table in ROWS})


@pytest.mark.parametrize("profit", [-7, -6, -5, -1, 0, 1, 5, 6, 7, -(10**14), 10**14, None])
def test_a_quotient_is_rounded_down_on_both_sides_of_zero(database: Database, profit: int | None) -> None:
    roots = {
        "by 3": core.div(PROFIT, const(3)),
        "wide": core.div(core.mul(PROFIT, 10**23), const(7 * 10**9)),
        "by a column": core.div(PROFIT, core.greatest((REVENUE, const(1)))),
    }
    sample = Sample(roots, [_firm(net_profit=profit, revenue=6)])
    given_ = 0 if profit is None else profit
    assert by_sql(sample, database) == [(given_ // 3, given_ * 10**23 // (7 * 10**9), given_ // 6)]


def test_sums_of_constants_do_not_leave_the_integers_of_the_database(database: Database) -> None:
    points = [core.choose(core.ge(REVENUE, step), const(2_000_000_000), const(0)) for step in (1, 2, 3)]
    sample = Sample({"sum": core.add(points), "product": core.mul(points[0], 10**10)}, [_firm(revenue=3)])
    assert by_sql(sample, database) == [(6_000_000_000, 2 * 10**19)]


def test_a_firm_without_rows_counts_none_and_an_unknown_cell_is_not_zero(database: Database) -> None:
    amount = fill("event.amount", 5, 0, 10**14)
    roots = {"rows": core.rows("event", const(1)), "sum": core.rows("event", amount)}
    bare, full = _firm(), _firm()
    full.rows["event"] = [{**dict.fromkeys(ROWS["event"]), "amount": value} for value in (0, None, 10**14)]
    assert by_sql(Sample(roots, [bare, full]), database) == [(0, 0), (3, 10**14 + 5)]


@pytest.mark.parametrize("profit", [4, 5, 6, None])
def test_limits_hold_at_the_limit_itself_whichever_side_it_stands_on(database: Database, profit: int | None) -> None:
    roots = {
        "≤ 5": core.le(PROFIT, 5),
        "≥ 6": core.ge(PROFIT, 6),
        "> 4": core.negate(core.le(PROFIT, 4)),
        "< 5": core.negate(core.ge(PROFIT, 5)),
        "unknown": core.negate(core.known(str(PROFIT.args[0]))),
    }
    at = 0 if profit is None else profit
    found = by_sql(Sample(roots, [_firm(net_profit=profit)]), database)
    assert found == [tuple(map(int, (at <= 5, at >= 6, at > 4, at < 5, profit is None)))]
