"""The population as a workbook of the kind that a provincial office sends, irregularities included."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from features.kinds import Choice, Money
from features.population.assumptions import NOTE_EN, NOTE_ZH
from features.population.spoilt import BadRow, Cells, Mistake, mistakes
from features.schema import Field, Reading
from features.tables import PROVENANCE, TABLES

_WAN, _YUAN = ("（万元）", 10_000), ("（元）", 1)


@dataclass(frozen=True)
class _Sheet:
    """How one table is laid out."""

    name: str
    table: str
    dates: str
    """``cells``: real Excel dates; ``words``: 2016年5月1日 or 2016/5/1; ``text``: 2016-05-01."""
    title: str | None = None
    """Merged over all columns above the header."""
    footer: bool = False
    money: tuple[str, int] = _WAN
    """What the header of an amount adds, and how many yuan one is."""
    in_yuan: frozenset[str] = field(default_factory=frozenset)
    """Amounts that are in yuan whatever the sheet's unit is."""


SHEETS = (
    _Sheet("企业基本信息", "enterprise", "cells", footer=True),
    _Sheet(
        "年度数据",
        "annual_report",
        "text",
        f"企业年度数据表（{NOTE_ZH}）",
        footer=True,
        in_yuan=frozenset({"rd_expense", "rd_expense_domestic", "rd_expense_deduction", "rd_expense_hte", "tax_paid"}),
    ),
    _Sheet("知识产权", "intellectual_property", "words"),
    _Sheet("资质证书", "certificate", "text", f"企业资质证书一览表（{NOTE_ZH}）"),
    _Sheet("事项", "event", "cells", money=_YUAN),
    _Sheet("园区归属", "zone_membership", "words"),
    _Sheet(
        "融资",
        "financing_round",
        "words",
        f"企业融资情况表（{NOTE_ZH}）　　单位：万元",
        footer=True,
        money=("", 10_000),
    ),
)
NOTE_SHEET = "说明"
_FOOTER = "填表人：合成（演示）　　审核人：合成（演示）　　填表日期：2026年10月8日"

_THOUSANDS, _FULL_WIDTH_SHARE, _WORD_FOR_NULL = 0.02, 0.01, 0.3
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def write_workbook(
    tables: Mapping[str, pl.DataFrame], path: Path | str, seed: int, *, bad_rows: int = 6
) -> list[BadRow]:
    """Write the tables as sheets with Chinese headers and a sheet 说明, which says that the data are synthetic.

    Parameters
    ----------
    tables
        As `generate` gives them, in yuan.
    path
        The ``.xlsx`` to write; the same tables and seed give the same bytes.
    seed
        Chooses which cells are written irregularly and where the bad rows stand.
    bad_rows
        Rows with one mistake each, added among the good ones: the six kinds of `spoilt` in turn.

    Returns
    -------
    list
        The bad rows in the order of the sheets and their rows.
    """
    chooser = random.Random(f"{seed}/workbook")
    planted = mistakes(tables, bad_rows, chooser)
    book = xlsxwriter.Workbook(str(path))
    try:
        book.set_properties({"title": NOTE_ZH, "comments": NOTE_EN, "created": datetime(2026, 10, 8)})
        found = []
        _write_note(book, len(tables["enterprise"]), seed, bad_rows)
        for sheet in SHEETS:
            found += _write_sheet(book, sheet, tables[sheet.table], planted, chooser)
        return found
    finally:
        book.close()


def _write_note(book: Any, firms: int, seed: int, bad_rows: int) -> None:
    note = book.add_worksheet(NOTE_SHEET)
    note.set_column(0, 0, 100)
    lines = (
        NOTE_ZH,
        NOTE_EN,
        f"程序按种子 {seed} 生成 {firms} 家虚构企业；名称、代码、证书编号、金额与日期均非真实。",
        f"Made by a program from seed {seed}: {firms} invented firms; no name, code, number, amount or date is real.",
        "各项分布为演示假设，不代表任何地区、行业或政策。/ The distributions are demonstration assumptions.",
        f"表中有意放入 {bad_rows} 行错误数据，供检验导入程序。/ {bad_rows} rows are wrong on purpose, to test intake.",
    )
    for row, line in enumerate(lines):
        note.write_string(row, 0, line)


def _write_sheet(
    book: Any, sheet: _Sheet, frame: pl.DataFrame, planted: list[Mistake], chooser: random.Random
) -> list[BadRow]:
    page = book.add_worksheet(sheet.name)
    style = {"cells": book.add_format({"num_format": "yyyy-mm-dd"}), "head": book.add_format({"bold": True})}
    columns = frame.columns
    top = 0
    if sheet.title is not None:
        page.merge_range(0, 0, 0, len(columns) - 1, sheet.title, style["head"])
        top = 1
    for place, column in enumerate(columns):
        page.write_string(top, place, header(sheet, column), style["head"])
    page.set_column(0, len(columns) - 1, 18)
    page.freeze_panes(top + 1, 1)

    found = []
    for row, (cells, mistake) in enumerate(_mixed(sheet, frame, planted, chooser), start=top + 1):
        for place, column in enumerate(columns):
            if mistake is not None and column == mistake.field:
                _write(page, row, place, mistake.value, style["cells"])
            else:
                _write(page, row, place, _shown(sheet, column, cells.get(column), chooser), style["cells"])
        if mistake is not None:
            code = str(cells["uscc"])
            found.append(
                BadRow(sheet.name, row + 1, header(sheet, mistake.field), mistake.value, mistake.problem, code)
            )
    if sheet.footer:
        page.write_string(top + 1 + frame.height + len(found), 0, _FOOTER)
    return found


def _mixed(
    sheet: _Sheet, frame: pl.DataFrame, planted: list[Mistake], chooser: random.Random
) -> list[tuple[Cells, Mistake | None]]:
    """Good rows in their order, bad ones among them."""
    lines: list[tuple[Cells, Mistake | None]] = [(row, None) for row in frame.iter_rows(named=True)]
    for mistake in planted:
        if mistake.table == sheet.table:
            lines.insert(chooser.randint(0, len(lines)), (mistake.cells, mistake))
    return lines


def header(sheet: _Sheet, column: str) -> str:
    """The column's Chinese header, with the unit of an amount."""
    if column == "uscc":
        return "统一社会信用代码"
    spec = _spec(sheet, column)
    if spec is None:
        return column
    return spec.zh + (_unit(sheet, column)[0] if isinstance(spec.kind, Money) else "")


def _spec(sheet: _Sheet, column: str) -> Field | None:
    """The field; None for the code and for ``<table>_listed``, whose names the contract fixes."""
    return TABLES[sheet.table].fields.get(column) or PROVENANCE.get(column)


def _unit(sheet: _Sheet, column: str) -> tuple[str, int]:
    return _YUAN if column in sheet.in_yuan else sheet.money


def _shown(sheet: _Sheet, column: str, value: Any, chooser: random.Random) -> Any:
    """The cell: a float, a date or a text; None leaves it empty."""
    spec = _spec(sheet, column)
    if value is None:
        # Only where an absent key and a null both mean "unknown" does a word mean no more than an empty cell.
        plain = spec is not None and spec.absent is spec.null is Reading.UNKNOWN
        worded = plain and chooser.random() < _WORD_FOR_NULL
        return chooser.choice(("N/A", "—", "不详")) if worded else None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return _day(sheet, value, chooser)
    if isinstance(value, (int, Decimal)):
        unit = _unit(sheet, column)[1] if spec is not None and isinstance(spec.kind, Money) else 1
        return _number(Decimal(value) / unit, chooser, plain=column == "fiscal_year")
    if spec is not None and isinstance(spec.kind, Choice):
        return next(spelling for spelling, name in spec.kind.zh.items() if name == value)
    if column == "uscc" and chooser.random() < _FULL_WIDTH_SHARE:
        return value.translate(_FULL_WIDTH)
    return value


def _day(sheet: _Sheet, day: date, chooser: random.Random) -> date | str:
    if sheet.dates == "cells":
        return day
    if sheet.dates == "text":
        return day.isoformat()
    if chooser.random() < 0.5:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.year}/{day.month}/{day.day}"


def _number(number: Decimal, chooser: random.Random, *, plain: bool) -> float | str:
    drawn = chooser.random()
    if plain or drawn >= _THOUSANDS + _FULL_WIDTH_SHARE:
        # At most 4 decimals and 13 digits: the double's shortest text is the decimal again.
        return float(number)
    if drawn < _THOUSANDS:
        return f"{number.normalize():,f}"
    return f"{number.normalize():f}".translate(_FULL_WIDTH)


def _write(page: Any, row: int, place: int, value: Any, day_format: Any) -> None:
    if value is None:
        return
    if isinstance(value, date):
        page.write_datetime(row, place, datetime(value.year, value.month, value.day), day_format)
    elif isinstance(value, str):
        page.write_string(row, place, value)
    else:
        page.write_number(row, place, value)
