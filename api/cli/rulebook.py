"""``dengti rulebook list|show|lint|diff``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api import rules
from api.authority import soundness
from api.authority.lint import witnesses
from api.authority.named import named
from api.authority.show import workbook
from api.authority.show.description import describe
from api.authority.show.markdown import markdown
from api.authority.show.text import text
from api.authority.sql.card_query import card_query
from api.authority.sql.dialects import DIALECTS
from api.cli.console import day_option, err, file_option, one_of, out, tracked
from api.cli.rulebook_diff import diff
from features.errors import ValueProblem
from scoring.catalogue import FOLDER, UNDATED
from scoring.errors import CardError
from scoring.reading import KINDS

FORMATS = ("text", "markdown", "xlsx", "sql")

rulebook = typer.Typer(help="规则 / rulebooks", no_args_is_help=True)
rulebook.command()(diff)


@rulebook.command("list")
def list_() -> None:
    """列出全部规则及施行期 / every rulebook with its editions and periods."""
    table = Table(title="规则目录 rulebooks", title_justify="left")
    for name in ("规则 rulebook", "版本 edition", "名称 title", "施行 from", "止 to", "状态 status", "指纹 sha256"):
        table.add_column(name)
    catalogue = rules.catalogue()
    for name in catalogue.names():
        for edition in catalogue.editions[name]:
            card = edition.latest
            until = card.effective_to.isoformat() if card.effective_to else ""
            table.add_row(
                name,
                card.edition,
                f"{card.title.zh} {card.title.en}",
                card.effective_from.isoformat() if card.status != UNDATED else "",
                until,
                card.status,
                card.sha256[7:19],
            )
    out.print(table)


@rulebook.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RULEBOOK",
            help="规则名[@版本][+区划或园区] / id, for instance tech_sme@2017 or gazelle.sichuan@2019+510100",
        ),
    ],
    edition: Annotated[str | None, typer.Option(help="版本，默认最新 / edition, default the newest")] = None,
    kind: Annotated[str, typer.Option(help="申请类型 new 或 renewal / application kind")] = "new",
    form: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = FORMATS[0],
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="写入文件 / write to a file")] = None,
    dialect: Annotated[str, typer.Option(help="SQL 方言 / dialect: " + " | ".join(DIALECTS))] = "postgres",
    as_of: Annotated[str | None, typer.Option(help="SQL 的评价日，默认今天 / day of evaluation of the SQL")] = None,
    rules_on: Annotated[str | None, typer.Option(help="覆盖规则以该日为准，默认今天 / overlays of this day")] = None,
) -> None:
    """按条文展示一张卡片：文本、Markdown、工作簿或 SQL / one card as an official would read it, or as SQL."""
    one_of("--kind", kind, KINDS)
    one_of("--format", form, FORMATS)
    one_of("--dialect", dialect, DIALECTS)
    whole, plus, places = name.partition("+")
    asked = (f"{whole}@{edition}" if edition else whole) + plus + places
    found = named(asked, rules.catalogue(), day_option(rules_on, "rules_on"))
    card = found.card(date.max, kind)
    described = describe(card, found.tree)
    match form:
        case "text" if output is None:
            out.print(text(described))
        case "text":
            _given(text(described).plain, output)
        case "markdown":
            _given(markdown(described), output)
        case "sql":
            _given(card_query(card, day_option(as_of, "as_of"), DIALECTS[dialect]), output)
        case "xlsx":
            workbook.write(described, file_option(output, "xlsx"))


def _given(made: str, output: Path | None) -> None:
    if output is None:
        out.print(made, markup=False, highlight=False)
    else:
        output.write_text(made + "\n", encoding="utf-8")


def _dossiers(paths: Iterable[Path], folder: Path) -> None:
    """Cliffs and paradoxes, explained ones too, as dossiers that ``dengti score`` takes."""
    if find_spec("scipy") is None:
        raise ValueProblem(
            field="--dossiers",
            value=str(folder),
            rule="还原事实需要 scipy / putting witnesses into facts takes scipy",
            remedy='pip install "dengti[models]"',
        )
    folder.mkdir(parents=True, exist_ok=True)
    pairs = without = 0
    for path in paths:
        with contextlib.suppress(CardError):
            # What is wrong in a file is told by its findings.
            some, none = witnesses.written(path, folder)
            pairs, without = pairs + some, without + none
    out.print(f"{pairs} 对档案 / pairs of dossiers → {folder}；{without} 处未还原为事实 / not put into facts")


@rulebook.command()
def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE…]", help="规则文件，默认全部 / files, default all")
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="存放政策原文的文件夹，用以核对引文 / folder of the texts, to check quotes",
        ),
    ] = None,
    dossiers: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="把每处断崖写成一对可运行的档案 / write each cliff and paradox as a pair of dossiers (needs dengti[models])",
        ),
    ] = None,
) -> None:
    """检查规则文件，逐条指出文件、行、键与改法 / check cards; each finding names file, line, key and mend."""
    findings = (
        [finding for path in paths for finding in soundness.of_file(path, str(path), FOLDER)]
        if paths
        else soundness.of_rules(FOLDER, rules.own_overlays(), tracked("检查规则 checking rules"), texts)
    )
    if dossiers is not None:
        editions = (edition.path for found in rules.catalogue().editions.values() for edition in found)
        _dossiers(paths or editions, dossiers)
    for finding in findings:
        err.print(str(finding), markup=False, highlight=False)
    if findings:
        err.print(f"{len(findings)} 处问题 / findings")
        raise typer.Exit(1)
    out.print("没有发现问题 / no findings")
