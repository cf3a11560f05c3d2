"""``dengti import --store``: facts into the store, wrong rows into ``rejects.xlsx``."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from api.cli import console, tables
from api.clock import today
from features.durable import fingerprint
from features.intake import Imported, write_rejects
from features.statutory import lags
from features.tables import TABLES


def into_store(
    whole: Imported, files: list[Path], rejects: Path, *, known_from: str, source: str, owner: str, by: str
) -> None:
    """Load what was read, and say what became of it. Raises `FactError`."""
    # Only here: the database's packages take most of a second that no other command needs to wait for.
    from api.store.audit import opaque
    from api.store.database import Store
    from api.store.loading import File, load, together

    file = File(
        together([fingerprint(path) for path in files]),
        "、".join(path.name for path in files),
        opaque("--by", by),
        known_from,
        source,
        opaque("--owner", owner),
    )
    rejects.mkdir(parents=True, exist_ok=True)
    write_rejects(whole.rejects, rejects / "rejects.xlsx")
    firms = len({code for frame in whole.tables.values() for code in frame["uscc"].unique()})
    with Store() as store, console.progress() as bar:
        task = bar.add_task("入库 loading", total=firms)
        found = load(store, file, whole, today(), lambda done: bar.advance(task, done))
    tables.reject_reasons(whole.rejects)
    if found.already:
        console.out.print("这份文件已按同一规则导入，库中未变 / loaded before under the same rule; nothing changed")
        return
    _report(found.tables)
    console.out.print(
        f"企业 firms {found.firms} · 新增行 rows added {found.rows} · 未变 unchanged {found.unchanged} · "
        f"更正 corrected {found.corrected} · 不再列出而撤回 withdrawn, no longer listed {found.withdrawn} · "
        f"未导入 rejected {whole.rejects.height}",
        highlight=False,
    )
    if known_from == "statutory":
        for name, lag in lags().items():
            if name in found.tables:
                console.out.print(f"假定 assumption · {TABLES[name].zh} {name}: {lag.zh} / {lag.en}", highlight=False)


def _report(rows: dict[str, int]) -> None:
    table = Table(title="入库 loaded", title_justify="left")
    table.add_column("表 table")
    table.add_column("行 rows", justify="right")
    for name, count in sorted(rows.items()):
        if name in TABLES:
            table.add_row(f"{TABLES[name].zh} {name}", f"{count:,}")
    console.out.print(table)
