"""Events, financing rounds and zone memberships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from features.identifiers import regions
from features.population import assumptions as a
from features.population.draws import Draws, rows
from features.population.rights import cut_off, seen

Weights = Mapping[str, float] | Mapping[None, float] | Mapping[str | None, float]


@dataclass(frozen=True)
class _Happening:
    """How often a kind of event befalls a firm, and what is recorded of it (demonstration assumptions)."""

    chance: float
    technical: bool = False
    """Only firms with R&D, more often the higher their level."""
    severity: Weights = field(default_factory=lambda: {None: 1})
    level: Weights = field(default_factory=lambda: {None: 1})
    role: Weights = field(default_factory=lambda: {None: 1})
    ranked: bool = False
    amount: float = 0
    """Median in yuan; 0 where none is recorded."""
    most: int = 1
    """Most rows a firm."""
    ends: float = 0
    """Share that has ended by the cut-off."""


_SEVERITY: Weights = {"general": 70.0, "larger": 15.0, "major": 10.0, None: 5.0}
_HONOURS = {"national": 15.0, "provincial": 50.0, "municipal": 35.0}
_STANDARDS = {"international": 5.0, "national": 30.0, "industry": 50.0, "provincial": 15.0}

_HAPPENINGS: dict[str, _Happening] = {
    "safety_accident": _Happening(0.012, severity=_SEVERITY),
    "quality_accident": _Happening(0.008, severity=_SEVERITY),
    "environmental_violation": _Happening(0.012, severity={"general": 60, "larger": 25, "major": 15}),
    "abnormal_list": _Happening(0.04, ends=0.65),
    "dishonest_list": _Happening(0.004, ends=0.2),
    "research_dishonesty": _Happening(0.002),
    "tax_arrears": _Happening(0.008, amount=2e5, ends=0.6),
    "court_enforcement": _Happening(0.015, amount=8e5, ends=0.5),
    "loan_default": _Happening(0.006, amount=2e6),
    "st_award": _Happening(0.03, True, level=_HONOURS, ranked=True),
    "rd_project": _Happening(0.10, True, level=_HONOURS, ranked=True, amount=8e5, most=3),
    "rd_institution": _Happening(0.07, True, level={"national": 3, "provincial": 37, "municipal": 60}, ends=0.05),
    "innovation_platform": _Happening(0.03, True, level={"provincial": 40, "municipal": 60}),
    "postdoc_station": _Happening(0.01, True, level={"national": 30, "provincial": 70}),
    "standard_led": _Happening(0.025, True, level=_STANDARDS, role={"lead": 1}),
    "standard_participated": _Happening(0.05, True, level=_STANDARDS, role={"participant": 1}, most=2),
    "achievement_transfer": _Happening(0.5, True, most=12),
    "support_paid": _Happening(0.15, True, amount=3e5, most=3),
    "order_contract": _Happening(0.10, amount=2e6, most=2),
    "talent_title": _Happening(0.02, True, level={"national": 20, "provincial": 80}),
    "niche_since": _Happening(0.30, True),
}


def event(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """One row an event; counts are 1, so an empty list with ``event_listed`` true states that nothing happened."""
    parts = [
        _events(firms, kind, order, spec, seed, last_year) for order, (kind, spec) in enumerate(_HAPPENINGS.items())
    ]
    frame = pl.concat(parts).sort("number", "order", "row")
    return seen(frame, "event", seed).drop("number", "order", "row")


def _events(firms: pl.DataFrame, kind: str, order: int, spec: _Happening, seed: int, last_year: int) -> pl.DataFrame:
    of_firm = Draws(seed, f"events/{kind}", "number")
    draw = Draws(seed, f"event/{kind}", "number", "row")
    chance = pl.lit(spec.chance)
    if spec.technical:
        chance = pl.when(pl.col("rd_intensity") > 0).then(spec.chance * (pl.col("tech") * 0.7).exp()).otherwise(0.0)
    # Firms at a threshold have a clean record, so that the threshold alone decides.
    spared = pl.col("boundary").is_not_null()
    how_many = pl.when(of_firm.chance("any", chance) & ~spared).then(of_firm.whole("count", 1, spec.most)).otherwise(0)
    first = pl.max_horizontal(pl.col("established_on"), pl.lit(date(last_year - 4, 1, 1)))
    if kind == "niche_since":
        first = pl.col("established_on")
    day = draw.day("day", first, cut_off(last_year))
    amount = (draw.normal("amount") * 0.9).exp() * spec.amount
    frame = rows(firms, how_many).with_columns(occurred_on=day)
    nothing = pl.lit(None, dtype=pl.Int64)
    return frame.select(
        "number",
        "row",
        pl.lit(order).alias("order"),
        "uscc",
        "event_listed",
        kind=pl.lit(kind),
        occurred_on=pl.col("occurred_on"),
        severity=draw.pick("severity", spec.severity).cast(pl.String),
        level=draw.pick("level", spec.level).cast(pl.String),
        rank=draw.whole("rank", 1, 8) if spec.ranked else nothing,
        role=draw.pick("role", spec.role).cast(pl.String),
        # Rounded to 100 yuan as such sums are.
        amount=((amount / 100).round() * 100).cast(pl.Int64) if spec.amount else nothing,
        count=pl.lit(1, dtype=pl.Int64),
        ended_on=pl.when(draw.chance("ended", spec.ends)).then(
            draw.day("end", pl.col("occurred_on"), cut_off(last_year))
        ),
        note=pl.format("合成事项{}-{}", pl.lit(kind), pl.col("row") + 1),
        source=pl.lit(a.SOURCE),
    )


def financing_round(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """Equity rounds, mostly of young technical firms; amounts in whole 10,000 currency units."""
    draw = Draws(seed, "financing", "number")
    by_round = Draws(seed, "financing/round", "number", "row")
    seeking = draw.chance(
        "any", 0.10 * (pl.col("tech") * 0.8).exp() * pl.when(pl.col("age") < 10).then(1.3).otherwise(0.4)
    )
    count = pl.when((pl.col("rd_intensity") > 0) & seeking).then(draw.whole("count", 1, 3)).otherwise(0)
    amount = (by_round.normal("amount") * 0.9 + pl.col("row") * 0.8).exp() * 6e6
    share = by_round.between("share", 0.05, 0.25)
    from_day = pl.max_horizontal(pl.col("established_on"), pl.lit(date(last_year - 5, 1, 1)))
    frame = (
        rows(firms, count)
        .with_columns(closed_on=by_round.day("day", from_day, cut_off(last_year)), paid=_ten_thousands(amount))
        .select(
            "number",
            "row",
            "uscc",
            "financing_round_listed",
            closed_on=pl.col("closed_on"),
            amount=pl.col("paid"),
            post_money=pl.when(~by_round.chance("withheld/post", 0.15)).then(_ten_thousands(pl.col("paid") / share)),
            currency=by_round.pick("currency", {"CNY": 95, "USD": 5}),
            arrived=by_round.chance("arrived", 0.93),
            qualified_institution=by_round.chance("qualified", 0.8),
            source=pl.lit(a.SOURCE),
        )
        .sort("number", "row")
    )
    return seen(frame, "financing_round", seed).drop("number", "row")


def _ten_thousands(amount: pl.Expr) -> pl.Expr:
    return ((amount / 10_000).round().clip(1) * 10_000).cast(pl.Int64)


def zone_membership(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """The zone that a firm is in, and for a few the one that they left before; ``to`` is null while they are in."""
    draw = Draws(seed, "zone", "number")
    late = draw.chance("late", 0.3)
    middle = draw.day("moved", pl.col("established_on"), pl.lit(date(last_year, 6, 30)))
    inside = firms.filter(pl.col("in_park").is_not_null()).with_columns(
        moved=pl.when(late).then(middle), earlier=draw.pick("earlier", dict.fromkeys(_zones(), 1.0))
    )
    now = inside.with_columns(
        order=pl.lit(1),
        zone=pl.col("in_park"),
        since=pl.col("moved").fill_null(pl.col("established_on")),
        until=_no_day(),
    )
    before = inside.filter(
        pl.col("moved") > pl.col("established_on"), pl.col("earlier") != pl.col("in_park"), pl.col("number") % 3 == 0
    ).with_columns(
        order=pl.lit(0),
        zone=pl.col("earlier"),
        since=pl.col("established_on"),
        until=pl.col("moved").dt.offset_by("-1d"),
    )
    frame = pl.concat([before, now]).sort("number", "order")
    return seen(frame, "zone_membership", seed).select(
        "uscc",
        park=pl.col("zone"),
        zone_type=pl.lit("htz"),
        zone_level=pl.col("zone").replace_strict(_zones(), return_dtype=pl.String),
        **{"from": pl.col("since"), "to": pl.col("until")},
        source=pl.lit(a.SOURCE),
    )


def _zones() -> dict[str, str]:
    return {zone: regions.zones()[zone].level for shares in a.ZONES.values() for zone in shares}


def _no_day() -> pl.Expr:
    return pl.lit(None, dtype=pl.Date)
