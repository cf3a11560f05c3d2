"""Hand-worked cases that check the naive reference itself."""

import datetime as dt
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from .assessment import assess
from .naive import ladder_of, possible_groups
from .random_dossiers import add_duplicates, drop_facts, random_dossier, uscc_check_character

AS_OF = dt.date(2026, 11, 22)
USCC = "91450200MA5KCXYN3C"


def firm(enterprise: dict[str, Any] | None = None, **report: Any) -> dict[str, Any]:
    """A clean Liuzhou manufacturer: 100 employees, 30 of them technical, revenue 1000万, no R&D, no rights."""
    year = {
        "fiscal_year": 2025,
        "employees": 100,
        "tech_staff": 30,
        "revenue": 10_000_000,
        "rd_expense": 0,
        "total_cost_expense": 9_000_000,
        "total_assets": 20_000_000,
    }
    base = {
        "uscc": USCC,
        "established_on": "2016-05-01",
        "region_code": "450200",
        "industry_code": "C3612",
        "audit_based_tax": True,
    }
    return {
        "enterprise": base | (enterprise or {}),
        "annual_reports": [{key: value for key, value in (year | report).items() if value != "absent"}],
        "intellectual_property": [],
        "certificates": [],
        "events": [],
    }


def right(**changes: Any) -> dict[str, Any]:
    row = {"kind": "utility_model", "count": 1, "granted_on": "2021-05-06", "in_force": True}
    return row | {"supports_main_product": True} | changes


def item(dossier: dict[str, Any], name: str, as_of: dt.date = AS_OF) -> tuple[int, int]:
    bounds = assess(dossier, as_of)["tech_sme"]["items"][name]
    return bounds["low"], bounds["high"]


def gate(dossier: dict[str, Any], name: str) -> str:
    return assess(dossier, AS_OF)["tech_sme"]["gates"][name]


def verdict(dossier: dict[str, Any]) -> str:
    return assess(dossier, AS_OF)["tech_sme"]["verdict"]


def size(dossier: dict[str, Any]) -> str:
    return assess(dossier, AS_OF)["size_class"]["class"]


@pytest.mark.parametrize(
    ("staff", "employees", "points"),
    [(30, 100, 20), (29, 100, 16), (25, 100, 16), (149, 500, 16), (150, 500, 20), (10, 100, 4), (9, 100, 0), (0, 0, 0)],
)
def test_staff_ratio_of_exactly_thirty_percent_earns_twenty_and_just_below_sixteen(
    staff: int, employees: int, points: int
) -> None:
    assert item(firm(tech_staff=staff, employees=employees), "tech_staff") == (points, points)


def test_five_hundred_employees_pass_the_gate_and_five_hundred_and_one_do_not() -> None:
    assert gate(firm(employees=500), "employees") == "pass"
    assert gate(firm(employees=501), "employees") == "fail"
    assert gate(firm(employees=501, employees_quarterly_avg=500), "employees") == "pass"
    assert gate(firm(employees=500, employees_quarterly_avg=501), "employees") == "fail"
    assert gate(firm(employees=501, employees_quarterly_avg=None), "employees") == "fail"


def test_two_hundred_million_yuan_is_still_allowed_but_not_one_cent_more() -> None:
    assert gate(firm(revenue=200_000_000), "sales_revenue") == "pass"
    assert gate(firm(revenue=Decimal("200000000.01")), "sales_revenue") == "fail"
    assert gate(firm(total_assets=200_000_000), "total_assets") == "pass"
    assert gate(firm(total_assets=Decimal("200000000.01")), "total_assets") == "fail"


def test_research_share_takes_the_better_of_its_two_ratios() -> None:
    # 2 % of sales is 10 points, and 200 000 / 1 000 000 = 20 % of cost is 30 points.
    assert item(firm(rd_expense=200_000, total_cost_expense=1_000_000), "rd_input") == (30, 30)
    # 6 % of sales is 50 points, 600 000 / 9 000 000 = 6.7 % of cost none.
    assert item(firm(rd_expense=600_000), "rd_input") == (50, 50)
    assert item(firm(rd_expense=Decimal("599999.99")), "rd_input") == (40, 40)
    assert item(firm(rd_expense=600_000, rd_expense_deduction=500_000), "rd_input") == (40, 40)


def test_a_firm_without_sales_is_measured_by_cost_alone() -> None:
    assert item(firm(revenue=0, rd_expense=2_700_000), "rd_input") == (50, 50)
    assert item(firm(revenue=0, rd_expense=2_699_999), "rd_input") == (40, 40)
    assert item(firm(revenue=0, rd_expense=5_000_000, total_cost_expense=0), "rd_input") == (0, 0)


def test_an_unknown_denominator_leaves_the_known_option_as_floor_and_fifty_as_ceiling() -> None:
    assert item(firm(rd_expense=300_000, total_cost_expense="absent"), "rd_input") == (20, 50)
    assert item(firm(rd_expense=0, total_cost_expense=None, revenue=None), "rd_input") == (0, 0)
    assert item(firm(rd_expense=None, revenue=0, total_cost_expense=0), "rd_input") == (0, 0)
    assert item(firm(rd_expense=None), "rd_input") == (0, 50)
    assert item(firm(employees="absent"), "tech_staff") == (0, 20)
    assert item(firm(employees="absent", tech_staff=0), "tech_staff") == (0, 0)


def test_sixty_points_pass_and_fifty_eight_or_an_empty_staff_item_do_not() -> None:
    sixty = firm(rd_expense=500_000)  # 20 + 40 + 0
    assert assess(sixty, AS_OF)["tech_sme"]["score"] == {"low": 60, "high": 60}
    assert verdict(sixty) == "pass"
    below = firm(rd_expense=300_000)  # 20 + 20 + 18 = 58
    below["intellectual_property"] = [right(count=3)]
    assert assess(below, AS_OF)["tech_sme"]["score"] == {"low": 58, "high": 58}
    assert verdict(below) == "fail"
    no_staff = firm(rd_expense=600_000, tech_staff=9)  # 0 + 50 + 30
    no_staff["intellectual_property"] = [right(kind="invention_patent")]
    assert assess(no_staff, AS_OF)["tech_sme"]["score"] == {"low": 80, "high": 80}
    assert verdict(no_staff) == "fail"


def test_rights_of_the_two_classes_do_not_add_and_only_sound_rights_count() -> None:
    def points(*rows: dict[str, Any]) -> tuple[int, int]:
        return item(firm() | {"intellectual_property": list(rows)}, "achievements")

    assert points(right(count=4)) == (24, 24)
    assert points(right(count=3, number="a"), right(kind="software_copyright", count=1)) == (24, 24)
    assert points(right(kind="ic_layout"), right(count=4)) == (30, 30)
    assert points(right(kind="trademark", count=9)) == (0, 0)
    assert points(right(granted_on="2026-11-22")) == (6, 6)
    assert points(right(granted_on="2026-11-23")) == (0, 0)
    assert points(right(in_force=False)) == points(right(disputed=True)) == points(right(count=0)) == (0, 0)
    assert points(right(disputed=None)) == points(right(in_force=None)) == (0, 6)
    assert points(right(count=None)) == (0, 24)
    assert points(right(kind=None)) == (0, 30)
    assert points(right(), right()) == (6, 6)
    assert points(right(number="a"), right(number="b")) == (12, 12)
    assert item(firm() | {"intellectual_property": None}, "achievements") == (0, 30)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"kind": "safety_accident", "severity": "major", "occurred_on": "2025-01-01"}, "fail"),
        ({"kind": "safety_accident", "severity": "major", "occurred_on": "2024-12-31"}, "pass"),
        ({"kind": "quality_accident", "severity": "major", "occurred_on": "2026-11-22"}, "fail"),
        ({"kind": "quality_accident", "severity": "major", "occurred_on": "2026-11-23"}, "pass"),
        ({"kind": "safety_accident", "severity": "larger", "occurred_on": "2026-01-01"}, "pass"),
        ({"kind": "safety_accident", "occurred_on": "2026-01-01"}, "undetermined"),
        ({"kind": "fraud", "severity": "general", "occurred_on": "2026-01-01"}, "fail"),
        ({"kind": "fraud", "occurred_on": None}, "undetermined"),
        ({"kind": "tax_evasion", "severity": "major", "occurred_on": "2026-01-01"}, "pass"),
        ({"kind": None, "occurred_on": "2026-01-01"}, "undetermined"),
        ({"kind": None, "severity": "larger", "occurred_on": "2020-01-01", "ended_on": "2021-01-01"}, "pass"),
        ({"kind": "abnormal_list", "occurred_on": "2020-01-01"}, "fail"),
        ({"kind": "abnormal_list", "occurred_on": "2020-01-01", "ended_on": "2025-01-01"}, "fail"),
        ({"kind": "dishonest_list", "occurred_on": "2020-01-01", "ended_on": "2024-12-31"}, "pass"),
    ],
)
def test_compliance_looks_from_new_year_of_last_year_to_the_day(event: dict[str, Any], expected: str) -> None:
    assert gate(firm() | {"events": [event]}, "compliance") == expected


def test_an_unknown_event_table_is_not_a_clean_record_and_an_empty_one_is() -> None:
    assert gate(firm() | {"events": []}, "compliance") == "pass"
    assert gate(firm() | {"events": None}, "compliance") == "undetermined"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"kind": "st_award", "level": "national", "rank": 3, "occurred_on": "2021-11-22"}, "pass"),
        ({"kind": "st_award", "level": "national", "rank": 3, "occurred_on": "2021-11-21"}, "fail"),
        ({"kind": "st_award", "level": "national", "rank": 4, "occurred_on": "2025-01-01"}, "fail"),
        ({"kind": "st_award", "level": "national", "occurred_on": "2025-01-01"}, "undetermined"),
        ({"kind": "st_award", "level": "provincial", "rank": 1, "occurred_on": "2025-01-01"}, "fail"),
        ({"kind": "rd_institution", "level": "provincial", "occurred_on": "2010-01-01"}, "pass"),
        ({"kind": "rd_institution", "level": "municipal", "occurred_on": "2010-01-01"}, "fail"),
        (
            {"kind": "rd_institution", "level": "national", "occurred_on": "2010-01-01", "ended_on": "2020-01-01"},
            "fail",
        ),
        ({"kind": "standard_led", "level": "industry", "occurred_on": "2024-01-01"}, "pass"),
        ({"kind": "standard_led", "level": "provincial", "occurred_on": "2024-01-01"}, "fail"),
        ({"kind": "standard_participated", "level": "national", "occurred_on": "2024-01-01"}, "fail"),
    ],
)
def test_direct_confirmation_needs_no_points(event: dict[str, Any], expected: str) -> None:
    assert verdict(firm(tech_staff=0) | {"events": [event]}) == expected


def test_a_certified_firm_passes_directly_only_while_the_certificate_and_the_size_limits_hold() -> None:
    def certified(**changes: Any) -> dict[str, Any]:
        row = {"kind": "high_tech_enterprise", "valid_from": "2023-11-23", "valid_to": "2026-11-22"}
        return firm(tech_staff=0) | {"certificates": [row | changes]}

    assert verdict(certified()) == "pass"
    assert verdict(certified(valid_to="2026-11-21")) == "fail"
    assert verdict(certified(valid_from="2026-11-23")) == "fail"
    assert verdict(certified(revoked_on="2026-11-22")) == "fail"
    assert verdict(certified(revoked_on="2026-11-23")) == "pass"
    assert verdict(certified(valid_to=None)) == "undetermined"
    too_large = certified()
    too_large["annual_reports"][0]["employees"] = 501
    assert verdict(too_large) == "fail"


def test_tax_method_and_restricted_industry_decide_both_routes() -> None:
    def changed(**enterprise: Any) -> dict[str, Any]:
        return firm(enterprise, rd_expense=600_000)

    assert verdict(changed()) == "pass"
    assert verdict(changed(audit_based_tax=False)) == "fail"
    assert verdict(changed(audit_based_tax=None)) == "undetermined"
    assert verdict(changed(restricted_industry=False)) == "pass"
    assert verdict(changed(restricted_industry=True)) == "fail"
    assert verdict(changed(restricted_industry=None)) == "undetermined"
    assert verdict(changed(uscc="92" + USCC[2:])) == "not_applicable"


def test_a_firm_founded_this_year_has_only_zeros_and_one_founded_last_year_has_unknowns() -> None:
    young = firm({"established_on": "2026-01-01"}) | {"annual_reports": []}
    assert assess(young, AS_OF)["tech_sme"]["score"] == {"low": 0, "high": 0}
    assert (verdict(young), gate(young, "total_assets"), size(young)) == ("fail", "pass", "micro")
    older = firm({"established_on": "2025-12-31"}) | {"annual_reports": []}
    assert assess(older, AS_OF)["tech_sme"]["score"] == {"low": 0, "high": 70}
    assert (verdict(older), gate(older, "total_assets"), size(older)) == ("undetermined",) * 3


def test_size_needs_every_floor_of_the_group() -> None:
    def industrial(employees: int | None, revenue: Any, **more: Any) -> str:
        return size(firm(employees=employees, revenue=revenue, **more))

    assert industrial(1_000, 400_000_000) == "large"
    assert industrial(999, 400_000_000) == "medium"
    assert industrial(1_000, Decimal("399999999.99")) == "medium"
    assert industrial(300, 20_000_000) == "medium"
    assert industrial(299, 20_000_000) == "small"
    assert industrial(20, 3_000_000) == "small"
    assert industrial(19, 400_000_000) == "micro"
    assert industrial(1_000, 400_000_000, employees_year_end=19) == "micro"
    assert industrial(1_000, 400_000_000, main_business_revenue=3_000_000) == "small"
    assert industrial(None, 2_999_999) == "micro"
    assert industrial(None, 3_000_000) == "undetermined"


def test_each_group_ignores_the_indicators_it_does_not_list() -> None:
    def classed(code: str, **report: Any) -> str:
        return size(firm({"industry_code": code}, **report))

    assert classed("E4710", employees=None, revenue=60_000_000, total_assets=50_000_000) == "medium"
    assert classed("M7320", employees=300, revenue=None, total_assets=None) == "large"
    assert classed("K7010", employees=None, revenue=10_000_000, total_assets=49_999_999) == "small"
    assert classed("L7211", employees=100, revenue=None, total_assets=80_000_000) == "medium"
    assert classed("G5920", employees=200, revenue=300_000_000) == "large"
    assert classed("G5910", employees=200, revenue=300_000_000) == "small"
    assert classed("P8310") == classed("K7040") == classed("G5310") == classed("J6620") == "not_classifiable"
    assert possible_groups("G59") == {"transport", "storage"}


def test_the_ladder_of_liuzhou_has_two_rungs_more_than_the_rest_of_guangxi() -> None:
    liuzhou = firm(rd_expense=600_000)
    liuzhou["certificates"] = [
        {"kind": "little_giant", "valid_from": "2025-01-01", "valid_to": "2027-12-31"},
        {"kind": "gazelle", "valid_from": "2025-01-01", "valid_to": None},
    ]
    assert assess(liuzhou, AS_OF)["tier"] == {
        "ladder": ["tech_sme", "specialised_sme", "high_tech_enterprise", "gazelle", "unicorn"],
        "held": ["specialised_sme"],
        "recognised": "specialised_sme",
        "qualified": "tech_sme",
        # No event, so no transfer: at most 70 points, which is not more than 70.
        "undetermined": ["specialised_sme", "gazelle", "unicorn"],
        "next": "high_tech_enterprise",
    }
    nanning = firm({"region_code": "450100", "audit_based_tax": None}, rd_expense=600_000)
    assert assess(nanning, AS_OF)["tier"] == {
        "ladder": ["tech_sme", "high_tech_enterprise", "gazelle"],
        "held": [],
        "recognised": None,
        "qualified": None,
        "undetermined": ["tech_sme", "gazelle"],
        "next": "tech_sme",
    }
    top = firm({"region_code": "450100"})
    top["certificates"] = [{"kind": "gazelle", "valid_from": "2025-01-01", "valid_to": "2027-12-31"}]
    assert assess(top, AS_OF)["tier"]["next"] is None


def test_no_ladder_is_known_before_its_text() -> None:
    assert ladder_of("450200", dt.date(2022, 6, 27)) is None
    assert ladder_of("450200", dt.date(2022, 6, 28)) is not None
    assert ladder_of("450300", dt.date(2023, 12, 31)) is None
    assert ladder_of("450300", dt.date(2024, 1, 1)) is not None


def test_generated_firms_are_fully_known_and_their_bounds_only_widen_when_facts_go_missing() -> None:
    rng = random.Random(20261122)
    order = {"pass", "fail"}
    verdicts: Counter[str] = Counter()
    for _ in range(400):
        full = random_dossier(rng)
        uscc = full["enterprise"]["uscc"]
        assert uscc_check_character(uscc[:17]) == uscc[17]
        answer = assess(full, AS_OF)
        assert answer == assess(add_duplicates(rng, full), AS_OF)
        assert answer["size_class"]["class"] != "undetermined"
        verdicts[answer["tech_sme"]["verdict"]] += 1
        if answer["tech_sme"]["verdict"] == "not_applicable":
            continue
        card = answer["tech_sme"]
        assert card["score"]["low"] == card["score"]["high"]
        assert {card["verdict"], *card["gates"].values()} <= order
        thinner = assess(drop_facts(rng, full, only_to_unknown=True), AS_OF)
        assert thinner["size_class"]["class"] in (answer["size_class"]["class"], "undetermined")
        assert thinner["tech_sme"]["verdict"] in (card["verdict"], "undetermined")
        for name, bounds in thinner["tech_sme"]["items"].items():
            assert bounds["low"] <= card["items"][name]["low"] <= bounds["high"]
        for name, found in thinner["tech_sme"]["gates"].items():
            assert found in (card["gates"][name], "undetermined")
        assess(drop_facts(rng, full), AS_OF)
    assert verdicts["pass"] > 40
    assert verdicts["fail"] > 40
