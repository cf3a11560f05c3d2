"""Which edition and which version of a part applies to new applications and to renewals."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scoring.card import Limits
from scoring.card import Test as Held
from scoring.catalogue import Catalogue

CARD = """\
card: sample
edition: "{edition}"
title: {{zh: 示例, en: Sample}}
status: in_force
effective_from: {begins}
{more}published_on: {begins}
documents:
  measures: {{number: 示例〔2020〕1号, title: 示例办法}}
source: {{document: measures, grade: official}}

gates:
  employees:
    label: {{zh: 职工, en: Employees}}
    article: 第一条
    indicator: employees_quarterly
    versions:
      - {{application_kinds: [new], to: 2024-12-31, max: 100人}}
      - {{application_kinds: [new], from: 2025-01-01, max: 200人}}
      - {{application_kinds: [renewal], max: 300人}}
  growth:
    label: {{zh: 增长, en: Growth}}
    article: 第二条
    versions:
      - {{application_kinds: [new], indicator: main_growth, min: 5%}}
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    folder = tmp_path / "sample"
    folder.mkdir()
    first = "effective_to: 2026-12-31\napplication_kinds:\n  new: {to: 2026-03-31}\n  renewal: {}\n"
    second = "application_kinds:\n  new: {}\n  renewal: {from: 2027-01-01}\n"
    for edition, begins, more in (("2022", "2022-06-01", first), ("2026", "2026-04-01", second)):
        (folder / f"{edition}.yaml").write_text(
            CARD.format(edition=edition, begins=begins, more=more), encoding="utf-8"
        )
    return Catalogue(tmp_path)


@pytest.mark.parametrize(
    ("day", "new", "renewal"),
    [
        ("2022-05-31", None, None),
        ("2022-06-01", "2022", "2022"),
        ("2026-03-31", "2022", "2022"),
        ("2026-04-01", "2026", "2022"),
        ("2026-12-31", "2026", "2022"),
        ("2027-01-01", "2026", "2026"),
    ],
)
def test_an_edition_is_in_force_by_day_and_kind(
    catalogue: Catalogue, day: str, new: str | None, renewal: str | None
) -> None:
    for kind, expected in (("new", new), ("renewal", renewal)):
        picked = catalogue.pick("sample", date.fromisoformat(day), kind=kind)
        assert (picked and picked.card.edition) == expected


@pytest.mark.parametrize(
    ("day", "kind", "edition", "outside"),
    [
        ("2021-01-01", "renewal", "2022", True),
        ("2026-06-01", "renewal", "2022", False),
        ("2026-06-01", "new", "2026", False),
    ],
)
def test_asked_for_by_name_the_nearest_edition_of_the_kind_answers(
    catalogue: Catalogue, day: str, kind: str, edition: str, outside: bool
) -> None:
    picked = catalogue.pick_by_name("sample", date.fromisoformat(day), kind=kind)
    assert (picked.card.edition, picked.outside) == (edition, outside)


@pytest.mark.parametrize(
    ("day", "kind", "most", "gates"),
    [
        ("2024-12-31", "new", 100, ["employees", "growth"]),
        ("2025-01-01", "new", 200, ["employees", "growth"]),
        ("2024-12-31", "renewal", 300, ["employees"]),
        ("2025-01-01", "renewal", 300, ["employees"]),
    ],
)
def test_a_version_is_laid_over_by_day_and_kind(
    catalogue: Catalogue, day: str, kind: str, most: int, gates: list[str]
) -> None:
    card = catalogue.edition("sample", "2022").card(date.fromisoformat(day), kind)
    assert list(card.gates) == gates
    held = card.gates["employees"].requirement
    assert isinstance(held, Held)
    assert isinstance(held.range, Limits)
    assert held.range.most == most


def test_where_no_version_names_a_kind_both_have_the_same_card() -> None:
    edition = Catalogue().edition("tech_sme", "2017")
    day = date(2026, 4, 1)
    assert edition.card(day, "new") is edition.card(day, "renewal")
