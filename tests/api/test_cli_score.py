"""The command line as a user runs it: a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong

ROOT = Path(__file__).parents[2]


def dengti(*args: str, stdin: str | None = None, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "api.cli.main", *args]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=cwd, check=False, encoding="utf-8")


def test_a_dossier_from_standard_input() -> None:
    done = dengti("score", "-", "--as-of", "2026-11-22", stdin=json.dumps(strong()))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["as_of"] == "2026-11-22"
    assert found["assessments"]["tech_sme"]["verdict"] == "pass"
    assert found["receipt"]["sha256"].startswith("sha256:")


def test_an_array_keeps_its_order_and_names_the_wrong_one(tmp_path: Path) -> None:
    wrong = strong(annual_reports=[{"fiscal_year": 2025, "employees": -1}])
    path = tmp_path / "firms.json"
    path.write_text(json.dumps([strong(), wrong, strong()]), encoding="utf-8")
    done = dengti("score", str(path), "--as-of", "2026-11-22")
    assert done.returncode == 1
    first, second, third = json.loads(done.stdout)
    assert first["assessments"] == third["assessments"]
    assert second["error"]["position"] == 1
    assert second["error"]["problems"][0]["field"] == "annual_reports[0].employees"
    assert "[1].annual_reports[0].employees" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("args", "text", "named"),
    [
        (("score", "-"), "{", "JSON"),
        (("score", "-"), json.dumps(strong(enterprise={})), "enterprise.uscc"),
        (("score", "nowhere.json"), None, "nowhere.json"),
        (("score", "-", "--as-of", "soon"), json.dumps(strong()), "as_of"),
        (("score", "-", "--rulebook", "moon"), json.dumps(strong()), "moon"),
        (("rescore", "nowhere", "out"), None, "nowhere"),
        (("import", "nowhere.xlsx"), None, "nowhere.xlsx"),
        (("rulebook", "show", "moon"), None, "moon"),
    ],
)
def test_what_is_wrong_goes_to_stderr_with_its_remedy(args: tuple[str, ...], text: str | None, named: str) -> None:
    done = dengti(*args, stdin=text)
    assert done.returncode != 0
    assert named in done.stderr
    assert "remedy" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_result_says_what_is_missing_and_what_it_settles() -> None:
    dossier: dict[str, Any] = strong()
    del dossier["annual_reports"][0]["tech_staff"]
    del dossier["intellectual_property"]
    found = json.loads(dengti("score", "-", "--as-of", "2026-11-22", stdin=json.dumps(dossier)).stdout)
    missing = {entry["fact"]: entry for entry in found["missing"]}
    assert missing["annual_report/2025/tech_staff"] == {
        "fact": "annual_report/2025/tech_staff",
        "state": "absent",
        "settles": ["tech_sme"],
    }
    settles = ["credit.guangxi_reference", "innovative_sme", "tech_sme"]
    assert missing["intellectual_property"]["settles"] == settles
    assert found["assessments"]["tech_sme"]["score"]["low"] == 50
    assert found["assessments"]["tech_sme"]["score"]["high"] == 100


def test_rulebooks_are_listed_and_shown() -> None:
    listed = dengti("rulebook", "list")
    assert listed.returncode == 0
    assert "tech_sme" in listed.stdout
    shown = dengti("rulebook", "show", "tech_sme")
    assert shown.returncode == 0
    assert "≥ 30% → 20" in shown.stdout
    assert "国科发政〔2017〕115号 第六条(二) [official]" in shown.stdout


def test_a_rulebook_is_shown_for_an_application_kind() -> None:
    new, renewal = (dengti("rulebook", "show", "little_giant", "--kind", kind).stdout for kind in ("new", "renewal"))
    assert "复核 / renewals: 2027-01-01 起 / onwards" in new
    assert "营业收入复合增长率 ≥ 5%" in new
    assert "复合增长率 ≥" not in renewal
    assert dengti("rulebook", "show", "little_giant", "--kind", "again").returncode != 0
