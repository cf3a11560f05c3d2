"""The generated population beside the cited figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.population.calibration import Figure, figures

Tables = Mapping[str, pl.DataFrame]
SAMPLE = 20_000
"""Firms that the tolerances are meant for; with far fewer, chance alone misses them."""
_ON = date(2026, 3, 31)
"""Day of the cited stocks of titles."""
_ROUNDS = (2019, 2020, 2021, 2022)


@dataclass(frozen=True)
class Compared:
    """A cited figure and its generated value."""

    figure: Figure
    generated: float

    @property
    def met(self) -> bool | None:
        """Whether the generated value is within the tolerance; None where the figure is only shown."""
        return self.figure.met(self.generated)


def compare(tables: Tables) -> list[Compared]:
    """Every cited figure with the value that the tables of `generate` (ten fiscal years to 2025) have."""
    return [Compared(figure, _MEASURES[figure.id](tables)) for figure in figures()]


def _revenue(tables: Tables) -> pl.Series:
    """Positive revenues of FY2019, one a firm."""
    frame = _first(tables["annual_report"]).filter(pl.col("fiscal_year") == 2019)
    return frame.filter(pl.col("revenue") > 0)["revenue"]


def _first(reports: pl.DataFrame) -> pl.DataFrame:
    """The first statement of each year's accounts."""
    return reports.unique(["uscc", "fiscal_year"], keep="first", maintain_order=True)


def _over_median(tables: Tables) -> float:
    revenue = _revenue(tables)
    return _number(revenue.quantile(0.9)) / _number(revenue.median())


def _top_tenth(tables: Tables) -> float:
    revenue = _revenue(tables)
    return _number(revenue.top_k(revenue.len() // 10).sum()) / _number(revenue.sum())


def _hill(tables: Tables) -> float:
    top = _revenue(tables).sort(descending=True)
    count = top.len() // 10
    return 1 / _number((top.head(count) / top[count]).log().mean())


def _growth(tables: Tables) -> pl.DataFrame:
    """Log growth of full years that follow one another, and that of the year before."""
    frame = _first(tables["annual_report"]).filter(pl.col("revenue") > 0)
    started = pl.col("fiscal_year").rank("ordinal").over("uscc") > 1
    follows = (pl.col("fiscal_year") - pl.col("fiscal_year").shift(1).over("uscc")) == 1
    step = (pl.col("revenue").log() - pl.col("revenue").log().shift(1)).over("uscc")
    founded = tables["enterprise"].select("uscc", founded=pl.col("established_on").dt.year())
    frame = frame.sort("uscc", "fiscal_year").join(founded, on="uscc", maintain_order="left")
    # A part year is no base.
    full = pl.col("fiscal_year") - 1 > pl.col("founded")
    frame = frame.with_columns(growth=pl.when(started & follows & full).then(step))
    return frame.with_columns(before=pl.col("growth").shift(1).over("uscc"))


def _spread(low: float, high: float) -> Callable[[Tables], float]:
    def measure(tables: Tables) -> float:
        growth = _growth(tables)["growth"].drop_nulls()
        return _number(growth.quantile(high)) - _number(growth.quantile(low))

    return measure


def _persistence(tables: Tables) -> float:
    both = _growth(tables).drop_nulls(["growth", "before"])
    return float(both.select(pl.corr("growth", "before", method="spearman")).item())


def _ratio(part: str, whole: str, quantile: float) -> Callable[[Tables], float]:
    def measure(tables: Tables) -> float:
        frame = _first(tables["annual_report"]).filter(pl.col(whole) > 0)
        return _number((frame[part] / frame[whole]).quantile(quantile))

    return measure


def _exit_rate(tables: Tables) -> float:
    """Exits over the firm-years at risk: a firm is at risk in each year of its accounts but those of the last year."""
    gone = tables["enterprise"].filter(pl.col("status") != "存续")
    reports = _first(tables["annual_report"])
    left_late = reports.filter(pl.col("uscc").is_in(gone["uscc"].implode()), pl.col("fiscal_year") == 2025)
    return (gone.height - left_late.height) / reports.filter(pl.col("fiscal_year") < 2025).height


def _of_province(province: str, prefecture: str) -> Callable[[Tables], float]:
    def measure(tables: Tables) -> float:
        codes = tables["enterprise"]["region_code"]
        return _number(codes.str.starts_with(prefecture).mean()) / _number(codes.str.starts_with(province).mean())

    return measure


def _park_hitech(tables: Tables) -> float:
    firms = tables["enterprise"].filter(pl.col("region_code").str.starts_with("51"), pl.col("park").is_not_null())
    income = _first(tables["annual_report"]).join(firms.select("uscc", "park"), on="uscc")
    income = income.filter(pl.col("fiscal_year") == 2020)
    return _number(income.filter(pl.col("park") != "无")["hitech_income"].sum()) / _number(
        income["hitech_income"].sum()
    )


def _national_zones(tables: Tables) -> float:
    inside = tables["enterprise"].filter(
        pl.col("region_code").str.starts_with("45"), pl.col("zone_level") == "national"
    )
    return float(inside["park"].n_unique())


def _granted(tables: Tables, kind: str) -> pl.DataFrame:
    """Titles as granted, one row each, with the year of the grant."""
    titles = tables["certificate"].filter(pl.col("kind") == kind)
    return titles.unique("row_id").with_columns(year=pl.col("valid_from").dt.year())


def _with_accounts(tables: Tables, titles: pl.DataFrame, facts: tuple[str, ...], years: int) -> pl.DataFrame:
    """Titles whose accounts of all the years before are known, with the sums of the facts; ``revenue_last`` is last year's."""
    reports = _first(tables["annual_report"]).select("uscc", "fiscal_year", *facts)
    founded = tables["enterprise"].select("uscc", founded=pl.col("established_on").dt.year())
    titles = titles.join(founded, on="uscc").drop_nulls("founded").filter(pl.col("year") > 2015 + years)
    before = titles.select("row_id", "uscc", "year", "founded").join(reports, on="uscc")
    before = before.filter(pl.col("fiscal_year").is_between(pl.col("year") - years, pl.col("year") - 1))
    expected = pl.min_horizontal(pl.lit(years), pl.col("year") - pl.col("founded"))
    last = pl.col("fiscal_year") == pl.col("year") - 1
    told = pl.all_horizontal(pl.col(fact).is_not_null() for fact in facts)
    return (
        before.group_by("row_id")
        .agg(
            *(pl.col(fact).sum() for fact in facts),
            *(pl.col(fact).filter(last).sum().alias(f"{fact}_last") for fact in facts),
            whole=(told.sum() == expected.first()),
        )
        .filter("whole")
    )


def _hte_intensity(tables: Tables) -> float:
    frame = _with_accounts(tables, _granted(tables, "high_tech_enterprise"), ("revenue", "rd_expense"), 3)
    line = pl.when(pl.col("revenue_last") <= 50_000_000).then(5).when(pl.col("revenue_last") <= 200_000_000).then(4)
    # A yuan of rounding in each of the three years.
    met = (pl.col("rd_expense") + 3) * 100 >= pl.col("revenue") * line.otherwise(3)
    return _number(frame.select(met)["rd_expense"].mean())


def _gazelle_intensity(tables: Tables) -> float:
    frame = _with_accounts(tables, _granted(tables, "gazelle_pool"), ("revenue", "rd_expense"), 3)
    return _number(frame.select((pl.col("rd_expense") + 3) * 100 >= pl.col("revenue") * 3)["rd_expense"].mean())


def _tech_sme_caps(tables: Tables) -> float:
    facts = ("revenue", "employees", "total_assets")
    frame = _with_accounts(tables, _granted(tables, "tech_sme"), facts, 1)
    small = (pl.col("revenue") <= 200_000_000) & (pl.col("employees") <= 500) & (pl.col("total_assets") <= 200_000_000)
    return _number(frame.select(small.alias("small"))["small"].mean())


def _validity(tables: Tables) -> float:
    titles = _granted(tables, "high_tech_enterprise").drop_nulls("valid_to")
    years = titles.select((pl.col("valid_to").dt.offset_by("1d").dt.year() - pl.col("valid_from").dt.year()).alias("y"))
    return _number(years["y"].mean())


def _stock(tables: Tables, kind: str) -> int:
    held = pl.col("valid_from") <= _ON, pl.col("valid_to") >= _ON
    return _granted(tables, kind).filter(*held)["uscc"].n_unique()


def _per(part: str, whole: str) -> Callable[[Tables], float]:
    return lambda tables: _stock(tables, part) / _stock(tables, whole)


def _filed(tables: Tables) -> pl.Series:
    """Year of a firm's first gazelle title, of those that fall into the four rounds."""
    first = _granted(tables, "gazelle").sort("year").unique("uscc", keep="first")
    return first.filter(pl.col("year").is_in(_ROUNDS))["year"]


def _gazelles_per_specialised(tables: Tables) -> float:
    return _filed(tables).len() / _stock(tables, "specialised_sme")


def _latest_round(tables: Tables) -> float:
    rounds = _filed(tables)
    return _number((rounds == _ROUNDS[-1]).mean())


def _selected(tables: Tables) -> float:
    """Selected in 2024 over the firms with research in the year before whose list of events is complete."""
    firms = tables["enterprise"].filter("event_listed")
    reports = _first(tables["annual_report"]).filter(pl.col("fiscal_year") == 2024, pl.col("rd_expense") > 0)
    evaluated = reports.join(firms, on="uscc", how="semi").join(
        tables["annual_report"].filter(pl.col("fiscal_year") == 2023), on="uscc", how="semi"
    )
    selected = tables["event"].filter(pl.col("kind") == "innovation_credit_selection")
    return evaluated.join(selected, on="uscc", how="semi").height / evaluated.height


_MEASURES: dict[str, Callable[[Tables], float]] = {
    "revenue_median": lambda tables: _number(_revenue(tables).median()),
    "revenue_spread": _over_median,
    "revenue_top_tenth": _top_tenth,
    "revenue_tail": _hill,
    "growth_spread": _spread(0.25, 0.75),
    "growth_tails": _spread(0.05, 0.95),
    "growth_persistence": _persistence,
    "debt_ratio_median": _ratio("total_liabilities", "total_assets", 0.5),
    "debt_ratio_upper": _ratio("total_liabilities", "total_assets", 0.75),
    "asset_ratio_median": _ratio("total_assets", "revenue", 0.5),
    "exit_rate": _exit_rate,
    "largest_prefecture": _of_province("45", "4501"),
    "liuzhou_share": _of_province("45", "4502"),
    "chengdu_share": _of_province("51", "5101"),
    "park_hitech_share": _park_hitech,
    "national_zones": _national_zones,
    "hte_intensity_held": _hte_intensity,
    "hte_validity": _validity,
    "tech_sme_caps_held": _tech_sme_caps,
    "gazelle_pool_intensity_held": _gazelle_intensity,
    "specialised_per_innovative": _per("specialised_sme", "innovative_sme"),
    "giants_per_specialised": _per("little_giant", "specialised_sme"),
    "giants_per_specialised_liuzhou": _per("little_giant", "specialised_sme"),
    "gazelle_latest_round": _latest_round,
    "gazelles_per_specialised": _gazelles_per_specialised,
    "credit_selected": _selected,
}


def _number(value: object) -> float:
    assert isinstance(value, int | float), value
    return float(value)
