"""The rows of one sheet: which lines are data, what each column holds, which rows are refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from features.dossier import LARGEST_ROWS
from features.errors import ValueProblem
from features.identifiers import industry
from features.intake.cells import Cells, by_distinct, only, read_codes, read_column, refused
from features.intake.grids import Grid
from features.intake.imported import REJECT_SCHEMA
from features.intake.layout import Column, Layout
from features.kinds import Flag, Scaled
from features.schema import Field
from features.tables import AnnualReport, Enterprise, ExpertGrade

FOOTER = r"^\s*(?:合\s*计|总\s*计|小\s*计|填表|填报|制表|审核|复核|负责人|单位负责人|统计负责人|联系|报出日期|备\s*注|说\s*明|注\s*[:：\d]|数据来源|资料来源|第\s*\d+\s*页)"
LISTED_FIELD = Field(Flag(), "已列全")


@dataclass
class Sheet:
    """A sheet's rows read; all series have one entry a data row."""

    grid: Grid
    layout: Layout
    lines: pl.Series
    codes: pl.Series
    values: dict[Column, Cells] = field(default_factory=dict)
    bad: list[pl.DataFrame] = field(default_factory=list)
    """Reject rows, with ``index`` of the data row."""
    skipped: int = 0
    """Lines that were footers or repeated headers."""

    def refuse(self, bad: pl.DataFrame | None, column: str) -> None:
        """Add refused cells (``index``, ``value``, ``code``, ``rule``, ``remedy``) of a column."""
        if bad is None or bad.height == 0:
            return
        whole = bad.with_columns(
            file=pl.lit(self.grid.file),
            sheet=pl.lit(self.grid.sheet, dtype=pl.String),
            row=self.lines.gather(bad["index"]),
            uscc=self.codes.gather(bad["index"]),
            column=pl.lit(column),
        )
        self.bad.append(whole.select("index", *REJECT_SCHEMA))

    @property
    def good(self) -> pl.Series:
        """Which rows have no refused cell."""
        mask = pl.Series("good", [True]).new_from_index(0, len(self.lines))
        return mask.scatter(pl.concat([b["index"] for b in self.bad]).unique(), False) if self.bad else mask


def read_rows(grid: Grid, layout: Layout, code: Column) -> Sheet:
    """Every data row of the sheet, with everything that is wrong in it."""
    cells, lines, skipped = _data_lines(grid, layout, code)
    text = {column: cells.to_series(column.place) for column in layout.columns}
    numbers = code.place in grid.binary and _all_digits(text[code]) and grid.holds_numbers(code.place)
    codes = read_codes(text[code], from_numbers=numbers)
    sheet = Sheet(grid, layout, lines, codes.values, skipped=skipped)
    sheet.refuse(codes.bad, code.written)
    for column in layout.columns:
        if column is not code:
            spec = column.heading.spec or LISTED_FIELD
            prepared = _prepared(column, text[column])
            read = read_column(spec, column.name, prepared, unit=column.unit, binary=column.place in grid.binary)
            sheet.refuse(read.bad, column.written)
            sheet.values[column] = read
    _check_region(sheet, text)
    _check_industry(sheet, text)
    _check_shifted(sheet, cells)
    return sheet


def _data_lines(grid: Grid, layout: Layout, code: Column) -> tuple[pl.DataFrame, pl.Series, int]:
    """The lines under the header that are neither blank, nor a footer, nor the header again."""
    cells = _unmerged(grid, layout).slice(layout.first_row)
    lines = grid.lines.slice(layout.first_row)
    codes = cells.to_series(code.place)
    plain = codes.fill_null("")
    # A footer may stand in the code's own column, merged over the whole width.
    doubtful = (plain.str.strip_chars().str.len_chars() < 8) | (plain == code.written) | plain.str.contains(FOOTER)
    if not doubtful.any():
        return cells, lines, 0
    some = cells.filter(doubtful)
    blank = some.select(pl.all_horizontal(pl.all().fill_null("").str.strip_chars() == "")).to_series()
    first = some.select(pl.coalesce(pl.when(pl.all().str.strip_chars() != "").then(pl.all()))).to_series()
    footer = first.str.contains(FOOTER).fill_null(False) & ~some.to_series(code.place).str.contains(
        "[0-9]{6}"
    ).fill_null(False)
    again = (some.to_series(code.place) == code.written).fill_null(False)
    drop = blank | footer | again
    keep = (~doubtful).scatter(doubtful.arg_true(), ~drop)
    return cells.filter(keep), lines.filter(keep), int((drop & ~blank).sum())


def _unmerged(grid: Grid, layout: Layout) -> pl.DataFrame:
    """Cells merged over rows hold for each row, except amounts and counts, which may be totals."""
    cells = grid.cells
    for column in layout.columns:
        spec = column.heading.spec
        if spec is not None and isinstance(spec.kind, Scaled) and column.name != "fiscal_year":
            continue
        merges = [m for m in grid.merges if m.column == column.place and m.first >= layout.first_row]
        targets = [row for m in merges for row in range(m.first + 1, m.last + 1)]
        sources = [m.first for m in merges for _ in range(m.first + 1, m.last + 1)]
        if targets:
            series = cells.to_series(column.place)
            cells = cells.with_columns(series.scatter(targets, series.gather(sources)).alias(str(column.place)))
    return cells


def _all_digits(text: pl.Series) -> bool:
    return bool(text.str.contains("^[0-9]{18}$").any())


def _prepared(column: Column, text: pl.Series) -> pl.Series:
    """Spellings that only sheets use: 2025年 for a year, 是 for a grade that is true or false."""
    if column.name == "fiscal_year":
        return text.str.replace(r"^\s*([0-9]{4})\s*年度?\s*$", "$1")
    if (column.heading.table, column.name) == (ExpertGrade.id, "value"):
        words = {"true": "1", "TRUE": "1", "True": "1", "是": "1", "false": "0", "FALSE": "0", "False": "0"}
        return text.replace(words)
    return text


def _column(sheet: Sheet, name: str) -> Column | None:
    return next((c for c in sheet.values if c.heading.table == Enterprise.id and c.name == name), None)


def _check_region(sheet: Sheet, text: dict[Column, pl.Series]) -> None:
    if (column := _column(sheet, "region_code")) is None:
        return
    short = (sheet.values[column].values < 100_000).fill_null(False)
    if short.any():
        problem = ValueProblem(
            field="region_code",
            value=None,
            rule="行政区划代码为 6 位 / a region code has 6 digits",
            remedy="例如柳州市 450200 / for instance 450200 for Liuzhou",
        )
        words = only(text[column], short).drop_nulls().unique()
        sheet.refuse(refused(text[column], dict.fromkeys(words, problem), short), column.written)


def _check_industry(sheet: Sheet, text: dict[Column, pl.Series]) -> None:
    """Codes in their normal form, read in their edition."""
    if (column := _column(sheet, "industry_code")) is None:
        return
    codes = sheet.values[column].values
    edition_column = _column(sheet, "industry_code_edition")
    editions = (
        sheet.values[edition_column].values
        if edition_column
        else pl.Series([None], dtype=pl.Int64).new_from_index(0, len(codes))
    )
    both = codes + "\n" + editions.fill_null(2017).cast(pl.String)

    def one(word: str) -> str:
        code, _, edition = word.rpartition("\n")
        return industry.normalise(code, int(edition))

    normal, problems = by_distinct(both, one, pl.String())
    sheet.values[column] = Cells(normal.alias("industry_code"), None, None)
    if problems:
        bad = refused(both, problems, both.is_not_null())
        sheet.refuse(bad.with_columns(value=text[column].gather(bad["index"])), column.written)


def _check_shifted(sheet: Sheet, cells: pl.DataFrame) -> None:
    """A CSV row with more cells than headers: a comma inside a number has shifted its values."""
    width = max((place + 1 for place, text in enumerate(sheet.layout.header) if text.strip()), default=0)
    if not sheet.grid.delimited or cells.width <= width:
        return
    surplus = cells.select(pl.concat_str(pl.nth(range(width, cells.width)).fill_null("").str.strip_chars())).to_series()
    shifted = (surplus != "").fill_null(False)
    if shifted.any():
        problem = ValueProblem(
            field="",
            value=None,
            rule="单元格比表头多，数据已错位 / more cells than headers: the values are shifted",
            remedy="带逗号的数字加引号，或去掉逗号 / put numbers with commas in quotes, or drop the commas",
        )
        words = surplus.filter(shifted).unique()
        sheet.refuse(refused(surplus, dict.fromkeys(words, problem), shifted), "")


def surplus_rows(frame: pl.DataFrame, table: str) -> pl.Series | None:
    """Which rows are beyond the most that one enterprise may have in a list; None where no row is."""
    if table == Enterprise.id or frame.height <= LARGEST_ROWS:
        return None
    beyond = frame.select(pl.int_range(pl.len()).over("uscc") >= LARGEST_ROWS).to_series()
    return beyond if beyond.any() else None


def refuse_without_key(sheet: Sheet) -> None:
    """Refuse rows that state something of a year but not which year, and grades of no criterion."""
    annual = sheet.layout.of(AnnualReport.id)
    stating = [c for c in annual if c.name in AnnualReport.fields and c.name != "fiscal_year"]
    # On a mixed sheet a line may be about the enterprise alone.
    only_where = stating if sheet.layout.table != AnnualReport.id else None
    year = ("会计年度", "the fiscal year", "补填年份，例如 2025 / give the year, for instance 2025")
    criterion = ("评分项", "the criterion", "补填评分项 / give the criterion")
    for column in sheet.values:
        if column.name == "fiscal_year":
            _refuse_empty(sheet, column, "missing_fiscal_year", year, only_where)
        elif column.name == "criterion":
            _refuse_empty(sheet, column, "missing_criterion", criterion, None)


def _refuse_empty(
    sheet: Sheet, column: Column, code: str, told: tuple[str, str, str], only_where: list[Column] | None
) -> None:
    read = sheet.values[column]
    empty = read.values.is_null()
    if only_where is not None:
        stated = pl.DataFrame({str(place): sheet.values[c].values.is_not_null() for place, c in enumerate(only_where)})
        empty = empty & (stated.select(pl.any_horizontal(pl.all())).to_series() if only_where else False)
    if read.bad is not None:
        empty = empty.scatter(read.bad["index"], False)
    zh, en, remedy = told
    texts = {"value": None, "code": code, "rule": f"必须给出{zh} / {en} is required", "remedy": remedy}
    rows = pl.DataFrame({"index": empty.arg_true()})
    sheet.refuse(
        rows.with_columns(pl.lit(text, dtype=pl.String).alias(name) for name, text in texts.items()), column.written
    )
