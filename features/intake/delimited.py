"""CSV files: UTF-8 with or without BOM, UTF-16 with BOM, GB18030; separated by comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import polars as pl

from features.intake.grids import Grid, file_problem

_SNIFFED = 200
_LONGEST_FIELD = 1_000_000


def read_csv(path: Path) -> Grid:
    """The file's cells. Raises `FileProblem`."""
    text = _decode(path)
    separator, width = _shape(text, path.name)
    try:
        # A header of our own fixes the width: title lines above the real one are narrower than the table.
        head = separator.join(str(place) for place in range(width)) + "\n"
        cells = pl.read_csv((head + text).encode(), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError:
        cells = _read_ragged(text, separator, path.name)
    return Grid(path.name, None, cells, _lines(cells, spans='"' in text), delimited=True)


def _decode(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")):
        raise file_problem(
            path.name, "内容不是 CSV / this is not a CSV file", "改回正确的扩展名 / give it its right extension"
        )
    encodings = ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise file_problem(
            path.name, "编码不是 UTF-8 或 GB18030 / neither UTF-8 nor GB18030", "另存为 UTF-8 / save it as UTF-8"
        )
    if not text.strip():
        raise file_problem(
            path.name, "文件是空的 / the file is empty", "检查是否传错文件 / check that this is the right file"
        )
    if "\0" in text:
        raise file_problem(
            path.name, "内容不是文本 / this is not text", "另存为 UTF-8 的 CSV / save it as CSV in UTF-8"
        )
    return text if "\n" in text else text.replace("\r", "\n")


def _shape(text: str, name: str) -> tuple[str, int]:
    """Separator and number of columns, judged by the first lines."""
    start = text[: 1 << 20]
    best = (0, ",", 1)
    for separator in (",", "\t", ";"):
        try:
            rows = list(itertools.islice(csv.reader(io.StringIO(start), delimiter=separator), _SNIFFED))
        except csv.Error as error:
            raise _broken(name, error) from None
        width = max(map(len, rows), default=1)
        if (score := sum(len(row) > 1 for row in rows) * width) > best[0]:
            best = (score, separator, width)
    return best[1], best[2]


def _read_ragged(text: str, separator: str, name: str) -> pl.DataFrame:
    """Slower, for files in which some rows have more fields than the first lines show."""
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _broken(name, error) from None
    width = max(map(len, rows), default=0)
    columns = itertools.zip_longest(*rows)
    return pl.DataFrame(
        {str(place): pl.Series(column, dtype=pl.String) for place, column in zip(range(width), columns, strict=True)}
    )


def _broken(name: str, error: Exception) -> Exception:
    return file_problem(
        name,
        f"CSV 引号或分隔符有误 / quotes or separators are broken: {error}",
        "用表格软件打开后另存 / open it in a spreadsheet and save again",
    )


def _lines(cells: pl.DataFrame, *, spans: bool) -> pl.Series:
    """Line on which each record starts; with ``spans`` quoted cells may run over several."""
    if not spans:
        return pl.int_range(1, cells.height + 1, dtype=pl.Int64, eager=True).alias("line")
    breaks = cells.select(
        pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0).cast(pl.Int64))
    ).to_series()
    return (
        pl.int_range(1, len(breaks) + 1, dtype=pl.Int64, eager=True) + breaks.cum_sum().shift(1, fill_value=0)
    ).alias("line")
