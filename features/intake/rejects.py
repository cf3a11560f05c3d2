"""The reject table as a file that an office can open."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import xlsxwriter

from features.intake.grids import file_problem

_HEADERS = {
    "file": ("文件", 24),
    "sheet": ("工作表", 14),
    "row": ("行号", 8),
    "uscc": ("统一社会信用代码", 22),
    "column": ("列", 26),
    "value": ("填报值", 24),
    "code": ("问题代码", 20),
    "rule": ("规则", 50),
    "remedy": ("如何修改", 60),
}
_SHEET_ROWS = 1_048_575


def write_rejects(rejects: pl.DataFrame, path: Path) -> None:
    """Write rejects as ``.parquet``, ``.csv`` (UTF-8 with BOM) or ``.xlsx``, by the suffix.

    Parquet keeps the column names; the other two have Chinese headers. In CSV a value that a spreadsheet would run as a
    formula gets an apostrophe. Raises `FileProblem` for another suffix.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        rejects.write_parquet(path)
    elif suffix == ".csv":
        safe = rejects.with_columns(pl.col("column", "value", "uscc").str.replace("^([=@])", "'$1"))
        safe.rename({name: zh for name, (zh, _) in _HEADERS.items()}).write_csv(path, include_bom=True)
    elif suffix == ".xlsx":
        _write_workbook(rejects, path)
    else:
        raise file_problem(
            path.name,
            "只能写 .parquet、.csv 或 .xlsx / only .parquet, .csv or .xlsx",
            "换一个扩展名 / change the suffix",
        )


def _write_workbook(rejects: pl.DataFrame, path: Path) -> None:
    # What users sent may begin with = or http; it must stay text.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(path, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
        for part, start in enumerate(range(0, max(rejects.height, 1), _SHEET_ROWS), start=1):
            sheet = book.add_worksheet("未导入的行" if part == 1 else f"未导入的行{part}")
            sheet.freeze_panes(1, 0)
            for place, (zh, width) in enumerate(_HEADERS.values()):
                sheet.set_column(place, place, width)
                sheet.write_string(0, place, zh, bold)
            piece = rejects.slice(start, _SHEET_ROWS).select(*_HEADERS)
            for line, cells in enumerate(piece.iter_rows(), start=1):
                for place, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(line, place, cell if isinstance(cell, int) else str(cell)[:32_000])
