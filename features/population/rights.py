"""Intellectual property: one row a right, a few rows a batch of two or three."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from features.population import assumptions as a
from features.population.draws import Draws
from features.population.lists import seen
from features.population.paths import cut_off, rows_of

_MOST = 40
"""Most rows of one kind a firm."""


@dataclass(frozen=True)
class _Kind:
    """A kind of right: what its number starts with, and how many a firm has on average (demonstration assumptions)."""

    mark: str
    mean: pl.Expr
    first_class: bool = False
    invention: bool = False
    used: float = 0.0
    """Share used in an earlier application for recognition."""


def _kinds() -> dict[str, _Kind]:
    active, code = pl.col("active"), pl.col("industry_code")
    level = (pl.col("tech") * 0.7).exp() * (pl.col("age") / 8).clip(0.1, 2.0)
    some, pharmacy = pl.when(active).then(level).otherwise(level * 0.3), code == "C2740"

    def of(which: pl.Expr, mean: float, otherwise: float = 0.0) -> pl.Expr:
        return pl.when(which).then(mean).otherwise(otherwise)

    return {
        "invention_patent": _Kind("FM", of(active, 1.0) * pl.col("inventions") * level, True, invention=True),
        "utility_model": _Kind("SY", pl.col("utility_models") * some, used=0.2),
        "design_patent": _Kind("WG", of(code.str.starts_with("C"), 0.25, 0.02), used=0.2),
        "software_copyright": _Kind("RZ", pl.col("software") * some, used=0.2),
        "trademark": _Kind("SB", pl.lit(0.4)),
        "ic_layout": _Kind("BT", of(code == "I6520", 1.0), True),
        "plant_variety": _Kind("PZ", of(pl.col("profile") == "primary", 0.3), True),
        "class1_tcm_protection": _Kind("ZY", of(pharmacy, 0.05), True),
        "national_new_drug": _Kind("XY", of(pharmacy, 0.04), True),
    }


def intellectual_property(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """The table; rights are granted from half a year after the founding to the exit or the cut-off."""
    kinds = _kinds()
    of_firm = Draws(seed, "rights", "number")
    counted = of_firm.keyed(firms).with_columns(
        of_firm.count(kind, spec.mean, _MOST).alias(f"count/{place}")
        for place, (kind, spec) in enumerate(kinds.items())
    )
    keep = ("number", "uscc", "intellectual_property_listed", "established_on", "left_on")
    frame = rows_of(counted, "count", len(kinds), keep).rename({"step": "place"})
    frame = seen(frame, "intellectual_property", seed)

    draw = Draws(seed, "right", "number", "place", "row")
    start = pl.max_horizontal(pl.col("established_on").dt.offset_by("6mo"), pl.lit(date(last_year - 12, 1, 1)))
    end = pl.col("left_on").fill_null(cut_off(last_year))
    frame = draw.keyed(frame).with_columns(granted_on=draw.day("granted", pl.min_horizontal(start, end), end))
    invention = pl.col("place") == 0
    waited = draw.whole("waited", 120, 1000).cast(pl.Int32)
    bits = draw.word("flags")
    first_class = _of("place", [spec.first_class for spec in kinds.values()])
    acquired = draw.pick("acquired", {"own_rd": 85, "transfer": 11, "gift": 1, "merger": 1, None: 2})
    frame = frame.with_columns(bits=bits, use=draw.word("use"), acquired_by=acquired)
    return frame.select(
        "uscc",
        kind=_of("place", list(kinds)),
        count=pl.when(draw.chance("batch", 0.04)).then(draw.whole("batch/size", 2, 3)).otherwise(1),
        # Named last: "number" is the firm's until then.
        right=pl.format("合成-{}-{}-{}", _of("place", [k.mark for k in kinds.values()]), "number", pl.col("row") + 1),
        granted_on=pl.when(_unless("bits", 0, 0.01)).then(pl.col("granted_on")),
        filed_on=pl.when(_unless("bits", 1, 0.15)).then((pl.col("granted_on").cast(pl.Int32) - waited).cast(pl.Date)),
        in_force=pl.when(_unless("bits", 2, 0.01)).then(draw.chance("force", 0.93)),
        acquired_by="acquired_by",
        acquired_on=pl.when(pl.col("acquired_by") != "own_rd").then(_later("granted_on", waited, end)),
        supports_main_product=pl.when(_unless("bits", 3, 0.03)).then(draw.chance("supports", 0.9)),
        # Of class Ⅰ, whether it is applied with benefit, and the firm's place among its holders.
        applied_with_benefit=pl.when(first_class).then(_unless("use", 0, 0.25)),
        holder_rank=pl.when(first_class & _unless("use", 1, 0.02)).then(
            pl.when(_unless("use", 2, 0.13)).then(1).when(_unless("use", 3, 0.4)).then(2).otherwise(4).cast(pl.Int64)
        ),
        high_value=invention & draw.chance("value", 0.15),
        pct=invention & draw.chance("pct", 0.05),
        used_for_hte=draw.uniform("used") < _of("place", [k.used for k in kinds.values()]),
        disputed=draw.chance("disputed", 0.005),
        source=pl.lit(a.SOURCE),
    ).rename({"right": "number"})


def _of(place: str, values: list[str] | list[float] | list[bool]) -> pl.Expr:
    """The value of the row's kind."""
    return pl.lit(pl.Series(values)).gather(pl.col(place))


def _later(day: str, days: pl.Expr, end: pl.Expr) -> pl.Expr:
    """So many days later, but not after the end."""
    return pl.min_horizontal((pl.col(day).cast(pl.Int32) + days).cast(pl.Date), end)


def _unless(word: str, lane: int, share: float) -> pl.Expr:
    """False for a share of the rows: one of the four 16-bit lanes of a column of random words."""
    value = pl.col(word) // pl.lit(2 ** (16 * lane), dtype=pl.UInt64) & pl.lit(2**16 - 1, dtype=pl.UInt64)
    return value >= pl.lit(round(share * 2**16), dtype=pl.UInt64)
