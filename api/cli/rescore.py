"""``dengti rescore``: a whole population → result files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from api.batch.frames import frames
from api.cli import console, tables
from api.cli.importing import read_with_progress
from features import factstore
from features.intake import write_rejects
from features.snapshot import LongTables
from scoring.batch import Scored, score
from scoring.engine import Engine, Question
from scoring.release import ENGINE

PARTITION = 100_000
"""Enterprises scored at once."""


def rescore(
    source: Annotated[
        Path,
        typer.Argument(metavar="INPUT", help="数据目录、工作簿或已导入的事实目录 / folder, workbook or imported facts"),
    ],
    target: Annotated[Path, typer.Argument(metavar="OUTPUT", help="结果目录 / folder for the results")],
    as_of: Annotated[str | None, typer.Option(help="评价日，默认今天 / day of evaluation, default today")] = None,
    known_at: Annotated[str | None, typer.Option(help="按该日已知的事实 / facts as known on this day")] = None,
    rules_on: Annotated[str | None, typer.Option(help="按该日施行的规则 / rules in force on this day")] = None,
) -> None:
    """批量评分，写出 scores、items、rejects 与 manifest / score a population; writes four result files."""
    question = Question(
        console.day_option(as_of, "as_of"),
        console.day_option(known_at, "known_at"),
        console.day_option(rules_on, "rules_on") if rules_on else None,
    )
    long, rejects = _read(source)
    engine = Engine()
    scores, items = _score(engine, long, question)
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").unlink(missing_ok=True)
    scores.write_parquet(target / "scores.parquet", compression="zstd")
    items.write_parquet(target / "items.parquet", compression="zstd")
    rejects.write_parquet(target / "rejects.parquet", compression="zstd")
    write_rejects(rejects, target / "rejects.xlsx")
    manifest = _manifest(source, target, question, scores, engine, rejects)
    (target / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    tables.summary(scores, rejects, engine, question)
    console.out.print(f"结果目录 results: {target}", highlight=False)


def _read(source: Path) -> tuple[LongTables, pl.DataFrame]:
    if factstore.is_store(source):
        return factstore.read(source)
    read = read_with_progress(source)
    return LongTables(read.tables, read.incomplete), read.rejects


def _score(engine: Engine, long: LongTables, question: Question) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Scores and items, partition by partition."""
    firms = long.firms()
    starts = range(0, max(firms.len(), 1), PARTITION)
    found: list[Scored] = []
    with console.progress() as bar:
        task = bar.add_task("评分 scoring", total=firms.len())
        for start in starts:
            part = firms.slice(start, PARTITION)
            found += score(engine, long if len(starts) == 1 else long.of(part), question)
            bar.advance(task, part.len())
    return frames(found)


def _manifest(
    source: Path, target: Path, question: Question, scores: pl.DataFrame, engine: Engine, rejects: pl.DataFrame
) -> dict[str, Any]:
    codes = scores["region_code"].unique().to_list() or [None]
    releases = {
        rules.release.id: rules.release.cards
        for code in codes
        for rules in [engine.rules(question.rules_on or question.as_of, None if code is None else str(code), "new", ())]
    }
    return {
        "engine": ENGINE,
        "as_of": question.as_of.isoformat(),
        "known_at": question.known_at.isoformat(),
        "rules_on": (question.rules_on or question.as_of).isoformat(),
        "input": {"name": source.name, "sha256": factstore.fingerprint(source)},
        "releases": releases,
        "firms": scores.height,
        "rejected_rows": rejects.height,
        "files": {
            name: "sha256:" + hashlib.sha256((target / name).read_bytes()).hexdigest()
            for name in ("scores.parquet", "items.parquet", "rejects.parquet")
        },
    }
