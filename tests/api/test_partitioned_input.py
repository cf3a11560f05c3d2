"""A large delivery in parts scores like the same firms in one piece, part by part where no firm stands in two."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from api.batch.frames import Framed
from api.batch.run import Batch
from api.batch.sources import Source, source_of
from features.errors import FileProblem
from features.intake import Imported, read_input
from features.intake.partitions import partitions
from features.population import write_population
from scoring.engine import Engine, Question

DAY = date(2026, 11, 22)


def _read(path: Path, part: str) -> Imported:
    return read_input(path, part=part)


def _scored(engine: Engine, path: Path, target: Path) -> tuple[Source, pl.DataFrame, pl.DataFrame]:
    source = source_of(path, DAY, DAY, target / "pivoted", _read)
    question, snapshot = Question(DAY, DAY), source.snapshot
    framed = Framed(engine, question, snapshot.places, sum(snapshot.sizes))
    Batch(framed, snapshot, question, source.named, target).run(
        source.rejects, resume=False, workers=2, done=lambda _: None
    )
    return source, pl.read_parquet(target / "scores.parquet"), pl.read_parquet(target / "items.parquet")


def test_parts_in_order_are_read_one_by_one_and_score_like_the_whole(engine: Engine, tmp_path: Path) -> None:
    write_population(tmp_path / "whole", 900, 5)
    write_population(tmp_path / "parts", 900, 5, partition_firms=300)
    assert partitions(tmp_path / "whole") == []
    assert partitions(tmp_path / "parts") == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    whole, *expected = _scored(engine, tmp_path / "whole", tmp_path / "one")
    parts, *found = _scored(engine, tmp_path / "parts", tmp_path / "three")
    assert (whole.snapshot.sizes, parts.snapshot.sizes) == ([900], [300, 300, 300])
    for one, other in zip(expected, found, strict=True):
        assert one.equals(other)


def test_parts_between_which_a_firm_is_divided_are_read_as_a_whole(engine: Engine, tmp_path: Path) -> None:
    write_population(tmp_path / "parts", 600, 5, partition_firms=300)
    _, *expected = _scored(engine, tmp_path / "parts", tmp_path / "apart")
    table = tmp_path / "parts" / "event"
    first, second = (pl.read_parquet(table / f"part-0000{i}.parquet") for i in range(2))
    first.write_parquet(table / "part-00001.parquet")
    second.write_parquet(table / "part-00000.parquet")
    assert partitions(tmp_path / "parts") == []
    source, *found = _scored(engine, tmp_path / "parts", tmp_path / "mixed")
    assert source.snapshot.sizes == [600]
    for one, other in zip(expected, found, strict=True):
        assert one.equals(other)


@pytest.mark.parametrize("kept", [False, True])
def test_of_an_input_that_is_refused_nothing_stays(tmp_path: Path, kept: bool) -> None:
    (tmp_path / "notes.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    target = tmp_path / "runs" / "results"
    if kept:
        target.mkdir(parents=True)
        (target / "scores.parquet").write_bytes(b"those of before")
    with pytest.raises(FileProblem):
        source_of(tmp_path / "notes.csv", DAY, DAY, target / "pivoted", _read)
    assert [path.name for path in (tmp_path / "runs").rglob("*")] == (["results", "scores.parquet"] if kept else [])
    assert (tmp_path / "runs").exists() is kept
