"""``dengti import``: an office's files → a folder of typed facts, or the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from api import rules
from api.batch.sources import pivoted
from api.cli import console, tables
from api.cli.import_store import into_store
from features import factstore
from features.intake import Imported, read_input, write_rejects
from features.long_tables import LongTables
from features.tables import ExpertGrade
from scoring.criteria import criteria


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="工作簿、CSV、Parquet、JSON 或目录 / workbook, CSV, Parquet, JSON or folder"
        ),
    ],
    into: Annotated[Path, typer.Option(help="存放事实的目录 / folder for the facts")] = Path("var/facts"),
    known_at: Annotated[str | None, typer.Option(help="快照日，默认今天 / day of the snapshot, default today")] = None,
    store: Annotated[
        bool, typer.Option("--store", help="导入数据库（DENGTI_STORE），而非目录 / into the store, not a folder")
    ] = False,
    known_from: Annotated[
        str,
        typer.Option(
            help="未写知悉日期的行自何时起为已知：import | statutory | 日期 / since when undated rows are known"
        ),
    ] = "import",
    source: Annotated[str, typer.Option(help="未写来源的行出自何处 / who says what names no source")] = "",
    owner: Annotated[
        str, typer.Option(help="数据为哪一机构私有（机构编号） / id of the institution whose private data it is")
    ] = "",
    by: Annotated[str, typer.Option(help="何人导入（工号，不写姓名） / id of who imports, never a name")] = "cli",
) -> None:
    """导入企业数据；有误的行单独列出 / import facts; wrong rows come back in rejects.xlsx."""
    read = [read_with_progress(path) for path in files]
    whole = read[0] if len(read) == 1 else _together(read)
    _tell_unknown_criteria(whole)
    if store:
        into_store(whole, files, into, known_from=known_from, source=source, owner=owner, by=by)
        return
    manifest = factstore.write(into, whole.tables, whole.incomplete, whole.rejects, files)
    write_rejects(whole.rejects, into / "rejects.xlsx")
    day = console.day_option(known_at, "known_at")
    pivoted(LongTables.of(whole.tables, whole.incomplete), day, factstore.snapshot_at(into, day))
    tables.imported(whole, manifest)
    console.out.print(f"事实目录 facts: {into}", highlight=False)


def _tell_unknown_criteria(whole: Imported) -> None:
    """Rules are read for this note alone: what is wrong in them is told, and stops no import of facts."""
    graded = whole.tables.get(ExpertGrade.id)
    if graded is None:
        return
    try:
        known = criteria(rules.catalogue())
    except console.USER_ERRORS as error:
        console.show_problems(console.problems_of(error))
        return
    tables.unknown_criteria(set(graded["criterion"].drop_nulls()), known)


def read_with_progress(path: Path, part: str = "") -> Imported:
    """Read one input, showing how far it is."""
    with console.progress() as bar:
        task = bar.add_task("读取 reading", total=None)

        def step(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"读取 reading {what}", completed=done, total=total)

        return read_input(path, step, part=part)


def _together(read: list[Imported]) -> Imported:
    names = dict.fromkeys(name for one in read for name in one.tables)
    return Imported(
        {name: pl.concat([one.tables[name] for one in read if name in one.tables], how="diagonal") for name in names},
        pl.concat([one.rejects for one in read]),
        [note for one in read for note in one.notes],
        pl.concat([one.incomplete for one in read]).unique(),
    )
