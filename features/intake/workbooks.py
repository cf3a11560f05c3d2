"""Excel workbooks: every visible sheet as text cells, with what the text alone does not show (errors, merged cells)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

import fastexcel
import polars as pl

from features.errors import FileProblem
from features.intake.grids import Grid, Merge, file_problem, numbered
from features.intake.imported import Note

LARGEST_UNCOMPRESSED = 2 * 1024**3
_CHUNK = 1 << 22
_LARGEST_INDEX = 1 << 25
_MOST_MERGES = 200_000

_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>.*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')


@dataclass
class _Marks:
    """What the sheet's XML tells beyond the values."""

    errors: list[tuple[int, int, str]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)


def read_workbook(path: Path, notes: list[Note]) -> Iterator[Grid]:
    """The workbook's visible sheets, one at a time; hidden and empty ones are noted. Raises `FileProblem`."""
    marks = _inspect(path)
    try:
        reader = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise _unreadable(path, error) from None
    for name in reader.sheet_names:
        grid = _sheet(path, reader, name, marks.get(name, _Marks()))
        if grid is None:
            notes.append(Note(path.name, name, "隐藏的工作表未读取", "a hidden sheet was not read"))
        elif grid.cells.height == 0:
            notes.append(Note(path.name, name, "空工作表，已跳过", "an empty sheet was skipped"))
        else:
            yield grid


def _unreadable(path: Path, error: Exception) -> FileProblem:
    return file_problem(
        path.name,
        f"不是可读的 Excel 工作簿 / not a readable workbook: {str(error).splitlines()[0][:200]}",
        "用 Excel 或 WPS 打开后另存为 .xlsx / open it and save it as .xlsx",
    )


def _sheet(path: Path, reader: fastexcel.ExcelReader, name: str, marks: _Marks) -> Grid | None:
    try:
        # ``skip_rows=0`` keeps leading blank rows, so that row numbers are the sheet's own.
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if sheet.visible != "visible":
            return None
        cells = numbered(sheet.to_polars())
        places = [column.absolute_index for column in sheet.available_columns()]
    except fastexcel.FastExcelError as error:
        raise _unreadable(path, error) from None
    cells = _with_errors(_shortest(cells), places, marks)
    at = {absolute: place for place, absolute in enumerate(places)}

    def holds_numbers(place: int) -> bool:
        try:
            probe = reader.load_sheet(
                name,
                header_row=None,
                skip_rows=0,
                use_columns=[places[place]],
                schema_sample_rows=None,
                dtype_coercion="strict",
            )
            return any(column.dtype != "string" for column in probe.selected_columns)
        except fastexcel.FastExcelError:
            return True

    return Grid(
        path.name,
        name,
        cells,
        pl.int_range(1, cells.height + 1, dtype=pl.Int64, eager=True),
        binary=frozenset(range(cells.width)),
        merges=[Merge(at[m.column], m.first, min(m.last, cells.height - 1)) for m in marks.merges if m.column in at],
        holds_numbers=holds_numbers,
    )


def _shortest(cells: pl.DataFrame) -> pl.DataFrame:
    """Doubles arrive with nine decimals; where those are not the number's own, the shortest text that gives it back."""
    text = pl.all()
    long = text.str.contains(r"^-?\d{5,}\.\d{9}$")
    return (
        cells.with_columns(pl.when(long).then(text.cast(pl.Float64, strict=False).cast(pl.String)).otherwise(text))
        if cells.width
        else cells
    )


def _with_errors(cells: pl.DataFrame, places: list[int], marks: _Marks) -> pl.DataFrame:
    """Cells in error (#DIV/0!) hold their error's name, not nothing."""
    at = {absolute: place for place, absolute in enumerate(places)}
    by_column: dict[int, dict[int, str]] = {}
    for row, column, text in marks.errors:
        if column in at and row < cells.height:
            by_column.setdefault(at[column], {})[row] = text
    for place, found in by_column.items():
        marked = cells.to_series(place).scatter(list(found), list(found.values()))
        cells = cells.with_columns(marked.alias(str(place)))
    return cells


def _inspect(path: Path) -> dict[str, _Marks]:
    """Marks by sheet name, once the file is known to be a workbook of sane size."""
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise file_problem(
            path.name, "文件是空的 / the file is empty", "检查是否传错文件 / check that this is the right file"
        )
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise file_problem(
                path.name, "工作簿有密码 / the workbook has a password", "去掉密码后重发 / remove the password"
            )
        raise file_problem(
            path.name, "这是旧版 .xls 格式 / this is the old .xls format", "另存为 .xlsx / save it as .xlsx"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
            if size > LARGEST_UNCOMPRESSED:
                raise file_problem(
                    path.name,
                    f"解压后 {size / 1024**3:.1f} GiB，超过 2 GiB / unpacks to more than 2 GiB",
                    "拆成几个文件，或改发 CSV、Parquet / split it, or send CSV or Parquet",
                )
            return {name: _marks(archive, part) for name, part in _parts(archive).items()}
    except (
        zipfile.BadZipFile,
        KeyError,
        ElementTree.ParseError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
    ) as error:
        raise _unreadable(path, error) from None


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part of the archive."""
    links, book = (_small_part(archive, part) for part in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml"))
    target = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in sheet.items() if key.rpartition("}")[2] == "id"), None)
            part = target.get(link, "").lstrip("/")
            part = part if part.startswith("xl/") else f"xl/{part}"
            if part in archive.NameToInfo:
                found[cast(str, sheet.get("name"))] = part
    return found


def _small_part(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > _LARGEST_INDEX:
        raise zipfile.BadZipFile(f"{part} is too large")
    return ElementTree.fromstring(archive.read(part))


def _marks(archive: zipfile.ZipFile, part: str) -> _Marks:
    marks = _Marks()
    rest = b""
    with archive.open(part) as stream:
        while more := stream.read(_CHUNK):
            piece = rest + more
            # Cut between rows, so that no cell is split; behind the rows, between tags.
            cut = piece.rfind(b"</row>")
            cut = cut if cut >= 0 else piece.rfind(b"<")
            _collect(piece[: max(cut, 0)], marks)
            rest = piece[max(cut, 0) :]
    _collect(rest, marks)
    return marks


def _collect(piece: bytes, marks: _Marks) -> None:
    if b't="e"' in piece:
        for cell in _ERROR_CELL.finditer(piece):
            if reference := _REFERENCE.search(cell[1]):
                marks.errors.append((int(reference[2]) - 1, _column(reference[1]), cell[2].decode("utf-8", "replace")))
    if b"mergeCell" in piece and len(marks.merges) < _MOST_MERGES:
        for left, top, _, bottom in _MERGE.findall(piece):
            if top != bottom:
                marks.merges.append(Merge(_column(left), int(top) - 1, int(bottom) - 1))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
