"""Parquet files of one kind become one file, whoever reads it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.batch.row_groups import concatenate
from features import parquet_footer
from features.parquet_footer import COLUMNS, GROUPS, INDEXES

VERDICT = pl.Enum(["fail", "pass"])


def frame(first: int, firms: int) -> pl.DataFrame:
    """Columns of every kind that results have, with gaps."""
    numbers = range(first, first + firms)
    return pl.DataFrame(
        {
            "uscc": pl.Series([f"{n:018d}" for n in numbers], dtype=pl.String),
            "score": pl.Series([None if n % 7 == 0 else n / 3 for n in numbers], dtype=pl.Float64),
            "verdict": pl.Series([None if n % 5 == 0 else ("fail", "pass")[n % 2] for n in numbers], dtype=VERDICT),
            "exact": pl.Series([n % 3 == 0 for n in numbers], dtype=pl.Boolean),
            "missing": pl.Series([["a", f"b{n % 4}"][: n % 3] for n in numbers], dtype=pl.List(pl.Categorical)),
            "on": pl.Series([date(2026, 1, 1 + n % 28) for n in numbers], dtype=pl.Date),
            "nothing": pl.Series([None] * firms, dtype=pl.String),
        }
    )


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(0, 400), min_size=1, max_size=20))
def test_parts_read_back_as_one_frame(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    folder = tmp_path_factory.mktemp("parts")
    whole, files, first = [], [], 0
    for number, firms in enumerate(sizes):
        part = frame(first, firms)
        part.write_parquet(folder / f"{number}.parquet", compression="zstd")
        files.append(folder / f"{number}.parquet")
        whole.append(part)
        first += firms
    concatenate(files, folder / "whole.parquet")
    expected = pl.concat(whole)
    assert pl.read_parquet(folder / "whole.parquet").equals(expected)
    late = pl.col("uscc") >= f"{first // 2:018d}"
    assert pl.scan_parquet(folder / "whole.parquet").filter(late).collect().equals(expected.filter(late))


def test_other_readers_read_it(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    duckdb = pytest.importorskip("duckdb")
    files = [tmp_path / f"{number}.parquet" for number in range(3)]
    for number, file in enumerate(files):
        frame(number * 1000, 1000).write_parquet(file, compression="zstd")
    concatenate(files, tmp_path / "whole.parquet")
    found = parquet.ParquetFile(tmp_path / "whole.parquet")
    assert (found.metadata.num_rows, found.metadata.num_row_groups) == (3000, 3)
    for number, file in enumerate(files):
        assert found.read_row_group(number).equals(parquet.read_table(file))
    assert duckdb.sql(f"select count(*), sum(score) is not null from '{tmp_path}/whole.parquet'").fetchall() == [
        (3000, True)
    ]


def test_other_columns_are_refused(tmp_path: Path) -> None:
    frame(0, 5).write_parquet(tmp_path / "one.parquet")
    frame(5, 5).drop("on").write_parquet(tmp_path / "other.parquet")
    with pytest.raises(ValueError, match=r"other\.parquet"):
        concatenate([tmp_path / "one.parquet", tmp_path / "other.parquet"], tmp_path / "whole.parquet")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1\x00\x00\x00\x00PARX", b"x" * 100])
def test_what_is_no_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "one.parquet").write_bytes(content)
    with pytest.raises(ValueError, match=r"one\.parquet"):
        concatenate([tmp_path / "one.parquet"], tmp_path / "whole.parquet")


def test_no_parts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no parts"):
        concatenate([], tmp_path / "whole.parquet")


def test_what_says_where_pages_were_in_the_parts_is_left_out(tmp_path: Path) -> None:
    """An index of pages has their places in the part's file: whoever skips pages by it would read others."""
    files = [tmp_path / f"{number}.parquet" for number in range(2)]
    for number, file in enumerate(files):
        frame(number * 1000, 1000).write_parquet(file, compression="zstd", data_page_size=500)
    concatenate(files, tmp_path / "whole.parquet")
    with (tmp_path / "whole.parquet").open("rb") as source:
        footer, _ = parquet_footer.read(source)
    chunks = [chunk for group in footer[GROUPS].value[1] for chunk in group[COLUMNS].value[1]]
    assert len(chunks) == 2 * frame(0, 1).width
    assert not [number for chunk in chunks for number in chunk if number in INDEXES]
