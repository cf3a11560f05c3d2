"""The ladder summary of a scored population, counted over the result file without loading it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl
from rich.table import Table

from api.batch.credit import OPEN
from api.batch.frames import VERDICTS, Framed, Head
from api.batch.run import MANIFEST
from api.cli.console import out
from scoring.engine import Question
from scoring.ladder import Ladder, ladders

BAR = 40
STANDING = [f"tier.{key}" for key in ("ladder", "recognised", "qualified", "next", "undetermined")]
"""What says where a firm stands: few differ."""
BANDS = tuple(range(90, -1, -10))


def summary(scores: Path, firms: int, framed: Framed, question: Question) -> None:
    """Firms by rung, verdicts and points of each card, size classes."""
    out.print(f"[bold]评价日 as of {question.as_of}[/]  企业 firms: {firms:,}", highlight=False)
    data = json.loads((scores.parent / MANIFEST).read_text(encoding="utf-8"))["snapshot"]
    vintage = f"事实 known at {question.known_at}  数据 data {data[7:19]}  发布版 release {framed.release[7:19]}"
    out.print(vintage, highlight=False)
    whole, cards = pl.scan_parquet(scores), framed.heads
    standings, of_cards = pl.collect_all(
        [
            whole.group_by(STANDING).len("firms"),
            whole.select(expression for card in cards for expression in (*_answers(card), *_bands(card))),
        ],
        engine="streaming",
    )
    by_ladder = standings.group_by("tier.ladder").agg(pl.col("firms").sum(), *_counts_by_rung())
    rows = {row["tier.ladder"]: row for row in by_ladder.iter_rows(named=True)}
    for name in (name for name in ladders() if name in rows):
        out.print(_ladder(ladders()[name], rows[name]))
    out.print("* 条件未设或未公布，记为待定 / its conditions are not on file: undetermined", highlight=False)
    for card in cards:
        _card(of_cards.row(0, named=True), card)


def _counts_by_rung() -> Iterable[pl.Expr]:
    firms = pl.col("firms")
    for rung in dict.fromkeys(rung.id for ladder in ladders().values() for rung in ladder.rungs):
        for key in ("recognised", "qualified", "next"):
            yield firms.filter(pl.col(f"tier.{key}") == rung).sum().alias(f"{key}/{rung}")
        yield firms.filter(pl.col("tier.undetermined").list.contains(rung)).sum().alias(f"undetermined/{rung}")
    for key in ("recognised", "qualified", "next"):
        yield firms.filter(pl.col(f"tier.{key}").is_null()).sum().alias(f"{key}/")


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


def _words(card: Head) -> list[str]:
    return [*card.classes, OPEN] if card.classes else VERDICTS.categories.to_list()


def _answers(card: Head) -> Iterable[pl.Expr]:
    column = f"{card.id}.class" if card.classes else f"{card.id}.verdict"
    return ((pl.col(column) == word).sum().alias(f"{card.id}/{word}") for word in _words(card))


def _bands(card: Head) -> Iterable[pl.Expr]:
    """Firms in each band of points, and those of whom an interval is known."""
    if card.has_points:
        low, high = pl.col(f"{card.id}.score.low"), pl.col(f"{card.id}.score.high")
        for start in BANDS:
            below = low < start + 10 if start < BANDS[0] else low <= 100
            yield ((low == high) & (low >= start) & below).sum().alias(f"{card.id}/{start}")
        yield (low != high).sum().alias(f"{card.id}/open")


def _card(counts: dict[str, int], card: Head) -> None:
    title = f"{card.title.zh} {card.title.en} ({card.edition})"
    table = Table(title=title, title_justify="left")
    table.add_column("结论 answer")
    table.add_column("企业 firms", justify="right")
    answers = {word: counts[f"{card.id}/{word}"] for word in _words(card)}
    for answer, n in sorted(answers.items(), key=lambda pair: (-pair[1], pair[0])):
        if n:
            table.add_row(answer, f"{n:,}")
    out.print(table)
    if card.has_points:
        of_bands = {start: counts[f"{card.id}/{start}"] for start in BANDS}
        out.print(_distribution(of_bands, counts[f"{card.id}/open"], f"{title}：分数 points"))


def _distribution(of_bands: dict[int, int], open_: int, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("分段 band")
    table.add_column("企业 firms", justify="right")
    table.add_column("")
    most = max(1, sum(of_bands.values()))
    for start, n in of_bands.items():
        end = 100 if start == BANDS[0] else start + 9
        table.add_row(f"{start}–{end}", f"{n:,}", "█" * round(BAR * n / most))
    table.add_row("区间（缺数据或待专家评分）interval", f"{open_:,}", "")
    return table
