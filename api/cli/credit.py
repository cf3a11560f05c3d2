"""``dengti credit peers|rank``: the frozen tables from which percentiles are told, and ranks of a population."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Annotated

import polars as pl
import typer

from api import rules
from api.authority import ranks
from api.authority.bundle import pack, unpack
from api.authority.peers import freeze
from api.cli import console
from api.cli import population_option as population
from features.errors import ValueProblem
from scoring.catalogue import OVERLAYS

credit = typer.Typer(help="企业创新积分 / innovation credit", no_args_is_help=True)


@credit.command()
def peers(
    source: population.Source,
    by: Annotated[str, typer.Option(help="何人或何机构 / who makes it")],
    because: Annotated[str, typer.Option(help="事由 / why")],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="写入覆盖文件的文件夹 / folder for the overlays")],
    scheme: Annotated[str | None, typer.Option(help="只做该方案，默认全部 / only this scheme")] = None,
    name: population.Name = None,
    as_of: population.AsOf = None,
) -> None:
    """按一批企业冻结各方案的参考表（指标分布与得分分布），写成覆盖文件 / freeze the reference tables of schemes over a population.

    发布版可直接带上：dengti release build --peers。 / A release makes its own: dengti release build --peers.
    """
    with TemporaryDirectory() as folder, population.frozen(source, name, as_of, by, because) as (tables, done):
        catalogue = unpack(pack(rules.catalogue()), Path(folder))
        made = freeze(catalogue.folder, tables, done, scheme)
        output.mkdir(parents=True, exist_ok=True)
        for one in made:
            copyfile(catalogue.folder / OVERLAYS / f"{one}.yaml", output / f"{one}.yaml")
            console.out.print(str(output / f"{one}.yaml"), highlight=False)


@credit.command()
def rank(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS|FILE.csv",
            help="rescore 的结果目录，或 uscc、stage、score 三列的文件 / results, or a file of scores",
        ),
    ],
    scheme: Annotated[str, typer.Option(help="方案 / scheme")],
    output: Annotated[Path, typer.Option(metavar="FILE.csv", help="写入的文件 / the file to write")],
    park: Annotated[str | None, typer.Option(help="只排该园区 / only this park")] = None,
) -> None:
    """在同一阶段内排名并列出榜单；排名属于这批企业，不属于企业 / rank a population within stages, with the scheme's lists."""
    edition = rules.catalogue().edition(scheme)
    if source.is_dir():
        firms = pl.read_parquet(source / "scores.parquet")
        wanted = {"stage": f"{scheme}.stage", "low": f"{scheme}.score.low", "high": f"{scheme}.score.high"}
    else:
        firms = pl.read_csv(source, schema_overrides={"uscc": pl.String})
        wanted = {"stage": "stage", "low": "score", "high": "score"}
    if missing := {"uscc", *wanted.values()} - set(firms.columns):
        raise ValueProblem(
            field=str(source),
            value=", ".join(sorted(missing)),
            rule="缺少这些列 / these columns are missing",
            remedy="给出 rescore 的结果目录，或 uscc、stage、score 三列 / give results of rescore, or uscc, stage, score",
        )
    if park is not None and "park" in firms.columns:
        firms = firms.filter(pl.col("park") == park)
    given = firms.select("uscc", *(pl.col(column).alias(name) for name, column in wanted.items()))
    found = ranks.ranked(given.with_columns(pl.col("stage").cast(pl.String)), ranks.lists_of(edition.tree))
    found.write_csv(output, include_bom=True)
    console.out.print(f"{output}: {found.height:,} 家 / enterprises", highlight=False)
