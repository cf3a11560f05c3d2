"""Tables that commands print: what was imported, the ladder summary of a population."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.table import Table

from api.cli.console import out
from features.intake import Imported
from features.tables import TABLES
from scoring.engine import Engine, Question
from scoring.ladder import ladders

REJECTS_SHOWN = 12


def imported(read: Imported, manifest: dict[str, Any]) -> None:
    """Rows by table, notes, rejects."""
    table = Table(title="导入 import", title_justify="left")
    table.add_column("表 table")
    table.add_column("行 rows", justify="right")
    for name, rows in manifest["rows"].items():
        table.add_row(f"{TABLES[name].zh} {name}", f"{rows:,}")
    out.print(table)
    for note in read.notes:
        out.print(f"· {note.file} {note.sheet or ''}: {note.zh} / {note.en}", highlight=False, markup=False)
    rejects(read.rejects)


def rejects(found: pl.DataFrame) -> None:
    """Rejected rows with their reasons."""
    if found.is_empty():
        out.print("没有被拒绝的行 / no row was rejected")
        return
    table = Table(title=f"被拒绝的行 rejected rows ({found.height:,})", title_justify="left")
    for name in ("工作表 sheet", "行 row", "列 column", "取值 value", "原因 reason", "改法 remedy"):
        table.add_column(name, overflow="fold")
    for row in found.head(REJECTS_SHOWN).iter_rows(named=True):
        table.add_row(
            *(str(row[k] if row[k] is not None else "") for k in ("sheet", "row", "column", "value", "rule", "remedy"))
        )
    if found.height > REJECTS_SHOWN:
        table.add_row(
            "…", "", "", "", f"其余 {found.height - REJECTS_SHOWN} 行见 rejects.xlsx / the rest: rejects.xlsx", ""
        )
    out.print(table)


def summary(scores: pl.DataFrame, rejected: pl.DataFrame, engine: Engine, question: Question) -> None:
    """Firms by rung, verdicts and points of each card, size classes, rejects by reason."""
    out.print(f"[bold]评价日 as of {question.as_of}[/]  企业 firms: {scores.height:,}", highlight=False)
    for ladder_id, ladder in ladders().items():
        of_ladder = scores.filter(pl.col("tier.ladder") == ladder_id)
        if of_ladder.is_empty():
            continue
        table = Table(title=f"{ladder.title.zh} {ladder.title.en} — {of_ladder.height:,}", title_justify="left")
        table.add_column("梯级 rung")
        for name in ("已认定 recognised", "符合公布条件 qualified", "待定 undetermined", "下一级 next"):
            table.add_column(name, justify="right")
        for rung in reversed(ladder.rungs):
            name = (
                f"{rung.label.zh} {rung.id}"
                + ("（并行 parallel）" if rung.parallel else "")
                + ("" if rung.card else " *")
            )
            table.add_row(
                name,
                *(f"{(of_ladder[f'tier.{key}'] == rung.id).sum():,}" for key in ("recognised", "qualified")),
                f"{of_ladder['tier.undetermined'].list.contains(rung.id).sum():,}",
                f"{(of_ladder['tier.next'] == rung.id).sum():,}",
            )
        none = [f"{of_ladder[f'tier.{key}'].null_count():,}" for key in ("recognised", "qualified")]
        table.add_row("无 none", *none, "", f"{of_ladder['tier.next'].null_count():,}")
        out.print(table)
    out.print("* 条件未设或未公布，记为待定 / its conditions are not on file: undetermined", highlight=False)
    _cards(scores, engine, question)
    _reject_reasons(rejected)


def _cards(scores: pl.DataFrame, engine: Engine, question: Question) -> None:
    rules = engine.rules(question.rules_on or question.as_of, None, "new", ())
    for name, picked in rules.picked.items():
        card = picked.card
        title = f"{card.title.zh} {card.title.en} ({card.edition})"
        if card.classes:
            _counts(title, scores[f"{name}.class"])
            continue
        _counts(title, scores[f"{name}.verdict"])
        if card.items:
            _distribution(f"{title}：分数 points", scores, name)


def _counts(title: str, values: pl.Series) -> None:
    table = Table(title=title, title_justify="left")
    counted = values.cast(pl.String).value_counts(sort=True, name="n").sort("n", values.name, descending=[True, False])
    table.add_column("结论 answer")
    table.add_column("企业 firms", justify="right")
    for answer, n in counted.iter_rows():
        table.add_row(str(answer), f"{n:,}")
    out.print(table)


def _distribution(title: str, scores: pl.DataFrame, name: str) -> None:
    low, high = scores[f"{name}.score.low"], scores[f"{name}.score.high"]
    fixed = low.filter(low == high)
    table = Table(title=title, title_justify="left")
    table.add_column("分段 band")
    table.add_column("企业 firms", justify="right")
    table.add_column("")
    most = max(1, fixed.len())
    for start in range(90, -1, -10):
        end = start + 10
        n = ((fixed >= start) & ((fixed < end) | (end == 100) & (fixed <= 100))).sum()
        table.add_row(f"{start}–{end if end == 100 else end - 1}", f"{n:,}", "█" * round(40 * n / most))
    table.add_row("区间（缺数据）interval", f"{(low != high).sum():,}", "")
    out.print(table)


def _reject_reasons(found: pl.DataFrame) -> None:
    """How many rows were rejected for what; the rows themselves are in the result folder."""
    if found.is_empty():
        out.print("没有被拒绝的行 / no row was rejected")
        return
    table = Table(title=f"被拒绝的行 rejected rows ({found.height:,})，详见 rejects.xlsx", title_justify="left")
    for name in ("工作表 sheet", "列 column", "原因 reason"):
        table.add_column(name, overflow="fold")
    table.add_column("行 rows", justify="right")
    counted = (
        found.group_by("sheet", "column", "rule")
        .len()
        .sort("len", "sheet", "column", "rule", descending=[True, False, False, False])
    )
    for sheet, column, rule, rows in counted.head(REJECTS_SHOWN).iter_rows():
        table.add_row(sheet or "", column or "", rule, f"{rows:,}")
    out.print(table)
