"""Snapshots on disk: what was known of a population at a day, wide, in order of uscc, in parts of so many enterprises.

``part-00000.parquet`` has a row an enterprise, ``part-00000.event.parquet`` the rows of one list of that part. The manifest
comes last, so a folder with one is whole; it names the hash of every file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.durable import fingerprint, write_text
from features.errors import FileProblem, damaged
from features.held import ROW
from features.long_tables import LISTED
from features.pivot import SAID, Wide

MANIFEST = "snapshot.json"
FORMAT = "dengti-snapshot/1"
PART = 100_000
"""Enterprises in a part."""


def write(folder: Path, parts: Iterable[Wide], known_at: date) -> Snapshot:
    """Write the parts one by one; what stood in the folder before is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for old in folder.glob("part-*.parquet"):
        old.unlink()
    written: list[dict[str, Any]] = []
    regions: set[int | None] = set()
    last = ""
    for number, wide in enumerate(parts):
        if wide.firms.height and wide.firms["uscc"][0] <= last:
            raise FileProblem(
                field=str(folder),
                value=wide.firms["uscc"][0],
                rule="各部分的企业须按代码递增且不重复 / parts must follow one another in order of uscc",
                remedy="先合并再导入 / merge the parts before importing",
            )
        last = wide.firms["uscc"][-1] if wide.firms.height else last
        regions.update(wide.firms["region_code"].unique())
        stem = f"part-{number:05d}"
        for name, frame in (("", wide.firms), *((f".{table}", rows) for table, rows in wide.rows.items())):
            # Written once and read often, as whole columns: quick to unpack, and nothing to skip by statistics.
            # A fact that nobody states has no column; a list without rows still has its places.
            kept = [c for c in frame.get_columns() if c.name in (*HEAD, ROW) or c.null_count() < c.len()]
            pl.DataFrame(kept).write_parquet(folder / f"{stem}{name}.parquet", compression="lz4", statistics=False)
        files = {path.name: fingerprint(path) for path in sorted(folder.glob(f"{stem}.*"))}
        written.append({"firms": wide.firms.height, "files": files})
    manifest: dict[str, Any] = {"format": FORMAT, "known_at": known_at.isoformat()}
    manifest |= {"regions": sorted(regions, key=str), "parts": written}
    write_text(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return Snapshot(folder, manifest)


def is_snapshot(folder: Path) -> bool:
    """Whether the path is a folder with a snapshot."""
    return (folder / MANIFEST).is_file()


def read(folder: Path) -> Snapshot:
    """The snapshot of a folder. Raises `FileProblem` where it is damaged or of another format."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] == FORMAT and all(
            (folder / name).is_file() for part in manifest["parts"] for name in part["files"]
        ):
            return Snapshot(folder, manifest)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise damaged(folder, "快照", "the snapshot", str(error)) from None
    raise damaged(
        folder, "快照", "the snapshot", f"格式应为 {FORMAT}，各部分须齐全 / format must be {FORMAT}, all parts present"
    )


@dataclass(frozen=True)
class Snapshot:
    """A snapshot on disk."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def known_at(self) -> date:
        """The day at which this was known."""
        return date.fromisoformat(self.manifest["known_at"])

    @property
    def regions(self) -> list[int | None]:
        """Region codes of its enterprises."""
        return list(self.manifest["regions"])

    @property
    def sizes(self) -> list[int]:
        """Enterprises in each part."""
        return [part["firms"] for part in self.manifest["parts"]]

    @property
    def sha256(self) -> str:
        """Hash of the manifest, which names the hash of every file."""
        parts = json.dumps(self.manifest["parts"], sort_keys=True).encode()
        return "sha256:" + hashlib.sha256(parts).hexdigest()

    def part(
        self, number: int, columns: Iterable[str] | None = None, row_fields: Mapping[str, Sequence[str]] | None = None
    ) -> Wide:
        """The columns asked for, so far as the part has them, and those that every part has; all where none are named."""
        path = self.folder / f"part-{number:05d}.parquet"
        firms = _columns(path, None if columns is None else {*HEAD, *columns})
        rows = {}
        for table in LISTED if row_fields is None else row_fields:
            of_table = path.with_suffix(f".{table}.parquet")
            if of_table.is_file():
                rows[table] = _columns(of_table, None if row_fields is None else {ROW, *row_fields[table]})
        return Wide(firms, rows)


HEAD = ("uscc", "name", "region_code", "duplicates", "conflicts", SAID)


def _columns(path: Path, wanted: set[str] | None) -> pl.DataFrame:
    if wanted is None:
        return pl.read_parquet(path)
    have = pl.read_parquet_schema(path)
    return pl.read_parquet(path, columns=[name for name in have if name in wanted])
