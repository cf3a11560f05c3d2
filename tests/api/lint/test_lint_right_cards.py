"""What looks odd and is right: the lint must be silent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from api.authority.lint.folder import lint_file
from scoring.reading import read_card

HEAD = """\
card: sample
edition: "2026"
title: {zh: 示例, en: Sample}
status: in_force
effective_from: 2026-01-01
published_on: 2025-12-01
documents:
  measures: {number: 示例〔2026〕1号, title: 示例办法}
source: {document: measures, grade: official}
"""

FALLING = """
items:
  debt:
    label: {zh: 研发投入, en: R&D input}
    article: 第二条
    max: 20
    rises: no
    indicator: rd_to_sales
    bands:
      - {max_exclusive: 30%, points: 20}
      - {min: 30%, points: 0}
"""

DEDUCTION = """
items:
  findings:
    label: {zh: 扣分, en: Deduction}
    article: 第二条
    max: 0
    indicator: finding
    with: {kinds: [fraud], since_year: -1}
    bands:
      - {is: "true", points: -10}
      - {is: "false", points: 0}
"""

COUNTED = """
items:
  rights:
    label: {zh: 知识产权, en: Rights}
    article: 第二条
    max: 20
    indicator: valid_rights
    with: {of: class_1}
    bands:
      - {min: 3项, points: 20}
      - {min: 1项, max: 2项, points: 10}
      - {max: 0项, points: 0}
"""

BY_A_PERSON = """
items:
  promise:
    label: {zh: 创新前景, en: Promise}
    article: 第二条
    max: 8
    expert: {criterion: sample.promise, points: [0, 8]}
"""

NOTHING_ASKED_IN_ONE_BRACKET = """
gates:
  assets:
    label: {zh: 资产, en: Assets}
    article: 第一条
    choose:
      by: employees_year_end
      cases:
        - {max: 100人, then: {indicator: total_assets, min: 0元}}
        - {min_exclusive: 100人, then: {indicator: total_assets, min: 2亿元}}

cliffs:
  - part: gates.assets
    indicator: employees_year_end
    at: [100人]
    because: {zh: 第一条：只问100人以上的, en: Article 1 asks firms above 100 employees only}
"""

APART_ON_TWO_ROUTES = """
gates:
  small:
    label: {zh: 小, en: Small}
    article: 第一条
    route: small
    indicator: employees_year_end
    max: 100人
  large:
    label: {zh: 大, en: Large}
    article: 第一条
    route: large
    indicator: employees_year_end
    min: 200人

routes:
  small:
    label: {zh: 小, en: Small}
    article: 第三条
    indicator: audit_based_tax
    is: "true"
  large:
    label: {zh: 大, en: Large}
    article: 第三条
    indicator: audit_based_tax
    is: "true"

cliffs:
  - part: gates.small
    indicator: employees_year_end
    at: [100人]
    because: {zh: 第一条：100人至200人的不在内, en: Article 1 leaves out firms between 100 and 200 employees}
"""

PART_THAT_BEGINS_LATER = """
items:
  rd:
    label: {zh: 研发投入, en: R&D input}
    article: 第二条
    max: 20
    versions:
      - from: 2027-01-01
        indicator: rd_to_sales
        bands:
          - {min: 6%, points: 20}
          - {max_exclusive: 6%, points: 0}
  staff:
    label: {zh: 科技人员, en: S&T staff}
    article: 第二条
    max: 20
    indicator: tech_staff_ratio_quarterly
    bands:
      - {min: 10%, points: 20}
      - {max_exclusive: 10%, points: 0}

groups:
  innovation:
    label: {zh: 创新, en: Innovation}
    items: [rd, staff]
"""


@pytest.mark.parametrize(
    "body",
    [
        FALLING,
        DEDUCTION,
        COUNTED,
        BY_A_PERSON,
        NOTHING_ASKED_IN_ONE_BRACKET,
        APART_ON_TWO_ROUTES,
        PART_THAT_BEGINS_LATER,
    ],
    ids=["falling", "deduction", "counted", "by_a_person", "nothing_asked", "apart_on_two_routes", "begins_later"],
)
def test_a_right_card_is_clean(body: str, tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(HEAD + body, encoding="utf-8")
    assert [str(finding) for finding in lint_file(path)] == []


def test_a_group_counts_the_items_in_force(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(HEAD + PART_THAT_BEGINS_LATER, encoding="utf-8")
    maxima = [read_card(path, day).maximum for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert maxima == [20_000_000, 40_000_000]


def test_what_is_wrong_in_two_versions_is_found_in_one_run(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    gate = """
gates:
  employees:
    label: {zh: 职工, en: Employees}
    article: 第一条
    indicator: employees_quarterly
    versions:
      - {to: 2026-12-31, max: 500元}
      - {from: 2027-01-01, to: 2027-12-31, max: 500人}
      - {from: 2028-01-01, max_exclusive: 0人}
"""
    path.write_text(HEAD + gate, encoding="utf-8")
    assert [f.code for f in lint_file(path)] == ["condition_impossible", "unit_mismatch"]


def test_two_items_that_miss_their_max_are_both_found(tmp_path: Path) -> None:
    path = tmp_path / "card.yaml"
    path.write_text(
        HEAD
        + COUNTED.replace("max: 20\n", "max: 30\n")
        + COUNTED[7:].replace("  rights:", "  more:").replace("max: 20\n", "max: 5\n"),
        encoding="utf-8",
    )
    assert [f.code for f in lint_file(path)] == ["item_cannot_reach_max", "item_exceeds_max"]
