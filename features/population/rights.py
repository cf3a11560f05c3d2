"""Intellectual property and certificates."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.population import assumptions as a
from features.population.draws import Draws, rows

_MOST = 40
"""Most rows of one kind a firm."""


_MARKS = {
    "invention_patent": "FM", "utility_model": "SY", "design_patent": "WG", "software_copyright": "RZ",
    "trademark": "SB", "ic_layout": "BT", "plant_variety": "PZ", "class1_tcm_protection": "ZY",
    "national_new_drug": "XY",
}  # fmt: skip


def cut_off(last_year: int) -> pl.Expr:
    """The day on which the office drew its lists: 30 September of the year after the last accounts."""
    return pl.lit(date(last_year + 1, 9, 30))


def intellectual_property(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """One row a right, a few rows a batch of two or three."""
    active = pl.col("rd_intensity") > 0
    level = (pl.col("tech") * 0.7).exp() * (pl.col("age") / 8).clip(0.1, 2.0)
    made = pl.col("industry_code").str.head(1) == "C"
    means = {
        "invention_patent": pl.when(active).then(pl.col("inventions") * level).otherwise(0.0),
        "utility_model": pl.col("utility_models") * level * pl.when(active).then(1.0).otherwise(0.3),
        "design_patent": pl.when(made).then(0.25).otherwise(0.02),
        "software_copyright": pl.col("software") * level * pl.when(active).then(1.0).otherwise(0.3),
        "trademark": pl.lit(0.4),
        "ic_layout": pl.when(pl.col("industry_code") == "I6520").then(1.0).otherwise(0.0),
        "plant_variety": pl.when(pl.col("profile") == "primary").then(0.3).otherwise(0.0),
        "class1_tcm_protection": pl.when(pl.col("industry_code") == "C2740").then(0.05).otherwise(0.0),
        "national_new_drug": pl.when(pl.col("industry_code") == "C2740").then(0.04).otherwise(0.0),
    }
    parts = [_rights(firms, kind, order, mean, seed, last_year) for order, (kind, mean) in enumerate(means.items())]
    frame = pl.concat(parts).sort("number", "order", "row")
    return seen(frame, "intellectual_property", seed).drop("number", "order", "row").rename({"right": "number"})


def _rights(firms: pl.DataFrame, kind: str, order: int, mean: pl.Expr, seed: int, last_year: int) -> pl.DataFrame:
    how_many = Draws(seed, f"rights/{kind}", "number").count("count", mean, _MOST)
    draw = Draws(seed, f"right/{kind}", "number", "row")
    start = pl.max_horizontal(pl.col("established_on").dt.offset_by("6mo"), pl.lit(date(last_year - 12, 1, 1)))
    waited = pl.format("-{}d", draw.whole("waited", 120, 1000))
    second_class = kind in ("utility_model", "design_patent", "software_copyright")
    reused = draw.chance("used", 0.2 if second_class else 0.0)
    return (
        rows(firms, how_many)
        .with_columns(granted_on=draw.day("granted", start, cut_off(last_year)))
        .select(
            "number",
            "row",
            pl.lit(order).alias("order"),
            "uscc",
            "intellectual_property_listed",
            kind=pl.lit(kind),
            count=pl.when(draw.chance("batch", 0.04)).then(draw.whole("batch/size", 2, 3)).otherwise(1),
            # Renamed last: "number" is the firm's until then.
            right=pl.format("合成-{}-{}-{}", pl.lit(_MARKS[kind]), "number", pl.col("row") + 1),
            granted_on=pl.when(~draw.chance("withheld/granted", 0.01)).then(pl.col("granted_on")),
            filed_on=pl.when(~draw.chance("withheld/filed", 0.15)).then(pl.col("granted_on").dt.offset_by(waited)),
            in_force=pl.when(~draw.chance("withheld/force", 0.01)).then(draw.chance("force", 0.93)),
            acquired_by=draw.pick("acquired", {"own_rd": 85, "transfer": 11, "gift": 1, "merger": 1, None: 2}),
            supports_main_product=pl.when(~draw.chance("withheld/supports", 0.03)).then(draw.chance("supports", 0.9)),
            high_value=draw.chance("value", 0.15 if kind == "invention_patent" else 0.0),
            pct=draw.chance("pct", 0.05 if kind == "invention_patent" else 0.0),
            used_for_hte=reused,
            disputed=draw.chance("disputed", 0.005),
            source=pl.lit(a.SOURCE),
        )
    )


def seen(frame: pl.DataFrame, table: str, seed: int) -> pl.DataFrame:
    """The rows that the office has: of a list not known to be complete, half of the firms show none."""
    listed = pl.col(f"{table}_listed")
    shown = Draws(seed, f"shown/{table}", "number").chance("shown", 0.5)
    return frame.filter(listed.fill_null(False) | shown).drop(f"{table}_listed")


def certificate(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """Titles: yearly tech_sme numbers to 31 December, three-year certificates with some renewals, yearly registers."""
    draw = Draws(seed, "certificate", "number")
    active = pl.col("rd_intensity") > 0
    tech, size, code = pl.col("tech"), pl.col("revenue"), pl.col("industry_code")
    industrial = code.str.contains("^[BCD]")
    growing = pl.col("growth") > 0.2
    recognised = _odds(tech * 1.2 + (size / 1e7).log() * 0.3 - 1.7)
    # kind → (holders, years of validity, level, code in its number)
    titles: dict[str, tuple[pl.Expr, int, str | None, str]] = {
        "high_tech_enterprise": (active & draw.chance("hte", recognised), 3, None, "GR"),
        "innovative_sme": (active & draw.chance("innovative", _odds(tech - 2.2)), 3, "provincial", "CX"),
        "specialised_sme": (active & (size > 1e7) & draw.chance("special", _odds(tech - 1.9)), 3, "provincial", "ZJTX"),
        "little_giant": (active & (size > 3e7) & draw.chance("giant", _odds(tech * 1.5 - 4.0)), 3, "national", "XJR"),
        "gazelle": (active & growing & (size > 1e7) & draw.chance("gazelle", 0.3), 3, "provincial", "DL"),
    }  # fmt: skip
    yearly = {
        "tech_sme": active & (size <= 2e8) & draw.chance("tech_sme", _odds(tech * 1.2 + 0.2)),
        "above_scale_industrial": industrial & (size >= 2e7) & draw.chance("above", 0.9),
    }
    firms = firms.with_columns(
        **{f"holds/{k}": v[0] for k, v in titles.items()}, **{f"holds/{k}": v for k, v in yearly.items()}
    )
    parts = [
        _three_year(firms, k, years, level, mark, seed, last_year) for k, (_, years, level, mark) in titles.items()
    ]
    parts += [_tech_sme(firms, seed, last_year), _above_scale(firms, last_year)]
    frame = pl.concat(parts).sort("number", "kind", "valid_from", "certificate")
    return seen(frame, "certificate", seed).drop("number").rename({"certificate": "number"})


def _odds(logit: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-logit).exp())


def _three_year(
    firms: pl.DataFrame, kind: str, years: int, level: str | None, mark: str, seed: int, last_year: int
) -> pl.DataFrame:
    draw = Draws(seed, f"title/{kind}", "number")
    again = Draws(seed, f"title/{kind}", "number", "row")
    first_year = draw.whole("year", last_year - 2 * years + 1, last_year)
    day = pl.date(first_year, 10 + draw.whole("month", 0, 2), draw.whole("day", 1, 28))
    holders = firms.filter(f"holds/{kind}").with_columns(first=day)
    holders = holders.filter(pl.col("first") >= pl.col("established_on").dt.offset_by("1y"))
    frame = rows(holders, pl.lit(2)).with_columns(
        valid_from=pl.col("first").dt.offset_by(pl.format("{}y", pl.col("row") * years)),
        renewed=(pl.col("row") == 0) | again.chance("renewed", 0.8),
        revoked=again.chance("revoked", 0.01),
    )
    frame = frame.filter((pl.col("valid_from") <= cut_off(last_year)) & pl.col("renewed"))
    until = pl.col("valid_from").dt.offset_by(f"{years}y").dt.offset_by("-1d")
    return _titles(
        frame,
        kind,
        number=pl.format("合成{}{}-{}", pl.lit(mark), pl.col("valid_from").dt.year(), pl.col("number")),
        valid_to=pl.when(~again.chance("withheld/to", 0.02)).then(until),
        level=pl.lit(level, dtype=pl.String),
        revoked_on=pl.when(pl.col("revoked")).then(
            pl.min_horizontal(pl.col("valid_from").dt.offset_by("8mo"), cut_off(last_year))
        ),
    )


def _tech_sme(firms: pl.DataFrame, seed: int, last_year: int) -> pl.DataFrame:
    """入库登记编号 of the last four evaluation years; the latest is that of the year after the last accounts."""
    draw = Draws(seed, "title/tech_sme", "number", "row")
    year = last_year + 1 - pl.col("row")
    frame = rows(firms.filter("holds/tech_sme"), pl.lit(4)).with_columns(
        valid_from=pl.date(year, draw.whole("month", 6, 9), draw.whole("day", 1, 28)), got=draw.chance("got", 0.8)
    )
    frame = frame.filter(pl.col("got") & (pl.col("valid_from") >= pl.col("established_on").dt.offset_by("6mo")))
    named = pl.format("合成KJ{}-{}", pl.col("valid_from").dt.year(), pl.col("number"))
    return _titles(frame, "tech_sme", number=named, valid_to=pl.date(pl.col("valid_from").dt.year(), 12, 31))


def _above_scale(firms: pl.DataFrame, last_year: int) -> pl.DataFrame:
    frame = firms.filter("holds/above_scale_industrial").with_columns(valid_from=pl.lit(date(last_year + 1, 1, 1)))
    named = pl.format("合成GS{}-{}", pl.lit(last_year + 1), pl.col("number"))
    return _titles(frame, "above_scale_industrial", number=named, valid_to=pl.lit(date(last_year + 1, 12, 31)))


def _titles(
    frame: pl.DataFrame,
    kind: str,
    *,
    number: pl.Expr,
    valid_to: pl.Expr,
    level: pl.Expr | None = None,
    revoked_on: pl.Expr | None = None,
) -> pl.DataFrame:
    return frame.select(
        "number",
        "uscc",
        "certificate_listed",
        kind=pl.lit(kind),
        certificate=number,
        valid_from=pl.col("valid_from"),
        valid_to=valid_to,
        level=pl.lit(None, dtype=pl.String) if level is None else level,
        revoked_on=pl.lit(None, dtype=pl.Date) if revoked_on is None else revoked_on,
        source=pl.lit(a.SOURCE),
    )
