"""Training rows are what an office would have known on the day, and outcomes what came after it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.errors import ValueProblem
from features.intake import read_input
from features.kinds import NEVER, day_number
from features.long_tables import LongTables
from features.pivot import pivot
from features.population import generate, write_folder
from models.replay import targets
from models.replay.inputs import INPUTS, measured, names
from models.replay.known import as_it_was, assumptions
from models.replay.sets import asked, climb_set, distress_set
from models.sources import batch
from scoring.ladder import ladders

FIRST, SECOND, THIRD = "91450200MA00000151", "91450200MA0000023U", "91450200MA0000031P"
RUNGS = {rung.id: rung for rung in ladders()["liuzhou"].rungs}
DAY = date(2024, 6, 30)


def _read(folder: Path, **tables: str) -> LongTables:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    read = read_input(folder)
    assert read.rejects.is_empty(), read.rejects
    return LongTables.of(read.tables, read.incomplete)


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> LongTables:
    folder = tmp_path_factory.mktemp("population")
    write_folder(generate(400, 11), folder)
    read = read_input(folder)
    return LongTables.of(read.tables, read.incomplete)


@pytest.fixture
def office(tmp_path: Path) -> LongTables:
    return _read(
        tmp_path / "office",
        enterprise=(
            "uscc,established_on,industry_code,status,deregistered_on,certificate_listed,event_listed\n"
            f"{FIRST},2016-05-01,C3612,存续,,1,1\n{SECOND},2016-05-01,C3612,注销,2025-06-30,1,1\n"
        ),
        annual_report=(
            "uscc,fiscal_year,revenue,total_assets,total_liabilities,known_from\n"
            f"{FIRST},2022,100,200,50,\n{FIRST},2023,150,250,100,\n{SECOND},2023,300,100,20,2024-08-01\n"
        ),
        certificate=(
            "uscc,kind,valid_from,valid_to,known_from\n"
            f"{FIRST},high_tech_enterprise,2026-06-30,2029-06-29,2026-07-15\n"
            f"{SECOND},high_tech_enterprise,2026-07-01,2029-06-30,2026-07-15\n"
        ),
        event=f"uscc,kind,occurred_on\n{FIRST},loan_default,2025-06-30\n{SECOND},loan_default,2025-07-01\n",
    )


def _row(frame: pl.DataFrame, code: str) -> dict[str, object]:
    return frame.row(by_predicate=pl.col("uscc") == code, named=True)


def test_nothing_that_became_known_later_moves_a_training_row(population: LongTables) -> None:
    then = measured(pivot(as_it_was(population, DAY), DAY), DAY)
    until = day_number(DAY)
    scrambled = {}
    for name, frame in population.tables.items():
        numbers = [c for c in frame.columns if frame[c].dtype == pl.Int64 and c not in ("known_from", "fiscal_year")]
        keep = pl.col("known_from").is_null() | (pl.col("known_from") <= until)
        scrambled[name] = frame.with_columns(
            pl.when(keep).then(pl.col(c)).otherwise(pl.col(c).reverse()).alias(c) for c in numbers
        )
    told_later = LongTables.of(scrambled, population.incomplete)
    assert measured(pivot(as_it_was(told_later, DAY), DAY), DAY).equals(then)
    assert not measured(pivot(as_it_was(told_later, date(2026, 9, 30)), DAY), DAY).equals(then)


def test_whether_something_is_unknown_does_not_tell_that_a_first_certificate_came_later(office: LongTables) -> None:
    row = _row(measured(pivot(as_it_was(office, DAY), DAY), DAY), FIRST)
    assert row["holds(high_tech_enterprise)"] == 0.0
    # As the contract has it of today's tables, a list is unknown before its first row was known: that would be the outcome.
    assert _row(measured(pivot(office, DAY), DAY), FIRST)["holds(high_tech_enterprise)"] is None


@pytest.mark.parametrize(("day", "revenue"), [(date(2024, 5, 30), None), (date(2024, 5, 31), 150.0)])
def test_backfilled_accounts_count_from_the_day_on_which_they_are_due(
    office: LongTables, day: date, revenue: float | None
) -> None:
    assert _row(measured(pivot(as_it_was(office, day), day), day), FIRST)["revenue"] == revenue
    assert "年度数据 annual_report 次年 next year 5-31" in assumptions(office)


def test_accounts_that_say_since_when_they_are_known_count_from_then(office: LongTables) -> None:
    for day, revenue in ((date(2024, 7, 31), None), (date(2024, 8, 1), 300.0)):
        assert _row(measured(pivot(as_it_was(office, day), day), day), SECOND)["revenue"] == revenue


def test_an_end_that_came_later_and_todays_state_were_not_known(office: LongTables) -> None:
    then = as_it_was(office, DAY).tables["enterprise"]
    assert then["deregistered_on"].to_list() == [NEVER, NEVER]
    assert then["status"].to_list() == [None, None]
    assert _row(as_it_was(office, date(2025, 6, 30)).tables["enterprise"], SECOND)["deregistered_on"] < NEVER


def test_values_are_those_of_the_indicators_in_their_unit(office: LongTables) -> None:
    row = _row(measured(pivot(as_it_was(office, DAY), DAY), DAY), FIRST)
    wanted = {"revenue": 150.0, "revenue(-2)": 100.0, "revenue_growth(-1)": 0.5, "debt_ratio": 0.4, "net_margin": None}
    assert {name: row[name] for name in wanted} == pytest.approx(wanted)
    assert row["days_registered"] == (DAY - date(2016, 5, 1)).days
    assert list(row)[1:] == names()


def test_a_title_counts_from_the_day_after_until_24_months_later(office: LongTables) -> None:
    found = targets.climb(office, RUNGS["high_tech_enterprise"], DAY)
    assert dict(found.iter_rows()) == {FIRST: 1, SECOND: 0}
    holding = targets.climb(office, RUNGS["high_tech_enterprise"], date(2026, 6, 30))
    assert FIRST not in holding["uscc"].to_list()


def test_distress_is_leaving_or_failing_an_obligation_within_12_months(office: LongTables) -> None:
    assert dict(targets.distress(office, DAY).iter_rows()) == {FIRST: 1, SECOND: 1}
    before = DAY - timedelta(days=1)
    assert dict(targets.distress(office, before).iter_rows()) == {FIRST: 0, SECOND: 0}
    assert SECOND not in targets.distress(office, date(2025, 6, 30))["uscc"].to_list()


def test_months_end_on_the_last_day_where_the_month_is_shorter() -> None:
    assert targets.later(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert targets.later(date(2023, 12, 31), 2) == date(2024, 2, 29)
    assert targets.later(date(2024, 10, 31), 14) == date(2025, 12, 31)


def test_no_outcome_counts_before_its_time_is_over_on_the_day_of_training_or_of_the_test(
    population: LongTables,
) -> None:
    days = [date(year, 6, 30) for year in range(2017, 2027)]
    found = climb_set(population, RUNGS["high_tech_enterprise"], days, date(2026, 9, 30), date(2023, 1, 1))
    assert found.day is not None
    assert found.later is not None
    # June 2021 and 2022 fall out: their 24 months were not over when 2023 began.
    assert found.day.filter(~found.later).unique().sort().to_list() == [
        date(y, 6, 30) for y in (2017, 2018, 2019, 2020)
    ]
    assert found.day.filter(found.later).unique().sort().to_list() == [date(2023, 6, 30), date(2024, 6, 30)]
    assert found.features.columns == names()
    assert len(found.features.columns) == len(INPUTS)


def test_a_set_without_days_on_both_sides_is_refused(population: LongTables) -> None:
    with pytest.raises(ValueProblem, match="12 months over by 2026-09-30"):
        distress_set(population, [date(2025, 6, 30)], date(2026, 9, 30), date(2025, 1, 1))


def test_a_batch_is_what_the_last_question_meets_with_the_outcome_of_the_last_one_that_is_over(
    population: LongTables,
) -> None:
    features, outcome = batch(population, "distress", date(2026, 9, 30))
    assert features.columns == names()
    living = targets.alive(population, date(2026, 6, 30))["uscc"]
    assert 0 < features.height <= living.len()
    assert outcome is not None
    assert outcome.to_list() == targets.distress(population, date(2025, 6, 30))["outcome"].to_list()
    _, climbed = batch(population, "climb.gazelle", date(2019, 6, 30))
    assert climbed is None, "24 months after the first question are not over"


def test_slices_name_zone_size_age_and_sector_of_every_row(population: LongTables) -> None:
    days = [date(year, 6, 30) for year in range(2019, 2026)]
    found = distress_set(population, days, date(2026, 9, 30), date(2024, 1, 1))
    assert found.slices is not None
    assert found.slices.columns == ["zone", "size", "age", "sector"]
    assert found.slices.null_count().sum_horizontal()[0] == 0
    assert found.slices["zone"].n_unique() == 2


@pytest.mark.parametrize("turned", [False, True])
def test_slices_are_of_the_version_that_held_on_the_day(turned: bool, tmp_path: Path) -> None:
    rows = [f"{FIRST},2016-05-01,C3612,2017-01-01\n", f"{FIRST},2016-05-01,M7320,2024-01-01\n"]
    long = _read(
        tmp_path / "office",
        enterprise="uscc,established_on,industry_code,known_from\n" + "".join(rows[::-1] if turned else rows),
        annual_report=f"uscc,fiscal_year,revenue\n{FIRST},2022,100\n",
    )
    target = pl.DataFrame({"uscc": [FIRST], "outcome": [0]})
    told = {day: asked(long, lambda _: target, day)["sector"].to_list() for day in (date(2023, 6, 30), DAY)}
    assert told == {date(2023, 6, 30): ["C"], DAY: ["M"]}
