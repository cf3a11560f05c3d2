"""Frames whose integers are written plain are read like any other file, whoever reads it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import parquet_footer, plain_parquet
from features.parquet_footer import CODEC, COLUMNS, GROUPS, META, PATH

INTEGERS = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1]))
_DICTIONARY = 11
"""Field of a chunk's metadata: where its dictionary is."""


def frame(money: list[int | None]) -> pl.DataFrame:
    """Columns of every kind that snapshots have, integers between others."""
    numbers = range(len(money))
    return pl.DataFrame(
        {
            "uscc": pl.Series([f"{n:018d}" for n in numbers], dtype=pl.String),
            "revenue": pl.Series(money, dtype=pl.Int64),
            "park": pl.Series([None if n % 5 == 0 else ("", "柳州")[n % 2] for n in numbers], dtype=pl.String),
            "row": pl.Series(list(numbers), dtype=pl.UInt32),
            "conflicts": pl.Series([["a", f"b{n}"][: n % 3] or None for n in numbers], dtype=pl.List(pl.String)),
            "nothing": pl.Series([None] * len(money), dtype=pl.Int64),
        }
    )


@settings(max_examples=25, deadline=None)
@given(money=st.lists(INTEGERS, max_size=300))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, money: list[int | None]) -> None:
    written, path = frame(money), tmp_path_factory.mktemp("plain") / "one.parquet"
    plain_parquet.write(written, path)
    found = pl.read_parquet(path)
    assert (found.schema, found.columns) == (written.schema, written.columns)
    assert found.equals(written)
    assert pl.read_parquet(path, columns=["row", "revenue"]).equals(written.select("row", "revenue"))


def test_pages_beyond_the_first_and_what_stood_in_the_file_before(tmp_path: Path) -> None:
    path = tmp_path / "one.parquet"
    plain_parquet.write(frame(list(range(400_000))), path)
    assert pl.read_parquet(path).equals(frame(list(range(400_000))))
    plain_parquet.write(frame([7]), path)
    assert pl.read_parquet(path).equals(frame([7]))


def test_only_texts_have_dictionaries_and_no_struct_is_left(tmp_path: Path) -> None:
    plain_parquet.write(frame([5] * 1000), tmp_path / "one.parquet")
    with (tmp_path / "one.parquet").open("rb") as file:
        footer, _ = parquet_footer.read(file)
    (group,) = footer[GROUPS].value[1]
    chunks = {tuple(c[META].value[PATH].value[1]): c[META].value for c in group[COLUMNS].value[1]}
    assert [path[0] for path in chunks] == [name.encode() for name in frame([]).columns]
    assert {path for path in chunks if _DICTIONARY in chunks[path]} == {(b"park",)}


def test_large_numbers_are_not_packed_whatever_else_is_in_the_file(tmp_path: Path) -> None:
    large = frame([10**9 + n for n in range(1000)])
    packed = {"revenue": False, "row": True}
    for names in (large.columns, ["revenue"], ["revenue", "park"], ["row"], ["park"]):
        plain_parquet.write(large.select(names), tmp_path / "one.parquet")
        assert pl.read_parquet(tmp_path / "one.parquet").equals(large.select(names))
        with (tmp_path / "one.parquet").open("rb") as file:
            footer, _ = parquet_footer.read(file)
        (group,) = footer[GROUPS].value[1]
        codecs = {c[META].value[PATH].value[1][0].decode(): c[META].value[CODEC].value for c in group[COLUMNS].value[1]}
        assert {name: codecs[name] > 0 for name in names} == {name: packed.get(name, True) for name in names}


def test_other_readers_read_it(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    duckdb = pytest.importorskip("duckdb")
    money = [None if n % 7 == 0 else n * 10**12 for n in range(1000)]
    plain_parquet.write(frame(money), tmp_path / "one.parquet")
    assert parquet.read_table(tmp_path / "one.parquet").column("revenue").to_pylist() == money
    asked = f"select count(*), sum(revenue), count(nothing) from '{tmp_path}/one.parquet'"
    assert duckdb.sql(asked).fetchall() == [(1000, sum(n or 0 for n in money), 0)]
    few = f"select row, revenue from '{tmp_path}/one.parquet' where revenue > 990 * 10**12 order by revenue"
    assert duckdb.sql(few).fetchall() == [(n, n * 10**12) for n in range(991, 1000) if n % 7]
