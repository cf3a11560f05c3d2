"""Parquet files: typed columns turned into the text that a sheet would hold."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.intake.grids import Grid, file_problem


def parts(folder: Path) -> list[Path]:
    """The Parquet files of a table that is kept as a folder of parts, in order of name; none where it is no such folder."""
    return sorted(folder.glob("*.parquet")) if folder.is_dir() else []


def read_parquet(path: Path, part: str = "") -> Grid:
    """The cells of a file, or of a folder of parts: of one, or of all one after the other. Raises `FileProblem`."""
    files = [file for file in parts(path) if part in ("", file.name)]
    try:
        frame = pl.read_parquet(files if path.is_dir() else path, glob=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise file_problem(
            path.name,
            f"不是可读的 Parquet 文件 / not a readable Parquet file: {str(error)[:200]}",
            "重新导出 / export it again",
        ) from None
    types = list(enumerate(frame.dtypes))
    cells = pl.DataFrame({str(place): _text(column) for place, column in enumerate(frame.iter_columns())})
    return Grid(
        path.name,
        None,
        cells,
        pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True),
        header=tuple(frame.columns),
        binary=frozenset(place for place, dtype in types if dtype.is_float()),
        single=frozenset(place for place, dtype in types if dtype in (pl.Float32, pl.Float16)),
    )


def _text(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, pl.Datetime):
        local = column.dt.convert_time_zone("Asia/Shanghai") if dtype.time_zone else column
        return local.dt.strftime("%Y-%m-%d")
    if dtype.is_float():
        # Shortest text that gives the double back; 80.0 is written 80 as a sheet would.
        return column.cast(pl.String).str.replace(r"\.0$", "")
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        # Lists and bytes are no cells; their text makes every such cell fail loudly.
        return pl.Series(column.name, [None if cell is None else str(cell) for cell in column], dtype=pl.String)
    return column.cast(pl.String)
