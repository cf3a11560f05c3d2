"""``dengti rulebook diff``: two rulebooks, and a population under both."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from api import rules
from api.authority import soundness
from api.authority.diff import forms, workbook
from api.authority.diff.cards import changes
from api.authority.diff.population import Compared, compare
from api.authority.diff.report import Report
from api.authority.diff.sources import Side, side
from api.batch.sources import source_of
from api.cli import console
from api.cli.importing import read_with_progress
from api.clock import today
from scoring.reading import KINDS

FORMATS = ("text", "markdown", "json")
LISTED = 20


def diff(
    before: Annotated[
        str,
        typer.Argument(metavar="A", help="规则[@版本][+区划或园区] 或 YAML 文件 / rulebook[@edition][+place] or file"),
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="与之比较 / what it is compared with")],
    kind: Annotated[str, typer.Option(help="申请类型 new 或 renewal / application kind")] = KINDS[0],
    form: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = FORMATS[0],
    population: Annotated[
        Path | None, typer.Option(metavar="PATH", help="快照、事实目录或数据目录 / snapshot, facts or folder of tables")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="评价日，默认今天 / day of evaluation, default today")] = None,
    known_at: Annotated[str | None, typer.Option(help="按该日已知的事实 / facts as known on this day")] = None,
    rules_on: Annotated[str | None, typer.Option(help="覆盖规则以该日为准，默认今天 / overlays of this day")] = None,
    firms: Annotated[int, typer.Option(min=0, help="列出的企业数 / enterprises listed")] = LISTED,
    output: Annotated[Path | None, typer.Option(metavar="FILE.xlsx", help="全部写入工作簿 / all as a workbook")] = None,
) -> None:
    """比较两个版本（如征求意见稿与正式稿）的实质变化，及哪些企业结论改变、为何，草案并附检查 / what changed, for whom and why, and what
    the lint says of a draft.
    """
    console.one_of("--kind", kind, KINDS)
    console.one_of("--format", form, FORMATS)
    target = None if output is None else console.file_option(output, "xlsx")
    catalogue = rules.catalogue()
    day = console.day_option(rules_on, "rules_on")
    old, new = (side(given, kind, catalogue, day) for given in (before, after))
    scored = None if population is None else _compared(old, new, population, as_of, known_at)
    found = {one.name: soundness.of_draft(one) for one in (old, new) if one.file}
    report = Report(old, new, changes(old, new), scored, found)
    match form:
        case "text":
            console.out.print(forms.text(report.elements(firms)))
        case "markdown":
            console.out.print(forms.markdown(report.elements(firms)), markup=False, highlight=False)
        case "json":
            typer.echo(json.dumps(forms.as_json(report, firms), ensure_ascii=False, indent=2))
    if target is not None:
        workbook.write(report, target)


def _compared(old: Side, new: Side, population: Path, as_of: str | None, known_at: str | None) -> Compared:
    day = console.day_option(as_of, "as_of")
    known = console.day_option(known_at, "known_at") if known_at else None
    with tempfile.TemporaryDirectory() as workspace:
        snapshot = source_of(population, known, today(), Path(workspace), read_with_progress).snapshot
        with console.progress() as bar:
            task = bar.add_task("评分 scoring", total=sum(snapshot.sizes))
            return compare(snapshot, old.card, new.card, day, lambda firms: bar.advance(task, firms))
