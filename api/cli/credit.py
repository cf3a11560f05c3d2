"""``dengti credit peers``: the frozen distribution from which percentiles are told."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from api import rules
from api.authority import peers as made
from api.authority import ranks
from api.batch.sources import source_of
from api.cli import console
from api.cli.importing import read_with_progress
from api.clock import today
from features.errors import ValueProblem
from scoring.overlay import Place

credit = typer.Typer(help="企业创新积分 / innovation credit", no_args_is_help=True)


@credit.command()
def peers(
    source: Annotated[
        Path, typer.Argument(metavar="POPULATION", help="快照、事实目录或数据 / snapshot, facts or tables")
    ],
    scheme: Annotated[str, typer.Option(help="方案 / scheme, for instance credit.guangxi_reference")],
    population: Annotated[str, typer.Option(help="人口的名称，写入结果 / what the population is called")],
    by: Annotated[str, typer.Option(help="何人或何机构 / who makes it")],
    because: Annotated[str, typer.Option(help="事由 / why")],
    output: Annotated[Path, typer.Option(metavar="OVERLAY.yaml", help="写入的覆盖文件 / the overlay to write")],
    region: Annotated[str | None, typer.Option(help="适用地区，默认方案的地区 / region, default the scheme's")] = None,
    park: Annotated[str | None, typer.Option(help="适用园区 / park")] = None,
    as_of: Annotated[str | None, typer.Option(help="评价日，默认今天 / day of evaluation")] = None,
) -> None:
    """按一批企业的得分生成百分位所用的冻结分布（覆盖文件） / freeze the distribution of scores of a population."""
    engine, day = rules.engine(), console.day_option(as_of, "as_of")
    card = engine.catalogue.pick_by_name(scheme, day, place=Place(region, park)).card
    if card.scheme is None or card.unset or not card.items:
        raise ValueProblem(
            field="scheme",
            value=scheme,
            rule="不是可以计分的方案 / is no scheme that gives points",
            remedy="例如 / for example: credit.guangxi_reference",
        )
    place = {"park": park} if park else {"region": region or card.region or ""}
    with tempfile.TemporaryDirectory() as folder:
        given = source_of(source, None, today(), Path(folder), read_with_progress)
        with console.progress() as bar:
            task = bar.add_task("评分 scoring", total=sum(given.snapshot.sizes))
            found = made.distribution(engine, given.snapshot, card, day, lambda n: bar.advance(task, n))
        text = made.overlay(
            card, found, given.snapshot, day, place, {"by": by, "because": because, "population": population}
        )
    output.write_text(text, encoding="utf-8")
    console.out.print(f"{output}: {sum(found['all'].values()):,} 家 / enterprises", highlight=False)


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
