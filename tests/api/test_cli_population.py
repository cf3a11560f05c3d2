"""``dengti population``: what it writes, prints and refuses."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from test_cli_score import dengti

from features.population.calibration import figures


def test_a_partitioned_folder_is_scored_like_the_same_folder_in_one_piece(tmp_path: Path) -> None:
    for name, parts in (("parts", "40"), ("one", "1000")):
        made = dengti("population", str(tmp_path / name), "--firms", "100", "--seed", "3", "--partition-firms", parts)
        assert made.returncode == 0, made.stderr
        assert "合成数据 synthetic" in made.stdout
        assert "100/100" in made.stderr
        source, target = str(tmp_path / name), str(tmp_path / f"{name}-scores")
        scored = dengti("rescore", source, target, "--as-of", "2026-11-22", "--known-at", "2026-11-22")
        assert scored.returncode == 0, scored.stderr
    for file in ("scores.parquet", "items.parquet", "rejects.parquet"):
        left, right = (pl.read_parquet(tmp_path / f"{name}-scores" / file) for name in ("parts", "one"))
        assert left.equals(right), file
    assert (tmp_path / "parts" / "annual_report" / "part-00002.parquet").exists()


def test_the_comparison_names_every_cited_figure_with_its_source(tmp_path: Path) -> None:
    done = dengti("population", str(tmp_path), "--firms", "3", "--compare")
    assert done.returncode == 0, done.stderr
    assert "合成数据，仅供演示" in done.stdout
    text = "".join(cell.strip() for line in done.stdout.splitlines() for cell in line.split("│"))
    for heading in ("引用 cited", "生成 synthetic", "来源 source"):
        assert heading in done.stdout
    assert len(figures()) > 20
    for one in figures():
        assert one.en.split()[0] in text


def test_a_workbook_of_too_many_firms_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    done = dengti("population", str(tmp_path / "large.xlsx"), "--firms", "50000")
    assert done.returncode != 0
    assert "folder" in done.stderr
    assert not (tmp_path / "large.xlsx").exists()
