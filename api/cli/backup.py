"""``dengti backup`` and ``dengti restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from api.cli import console

if TYPE_CHECKING:
    from api.store.backup import Contents

File = Annotated[Path, typer.Argument(metavar="FILE", help="备份文件 / the backup")]
By = Annotated[str, typer.Option(help="何人（工号，不写姓名） / id of who does it, never a name")]


def backup(path: File, by: By = "cli") -> None:
    """把整个库写成一个文件 / write the whole store as one file, for SQLite and PostgreSQL alike."""
    # Only here: the database's packages take most of a second that no other command needs to wait for.
    from api.store.backup import backup as write
    from api.store.database import Store

    with Store() as store:
        _report("备份 backup", write(store, path, by))


def restore(path: File, by: By = "cli") -> None:
    """恢复到一个空库 / fill an empty store with a backup."""
    from api.store.backup import restore as fill
    from api.store.database import Store

    with Store() as store:
        _report("恢复 restored", fill(store, path, by))


def _report(title: str, contents: Contents) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("表 table")
    table.add_column("行 rows", justify="right")
    for name, told in contents.tables.items():
        table.add_row(name, f"{told['rows']:,}")
    console.out.print(table)
    console.out.print(f"内容指纹 contents: {contents.fingerprint}", highlight=False)
