"""Outcomes are made of statements that hold: none withdrawn, followed by another, or heard of later, in whatever order they lie."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from features.errors import ValueProblem
from features.intake import read_input
from features.long_tables import LongTables
from models.replay import targets
from models.replay.known import as_it_stands, taken_for_none
from scoring.ladder import ladders

FIRM = "91450200MA00000151"
RUNG = {rung.id: rung for rung in ladders()["liuzhou"].rungs}["high_tech_enterprise"]
DAY, TODAY = date(2024, 6, 30), date(2026, 9, 30)
HEADS = {
    "enterprise": "established_on,industry_code,status,deregistered_on,known_from,source",
    "annual_report": "fiscal_year,revenue",
    "certificate": "row_id,kind,valid_from,valid_to,known_from,retracted,source",
    "event": "row_id,kind,occurred_on,known_from,retracted",
}
LIVES = "2016-05-01,C3612,存续,,,"


def _office(folder: Path, **tables: Sequence[str]) -> LongTables:
    given = {"enterprise": [LIVES], "annual_report": ["2023,100"], "certificate": [], "event": []} | tables
    for name, rows in given.items():
        lines = [f"uscc,{HEADS[name]}", *(f"{FIRM},{row}" for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    read = read_input(folder)
    assert read.rejects.is_empty(), read.rejects
    return LongTables.of(read.tables, read.incomplete)


TITLE = "t1,high_tech_enterprise,2025-06-30,2028-06-29"


@pytest.mark.parametrize(
    ("certificates", "wanted"),
    [
        ([f"{TITLE},2025-07-01,,"], {FIRM: 1}),
        ([f"{TITLE},2025-07-01,,", f"{TITLE},2025-08-01,1,"], {FIRM: 0}),
        ([f"{TITLE},2025-07-01,,", "t1,high_tech_enterprise,2027-01-01,2029-12-31,2025-08-01,,"], {FIRM: 0}),
        # Never really held: it is asked.
        (
            [f"t0,high_tech_enterprise,2022-06-30,2025-06-29,{known}" for known in ("2022-07-01,,", "2023-08-01,1,")],
            {FIRM: 0},
        ),
        ([f"{TITLE},2026-12-01,,"], {FIRM: 0}),
        # Two sources say it of different years.
        ([f"{TITLE},,,a", "t1,high_tech_enterprise,2027-01-01,2029-12-31,,,b"], {}),
        # Two sources say the same.
        ([f"{TITLE},,,a", f"{TITLE},,,b"], {FIRM: 1}),
        # One source does not say until when: it had ended, so the firm is asked.
        ([f"t0,high_tech_enterprise,2020-06-30,{to}" for to in (",,,a", "2023-06-29,,,b")], {FIRM: 0}),
    ],
    ids=[
        "told",
        "withdrawn",
        "corrected",
        "held by mistake",
        "told later than today",
        "in dispute",
        "told twice",
        "half told",
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_title_is_won_if_the_statement_of_it_stands(
    certificates: list[str], wanted: dict[str, int], turned: bool, tmp_path: Path
) -> None:
    office = _office(tmp_path, certificate=certificates[::-1] if turned else certificates)
    assert dict(targets.climb(as_it_stands(office, TODAY), RUNG, DAY).iter_rows()) == wanted


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        (["e1,loan_default,2025-01-01,2025-02-01,"], 1),
        (["e1,loan_default,2025-01-01,2025-02-01,", "e1,loan_default,2025-01-01,2025-03-01,1"], 0),
        (["e1,loan_default,2025-01-01,2025-02-01,", "e1,loan_default,2023-01-01,2025-03-01,"], 0),
        (["e1,loan_default,2025-01-01,2026-12-01,"], 0),
        (["e1,tax_arrears,2025-01-01,2025-02-01,"], 1),
        (["e1,court_enforcement,2025-01-01,2025-02-01,"], 1),
        (["e1,dishonest_list,2025-01-01,2025-02-01,"], 1),
        (["e1,dishonest_debtor,2025-01-01,2025-02-01,"], 1),
        (["e1,abnormal_list,2025-01-01,2025-02-01,"], 0),
    ],
    ids=[
        "told",
        "withdrawn",
        "corrected",
        "told later than today",
        "tax in arrears",
        "a judgment enforced",
        "on the list of serious dishonesty",
        "on the list of dishonest judgment debtors",
        "an address or a report that is lacking is no debt",
    ],
)
def test_an_obligation_is_failed_if_the_statement_of_it_stands(events: list[str], wanted: int, tmp_path: Path) -> None:
    office = _office(tmp_path, event=events)
    assert dict(targets.distress(as_it_stands(office, TODAY), DAY).iter_rows()) == {FIRM: wanted}


GONE = "2016-05-01,C3612,注销,2025-01-01"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([f"{GONE},2025-01-05,", "2016-05-01,C3612,存续,,2025-03-05,"], {FIRM: 0}),
        ([f"{GONE},2025-01-05,a", "2016-05-01,C3612,存续,,2020-03-05,b"], {}),
        # An empty day of leaving states that it has not left.
        ([f"{GONE},2025-01-05,a", ",C3612,,,2020-03-05,b"], {}),
        # A source that is silent on status and founding disputes nothing.
        (["2016-05-01,C3612,存续,,,a", ",C3612,,,,b"], {FIRM: 0}),
        # Two words for one thing.
        (["2016-05-01,C3612,存续,,,a", "2016-05-01,C3612,在业,,,b"], {FIRM: 0}),
        # They differ in what decides nothing.
        (["2016-05-01,C3612,存续,,,a", "2016-05-01,C3613,存续,,,b"], {FIRM: 0}),
        (["2016-05-01,C3612,存续,,,a", "2025-05-01,C3612,存续,,,b"], {}),
    ],
    ids=[
        "corrected",
        "in dispute",
        "gone and not gone",
        "alive and silent",
        "two words",
        "other facts",
        "when founded",
    ],
)
def test_whether_a_firm_has_left_does_not_hang_on_the_order_of_rows(
    rows: list[str], wanted: dict[str, int], turned: bool, tmp_path: Path
) -> None:
    office = _office(tmp_path, enterprise=rows[::-1] if turned else rows)
    assert dict(targets.distress(as_it_stands(office, TODAY), DAY).iter_rows()) == wanted


@pytest.mark.parametrize("status", ["注销", "吊销"])
def test_who_left_on_no_day_left_when_accounts_were_due_that_never_came(status: str, tmp_path: Path) -> None:
    # Those of 2022 came by May 2023, those of 2023 were due on 31 May 2024.
    office = _office(tmp_path, enterprise=[f"2016-05-01,C3612,{status},,,"], annual_report=["2022,100"])
    stands = as_it_stands(office, TODAY)
    asked = {year: dict(targets.distress(stands, date(year, 6, 30)).iter_rows()) for year in (2022, 2023, 2024)}
    assert asked == {2022: {FIRM: 0}, 2023: {FIRM: 1}, 2024: {}}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "told",
    [
        ["吊销,,2024-02-01,"],
        # Told again, by the same source, by another, or before the firm was taken back.
        ["吊销,,2024-02-01,", "吊销,,2024-04-01,"],
        ["吊销,,2024-02-01,a", "注销,,2024-04-01,b"],
        ["吊销,,2023-01-01,", "存续,,2023-02-01,", "吊销,,2024-02-01,"],
    ],
    ids=["once", "twice", "by two", "and lived between"],
)
def test_who_was_known_to_have_left_before_had_left_by_then(told: list[str], turned: bool, tmp_path: Path) -> None:
    rows = [f"2016-05-01,C3612,{row}" for row in (told[::-1] if turned else told)]
    office = _office(tmp_path, enterprise=rows, annual_report=["2022,100"])
    assert targets.alive(as_it_stands(office, TODAY), date(2024, 2, 1)).is_empty()
    assert not targets.alive(as_it_stands(office, TODAY), date(2024, 1, 31)).is_empty()


def test_who_is_known_to_have_left_has_left_by_the_day_of_knowing(tmp_path: Path) -> None:
    # The next accounts would be due in May 2027.
    office = _office(tmp_path, enterprise=["2016-05-01,C3612,吊销,,,"], annual_report=["2025,100"])
    stands = as_it_stands(office, TODAY)
    assert targets.alive(stands, TODAY).is_empty()
    assert not targets.alive(stands, date(2026, 6, 30)).is_empty()


def test_who_left_on_no_day_and_never_reported_is_left_out(tmp_path: Path) -> None:
    office = _office(tmp_path, enterprise=["2016-05-01,C3612,注销,,,"], annual_report=[])
    assert targets.distress(as_it_stands(office, TODAY), DAY).is_empty()


def test_an_outcome_of_which_no_table_tells_is_refused_and_others_are_not(tmp_path: Path) -> None:
    office = _office(tmp_path, event=["e1,loan_default,2025-01-01,,"])
    told = {name: frame for name, frame in office.tables.items() if name != "certificate"}
    stands = as_it_stands(LongTables.of(told, office.incomplete), TODAY)
    assert dict(targets.distress(stands, DAY).iter_rows()) == {FIRM: 1}
    with pytest.raises(ValueProblem, match="certificate"):
        targets.climb(stands, RUNG, DAY)
    nobody = {name: frame for name, frame in told.items() if name != "enterprise"}
    with pytest.raises(ValueProblem, match="enterprise"):
        as_it_stands(LongTables.of(nobody, office.incomplete), TODAY)


def test_a_question_is_settled_when_what_came_in_its_time_is_told_too() -> None:
    # Events are told 30 days after, titles on the day.
    assert not targets.DISTRESS.settled(DAY, date(2025, 7, 29))
    assert targets.DISTRESS.settled(DAY, date(2025, 7, 30))
    assert not targets.CLIMB.settled(DAY, date(2026, 6, 29))
    assert targets.CLIMB.settled(DAY, date(2026, 6, 30))


def test_where_a_list_is_neither_there_nor_declared_complete_it_is_told_that_none_is_assumed(tmp_path: Path) -> None:
    office = _office(tmp_path, certificate=[f"{TITLE},2025-07-01,,"])
    assert taken_for_none(office, "certificate") == ""
    assert taken_for_none(office, "event").startswith("1 / 1 家没有事项记录、也未声明完整，按没有计")
    (tmp_path / "declared").mkdir()
    for path in tmp_path.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        if path.stem == "enterprise":
            text = text.replace("source\n", "source,event_listed\n").rstrip("\n") + ",true\n"
        (tmp_path / "declared" / path.name).write_text(text, encoding="utf-8")
    read = read_input(tmp_path / "declared")
    assert taken_for_none(LongTables.of(read.tables, read.incomplete), "event") == ""
