"""Populations of any size, partition by partition."""

from __future__ import annotations

import itertools
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from features.intake import read_input
from features.population import generate, write_population
from features.population.files import by_code
from features.tables import TABLES

FIRMS, SEED = 900, 5
MADE = list(TABLES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("population")
    assert write_population(path, FIRMS, SEED, partition_firms=250) == 4
    return path


def whole(folder: Path, table: str) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(part) for part in sorted((folder / table).glob("*.parquet")))


def test_parts_are_numbered_and_the_folder_says_that_it_is_synthetic(folder: Path) -> None:
    for table in MADE:
        assert [part.name for part in sorted((folder / table).iterdir())] == [f"part-0000{n}.parquet" for n in range(4)]
    note = (folder / "SYNTHETIC.md").read_text(encoding="utf-8")
    assert "合成数据，仅供演示" in note
    assert "synthetic data for demonstration" in note


def test_partitions_hold_disjoint_ranges_of_codes_in_order(folder: Path) -> None:
    for table in MADE:
        assert whole(folder, table)["uscc"].is_sorted()
    ends = [(part["uscc"].min(), part["uscc"].max()) for part in
            (pl.read_parquet(path) for path in sorted((folder / "enterprise").iterdir()))]  # fmt: skip
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))


def test_the_size_of_partitions_changes_no_fact(folder: Path, tmp_path: Path) -> None:
    write_population(tmp_path, FIRMS, SEED, partition_firms=FIRMS)
    for table in MADE:
        assert_frame_equal(pl.read_parquet(tmp_path / f"{table}.parquet"), whole(folder, table))


def test_a_firm_has_the_same_facts_as_in_the_population_in_order_of_number(folder: Path) -> None:
    for table, frame in generate(FIRMS, SEED).items():
        assert_frame_equal(frame.sort("uscc", maintain_order=True), whole(folder, table))


def test_the_same_seed_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_population(tmp_path, FIRMS, SEED, partition_firms=250)
    for part in sorted(folder.rglob("*.parquet")):
        assert (tmp_path / part.relative_to(folder)).read_bytes() == part.read_bytes()


def test_an_earlier_population_is_replaced(tmp_path: Path) -> None:
    write_population(tmp_path, 40, 1, partition_firms=10)
    write_population(tmp_path, 20, 1, partition_firms=10)
    assert len(list((tmp_path / "enterprise").iterdir())) == 2
    write_population(tmp_path, 20, 1)
    assert not (tmp_path / "enterprise").exists()
    assert (tmp_path / "enterprise.parquet").exists()


def test_every_number_comes_once_and_progress_reaches_the_whole(tmp_path: Path) -> None:
    assert sorted(by_code(1_000, 2)) == list(range(1, 1_001))
    seen: list[tuple[int, int]] = []
    write_population(tmp_path, 25, 2, partition_firms=10, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(10, 25), (20, 25), (25, 25)]


def test_an_empty_partition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one firm"):
        write_population(tmp_path, 10, 1, partition_firms=0)


def test_a_folder_of_parts_is_read_as_the_tables_that_it_is(folder: Path, tmp_path: Path) -> None:
    write_population(tmp_path, FIRMS, SEED)
    parts, one = read_input(folder), read_input(tmp_path)
    assert parts.rejects.is_empty()
    assert set(parts.tables) == set(MADE)
    for table, frame in one.tables.items():
        assert_frame_equal(parts.tables[table], frame)
