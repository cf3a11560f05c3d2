"""Tables that commands print of what was imported and what was rejected."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import polars as pl
from rich.table import Table

from api.answers.reasons import unknown_criterion
from api.cli.console import err, out
from features.intake import Imported
from features.tables import TABLES
from scoring.criteria import unasked

REJECTS_SHOWN = 12


def unknown_criteria(stated: Set[str], known: Set[str]) -> None:
    """Warns of expert grades that no rule asks for: they are kept, and do not count."""
    for one, meant in unasked(stated, known):
        told = unknown_criterion(one, meant)
        err.print(f"注意 note: {told['zh']} / {told['en']}", highlight=False, markup=False)


def imported(read: Imported, manifest: dict[str, Any]) -> None:
    """Rows by table, notes, rejects."""
    table = Table(title="导入 import", title_justify="left")
    table.add_column("表 table")
    table.add_column("行 rows", justify="right")
    for name, rows in manifest["rows"].items():
        table.add_row(f"{TABLES[name].zh} {name}", f"{rows:,}")
    out.print(table)
    for note in read.notes:
        where = " ".join(filter(None, (note.file, note.sheet)))
        out.print(f"· {where + ': ' if where else ''}{note.zh} / {note.en}", highlight=False, markup=False)
    rejects(read.rejects)


def rejects(found: pl.DataFrame) -> None:
    """Rejected rows with their reasons."""
    if found.is_empty():
        out.print("没有被拒绝的行 / no row was rejected")
        return
    table = Table(title=f"被拒绝的行 rejected rows ({found.height:,})", title_justify="left")
    for name in ("工作表 sheet", "行 row", "列 column", "取值 value", "原因 reason", "改法 remedy"):
        table.add_column(name, overflow="fold")
    for row in found.head(REJECTS_SHOWN).iter_rows(named=True):
        table.add_row(
            *(str(row[k] if row[k] is not None else "") for k in ("sheet", "row", "column", "value", "rule", "remedy"))
        )
    if found.height > REJECTS_SHOWN:
        table.add_row(
            "…", "", "", "", f"其余 {found.height - REJECTS_SHOWN} 行见 rejects.xlsx / the rest: rejects.xlsx", ""
        )
    out.print(table)


def reject_reasons(found: pl.DataFrame) -> None:
    """How many rows were rejected for what; the rows themselves are in the result folder."""
    if found.is_empty():
        out.print("没有被拒绝的行 / no row was rejected")
        return
    table = Table(title=f"被拒绝的行 rejected rows ({found.height:,})，详见 rejects.xlsx", title_justify="left")
    for name in ("工作表 sheet", "列 column", "原因 reason"):
        table.add_column(name, overflow="fold")
    table.add_column("行 rows", justify="right")
    counted = (
        found.group_by("sheet", "column", "rule")
        .len()
        .sort("len", "sheet", "column", "rule", descending=[True, False, False, False])
    )
    for sheet, column, rule, rows in counted.head(REJECTS_SHOWN).iter_rows():
        table.add_row(sheet or "", column or "", rule, f"{rows:,}")
    out.print(table)
