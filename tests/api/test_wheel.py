"""The wheel, built from the source tree, installed in a fresh environment elsewhere, scores a dossier."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from dossiers import strong

ROOT = Path(__file__).parents[2]


def test_the_wheel_scores_a_dossier_in_a_fresh_environment(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(
        ROOT,
        source,
        ignore=shutil.ignore_patterns(".git", ".venv", "var", "mlruns", "tests", "build", "*.egg-info", ".*_cache"),
    )
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(tmp_path), str(source)], check=True)
    wheel = next(tmp_path.glob("dengti-*.whl"))
    home = tmp_path / "fresh"
    venv.create(home)
    # This pip installs there: one of its own would take as long again.
    there = [*pip, "--python", str(home / "bin" / "python"), "install"]
    subprocess.run([*there, "-c", str(ROOT / "constraints.txt"), str(wheel)], check=True)
    done = subprocess.run(
        [str(home / "bin" / "dengti"), "score", "-", "--as-of", "2026-11-22"],
        input=json.dumps(strong()),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert json.loads(done.stdout)["assessments"]["tech_sme"]["verdict"] == "pass"
