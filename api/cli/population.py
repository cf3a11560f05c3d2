"""``dengti population``: synthetic enterprises for trials."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli import console
from features.population import Compared, compare, generate, write_population, write_workbook
from features.population.assumptions import NOTE_EN, NOTE_ZH
from features.population.codes import LARGEST_NUMBER
from features.population.compare import SAMPLE
from features.population.files import PARTITION

_WORKBOOK = 20_000
"""Most firms that a workbook is made of: an Excel sheet has no room for the rights of many more."""


def population(
    target: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help=".xlsx 工作簿或目录 / a workbook (.xlsx) or a folder")
    ],
    firms: Annotated[int, typer.Option(min=1, max=LARGEST_NUMBER, help="企业数 / number of enterprises")] = 300,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 1,
    bad_rows: Annotated[
        int, typer.Option(min=0, max=6, help="工作簿中的错误行数 / wrong rows planted in a workbook")
    ] = 6,
    partition_firms: Annotated[
        int, typer.Option(min=1, help="目录每个分区的企业数 / firms in a partition of a folder")
    ] = PARTITION,
    against: Annotated[bool, typer.Option("--compare", help="与引用数字对照 / compare with the cited figures")] = False,
) -> None:
    """生成合成企业数据（非真实）/ make SYNTHETIC enterprises; the same seed gives the same data."""
    if target.suffix == ".xlsx":
        if firms > _WORKBOOK:
            raise typer.BadParameter(
                f"工作簿最多 {_WORKBOOK} 家，请改用目录 / at most {_WORKBOOK} in a workbook; use a folder"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(generate(firms, seed), target, seed, bad_rows=bad_rows)
    else:
        with console.progress() as bar:
            task = bar.add_task("生成合成数据 synthetic", total=firms)
            write_population(
                target,
                firms,
                seed,
                partition_firms=partition_firms,
                progress=lambda done, _: bar.update(task, completed=done),
            )
    console.out.print(f"合成数据 synthetic: {target} ({firms:,} 家 firms, seed {seed})", highlight=False)
    if against:
        console.out.print(_table(compare(generate(SAMPLE, seed)), seed))


def _table(found: list[Compared], seed: int) -> Table:
    """Figure, cited, generated, whether it is met, grade and source."""
    table = Table(title=f"{NOTE_ZH} / {NOTE_EN}: seed {seed}, 1–{SAMPLE:,}", show_lines=True)
    for name in ("数字 figure", "引用 cited", "生成 synthetic", "相符 met", "来源 source"):
        table.add_column(name, overflow="fold")
    for one in found:
        met = {True: "是 yes", False: "否 no", None: "仅列示 shown"}[one.met]
        figure = one.figure
        table.add_row(
            f"{figure.zh}\n{figure.en}",
            _shown(figure.value),
            _shown(one.generated),
            met,
            f"{figure.source} [{figure.grade}]".replace("[", "\\["),
        )
    return table


def _shown(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
