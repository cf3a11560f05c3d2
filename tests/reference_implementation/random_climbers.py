"""Random firms of which everything is known, at and around the bounds of every rung beside 科技型 and 高企."""

import datetime as dt
import random
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from .naive_ladder import ATTESTED, CLASS_1
from .random_dossiers import AS_OF, CENT, Row, random_uscc

WAN = 10_000
LINES = [Decimal(n * WAN) for n in (200, 500, 1000, 1500, 2000, 5000, 10_000, 20_000, 40_000, 50_000, 100_000)]
GROWTHS = [Decimal(n) / 100 for n in (0, 5, 10, 15, 20, 25, 30, 40)]
REGIONS = ["450200", "510100", "320500", "370200", "370100", "210100", "442000"]
BAD = [
    "safety_accident",
    "quality_accident",
    "environmental_violation",
    "sector_violation",
    "data_security",
    "tax_evasion",
    "fraud",
    "loan_default",
]


def near(rng: random.Random, point: Decimal) -> Decimal:
    """The point itself, mostly, or one cent beside it."""
    return point.quantize(CENT, ROUND_HALF_UP) + rng.choice([0, 0, 0, 0, -CENT, CENT])


def _number(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value


def _path(rng: random.Random, last: Decimal) -> list[Decimal]:
    """Four years up to ``last``, oldest first, growing at one of the rates over two or three intervals, or a little beside."""
    rate, intervals = rng.choice(GROWTHS), rng.choice([1, 2, 2, 3, 3])
    start = last / (1 + rate) ** intervals
    if rng.random() < 0.6:
        # Exactly at the rate: a start in whole yuan, and what it grows to.
        start = Decimal(int(start)) + 1
        last = start * (1 + rate) ** intervals
    years = [start * (last / start) ** (Decimal(n) / intervals) for n in range(intervals)]
    older = [start * Decimal(rng.choice(["0.8", "1", "1.1"]))] * (3 - intervals)
    path = [*older, *years, last]
    if rng.random() < 0.15:
        place = rng.randrange(3)
        path[place] = path[place] * Decimal(rng.choice(["0.5", "1.6"]))
    return [near(rng, value) if place in (0, 1) else value.quantize(CENT) for place, value in enumerate(path)]


def _share(rng: random.Random, whole: Decimal, shares: list[str]) -> Decimal:
    return max(Decimal(0), near(rng, whole * Decimal(rng.choice(shares))))


def _day(rng: random.Random, *years: int) -> str:
    """An anniversary of as_of, of a year-end or of a new year, or a day beside it."""
    base = rng.choice([AS_OF, dt.date(AS_OF.year - 1, 12, 31), dt.date(AS_OF.year, 1, 1)])
    day = base.replace(year=base.year - rng.choice(years)) + dt.timedelta(days=rng.choice([-1, 0, 0, 1]))
    return min(day, AS_OF).isoformat()


def _reports(rng: random.Random) -> list[Row]:
    revenue = _path(rng, near(rng, rng.choice(LINES) * rng.choice([1, 1, 2])))
    staff = [Decimal(int(n)) for n in _path(rng, Decimal(rng.choice([35, 100, 219, 220, 300, 999, 1000, 1500])))]
    if rng.random() < 0.3:
        first = rng.choice([99, 100, 101, 10, 9])
        staff = [Decimal(n) for n in (first, first + 20, first + 50, rng.choice([first * 3, first * 2, 219, 220]))]
    profits = {
        name: _path(rng, near(rng, revenue[-1] / 10)) for name in ("net_profit", "operating_profit", "total_profit")
    }
    rows = []
    for place, year in enumerate(range(AS_OF.year - 4, AS_OF.year)):
        assets = near(rng, revenue[place] * Decimal(rng.choice(["1", "1.5"])))
        spent = _share(
            rng, revenue[place], ["0.03", "0.03", "0.05", "0.05", "0.06", "0.02", "0.01", "0.04", "0.035", "0.1"]
        )
        if rng.random() < 0.15:
            spent = near(rng, Decimal(rng.choice([100, 600]) * WAN))
        rows.append(
            {
                "fiscal_year": year,
                "revenue": _number(revenue[place]),
                "main_business_revenue": _number(
                    _share(rng, revenue[place], ["0.8", "0.9", "0.9", "0.95", "0.7", "0.6", "0.5"])
                ),
                "rd_expense": _number(spent),
                "st_activity_expense": _number(_share(rng, revenue[place], ["0.025", "0.04", "0.05", "0.02"])),
                "rd_super_deduction": rng.random() < 0.9,
                "total_assets": _number(assets),
                "total_liabilities": _number(_share(rng, assets, ["0.55", "0.7", "0.75", "0.8", "0.3", "0.4"])),
                "employees": int(staff[place]),
                "employees_year_end": int(staff[place]),
                **{name: _number(path[place]) for name, path in profits.items()},
            }
        )
    return rows


def _rights(rng: random.Random) -> list[Row]:
    return [_right(rng, number) for number in range(rng.choice([0, 1, 1, 2, 3, 4]))]


def _right(rng: random.Random, number: int) -> Row:
    likely = [*sorted(CLASS_1)[:2], "invention_patent", "invention_patent", "utility_model", "software_copyright"]
    acquired = rng.choice(["own_rd", "own_rd", "own_rd", "transfer"])
    return {
        "kind": rng.choice(likely),
        "number": str(number),
        "count": rng.choice([1, 1, 1, 2, 4, 8]),
        "granted_on": _day(rng, 1, 2, 3, 0),
        "in_force": rng.random() < 0.95,
        "acquired_by": acquired,
        "acquired_on": _day(rng, 1, 2) if acquired == "transfer" else "2020-01-01",
        "supports_main_product": rng.random() < 0.9,
        "applied_with_benefit": rng.random() < 0.9,
        "high_value": rng.random() < 0.2,
        "holder_rank": rng.choice([1, 1, 3, 4]),
        "pct": False,
        "used_for_hte": False,
        "disputed": False,
    }


def _events(rng: random.Random) -> list[Row]:
    rows: list[Row] = []
    if rng.random() < 0.12:
        rows.append(
            {
                "kind": rng.choice(BAD),
                "occurred_on": _day(rng, 1, 2, 3),
                "severity": rng.choice(["general", "larger", "major"]),
            }
        )
    if rng.random() < 0.06:
        ended = rng.choice([None, AS_OF.isoformat(), (AS_OF - dt.timedelta(days=1)).isoformat()])
        kind = rng.choice(["abnormal_list", "dishonest_list"])
        rows.append({"kind": kind, "occurred_on": _day(rng, 1, 2), "severity": "general", "ended_on": ended})
    if rng.random() < 0.85:
        rows.append(
            {"kind": "niche_since", "occurred_on": rng.choice(["2022-12-31", "2023-01-01", "2023-01-02", "2019-05-01"])}
        )
    if rng.random() < 0.7:
        value = rng.choice(["0.1", "0.0999", "0.3", "0.05"])
        level, rank = rng.choice([("national", 3), ("national", 4), ("provincial", 1)])
        rows.append(
            {
                "kind": "market_share",
                "occurred_on": rng.choice(["2025-01-01", "2024-12-31", "2026-03-01"]),
                "value": value,
                "level": level,
                "rank": rank,
            }
        )
    if rng.random() < 0.2:
        level, rank = rng.choice(["national", "provincial", "municipal"]), rng.choice([1, 3, 4])
        rows.append({"kind": "st_award", "occurred_on": _day(rng, 1, 3), "level": level, "rank": rank})
    if rng.random() < 0.2:
        rows.append(
            {
                "kind": "rd_institution",
                "occurred_on": _day(rng, 1, 3),
                "level": rng.choice(["national", "provincial", "municipal"]),
            }
        )
    if rng.random() < 0.3:
        rows.append(
            {
                "kind": "standard_led",
                "occurred_on": _day(rng, 1, 5),
                "level": rng.choice(["industry", "national", "provincial"]),
            }
        )
    if rng.random() < 0.8:
        rows.append(
            {
                "kind": "credit_score",
                "occurred_on": rng.choice(["2025-01-01", "2024-12-31", "2026-05-01"]),
                "value": rng.choice([75, "74.99", 80]),
            }
        )
    return [{**row, "row_id": f"e{place}"} for place, row in enumerate(rows)]


def _rounds(rng: random.Random) -> list[Row]:
    rows = []
    for place in range(rng.choice([0, 1, 1, 2, 3])):
        currency = rng.choice(["USD", "USD", "CNY"])
        value = rng.choice([10**8, 3 * 10**8, 5 * 10**8, 10**9]) + rng.choice([Decimal(0), Decimal(0), -CENT])
        amount = rng.choice([500, 1000, 2000, 3000]) * WAN + rng.choice([Decimal(0), Decimal(0), -CENT])
        rows.append(
            {
                "row_id": f"r{place}",
                "closed_on": rng.choice([_day(rng, 1, 2, 3), "2026-01-05", "2026-01-05"]),
                "amount": _number(Decimal(amount)),
                "post_money": _number(Decimal(value)),
                "currency": currency,
                "arrived": rng.random() < 0.9,
                "qualified_institution": rng.random() < 0.9,
            }
        )
    return rows


def random_climber(rng: random.Random) -> Row:
    """A dossier without any gap."""
    dossier = _anyone(rng)
    return _favoured(rng, dossier) if rng.random() < 0.7 else dossier


def _favoured(rng: random.Random, dossier: Row) -> Row:
    """The firm with nothing against it but one thing at most and what lies at the bounds of its accounts."""
    own = {"acquired_by": "own_rd", "supports_main_product": True, "applied_with_benefit": True, "in_force": True}
    right = {
        **_right(rng, 9),
        **own,
        "kind": "invention_patent",
        "count": 4,
        "holder_rank": 1,
        "granted_on": "2025-03-01",
    }
    events = [
        {"row_id": "n", "kind": "niche_since", "occurred_on": "2023-01-01"},
        {
            "row_id": "s",
            "kind": "market_share",
            "occurred_on": "2025-01-01",
            "value": "0.1",
            "level": "national",
            "rank": 3,
        },
        {"row_id": "c", "kind": "credit_score", "occurred_on": "2025-01-01", "value": 75},
    ]
    held = ["tech_sme", "innovative_sme", "specialised_sme", "high_tech_enterprise"]
    good: Row = {
        "intellectual_property": [right],
        "events": events,
        "certificates": [
            {"kind": kind, "number": kind, "valid_from": "2025-01-01", "valid_to": "2027-12-31"} for kind in held
        ],
        "expert_grades": {**dict.fromkeys(ATTESTED, True), "specialised.platform_score": 60},
        "enterprise": {
            **{name: value for name, value in dossier["enterprise"].items() if name != "excluded_kind"},
            "zone_type": "htz",
            "zone_level": "national",
            "restricted_industry": False,
            "listed_on": None,
        },
    }
    share, steady = Decimal(rng.choice(["0.05", "0.06"])), rng.random() < 0.6
    for row in dossier["annual_reports"]:
        row["rd_super_deduction"] = True
        if steady:
            revenue = Decimal(row["revenue"])
            row |= {
                "rd_expense": _number((revenue * share).quantize(CENT, ROUND_UP)),
                "main_business_revenue": row["revenue"],
            }
            row |= {
                name: _number((revenue / 10).quantize(CENT))
                for name in ("net_profit", "operating_profit", "total_profit")
            }
            row |= {"total_assets": row["revenue"], "total_liabilities": _number((revenue / 2).quantize(CENT))}
    spared = rng.choice([None, *good])
    return {**dossier, **{name: part for name, part in good.items() if name != spared}}


def _anyone(rng: random.Random) -> Row:
    region = rng.choice(REGIONS)
    titles = ["tech_sme", "innovative_sme", "specialised_sme", "high_tech_enterprise", "manufacturing_champion"]
    held = [kind for kind, likely in zip(titles, (0.5, 0.4, 0.6, 0.7, 0.05), strict=True) if rng.random() < likely]
    ends = [AS_OF.isoformat(), "2027-12-31", "2028-06-30", (AS_OF - dt.timedelta(days=1)).isoformat()]
    enterprise = {
        "uscc": random_uscc(rng, region),
        "name": "合成企业 synthetic",
        "established_on": _day(rng, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 20),
        "region_code": region,
        "zone_type": rng.choice(["htz", "htz", "htz", "etz"]),
        "zone_level": rng.choice(["national", "national", "national", "provincial"]),
        "industry_code": rng.choice(["C3612", "C3612", "I6510"]),
        "technology_field": "advanced_manufacturing",
        "strategic_emerging": rng.random() < 0.6,
        "restricted_industry": rng.random() < 0.03,
        "listed_on": rng.choice(
            [None, None, None, None, AS_OF.isoformat(), (AS_OF + dt.timedelta(days=1)).isoformat()]
        ),
        "audit_based_tax": True,
    }
    if rng.random() < 0.05:
        enterprise["excluded_kind"] = "trading_company"
    grades: dict[str, Any] = {criterion: rng.random() < 0.8 for criterion in ATTESTED}
    grades["specialised.platform_score"] = rng.choice([49, 50, 59, 60, 75])
    return {
        "enterprise": enterprise,
        "annual_reports": _reports(rng),
        "intellectual_property": _rights(rng),
        "certificates": [
            {"kind": kind, "number": kind, "valid_from": "2025-01-01", "valid_to": rng.choice(ends)} for kind in held
        ],
        "events": _events(rng),
        "financing_rounds": _rounds(rng),
        "zone_memberships": [],
        "expert_grades": grades,
    }
