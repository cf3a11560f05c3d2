"""``dengti credit peers|rank|series``: frozen tables of percentiles, ranks of a population, past years under one card."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Annotated

import polars as pl
import typer

from api import rules
from api.answers.decision import status_of
from api.answers.series import Asked, linked_series
from api.answers.views import READERS
from api.authority import ranks
from api.authority.bundle import pack, unpack
from api.authority.peers import freeze
from api.batch.run import MANIFEST
from api.cli import console
from api.cli import population_option as population
from api.cli.series import breaks, series_table
from features import dossier
from features.durable import fingerprint
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
    as_of: Annotated[
        str | None, typer.Option(help="导入的得分属于哪一天 / the day that imported scores are of")
    ] = None,
) -> None:
    """在同一阶段内排名并列出榜单；排名属于这批企业，不属于企业 / rank a population within stages, with the scheme's lists."""
    catalogue = rules.catalogue()
    edition = catalogue.edition(scheme)
    vintage: dict[str, str | None] = {"scheme": scheme}
    if source.is_dir():
        firms = pl.read_parquet(source / "scores.parquet")
        run = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        edition = catalogue.pick_by_name(scheme, dossier.day(run["rules_on"] or run["as_of"], "rules_on")).edition
        origin = {**{key: run[key] for key in ("as_of", "known_at", "release")}, "data": run["snapshot"]}
        wanted = {"stage": f"{scheme}.stage", "low": f"{scheme}.score.low", "high": f"{scheme}.score.high"}
    else:
        firms = pl.read_csv(source, infer_schema=False)
        origin = {"as_of": console.day_option(as_of, "as_of").isoformat(), "known_at": None, "release": None}
        origin["data"] = fingerprint(source)
        wanted = {"stage": "stage", "low": "score", "high": "score"}
    if missing := {"uscc", *wanted.values()} - set(firms.columns):
        raise ValueProblem(
            field=str(source),
            value=", ".join(sorted(missing)),
            rule="缺少这些列 / these columns are missing",
            remedy="给出 rescore 的结果目录，或 uscc、stage、score 三列 / give results of rescore, or uscc, stage, score",
        )
    if not source.is_dir():
        firms = ranks.imported(firms)
    if park is not None and "park" in firms.columns:
        firms = firms.filter(pl.col("park") == park)
    given = firms.select("uscc", *(pl.col(column).alias(name) for name, column in wanted.items()))
    found = ranks.ranked(given.with_columns(pl.col("stage").cast(pl.String)), ranks.lists_of(edition.tree))
    vintage |= {"edition": edition.latest.edition, "status": status_of(edition.latest), **origin}
    ranks.dated(found, vintage).write_csv(output, include_bom=True)
    console.out.print(f"{output}: {found.height:,} 家 / enterprises", highlight=False)


@credit.command()
def series(
    source: Annotated[
        str, typer.Argument(metavar="DOSSIER.json", help="档案文件，- 为标准输入 / a dossier; - reads stdin")
    ],
    scheme: Annotated[str, typer.Option(help="方案 / scheme")],
    years: Annotated[str, typer.Option(help="年份，如 2022-2025 / years, for instance 2022-2025")],
    under: Annotated[str | None, typer.Option(help="链接到的方案，默认同一方案 / scheme to link to")] = None,
    on: Annotated[str, typer.Option(help="每年的评价日（月-日） / day of evaluation in each year")] = "12-31",
    known_at: Annotated[str | None, typer.Option(help="按该日已知的事实 / facts as known on this day")] = None,
    rules_on: Annotated[
        str | None, typer.Option(help="链接到该日施行的版本 / link to the card in force on this day")
    ] = None,
    reader: Annotated[str, typer.Option("--for", help=" | ".join(READERS))] = "authority",
    form: Annotated[str, typer.Option("--format", help="text | json")] = "text",
) -> None:
    """历年得分按同一版本重算成可比序列，标明断点及其误差 / past years under one card, with breaks and their errors."""
    console.one_of("--format", form, ("text", "json"))
    console.one_of("--for", reader, READERS)
    asked = Asked(
        scheme,
        _years(years),
        console.day_option(known_at, "known_at"),
        console.day_option(rules_on, "rules_on"),
        under,
        _month_and_day(on),
        reader,
    )
    text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    found = linked_series(rules.engine(), dossier.parse(text), asked)
    if form == "json":
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    console.out.print(series_table(found))
    for line in breaks(found):
        console.out.print(line, markup=False, highlight=False)


def _years(stated: str) -> range:
    first, _, last = stated.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and 1990 <= int(first) <= int(last or first) <= 2100):
        raise ValueProblem(
            field="--years",
            value=stated,
            rule="应为年份或由小到大的起止年份 / must be a year, or a first and a last one",
            remedy="例如 / for example: 2022-2025",
        )
    return range(int(first), int(last or first) + 1)


def _month_and_day(stated: str) -> tuple[int, int]:
    month, _, day = stated.partition("-")
    if not (month.isdecimal() and day.isdecimal()):
        raise ValueProblem(
            field="--on", value=stated, rule="应为月-日 / must be a month and a day", remedy="例如 / for example: 12-31"
        )
    return int(month), int(day)
