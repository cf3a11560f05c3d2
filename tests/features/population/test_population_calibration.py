"""Generated beside cited figures."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.identifiers import regions
from features.population import compare, generate
from features.population.calibration import figures, prefectures
from features.population.compare import SAMPLE, Compared

SHARED = Path(__file__).parents[4] / "shared"


@pytest.fixture(scope="module")
def compared() -> dict[str, Compared]:
    return {one.figure.id: one for one in compare(generate(SAMPLE, 1))}


@pytest.mark.parametrize("figure", [figure.id for figure in figures()])
def test_the_generated_figure_is_within_the_stated_tolerance(compared: dict[str, Compared], figure: str) -> None:
    one = compared[figure]
    assert one.met is not False, f"cited {one.figure.value}, generated {one.generated}"


def test_every_figure_names_its_page_line_and_grade() -> None:
    for figure in figures():
        assert " line " in figure.source
        assert figure.source.startswith(("policy/", "data/README.md"))
        assert figure.grade in {"official", "repost", "secondary", "statistic"}
        assert figure.zh
        assert figure.en


def test_most_figures_are_calibrated_and_the_others_say_that_they_are_only_shown(
    compared: dict[str, Compared],
) -> None:
    shown = [one for one in compared.values() if one.met is None]
    assert {one.figure.id for one in shown} == {"giants_per_specialised_liuzhou", "gazelles_per_specialised"}


def test_prefectures_are_those_of_the_two_provinces() -> None:
    assert all(regions.find(code) is not None for code in prefectures())
    assert {code[:2] for code in prefectures()} == {"45", "51"}


@pytest.fixture
def data() -> Path:
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return folder


def cited(name: str) -> float:
    return next(figure.value for figure in figures() if figure.id == name)


def test_revenue_figures_are_those_of_the_invoice_data(data: Path) -> None:
    months = pl.read_parquet(data / "cn_invoice_months_dev.parquet")
    months = months.filter(pl.col("direction") == "sale", pl.col("month").str.starts_with("2019"))
    sales = months.group_by("firm_id").agg(pl.col("net_amount").sum()).filter(pl.col("net_amount") > 0)["net_amount"]
    top = sales.sort(descending=True)
    assert sales.len() == 380
    assert sales.median() == pytest.approx(cited("revenue_median"))
    assert sales.quantile(0.9) / sales.median() == pytest.approx(cited("revenue_spread"), abs=1e-3)
    assert top.head(38).sum() / top.sum() == pytest.approx(cited("revenue_top_tenth"), abs=1e-3)
    assert 1 / (top.head(38) / top[38]).log().mean() == pytest.approx(cited("revenue_tail"), abs=1e-3)


def test_growth_and_balance_figures_are_those_of_the_panel(data: Path) -> None:
    panel = pl.read_parquet(data / "us_public_firm_panel_dev.parquet").filter(pl.col("total_revenue") > 0)
    log = pl.col("total_revenue").log()
    panel = panel.sort("firm_id", "fiscal_year").with_columns(growth=(log - log.shift(1)).over("firm_id"))
    panel = panel.with_columns(before=pl.col("growth").shift(1).over("firm_id"))
    growth, both = panel["growth"].drop_nulls(), panel.drop_nulls(["growth", "before"])
    assert growth.quantile(0.75) - growth.quantile(0.25) == pytest.approx(cited("growth_spread"), abs=1e-3)
    assert growth.quantile(0.95) - growth.quantile(0.05) == pytest.approx(cited("growth_tails"), abs=1e-3)
    correlation = both.select(pl.corr("growth", "before", method="spearman")).item()
    assert correlation == pytest.approx(cited("growth_persistence"), abs=1e-3)
    debt = panel["total_liabilities"] / panel["total_assets"]
    assert debt.median() == pytest.approx(cited("debt_ratio_median"), abs=1e-3)
    assert debt.quantile(0.75) == pytest.approx(cited("debt_ratio_upper"), abs=1e-3)


def test_prefecture_counts_are_those_of_the_register_sample(data: Path) -> None:
    sample = pl.read_csv(data / "cn_register_uscc_sample.csv.gz", infer_schema_length=0)
    sample = sample.filter(pl.col("uscc").str.starts_with("91"), pl.col("province").is_in(["广西", "四川"]))
    counts = dict(sample["city"].value_counts().iter_rows())
    assert {name(code): count for code, count in prefectures().items()} == counts


def name(code: str) -> str:
    found = regions.find(code)
    assert found is not None
    return found.name_zh
