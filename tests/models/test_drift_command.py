"""``dengti model drift`` tells of newer rows of a public set whether they are still those that the card was fitted on."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from made_loans import loans

from models.experiment import train
from models.sources import public
from models.tracking import Tracking

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set, and a registry with two versions of its card: the second does not tell what it was fitted on."""
    folder = tmp_path_factory.mktemp("loans")
    past = pl.concat([loans(600, 1, day=date(2003, 3, 1)), loans(300, 2)])
    past.write_parquet(folder / "sba_loans_dev.parquet")
    trained = train(*public("sba", folder), full=False)
    tracking = Tracking(folder / "mlruns")
    for card in (trained.card, replace(trained.card, seen=None)):
        tracking.log(replace(trained, card=card), "张三")
    return folder


def _drift(folder: Path, source: Path, *more: str, version: str = "1") -> subprocess.CompletedProcess[str]:
    asked = ("model", "drift", "sba", source, "--version", version, "--runs", folder / "mlruns", *more)
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", *map(str, asked)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_newer_rows_of_the_same_kind_are_no_alarm_and_others_are_an_exit_code(folder: Path, tmp_path: Path) -> None:
    for guaranteed, code in ((0.5, 0), (0.8, 3)):
        loans(400, 3, guaranteed).write_csv(tmp_path / "newer.csv")
        done = _drift(folder, tmp_path / "newer.csv")
        assert done.returncode == code, done.stderr
        assert "训练 reference 600 行 rows，本批 batch 400 行 rows" in done.stdout
        assert ("警报 alarm" in done.stdout) is bool(code)
        assert "base_rate" in done.stdout
        assert "by chance" in done.stdout


def test_the_sets_own_folder_is_compared_by_its_later_period(folder: Path) -> None:
    done = _drift(folder, folder)
    assert done.returncode == 0, done.stderr
    assert "本批 batch 300 行 rows" in done.stdout


def test_a_batch_that_is_too_small_and_an_outcome_that_is_not_known_are_told(folder: Path, tmp_path: Path) -> None:
    loans(2, 3).drop("default").write_parquet(tmp_path / "newer.parquet")
    done = _drift(folder, tmp_path / "newer.parquet")
    assert done.returncode == 0, done.stderr
    assert "the batch is too small" in done.stdout
    assert "the base rate was not compared" in done.stdout
    loans(2, 3).clear().write_parquet(tmp_path / "newer.parquet")
    empty = _drift(folder, tmp_path / "newer.parquet")
    assert empty.returncode == 1
    assert "there are no rows to compare" in empty.stderr


@pytest.mark.parametrize(
    ("more", "version", "told"),
    [(("--known-at", "2026-09-30"), "1", "leave --known-at out"), ((), "2", "does not tell what it was fitted on")],
)
def test_what_cannot_be_told_is_refused(folder: Path, more: tuple[str, ...], version: str, told: str) -> None:
    done = _drift(folder, folder, *more, version=version)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
