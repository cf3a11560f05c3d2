"""``dengti train``: facts of an office, or a public set → a card that someone may propose, with its report."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from api.cli import console
from api.cli.importing import read_with_progress
from features import factstore
from features.errors import ValueProblem
from features.long_tables import LongTables

if TYPE_CHECKING:
    from models.datasets import Dataset
    from models.experiment import Provenance

EventOf = Annotated[
    str, typer.Option(help="climb.<梯次 tier>、distress，或公开数据集 / or a public set: us_growth, polish_1, sba …")
]
SourceOf = Annotated[
    Path,
    typer.Argument(
        metavar="SOURCE", help="事实目录、数据目录，或公开数据集所在目录 / facts, tables, or the public sets"
    ),
]
KnownAt = Annotated[
    str | None, typer.Option(help="结果截至该日已知，默认今天 / outcomes as known on this day, default today")
]
Split = Annotated[str | None, typer.Option(help="检验期首日 / first day of the test period")]


def train(
    source: SourceOf,
    event: EventOf,
    by: Annotated[str, typer.Option(help="训练者（姓名或工号） / who trains")],
    known_at: KnownAt = None,
    split: Split = None,
    explain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FEATURE:RULE=REASON",
            help="泄漏检查的某项发现为何不是泄漏，可重复 / why a finding of the leakage check is no leak; may be repeated",
        ),
    ] = None,
    runs: Annotated[Path, typer.Option(help="MLflow 目录 / folder of runs and registry")] = Path("mlruns"),
    full: Annotated[
        bool, typer.Option(help="同时拟合对照模型与分组交叉验证 / fit the rivals and the grouped folds too")
    ] = True,
) -> None:
    """训练可读的评分卡，评估并登记为挑战者 / train a card, evaluate it, register it as challenger."""
    needed()
    # Only here: scikit-learn and MLflow take seconds that no other command needs to wait for.
    from api.settings import load
    from models.evaluation.metrics import TITLES
    from models.experiment import train as trained_by
    from models.explained import given, unused
    from models.persons import said
    from models.sources import explained
    from models.tracking import Tracking

    learning, by = load().learning, said("--by", by)
    dataset, provenance = dataset_of(source, event, known_at, split)
    reasons = given(explain or (), dataset, by)
    # Before the minutes that training takes.
    tracking = Tracking(runs)
    with console.progress() as bar:
        task = bar.add_task("训练 training", total=None)
        trained = trained_by(
            dataset,
            provenance,
            explained={**explained(event), **reasons},
            full=full,
            leakage_limits=learning.leakage,
            drift_limits=learning.drift,
            progress=lambda step: bar.update(task, description=step),
        )
        bar.update(task, description="登记 MLflow")
        version = tracking.log(trained, by)
    told = f"训练于 trained on {provenance.trained_on}，数据 data {trained.fingerprint[7:19]}"
    for idle in unused(reasons, trained.evaluation.leakage):
        console.err.print(
            f"说明 note: --explain {idle} 未用到，没有此项发现 / explains nothing that was found",
            markup=False,
            highlight=False,
        )
    table = Table(title=f"{event} ({provenance.origin})\n{told}", title_justify="left")
    test, grouped = trained.evaluation.test, trained.evaluation.grouped
    for column in ("模型 model", *(TITLES[measure] for measure in next(iter(test.results.values())))):
        table.add_column(column, overflow="fold")
    for one in filter(None, (test, grouped)):
        table.add_section()
        kind = "时间外 out of time" if one.out_of_time else "分组五折 grouped folds"
        for model, measures in one.results.items():
            table.add_row(f"{model}\n{kind}", *map(str, measures.values()))
    console.out.print(table)
    console.out.print(f"版本 version: {version.name} {version.number} {trained.card.sha256}", highlight=False)


def needed() -> None:
    """Raises `ValueProblem` where what trains and registers cards is not installed."""
    lacking = [name for name in ("sklearn", "matplotlib", "markdown_it", "mlflow") if find_spec(name) is None]
    if lacking:
        raise ValueProblem(
            field="dengti",
            value=", ".join(lacking),
            rule="训练所需的组件未安装 / what training needs is not installed",
            remedy="pip install 'dengti[models]'",
        )


def dataset_of(source: Path, event: str, known_at: str | None, split: str | None) -> tuple[Dataset, Provenance]:
    """The data set of an event with its provenance. Raises `FactError`."""
    from models.sources import PUBLIC, public, replayed

    if event in PUBLIC:
        days_are_given(event, {"--known-at": known_at, "--split": split})
        return public(event, source)
    day = console.day_option(known_at, "known_at")
    return replayed(long_of(source), event, day, console.day_option(split, "split") if split else None)


def days_are_given(event: str, asked: Mapping[str, str | None]) -> None:
    """Raises `ValueProblem` where days are asked of a public set, which has its own."""
    for option, value in asked.items():
        if value is not None:
            raise ValueProblem(
                field=option,
                value=value,
                rule=f"公开数据集 {event} 的日期已定 / the days of this public set are fixed",
                remedy=f"去掉 {option} / leave {option} out",
            )


def long_of(source: Path) -> LongTables:
    """The tables of a folder of facts, or of files. Raises `FactError`."""
    if factstore.is_store(source):
        return factstore.read(source)
    read = read_with_progress(source)
    return LongTables.of(read.tables, read.incomplete)
