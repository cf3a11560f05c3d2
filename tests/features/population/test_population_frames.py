from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.identifiers import industry, regions, uscc
from features.kinds import Choice, Day, Flag, Money
from features.population import assumptions, generate, generate_range, write_folder
from features.tables import LIST_TABLES, PROVENANCE, TABLES

POPULATION = generate(300, 7)
LAST = POPULATION["annual_report"].filter(pl.col("fiscal_year") == 2025)
NUMBER = pl.col("name").str.extract(r"合成(\d+)号").cast(pl.Int64)


def test_the_same_seed_gives_the_same_frames_byte_for_byte(tmp_path: Path) -> None:
    first = write_folder(POPULATION, tmp_path / "a")
    second = write_folder(generate(300, 7), tmp_path / "b")
    assert [p.name for p in first] == [f"{t}.parquet" for t in POPULATION]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_files_hold_the_frames(tmp_path: Path) -> None:
    for path in write_folder(POPULATION, tmp_path):
        assert_frame_equal(pl.read_parquet(path), POPULATION[path.stem])


def test_another_seed_gives_another_population() -> None:
    other = generate(300, 8)
    assert [table for table, frame in POPULATION.items() if frame.equals(other[table])] == []


def test_parts_make_the_whole() -> None:
    parts = [generate_range(first, firms, 7) for first, firms in ((1, 1), (2, 149), (151, 150))]
    for table, frame in POPULATION.items():
        assert_frame_equal(pl.concat(part[table] for part in parts), frame)


@pytest.mark.parametrize(("first", "firms"), [(1, 0), (0, 5), (31**6, 1)])
def test_firms_that_cannot_be_numbered_are_refused(first: int, firms: int) -> None:
    with pytest.raises(ValueError, match="numbered from 1"):
        generate_range(first, firms, 1)


def test_no_year_is_refused() -> None:
    with pytest.raises(ValueError, match="years must be at least 1"):
        generate(1, 1, years=0)


@pytest.mark.parametrize("first", [1, 29_791, 9_999_900, 31**6 - 200])
def test_codes_pass_both_checks_and_are_those_of_make(first: int) -> None:
    codes = generate_range(first, 200, 3)["enterprise"]["uscc"]
    assert codes.n_unique() == 200
    for code in codes:
        assert uscc.check(code) == (code, ())
        assert uscc.make("91", code[2:8], code[8:16]) == code


def test_nothing_claims_to_be_real() -> None:
    names = POPULATION["enterprise"]["name"]
    assert names.str.contains(r"^\p{Han}+合成\d{4,}号\p{Han}+有限公司$").all()
    assert POPULATION["enterprise"]["uscc"].str.slice(8, 2).unique().to_list() == ["HC"]
    for table in ("intellectual_property", "certificate"):
        assert POPULATION[table]["number"].str.contains("^合成").all()
    for table, frame in POPULATION.items():
        others = [assumptions.SOURCE_TAX] if table == "annual_report" else []
        assert set(frame["source"]) <= {assumptions.SOURCE, *others}
    assert "合成" in assumptions.SOURCE
    assert "合成" in assumptions.SOURCE_TAX


@pytest.mark.parametrize("table", POPULATION)
def test_columns_are_the_contracts_and_every_value_is_read(table: str) -> None:
    frame, fields = POPULATION[table], TABLES[table].fields | PROVENANCE
    listed = {f"{t.id}_listed" for t in LIST_TABLES} if table == "enterprise" else set()
    assert set(frame.columns) <= {"uscc", *fields, *listed}
    assert listed <= set(frame.columns)
    for column in frame.columns:
        if column not in listed | {"uscc"}:
            for value in frame[column].unique():
                fields[column].kind.parse(value, column)


@pytest.mark.parametrize("table", POPULATION)
def test_types_are_plain(table: str) -> None:
    frame = POPULATION[table]
    kinds = {name: spec.kind for name, spec in TABLES[table].fields.items() if name in frame.columns}
    for column, kind in kinds.items():
        found = frame.schema[column]
        if isinstance(kind, Money):
            assert found == pl.Int64
        elif isinstance(kind, Flag):
            assert found == pl.Boolean
        elif isinstance(kind, Choice):
            assert found == pl.String
        elif isinstance(kind, Day):
            assert found == (pl.String if column == "listed_on" else pl.Date)
        assert not found.is_float()


def test_rows_belong_to_firms_and_firms_without_a_zone_have_no_membership() -> None:
    firms = POPULATION["enterprise"]
    for frame in POPULATION.values():
        assert frame["uscc"].is_in(firms["uscc"].to_list()).all()
    outside = firms.filter(pl.col("park") == "无")["uscc"]
    assert outside.len() > 50
    assert not POPULATION["zone_membership"]["uscc"].is_in(outside.to_list()).any()


def test_regions_are_mostly_guangxi_with_some_sichuan() -> None:
    codes = POPULATION["enterprise"]["region_code"]
    assert all(regions.find(code) is not None for code in codes)
    provinces = codes.str.head(2).value_counts()
    counted = dict(provinces.iter_rows())
    assert counted.keys() == {"45", "51"}
    assert 5 < counted["51"] < 60


def test_zones_stand_in_the_reference_and_lie_in_the_firms_province() -> None:
    for prefecture, shares in assumptions.ZONES.items():
        assert sum(shares.values()) <= 1
        for zone in shares:
            assert regions.zones()[zone].province == regions.province(prefecture)


def test_industries_cover_every_size_group_and_are_mostly_plants_and_software() -> None:
    groups = {industry.size_group(row.code) for row in assumptions.INDUSTRIES}
    assert groups == set(industry.SIZE_GROUPS) - {industry.NOT_CLASSIFIABLE}
    codes = POPULATION["enterprise"]["industry_code"]
    assert codes.str.contains("^(C|I65)").mean() > 0.6


def test_some_facts_and_lists_are_unknown_and_most_are_known() -> None:
    firms = POPULATION["enterprise"]
    for table in LIST_TABLES:
        listed = firms[f"{table.id}_listed"]
        assert listed.unique().drop_nulls().to_list() == [True]
        assert 3 <= listed.null_count() <= 60
    for fact in ("revenue", "employees", "tech_staff", "rd_expense", "total_assets"):
        assert 1 <= LAST[fact].null_count() <= 20


def test_no_date_lies_after_the_cut_off_or_before_the_firm() -> None:
    founded = POPULATION["enterprise"].select("uscc", "established_on").drop_nulls()
    for table, column in (
        ("intellectual_property", "granted_on"),
        ("event", "occurred_on"),
        ("financing_round", "closed_on"),
    ):
        days = POPULATION[table].join(founded, on="uscc").drop_nulls(column)
        assert days.filter(pl.col(column) < pl.col("established_on")).is_empty()
        assert days[column].max() <= date(2026, 9, 30)
    ended = POPULATION["event"].drop_nulls("ended_on")
    assert ended.filter(pl.col("ended_on") < pl.col("occurred_on")).is_empty()


def test_both_classes_of_rights_and_the_named_events_occur() -> None:
    assert {"invention_patent", "utility_model", "software_copyright"} <= set(
        POPULATION["intellectual_property"]["kind"]
    )
    events = generate(3_000, 1)["event"]
    expected = {"safety_accident", "rd_institution", "st_award", "standard_led", "abnormal_list"}
    assert expected <= set(events["kind"])
    listings = events.filter(pl.col("kind") == "abnormal_list")["ended_on"]
    assert 0 < listings.null_count() < listings.len()
    accidents = events.filter(pl.col("kind") == "safety_accident")
    assert accidents.height < 100


def test_the_first_firms_stand_at_the_thresholds_of_the_tech_sme_card() -> None:
    numbered = LAST.join(POPULATION["enterprise"].select("uscc", number=NUMBER), on="uscc")
    for case, figures in assumptions.BOUNDARIES.items():
        rows = numbered.filter(pl.col("number") % 100 == case)
        assert rows.height == 3
        for fact, value in figures.items():
            assert rows[fact].unique().to_list() == [value]
    staff, below, research = (assumptions.BOUNDARIES[case] for case in (7, 17, 27))
    assert staff["tech_staff"] * 10 == staff["employees"] * 3
    assert below["tech_staff"] * 10 < below["employees"] * 3
    assert research["rd_expense"] * 100 == research["revenue"] * 6
    assert generate_range(301, 100, 7)["annual_report"].filter(pl.col("employees") == 501).is_empty()


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_three_hundred_firms_mix_large_and_small_active_and_idle(seed: int) -> None:
    last = generate(300, seed)["annual_report"].filter(pl.col("fiscal_year") == 2025)
    too_large = (pl.col("revenue") > 2e8) | (pl.col("employees") > 500) | (pl.col("total_assets") > 2e8)
    few_staff = pl.col("tech_staff") < pl.col("employees") * 0.1
    enough = (pl.col("rd_expense") >= pl.col("revenue") * 0.05) & (pl.col("tech_staff") >= pl.col("employees") * 0.2)
    unknown = pl.any_horizontal(pl.col("revenue", "employees", "total_assets", "tech_staff", "rd_expense").is_null())
    mix = last.select(
        too_large.sum().alias("large"),
        few_staff.sum().alias("few"),
        enough.sum().alias("enough"),
        unknown.sum().alias("unknown"),
    )
    assert all(count >= 5 for count in mix.row(0)), mix
