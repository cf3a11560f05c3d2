"""A large delivery: tables kept as folders of parts, of which each part is a delivery of its own."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.intake.columnar import parts


def partitions(path: Path) -> list[str]:
    """Names of the parts that can be read one by one; none where the input has to be read as a whole.

    Every table of the folder is then kept in parts, and no enterprise of a part comes before one of the parts before it, so
    that nothing about an enterprise stands in two parts.
    """
    if not path.is_dir():
        return []
    tables = [parts(inside) for inside in sorted(path.iterdir()) if inside.suffix != ".md"]
    if not tables or not all(tables):
        return []
    names = sorted({file.name for table in tables for file in table})
    last = ""
    for name in names:
        ends = [_ends(file) for table in tables for file in table if file.name == name]
        if None in ends:
            return []
        stated = [end for end in ends if end is not None and end[1]]
        if stated and min(first for first, _ in stated) <= last:
            return []
        last = max((end for _, end in stated), default=last)
    return names if len(names) > 1 else []


def _ends(file: Path) -> tuple[str, str] | None:
    """First and last code of a part; empty ones where it has no row, None where it has no column of that name."""
    scan = pl.scan_parquet(file)
    if "uscc" not in scan.collect_schema():
        return None
    code = pl.col("uscc").cast(pl.String)
    first, last = scan.select(code.min().alias("first"), code.max().alias("last")).collect().row(0)
    return (first or "", last or "")
