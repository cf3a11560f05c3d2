"""What a learned card reads of an enterprise: indicators of the catalogue as numbers in their own unit.

The values are made from the same core expressions as those that rules read, so training and use cannot measure
differently. Where any fact that a value needs is unknown, or a ratio's denominator is not positive, it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from features.expression import Compound, Ratio
from features.indicators.base import Indicator
from features.indicators.catalogue import make
from features.pivot import SAID, Wide
from features.wide_columns import WantedColumns
from scoring.column_backend import Facts, Plan
from scoring.core import Node, walk
from scoring.lower import Lowering


@dataclass(frozen=True)
class Input:
    """One feature: an indicator with its settings; ``monotone`` per event is what a risk officer would insist on.

    ``monotone`` names events (`climb`, `distress`) and the way that the probability must go as the value grows.
    """

    indicator: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    monotone: Mapping[str, int] = field(default_factory=dict)

    @property
    def made(self) -> Indicator:
        """The indicator; its ``id`` is the feature's name on the card."""
        return make(self.indicator, **self.settings)


_UP, _RISK, _SAFE = {"climb": 1}, {"distress": 1}, {"distress": -1}
INPUTS: tuple[Input, ...] = (
    Input("days_registered"),
    Input("revenue"),
    Input("revenue", {"year": -2}),
    Input("revenue_growth"),
    Input("revenue_growth", {"year": -2}),
    Input("main_share"),
    Input("hitech_income_share", monotone=_UP),
    Input("net_margin", monotone=_SAFE),
    Input("profit_growth", {"of": "net_profit"}),
    Input("debt_ratio", monotone=_RISK),
    Input("total_assets"),
    Input("growth_net_assets_mean"),
    Input("rd_expense", monotone=_UP),
    Input("rd_to_revenue", monotone=_UP),
    Input("rd_to_revenue", {"year": -2}, _UP),
    Input("rd_staff_share", monotone=_UP),
    Input("tech_staff_ratio_quarterly", monotone=_UP),
    Input("employees_year_end"),
    Input("employees_growth"),
    Input("transfers_per_year", monotone=_UP),
    Input("rights_of", {"kinds": ["invention_patent"]}, _UP),
    Input("rights_of", {"kinds": ["utility_model", "design_patent", "software_copyright"]}, _UP),
    Input("financing_total"),
    Input("holds", {"kinds": ["tech_sme"]}, _UP),
    Input("holds", {"kinds": ["innovative_sme"]}, _UP),
    Input("holds", {"kinds": ["specialised_sme"]}, _UP),
    Input("holds", {"kinds": ["high_tech_enterprise"]}, _UP),
    Input("finding_within", {"kinds": ["loan_default", "tax_arrears", "court_enforcement"], "days": 730}, _RISK),
    Input("finding_within", {"kinds": ["abnormal_list", "dishonest_list", "dishonest_debtor"], "days": 730}, _RISK),
)
"""The features of the cards that are trained on the office's own facts; a choice of this project, not of a policy."""


def names(inputs: tuple[Input, ...] = INPUTS) -> list[str]:
    """Names of the features, in order."""
    return [one.made.id for one in inputs]


def monotone(event: str, inputs: tuple[Input, ...] = INPUTS) -> dict[str, int]:
    """The declared way of each feature for an event: the part of ``event`` before a point counts."""
    kind = event.partition(".")[0]
    return {one.made.id: one.monotone[kind] for one in inputs if kind in one.monotone}


def measured(wide: Wide, as_of: date, inputs: tuple[Input, ...] = INPUTS) -> pl.DataFrame:
    """`values` of some inputs."""
    return values(wide, as_of, tuple(one.made for one in inputs))


def values(wide: Wide, as_of: date, made: tuple[Indicator, ...]) -> pl.DataFrame:
    """``uscc`` and a Float64 column an indicator, null where it is not known, for enterprises whose sources agree."""
    agreed = wide.only(wide.firms[SAID].is_null())
    scalars, fields, plan = _ready(made)
    read = WantedColumns(scalars, fields, as_of).of(agreed)
    ends = plan.evaluate(Facts(read.frame, read.children, read.shared))
    return pl.concat([read.frame.select("uscc"), ends.select(_value(one) for one in made)], how="horizontal")


@lru_cache(maxsize=8)
def _ready(made: tuple[Indicator, ...]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]], Plan]:
    """What the indicators read, and their plan."""
    roots = {f"{one.id}|{end}": node for one in made for end, node in zip(_ENDS, _shown(one), strict=True)}
    return *_reads(roots), Plan(roots, keep=True)


_ENDS = ("least", "most", "by_least", "by_most")


def _shown(indicator: Indicator) -> tuple[Node, Node, Node, Node]:
    return Lowering().measure(indicator.expression).shown


def _value(indicator: Indicator) -> pl.Expr:
    least, most, by_least, by_most = (pl.col(f"{indicator.id}|{end}").cast(pl.Float64) for end in _ENDS)
    expression, value = indicator.expression, least / by_least
    if isinstance(expression, Compound):
        value = value.pow(1 / expression.intervals)
    if isinstance(expression, Ratio):
        # Whole numbers are subtracted first: the quotient is then rounded once, and a decimal edge met exactly is met.
        value = (least - expression.minus * by_least) / by_least
    known = (least == most) & (by_least == by_most) & (by_least > 0)
    return pl.when(known).then(value / indicator.unit.scale).alias(indicator.id)


def _reads(roots: Mapping[str, Node]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Scalar inputs, and the columns of the list tables, that the expressions read."""
    inputs = sorted({str(node.args[0]) for node in walk(roots.values()) if node.op in ("fill", "known")})
    scalars: list[str] = []
    fields: dict[str, list[str]] = {}
    for name in inputs:
        table, point, column = name.partition(".")
        if point and "/" not in table:
            fields.setdefault(table, []).append(column)
        else:
            scalars.append(name)
    return tuple(scalars), {table: tuple(columns) for table, columns in fields.items()}
