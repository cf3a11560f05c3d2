"""A card that uses the whole language: score gates, graded bands, group caps, brackets, mean growth.

The sample follows the recognition of 高新技术企业 (32号, 195号).
"""

from __future__ import annotations

import itertools
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from api.answers.result import result
from api.authority.lint import lint_file
from features import dossier
from scoring.catalogue import Catalogue
from scoring.engine import Engine, Question

FOLDER = Path(__file__).parent / "sample_cards"
CARD = "high_tech_enterprise"
QUESTION = Question(date(2026, 11, 22), date(2026, 11, 22))


@pytest.fixture(scope="module")
def sample() -> Engine:
    return Engine(Catalogue(FOLDER))


def _firm(years: dict[int, dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    plain = {
        "revenue": 30_000_000, "total_income": 30_000_000, "hitech_income": 20_000_000, "rd_expense": 2_000_000,
        "rd_expense_domestic": 2_000_000, "employees": 100, "tech_staff": 20, "total_assets": 50_000_000, "total_liabilities": 10_000_000,
    }  # fmt: skip
    reports = [{"fiscal_year": year, **plain, **(years or {}).get(year, {})} for year in (2023, 2024, 2025)]
    right = {"kind": "invention_patent", "count": 1, "granted_on": "2021-05-06", "in_force": True, "acquired_by": "own_rd",
             "supports_main_product": True, "used_for_hte": False}  # fmt: skip
    return {
        "enterprise": {
            "uscc": "91450200MA00000151",
            "established_on": "2016-05-01",
            "technology_field": "new_materials",
        },
        "annual_reports": reports,
        "intellectual_property": [right],
        "events": [],
        "certificates": [],
        **changes,
    }


def _assess(engine: Engine, raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = result(engine.answer(dossier.read(raw), QUESTION))["assessments"][CARD]
    return found


def _points(found: dict[str, Any], item: str) -> tuple[float, float]:
    return found["items"][item]["points"]["low"], found["items"][item]["points"]["high"]


def test_the_sample_card_is_clean() -> None:
    assert [str(f) for f in lint_file(FOLDER / CARD / "2016.yaml")] == []


def test_expert_items_are_ranges_and_the_score_gate_is_open(sample: Engine) -> None:
    transfers = [{"kind": "achievement_transfer", "occurred_on": "2024-05-01", "count": 9}]
    found = _assess(sample, _firm({2025: {"revenue": 33_000_000}, 2023: {"revenue": 27_000_000}}, events=transfers))
    assert found["gates"]["innovation_score"]["verdict"] == "undetermined"
    assert (found["score"]["low"], found["score"]["high"]) == (7 + 1 + 13 + 3, 30 + 18 + 20 + 4)
    assert found["verdict"] == "undetermined"
    assert found["review"]["hard_gates"] == "pass"
    assert _points(found, "ip_count") == (7, 8)
    assert _points(found, "ip_acquisition") == (1, 6)


def test_a_grade_settles_its_item_and_is_kept_within_the_band(sample: Engine) -> None:
    found = _assess(sample, _firm(expert_grades={"hte.ip_count": 7, "hte.ip_acquisition": 9, "hte.talent": 4}))
    assert _points(found, "ip_count") == (7, 7)
    assert _points(found, "ip_acquisition") == (6, 6)
    assert _points(found, "talent") == (4, 4)


def _graded(**more: float) -> dict[str, float]:
    items = {"ip_advancement": 8, "ip_support": 8, "ip_count": 8, "ip_acquisition": 6, "ip_standards_bonus": 2,
             "rd_management_system": 6, "rd_institution": 6, "transfer_incentives": 4, "talent": 4}  # fmt: skip
    return {f"hte.{name}": points for name, points in {**items, **more}.items()}


@pytest.mark.parametrize(("talent", "verdict"), [(2, "fail"), (3, "pass")])
def test_seventy_points_fail_and_seventy_one_pass(sample: Engine, talent: int, verdict: str) -> None:
    transfers = [{"kind": "achievement_transfer", "occurred_on": "2024-05-01", "count": 9}]
    standard = {"kind": "standard_led", "occurred_on": "2020-01-01", "level": "national"}
    grown = {2025: {"revenue": 33_000_000}, 2023: {"revenue": 27_000_000}}
    grades = _graded(talent=talent, achievement_transfer=18, growth_sales=4)
    raw = _firm(grown, events=[*transfers, standard], expert_grades={**grades, "hte.rd_institution": 6})
    found = _assess(sample, raw)
    # 30 (capped from 32) + 18 + 6 + 6 + 4 + talent + 0 + growth of sales
    assert found["score"]["low"] == found["score"]["high"]
    assert found["groups"]["intellectual_property"]["points"] == {"low": 30, "high": 30}
    base = 30 + 18 + 16 + talent
    assert found["score"]["high"] == base + 4
    assert found["gates"]["innovation_score"]["verdict"] == ("pass" if base + 4 > 70 else "fail")
    assert (found["gates"]["innovation_score"]["verdict"] == "pass") == (verdict == "pass")


@pytest.mark.parametrize(
    ("sales", "rd", "verdict"),
    [
        (50_000_000, 2_500_000, "pass"),
        (50_000_000, "2499999.99", "fail"),
        ("50000000.01", 2_499_999, "pass"),
        (200_000_000, 8_000_000, "pass"),
        (200_000_000, "7999999.99", "fail"),
        ("200000000.01", "6000000.01", "pass"),
        ("200000000.01", "5999999.99", "fail"),
    ],
)
def test_the_rate_depends_on_the_bracket_of_sales(sample: Engine, sales: Any, rd: Any, verdict: str) -> None:
    years = {2025: {"revenue": sales, "rd_expense": rd, "rd_expense_domestic": rd}}
    none = {"revenue": 0, "rd_expense": 0, "rd_expense_domestic": 0}
    found = _assess(sample, _firm({**years, 2024: none, 2023: none}))
    assert found["gates"]["rd_intensity"]["verdict"] == verdict


def test_unknown_sales_are_decided_by_cases(sample: Engine) -> None:
    # 40 % R&D over the known years: whatever the sales of the third year, up to 50 million the rate is met …
    years = {2025: {"revenue": None, "rd_expense": 10**9, "rd_expense_domestic": 10**9}}
    found = _assess(sample, _firm(years))
    assert found["gates"]["rd_intensity"]["verdict"] == "undetermined"
    # … and R&D of nothing meets no rate.
    none = {"rd_expense": 0, "rd_expense_domestic": 0}
    found = _assess(sample, _firm({2025: {"revenue": None, **none}, 2024: none, 2023: none}))
    assert found["gates"]["rd_intensity"]["verdict"] == "fail"


GROWTH_BANDS = [
    (Fraction(35, 100), 9, 10),
    (Fraction(25, 100), 7, 8),
    (Fraction(15, 100), 5, 6),
    (Fraction(5, 100), 3, 4),
]


def _band(v1: int, v2: int, v3: int) -> tuple[int, int]:
    """Growth points by hand: 195号 三(七)4 and its zero rules."""
    v1, v2, v3 = (max(v, 0) for v in (v1, v2, v3))
    if v2 == 0:
        return 0, 0
    growth = Fraction(v3, v2) - 1 if v1 == 0 else (Fraction(v2, v1) + Fraction(v3, v2)) / 2 - 1
    for least, low, high in GROWTH_BANDS:
        if growth >= least:
            return low, high
    return (1, 2) if growth > 0 else (0, 0)


@pytest.mark.parametrize(
    "values",
    [
        (100, 135, 182), (100, 135, 183), (100, 125, 156), (10000, 12500, 15625), (10000, 12500, 15624), (100, 105, 110),
        (0, 100, 135), (0, 100, 134), (100, 0, 500), (0, 0, 500), (100, 100, 100), (100, 100, 101), (100, 200, 0),
        (20, 21, 22), (400, 420, 441), (400, 420, 440), (3, 1, 5),
    ],
)  # fmt: skip
def test_growth_is_the_mean_of_two_ratios(sample: Engine, values: tuple[int, int, int]) -> None:
    years = dict(zip((2023, 2024, 2025), ({"revenue": v} for v in values), strict=True))
    assert _points(_assess(sample, _firm(years)), "growth_sales") == _band(*values)


@pytest.mark.parametrize("net", [(-5, 100, 140), (100, -5, 140), (100, 140, -5), (-1, -1, 5)])
def test_negative_net_assets_count_as_zero(sample: Engine, net: tuple[int, int, int]) -> None:
    amounts = ({"total_assets": max(v, 0), "total_liabilities": max(-v, 0)} for v in net)
    years = dict(zip((2023, 2024, 2025), amounts, strict=True))
    assert _points(_assess(sample, _firm(years)), "growth_net_assets") == _band(*net)


@pytest.mark.parametrize("unknown", [c for n in (1, 2, 3) for c in itertools.combinations(range(3), n)])
def test_unknown_years_of_growth_bound_every_completion(sample: Engine, unknown: tuple[int, ...]) -> None:
    tried = (0, 1, 2, 50, 99, 100, 105, 140, 1000, 10**9)
    for values in ((100, 105, 110), (100, 200, 150), (0, 100, 120), (100, 0, 100)):
        years = {
            year: {"revenue": None if i in unknown else v}
            for i, (year, v) in enumerate(zip((2023, 2024, 2025), values, strict=True))
        }
        low, high = _points(_assess(sample, _firm(years)), "growth_sales")
        options = [tried if i in unknown else (v,) for i, v in enumerate(values)]
        reached = [_band(*completion) for completion in itertools.product(*options)]
        assert low == min(points for points, _ in reached)
        assert high == max(points for _, points in reached)


def test_a_firm_younger_than_three_years_needs_no_rule_of_its_own(sample: Engine) -> None:
    raw = _firm({2024: {"revenue": 100}, 2025: {"revenue": 130}})
    raw["enterprise"]["established_on"] = "2024-03-01"
    raw["annual_reports"] = raw["annual_reports"][1:]
    assert _points(_assess(sample, raw), "growth_sales") == (7, 8)


def test_transfers_are_averaged_over_the_years_that_there_were(sample: Engine) -> None:
    raw = _firm(events=[{"kind": "achievement_transfer", "occurred_on": "2025-05-01", "count": 4}])
    assert _points(_assess(sample, raw), "achievement_transfer") == (1, 6)
    raw["enterprise"]["established_on"] = "2025-01-01"
    assert _points(_assess(sample, raw), "achievement_transfer") == (19, 24)
