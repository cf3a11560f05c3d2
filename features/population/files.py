"""The population as Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl


def write_folder(tables: Mapping[str, pl.DataFrame], folder: Path | str) -> list[Path]:
    """One ``<table>.parquet`` a table in ``folder``, which is made where it is missing; the paths, in table order."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    paths = []
    for table, frame in tables.items():
        path = root / f"{table}.parquet"
        frame.write_parquet(path, compression="zstd")
        paths.append(path)
    return paths
