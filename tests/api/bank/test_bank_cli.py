"""Both commands as a bank's officer calls them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from test_matrix import TEXT

ROOT = Path(__file__).parents[3]


def _run(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli.main", "bank", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert "Traceback" not in done.stderr
    return done


def test_a_result_gets_the_banks_grade_with_both_numbers_apart(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(TEXT, encoding="utf-8")
    credit = {"scheme": "credit.sample", "status": "official", "score": {"low": 71.5, "high": 71.5, "max": 130}}
    (tmp_path / "r.json").write_text(json.dumps({"credit": credit}), encoding="utf-8")
    done = _run(
        "grade", tmp_path / "r.json", "--matrix", tmp_path / "m.yaml", "--distress", "0.01", "--distress", "0.03"
    )
    assert done.returncode == 0, done.stderr
    view = json.loads(done.stdout)["bank_view"]
    assert (view["grade"], view["grades"]) == ("undetermined", ["A", "C"])
    assert _run("grade", tmp_path / "r.json", "--matrix", tmp_path / "m.yaml", "--distress", "2").returncode == 1
    (tmp_path / "r.json").write_text("{}", encoding="utf-8")
    assert _run("grade", tmp_path / "r.json", "--matrix", tmp_path / "m.yaml", "--distress", "0.1").returncode == 1


def test_a_backtest_says_where_the_order_did_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    path.write_text("grade,firms,bad\nBB,2094,16\nB,2089,15\n", encoding="utf-8-sig")
    done = _run("backtest", path)
    assert done.returncode == 1
    assert "次序颠倒" in done.stdout
    path.write_text("grade,firms,bad\nA,1000,1\nB,1000,50\n", encoding="utf-8")
    assert _run("backtest", path).returncode == 0
    path.write_text("grade,firms\nA,1000\n", encoding="utf-8")
    assert _run("backtest", path).returncode == 1
