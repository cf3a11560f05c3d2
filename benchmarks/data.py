"""A synthetic population as the product keeps it: imported facts and a snapshot, made once and kept under ``var/bench``.

The generator numbers its firms across regions, a snapshot is in order of uscc: what a run of numbers gives is cut at the
quantiles of all codes, so that every part has as many firms.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

AS_OF = date(2026, 11, 22)
RUN = 100_000
"""Firms that are generated at a time, and firms in a part."""
DONE = "whole"


@dataclass(frozen=True)
class Population:
    """Where a population is kept."""

    folder: Path
    firms: int

    @property
    def snapshot(self) -> Path:
        return self.folder / "snapshot"

    @property
    def facts(self) -> list[Path]:
        """Folders of imported facts, one a part."""
        return sorted((self.folder / "facts").glob("*"))

    @property
    def is_made(self) -> bool:
        """Whether it is there whole, in the present format."""
        from features import snapshot

        return (self.folder / DONE).is_file() and snapshot.is_current(self.snapshot)


def population(root: Path, firms: int, seed: int) -> Population:
    """Where it is, made or not."""
    return Population(root / f"{firms}-{seed}", firms)


def make(wanted: Population, seed: int, run: int = RUN, *, keep_facts: bool = True) -> None:
    """Generate, import, pivot. ``keep_facts=False`` leaves the long tables out: 10 million firms are 7 GB of them."""
    from features import snapshot

    shutil.rmtree(wanted.folder, ignore_errors=True)
    raw, bounds = _generated(wanted, seed, run)
    snapshot.write(wanted.snapshot, _imported(wanted, raw, bounds, keep_facts), AS_OF)
    shutil.rmtree(raw)
    (wanted.folder / DONE).touch()


def _generated(wanted: Population, seed: int, run: int) -> tuple[Path, list[tuple[str, str]]]:
    """Parquet files of each run, and the first and last code of every part."""
    import polars as pl

    from features.population.generate import generate_range

    raw, codes = wanted.folder / "raw", []
    for number, first in enumerate(range(1, wanted.firms + 1, run)):
        made = generate_range(first, min(run, wanted.firms - first + 1), seed)
        for table, frame in made.items():
            folder = raw / table
            folder.mkdir(parents=True, exist_ok=True)
            # Small row groups: a part reads only those that hold its codes.
            ordered = frame.sort("uscc", maintain_order=True)
            ordered.write_parquet(folder / f"{number:05d}.parquet", row_group_size=20_000)
        codes.append(made["enterprise"]["uscc"])
    every = pl.concat(codes).sort()
    parts = (every.slice(start, run) for start in range(0, every.len(), run))
    return raw, [(part[0], part[-1]) for part in parts]


def _imported(wanted: Population, raw: Path, bounds: list[tuple[str, str]], keep_facts: bool) -> Iterator[object]:
    import polars as pl

    from features import factstore
    from features.intake import read_input
    from features.long_tables import LongTables
    from features.pivot import pivot

    office = wanted.folder / "office"
    for number, (first, last) in enumerate(bounds):
        office.mkdir(exist_ok=True)
        for table in sorted(raw.iterdir()):
            files = sorted(table.glob("*.parquet"))
            rows = pl.concat([pl.scan_parquet(file) for file in files])
            within = pl.col("uscc").is_between(pl.lit(first), pl.lit(last))
            rows.filter(within).collect().write_parquet(office / f"{table.name}.parquet")
        read = read_input(office)
        if read.rejects.height:
            raise ValueError(f"the intake rejected rows of the synthetic population: {read.rejects.head(3)}")
        if keep_facts:
            into = wanted.folder / "facts" / f"{number:05d}"
            factstore.write(into, read.tables, read.incomplete, read.rejects, [])
        yield pivot(LongTables.of(read.tables, read.incomplete), AS_OF)
    shutil.rmtree(office)
