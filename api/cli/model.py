"""``dengti model list|compare|promote|card|ladder|drift``: the registry of learned cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from api.cli import console
from api.cli.console import out
from api.cli.train import KnownAt, SourceOf, Split, dataset_of, days_are_given, long_of, needed
from scoring.ladder import ladders

if TYPE_CHECKING:
    from models.tracking import Tracking

model = typer.Typer(help="评分卡登记 / registry of learned cards", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="CARD", help="评分卡，如 climb.gazelle / the card")]
Version = Annotated[str, typer.Option(help="版本号，或 champion、challenger / number or alias")]
Runs = Annotated[Path, typer.Option(help="MLflow 目录 / folder of runs and registry")]
RUNS = Path("mlruns")
_DRIFT = (
    "字段 feature",
    "PSI / 优势比 odds ratio",
    "偶然所致 by chance",
    "缺失 / 基率：训练 missing / base rate: reference",
    "本批 batch",
    "级别 level",
)


def registry(runs: Path) -> Tracking:
    """The one of a folder, or of the server that is set. Raises `ValueProblem` where there is none."""
    needed()
    # Only here: MLflow takes seconds that no other command needs to wait for.
    from models.tracking import Tracking

    return Tracking(runs, make=False)


@model.command("list")
def list_(runs: Runs = RUNS) -> None:
    """列出各版本、称号与训练者 / every version with its aliases and who trained and promoted it."""
    table = Table(title="评分卡 learned cards", title_justify="left")
    for column in ("卡 card", "版本 version", "称号 alias", "数据 origin", "训练 by", "批准 promoted by", "sha256"):
        table.add_column(column)
    for one in registry(runs).versions():
        tags = one.tags
        told = (tags["origin"], tags["by"], tags.get("promoted_by", ""), tags["card"].removeprefix("sha256:")[:12])
        table.add_row(one.name, one.number, ", ".join(one.aliases), *told)
    out.print(table)


@model.command()
def compare(
    name: Name,
    source: SourceOf,
    by: Annotated[str, typer.Option(help="比较者 / who compares")],
    known_at: KnownAt = None,
    split: Split = None,
    version: Version = "challenger",
    runs: Runs = RUNS,
) -> None:
    """挑战者与现任在双方均未训练过的时期上比较 / challenger and champion on a period on which neither was fitted."""
    from api.settings import load
    from models.promotion import compare as compared

    tracking = registry(runs)
    found = tracking.version(name, version)
    dataset, _ = dataset_of(source, name, known_at, split)
    told = compared(tracking, found, dataset, by, load().learning.drift)
    out.print(told, markup=False, highlight=False, soft_wrap=True)


@model.command()
def promote(
    name: Name,
    by: Annotated[str, typer.Option(help="批准者，不得为训练者 / who promotes, not who trained")],
    reason: Annotated[str, typer.Option(help="事由 / why")],
    version: Version = "challenger",
    runs: Runs = RUNS,
) -> None:
    """由第二人批准为现任 / a second person makes it champion; needs the comparison."""
    from models.promotion import promote as promoted

    tracking = registry(runs)
    done = promoted(tracking, tracking.version(name, version), by, reason)
    out.print(f"{done.name} {done.number}: {', '.join(done.aliases)}", highlight=False)
    out.print(done.tags["verdict"], highlight=False, markup=False)


@model.command()
def card(
    name: Name,
    target: Annotated[Path, typer.Argument(metavar="OUTPUT")],
    version: Version = "champion",
    runs: Runs = RUNS,
) -> None:
    """写出评分卡文件，供审阅或纳入发布版 / write the card's file, to review or to put into a release."""
    tracking = registry(runs)
    tracking.card(tracking.version(name, version)).write(target)


@model.command()
def ladder(
    source: SourceOf,
    name: Annotated[str, typer.Option("--ladder", help="梯次文件 / the ladder")] = "guangxi",
    coverage: Annotated[float, typer.Option(min=0.5, max=0.99, help="承诺的覆盖率 / coverage promised")] = 0.9,
    known_at: KnownAt = None,
    version: Version = "champion",
    output: Annotated[
        Path | None, typer.Option("--report", help="另存 Markdown 报告 / keep the report in this file")
    ] = None,
    runs: Runs = RUNS,
) -> None:
    """逐梯次的共形集合：首年定阈值，其后逐年复核；未兑现时退出码为 3 / sets of tiers, audited year by year; exit code 3 where one fails."""
    from models.replay.ladder_sets import audited, places, report, years_of

    tracking = registry(runs)
    rungs = ladders()[console.one_of("--ladder", name, ladders())].rungs
    versions = {rung.id: tracking.version(f"climb.{rung.id}", version) for rung in rungs}
    cards = {rung: tracking.card(one) for rung, one in versions.items()}
    long, day = long_of(source), console.day_option(known_at, "known_at")
    years = years_of(long, day, max(one.tags.get("test_from", "") for one in versions.values()))
    sets, audits = audited(rungs, [places(long, rungs, cards, year, day) for year in years], coverage)
    told = report(sets, years[0], audits, list(cards.values()))
    console.out.print(told, markup=False, highlight=False, soft_wrap=True)
    if output is not None:
        output.write_text(told, encoding="utf-8")
    if any(one.holds is False for one in audits):
        raise typer.Exit(3)


@model.command()
def drift(
    name: Name,
    source: SourceOf,
    known_at: KnownAt = None,
    version: Version = "champion",
    runs: Runs = RUNS,
) -> None:
    """与训练时相比的漂移；公开数据集可给新一期数据的文件；有警报时退出码为 3
    / drift since training, of a public set also of a file of newer rows; exit code 3 on an alarm."""
    from api.settings import load
    from models.drift import BASE_RATE, Level, checks, fitted_on, worst
    from models.limits import drift_told
    from models.sources import PUBLIC, batch, newer

    tracking, limits = registry(runs), load().learning.drift
    found = tracking.version(name, version)
    seen = fitted_on(tracking.card(found))
    if name not in PUBLIC:
        features, earlier = batch(long_of(source), name, console.day_option(known_at, "known_at"))
        compared = checks(seen, features, earlier=earlier, limits=limits)
    else:
        days_are_given(name, {"--known-at": known_at})
        features, outcome = newer(name, source, found.tags.get("test_from", ""))
        compared = checks(seen, features, outcome, limits=limits)
    rows = f"训练 reference {seen.outcome[0]:,} 行 rows，本批 batch {features.height:,} 行 rows"
    table = Table(title=f"漂移 drift: {name} {found.number}\n{rows}", title_justify="left")
    for column in _DRIFT:
        table.add_column(column)
    for one in compared:
        figures = (one.value, one.chance, one.reference, one.batch)
        table.add_row(one.name, *(f"{figure:.3f}" for figure in figures), one.told)
    out.print(table)
    if all(one.mute for one in compared):
        out.print("本批过小：无论内容如何都不会报警 / the batch is too small: it could be no alarm whatever it held")
    if BASE_RATE not in {one.name for one in compared}:
        out.print("结果尚未知，未比较基率 / no outcome is known yet: the base rate was not compared")
    out.print(drift_told(limits), highlight=False)
    if worst(compared) is Level.ALARM:
        raise typer.Exit(3)
