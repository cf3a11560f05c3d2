"""广西高企培育库: its criteria are in an attachment that is not on file, so it is open for everybody, until a park sets its own.

The criteria below are made up for the test: nobody asked for them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from golden_cases import found

from api.answers.result import result
from api.authority.lint import lint_folder
from features.dossier import read
from scoring.catalogue import FOLDER, Catalogue
from scoring.engine import Engine, Question

POOL = "hte_pool.guangxi"
HEAD = """\
overlay: liuzhou_hte_pool
title: {zh: 测试：柳州高新区自定条件, en: A test - criteria set by Liuzhou park}
card: hte_pool.guangxi
edition: "2022"
scope: {park: liuzhou}
decision: {by: 柳州高新区管委会, on: 2026-03-01, because: 测试}
status: in_force
effective_from: 2026-03-01
published_on: 2026-03-01
documents:
  park: {number: 测试〔2026〕1号, title: 测试}
gates:
  criteria:
    label: {zh: 研发费用占营业收入3%以上且非高企, en: R&D of at least 3 % of revenue and no high-tech enterprise}
    document: park
    article: 第一条
"""
CRITERIA = """\
    all:
      - {indicator: rd_to_revenue, min: 3%}
      - {indicator: holds, with: {kinds: [high_tech_enterprise]}, is: "false"}
"""
GRADED = "    grade: official\n"


def _firm(rd: Decimal | int | None = 300_0000, park: str = "liuzhou", **more: Any) -> dict[str, Any]:
    """R&D of exactly 3 % of a revenue of 100 million, unless said otherwise."""
    return {
        "enterprise": {
            "uscc": "91450200MA00000151",
            "region_code": "450200",
            "established_on": "2016-05-01",
            "park": park,
        },
        "annual_reports": [{"fiscal_year": 2025, "revenue": 1_0000_0000, "rd_expense": rd}],
        "certificates": [],
        **more,
    }


@pytest.fixture(scope="module")
def set_by_the_park(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("overlays")
    (folder / "liuzhou_hte_pool.yaml").write_text(HEAD + GRADED + CRITERIA, encoding="utf-8")
    return Engine(Catalogue(FOLDER, folder))


def _answer(engine: Engine, firm: dict[str, Any], day: date = date(2026, 11, 22)) -> dict[str, Any]:
    return result(engine.answer(read(firm), Question(day, day)))


def _verdict(engine: Engine, firm: dict[str, Any], day: date = date(2026, 11, 22)) -> Any:
    return found(_answer(engine, firm, day)["assessments"], POOL)


@pytest.mark.parametrize(
    ("firm", "verdict"),
    [
        (_firm(), "pass"),
        (_firm(Decimal("2999999.99")), "fail"),
        (_firm(None), "undetermined"),
        (_firm(certificates=[{"kind": "high_tech_enterprise", "valid_from": "2024-11-30", "valid_to": "2027-11-29"}]), "fail"),
        (_firm(certificates=[{"kind": "high_tech_enterprise", "valid_from": "2020-11-30", "valid_to": "2023-11-29"}]), "pass"),
    ],
    ids=["exactly 3 %", "a cent below", "R&D unknown", "already one", "its certificate has ended"],
)  # fmt: skip
def test_what_a_park_sets_decides_for_its_firms(
    set_by_the_park: Engine, engine: Engine, firm: dict[str, Any], verdict: str
) -> None:
    assert _verdict(set_by_the_park, firm) == verdict
    assert _verdict(engine, firm) == "undetermined"


def test_it_cites_the_park_and_names_the_overlay(set_by_the_park: Engine) -> None:
    told = _answer(set_by_the_park, _firm())
    assert found(told["assessments"], f"{POOL}.gates.criteria.clause") == "测试〔2026〕1号 第一条"
    assert told["release"]["cards"][POOL]["overlays"] == ["liuzhou_hte_pool"]


def test_elsewhere_and_before_its_day_the_criteria_stay_open(set_by_the_park: Engine) -> None:
    assert _verdict(set_by_the_park, _firm(park="nanning")) == "undetermined"
    assert _verdict(set_by_the_park, _firm(), date(2026, 2, 28)) == "undetermined"
    firm = _firm()
    assert _verdict(set_by_the_park, firm, date(2026, 3, 1)) == "pass"


def test_criteria_without_a_grade_of_their_own_stay_an_inference_and_decide_nothing(tmp_path: Path) -> None:
    (tmp_path / "liuzhou_hte_pool.yaml").write_text(HEAD + CRITERIA, encoding="utf-8")
    assert _verdict(Engine(Catalogue(FOLDER, tmp_path)), _firm()) == "undetermined"


def test_who_meets_them_qualifies_for_no_rung_by_it(set_by_the_park: Engine, engine: Engine) -> None:
    with_it, without = (_answer(one, _firm())["tier"] for one in (set_by_the_park, engine))
    assert with_it == without
    assert "hte_pool" not in str(with_it)


def test_the_lint_finds_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "liuzhou_hte_pool.yaml").write_text(HEAD + GRADED + CRITERIA, encoding="utf-8")
    assert [str(finding) for finding in lint_folder(FOLDER, tmp_path)] == []
