"""The table of what was tried on US failure: from a made panel, each trial a line, rows asked and features as it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.datasets import US_LEVELS
from models.evaluation.trial_features import TRIALS, dataset

ROOT = Path(__file__).parents[3]
FIRMS = 90


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety firms of three years, a third of which ends after 2010; who earns little fails."""
    random = np.random.default_rng(1)
    rows = []
    for firm in range(FIRMS):
        fails, end = int(firm % 5 == 0), (2008, 2009, 2013)[firm % 3]
        for year in range(end - 2, end + 1):
            levels = dict(zip(US_LEVELS, random.lognormal(3, 1, len(US_LEVELS)), strict=True))
            levels["net_income"] = random.normal(-3 if fails else 2)
            rows.append({"firm_id": firm, "fiscal_year": year, "failed_after_window": fails, **levels})
    made = tmp_path_factory.mktemp("public")
    pl.DataFrame(rows).write_parquet(made / "us_public_firm_panel_dev.parquet")
    return made


@pytest.mark.parametrize("name", TRIALS)
def test_a_trial_asks_one_row_a_firm_and_trains_on_spells_that_ended_before(folder: Path, name: str) -> None:
    grouped, asked = dataset(folder, TRIALS[name], later=False)
    assert grouped.later is None
    assert asked.sum() == FIRMS
    assert grouped.features.height == (3 * FIRMS if TRIALS[name].every_year else FIRMS)
    assert len(set(grouped.features.columns)) == grouped.features.width
    # A year with no year before has a missing change; no column is missing throughout.
    assert all(column.null_count() < len(column) for column in grouped.features)
    split, asked = dataset(folder, TRIALS[name], later=True)
    assert split.later is not None
    assert asked.filter(split.later).sum() == FIRMS // 3
    assert set(split.group.filter(split.later)).isdisjoint(split.group.filter(~split.later))


def test_a_change_is_that_of_the_firm_itself_against_its_year_before(folder: Path) -> None:
    panel = pl.read_parquet(folder / "us_public_firm_panel_dev.parquet").sort("firm_id", "fiscal_year")
    first = panel.filter(pl.col("firm_id") == 0)
    rows, _ = dataset(folder, TRIALS["movements"], later=False)
    debt = first["total_liabilities"] / first["total_assets"]
    assert rows.features["debt_to_assets_change"][0] == pytest.approx(debt[2] - debt[1])
    before, _ = dataset(folder, TRIALS["three_years"], later=False)
    assert before.features["ebit_before_2"][0] == first["ebit"][0]


def test_the_command_writes_a_line_a_trial(folder: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "models.evaluation.trials", str(folder), str(tmp_path), "ratios"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    header, _, line = (tmp_path / "us_failure_trials.md").read_text(encoding="utf-8").splitlines()
    assert header.count("|") == line.count("|") == 10
    assert line.startswith("| 16 ratios | ")
    figures = re.findall(r"[01]\.\d{3} \[[01]\.\d{3}, [01]\.\d{3}\]", line)
    assert len(figures) == 8
    assert "ratios: card, grouped" in done.stdout
