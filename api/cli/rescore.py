"""``dengti rescore``: a whole population → result files."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path
from typing import Annotated

import typer

from api.batch.ready import ready
from api.batch.run import Batch
from api.batch.sources import source_of
from api.cli import console, tables
from api.cli.importing import read_with_progress
from api.cli.summary import drift_of, summary
from api.clock import today
from api.distress import asked_by_name
from api.settings import load
from scoring.engine import Question

PIVOTED = "pivoted"
"""Folder beside the results in which files are kept as a snapshot while the batch is unfinished."""


def rescore(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="数据目录、工作簿、已导入的事实目录或快照 / folder of tables, workbook, imported facts or snapshot",
        ),
    ],
    target: Annotated[Path, typer.Argument(metavar="OUTPUT", help="结果目录 / folder for the results")],
    as_of: Annotated[str | None, typer.Option(help="评价日，默认今天 / day of evaluation, default today")] = None,
    known_at: Annotated[str | None, typer.Option(help="按该日已知的事实 / facts as known on this day")] = None,
    rules_on: Annotated[str | None, typer.Option(help="按该日施行的规则 / rules in force on this day")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="同时处理的部分 / parts scored at the same time")] = 1,
    engine: Annotated[str, typer.Option(help="local")] = "local",
    release: Annotated[
        str | None,
        typer.Option(metavar="ID", help="用库中的发布版，live 为现用 / a release of the store; live: the one in use"),
    ] = None,
    distress: Annotated[
        bool,
        typer.Option("--distress", help="另算困境概率，须 serving.distress = true / distress too, where it is served"),
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="接着未完成的批次 / go on with an unfinished run")] = False,
) -> None:
    """批量评分，写出 scores、items、rejects 与 manifest / score a population; writes four result files."""
    # Rules are many small objects that live as long as the batch, and columns are no cycles: they are searched for seldom.
    gc.set_threshold(100_000)
    if engine != "local":
        raise typer.BadParameter("local", param_hint="--engine")
    # Before a population is read: that takes minutes.
    settings = load()
    asked = asked_by_name(settings, distress)
    day, ruled = console.day_option(as_of, "as_of"), console.day_option(rules_on, "rules_on") if rules_on else None
    given = source_of(
        source,
        console.day_option(known_at, "known_at") if known_at else None,
        today(),
        target / PIVOTED,
        read_with_progress,
    )
    if given.pivoted:
        console.err.print(f"转为快照 pivot to a snapshot: {given.pivoted:.1f} s CPU", highlight=False)
    question = Question(day, given.known_at, ruled, distress=asked)
    framed = ready(question, given.snapshot.places, sum(given.snapshot.sizes), release)
    tables.unknown_criteria(given.snapshot.criteria, framed.criteria)
    batch = Batch(framed, given.snapshot, question, given.named, target, settings.learning.drift)
    with console.progress() as bar:
        task = bar.add_task("评分 scoring", total=sum(given.snapshot.sizes))
        manifest, counts = batch.run(given.rejects, resume=resume, workers=workers, done=lambda n: bar.advance(task, n))
    shutil.rmtree(target / PIVOTED, ignore_errors=True)
    summary(target, manifest["firms"], counts, framed, question)
    drift_of(manifest)
    tables.reject_reasons(given.rejects)
    console.out.print(f"结果目录 results: {target}", highlight=False)
