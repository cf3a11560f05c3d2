"""Events, financing rounds and zone memberships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from features.identifiers import regions
from features.population import assumptions as a
from features.population.draws import Draws, rows
from features.population.lists import seen
from features.population.paths import cut_off, rows_of

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
    places: int = 0
    """Greatest rank; 0 where none is recorded."""
    amount: float = 0
    """Median in yuan; 0 where none is recorded."""
    most: int = 1
    """Most rows a firm."""
    ends: float = 0
    """Share that has ended by the cut-off."""
    value: tuple[int, int] = (0, 0)
    """Least and greatest number recorded, in ten-thousandths; none where both are 0."""
    lately: bool = False
    """Only of the last accounting year and after: a statement that is soon no longer about the firm."""


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
    "st_award": _Happening(0.03, True, level=_HONOURS, places=8),
    "rd_project": _Happening(0.10, True, level=_HONOURS, places=8, amount=8e5, most=3),
    "rd_institution": _Happening(0.07, True, level={"national": 3, "provincial": 37, "municipal": 60}, ends=0.05),
    "innovation_platform": _Happening(0.03, True, level={"provincial": 40, "municipal": 60}),
    "postdoc_station": _Happening(0.01, True, level={"national": 30, "provincial": 70}),
    "standard_led": _Happening(0.025, True, level=_STANDARDS, role={"lead": 1}),
    "standard_participated": _Happening(0.05, True, level=_STANDARDS, role={"participant": 1}, most=2),
    "achievement_transfer": _Happening(0.5, True, most=12),
    "support_paid": _Happening(0.15, True, amount=3e5, most=3),
    "order_contract": _Happening(0.10, amount=2e6, most=2),
    "talent_title": _Happening(0.02, True, level={"national": 20, "provincial": 80}),
    "niche_since": _Happening(0.60, True),
    # Set to the cited share of the firms evaluated in 2024; the lift by level has a mean of 1.2.
    "innovation_credit_selection": _Happening(0.107, True),
    "dishonest_debtor": _Happening(0.004, ends=0.3),
    "market_share": _Happening(
        0.25, True, level={"national": 60, "provincial": 40}, places=10, value=(50, 4000), lately=True
    ),
    "credit_score": _Happening(0.12, value=(60 * 10_000, 95 * 10_000), lately=True),
    "maker_contest": _Happening(0.004, True, level={"national": 1}, places=500),
    "sector_violation": _Happening(0.004, severity=_SEVERITY),
    "data_security": _Happening(0.003, severity=_SEVERITY),
    "tax_evasion": _Happening(0.002, amount=3e5),
    "fraud": _Happening(0.001),
}
SELECTED_IN = 2024
"""Year of the selection by innovation credit that the cited share is of."""


def event(firms: pl.DataFrame, seed: int, last_year: int, years: int) -> pl.DataFrame:
    """One row an event; counts are 1, so an empty list with ``event_listed`` true states that nothing happened."""
    of_firm = Draws(seed, "events", "number")
    start = pl.max_horizontal(pl.col("established_on"), pl.lit(date(last_year - years + 1, 1, 1)))
    end = pl.col("left_on").fill_null(cut_off(last_year))
    # Firms at a threshold have a clean record, so that the threshold alone decides.
    spared, selected = pl.col("boundary").is_not_null(), date(SELECTED_IN, 7, 1)
    frame = of_firm.keyed(firms).with_columns(
        lift=pl.when("active").then((pl.col("tech") * 0.7).exp()).otherwise(0.0) * ~spared,
        plain=pl.when(spared).then(0.0).otherwise(1.0),
        since=pl.min_horizontal(start, end),
        until=end,
        evaluated=(pl.col("founded") < SELECTED_IN) & (pl.col("last_accounts") >= SELECTED_IN),
    )
    counts = [
        pl.when(of_firm.uniform(kind) < pl.col("lift" if spec.technical else "plain") * spec.chance)
        .then(of_firm.whole(f"{kind}/count", 1, spec.most) if spec.most > 1 else 1)
        .otherwise(0)
        .cast(pl.Int64)
        .alias(f"count/{place}")
        for place, (kind, spec) in enumerate(_HAPPENINGS.items())
    ]
    frame = frame.with_columns(counts)
    kinds = list(_HAPPENINGS)
    gone = pl.col("until") < date(last_year, 1, 1)
    unless_of = {kind: gone for kind, spec in _HAPPENINGS.items() if spec.lately}
    for kind, unless in (unless_of | {"innovation_credit_selection": ~pl.col("evaluated")}).items():
        column = f"count/{kinds.index(kind)}"
        frame = frame.with_columns(pl.when(unless).then(0).otherwise(pl.col(column)).alias(column))
    keep = ("number", "uscc", "event_listed", "established_on", "since", "until")
    long = seen(rows_of(frame, "count", len(kinds), keep).rename({"step": "place"}), "event", seed)

    draw = Draws(seed, "event", "number", "place", "row")
    is_kind = {kind: pl.col("place") == place for place, kind in enumerate(kinds)}
    first = (
        pl.when(is_kind["niche_since"]).then("established_on")
        .when(is_kind["innovation_credit_selection"]).then(pl.lit(selected))
        .otherwise("since")
    )  # fmt: skip
    lately = pl.max_horizontal("since", pl.lit(date(last_year, 1, 1)))
    first = pl.when(of_kind([spec.lately for spec in _HAPPENINGS.values()])).then(lately).otherwise(first)
    last = pl.when(is_kind["innovation_credit_selection"]).then(pl.lit(date(SELECTED_IN, 12, 31))).otherwise("until")
    long = draw.keyed(long).with_columns(occurred_on=draw.day("day", first, last))
    places, least, most = (
        of_kind(found) for found in zip(*((spec.places, *spec.value) for spec in _HAPPENINGS.values()), strict=True)
    )
    amount = (draw.noise("amount") * 0.9).exp() * of_kind([spec.amount for spec in _HAPPENINGS.values()])
    return long.select(
        "uscc",
        kind=of_kind(kinds),
        occurred_on=pl.col("occurred_on"),
        severity=_picked(draw, "severity"),
        level=_picked(draw, "level"),
        rank=pl.when(places > 0).then(draw.whole("rank", 1, places)),
        role=_picked(draw, "role"),
        # Rounded to 100 yuan as such sums are.
        amount=pl.when(amount > 0).then((amount / 100).round().cast(pl.Int64) * 100),
        count=pl.lit(1, dtype=pl.Int64),
        value=pl.when(most > 0)
        .then(draw.whole("value", least, most).cast(pl.Decimal(12, 0)) / 10_000)
        .cast(pl.Decimal(12, 4)),
        ended_on=pl.when(draw.uniform("ended") < of_kind([spec.ends for spec in _HAPPENINGS.values()])).then(
            draw.day("end", pl.col("occurred_on"), pl.col("until"))
        ),
        note=pl.format("合成事项{}-{}", of_kind(kinds), pl.col("row") + 1),
        source=pl.lit(a.SOURCE),
    )


def of_kind(values: Sequence[Any]) -> pl.Expr:
    """The value of the row's kind."""
    dtype = pl.Float64 if any(isinstance(value, float) for value in values) else None
    return pl.lit(pl.Series(values, dtype=dtype)).gather(pl.col("place"))


def _picked(draw: Draws, column: str) -> pl.Expr:
    """A value by the weights of the row's kind; null where nothing is recorded."""
    share = draw.uniform(column)
    weights = {place: getattr(spec, column) for place, spec in enumerate(_HAPPENINGS.values())}
    values = sorted({value for spread in weights.values() for value in spread if value is not None})
    result = pl.lit(None, dtype=pl.String)
    for value in reversed(values):
        # Below the sum of this value's and all earlier values' shares; later ones are overwritten by earlier ones.
        bounds = []
        for spread in weights.values():
            total = sum(spread.values())
            upto = values[: values.index(value) + 1]
            bounds.append(sum(weight for v, weight in spread.items() if v in upto) / total)
        result = pl.when(share < of_kind(bounds)).then(pl.lit(value)).otherwise(result)
    return result


def financing_round(firms: pl.DataFrame, seed: int, last_year: int, years: int) -> pl.DataFrame:
    """Equity rounds, mostly of young technical firms; amounts in whole 10,000 currency units."""
    draw = Draws(seed, "financing", "number")
    by_round = Draws(seed, "financing/round", "number", "row")
    seeking = draw.chance(
        "any", 0.10 * (pl.col("tech") * 0.8).exp() * pl.when(pl.col("age") < 10).then(1.3).otherwise(0.4)
    )
    count = pl.when(pl.col("active") & seeking).then(draw.whole("count", 1, 3)).otherwise(0)
    amount = (by_round.normal("amount") * 0.9 + pl.col("row") * 0.8).exp() * 6e6
    share = by_round.between("share", 0.05, 0.25)
    end = pl.col("left_on").fill_null(cut_off(last_year))
    from_day = pl.max_horizontal(pl.col("established_on"), pl.lit(date(last_year - years + 1, 1, 1)))
    keep = ("order", "number", "uscc", "financing_round_listed", "established_on", "left_on")
    frame = (
        rows(firms.select(*keep, rounds=count), pl.col("rounds"))
        .with_columns(closed_on=by_round.day("day", pl.min_horizontal(from_day, end), end), paid=_ten_thousands(amount))
        .select(
            "order",
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
        .sort("order", "row")
    )
    return seen(frame, "financing_round", seed).drop("order", "number", "row")


def _ten_thousands(amount: pl.Expr) -> pl.Expr:
    return ((amount / 10_000).round().clip(1) * 10_000).cast(pl.Int64)


def zone_membership(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """The zone that a firm is in, and for a few the one that they left before; ``to`` is null while they are in."""
    draw = Draws(seed, "zone", "number")
    late = draw.chance("late", 0.3)
    end = pl.col("left_on").fill_null(date(last_year, 6, 30))
    middle = draw.day("moved", pl.col("established_on"), end)
    keep = ("order", "number", "uscc", "zone_membership_listed", "established_on", "left_on", "in_park")
    inside = (
        firms.select(keep)
        .filter(pl.col("in_park").is_not_null())
        .with_columns(moved=pl.when(late).then(middle), earlier=draw.pick("earlier", dict.fromkeys(_zones(), 1.0)))
    )
    now = inside.with_columns(
        turn=pl.lit(1),
        zone=pl.col("in_park"),
        since=pl.col("moved").fill_null(pl.col("established_on")),
        until=pl.col("left_on"),
    )
    before = inside.filter(
        pl.col("moved") > pl.col("established_on"), pl.col("earlier") != pl.col("in_park"), pl.col("number") % 3 == 0
    ).with_columns(
        turn=pl.lit(0),
        zone=pl.col("earlier"),
        since=pl.col("established_on"),
        until=pl.col("moved").dt.offset_by("-1d"),
    )
    frame = pl.concat([before, now]).sort("order", "turn")
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
