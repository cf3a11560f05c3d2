"""The firms themselves: identity, place, industry, and the latent traits that their other tables follow."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.identifiers import regions
from features.population import assumptions as a
from features.population.codes import synthetic_codes
from features.population.draws import Draws

PUBLIC = (
    "uscc", "name", "established_on", "region_code", "park", "zone_type", "zone_level", "industry_code",
    "technology_field", "strategic_emerging", "listed_on", "audit_based_tax",
)  # fmt: skip

LISTS = tuple(a.UNKNOWN_LIST)


def firms(first: int, count: int, seed: int, last_year: int) -> pl.DataFrame:
    """Firms number ``first`` to ``first + count − 1``: public columns, ``<table>_listed`` and latent traits.

    Traits: ``tech`` (level, standard normal), ``growth`` (yearly, log), ``rd_intensity``, ``tech_share``, ``margin``,
    ``poor`` (reports poorly), last year's ``revenue``, ``employees`` and ``total_assets``, the firm's profile, and
    ``boundary`` (the key of `assumptions.BOUNDARIES`, or null).
    """
    draw = Draws(seed, "firm", "number")
    number = pl.int_range(first, first + count, dtype=pl.Int64, eager=True).alias("number")
    frame = number.to_frame().with_columns(
        industry=draw.pick("industry", {i: row.weight for i, row in enumerate(a.INDUSTRIES)}),
        region_code=draw.pick("region", a.REGIONS),
        boundary=pl.when(pl.col("number") <= a.BOUNDARY_FIRMS, (pl.col("number") % 100).is_in(list(a.BOUNDARIES))).then(
            pl.col("number") % 100
        ),
    )
    frame = frame.join(_industries(), on="industry", how="left", maintain_order="left")
    frame = _traits(frame, draw)
    frame = _scale(frame, draw)
    frame = _place(frame, draw, last_year)
    return _lists(frame, draw)


def enterprise(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The table ``enterprise``; a few facts are unknown, never those of a firm at a threshold."""
    draw = Draws(seed, "enterprise", "number")
    rate = pl.when(pl.col("poor")).then(a.WITHHELD_POOR).otherwise(a.WITHHELD)
    hidden = {
        fact: pl.col("boundary").is_null() & draw.chance(f"withheld/{fact}", rate)
        for fact in ("established_on", "park", "technology_field", "strategic_emerging", "listed_on", "audit_based_tax")
    }
    hidden |= {"zone_type": hidden["park"], "zone_level": hidden["park"]}
    return frame.with_columns(pl.when(~gone).then(pl.col(fact)).alias(fact) for fact, gone in hidden.items()).select(
        *PUBLIC, *(f"{table}_listed" for table in LISTS), pl.lit(a.SOURCE).alias("source")
    )


def _industries() -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "industry": number, "industry_code": row.code, "word": row.word, "technology_field": row.field,
                "profile": row.profile, **vars(a.PROFILES[row.profile]),
            }
            for number, row in enumerate(a.INDUSTRIES)
        ],
        infer_schema_length=None,
    )  # fmt: skip


def _traits(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    tech, logit = pl.col("tech"), (pl.col("tech_share") / (1 - pl.col("tech_share"))).log()
    youth = pl.when(pl.col("age") < 5).then(0.10).otherwise(0.0)
    return (
        frame.with_columns(
            tech=draw.normal("tech"),
            # 0.2 to 40 years, half of the firms younger than 8.
            age=((draw.normal("age") * 0.8).exp() * 8.0).clip(0.2, 40.0),
        )
        .with_columns(
            growth=draw.normal("growth") * 0.13 + 0.06 + tech * 0.03 + youth,
            share_logit=logit + tech * 0.5 + draw.normal("share") * 0.5,
            margin=pl.col("margin") + draw.normal("margin") * 0.06,
            poor=draw.chance("poor", a.POOR_REPORTERS),
        )
        .with_columns(tech_share=1 / (1 + (-pl.col("share_logit")).exp()))
    )


def _scale(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    """Lognormal revenue with a Pareto tail; R&D intensity falls, and revenue a head rises, with size."""
    body = (draw.normal("size") * 1.3 + (pl.col("age") / 8).log() * 0.35).exp()
    tail = pl.when(draw.chance("tail", 0.06)).then(draw.uniform("tail/size").pow(-1 / 1.3)).otherwise(1.0)
    relative = pl.col("revenue") / pl.col("median_revenue")
    intensity = (
        pl.col("rd_intensity") * relative.pow(-0.12) * (pl.col("tech") * 0.45 + draw.normal("intensity") * 0.35).exp()
    )
    return (
        frame.with_columns(revenue=(pl.col("median_revenue") * body * tail).clip(50_000, 9e10))
        .with_columns(
            rd_intensity=pl.when(draw.chance("active", pl.col("rd_active")))
            .then(intensity.clip(0, 0.9))
            .otherwise(0.0),
            employees=(
                pl.col("revenue") / pl.col("per_head") * relative.pow(-0.2) * (draw.normal("heads") * 0.4).exp()
            ),
            total_assets=pl.col("revenue") * (draw.normal("assets") * 0.45 + 0.1).exp(),
        )
        .with_columns(_at_boundary(column) for column in ("revenue", "employees", "total_assets"))
    )


def _at_boundary(column: str) -> pl.Expr:
    return boundary(column).cast(pl.Float64).fill_null(pl.col(column)).alias(column)


def boundary(column: str) -> pl.Expr:
    """Last year's figure of a firm at a threshold; null for the others."""
    fixed = {case: figures[column] for case, figures in a.BOUNDARIES.items()}
    return pl.col("boundary").replace_strict(fixed, default=None, return_dtype=pl.Int64)


def _place(frame: pl.DataFrame, draw: Draws, last_year: int) -> pl.DataFrame:
    prefecture = pl.col("region_code").str.head(4) + "00"
    cities = {code[:4] + "00": _city(code) for code in a.REGIONS}
    levels = {zone: regions.zones()[zone].level for shares in a.ZONES.values() for zone in shares}
    listed = draw.day("listed", pl.col("established_on").dt.offset_by("5y"), pl.lit(date(last_year, 6, 30)))
    weakness = 1.5 - pl.col("tech") - pl.col("rd_intensity") * 10
    return (
        frame.with_columns(
            uscc=synthetic_codes(pl.col("number"), pl.col("region_code")),
            name=pl.format(
                "{}合成{}号{}有限公司",
                prefecture.replace_strict(cities),
                pl.col("number").cast(pl.String).str.zfill(4),
                pl.when(draw.chance("word", 0.5)).then(pl.lit("科技")).otherwise(pl.col("word")),
            ),
            established_on=pl.lit(date(last_year, 12, 1)).dt.offset_by(
                pl.format("-{}d", (pl.col("age") * 365).round().cast(pl.Int64))
            ),
            in_park=_zone(prefecture, draw),
        )
        .with_columns(
            strategic_emerging=draw.chance("strategic", 1 / (1 + weakness.exp())),
            audit_based_tax=pl.col("boundary").is_not_null() | draw.chance("audit", 0.97),
            # A word, not a date: in a file an empty cell would leave it unknown (contract §1).
            listed_on=pl.when((pl.col("revenue") > 3e8) & (pl.col("age") > 8) & draw.chance("is_listed", 0.15))
            .then(listed.dt.to_string("%Y-%m-%d"))
            .otherwise(pl.lit("未上市")),
            park=pl.col("in_park").fill_null("无"),
            zone_type=pl.when(pl.col("in_park").is_not_null()).then(pl.lit("htz")),
            zone_level=pl.col("in_park").replace_strict(levels, default=None, return_dtype=pl.String),
        )
    )  # fmt: skip


def _city(code: str) -> str:
    found = regions.find(regions.prefecture(code))
    assert found is not None, code
    return found.name_zh


def _zone(prefecture: pl.Expr, draw: Draws) -> pl.Expr:
    """The zone's id, or null for a firm in no zone."""
    share = draw.uniform("zone")
    result = pl.lit(None, dtype=pl.String)
    for code, shares in a.ZONES.items():
        low = 0.0
        for zone, width in shares.items():
            here = (prefecture == code) & (share >= low) & (share < low + width)
            result = pl.when(here).then(pl.lit(zone)).otherwise(result)
            low += width
    return result


def _lists(frame: pl.DataFrame, draw: Draws) -> pl.DataFrame:
    """``<table>_listed``: true where the firm's rows are the complete list, null where that is not known."""
    return frame.with_columns(
        pl.when(pl.col("boundary").is_not_null() | ~draw.chance(f"unlisted/{table}", share))
        .then(pl.lit(True))
        .alias(f"{table}_listed")
        for table, share in a.UNKNOWN_LIST.items()
    )
