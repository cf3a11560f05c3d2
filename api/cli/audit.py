"""``dengti audit check|export|head|seal``."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import console
from api.clock import SHANGHAI
from features import dossier

if TYPE_CHECKING:
    from api.store.database import Store

audit = typer.Typer(help="审计链 / the audit trail", no_args_is_help=True)


def _store() -> Store:
    # Only here: the database's packages take most of a second that no other command needs to wait for.
    from api.store.database import Store

    return Store()


@audit.command()
def check(
    heads: Annotated[
        list[Path] | None,
        typer.Option(
            "--head", metavar="FILE", help="先前导出的链头：文件或文件夹 / heads exported before: a file or a folder"
        ),
    ] = None,
) -> None:
    """核验审计链：有无改动、删除、截尾 / whether entries were changed, deleted or cut off."""
    from api.store import audit_check
    from api.store.heads import heads as read

    exported = [head for path in heads or () for head in read(path)]
    with _store() as store, store.session() as session:
        found = audit_check.check(session, exported)
    for line in found.wrong:
        console.err.print(line, markup=False, highlight=False)
    if found.wrong:
        console.err.print("审计链不完好 / the audit chain is not intact")
        raise typer.Exit(1)
    console.out.print(
        f"完好 / intact：{found.head.place} 条 entries，待封存 waiting {found.waiting}，链头 head {found.head.digest}",
        highlight=False,
    )
    if not exported:
        console.out.print("未比对导出的链头，截尾无从发现 / without an exported head a cut tail cannot be seen")


@audit.command()
def head() -> None:
    """输出链头一行，每日存于库外 / the chain's end as a line of JSON, to be kept outside the store every day."""
    from api.store.audit import Audit
    from api.store.heads import head_line

    with _store() as store, store.session() as session:
        found = Audit(session).head()
    sys.stdout.write(head_line(found, datetime.now(UTC)) + "\n")


@audit.command()
def export(
    since: Annotated[str | None, typer.Option(help="起日 / first day")] = None,
    until: Annotated[str | None, typer.Option(help="止日（含） / last day")] = None,
) -> None:
    """输出审计记录（每行一条 JSON），供监管查阅 / the entries as lines of JSON, for a regulator."""
    from api.store.audit import Audit

    def midnight(stated: str | None, name: str, later: int = 0) -> datetime | None:
        if stated is None:
            return None
        day = dossier.day(stated, name) + timedelta(days=later)
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)

    with _store() as store, store.session() as session:
        for entry in Audit(session).entries(midnight(since, "since"), midnight(until, "until", 1)):
            sys.stdout.write(json.dumps(entry, ensure_ascii=False) + "\n")


@audit.command()
def seal(
    every: Annotated[
        float | None, typer.Option(min=0.1, max=60, help="每隔几秒封存，不给则一次 / again every so many seconds")
    ] = None,
) -> None:
    """封存新记录 / seal what was recorded since the last seal."""
    from api.store.sealing import seal_all

    with _store() as store:
        done = seal_all(store)
        while every is not None:
            time.sleep(every)
            done += seal_all(store)
    console.out.print(f"封存 sealed {done}")
