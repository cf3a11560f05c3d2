"""The ladder summary of a scored population, of what was counted as it was scored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Table

from api.batch.counts import BANDS, LADDER, words_of
from api.batch.frames import Framed, Head
from api.batch.run import MANIFEST
from api.cli.console import out
from scoring.engine import Question
from scoring.ladder import Ladder, ladders

BAR, TOLD = 40, 5
"""Width of a bar; so many of the features of a card that have moved are told."""


def summary(target: Path, firms: int, counts: Mapping[str, int], framed: Framed, question: Question) -> None:
    """Firms by rung, verdicts and points of each card, size classes; ``counts`` as `api.batch.counts` tells them."""
    out.print(f"[bold]评价日 as of {question.as_of}[/]  企业 firms: {firms:,}", highlight=False)
    data = json.loads((target / MANIFEST).read_text(encoding="utf-8"))["snapshot"]
    vintage = f"事实 known at {question.known_at}  数据 data {data[7:19]}  发布版 release {framed.release[7:19]}"
    out.print(vintage, highlight=False)
    for name, ladder in ladders().items():
        if f"{LADDER}{name}/firms" in counts:
            out.print(_ladder(ladder, counts, f"{LADDER}{name}/"))
    out.print("* 条件未设或未公布，记为待定 / its conditions are not on file: undetermined", highlight=False)
    for card in framed.heads:
        _card(counts, card)


def drift_of(manifest: Mapping[str, Any]) -> None:
    """Learned cards whose features have moved since they were fitted, and which features; nothing where none has."""
    found = manifest.get("drift", {"cards": {}})
    moved = {name: card for name, card in found["cards"].items() if card["level"] not in (None, "ok")}
    for name, card in moved.items():
        table = Table(title=f"漂移 drift: {name} — {card['told']}", title_justify="left")
        for column in ("字段 feature", "PSI", "级别 level", "缺失：训练 missing, fitted", "缺失：本批 batch"):
            table.add_column(column)
        beyond = [one for one in card["features"] if one["level"] != "ok"]
        for one in beyond[:TOLD]:
            missing = (f"{one['missing'][of]:.3f}" for of in ("fitted", "batch"))
            table.add_row(one["feature"], f"{one['psi']:.3f}", one["told"], *missing)
        out.print(table)
        if (left := len(beyond) - TOLD) > 0:
            out.print(f"另有 {left} 个字段，见 / {left} more, see {MANIFEST}", highlight=False)
    if moved:
        out.print(
            f"{found['limits']}\n本批企业与训练时不同，其概率未必仍然校准；先查明原因，再用 dengti model drift、train / these firms "
            "differ from those of training, so the probabilities may be calibrated no more: find out why first",
            highlight=False,
        )


def _ladder(ladder: Ladder, counts: Mapping[str, int], of: str) -> Table:
    keys = ("recognised", "qualified", "undetermined", "next")
    table = Table(title=f"{ladder.title.zh} {ladder.title.en} — {counts[f'{of}firms']:,}", title_justify="left")
    table.add_column("梯级 rung")
    for name in ("已认定 recognised", "符合公布条件 qualified", "待定 undetermined", "下一级 next"):
        table.add_column(name, justify="right")
    for rung in reversed(ladder.rungs):
        beside = "（并行 parallel）" if rung.parallel else ""
        name = f"{rung.label.zh} {rung.id}{beside}{'' if rung.card else ' *'}"
        table.add_row(name, *(f"{counts[f'{of}{key}/{rung.id}']:,}" for key in keys))
    table.add_row("无 none", *(f"{counts[f'{of}{key}/']:,}" if f"{of}{key}/" in counts else "" for key in keys))
    return table


def _card(counts: Mapping[str, int], card: Head) -> None:
    title = f"{card.title.zh} {card.title.en} ({card.edition})"
    table = Table(title=title, title_justify="left")
    table.add_column("结论 answer")
    table.add_column("企业 firms", justify="right")
    answers = {word: counts[f"{card.id}/{word}"] for word in words_of(card)}
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
