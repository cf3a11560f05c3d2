"""Snapshots: what was known at a day, kept once for each day on which something changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features import factstore, snapshot
from features.errors import FileProblem
from features.intake import read_input
from features.long_tables import LongTables
from features.pivot import Wide, pivot

FIRST, SECOND = "91450200MA00000151", "91450200MA0000023U"
"""In order of code."""


@pytest.fixture
def long(tmp_path: Path) -> LongTables:
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "enterprise.csv").write_text(
        f"uscc,established_on,industry_code\n{FIRST},2024-05-01,C3612\n{SECOND},2016-05-01,C3612\n"
    )
    (folder / "annual_report.csv").write_text(
        "uscc,fiscal_year,revenue,known_from\n"
        f"{FIRST},2025,100,2026-05-31\n{FIRST},2025,200,2026-08-01\n{SECOND},2023,300,2024-05-31\n"
    )
    (folder / "event.csv").write_text(f"uscc,kind,occurred_on,known_from\n{SECOND},fraud,2025-01-01,2026-01-15\n")
    read = read_input(folder)
    assert read.rejects.is_empty(), read.rejects
    factstore.write(tmp_path / "facts", read.tables, read.incomplete, read.rejects, [])
    return LongTables.of(read.tables, read.incomplete)


def _firm(wide: Wide, code: str) -> dict[str, object]:
    return wide.firms.row(by_predicate=pl.col("uscc") == code, named=True)


def test_a_later_version_holds_from_the_day_on_which_it_became_known(long: LongTables) -> None:
    for day, revenue in ((date(2026, 5, 30), None), (date(2026, 5, 31), 100_00), (date(2026, 8, 1), 200_00)):
        firm = _firm(pivot(long, day), FIRST)
        assert firm.get("annual_report/2025/revenue") == revenue, day


def test_a_year_before_the_founding_year_had_nothing_and_one_not_reported_is_unknown(long: LongTables) -> None:
    wide = pivot(long, date(2026, 11, 22))
    assert _firm(wide, FIRST)["annual_report/2023/revenue"] == 0
    assert _firm(wide, SECOND)["annual_report/2023/revenue"] == 300_00
    assert _firm(wide, SECOND)["annual_report/2025/revenue"] is None


def test_a_list_is_known_for_those_with_a_row_once_the_row_was_known(long: LongTables) -> None:
    assert _firm(pivot(long, date(2026, 1, 14)), SECOND)["event/listed"] is None
    known = pivot(long, date(2026, 1, 15))
    assert (_firm(known, SECOND)["event/listed"], _firm(known, FIRST)["event/listed"]) == (1, None)
    assert known.rows["event"]["row"].to_list() == [1]


def test_between_two_days_of_change_the_snapshot_is_the_same(long: LongTables, tmp_path: Path) -> None:
    at = {day: factstore.snapshot_at(tmp_path / "facts", date.fromisoformat(day)).name for day in (
        "2020-01-01", "2024-05-31", "2026-01-14", "2026-07-31", "2026-08-01", "2030-01-01",
    )}  # fmt: skip
    assert list(at.values()) == ["before-all", "2024-05-31", "2024-05-31", "2026-05-31", "2026-08-01", "2026-08-01"]
    one, other = (pivot(long, date(2026, 8, day)) for day in (1, 30))
    assert one.firms.equals(other.firms)


def test_what_is_written_is_read_again(long: LongTables, tmp_path: Path) -> None:
    day = date(2026, 11, 22)
    made = snapshot.write(tmp_path / "kept", (pivot(part, day) for part in long.parts(1)), day)
    found = snapshot.read(tmp_path / "kept")
    assert (found.sizes, found.known_at, found.sha256) == ([1, 1], day, made.sha256)
    assert found.part(1).firms["uscc"].to_list() == [SECOND]
    few = found.part(0, ["annual_report/2025/revenue", "annual_report/1999/revenue"], {"event": ("kind",)})
    assert set(few.firms.columns) - set(snapshot.HEAD) == {"annual_report/2025/revenue"}


def test_a_list_of_a_part_is_read_in_one_piece_however_long(long: LongTables, tmp_path: Path) -> None:
    """In several it would be copied before it is evaluated."""
    wide = pivot(long, date(2026, 11, 22))
    rows = {"event": pl.concat([wide.rows["event"]] * 400_000, rechunk=True)}
    snapshot.write(tmp_path / "kept", [Wide(wide.firms, rows)], date(2026, 11, 22))
    found = snapshot.read(tmp_path / "kept").part(0).rows["event"]
    assert (found.height, found.n_chunks("all")) == (400_000, [1] * found.width)


def test_parts_out_of_order_are_refused(long: LongTables, tmp_path: Path) -> None:
    def backwards() -> Iterator[Wide]:
        yield from reversed([pivot(part, date(2026, 11, 22)) for part in long.parts(1)])

    with pytest.raises(FileProblem, match="order of uscc"):
        snapshot.write(tmp_path / "kept", backwards(), date(2026, 11, 22))


def test_a_snapshot_that_lost_a_part_is_damaged(long: LongTables, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    snapshot.write(folder, [pivot(long, date(2026, 11, 22))], date(2026, 11, 22))
    (folder / "part-00000.parquet").unlink()
    with pytest.raises(FileProblem, match="damaged"):
        snapshot.read(folder)
    (folder / snapshot.MANIFEST).write_text(json.dumps({"format": "other"}))
    with pytest.raises(FileProblem, match="damaged"):
        snapshot.read(folder)


def test_a_list_without_a_row_has_places_all_the_same(long: LongTables, tmp_path: Path) -> None:
    day = date(2026, 1, 14)
    written = snapshot.write(tmp_path / "snapshot", [pivot(long, day)], day)
    rows = written.part(0, (), {"event": ("kind",)}).rows["event"]
    assert (rows.height, rows.columns) == (0, ["row"])


def test_parts_have_the_columns_that_some_part_has_but_for_the_years(long: LongTables, tmp_path: Path) -> None:
    day = date(2026, 11, 22)
    written = snapshot.write(tmp_path / "snapshot", [pivot(part, day) for part in long.parts(1)], day)
    lacking, stating = (
        written.part(n, {"event/listed", "annual_report/2025/revenue"}, {"event": ("kind",)}) for n in (0, 1)
    )
    assert lacking.firms["event/listed"].to_list() == [None]
    assert stating.firms["event/listed"].to_list() == [1]
    # Of a year that nobody in a part reported, that before the founding year there was nothing is said later.
    assert "annual_report/2025/revenue" not in stating.firms.columns
    assert (lacking.rows["event"].height, set(lacking.rows["event"].columns)) == (0, {"row", "kind"})
    assert stating.rows["event"].height == 1


def test_a_snapshot_of_another_format_is_refused_and_not_current(long: LongTables, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    snapshot.write(folder, [pivot(long, date(2026, 11, 22))], date(2026, 11, 22))
    assert snapshot.is_current(folder)
    manifest = json.loads((folder / snapshot.MANIFEST).read_text())
    (folder / snapshot.MANIFEST).write_text(json.dumps({**manifest, "format": "dengti-snapshot/1"}))
    assert not snapshot.is_current(folder)
    assert not snapshot.is_current(tmp_path / "nowhere")
    with pytest.raises(FileProblem, match="dengti-snapshot/5"):
        snapshot.read(folder)
