"""A folder of imported facts: typed long tables in Parquet, what was rejected, and a manifest that says from what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import FileProblem
from features.snapshot import LongTables

MANIFEST = "facts.json"
FORMAT = "dengti-facts/1"


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
    for name, frame in tables.items():
        frame.sort("uscc", maintain_order=True).write_parquet(folder / f"{name}.parquet", compression="zstd")
    incomplete.write_parquet(folder / "incomplete.parquet", compression="zstd")
    rejects.write_parquet(folder / "rejects.parquet", compression="zstd")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "sources": [{"name": path.name, "sha256": fingerprint(path)} for path in sources],
        "rows": {name: frame.height for name, frame in tables.items()},
        "rejected_rows": rejects.height,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return manifest


def is_store(folder: Path) -> bool:
    """Whether the path is a folder of imported facts."""
    return (folder / MANIFEST).is_file()


def read(folder: Path) -> tuple[LongTables, pl.DataFrame]:
    """The tables and the rejects. Raises `FileProblem` where the folder was written by another format."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] == FORMAT:
            tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in manifest["rows"]}
            incomplete = pl.read_parquet(folder / "incomplete.parquet")
            return LongTables(tables, incomplete), pl.read_parquet(folder / "rejects.parquet")
    except (ValueError, KeyError, TypeError, OSError, pl.exceptions.PolarsError) as error:
        raise FileProblem(
            field=str(folder),
            value="",
            rule=f"事实目录已损坏 / the folder of facts is damaged: {error}",
            remedy="重新导入 / import again",
        ) from None
    else:
        raise FileProblem(
            field=str(folder),
            value=str(manifest.get("format")),
            rule=f"事实目录的格式应为 {FORMAT} / the folder's format must be {FORMAT}",
            remedy="重新导入 / import again",
        )


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, or of the files of a folder with their names."""
    whole = hashlib.sha256()
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        if path.is_dir():
            whole.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                whole.update(chunk)
    return "sha256:" + whole.hexdigest()
