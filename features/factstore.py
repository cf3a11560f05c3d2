"""A folder of imported facts: typed long tables in Parquet, what was rejected, a manifest that says from what, snapshots.

A snapshot is kept by the last day up to its own on which something became known: between two such days it is the same.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.durable import fingerprint, write_text
from features.errors import FileProblem, damaged
from features.kinds import day_of
from features.long_tables import LongTables

MANIFEST = "facts.json"
FORMAT = "dengti-facts/2"
SNAPSHOTS = "snapshots"


def write(
    folder: Path,
    tables: Mapping[str, pl.DataFrame],
    incomplete: pl.DataFrame,
    rejects: pl.DataFrame,
    sources: list[Path],
) -> dict[str, Any]:
    """Write the tables, the incomplete lists and the rejects; the manifest comes last, so a folder with one is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for old in folder.glob("*.parquet"):
        old.unlink()
    shutil.rmtree(folder / SNAPSHOTS, ignore_errors=True)
    for name, frame in tables.items():
        frame.sort("uscc", maintain_order=True).write_parquet(folder / f"{name}.parquet", compression="zstd")
    incomplete.write_parquet(folder / "incomplete.parquet", compression="zstd")
    rejects.write_parquet(folder / "rejects.parquet", compression="zstd")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "sources": [{"name": path.name, "sha256": fingerprint(path)} for path in sources],
        "rows": {name: frame.height for name, frame in tables.items()},
        "rejected_rows": rejects.height,
        "changes": sorted(
            {day_of(day).isoformat() for t in tables.values() for day in t["known_from"].unique().drop_nulls()}
        ),
    }
    write_text(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    return manifest


def _days(tables: Mapping[str, pl.DataFrame]) -> set[int]:
    """Days on which something became known."""
    return {day for frame in tables.values() for day in frame["known_from"].unique().drop_nulls()}


def is_store(folder: Path) -> bool:
    """Whether the path is a folder of imported facts."""
    return (folder / MANIFEST).is_file()


def read(folder: Path) -> LongTables:
    """The tables. Raises `FileProblem` where the folder is damaged or was written by another format."""
    manifest = _manifest(folder)
    try:
        tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in manifest["rows"]}
        return LongTables.of(tables, pl.read_parquet(folder / "incomplete.parquet"))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(folder, "事实目录", "the folder of facts", str(error)) from None


def rejects(folder: Path) -> pl.DataFrame:
    """What was not taken at the import. Raises `FileProblem`."""
    try:
        return pl.read_parquet(folder / "rejects.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise damaged(folder, "事实目录", "the folder of facts", str(error)) from None


def sources(folder: Path) -> list[dict[str, str]]:
    """Name and SHA-256 of the files that were imported. Raises `FileProblem`."""
    return list(_manifest(folder)["sources"])


def snapshot_at(folder: Path, known_at: date) -> Path:
    """Where the snapshot of a day is kept, whether it is there or not. Raises `FileProblem`."""
    known = [day for day in _manifest(folder)["changes"] if day <= known_at.isoformat()]
    return folder / SNAPSHOTS / (known[-1] if known else "before-all")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] == FORMAT:
            return manifest
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise damaged(folder, "事实目录", "the folder of facts", str(error)) from None
    raise FileProblem(
        field=str(folder),
        value=str(manifest.get("format")),
        rule=f"事实目录的格式应为 {FORMAT} / the folder's format must be {FORMAT}",
        remedy="重新导入 / import again",
    )
