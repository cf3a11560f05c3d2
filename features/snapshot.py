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
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from features import plain_parquet
from features.durable import fingerprint, write_text
from features.errors import FileProblem, damaged
from features.held import ROW
from features.long_tables import LISTED
from features.pivot import SAID, Wide
from features.tables import AnnualReport, ExpertGrade

MANIFEST = "snapshot.json"
FORMAT = "dengti-snapshot/5"
Place = tuple[int | None, str | None]
"""Region code and park of an enterprise: what decides which rules apply."""
PART = 100_000
"""Enterprises in a part."""


def write(folder: Path, parts: Iterable[Wide], known_at: date) -> Snapshot:
    """Write the parts one by one; what stood in the folder before is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for old in folder.glob("part-*.parquet"):
        old.unlink()
    written: list[dict[str, Any]] = []
    places: set[Place] = set()
    last = ""
    for wide in parts:
        if wide.firms.height and wide.firms["uscc"][0] <= last:
            raise FileProblem(
                field=str(folder),
                value=wide.firms["uscc"][0],
                rule="各部分的企业须按代码递增且不重复 / parts must follow one another in order of uscc",
                remedy="先合并再导入 / merge the parts before importing",
            )
        last = wide.firms["uscc"][-1] if wide.firms.height else last
        places.update(wide.firms.select("region_code", "park").unique().iter_rows())
        written.append({"firms": wide.firms.height, "files": _write(wide, folder, f"part-{len(written):05d}")})
        # What the next part is made in is this one's memory.
        del wide
    manifest: dict[str, Any] = {"format": FORMAT, "known_at": known_at.isoformat()}
    manifest |= {"places": sorted(places, key=str), "parts": written}
    write_text(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return Snapshot(folder, manifest)


def _write(wide: Wide, folder: Path, stem: str) -> dict[str, str]:
    """Write a part; the hashes of its files."""
    for name, frame in (("", wide.firms), *((f".{table}", rows) for table, rows in wide.rows.items())):
        # A fact that nobody states has no column; a list without rows still has its places.
        kept = [c for c in frame.get_columns() if c.name in (*HEAD, ROW) or c.null_count() < c.len()]
        # Written once and read often, as whole columns: quick to unpack, in one piece, and nothing to skip by statistics.
        plain_parquet.write(pl.DataFrame(kept), folder / f"{stem}{name}.parquet")
    return {path.name: fingerprint(path) for path in sorted(folder.glob(f"{stem}.*"))}


def is_snapshot(folder: Path) -> bool:
    """Whether the path is a folder with a snapshot."""
    return (folder / MANIFEST).is_file()


def is_current(folder: Path) -> bool:
    """Whether it is a snapshot of this format: one that is kept for convenience is made anew where it is not."""
    try:
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False


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
    def places(self) -> list[Place]:
        """Region codes and parks of its enterprises."""
        return [(code, park) for code, park in self.manifest["places"]] or [(None, None)]

    @property
    def sizes(self) -> list[int]:
        """Enterprises in each part."""
        return [part["firms"] for part in self.manifest["parts"]]

    @property
    def criteria(self) -> set[str]:
        """Criteria of which somebody has an expert grade."""
        names = (name.partition(f"{ExpertGrade.id}/") for name in self._columns.get("", ()))
        return {criterion for before, table, criterion in names if table and not before and "@" not in criterion}

    @property
    def sha256(self) -> str:
        """Hash of the manifest, which names the hash of every file."""
        parts = json.dumps(self.manifest["parts"], sort_keys=True).encode()
        return "sha256:" + hashlib.sha256(parts).hexdigest()

    @cached_property
    def _schemas(self) -> dict[str, dict[str, pl.DataType]]:
        """The columns of each file."""
        names = (name for part in self.manifest["parts"] for name in part["files"])
        return {name: pl.read_parquet_schema(self.folder / name) for name in names}

    @cached_property
    def _columns(self) -> dict[str, dict[str, pl.DataType]]:
        """By list table, empty for the enterprises themselves: the columns that some part has."""
        found: dict[str, dict[str, pl.DataType]] = {}
        for name, columns in self._schemas.items():
            found.setdefault(name.removesuffix(".parquet").partition(".")[2], {}).update(columns)
        return found

    def part(
        self, number: int, columns: Iterable[str] | None = None, row_fields: Mapping[str, Sequence[str]] | None = None
    ) -> Wide:
        """The columns asked for, so far as some part has them, and those that every part has; all where none are named."""
        firms = self._read(number, "", None if columns is None else {*HEAD, *columns})
        tables = [table for table in (LISTED if row_fields is None else row_fields) if table in self._columns]
        rows = {t: self._read(number, t, None if row_fields is None else {ROW, *row_fields[t]}) for t in tables}
        return Wide(firms, rows)

    def _read(self, number: int, table: str, wanted: set[str] | None) -> pl.DataFrame:
        kinds = {name: kind for name, kind in self._columns[table].items() if wanted is None or name in wanted}
        file = f"part-{number:05d}{table and '.'}{table}.parquet"
        if file not in self._schemas:
            return pl.DataFrame(schema=kinds)
        frame = pl.read_parquet(self.folder / file, columns=[name for name in self._schemas[file] if name in kinds])
        # What others state is unknown here, so that all parts are asked alike. Of a year that nobody here reported more can
        # be said than that (`features.wide_columns`).
        lacking = kinds.keys() - {name for name in kinds if name.startswith(f"{AnnualReport.id}/")} - set(frame.columns)
        unknown = (pl.Series(name, [None], dtype=kinds[name]) for name in sorted(lacking))
        return frame.with_columns(column.new_from_index(0, frame.height) for column in unknown)


HEAD = ("uscc", "name", "region_code", "park", "duplicates", "conflicts", SAID)
