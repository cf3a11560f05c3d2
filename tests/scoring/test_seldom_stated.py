"""Rows whose cell that few state is not known, which most are, count in columns as the oracle counts them, whatever else is known."""

from __future__ import annotations

from datetime import date
from itertools import product

import polars as pl
import pytest
from core_oracle import evaluate as by_oracle

from features import moments
from features.facts import SELDOM, domain
from features.indicators import catalogue as indicators
from features.kinds import day_number
from scoring.column_backend import ROW, Facts, evaluate
from scoring.core import read, walk
from scoring.lower import Lowering

AS_OF = date(2026, 11, 22)
BOUNDS = ("numerator|low", "numerator|high", "denominator|low", "denominator|high")
TABLE = "intellectual_property"
LATE, EARLY = (day_number(date(year, 6, 1)) for year in (2026, 2020))


@pytest.mark.parametrize("of", ["class_1", "class_2"])
def test_rights_without_a_day_of_acquisition(of: str) -> None:
    indicator = indicators.make("product_rights", of=of)
    roots = dict(zip(BOUNDS, Lowering().measure(indicator.expression).shown, strict=True))
    fields = [name.partition(".")[2] for name in read(roots.values()) if name.startswith(f"{TABLE}.")]
    assert {f"{TABLE}.{field}" for field in fields} & SELDOM
    least, most = domain(f"{TABLE}.kind")
    some = {"kind": [None, *range(least, most + 1)], "acquired_by": [None, 0, 1, 2], "count": [2]}
    days, truths = [None, EARLY, LATE], [None, 0, 1]
    cells = [some.get(field, days if field.endswith("_on") else truths) for field in fields]
    rows = [dict(zip(fields, row, strict=True)) for row in product(*cells)]
    frame = pl.DataFrame({f"{TABLE}/listed": [1] * len(rows)}, {f"{TABLE}/listed": pl.Int64})
    children = {TABLE: pl.DataFrame(rows, dict.fromkeys(fields, pl.Int64)).with_row_index(ROW)}
    read_days = {str(node.args[0]) for node in walk(roots.values()) if node.op == "fill"}
    shared = {name: moments.value(name, AS_OF) for name in read_days if name.startswith(moments.PREFIX)}
    found = evaluate(roots, Facts(frame, children, shared)).rows(named=True)
    for row, values in zip(rows, found, strict=True):
        facts = {f"{TABLE}/listed": 1, **shared}
        assert values == {name: by_oracle(root, facts, {TABLE: [row]}) for name, root in roots.items()}, row
