"""The population as Parquet files: one a table, or a folder of parts a table, each part sorted by code after the one before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from features.population import assumptions as a
from features.population.firms import regions_of
from features.population.generate import check, generate_numbers

PARTITION = 250_000
"""Firms in a partition: about 1 GB while it is made."""
NOTE = "SYNTHETIC.md"
_SLICE = 1_000_000

Progress = Callable[[int, int], None]


def write_folder(tables: Mapping[str, pl.DataFrame], folder: Path | str) -> list[Path]:
    """One ``<table>.parquet`` a table in ``folder``, which is made where it is missing; the paths, in table order."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    paths = []
    for table, frame in tables.items():
        path = root / f"{table}.parquet"
        _write(frame, path)
        paths.append(path)
    return paths


def write_population(
    folder: Path | str,
    firms: int,
    seed: int,
    *,
    partition_firms: int = PARTITION,
    last_year: int = 2025,
    years: int = 10,
    progress: Progress | None = None,
) -> int:
    """Write firms number 1 to ``firms`` in order of code, partition by partition; memory is that of one partition.

    Parameters
    ----------
    folder
        Where ``<table>.parquet`` goes, or ``<table>/part-00000.parquet`` and so on where there is more than one partition.
        Tables of an earlier population there are replaced.
    partition_firms
        Firms in a partition. It changes which file a firm is in, never a fact; partitions hold disjoint ranges of codes, in
        order.
    progress
        Called with the firms made so far and the whole.

    Returns
    -------
    int
        The number of partitions.

    Raises
    ------
    ValueError
        No firm, no year, an empty partition, or more firms than the codes can number.
    """
    check(1, firms, years)
    if partition_firms < 1:
        raise ValueError(f"a partition must have at least one firm, not {partition_firms}")
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    numbers = by_code(firms, seed)
    parts = -(-firms // partition_firms)
    for part in range(parts):
        chosen = numbers.slice(part * partition_firms, partition_firms).cast(pl.Int64)
        for table, frame in generate_numbers(chosen, seed, last_year=last_year, years=years).items():
            if part == 0:
                _clear(root, table)
            name = f"{table}.parquet" if parts == 1 else f"{table}/part-{part:05}.parquet"
            _write(frame, root / name)
        if progress is not None:
            progress(min((part + 1) * partition_firms, firms), firms)
    (root / NOTE).write_text(_note(firms, seed, parts), encoding="utf-8")
    return parts


def by_code(firms: int, seed: int) -> pl.Series:
    """The numbers 1 to ``firms`` in order of the firms' codes: by division of registration, then by number."""
    divisions = []
    for start in range(1, firms + 1, _SLICE):
        numbers = pl.int_range(start, min(start + _SLICE, firms + 1), dtype=pl.Int64, eager=True)
        divisions.append(regions_of(numbers, seed).cast(pl.UInt32))
    number = pl.int_range(1, firms + 1, dtype=pl.UInt32, eager=True).alias("number")
    return pl.DataFrame({"division": pl.concat(divisions), "number": number}).sort("division", "number")["number"]


def _write(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Nobody filters these files by value, so statistics would only cost time.
    frame.write_parquet(path, compression="zstd", compression_level=1, statistics=False)


def _clear(root: Path, table: str) -> None:
    """Remove what an earlier population left of the table: only files that this module writes."""
    (root / f"{table}.parquet").unlink(missing_ok=True)
    folder = root / table
    if folder.is_dir():
        for old in folder.glob("part-*.parquet"):
            old.unlink()
        if not any(folder.iterdir()):
            shutil.rmtree(folder)


def _note(firms: int, seed: int, parts: int) -> str:
    return (
        f"# {a.NOTE_ZH} / {a.NOTE_EN}\n\n"
        f"本目录由程序按种子 {seed} 生成，共 {firms} 家虚构企业、{parts} 个分区；名称、代码、证书编号、金额与日期均非真实。\n\n"
        f"Made by a program from seed {seed}: {firms} invented firms in {parts} partitions; no name, code, number, amount or "
        "date is real.\n"
    )
