"""What the process promises about a firm through the years."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from features.population import generate
from features.population.assumptions import SOURCE_TAX

POPULATION = generate(6_000, 11)
FIRMS, REPORTS, TITLES = (POPULATION[table] for table in ("enterprise", "annual_report", "certificate"))
GONE = FIRMS.filter(pl.col("status") != "存续")
CUT_OFF = date(2026, 9, 30)
FIRST = REPORTS.unique(["uscc", "fiscal_year"], keep="first", maintain_order=True)


def breaking(rule: pl.Expr) -> pl.DataFrame:
    """Accounts that break a rule; what is unknown breaks none."""
    return REPORTS.filter(~rule)


def test_accounts_run_over_ten_fiscal_years() -> None:
    assert sorted(REPORTS["fiscal_year"].unique()) == list(range(2016, 2026))
    assert generate(50, 1, last_year=2023, years=3)["annual_report"]["fiscal_year"].unique().sort().to_list() == [
        2021, 2022, 2023,
    ]  # fmt: skip


def test_amounts_agree_with_each_other() -> None:
    rules = (
        pl.col("total_cost_expense") == pl.col("revenue") - pl.col("operating_profit"),
        pl.col("sales_revenue") == pl.col("revenue"),
        pl.col("main_business_revenue") <= pl.col("revenue"),
        pl.col("leading_product_revenue") <= pl.col("main_business_revenue"),
        pl.col("total_income") >= pl.col("revenue"),
        pl.col("hitech_income") <= pl.col("revenue"),
        pl.col("main_product_hitech_income") <= pl.col("hitech_income"),
        pl.col("net_profit") <= pl.col("total_profit"),
        pl.col("total_liabilities") <= pl.col("total_assets") * 1.1 + 1,
        pl.col("rd_expense_domestic") <= pl.col("rd_expense"),
        pl.col("rd_expense_deduction") <= pl.col("rd_expense"),
    )
    for rule in rules:
        assert breaking(rule).is_empty(), rule


def test_persons_agree_with_each_other() -> None:
    rules = (
        pl.col("tech_staff") <= pl.col("employees"),
        pl.col("rd_staff") <= pl.col("tech_staff"),
        pl.col("postgraduate_staff") <= pl.col("tech_staff"),
        pl.col("employees_year_end") >= pl.col("employees"),
        (pl.col("employees_quarterly_avg").cast(pl.Float64) - pl.col("employees")).abs() <= 0.5,
    )
    for rule in rules:
        assert breaking(rule).is_empty(), rule


def test_taxes_are_paid_on_profits_alone() -> None:
    tax = pl.col("total_profit") - pl.col("net_profit")
    share = pl.when(pl.col("total_profit") > 0).then(pl.col("total_profit") * 0.15).otherwise(0)
    assert breaking((tax - share).abs() <= 1).is_empty()


def test_accounts_begin_with_the_founding_and_end_with_the_exit() -> None:
    dated = REPORTS.join(FIRMS.select("uscc", "established_on", "deregistered_on"), on="uscc")
    assert dated.filter(pl.col("fiscal_year") < pl.col("established_on").dt.year()).is_empty()
    assert dated.filter(pl.col("fiscal_year") >= pl.col("deregistered_on").dt.year()).is_empty()


def test_firms_leave_by_deregistration_or_by_losing_their_licence() -> None:
    assert set(FIRMS["status"]) == {"存续", "注销", "吊销"}
    assert FIRMS.filter((pl.col("status") == "注销") != pl.col("deregistered_on").is_not_null()).is_empty()
    assert 0.05 < GONE.height / FIRMS.height < 0.40
    days = GONE["deregistered_on"].drop_nulls()
    assert days.min() > date(2017, 1, 1)
    assert days.max() <= CUT_OFF


def test_nothing_happens_to_a_firm_after_its_exit() -> None:
    left = GONE.select("uscc", "deregistered_on").drop_nulls()
    for table, column in (
        ("intellectual_property", "granted_on"),
        ("certificate", "valid_from"),
        ("event", "occurred_on"),
        ("event", "ended_on"),
        ("financing_round", "closed_on"),
        ("zone_membership", "to"),
    ):
        rows = POPULATION[table].join(left, on="uscc")
        assert rows.height > 0
        assert rows.filter(pl.col(column) > pl.col("deregistered_on")).is_empty(), (table, column)


def test_a_zone_is_left_with_the_exit() -> None:
    zones = POPULATION["zone_membership"].join(GONE.select("uscc", "deregistered_on").drop_nulls(), on="uscc")
    assert zones["to"].null_count() == 0


def test_most_accounts_are_known_by_31_may_and_some_later_but_none_after_the_cut_off() -> None:
    reports = FIRST.filter(pl.col("fiscal_year") < 2025)
    by_may = pl.col("known_from") <= pl.date(pl.col("fiscal_year") + 1, 5, 31)
    assert 0.87 < reports.select(by_may).to_series().mean() < 0.93
    a_year_late = reports.filter(pl.col("known_from") >= pl.date(pl.col("fiscal_year") + 2, 1, 1))
    assert 0.01 < a_year_late.height / reports.height < 0.03
    assert REPORTS.filter(pl.col("known_from") < pl.date(pl.col("fiscal_year") + 1, 2, 1)).is_empty()
    assert REPORTS["known_from"].max() <= CUT_OFF


def test_few_accounts_are_corrected_contradicted_or_repeated() -> None:
    groups = REPORTS.group_by("uscc", "fiscal_year").agg(
        pl.len(), pl.col("source").n_unique(), days=pl.col("known_from").n_unique(), taxes=pl.col("tax_paid").n_unique()
    )
    twice = groups.filter(pl.col("len") > 1)
    assert twice["len"].max() == 2
    assert 0.0004 < twice.height / groups.height < 0.0016
    kinds = twice.select(
        contradicted=(pl.col("source") == 2).sum(),
        corrected=((pl.col("source") == 1) & (pl.col("days") == 2)).sum(),
        repeated=((pl.col("source") == 1) & (pl.col("days") == 1) & (pl.col("taxes") == 1)).sum(),
    ).row(0)
    assert all(count > 0 for count in kinds)
    assert REPORTS.filter(pl.col("source") == SOURCE_TAX).height == kinds[0]


def test_titles_of_one_kind_do_not_overlap() -> None:
    latest = TITLES.sort("known_from").unique("row_id", keep="last").drop_nulls("valid_to")
    granted = latest.with_columns(end=pl.min_horizontal("valid_to", "revoked_on")).sort("uscc", "kind", "valid_from")
    before = pl.col("end").shift(1).over("uscc", "kind")
    assert granted.filter(pl.col("valid_from") <= before).is_empty()


@pytest.mark.parametrize(
    "kind", ["high_tech_enterprise", "innovative_sme", "specialised_sme", "little_giant", "gazelle"]
)
def test_a_three_year_title_ends_the_day_before_its_third_anniversary(kind: str) -> None:
    frame = TITLES.filter(pl.col("kind") == kind).drop_nulls("valid_to")
    assert frame.height > 10
    assert (frame["valid_to"] == frame["valid_from"].dt.offset_by("3y").dt.offset_by("-1d")).all()


@pytest.mark.parametrize("kind", ["tech_sme", "gazelle_pool", "above_scale_industrial"])
def test_a_yearly_title_ends_with_its_year(kind: str) -> None:
    frame = TITLES.filter(pl.col("kind") == kind)
    assert (frame["valid_to"].dt.to_string("%m-%d") == "12-31").all()
    assert (frame["valid_to"].dt.year() == frame["valid_from"].dt.year()).all()


def test_high_tech_titles_are_renewed_without_a_gap_lost_and_won_again() -> None:
    titles = TITLES.filter(pl.col("kind") == "high_tech_enterprise").unique("row_id").sort("uscc", "valid_from")
    gap = (pl.col("valid_from") - pl.col("valid_from").shift(1).over("uscc")).dt.total_days()
    gaps = titles.select(gap.alias("gap")).drop_nulls()["gap"]
    renewed = (gaps <= 1096).sum()
    assert renewed > 0.7 * gaps.len()
    assert (gaps > 1096).sum() > 10
    ended = titles.filter(pl.col("valid_to") < date(2025, 9, 30)).unique("uscc", keep="last")
    held = titles.filter(pl.col("valid_to") >= date(2026, 3, 31))
    assert ended.join(held, on="uscc", how="anti").height > 50


def test_a_revocation_becomes_known_later_than_the_title() -> None:
    revoked = TITLES.filter(pl.col("revoked_on").is_not_null())
    assert revoked.height > 5
    earlier = TITLES.filter(pl.col("revoked_on").is_null()).select("row_id", first_known="known_from")
    both = revoked.join(earlier, on="row_id")
    assert both.height == revoked.height
    assert both.filter(pl.col("known_from") < pl.col("revoked_on")).is_empty()
    assert both.filter(pl.col("first_known") != pl.col("valid_from")).is_empty()


def test_higher_titles_rest_on_lower_ones() -> None:
    granted = TITLES.unique("row_id").select("uscc", "kind", "valid_from", "valid_to")
    complete = FIRMS.filter("certificate_listed").select("uscc")
    for kind, needs in (
        ("little_giant", "specialised_sme"),
        ("gazelle", "gazelle_pool"),
        ("gazelle_pool", "high_tech_enterprise"),
    ):
        higher = granted.filter(pl.col("kind") == kind).join(complete, on="uscc", how="semi")
        lower = granted.filter(pl.col("kind") == needs).select("uscc")
        assert higher.height > 5
        assert higher.join(lower, on="uscc", how="anti").is_empty()


def test_no_title_is_older_than_its_programme() -> None:
    first = dict(TITLES.group_by("kind").agg(pl.col("valid_from").min()).iter_rows())
    assert first["innovative_sme"] >= date(2022, 6, 1)
    assert first["tech_sme"] >= date(2017, 5, 3)
    assert first["gazelle"] >= date(2017, 1, 1)


def test_intensity_falls_with_size() -> None:
    active = FIRST.filter(pl.col("rd_expense") > 0, pl.col("revenue") > 0)
    size, intensity = pl.col("revenue").log(), (pl.col("rd_expense") / pl.col("revenue")).log()
    assert active.select(pl.corr(size, intensity)).item() < -0.1


def test_small_firms_tend_to_grow_and_large_ones_to_shrink_back() -> None:
    frame = FIRST.sort("uscc", "fiscal_year").filter(pl.col("revenue") > 0)
    both = frame.with_columns(
        size=pl.col("revenue").log(), next=pl.col("revenue").log().shift(-1).over("uscc"), usual=pl.col("revenue").log().mean().over("uscc")
    ).drop_nulls("next")  # fmt: skip
    step = pl.col("next") - pl.col("size")
    assert both.select(pl.corr(step, pl.col("size") - pl.col("usual"))).item() < -0.1
