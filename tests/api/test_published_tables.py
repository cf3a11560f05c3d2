"""A walk over every table that leaves the house: each names the edition of its rules, the days, the release and the data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from scheme_firms import SCHEME, firm
from typer.testing import CliRunner

from api.cli.main import app
from features.identifiers import uscc
from scoring.engine import Engine

DAYS = ("--as-of", "2026-11-22", "--known-at", "2026-11-21")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def _dengti(*args: object) -> str:
    done = CliRunner().invoke(app, list(map(str, args)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten firms, one of them alone, and all of them scored."""
    made = tmp_path_factory.mktemp("tables")
    firms = [firm(uscc=uscc.make("91", "450200", f"MA{number:06d}")) for number in range(10)]
    (made / "firm.json").write_text(json.dumps(firms[0]), encoding="utf-8")
    (made / "firms.json").write_text(json.dumps(firms), encoding="utf-8")
    (made / "summary.txt").write_text(
        _dengti("rescore", made / "firms.json", made / "results", *DAYS), encoding="utf-8"
    )
    return made


def _is_dated(shown: str, engine: Engine, *edition: str) -> None:
    """Days, release (its first digits at least), the fingerprint of data, and the edition."""
    for wanted in ("2026-11-22", "2026-11-21", engine.release_id[7:19], *edition):
        assert wanted in shown, (wanted, shown[:400])
    assert re.search(r"数据 data [0-9a-f]{12}", shown) or "sha256:" in shown, shown[:400]


def test_the_summary_of_a_batch_and_its_manifest(folder: Path, engine: Engine) -> None:
    _is_dated((folder / "summary.txt").read_text(encoding="utf-8"), engine, "(2026)")
    stated = json.loads((folder / "results" / "manifest.json").read_text(encoding="utf-8"))
    assert f"{SCHEME}@2026" in stated["cards"]
    assert (stated["as_of"], stated["known_at"], stated["release"]) == ("2026-11-22", "2026-11-21", engine.release_id)
    assert DIGEST.fullmatch(stated["snapshot"])
    assert all(DIGEST.fullmatch(one) for one in stated["files"].values())


def test_ranks_of_results_and_of_imported_scores(folder: Path) -> None:
    _dengti("credit", "rank", folder / "results", "--scheme", SCHEME, "--output", folder / "ranks.csv")
    ranks = pl.read_csv(folder / "ranks.csv", infer_schema=False)
    manifest = json.loads((folder / "results" / "manifest.json").read_text(encoding="utf-8"))
    wanted: dict[str, Any] = {key: manifest[key] for key in ("as_of", "known_at", "release")}
    wanted |= {"scheme": SCHEME, "edition": "2026", "data": manifest["snapshot"]}
    assert ranks.select(*wanted).unique().rows(named=True) == [wanted]
    (folder / "own.csv").write_text("uscc,stage,score\n91450200MA00000151,growth,71\n", encoding="utf-8")
    own = ("--scheme", "credit.wenzhou_longwan", "--as-of", "2026-11-22", "--output", folder / "own_ranks.csv")
    _dengti("credit", "rank", folder / "own.csv", *own)
    (row,) = pl.read_csv(folder / "own_ranks.csv", infer_schema=False).rows(named=True)
    # Scores that were imported are of no release of ours.
    assert (row["edition"], row["as_of"], row["release"]) == ("2022", "2026-11-22", None)
    assert DIGEST.fullmatch(row["data"])


def test_frozen_distributions(folder: Path, engine: Engine) -> None:
    asked = ("--by", "甲", "--because", "试", "--as-of", "2026-11-22", "--output", folder / "own")
    _dengti("credit", "peers", folder / "firms.json", *asked)
    (path,) = (folder / "own").glob("*.yaml")
    of = yaml.safe_load(path.read_text(encoding="utf-8"))["scheme"]["peers_of"]
    assert (of["edition"], of["as_of"], of["release"]) == ("2026", "2026-11-22", engine.release_id)
    assert of["known_at"]
    assert DIGEST.fullmatch(of["snapshot"])
    assert DIGEST.fullmatch(of["made_under"])


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_series_of_past_years(folder: Path, engine: Engine, form: str) -> None:
    asked = (
        "--scheme",
        SCHEME,
        "--years",
        "2026",
        "--on",
        "11-22",
        "--known-at",
        "2026-11-21",
        "--rules-on",
        "2026-11-22",
    )
    _is_dated(_dengti("credit", "series", folder / "firm.json", *asked, "--format", form), engine, "2026")


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_comparison_of_schemes(folder: Path, engine: Engine, form: str) -> None:
    shown = _dengti("compare", folder / "firm.json", "--family", "credit", *DAYS, "--format", form)
    _is_dated(shown, engine, "2026", "2025", "2022")


def test_other_facts_have_another_fingerprint(folder: Path) -> None:
    asked = ("--family", "credit", *DAYS, "--format", "json")
    other = json.loads((folder / "firm.json").read_text(encoding="utf-8"))
    other["annual_reports"][0]["rd_expense"] += 1
    (folder / "other.json").write_text(json.dumps(other), encoding="utf-8")
    one, again, another = (
        json.loads(_dengti("compare", folder / name, *asked))["data"]
        for name in ("firm.json", "firm.json", "other.json")
    )
    assert one == again != another


MATRIX = """\
matrix: sample
owner: 某银行
title: {zh: 示例, en: Sample}
scheme: credit.sample
innovation: [{id: high, min: 70}, {id: low, max_exclusive: 70}]
distress: [{id: low, max_exclusive: 2%}, {id: high, min: 2%}]
grades: {high: {low: A, high: C}, low: {low: B, high: E}}
"""


def test_the_backtest_of_a_bank(folder: Path, engine: Engine) -> None:
    (folder / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    (folder / "grades.csv").write_text("grade,firms,bad\nA,1000,1\nB,1000,50\n", encoding="utf-8")
    named = ("--matrix", folder / "matrix.yaml", "--edition", "2026", "--release", engine.release_id)
    shown = _dengti("bank", "backtest", folder / "grades.csv", *named, *DAYS)
    _is_dated(shown, engine, "2026", "sample（某银行）", "credit.sample")
    assert "未注明" not in shown
    # Of what is not stated the table says so; it makes up no day and no release.
    assert _dengti("bank", "backtest", folder / "grades.csv").count("未注明 not stated") == 6
