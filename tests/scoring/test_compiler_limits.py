"""What the compiler refuses or folds away, and how large a card may grow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from by_name import compile_by_name
from strategies_cards import BRACKET, CELLS, YES, A, answering, card, ends
from test_bounds_labels import by, firm, indicator, steps, yes
from test_every_indicator import SETTINGS

from features import moments
from features.expression import Condition, Count, Exists, RowFact, annual, flagged
from features.facts import FirmFacts, domain
from features.indicators import catalogue as indicators
from features.indicators.base import Unit
from features.leaves import leaves
from scoring.assembly import Verdict
from scoring.card import Band, Bands, Case, Choose, Fixed, Limits
from scoring.column_backend import Facts, evaluate
from scoring.compile import compile_card
from scoring.core import Node, walk
from scoring.lower import Lowering


@pytest.mark.parametrize("cuts", [400, 3_000])
def test_a_table_of_many_bands_is_evaluated_by_both_back_ends(cuts: int) -> None:
    money = annual("revenue")
    table = steps(money, *range(1, cuts + 1))
    compiled = compile_card(card({"item": table}))
    roots = dict(zip(("low", "high"), ends(compiled.parts["items/item"].bounds), strict=True))
    given = [None, 0, 1, cuts // 2, cuts, 10**12]
    wanted = [(0, cuts), *((min(value, cuts),) * 2 for value in given[1:] if value is not None)]
    one = compile_by_name(roots)
    assert [tuple(one(FirmFacts({money.path: value})).values()) for value in given] == wanted
    frame = pl.DataFrame({money.path: given}, schema={money.path: pl.Int64})
    assert evaluate(roots, Facts(frame, {}, {})).rows() == wanted


def test_a_choice_none_of_whose_brackets_can_be_leaves_its_points_open() -> None:
    nowhere = Choose(indicator(BRACKET), (Case(Limits(Fraction(100)), Fixed(5)),))
    answer = answering(compile_card(card({"item": nowhere})))
    assert answer(firm(BRACKET)).score == (0, 5)


def test_a_bracket_within_a_bracket_of_the_same_fact_is_confined_by_both() -> None:
    inner = by(BRACKET, to_0=Fixed(9), above_0=steps(BRACKET, 2))
    sample = card({"item": by(BRACKET, to_0=Fixed(0), above_0=inner)})
    # The inner first bracket, worth 9, contradicts the outer one: no completion reaches it.
    assert answering(compile_card(sample))(firm(BRACKET)).score == (0, 1)


@pytest.mark.parametrize(
    "condition",
    [flagged(YES) & (RowFact("event", "count") >= 1), (RowFact("event", "count") - A) >= 0],
    ids=["beside a column", "compared with a column"],
)
def test_a_fact_of_the_firm_inside_a_row_is_refused(condition: Condition) -> None:
    with pytest.raises(ValueError, match="inside the rows of event"):
        compile_card(card(gates={"gate": yes(Exists("event", condition))}))


def test_a_sum_over_a_column_that_can_be_negative_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.lower.domain", lambda path, kind=None: (-5, 5) if kind is None else domain(path, kind))
    with pytest.raises(ValueError, match="can be negative"):
        Lowering().quantity(Count("event", RowFact("event", "rank") >= 1, "count"))


def test_no_further_row_can_satisfy_what_no_row_can() -> None:
    impossible = RowFact("event", "count") <= -1
    sample = card(gates={"gate": yes(Exists("event", impossible))})
    unlisted = firm()
    unlisted.scalars["event/listed"] = None
    assert answering(compile_card(sample))(unlisted).verdict is Verdict.FAIL


AS_OF = date(2026, 11, 22)


@pytest.mark.parametrize("name", indicators.names())
def test_every_condition_on_rows_can_be_satisfied(name: str) -> None:
    """An unlisted table may hold such a row; were there none, "high" would be too much."""
    for leaf in leaves(indicators.make(name, **SETTINGS.get(name, {})).expression):
        if isinstance(leaf, (Exists, Count)):
            truth = Lowering(row_table=leaf.table).truth(leaf.where)
            holds = compile_by_name({"low": truth.lo, "high": truth.hi})
            days = {n.args[0]: moments.value(str(n.args[0]), AS_OF) for n in walk((truth.hi,)) if _is_day(n)}
            columns = sorted({f"{leaf.table}.{c.field}" for c in leaves(leaf.where) if isinstance(c, RowFact)})
            assert _satisfied(holds, {**days, **dict.fromkeys(columns)}, columns), name


def _is_day(node: Node) -> bool:
    return node.op == "fill" and str(node.args[0]).startswith(moments.PREFIX)


def _satisfied(holds: Callable[[FirmFacts], dict[str, int]], row: dict[str, int | None], open_: list[str]) -> bool:
    """Whether some values of the open columns satisfy the condition."""
    found = holds(FirmFacts(row))
    if not open_ or not found["high"]:
        return bool(found["low"])
    lo, hi = domain(open_[0])
    days = (day + off for name, day in row.items() if name.startswith(moments.PREFIX) and day for off in (-1, 0))
    values = (value for value in (hi, *days, *range(lo, min(hi, lo + 60))) if lo <= value <= hi)
    return any(_satisfied(holds, {**row, open_[0]: value}, open_[1:]) for value in values)


def test_graded_bands_rise_only_if_both_ends_do() -> None:
    """[1, 3] then [2, 2]: more may earn less, so with the measure in two parts nothing is called exact."""
    bands = Bands(
        indicator(A, Unit.ITEMS),
        (
            Band(Limits(most=Fraction(1), most_strict=True), 1, 3),
            Band(Limits(Fraction(1)), 2, 2),
        ),
        "quality",
    )
    answer = answering(compile_card(card({"graded": bands, "up": steps(A, 1)})))
    assert answer(firm(A)).unsafe


def test_cells_that_move_every_count_the_same_way_leave_it_exact() -> None:
    """One right whose force is unknown: with it both counts rise, without it both fall."""
    valid = RowFact("intellectual_property", "in_force")
    table = "intellectual_property"
    either = (valid.holds(), valid.holds() & (RowFact(table, "count") >= 1))
    low, high = (Count(table, where, "count") for where in either)
    sample = card({"one": steps(low, 1), "other": steps(high, 2)})
    open_ = firm()
    open_.rows[table] = [{**dict.fromkeys(CELLS[table], 0), "in_force": None, "count": 2}]
    found = answering(compile_card(sample))(open_)
    assert (found.score, found.unsafe) == ((0, 2), False)
