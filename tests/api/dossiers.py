"""Dossiers that the tests of the outer layer send. Synthetic."""

from __future__ import annotations

import copy
from typing import Any

STRONG: dict[str, Any] = {
    "enterprise": {
        "uscc": "91450200MA00000151",
        "name": "柳州某某科技有限公司（合成）",
        "established_on": "2016-05-01",
        "region_code": "450200",
        "industry_code": "C3612",
        "listed_on": None,
        "audit_based_tax": True,
    },
    "annual_reports": [
        {
            "fiscal_year": 2025,
            "revenue": 42000000,
            "total_cost_expense": 36000000,
            "total_assets": 63000000,
            "rd_expense": 3000000,
            "employees": 80,
            "tech_staff": 24,
        }
    ],
    "intellectual_property": [],
    "certificates": [],
    "events": [],
}


def strong(**changes: Any) -> dict[str, Any]:
    """The firm with some of its tables replaced."""
    return {**copy.deepcopy(STRONG), **changes}
