"""The yearly audit of the sets of tiers is a command that says what was promised, what was kept, and by whose cards."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.intake import read_input
from features.long_tables import LongTables
from features.population import generate, write_folder
from models.datasets import Dataset
from models.experiment import train
from models.sources import replayed
from models.tracking import Tracking
from scoring.ladder import ladders

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")
ROOT = Path(__file__).parents[3]
FEW = ["days_registered", "revenue", "debt_ratio", "holds(high_tech_enterprise)"]
"""Features of the card."""


def _audit(facts: Path, runs: Path, *more: object) -> subprocess.CompletedProcess[str]:
    asked = ("model", "ladder", facts, "--known-at", "2026-09-30", "--version", "challenger", "--runs", runs, *more)
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", *map(str, asked)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200"},
    )


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("population")
    write_folder(generate(900, 5), folder)
    return folder


@pytest.fixture(scope="module")
def runs(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with a card a rung of Guangxi: one training, for here it is the audit that is looked at."""
    folder = tmp_path_factory.mktemp("runs") / "mlruns"
    read = read_input(facts)
    long = LongTables.of(read.tables, read.incomplete)
    data, provenance = replayed(long, "climb.high_tech_enterprise", date(2026, 9, 30))
    trained = train(_small(data), provenance, explained=_Any(), full=False)
    tracking = Tracking(folder)
    for rung in ladders()["guangxi"].rungs:
        tracking.log(replace(trained, card=replace(trained.card, id=f"climb.{rung.id}")), "张三")
    return folder


def _small(data: Dataset) -> Dataset:
    """Half of the rows and few features, measured for no part of the firms: most of a training is its evaluation."""
    assert data.later is not None
    assert data.day is not None
    return Dataset(
        data.name,
        data.features.select(FEW).gather_every(2),
        data.outcome.gather_every(2),
        data.group.gather_every(2),
        {name: sign for name, sign in data.monotone.items() if name in FEW},
        data.later.gather_every(2),
        day=data.day.gather_every(2),
        measured={name: one for name, one in data.measured.items() if name in FEW},
    )


class _Any(dict[str, str]):
    """Every finding explained: of a small population."""

    def get(self, key: str, default: object = None) -> str:  # type: ignore[override]
        return "样本小 a small sample"


def test_the_audit_tells_each_tier_of_each_later_year_and_keeps_its_report(
    facts: Path, runs: Path, tmp_path: Path
) -> None:
    done = _audit(facts, runs, "--report", tmp_path / "audit.md")
    kept = (tmp_path / "audit.md").read_text(encoding="utf-8")
    assert kept.strip() == done.stdout.strip(), done.stderr
    assert "合成数据 SYNTHETIC" in kept.splitlines()[0]
    assert "coverage promised: 0.9；阈值定于 thresholds of: 2023-06-30" in kept
    for tier in ("none", "tech_sme", "high_tech_enterprise", "gazelle"):
        assert f"| 2024-06-30 | {tier} |" in kept
    assert done.returncode == (3 if "否 no" in kept else 0)
