from __future__ import annotations

import json
from pathlib import Path

from dossiers import strong
from test_cli_score import dengti


def test_assumed_grades_must_be_readable(tmp_path: Path) -> None:
    grades = tmp_path / "grades.json"
    grades.write_text('{"hte.talent": 3}', encoding="utf-8")
    done = dengti("score", "-", "--as-of", "2026-11-22", "--assume-grades", str(grades), stdin=json.dumps(strong()))
    assert done.returncode == 0, done.stderr
    grades.write_text('{"hte.talent": "three"}', encoding="utf-8")
    done = dengti("score", "-", "--as-of", "2026-11-22", "--assume-grades", str(grades), stdin=json.dumps(strong()))
    assert done.returncode == 1
    assert "expert_grades" in done.stderr
