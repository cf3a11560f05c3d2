"""One sheet into parts of tables: enterprise rows, annual rows (long or one column a year), rows of lists."""

from __future__ import annotations

import polars as pl

from features.intake.assemble import LINE, ORIGIN, Collector, Part
from features.intake.grids import Grid
from features.intake.headers import Refusal
from features.intake.imported import Note, rejects_frame
from features.intake.layout import Column, Layout, find_layout
from features.intake.rows import Sheet, read_rows, refuse_without_key
from features.tables import PROVENANCE, TABLES, AnnualReport, Enterprise, ExpertGrade, IntellectualProperty


def read_sheet(grid: Grid, out: Collector) -> None:
    """Add a sheet's rows, rejects and notes."""
    layout = find_layout(grid)
    if layout is None:
        _note(out, grid, "表头不属于任何一张表，已跳过", "its headers belong to no table, skipped")
        return
    if isinstance(layout, Refusal):
        _refuse(out, grid, None, layout)
        return
    _without_year(layout)
    for header, refusal in layout.refused:
        _refuse(out, grid, header, refusal)
    _notes_of(layout, grid, out)
    lacking = _NO_CODE if layout.code is None else _NO_CRITERION if _lacks_criterion(layout) else None
    if lacking is not None or layout.code is None:
        _refuse(out, grid, None, lacking or _NO_CODE)
        return
    sheet = read_rows(grid, layout, layout.code)
    refuse_without_key(sheet)
    if sheet.skipped:
        _note(
            out,
            grid,
            f"跳过 {sheet.skipped} 行合计、落款或重复表头",
            f"{sheet.skipped} lines of totals, signatures or repeated headers skipped",
        )
    tables = _fed(layout)
    if sheet.bad:
        bad = pl.concat(sheet.bad).sort("index", maintain_order=True)
        out.rejects.append(bad.drop("index"))
        out.lost(bad["uscc"], tables)
    _parts(sheet, tables, out)


_NO_CODE = Refusal(
    "missing_uscc_column",
    "没有统一社会信用代码一列 / there is no column of the unified social credit code",
    "加上“统一社会信用代码”一列 / add a column 统一社会信用代码 or uscc",
)
_NO_YEAR = Refusal(
    "missing_fiscal_year",
    "看不出是哪一年的数据 / it is not said of which year this is",
    "加“会计年度”一列，或把年份写进表头，例如“2025年营业收入” / add a column fiscal_year, or write the year into the header",
)


_NO_CRITERION = Refusal(
    "missing_criterion_column",
    "没有评分项一列 / there is no column of the criterion",
    "加上“评分项”一列，例如 hte.ip_advancement / add a column criterion, for instance hte.ip_advancement",
)


def _lacks_criterion(layout: Layout) -> bool:
    return layout.table == ExpertGrade.id and all(c.name != "criterion" for c in layout.columns)


def _note(out: Collector, grid: Grid, zh: str, en: str) -> None:
    out.notes.append(Note(grid.file, grid.sheet, zh, en))


def _refuse(out: Collector, grid: Grid, header: str | None, refusal: Refusal) -> None:
    place: dict[str, object] = {
        "file": grid.file,
        "sheet": grid.sheet,
        "row": None,
        "uscc": None,
        "column": header,
        "value": header,
    }
    out.rejects.append(rejects_frame([{**place, "code": refusal.code, "rule": refusal.rule, "remedy": refusal.remedy}]))


def _without_year(layout: Layout) -> None:
    """Refuse annual columns where no column and no header names their year."""
    annual = [c for c in layout.of(AnnualReport.id) if c.name in AnnualReport.fields]
    if any(c.name == "fiscal_year" for c in annual):
        return
    layout.refused += [(column.written, _NO_YEAR) for column in annual]
    layout.columns = [column for column in layout.columns if column not in annual]


def _notes_of(layout: Layout, grid: Grid, out: Collector) -> None:
    if layout.ignored:
        names = "、".join(dict.fromkeys(text.strip().replace("\n", "") for text in layout.ignored))
        _note(out, grid, f"未用到的列：{names}", f"columns not used: {names}")
    if layout.assumed_yuan:
        names = "、".join(dict.fromkeys(layout.assumed_yuan))
        _note(out, grid, f"未写单位，按元读取：{names}", f"no unit stated, read as yuan: {names}")
    if layout.table == IntellectualProperty.id and _one_each(layout):
        _note(out, grid, "没有数量一列，每行按一件计", "no count column: each row counts as one right")


def _one_each(layout: Layout) -> bool:
    names = {c.name for c in layout.columns}
    return "count" not in names | layout.refused_fields and bool(names & {"number", "name"})


def _fed(layout: Layout) -> list[str]:
    """The tables that the sheet has something for."""
    own = {c.heading.table for c in layout.columns if c.name != "uscc" and c.name not in PROVENANCE}
    annual = [c for c in layout.columns if c.heading.table == AnnualReport.id and c.name in AnnualReport.fields]
    if all(c.name == "fiscal_year" for c in annual) and layout.table != AnnualReport.id:
        own.discard(AnnualReport.id)
    return [table for table in TABLES if table in own]


def _parts(sheet: Sheet, tables: list[str], out: Collector) -> None:
    layout, good = sheet.layout, sheet.good
    origin = out.origin(sheet.grid.file, sheet.grid.sheet)
    base = pl.DataFrame({"uscc": sheet.codes, LINE: sheet.lines}).with_columns(
        pl.lit(origin, dtype=pl.Int64).alias(ORIGIN)
    )
    provenance = [c for c in layout.columns if c.name in PROVENANCE]
    for table in tables:
        own = [c for c in layout.of(table) if c.name not in PROVENANCE]
        if own:
            frame = _frame(base, sheet, [*own, *provenance]).filter(good)
            _add(sheet, table, frame, out)
    years = layout.of_years
    if years:
        frames = []
        for year, columns in sorted(years.items()):
            frame = _frame(base, sheet, [*columns, *(c for c in provenance if c.name != "row_id")])
            stated = pl.any_horizontal(pl.col(c.name).is_not_null() for c in columns)
            frames.append(
                frame.filter(good).filter(stated).with_columns(pl.lit(year, dtype=pl.Int64).alias("fiscal_year"))
            )
        out.parts.append(Part(AnnualReport.id, pl.concat(frames, how="diagonal")))


def _add(sheet: Sheet, table: str, frame: pl.DataFrame, out: Collector) -> None:
    layout = sheet.layout
    if table == AnnualReport.id:
        # Lines of a mixed sheet that state nothing of any year.
        frame = frame.filter(pl.col("fiscal_year").is_not_null())
    mixed = table == Enterprise.id and (
        layout.table != Enterprise.id or any(c.name == "fiscal_year" for c in layout.columns)
    )
    if mixed:
        frame = frame.drop("row_id", strict=False)
        frame = frame.unique([c for c in frame.columns if c not in (LINE, ORIGIN)], keep="first", maintain_order=True)
    if table == IntellectualProperty.id and _one_each(layout):
        frame = frame.with_columns(pl.lit(1, dtype=pl.Int64).alias("count"))
    out.parts.append(Part(table, frame, derived=mixed))


def _frame(base: pl.DataFrame, sheet: Sheet, columns: list[Column]) -> pl.DataFrame:
    found: list[pl.Series] = []
    for column in columns:
        read = sheet.values[column]
        found.append(read.values.alias(column.name))
        if read.assumed is not None:
            found.append(read.assumed.alias(f"{column.name}/assumed"))
    return base.with_columns(found)
