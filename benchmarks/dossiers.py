"""Dossiers for one firm at a time: a full one after the contract's example, and seeded variants that lack facts."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

FULL: dict[str, Any] = {
    "enterprise": {
        "uscc": "91450200MA00000151",
        "name": "示例科技有限公司",
        "established_on": "2016-05-01",
        "region_code": "450200",
        "park": "liuzhou",
        "zone_type": "htz",
        "zone_level": "national",
        "industry_code": "C3612",
        "technology_field": "advanced_manufacturing",
        "strategic_emerging": True,
        "listed_on": None,
        "audit_based_tax": True,
    },
    "annual_reports": [
        {
            "fiscal_year": year,
            "revenue": 42000000 - 3000000 * (2025 - year),
            "main_business_revenue": 41000000 - 3000000 * (2025 - year),
            "sales_revenue": 42000000 - 3000000 * (2025 - year),
            "total_income": 43000000 - 3000000 * (2025 - year),
            "hitech_income": 30000000 - 2000000 * (2025 - year),
            "total_cost_expense": 36000000,
            "operating_profit": 5000000,
            "total_profit": 5200000,
            "net_profit": 4700000,
            "tax_paid": 1900000,
            "total_assets": 63000000 - 4000000 * (2025 - year),
            "total_liabilities": 21000000,
            "rd_expense": 3000000 - 200000 * (2025 - year),
            "rd_expense_domestic": 2700000 - 200000 * (2025 - year),
            "rd_deduction_tax_relief": 400000,
            "tech_contract_value": 0,
            "employees": 80,
            "tech_staff": 24,
            "rd_staff": 15,
            "postgraduate_staff": 6,
            "graduates_hired": 4,
        }
        for year in (2025, 2024, 2023)
    ],
    "intellectual_property": [
        {
            "kind": kind,
            "count": count,
            "granted_on": granted,
            "filed_on": "2019-01-02",
            "in_force": True,
            "acquired_by": "own_rd",
            "supports_main_product": True,
            "high_value": False,
            "pct": False,
            "used_for_hte": False,
            "disputed": False,
        }
        for kind, count, granted in (
            ("invention_patent", 1, "2021-05-06"),
            ("utility_model", 3, "2022-03-04"),
            ("software_copyright", 2, "2023-08-09"),
        )
    ],
    "certificates": [
        {
            "kind": "high_tech_enterprise",
            "number": "GR202445000001",
            "valid_from": "2024-11-30",
            "valid_to": "2027-11-29",
        }
    ],
    "events": [
        {
            "kind": "rd_project",
            "occurred_on": "2025-03-01",
            "level": "national",
            "rank": 1,
            "amount": 8000000,
            "count": 1,
        }
    ],
    "financing_rounds": [
        {
            "closed_on": "2025-06-01",
            "amount": 20000000,
            "post_money": 300000000,
            "currency": "CNY",
            "arrived": True,
            "qualified_institution": True,
        }
    ],
    "zone_memberships": [
        {"park": "liuzhou", "zone_type": "htz", "zone_level": "national", "from": "2016-05-01", "to": None}
    ],
    "expert_grades": {"hte.ip_advancement": 7},
}


def dossiers(number: int, seed: int) -> list[bytes]:
    """The full one, then variants: a third of the facts missing in the median, some lists not stated at all."""
    rng = random.Random(seed)
    return [_written(FULL), *(_written(_variant(rng)) for _ in range(number - 1))]


def _written(raw: dict[str, Any]) -> bytes:
    return json.dumps(raw, ensure_ascii=False).encode()


def _variant(rng: random.Random) -> dict[str, Any]:
    raw = copy.deepcopy(FULL)
    missing = rng.choice((0.0, 0.1, 0.3, 0.6))
    rows = [row for key in ("annual_reports", "intellectual_property", "events") for row in raw[key]]
    for row in (raw["enterprise"], *rows):
        for name in [n for n in row if n not in ("uscc", "fiscal_year", "kind") and rng.random() < missing]:
            del row[name]
    for key in ("intellectual_property", "certificates", "events", "financing_rounds", "zone_memberships"):
        if rng.random() < missing / 2:
            del raw[key]
    for row in raw["annual_reports"]:
        row.update({n: round(v * rng.uniform(0.3, 3)) for n, v in row.items() if n != "fiscal_year"})
    return raw
