"""A typed row that is written as a dossier's row reads back as exactly the same row."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.dossier import TypedRow, typed_row
from features.errors import FactError
from features.kinds import NEVER, Choice, Day
from features.schema import Field, Reading, Table
from features.tables import TABLES, Enterprise
from features.written import key_of, written_row

FREE = st.text("甲乙aA01 　,.-/（)％½Ⅳ\u200b\t\n𠮷é无否?", max_size=8)
"""Letters that cleaning changes, and those of words that state "none" or "unknown"."""


def _integers(spec: Field) -> st.SearchStrategy[int]:
    kind = spec.kind
    # Money in 分 and persons in ten-thousandths may be finer inside than a field takes; each keeps to its places.
    step = getattr(kind, "scale", 1) // 10 ** getattr(kind, "places", 0)
    found = st.integers(-(-kind.lo // step), kind.hi // step).map(lambda number: number * step)
    return found | st.just(NEVER) if isinstance(kind, Day) and kind.none else found


@st.composite
def _rows(draw: st.DrawFn, table: type[Table]) -> tuple[dict[str, Any], TypedRow]:
    """A row as a dossier may have it, and as it is read."""
    raw: dict[str, Any] = {}
    for name, spec in table.fields.items():
        if name in ("industry_code", "industry_code_edition", "region_code"):
            continue
        shown = _integers(spec).map(spec.kind.show) if spec.kind.readable else FREE
        given = draw(st.sampled_from(("absent", "null", "unknown", "stated")))
        if given == "null":
            raw[name] = None
        elif given == "unknown":
            raw[name] = "不详"
        elif given == "stated":
            value = draw(shown)
            raw[name] = "无" if value is None else str(value) if not isinstance(value, (bool, int)) else value
    problems: list[FactError] = []
    row = typed_row(table, raw, problems)
    assert not [p for p in problems if table.fields[p.field].kind.readable]
    return raw, row


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
@given(data=st.data())
def test_a_row_reads_back_as_it_was(table: type[Table], data: st.DataObject) -> None:
    _, row = data.draw(_rows(table))
    problems: list[FactError] = []
    written = json.loads(json.dumps(written_row(table, row)))
    assert typed_row(table, written, problems) == row
    assert problems == []


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_row_that_says_nothing_is_not_a_row_of_absent_keys(table: type[Table]) -> None:
    nothing: TypedRow = dict.fromkeys(typed_row(table, {}, []))
    nothing = {name: value for name, value in nothing.items() if not name.endswith("/assumed")}
    assert typed_row(table, written_row(table, nothing), []) == nothing


def test_every_kind_of_absence_is_written() -> None:
    # Else the property above says less than it seems to.
    readings = {(spec.absent, spec.null) for table in TABLES.values() for spec in table.fields.values()}
    assert readings == {
        (Reading.UNKNOWN, Reading.UNKNOWN),
        (Reading.UNKNOWN, Reading.NOT),
        (Reading.ASSUMED_NOT, Reading.UNKNOWN),
        (Reading.NOT, Reading.NOT),
    }
    assert any(isinstance(spec.kind, Choice) and spec.kind.none for spec in Enterprise.fields.values())


def test_a_key_tells_what_a_row_speaks_of() -> None:
    def key(table: str, **raw: Any) -> str:
        return key_of(TABLES[table], typed_row(TABLES[table], raw, []))

    assert key("enterprise", name="甲") == key("enterprise", name="乙") == ""
    assert key("annual_report", fiscal_year=2025, revenue=1) == key("annual_report", fiscal_year=2025) == "2025"
    assert key("expert_grade", criterion="a", year=2025) != key("expert_grade", criterion="a")
    assert key("certificate", row_id="x", number="1") == key("certificate", row_id="x") == "id:x"
    assert key("certificate", number="1") != key("certificate", number="2")
    # Silence and "not so" are the same natural field.
    assert key("intellectual_property", count=1) == key("intellectual_property", count=1, disputed=False)
    assert len(key("certificate", row_id="x" * 500)) <= 128
