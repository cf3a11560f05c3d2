"""What a user gives to a batch becomes a snapshot on disk: it is one, is imported facts, or is files to read."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features import factstore, snapshot
from features.durable import fingerprint, write_text
from features.errors import FileProblem
from features.intake import Imported
from features.intake.imported import REJECT_SCHEMA
from features.intake.partitions import partitions
from features.long_tables import LongTables
from features.pivot import Wide, pivot
from features.snapshot import Snapshot

Read = Callable[[Path, str], Imported]
"""Reads an input, or one part of it."""
SOURCE, REJECTS = "source.json", "rejects.parquet"


@dataclass(frozen=True)
class Source:
    """A snapshot, what was rejected on the way to it, and what the user gave."""

    snapshot: Snapshot
    rejects: pl.DataFrame
    named: dict[str, Any]
    """Name and hash."""
    known_at: date
    pivoted: float = 0.0
    """Seconds of CPU that the pivot took; 0 where the snapshot was there."""


def source_of(path: Path, known_at: date | None, today: date, workspace: Path, read: Read) -> Source:
    """The snapshot of an input as known at a day (default: today, or the snapshot's own day).

    ``workspace`` keeps what is made of files until the batch is done. Raises `FileProblem`.
    """
    if snapshot.is_snapshot(path):
        return _given(snapshot.read(path), known_at)
    day = known_at or today
    if factstore.is_store(path):
        named = {"name": path.name, "sources": factstore.sources(path)}
        folder = factstore.snapshot_at(path, day)
        if snapshot.is_current(folder):
            return Source(snapshot.read(folder), factstore.rejects(path), named, day)
        begun = time.process_time()
        made = pivoted(factstore.read(path), day, folder)
        return Source(made, factstore.rejects(path), named, day, time.process_time() - begun)
    named = {"name": path.name, "sha256": fingerprint(path), "known_at": day.isoformat()}
    if snapshot.is_current(workspace) and _named(workspace) == named:
        return Source(snapshot.read(workspace), pl.read_parquet(workspace / REJECTS), named, day)
    begun, reading, rejects = time.process_time(), 0.0, []
    new = [folder for folder in workspace.parents if not folder.exists()]
    workspace.mkdir(parents=True, exist_ok=True)
    (workspace / SOURCE).unlink(missing_ok=True)

    def parts() -> Iterator[Wide]:
        nonlocal reading
        for name in partitions(path) or [""]:
            since = time.process_time()
            imported = read(path, name)
            reading += time.process_time() - since
            rejects.append(imported.rejects)
            yield from _wide(LongTables.of(imported.tables, imported.incomplete), day)

    try:
        made = snapshot.write(workspace, parts(), day)
    except Exception:
        # Of an input that is refused nothing stays, nor a folder in which nothing else stands.
        shutil.rmtree(workspace)
        for folder in new:
            if not any(folder.iterdir()):
                folder.rmdir()
        raise
    rejected = pl.concat(rejects)
    rejected.write_parquet(workspace / REJECTS)
    write_text(workspace / SOURCE, json.dumps(named, ensure_ascii=False))
    return Source(made, rejected, named, day, time.process_time() - begun - reading)


def pivoted(long: LongTables, known_at: date, folder: Path) -> Snapshot:
    """Write the snapshot of long tables."""
    return snapshot.write(folder, _wide(long, known_at), known_at)


def _wide(long: LongTables, known_at: date) -> Iterator[Wide]:
    for part in long.parts(snapshot.PART):
        yield pivot(part, known_at)


def _given(found: Snapshot, known_at: date | None) -> Source:
    if known_at not in (None, found.known_at):
        raise FileProblem(
            field="--known-at",
            value=str(known_at),
            rule=f"快照是 {found.known_at} 所知的事实 / the snapshot is what was known at {found.known_at}",
            remedy="不给 --known-at，或对事实目录评分 / leave --known-at out, or score the folder of facts",
        )
    named = {"name": found.folder.name, "sha256": found.sha256}
    return Source(found, pl.DataFrame(schema=REJECT_SCHEMA), named, found.known_at)


def _named(workspace: Path) -> Any:
    try:
        return json.loads((workspace / SOURCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
