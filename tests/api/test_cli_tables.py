"""What ``dengti import`` prints of the notes."""

from __future__ import annotations

import pytest

from api.cli import tables
from features.intake import Imported
from features.intake.imported import Note, rejects_frame


@pytest.mark.parametrize(
    ("file", "sheet", "line"),
    [
        ("office.xlsx", "年度数据", "· office.xlsx 年度数据: 甲 / A"),
        ("office.xlsx", None, "· office.xlsx: 甲 / A"),
        ("", None, "· 甲 / A"),
    ],
)
def test_a_note_names_file_and_sheet_where_it_is_of_one(
    file: str, sheet: str | None, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tables.imported(Imported({}, rejects_frame([]), [Note(file, sheet, "甲", "A")]), {"rows": {}})
    assert line in capsys.readouterr().out.splitlines()
