"""``dengti train`` and ``dengti model``: from facts to a challenger, and by a second person to the champion."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from features.population import generate, write_folder
from scoring.learned import SYNTHETIC
from scoring.learned_file import read_card

ROOT = Path(__file__).parents[2]
EVENT = "climb.high_tech_enterprise"


def _dengti(*arguments: object, settings: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", **({"DENGTI_SETTINGS": str(settings)} if settings else {}), **more},
    )


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("population")
    write_folder(generate(600, 3), folder)
    return folder


@pytest.fixture(scope="module")
def runs(facts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with one challenger, trained by 张三."""
    folder = tmp_path_factory.mktemp("runs") / "mlruns"
    done = _dengti(
        "train", facts, "--event", EVENT, "--by", "张三", "--known-at", "2026-09-30", "--runs", folder, "--no-full",
        COLUMNS="120",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "mlflow.store" not in done.stderr
    assert "alembic" not in done.stderr
    assert "…" not in done.stdout
    assert "平均精确率 AP" in done.stdout
    assert "additive card" in done.stdout
    assert "synthetic" in done.stdout
    return folder


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--event", "nope"), "no such event"),
        (("--event", EVENT, "--by", " "), "--by"),
        (("--event", "polish_1", "--split", "2010-01-01"), "--split"),
        (("--event", EVENT), "没有年度数据"),
    ],
    ids=["an unknown event", "nobody", "days of a public set", "no accounts"],
)
def test_what_cannot_be_trained_is_told_before_anything_is_read_or_kept(
    more: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "enterprise.csv").write_text("uscc,established_on\n91450200MA00000151,2016-05-01\n", encoding="utf-8")
    asked = (tmp_path, "--known-at", "2026-09-30") if "polish_1" not in more else (tmp_path,)
    by = () if "--by" in more else ("--by", "张三")
    done = _dengti("train", *asked, *by, *more, "--runs", tmp_path / "mlruns")
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "mlruns").exists()


ROWS = {
    "annual_report": "uscc,fiscal_year,revenue\n91450200MA00000151,2022,100\n91450200MA00000151,2023,150\n",
    "enterprise": "uscc,established_on\n91450200MA00000151,2016-05-01\n",
    "event": "uscc,kind,occurred_on\n",
    "certificate": "uscc,kind,valid_from\n",
}


@pytest.mark.parametrize(
    ("event", "lacking"),
    [
        ("distress", "annual_report"),
        ("distress", "enterprise"),
        ("distress", "event"),
        ("climb.gazelle", "annual_report"),
        ("climb.gazelle", "certificate"),
    ],
)
def test_a_folder_that_lacks_a_table_is_told_which(event: str, lacking: str, tmp_path: Path) -> None:
    for name, text in ROWS.items():
        if name != lacking:
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    done = _dengti(
        "train", tmp_path, "--event", event, "--by", "张三", "--known-at", "2026-09-30", "--runs", tmp_path / "r"
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"字段 field: {lacking}" in done.stderr


def test_a_table_without_rows_is_one(tmp_path: Path) -> None:
    for name, text in ROWS.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    done = _dengti("train", tmp_path, "--event", "distress", "--by", "张三", "--runs", tmp_path / "r")
    assert done.returncode == 1
    assert "days are needed before" in done.stderr


def test_a_registry_that_is_none_is_told_and_not_made(tmp_path: Path) -> None:
    done = _dengti("model", "list", "--runs", tmp_path / "typo")
    assert done.returncode == 1
    assert "there is no registry here" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_a_server_that_cannot_be_reached_is_told_before_training(facts: Path, tmp_path: Path) -> None:
    done = _dengti(
        "train", facts, "--event", EVENT, "--by", "张三", "--known-at", "2026-09-30", "--runs", tmp_path / "mlruns",
        MLFLOW_TRACKING_URI="http://127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 1
    assert "MLFLOW_TRACKING_URI" in done.stderr
    assert "Traceback" not in done.stderr
    assert "拟合" not in done.stderr


def test_a_challenger_becomes_champion_after_a_comparison_and_by_a_second_person(
    facts: Path, runs: Path, tmp_path: Path
) -> None:
    listed = _dengti("model", "list", "--runs", runs).stdout
    assert "challenger" in listed
    assert "张三" in listed
    refused = _dengti("model", "promote", EVENT, "--by", "李四", "--reason", "首个", "--runs", runs)
    assert refused.returncode == 1
    assert "compare first" in refused.stderr
    compared = _dengti(
        "model", "compare", EVENT, facts, "--by", "王五", "--known-at", "2026-09-30", "--runs", runs, COLUMNS="60"
    )
    assert "challenger 1" in compared.stdout, compared.stderr
    assert any(line.startswith("| challenger 1 |") and line.endswith("|") for line in compared.stdout.splitlines())
    promoted = _dengti("model", "promote", EVENT, "--by", "李四", "--reason", "首个", "--runs", runs)
    assert promoted.returncode == 0, promoted.stderr
    assert "there is no champion to compare with" in promoted.stdout
    assert _dengti("model", "card", EVENT, tmp_path / "card.yaml", "--runs", runs).returncode == 0
    card = read_card(tmp_path / "card.yaml")
    assert (card.id, card.origin, card.demo_only) == (EVENT, SYNTHETIC, True)
    assert "SYNTHETIC" in card.trained_on
    assert card.uncertainty.low
    assert all(feature.indicator for feature in card.features)


def test_drift_is_told_and_an_alarm_is_an_exit_code(facts: Path, runs: Path) -> None:
    done = _dengti("model", "drift", EVENT, facts, "--known-at", "2026-09-30", "--version", "1", "--runs", runs)
    assert "base_rate" in done.stdout, done.stderr
    assert "参考默认值 reference" in done.stdout
    assert done.returncode == (3 if "alarm" in done.stdout else 0)


def test_the_limits_of_leakage_and_drift_are_settings(facts: Path, runs: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        "[learning]\nleakage_skill = 0.51\ndrift_psi_watch = 90\ndrift_psi_alarm = 99\ndrift_odds_alarm = 99\n"
    )
    told = _dengti(
        "train", facts, "--event", EVENT, "--by", "张三", "--known-at", "2026-09-30", "--runs", tmp_path, settings=settings
    )  # fmt: skip
    assert told.returncode == 1
    assert "≥ 0.51" in told.stderr
    assert "set by the deployment" in told.stderr
    quiet = _dengti(
        "model", "drift", EVENT, facts, "--known-at", "2026-09-30", "--version", "1", "--runs", runs, settings=settings
    )  # fmt: skip
    assert quiet.returncode == 0, quiet.stderr
    assert "PSI 90 / 99" in quiet.stdout


def test_a_finding_is_explained_by_who_trains_and_that_stays_with_the_run(facts: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[learning]\nleakage_together = 0.6\n")
    asked = (
        "train",
        facts,
        "--event",
        EVENT,
        "--by",
        "张三",
        "--known-at",
        "2026-09-30",
        "--no-full",
        "--runs",
        tmp_path,
    )
    stopped = _dengti(*asked, settings=settings)
    assert stopped.returncode == 1
    assert f"--explain '{EVENT}:implausible_together=" in stopped.stderr
    unknown = _dengti(*asked, "--explain", "height:pure=why", settings=settings)
    assert unknown.returncode == 1
    assert "rd_to_revenue(-1)" in unknown.stderr
    assert "拟合" not in unknown.stderr
    explain = ("--explain", f"{EVENT}:implausible_together=合成数据有此技巧", "--explain", "revenue:pure=备用")
    done = _dengti(*asked, *explain, settings=settings)
    assert done.returncode == 0, done.stderr
    assert "--explain revenue:pure 未用到" in done.stderr
    with sqlite3.connect(tmp_path / "mlflow.db") as opened:
        ((told,),) = opened.execute("SELECT value FROM params WHERE key = 'explained'")
    assert f"{EVENT} implausible_together: 合成数据有此技巧（说明人 explained by: 张三）" in told
    assert "备用" not in told


def test_an_event_that_does_not_exist_is_refused_with_those_that_do(facts: Path, tmp_path: Path) -> None:
    done = _dengti("train", facts, "--event", "climb.moon", "--by", "张三", "--runs", tmp_path)
    assert done.returncode == 1
    assert "climb.gazelle" in done.stderr


def test_a_split_after_which_nothing_is_known_is_refused(facts: Path, tmp_path: Path) -> None:
    done = _dengti(
        "train", facts, "--event", "distress", "--by", "张三", "--known-at", "2026-09-30", "--split", "2026-07-01",
        "--runs", tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert "12 months over by 2026-09-30" in done.stderr


def test_other_commands_do_not_wait_for_the_libraries_of_training() -> None:
    code = "import sys, api.cli.main; print(sorted(m for m in ('sklearn', 'mlflow', 'matplotlib') if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
