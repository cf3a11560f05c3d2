"""A small card that uses the whole language, read from YAML and evaluated; what each form means is in docs/card-language.md."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.answers.result import result
from api.authority.lint import lint_file
from features import dossier
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question

QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))
CARD = """
card: sample
edition: "2020"
title: {zh: 样本, en: Sample}
status: in_force
effective_from: 2020-01-01
published_on: 2020-01-01
documents:
  rules: {number: 样本〔2020〕1号, title: 样本办法}
source: {document: rules, grade: official}
maximum: 34

gates:
  either:
    label: {zh: 资产较大或查账征收, en: Large assets or audited tax}
    article: 一
    any:
      - {indicator: total_assets, min: 1亿元}
      - all:
          - {indicator: audit_based_tax, is: "true"}
          - not: {indicator: restricted_industry, is: "true"}
  by_sales:
    label: {zh: 按销售收入要求人数, en: Staff by sales}
    article: 二
    choose:
      by: sales_revenue
      cases:
        - {max: 100万元, then: {indicator: employees_year_end, min: 5人}}
        - {min_exclusive: 100万元, then: {indicator: employees_year_end, min: 10人}}
  in_principle:
    label: {zh: 原则上有10人, en: Ten persons in principle}
    article: 二
    binding: no
    indicator: employees_year_end
    min: 10人
  enough:
    label: {zh: 得分高于20分, en: More than 20 points}
    article: 三
    score: {min_exclusive: 20}

items:
  always:
    label: {zh: 基础分, en: The same always}
    article: 四
    max: 2
    points: 2
  proportion:
    label: {zh: 研发占比按比例, en: R&D in proportion}
    article: 四
    max: 10
    linear: {indicator: rd_to_sales, full: 10%, points: 10, step: 0.5}
  weakest:
    label: {zh: 两者取低, en: The lesser of two}
    article: 四
    max: 4
    least_of:
      staff:
        indicator: employees_year_end
        bands:
          - {min: 20人, points: 6}
          - {max_exclusive: 20人, points: 1}
      assets:
        indicator: total_assets
        bands:
          - {min: 1亿元, points: 4}
          - {max_exclusive: 1亿元, points: 3}
  bracketed:
    label: {zh: 按规模分档, en: By bracket}
    article: 四
    max: 6
    choose:
      by: employees_year_end
      cases:
        - {max_exclusive: 20人, points: 6}
        - min: 20人
          best_of:
            graded:
              indicator: rd_to_sales
              graded_by: sample.graded
              step: 1
              bands:
                - {min: 5%, points: [3, 5]}
                - {max_exclusive: 5%, points: 0}
            plain: {points: 1}
  judged:
    label: {zh: 专家评分, en: Judged by a person}
    article: 四
    max: 8
    expert: {criterion: sample.judged, points: [2, 8], step: 2}
  halves:
    label: {zh: 可评半分, en: Judged to the micro-point}
    article: 四
    max: 6
    expert: {criterion: sample.halves, points: [0, 6]}

groups:
  people:
    label: {zh: 评分项, en: Judged}
    items: [judged, halves]
    max: 12

cliffs:
  - part: gates.by_sales
    indicator: sales_revenue
    at: [100万元]
    because: {zh: 第二条：100万元以上要求10人, en: Article 2 asks for ten persons above 1 million}
  - part: items.bracketed
    indicator: employees_year_end
    at: [20人]
    because: {zh: 第四条：20人起另行计分, en: Article 4 scores firms from 20 persons otherwise}
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rulebooks")
    (folder / "sample").mkdir()
    (folder / "sample" / "2020.yaml").write_text(CARD, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sample(path: Path) -> Engine:
    return Engine(Catalogue(path))


def _assess(engine: Engine, grades: dict[str, Any] | None = None, **report: Any) -> dict[str, Any]:
    year = {
        "fiscal_year": 2025,
        "revenue": 1_000_000,
        "rd_expense": 80_000,
        "employees": 20,
        "total_assets": 100_000_000,
    }
    raw = {
        "enterprise": {"uscc": "91450200MA00000151", "audit_based_tax": True},
        "annual_reports": [{**year, **report}],
        "expert_grades": grades or {},
    }
    found: dict[str, Any] = result(engine.answer(dossier.read(raw), QUESTION))["assessments"]["sample"]
    return found


def _points(found: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {name: (item["points"]["low"], item["points"]["high"]) for name, item in found["items"].items()}


def test_the_card_is_clean(path: Path) -> None:
    assert [str(finding) for finding in lint_file(path / "sample" / "2020.yaml")] == []


def test_what_it_explains_as_cliffs_is_so_for_a_firm(sample: Engine) -> None:
    small, grown = _assess(sample, employees=19, rd_expense=0), _assess(sample, employees=20, rd_expense=0)
    assert _points(small)["bracketed"] == (6.0, 6.0)
    assert _points(grown)["bracketed"] == (1.0, 1.0)
    assert grown["score"]["high"] < small["score"]["high"]
    below, above = (_assess(sample, employees=9, revenue=revenue) for revenue in (1_000_000, Decimal("1000000.01")))
    assert [found["gates"]["by_sales"]["verdict"] for found in (below, above)] == ["pass", "fail"]


def test_every_form_gives_its_points(sample: Engine) -> None:
    found = _assess(sample)
    assert _points(found) == {
        "always": (2, 2), "proportion": (8, 8), "weakest": (4, 4), "bracketed": (3, 5), "judged": (2, 8), "halves": (0, 6),
    }  # fmt: skip
    assert (found["score"]["low"], found["score"]["high"]) == (2 + 8 + 4 + 3 + 2, 2 + 8 + 4 + 5 + 12)
    assert found["groups"]["people"]["points"] == {"low": 2, "high": 12}
    assert found["review"] == {"hard_gates": "pass", "points_certain": 19, "points_possible": 31, "points_needed": 21}


@pytest.mark.parametrize(("grade", "points"), [(0, 2), (3, 2), ("3.999999", 2), (4, 4), (7, 6), (8, 8), (9, 8)])
def test_a_grade_is_rounded_down_to_its_step_and_kept_within(sample: Engine, grade: Any, points: int) -> None:
    assert _points(_assess(sample, {"sample.judged": grade}))["judged"] == (points, points)


@pytest.mark.parametrize(("grade", "points"), [(2, 3), ("3.9", 3), (4, 4), ("4.5", 4), (5, 5), (6, 5)])
def test_a_grade_chooses_within_a_band(sample: Engine, grade: Any, points: int) -> None:
    assert _points(_assess(sample, {"sample.graded": grade}))["bracketed"] == (points, points)
    assert _points(_assess(sample, {"sample.graded": grade}, rd_expense=49_999))["bracketed"] == (1, 1)


def test_an_open_grade_reaches_no_more_than_a_grade_can(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    judged = "max: 8\n    expert: {criterion: sample.judged, points: [2, 8], step: 2}"
    assert judged in CARD
    text = CARD.replace(judged, judged.replace("8", "9"))
    (tmp_path / "sample" / "2020.yaml").write_text(text, encoding="utf-8")
    engine = Engine(Catalogue(tmp_path))
    assert _points(_assess(engine))["judged"] == (2, 8)
    assert _points(_assess(engine, {"sample.judged": 9}))["judged"] == (8, 8)


def test_without_a_step_a_grade_keeps_its_fractions(sample: Engine) -> None:
    found = _assess(sample, {"sample.halves": "0.25"})
    assert _points(found)["halves"] == (0.25, 0.25)
    assert found["items"]["halves"]["facts"] == ["expert_grade/sample.halves"]
    assert found["items"]["bracketed"]["expert"] == "sample.graded"


@pytest.mark.parametrize(
    ("rd", "points"), [(0, 0), (4_999, 0), (5_000, 0.5), (99_999, 9.5), (100_000, 10), (10**9, 10)]
)
def test_points_in_proportion_are_rounded_down_to_the_step(sample: Engine, rd: int, points: float) -> None:
    assert _points(_assess(sample, rd_expense=rd))["proportion"] == (points, points)


@pytest.mark.parametrize(
    ("report", "either", "by_sales"),
    [
        ({"total_assets": 99_999_999, "employees": 5}, "pass", "pass"),
        ({"revenue": "1000000.01", "employees": 9}, "pass", "fail"),
        ({"revenue": "1000000.01", "employees": 10}, "pass", "pass"),
        ({"revenue": None, "employees": 7}, "pass", "undetermined"),
        ({"employees": None}, "pass", "undetermined"),
    ],
)
def test_conditions_combine(sample: Engine, report: dict[str, Any], either: str, by_sales: str) -> None:
    found = _assess(sample, **report)
    assert found["gates"]["either"]["verdict"] == either
    assert found["gates"]["by_sales"]["verdict"] == by_sales


@pytest.mark.parametrize(
    ("employees", "gate", "flags"),
    [(10, "pass", []), (9, "fail", ["not_met:in_principle"]), (None, "undetermined", [])],
)
def test_what_holds_in_principle_is_flagged_and_decides_nothing(
    sample: Engine, employees: int | None, gate: str, flags: list[str]
) -> None:
    grades = {"sample.judged": 8, "sample.halves": 4, "sample.graded": 5}
    found = _assess(sample, grades, employees=employees, rd_expense=100_000)
    assert found["gates"]["in_principle"]["verdict"] == gate
    assert found["gates"]["in_principle"]["binding"] is False
    assert [flag for flag in found["flags"] if flag.startswith("not_met")] == flags
    assert found["review"]["hard_gates"] == ("undetermined" if employees is None else "pass")
    assert found["verdict"] == ("undetermined" if employees is None else "pass")
