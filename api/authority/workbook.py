"""Workbooks as an office keeps them: bilingual headers that stay in sight, wrapped cells, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from scoring.card import Label

SHEET_ROWS = 1_048_575
"""Most rows of a sheet below its header."""
Cell = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """A column: its header, and its width in characters."""

    header: Label
    width: int


@dataclass(frozen=True)
class Indented:
    """A text that stands so many steps to the right."""

    depth: int
    text: str


class Book:
    """A workbook being written."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._header = book.add_format({"bold": True, "bg_color": "#DDEBF7", "text_wrap": True, "valign": "top"})
        self._formats: dict[tuple[object, ...], Any] = {}

    def sheet(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell | Indented]]) -> None:
        """A sheet with a header that stays in sight."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, f"{column.header.zh}\n{column.header.en}".strip(), self._header)
        last = 0
        for last, cells in enumerate(rows, start=1):
            for place, cell in enumerate(cells):
                self._write(sheet, last, place, cell)
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def _write(self, sheet: Any, row: int, place: int, cell: Cell | Indented) -> None:
        match cell:
            case None | "":
                pass
            case Indented(depth, text):
                sheet.write_string(row, place, text, self._format(indent=depth))
            case date():
                sheet.write_datetime(row, place, cell, self._format(num_format="yyyy-mm-dd"))
            case str():
                sheet.write_string(row, place, cell, self._format())
            case _:
                sheet.write_number(row, place, cell, self._format())

    def _format(self, **more: object) -> Any:
        key = tuple(more.items())
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"text_wrap": True, "valign": "top", **more})
        return self._formats[key]


@contextmanager
def workbook(path: Path) -> Iterator[Book]:
    """A workbook that is whole when the block ends. Raises OSError where it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # xlsxwriter reports an unwritable file by an error of its own; opening it here gives the system's.
    with path.open("wb") as file, xlsxwriter.Workbook(file) as book:
        yield Book(book)
