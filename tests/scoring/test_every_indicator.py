"""One contract for every indicator: named in both languages, sourced, sound without any fact, the same one by one and in columns."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl
import pytest
from by_name import compile_by_name
from core_oracle import evaluate as by_oracle

from features import moments
from features.expression import Condition, Fact, FirstKnown, MeanGrowth
from features.facts import FirmFacts
from features.indicators import catalogue as indicators
from features.indicators.base import Indicator
from features.kinds import Choice
from features.leaves import leaves
from features.tables import TABLES
from scoring.catalogue import Catalogue
from scoring.column_backend import ROW, Facts, evaluate
from scoring.core import Node, walk
from scoring.lower import Lowering

AS_OF = date(2026, 11, 22)
SETTINGS: dict[str, dict[str, Any]] = {
    "accounting_years_closed": {"years": 3},
    "age_at_least": {"years": 3},
    "age_at_most": {"years": 10, "counted_to": "year_end"},
    "credit_score": {"points": 75},
    "debt_ratio_over": {"years": 3},
    "employees_growth_compound": {"intervals": 3},
    "employees_mean": {"years": 3},
    "founded_since": {"year": -10},
    "in_zone": {"zone_type": "htz", "zone_level": "national"},
    "last_round_at_most": {"amount": 100_000_000, "currency": "USD"},
    "last_round_below": {"amount": 1_000_000_000, "currency": "USD"},
    "last_round_exceeds": {"amount": 1_000_000_000, "currency": "USD"},
    "last_round_reaches": {"amount": 300_000_000, "currency": "CNY"},
    "last_round_sold": {"percent": 5},
    "last_round_sold_less": {"percent": 5},
    "profit_growth": {"of": "net_profit"},
    "profit_growth_compound": {"of": "operating_profit", "intervals": 2},
    "rd_province_share": {"years": 2},
    "rd_to_revenue_over": {"years": 3},
    "registered_in": {"region": 450000},
    "rights_granted_in": {"kinds": ["invention_patent"], "year": -1},
    "rights_of": {"kinds": ["utility_model", "software_copyright"], "years": 3},
    "round_raised": {"amount": 10_000_000, "years": 3},
    "sales_growth_compound": {"intervals": 2},
    "st_activity_to_revenue_over": {"years": 4},
    "tax_growth_compound": {"intervals": 2},
    "accident": {"kinds": ["safety_accident"], "severities": ["major"], "since_year": -1},
    "accident_in": {"kinds": ["safety_accident"], "severities": ["larger", "major"], "years": 3},
    "accident_within": {"kinds": ["safety_accident"], "severities": ["larger", "major"], "days": 365},
    "applied_rights": {"transferred": "never", "holder_rank_max": 3},
    "attested": {"criterion": "specialised.market_position"},
    "award": {"levels": ["national"], "years": 5, "rank_max": 3},
    "equity_abroad": {"years": 2},
    "equity_financing": {"years": 2},
    "finding": {"kinds": ["fraud"], "since_year": -1},
    "finding_in": {"kinds": ["tax_evasion"], "years": 3},
    "finding_within": {"kinds": ["environmental_violation"], "days": 365},
    "holds": {"kinds": ["gazelle"]},
    "in_niche": {"years": 2},
    "in_niche_by_year_end": {"years": 3},
    "institution": {"levels": ["provincial"]},
    "project": {"levels": ["national"], "years": 3},
    "lapsed": {"kinds": ["tech_sme"]},
    "lapsed_last_year": {"kinds": ["tech_sme"]},
    "listed": {"kinds": ["abnormal_list"], "since_year": -1},
    "listed_in": {"kinds": ["dishonest_list"], "years": 3},
    "listed_now": {"kinds": ["abnormal_list"]},
    "main_products": {"percent": 50},
    "maker_contest": {"years": 3, "places": 500},
    "market_rank": {"first": 3},
    "market_share": {"percent": 10},
    "product_rights": {"of": "class_2"},
    "rd_domestic_share": {"years": 3},
    "rd_expense_mean": {"years": 2},
    "rd_expense_total": {"years": 2},
    "rd_to_sales_over": {"years": 3},
    "revenue_growth_compound": {"intervals": 2},
    "rights_acquired": {"by": ["own_rd"]},
    "standard_led": {"levels": ["national"], "years": 5},
    "standards_taken_part": {"levels": ["national"]},
    "usable_rights": {"of": "any"},
    "valid_rights": {"of": "class_2"},
    "withdrawn_this_year": {"kinds": ["tech_sme"]},
}


def _made(name: str) -> Indicator:
    return indicators.make(name, **SETTINGS.get(name, {}))


def _roots(indicator: Indicator) -> dict[str, Node]:
    expression = indicator.expression
    if isinstance(expression, Condition):
        truth = Lowering().truth(expression)
        return {"low": truth.lo, "high": truth.hi}
    if isinstance(expression, Fact) and isinstance(expression.kind, Choice):
        bounds = Lowering().quantity(expression)
        return {"low": bounds.lo, "high": bounds.hi}
    names = ("numerator|low", "numerator|high", "denominator|low", "denominator|high")
    return dict(zip(names, Lowering().measure(expression).shown, strict=True))


def _inputs(roots: dict[str, Node]) -> list[tuple[str, int, int]]:
    found = {str(n.args[0]): (n.lo, n.hi) for n in walk(roots.values()) if n.op == "fill"}
    return [(name, *limits) for name, limits in sorted(found.items())]


def _firm(rng: random.Random, inputs: list[tuple[str, int, int]], known: float) -> FirmFacts:
    facts = FirmFacts({}, {})
    fields: dict[str, list[tuple[str, int, int]]] = {}
    for name, lo, hi in inputs:
        table, dot, field = name.partition(".")
        if dot and table in TABLES:
            fields.setdefault(table, []).append((field, lo, hi))
        else:
            at = moments.value(name, AS_OF) if name.startswith(moments.PREFIX) else None
            facts.scalars[name] = _value(rng, lo, hi, known) if at is None else at
    for table, columns in fields.items():
        facts.scalars[f"{table}/listed"] = rng.choice((None, 1))
        rows = [{f: _value(rng, lo, hi, known) for f, lo, hi in columns} for _ in range(rng.randint(0, 3))]
        facts.rows[table] = rows
    return facts


def _value(rng: random.Random, lo: int, hi: int, known: float) -> int | None:
    return rng.choice((max(lo, 0), hi, rng.randint(lo, hi))) if rng.random() < known else None


@pytest.mark.parametrize("name", indicators.names())
def test_it_is_named_in_both_languages_and_sourced(name: str) -> None:
    indicator = _made(name)
    assert any("一" <= character <= "鿿" for character in indicator.zh)
    assert indicator.en.isascii()
    assert indicator.source
    assert indicator.period in (None, -1)


@pytest.mark.parametrize("name", indicators.names())
def test_it_is_the_same_one_by_one_in_columns_and_by_the_oracle(name: str) -> None:
    roots = _roots(_made(name))
    inputs = _inputs(roots)
    rng = random.Random(name)
    firms = [_firm(rng, inputs, known) for known in (0.0, 0.5, 0.9, 1.0) for _ in range(10)]
    one = compile_by_name(roots)
    single = [{root: int(value) for root, value in one(firm).items()} for firm in firms]
    columns = sorted({column for firm in firms for column in firm.scalars})
    frame = pl.DataFrame(
        {c: [f.scalars.get(c) for f in firms] for c in columns}, schema=dict.fromkeys(columns, pl.Int64)
    )
    frame = frame.with_columns(pl.int_range(pl.len()).alias("#"))
    children = {}
    for table in {table for firm in firms for table in firm.rows}:
        rows = [{ROW: i, **row} for i, firm in enumerate(firms) for row in firm.rows[table]]
        fields = sorted({key for row in rows for key in row} - {ROW})
        children[table] = pl.DataFrame(rows, schema={ROW: pl.UInt32, **dict.fromkeys(fields, pl.Int64)})
    days = {c: moments.value(c, AS_OF) for c in columns if c.startswith(moments.PREFIX)}
    assert evaluate(roots, Facts(frame, children, days)).rows(named=True) == single
    for firm, values in zip(firms, single, strict=True):
        for root, node in roots.items():
            assert by_oracle(node, firm.scalars, firm.rows) == values[root]
            assert node.lo <= values[root] <= node.hi


BOUNDED = [name for name in indicators.names() if not isinstance(_made(name).expression, MeanGrowth)]
"""Of a growth only the value is shown; its bounds are those of each threshold."""


@pytest.mark.parametrize("name", BOUNDED)
def test_knowing_more_never_widens_it(name: str) -> None:
    indicator = _made(name)
    roots = _roots(indicator)
    inputs = _inputs(roots)
    # The legal measure and the plain one are hidden together: without the first the second would stand for it.
    preferred = {
        o.path for leaf in leaves(indicator.expression) if isinstance(leaf, FirstKnown) for o in leaf.facts[:-1]
    }
    rng = random.Random(name)
    one = compile_by_name(roots)
    for _ in range(40):
        firm = _firm(rng, inputs, 1.0)
        for table in firm.rows:
            firm.scalars[f"{table}/listed"] = 1
        firm.scalars.update(dict.fromkeys(preferred))
        whole = one(firm)
        hidden = FirmFacts(
            {k: None if rng.random() < 0.4 and not k.startswith("as_of/") else v for k, v in firm.scalars.items()},
            {
                t: [{k: None if rng.random() < 0.4 else v for k, v in r.items()} for r in rows]
                for t, rows in firm.rows.items()
            },
        )
        partly = one(hidden)
        for root, value in whole.items():
            assert partly[root] <= value if root.endswith("low") else partly[root] >= value


@pytest.mark.parametrize("name", ["growth_net_assets_mean", "growth_sales_mean", "transfers_per_year"])
def test_a_measure_of_the_guide_to_recognition_is_cited_as_the_card_cites_it(name: str) -> None:
    clauses = {source.clause for source in Catalogue().edition("high_tech_enterprise").latest.sources}
    assert _made(name).source in clauses
