"""``dengti population``: synthetic enterprises for trials."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import out
from features.population import generate, write_folder, write_workbook


def population(
    target: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help=".xlsx 工作簿或目录 / a workbook (.xlsx) or a folder")
    ],
    firms: Annotated[int, typer.Option(min=1, max=1_000_000, help="企业数 / number of enterprises")] = 300,
    seed: Annotated[int, typer.Option(help="随机种子 / seed")] = 1,
    bad_rows: Annotated[
        int, typer.Option(min=0, max=6, help="工作簿中的错误行数 / wrong rows planted in a workbook")
    ] = 6,
) -> None:
    """生成合成企业数据（非真实）/ make SYNTHETIC enterprises; the same seed gives the same data."""
    made = generate(firms, seed)
    if target.suffix == ".xlsx":
        target.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(made, target, seed, bad_rows=bad_rows)
    else:
        write_folder(made, target)
    out.print(f"合成数据 synthetic: {target} ({firms:,} 家 firms, seed {seed})", highlight=False)
