"""Random firms of which everything is known, at and around the bounds of every rung beside 科技型 and 高企."""

import datetime as dt
import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .naive_firm import CLASS_1
from .naive_ladder import ATTESTED
from .random_dossiers import AS_OF, CENT, Row, random_uscc

WAN = 10_000
LINES = [Decimal(n * WAN) for n in (200, 500, 1000, 1500, 2000, 5000, 10_000, 20_000, 40_000, 50_000, 100_000)]
STARTS = [Decimal(n * WAN) for n in (600, 900, 1000, 3000, 8000, 15_000, 30_000, 45_000, 90_000)]
RATES = [Decimal(n) / 100 for n in (5, 10, 15, 20, 25, 30, 40)]
BETWEEN = [Decimal(n) / 100 for n in (7, 12, 17, 22, 27, 35)]
"""Growth that one bracket of size takes and the next one below does not."""
SHARES = {
    "rd_expense": ("revenue", ["0.01", "0.02", "0.025", "0.03", "0.035", "0.04", "0.045", "0.05"], "0.12"),
    "st_activity_expense": ("revenue", ["0.025", "0.04"], "0.08"),
    "main_business_revenue": ("revenue", ["0.5", "0.55", "0.6", "0.7", "0.8", "0.9"], "0.96"),
    "total_liabilities": ("total_assets", ["0.55", "0.7", "0.75", "0.8"], "0.3"),
}
"""Of what each is a share, where the bounds lie, and what is far from any."""
PROFITS = ("net_profit", "operating_profit", "total_profit")
REGIONS = ["450200", "510100", "510100", "320500", "370200", "370200", "370100", "210100", "442000", "442000"]
REGIONS += ["130100", "320900", "330100"]
BAD = [
    "safety_accident",
    "quality_accident",
    "environmental_violation",
    "sector_violation",
    "data_security",
    "tax_evasion",
    "fraud",
    "loan_default",
    "court_enforcement",
    "tax_arrears",
]


def _beside(rng: random.Random) -> Decimal:
    """Nothing, or one cent to either side."""
    return rng.choice([Decimal(0), Decimal(0), -CENT, CENT])


def _number(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value.quantize(CENT)


def _growing(rng: random.Random, start: Decimal, rate: Decimal, intervals: int) -> list[Decimal]:
    """Four years of which the last intervals grow at exactly the rate, or end one cent beside; oldest first."""
    older = [start * Decimal(rng.choice(["0.8", "0.9"]))] * (3 - intervals)
    years = [start * (1 + rate) ** n for n in range(intervals + 1)]
    return [*older, *years[:-1], years[-1] + _beside(rng)]


def _strong(start: Decimal) -> list[Decimal]:
    return [start * Decimal("1.5") ** n for n in range(4)]


def _path(rng: random.Random, start: Decimal) -> list[Decimal]:
    """Four years of an amount with one thing about it at a bound: growth, the last amount, the first, or the last change."""
    match rng.choice(["growth", "growth", "growth", "mean", "bracket", "bracket", "last", "first", "flat", "strong"]):
        case "growth":
            return _growing(rng, start, rng.choice(RATES), rng.choice([1, 2, 2, 3, 3]))
        case "mean":
            rate = rng.choice(RATES)
            second = start * (1 + rate - Decimal("0.05"))
            return [start, start, second, second * (1 + rate + Decimal("0.05")) + _beside(rng)]
        case "bracket":
            line, rate = rng.choice(LINES), 1 + rng.choice(BETWEEN)
            return [*(line / rate**n for n in (3, 2, 1)), line + _beside(rng)]
        case "last":
            line = rng.choice(LINES)
            return [*(line * Decimal(part) for part in ("0.2", "0.35", "0.6")), line + _beside(rng)]
        case "first":
            first = 1000 * WAN + _beside(rng)
            lead = rng.choice([0, 1])
            return [*[first * Decimal("0.7")] * lead, first, *_strong(2000 * Decimal(WAN))[lead:3]]
        case "flat":
            years = _strong(start)
            place = rng.choice([1, 2, 3])
            return [*years[:place], years[place - 1] + _beside(rng), *years[place + 1 :]]
        case _:
            return _strong(start)


def _heads(rng: random.Random) -> list[int]:
    match rng.choice(["growth", "first", "mean", "size", "steady", "steady", "steady"]):
        case "growth":
            rate, start = rng.choice([Decimal("0.3"), Decimal("0.2")]), 1000
            return [int(start * (1 + rate) ** n) for n in range(3)] + [
                int(start * (1 + rate) ** 3) + rng.choice([-1, 0, 0, 1])
            ]
        case "first":
            first = rng.choice([9, 10, 11, 99, 100, 101])
            return [first, first * 2, first * 3, first * 4]
        case "mean":
            return [40, 35, 35, 35 + rng.choice([-1, 0, 1])]
        case "size":
            line = rng.choice([300, 1000])
            return [line // 2, line // 2, line // 2, line + rng.choice([-1, 0])]
        case _:
            return [120, 120, 120, 120]


def _day(rng: random.Random, *years: int) -> str:
    """An anniversary of as_of, of a year-end or of a new year, or a day beside it."""
    base = rng.choice([AS_OF, dt.date(AS_OF.year - 1, 12, 31), dt.date(AS_OF.year, 1, 1)])
    day = base.replace(year=base.year - rng.choice(years)) + dt.timedelta(days=rng.choice([-1, 0, 0, 1]))
    return min(day, AS_OF).isoformat()


def _reports(rng: random.Random) -> list[Row]:
    revenue, staff = _path(rng, rng.choice(STARTS)), _heads(rng)
    profits = {name: [amount / 10 for amount in revenue] for name in PROFITS}
    if rng.random() < 0.5:
        # Revenue or profit alone may decide.
        profits = {name: [Decimal(-1)] * 4 for name in PROFITS}
    if rng.random() < 0.3:
        profits[rng.choice(PROFITS)] = _path(rng, rng.choice(STARTS))
        revenue = revenue if rng.random() < 0.5 else _strong(rng.choice(STARTS))
    at_bound = rng.choice([None, *SHARES])
    amounts = {"revenue": revenue, "total_assets": [Decimal(2) * one for one in revenue], **profits}
    for name, (whole, bounds, far) in SHARES.items():
        share = Decimal(rng.choice(bounds)) if name == at_bound else Decimal(far)
        amounts[name] = [max(Decimal(0), one * share) for one in amounts[whole]]
        if name == at_bound:
            place = rng.randrange(1, 4)
            amounts[name][place] = max(Decimal(0), amounts[name][place] + _beside(rng))
    if rng.random() < 0.1:
        least = Decimal(rng.choice([0, 100]) * WAN)
        amounts["rd_expense"][rng.choice([1, 2, 3])] = max(Decimal(0), least + _beside(rng))
    elif rng.random() < 0.1:
        # 1200万 in two years together.
        amounts["rd_expense"][2:] = [Decimal(600 * WAN), Decimal(600 * WAN) + _beside(rng)]
    return [
        {
            "fiscal_year": AS_OF.year - 4 + place,
            "rd_super_deduction": rng.random() < 0.98,
            "employees": staff[place],
            "employees_year_end": staff[place],
            **{name: _number(years[place].quantize(CENT, ROUND_HALF_UP)) for name, years in amounts.items()},
        }
        for place in range(4)
    ]


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
        ended = rng.choice([None, AS_OF.isoformat(), (AS_OF - dt.timedelta(days=1)).isoformat(), _day(rng, 3)])
        kind = rng.choice(["abnormal_list", "dishonest_list", "dishonest_debtor", "research_dishonesty"])
        rows.append({"kind": kind, "occurred_on": _day(rng, 1, 2, 4), "severity": "general", "ended_on": ended})
    if rng.random() < 0.85:
        rows.append(
            {"kind": "niche_since", "occurred_on": rng.choice(["2022-12-31", "2023-01-01", "2023-01-02", "2019-05-01"])}
        )
    if rng.random() < 0.7:
        value = rng.choice(["0.1", "0.0999", "0.3", "0.05"])
        level, rank = rng.choice([("national", 3), ("national", 4), ("provincial", 1), ("international", 9)])
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
                "value": rng.choice([73, "72.99", 75, "74.99", 85, "84.99"]),
            }
        )
    return [{**row, "row_id": f"e{place}"} for place, row in enumerate(rows)]


def _rounds(rng: random.Random) -> list[Row]:
    rows = []
    for place in range(rng.choice([0, 1, 1, 2, 3])):
        currency = rng.choice(["USD", "USD", "CNY"])
        value = rng.choice([10**8, 3 * 10**8, 5 * 10**8, 10**9]) + _beside(rng)
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
                "equity_share": rng.choice([Decimal("0.1"), Decimal("0.05"), Decimal("0.049999")]),
                "investor_related": rng.random() < 0.1,
            }
        )
    # Rounds alike in all but their number are one round told twice.
    return list({tuple({**row, "row_id": ""}.items()): row for row in rows}.values())


READINGS = [
    one
    for one in ATTESTED
    if one.rpartition(".")[2]
    not in ("recognition", "product_field", "independent", "credit_report", "market_position", "rd_strong", "tax_home")
]
"""How a person reads a text that leaves it open."""


def random_climber(rng: random.Random) -> Row:
    """A dossier without any gap."""
    dossier = _anyone(rng)
    return _favoured(rng, dossier) if rng.random() < 0.8 else dossier


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
        {"row_id": "c", "kind": "credit_score", "occurred_on": "2025-01-01", "value": rng.choice([75, 85])},
    ]
    held = ["tech_sme", "innovative_sme", "specialised_sme", "high_tech_enterprise", "gazelle_pool"]
    good: Row = {
        "intellectual_property": [right],
        "events": events,
        "certificates": [
            {"kind": kind, "number": kind, "valid_from": "2025-01-01", "valid_to": "2027-12-31"} for kind in held
        ],
        "expert_grades": {
            **dict.fromkeys(ATTESTED, True),
            **{one: rng.random() < 0.5 for one in READINGS},
            "specialised.platform_score": rng.choice([50, 59, 60, 60, 75]),
        },
        "enterprise": {
            **{name: value for name, value in dossier["enterprise"].items() if name != "excluded_kind"},
            "zone_type": "htz",
            "zone_level": "national",
            "restricted_industry": False,
            "listed_on": None,
        },
    }
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
        "established_on": _day(rng, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 14, 15, 20),
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
