from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dossiers import strong
from in_process import dengti

CARD = "high_tech_enterprise"
SEVENTY = {
    "hte.ip_advancement": 8, "hte.ip_support": 8, "hte.ip_count": 8, "hte.ip_acquisition": 6, "hte.achievement_transfer": 25,
    "hte.rd_management_system": 5, "hte.rd_institution": 0, "hte.transfer_incentives": 0, "hte.talent": 0,
    "hte.growth_net_assets": 5, "hte.growth_sales": 5,
}  # fmt: skip
"""30 + 25 + 5 + 10 points for `applicant`."""


def applicant(**changes: Any) -> dict[str, Any]:
    """A firm all of whose hard gates hold: sales and net assets grow by 20 % a year, five transfers a year."""
    firm = strong(
        annual_reports=[
            {
                "fiscal_year": year,
                "revenue": sales,
                "rd_expense": sales // 10,
                "rd_expense_domestic": sales // 10,
                "total_assets": sales,
                "total_liabilities": 0,
                "total_income": sales,
                "hitech_income": sales,
                "employees": 80,
                "tech_staff": 24,
            }
            for year, sales in ((2023, 30_000_000), (2024, 36_000_000), (2025, 43_200_000))
        ],
        intellectual_property=[
            {
                "kind": "invention_patent",
                "count": 1,
                "granted_on": "2021-05-06",
                "in_force": True,
                "acquired_by": "own_rd",
                "supports_main_product": True,
                "used_for_hte": False,
            }
        ],
        events=[{"kind": "achievement_transfer", "occurred_on": "2024-05-01", "count": 15}],
        **changes,
    )
    firm["enterprise"]["technology_field"] = "advanced_manufacturing"
    return firm


def _score(firm: Any, *options: str, grades: dict[str, Any] | None = None, folder: Path | None = None) -> Any:
    if grades is not None and folder is not None:
        (folder / "grades.json").write_text(json.dumps(grades), encoding="utf-8")
        options = (*options, "--assume-grades", str(folder / "grades.json"))
    done = dengti("score", "-", "--as-of", "2026-11-22", *options, stdin=json.dumps(firm))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_ungraded_it_is_subject_to_review() -> None:
    found = _score(applicant())
    assert found["assessments"][CARD]["verdict"] == "undetermined"
    assert found["assessments"][CARD]["review"] == {
        "hard_gates": "pass",
        "points_certain": 43,
        "points_possible": 92,
        "points_needed": 71,
    }
    assert found["tier"]["subject_to_review"] == [CARD]


@pytest.mark.parametrize(("talent", "verdict"), [(0, "fail"), (1, "pass")])
def test_assumed_grades_settle_the_score_and_are_named(talent: int, verdict: str, tmp_path: Path) -> None:
    grades = {**SEVENTY, "hte.talent": talent}
    found = _score(applicant(), grades=grades, folder=tmp_path)
    card = found["assessments"][CARD]
    assert (card["score"]["low"], card["score"]["high"]) == (70 + talent, 70 + talent)
    assert card["verdict"] == card["gates"]["innovation_score"]["verdict"] == verdict
    assert found["tier"]["subject_to_review"] == []
    assert {f for f in found["flags"] if f.startswith("assumed:")} == {
        f"assumed:expert_grade/{name}" for name in grades
    }


def test_recorded_grades_give_the_same_points_and_no_such_flag(tmp_path: Path) -> None:
    assumed, recorded = _score(applicant(), grades=SEVENTY, folder=tmp_path), _score(applicant(expert_grades=SEVENTY))
    assert assumed["assessments"] == recorded["assessments"]
    assert recorded["flags"] == []


def test_a_renewal_differs_in_nothing_but_what_has_been_used() -> None:
    firm = applicant(expert_grades={**SEVENTY, "hte.talent": 1})
    new, renewal = _score(firm, "--kind", "new"), _score(firm, "--kind", "renewal")
    assert renewal["assessments"][CARD] == new["assessments"][CARD]
    firm["intellectual_property"][0] |= {"kind": "utility_model", "count": 5, "used_for_hte": True}
    found = _score(firm, "--kind", "renewal")["assessments"][CARD]
    assert found["gates"]["core_ip"]["verdict"] == "fail"


def test_in_an_array_every_dossier_is_assumed_the_same(tmp_path: Path) -> None:
    first, second = _score([applicant(), applicant()], grades=SEVENTY, folder=tmp_path)
    assert first == second
    assert "assumed:expert_grade/hte.talent" in first["flags"]


def test_assumed_grades_must_be_readable(tmp_path: Path) -> None:
    grades = tmp_path / "grades.json"
    grades.write_text('{"hte.talent": "three"}', encoding="utf-8")
    done = dengti("score", "-", "--as-of", "2026-11-22", "--assume-grades", str(grades), stdin=json.dumps(strong()))
    assert done.returncode == 1
    assert "expert_grades" in done.stderr
    grades.write_text("[3]", encoding="utf-8")
    done = dengti("score", "-", "--as-of", "2026-11-22", "--assume-grades", str(grades), stdin=json.dumps(strong()))
    assert done.returncode == 2
    assert "--assume-grades" in done.stderr


def test_what_follows_a_recognition_is_shown_with_its_card() -> None:
    shown = dengti("rulebook", "show", CARD)
    assert shown.returncode == 0, shown.stderr
    for text in (
        "有效期 3 年",
        "每年 05-31 前",
        "3 个月内",
        "第十三条 [official]",
        "累计两年未填报",
        "条款未见 [secondary]",
    ):
        assert text in shown.stdout, text
