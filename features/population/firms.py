"""The firms themselves: identity, place, industry, and the traits that their paths follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import polars as pl

from features.identifiers import regions
from features.population import assumptions as a
from features.population import process as p
from features.population.calibration import prefectures
from features.population.codes import synthetic_codes
from features.population.draws import Draws

PUBLIC = (
    "uscc", "name", "established_on", "region_code", "park", "zone_type", "zone_level", "industry_code",
    "technology_field", "strategic_emerging", "listed_on", "audit_based_tax", "status", "deregistered_on",
)  # fmt: skip
LISTS = tuple(a.UNKNOWN_LIST)


def regions_of(number: pl.Series, seed: int) -> pl.Series:
    """Each firm's division of registration: one stream, so that a population can be put in order of code beforehand."""
    frame = number.rename("number").to_frame()
    return frame.select(region_code=Draws(seed, "firm/region", "number").pick("region", _divisions()))["region_code"]


def firms(number: pl.Series, seed: int, last_year: int) -> pl.DataFrame:
    """Firms of these numbers: identity, founding, place and traits; no yearly figure.

    Traits: ``level`` (mean technology level, standard deviation `process.TECH_SPREAD`), ``target`` (log revenue that the
    firm tends to in the last year), ``turbulence`` (mean absolute growth shock), ``active`` (does R&D), ``intensity``,
    ``share_logit`` (technical staff), ``margin``, ``debt``, ``asset_ratio``, ``heads`` (log deviations), ``poor`` (reports
    poorly), the firm's profile, and ``boundary`` (the key of `assumptions.BOUNDARIES`, or null).
    """
    draw = Draws(seed, "firm", "number")
    frame = draw.keyed(number.rename("number").to_frame()).with_columns(
        industry=draw.pick("industry", {i: row.weight for i, row in enumerate(a.INDUSTRIES)}),
        region_code=regions_of(number, seed),
        boundary=pl.when(pl.col("number") <= a.BOUNDARY_FIRMS, (pl.col("number") % 100).is_in(list(a.BOUNDARIES))).then(
            pl.col("number") % 100
        ),
        # 0.2 to 40 years, half of the firms younger than 8.
        age=((draw.normal("age") * 0.8).exp() * 8.0).clip(0.2, 40.0),
        level=draw.normal("level") * p.TECH_SPREAD,
        poor=draw.chance("poor", a.POOR_REPORTERS),
    )
    frame = frame.join(_industries(), on="industry", how="left", maintain_order="left")
    share = pl.col("tech_share")
    median = (pl.col("median_revenue") * p.LEVEL).log()
    frame = frame.with_columns(
        median=median,
        target=median + draw.normal("size") * p.SIZE_SPREAD + pl.col("level") * p.SIZE_OF_TECH,
        turbulence=((draw.normal("turbulence") * p.SHOCK_SPREAD).exp() * p.SHOCK).clip(0, p.SHOCK_MOST),
        active=draw.chance("active", pl.col("rd_active")),
        intensity=draw.noise("intensity") * p.INTENSITY_SPREAD + pl.col("rd_intensity").log(),
        share_logit=(share / (1 - share)).log() + draw.noise("share") * 0.5,
        margin=pl.col("margin") + draw.noise("margin") * 0.06,
        debt=draw.noise("debt") * p.DEBT_SPREAD + p.DEBT,
        asset_ratio=draw.noise("assets") * p.ASSETS_SPREAD + p.ASSETS,
        heads=draw.noise("heads") * p.HEADS_SPREAD,
        established_on=pl.lit(date(last_year, 12, 1)).cast(pl.Int32) - (pl.col("age") * 365).round().cast(pl.Int32),
    )
    frame = frame.with_columns(pl.col("established_on").cast(pl.Date))
    # A firm at a threshold is old enough for every window.
    old_enough = pl.when(pl.col("boundary").is_not_null()).then(pl.lit(date(last_year - 6, 5, 1)))
    return (
        frame.with_columns(
            established_on=pl.min_horizontal("established_on", old_enough),
            **_place(draw),
            **{
                f"{table}_listed": pl.when(
                    pl.col("boundary").is_not_null() | ~draw.chance(f"unlisted/{table}", share)
                ).then(pl.lit(True))
                for table, share in a.UNKNOWN_LIST.items()
            },
        )
        .with_columns(founded=pl.col("established_on").dt.year())
        .drop(f"keys/{draw.scope}")
    )


def enterprise(frame: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """The table ``enterprise``; a few facts are unknown, never those of a firm at a threshold."""
    draw = Draws(seed, "enterprise", "number")
    frame = _described(draw.keyed(frame), draw, last_year)
    rate = pl.when(pl.col("poor")).then(a.WITHHELD_FACT_POOR).otherwise(a.WITHHELD_FACT)
    hidden = {
        fact: pl.col("boundary").is_null() & draw.chance(f"withheld/{fact}", rate)
        for fact in ("established_on", "park", "technology_field", "strategic_emerging", "listed_on", "audit_based_tax")
    }
    hidden |= {"zone_type": hidden["park"], "zone_level": hidden["park"]}
    return frame.with_columns(pl.when(~gone).then(pl.col(fact)).alias(fact) for fact, gone in hidden.items()).select(
        *PUBLIC, *(f"{table}_listed" for table in LISTS), pl.lit(a.SOURCE).alias("source")
    )


def boundary(column: str) -> pl.Expr:
    """Last year's figure of a firm at a threshold; null for the others."""
    fixed = {case: figures[column] for case, figures in a.BOUNDARIES.items()}
    return pl.col("boundary").replace_strict(fixed, default=None, return_dtype=pl.Int64)


@cache
def _divisions() -> Mapping[str, float]:
    """Weight of each division: the province's share, spread as the register sample spreads, then over districts."""
    weights: dict[str, float] = {}
    for province, share in a.PROVINCES.items():
        counted = {code: n for code, n in prefectures().items() if code.startswith(province)}
        for code, count in counted.items():
            within = a.DISTRICTS.get(code, {code: 1.0})
            for division, part in within.items():
                weights[division] = share * count / sum(counted.values()) * part / sum(within.values())
    return weights


@cache
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


def _prefecture() -> pl.Expr:
    return pl.col("region_code").str.head(4) + "00"


def _place(draw: Draws) -> dict[str, pl.Expr]:
    """The code, and the zone's id, or null for a firm in no zone."""
    share = draw.uniform("zone")
    nowhere = pl.lit(None, dtype=pl.String)
    zone = nowhere
    # At most two zones a prefecture: the first below its share, the second below the sum of both.
    first = {code: next(iter(shares.items())) for code, shares in a.ZONES.items()}
    second = {code: list(shares.items())[1] for code, shares in a.ZONES.items() if len(shares) > 1}
    for zones, base in ((second, first), (first, {})):
        low = {code: base[code][1] if code in base else 0.0 for code in zones}
        high = {code: low[code] + width for code, (_, width) in zones.items()}
        limit = _prefecture().replace_strict(high, default=0.0, return_dtype=pl.Float64)
        named = _prefecture().replace_strict(
            {code: name for code, (name, _) in zones.items()}, default=None, return_dtype=pl.String
        )
        zone = pl.when(share < limit).then(named).otherwise(zone)
    return {"uscc": synthetic_codes(pl.col("number"), pl.col("region_code")), "in_park": zone}


def _described(frame: pl.DataFrame, draw: Draws, last_year: int) -> pl.DataFrame:
    """Names, zones and flags."""
    cities = {code: _city(code) for code in prefectures()}
    levels = {zone: regions.zones()[zone].level for shares in a.ZONES.values() for zone in shares}
    listed = draw.day("listed", pl.col("established_on").dt.offset_by("5y"), pl.lit(date(last_year, 6, 30)))
    weakness = 1.5 - pl.col("level") - pl.when(pl.col("active")).then(pl.col("intensity").exp() * 10).otherwise(0.0)
    gone = pl.col("left_on").is_not_null()
    big = (pl.col("size_now") > 3e8) & (pl.col("age") > 8) & ~gone
    return frame.with_columns(
        name=pl.format(
            "{}合成{}号{}有限公司",
            _prefecture().replace_strict(cities),
            pl.col("number").cast(pl.String).str.zfill(4),
            pl.when(draw.chance("word", 0.5)).then(pl.lit("科技")).otherwise(pl.col("word")),
        ),
        strategic_emerging=draw.chance("strategic", 1 / (1 + weakness.exp())),
        audit_based_tax=pl.col("boundary").is_not_null() | draw.chance("audit", 0.97),
        # A word, not a date: in a file an empty cell would leave it unknown (contract §1).
        listed_on=pl.when(big & draw.chance("is_listed", 0.15))
        .then(listed.dt.to_string("%Y-%m-%d"))
        .otherwise(pl.lit("未上市")),
        park=pl.col("in_park").fill_null("无"),
        zone_type=pl.when(pl.col("in_park").is_not_null()).then(pl.lit("htz")),
        zone_level=pl.col("in_park").replace_strict(levels, default=None, return_dtype=pl.String),
        status=pl.when(~gone).then(pl.lit("存续")).when("struck_off").then(pl.lit("吊销")).otherwise(pl.lit("注销")),
        # A struck-off firm lost its licence but is not deregistered.
        deregistered_on=pl.when(~pl.col("struck_off")).then(pl.col("left_on")),
    )


def _city(code: str) -> str:
    found = regions.find(regions.prefecture(code))
    assert found is not None, code
    return found.name_zh
