"""The ladder summary of a scored population, counted over the result file without loading it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from rich.table import Table

from api.batch.frames import VERDICTS
from api.cli.console import out
from scoring.card import Card
from scoring.catalogue import NOWHERE
from scoring.engine import Engine, Question
from scoring.ladder import Ladder, ladders

BAR = 40


def summary(scores: Path, firms: int, engine: Engine, question: Question) -> None:
    """Firms by rung, verdicts and points of each card, size classes."""
    out.print(f"[bold]评价日 as of {question.as_of}[/]  企业 firms: {firms:,}", highlight=False)
    vintage = f"事实 known at {question.known_at}  发布版 release {engine.release_id[7:19]}"
    out.print(vintage, highlight=False)
    whole = pl.scan_parquet(scores)
    for name, ladder in ladders().items():
        of_ladder = whole.filter(pl.col("tier.ladder") == name)
        counts = (
            of_ladder.select(pl.len().alias("firms"), *_counts_by_rung(ladder))
            .collect(engine="streaming")
            .row(0, named=True)
        )
        if counts["firms"]:
            out.print(_ladder(ladder, counts))
    out.print("* 条件未设或未公布，记为待定 / its conditions are not on file: undetermined", highlight=False)
    answered = set(whole.collect_schema().names())
    for name, picked in engine.rules(question.rules_on or question.as_of, NOWHERE, "new", ()).picked.items():
        # A card of a region in which no firm is was asked of nobody.
        if answered & {f"{name}.verdict", f"{name}.class"}:
            _card(whole, picked.card)


def _counts_by_rung(ladder: Ladder) -> Iterable[pl.Expr]:
    for rung in ladder.rungs:
        for key in ("recognised", "qualified", "next"):
            yield (pl.col(f"tier.{key}") == rung.id).sum().alias(f"{key}/{rung.id}")
        yield pl.col("tier.undetermined").list.contains(rung.id).sum().alias(f"undetermined/{rung.id}")
    for key in ("recognised", "qualified", "next"):
        yield pl.col(f"tier.{key}").null_count().alias(f"{key}/")


def _ladder(ladder: Ladder, counts: dict[str, int]) -> Table:
    keys = ("recognised", "qualified", "undetermined", "next")
    table = Table(title=f"{ladder.title.zh} {ladder.title.en} — {counts['firms']:,}", title_justify="left")
    table.add_column("梯级 rung")
    for name in ("已认定 recognised", "符合公布条件 qualified", "待定 undetermined", "下一级 next"):
        table.add_column(name, justify="right")
    for rung in reversed(ladder.rungs):
        beside = "（并行 parallel）" if rung.parallel else ""
        name = f"{rung.label.zh} {rung.id}{beside}{'' if rung.card else ' *'}"
        table.add_row(name, *(f"{counts[f'{key}/{rung.id}']:,}" for key in keys))
    table.add_row("无 none", *(f"{counts[f'{key}/']:,}" if f"{key}/" in counts else "" for key in keys))
    return table


def _card(scores: pl.LazyFrame, card: Card) -> None:
    title = f"{card.title.zh} {card.title.en} ({card.edition})"
    column, words = (
        (f"{card.id}.class", [*card.classes, "undetermined"])
        if card.classes
        else (f"{card.id}.verdict", VERDICTS.categories.to_list())
    )
    answers = [(pl.col(column) == word).sum().alias(word) for word in words]
    counts = scores.select(answers).collect(engine="streaming").row(0, named=True)
    table = Table(title=title, title_justify="left")
    table.add_column("结论 answer")
    table.add_column("企业 firms", justify="right")
    for answer, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if n:
            table.add_row(answer, f"{n:,}")
    out.print(table)
    if card.items and not card.classes:
        out.print(_distribution(scores, card.id, f"{title}：分数 points"))


def _distribution(scores: pl.LazyFrame, name: str, title: str) -> Table:
    low, high = pl.col(f"{name}.score.low"), pl.col(f"{name}.score.high")
    starts = range(90, -1, -10)
    bands = [(low == high, low >= start, (low < start + 10) | ((start == 90) & (low <= 100))) for start in starts]
    counts = (
        scores.select(
            *(pl.all_horizontal(band).sum().alias(str(start)) for start, band in zip(starts, bands, strict=True)),
            (low != high).sum().alias("open"),
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )
    table = Table(title=title, title_justify="left")
    table.add_column("分段 band")
    table.add_column("企业 firms", justify="right")
    table.add_column("")
    most = max(1, sum(counts[str(start)] for start in starts))
    for start in starts:
        n = counts[str(start)]
        table.add_row(f"{start}–{100 if start == 90 else start + 9}", f"{n:,}", "█" * round(BAR * n / most))
    table.add_row("区间（缺数据或待专家评分）interval", f"{counts['open']:,}", "")
    return table
