"""An expected edition is never evaluated: not on its days, not by name, not as the nearest one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from golden_cases import found
from test_overlays import CARD

from api.answers.elsewhere import families
from api.answers.result import result
from features.dossier import read
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question
from scoring.errors import NotInForce, UnknownName

ROOT = Path(__file__).parents[2]
BETWEEN = date(2026, 12, 31)
FIRST = date(2027, 1, 1)
USCC = "91450200MA00000151"
FIRM = {
    "enterprise": {"uscc": USCC, "established_on": "2016-05-01", "region_code": "450200"},
    "annual_reports": [
        {"fiscal_year": year, "employees": 150, "revenue": 100, "rd_expense": 6} for year in range(2022, 2027)
    ],
}
"""150 employees: within 100 to 500, above the 120 that the expected text asks for at most."""


def _expected(text: str = CARD) -> str:
    """The text announced for 2027, which asks for at most 120 employees."""
    for old, new in (
        ('edition: "2022"', 'edition: "2027"'),
        ("effective_from: 2022-01-01", "effective_from: 2027-01-01"),
        ("status: in_force", "status: expected"),
        ("max: 500人", "max: 120人"),
    ):
        assert old in text
        text = text.replace(old, new)
    return text


def _engine(folder: Path, **editions: str) -> Engine:
    place = folder / "rules" / "sample"
    place.mkdir(parents=True)
    for edition, text in editions.items():
        (place / f"{edition.removeprefix('e')}.yaml").write_text(text, encoding="utf-8")
    return Engine(Catalogue(folder / "rules"))


def _answer(engine: Engine, day: date, *names: str) -> dict[str, Any]:
    return result(engine.answer(read(FIRM), Question(day, day, None, names)))


@pytest.mark.parametrize("day", [BETWEEN, FIRST, date(2030, 6, 1)])
def test_a_firm_on_a_day_of_only_an_expected_edition_is_not_asked(tmp_path: Path, day: date) -> None:
    assert "sample" not in _answer(_engine(tmp_path, e2027=_expected()), day)["assessments"]


def test_asked_for_by_name_it_is_refused_and_not_answered_by_a_text_that_nobody_issued(tmp_path: Path) -> None:
    engine = _engine(tmp_path, e2027=_expected())
    with pytest.raises(NotInForce, match="只有草案或预期版本"):
        _answer(engine, FIRST, "sample")
    with pytest.raises(UnknownName, match="must be in the catalogue"):
        _answer(engine, FIRST, "other")
    assert families(engine) == ()


def test_where_an_earlier_edition_was_in_force_it_answers_marked_as_outside_its_period(tmp_path: Path) -> None:
    ended = CARD.replace("published_on:", "effective_to: 2026-12-31\npublished_on:")
    engine = _engine(tmp_path, e2022=ended, e2027=_expected())
    within, after = (_answer(engine, day, "sample") for day in (BETWEEN, FIRST))
    for answer in (within, after):
        assert found(answer["assessments"], "sample.gates.employees") == "pass"
        assert found(answer["assessments"], "sample.edition") == "2022"
    assert "edition_outside_period" not in found(within["assessments"], "sample.flags")
    assert "edition_outside_period" in found(after["assessments"], "sample.flags")
    assert "sample" not in _answer(engine, FIRST)["assessments"]


def test_once_it_is_issued_it_answers_from_its_first_day(tmp_path: Path) -> None:
    """What differs above is its status alone."""
    issued = _expected().replace("status: expected", "status: in_force")
    answer = _answer(_engine(tmp_path, e2027=issued), FIRST)["assessments"]
    assert found(answer, "sample.gates.employees") == "fail"
    assert found(answer, "sample.edition") == "2027"


def test_the_command_line_lists_it_and_refuses_to_answer_by_it(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scoring", tmp_path / "scoring", ignore=shutil.ignore_patterns("__pycache__"))
    place = tmp_path / "scoring" / "rulebooks" / "sample"
    place.mkdir()
    (place / "2027.yaml").write_text(_expected(), encoding="utf-8")

    def dengti(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api.cli.main", *args],
            input=json.dumps(FIRM),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    assert "expected" in next(line for line in dengti("rulebook", "list").stdout.splitlines() if "sample" in line)
    refused = dengti("score", "-", "--as-of", "2027-01-01", "--rulebook", "sample")
    assert refused.returncode == 1
    for said in (
        "错误 error not_in_force",
        "rulebook",
        "sample",
        "只有草案或预期版本，不作评价",
        "改法 remedy",
        "tech_sme",
    ):
        assert said in refused.stderr
    assert "Traceback" not in refused.stderr
