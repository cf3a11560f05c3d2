"""What is read of a snapshot: the columns that rules read as of a day, and who must be seen whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.facts import SIZE_GROUP
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import SAID, pivot
from features.wide_columns import WantedColumns

FIRMS = ("91450200MA00000151", "91450200MA0000023U")
"""In order of code."""
AS_OF = date(2026, 11, 22)
READ = ("annual_report/-1/revenue", SIZE_GROUP.path, "enterprise/established_on")


@pytest.mark.parametrize(
    ("industry", "founded", "paid", "earned", "in_doubt"),
    [
        ("C3612", "2016-05-01", "5", "100", []),
        ("C3612", "2016-05-01", "6", "100", []),
        ("C3612", "2016-05-01", "5", "200", [0]),
        ("C3612", "2016-05-01", "6", "200", [0]),
        ("C3612", "2017-05-01", "6", "100", [0]),
        ("C3613", "2016-05-01", "6", "100", [0]),
    ],
    ids=["nothing", "unread", "read", "both", "founding day", "industry code"],
)
def test_who_differs_only_in_facts_that_are_not_read_is_not_in_doubt(
    tmp_path: Path, industry: str, founded: str, paid: str, earned: str, in_doubt: list[int]
) -> None:
    one, other = FIRMS
    (tmp_path / "enterprise.csv").write_text(
        "uscc,established_on,industry_code,source\n"
        f"{one},2016-05-01,C3612,office\n{one},{founded},{industry},tax\n{other},2016-05-01,C3612,office\n"
    )
    (tmp_path / "annual_report.csv").write_text(
        "uscc,fiscal_year,tax_paid,revenue,source\n"
        f"{one},2025,5,100,office\n{one},2025,{paid},{earned},tax\n{other},2025,5,100,office\n"
    )
    assert _in_doubt(tmp_path) == in_doubt


@pytest.mark.parametrize(("industry", "in_doubt"), [("C3612", []), ("F51", []), ("I", [0])])
def test_who_has_several_size_groups_is_in_doubt_whatever_else_is_in_conflict(
    tmp_path: Path, industry: str, in_doubt: list[int]
) -> None:
    (tmp_path / "enterprise.csv").write_text(
        f"uscc,established_on,industry_code,source\n{FIRMS[0]},2016-05-01,{industry},office\n"
    )
    (tmp_path / "annual_report.csv").write_text(
        f"uscc,fiscal_year,tax_paid,revenue,source\n{FIRMS[0]},2025,5,100,office\n{FIRMS[0]},2025,6,100,tax\n"
    )
    assert _in_doubt(tmp_path) == in_doubt


def _in_doubt(folder: Path) -> list[int]:
    read = read_input(folder)
    assert read.rejects.is_empty(), read.rejects
    wide = pivot(LongTables.of(read.tables, read.incomplete), AS_OF)
    found: list[int] = WantedColumns(READ, {}, AS_OF).in_doubt(wide.firms).to_list()
    assert set(found) <= set(wide.firms[SAID].is_not_null().arg_true())
    return found
