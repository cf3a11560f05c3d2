"""The main job end to end: an office's workbook → import → rescore → result files, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from test_cli_score import dengti

from features.population import BadRow, generate, write_workbook

FIRMS, SEED = 120, 5
ON = ("--as-of", "2026-11-22", "--known-at", "2026-11-22")
"""Known then: the accounts carry the day on which they became known, which a clock set earlier would not have seen."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[BadRow]]:
    path = tmp_path_factory.mktemp("office") / "企业汇总.xlsx"
    return path, write_workbook(generate(FIRMS, SEED), path, SEED)


@pytest.fixture(scope="module")
def results(office: tuple[Path, list[BadRow]]) -> Path:
    path, _ = office
    facts, target = path.parent / "facts", path.parent / "results"
    imported = dengti("import", str(path), "--into", str(facts))
    assert imported.returncode == 0, imported.stderr
    assert "被拒绝的行" in imported.stdout
    scored = dengti("rescore", str(facts), str(target), *ON)
    assert scored.returncode == 0, scored.stderr
    assert "已认定 recognised" in scored.stdout
    assert "100%" in scored.stderr or f"{FIRMS}/{FIRMS}" in scored.stderr
    return target


def test_every_good_row_is_scored(results: Path) -> None:
    scores = pl.read_parquet(results / "scores.parquet")
    items = pl.read_parquet(results / "items.parquet")
    assert scores.height == items.height == FIRMS
    assert scores["uscc"].is_sorted()
    assert set(scores["tech_sme.verdict"].unique()) == {"pass", "fail", "undetermined"}


def test_exactly_the_planted_rows_come_back(results: Path, office: tuple[Path, list[BadRow]]) -> None:
    rejects = pl.read_parquet(results / "rejects.parquet")
    planted = {(bad.sheet, bad.row, bad.header) for bad in office[1]}
    assert set(rejects.select("sheet", "row", "column").rows()) == planted
    assert rejects["rule"].null_count() == rejects["remedy"].null_count() == 0
    sheet = fastexcel.read_excel(results / "rejects.xlsx").load_sheet(0).to_polars()
    assert sheet.height == len(planted)


def test_the_manifest_says_what_was_scored_under_which_rules(results: Path) -> None:
    manifest = json.loads((results / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == "2026-11-22"
    assert manifest["firms"] == FIRMS
    assert {"tech_sme@2017", "high_tech_enterprise@2016"} <= manifest["cards"].keys()
    scores = pl.read_parquet(results / "scores.parquet")
    assert set(scores["release"]) == {manifest["release"]}


def test_a_workbook_can_be_rescored_directly(office: tuple[Path, list[BadRow]], results: Path, tmp_path: Path) -> None:
    done = dengti("rescore", str(office[0]), str(tmp_path / "direct"), *ON)
    assert done.returncode == 0, done.stderr
    for name in ("scores.parquet", "items.parquet", "rejects.parquet"):
        assert pl.read_parquet(tmp_path / "direct" / name).equals(pl.read_parquet(results / name)), name


def test_a_damaged_folder_of_facts_is_named(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    facts.mkdir()
    (facts / "facts.json").write_text('{"format": "dengti-facts/1", "rows": {"enterprise": 1}}', encoding="utf-8")
    (facts / "enterprise.parquet").write_bytes(b"PAR1 not really")
    done = dengti("rescore", str(facts), str(tmp_path / "out"))
    assert done.returncode == 1
    assert "remedy" in done.stderr
    assert "Traceback" not in done.stderr
