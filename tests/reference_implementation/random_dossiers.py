"""Random enterprise dossiers that crowd around every threshold, and a way to make facts unknown."""

import copy
import datetime as dt
import random
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from .naive import CERTIFICATE_KINDS, EVENT_KINDS, INDUSTRY_TABLE, IP_KINDS, LEVELS, SEVERITIES, SIZE_GROUPS

Row = dict[str, Any]

AS_OF = dt.date(2026, 11, 22)
CENT = Decimal("0.01")

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

LIUZHOU = ["450200", "450203", "450205", "450221", "450224"]
REST_OF_GUANGXI = ["450000", "450100", "450107", "450300", "450305", "450500", "450900", "451000", "451400"]
ELSEWHERE = ["510100", "320500", "440300"]

STAFF_RATIOS = [Decimal(n) / 100 for n in (10, 15, 20, 25, 30)]
SALES_RATIOS = [Decimal(n) / 100 for n in (2, 3, 4, 5, 6)]
COST_RATIOS = [Decimal(n) / 100 for n in (10, 15, 20, 25, 30)]
CARD_LIMIT = Decimal(200_000_000)
COMPLIANCE_KINDS = EVENT_KINDS[:7]
DIRECT_KINDS = ["st_award", "rd_institution", "standard_led"]


def organisation_check_character(body: str) -> str:
    """Check character of the eight-character organisation code body (GB 11714)."""
    total = sum(
        ORGANISATION_ALPHABET.index(character) * weight
        for character, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def uscc_check_character(first_17: str) -> str:
    """Check character of a unified social credit code (GB 32100)."""
    total = sum(USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first_17))
    return USCC_ALPHABET[-total % 31]


def random_uscc(rng: random.Random, region: str) -> str:
    prefix = rng.choices(["91", "92", "93"], [96, 2, 2])[0]
    body = "".join(rng.choice(USCC_ALPHABET) for _ in range(8))
    start = prefix + region + body + organisation_check_character(body)
    return start + uscc_check_character(start)


def money(value: Decimal) -> int | Decimal:
    """Money as JSON would carry it: whole yuan as int, else two places; never negative."""
    value = max(value, Decimal(0))
    return int(value) if value == value.to_integral_value() else value.quantize(CENT)


def money_near(rng: random.Random, point: Decimal) -> Decimal:
    """The point itself, one cent either side, or something further off."""
    down, up = point.quantize(CENT, ROUND_FLOOR), point.quantize(CENT, ROUND_CEILING)
    return rng.choice([up, up, down - CENT, down, up + CENT, up * 2, (up / 2).quantize(CENT, ROUND_FLOOR)])


def count_near(rng: random.Random, point: Decimal) -> int:
    return max(0, int(point.to_integral_value(ROUND_CEILING)) + rng.choice([-1, 0, 0, 0, 1]))


def iso(day: dt.date) -> str:
    return day.isoformat()


def random_day(rng: random.Random, as_of: dt.date) -> dt.date:
    """Days around the borders of every window, or any day of the last nine years."""
    step = dt.timedelta(days=rng.choice([-1, 0, 0, 1]))
    five_years = dt.date(as_of.year - 5, as_of.month, min(as_of.day, 28))
    borders = [as_of, dt.date(as_of.year - 1, 1, 1), dt.date(as_of.year, 1, 1), five_years]
    if rng.random() < 0.5:
        return rng.choice(borders) + step
    return as_of - dt.timedelta(days=rng.randrange(-200, 9 * 365))


def industry_code(rng: random.Random, group: str | None) -> str:
    letter, digits, _ = rng.choice([entry for entry in INDUSTRY_TABLE if entry[2] == group])
    if len(digits) == 3:
        return letter + digits + rng.choice(["", "0"])
    return letter + digits + rng.choice(["", "1", "10", "11", "12"])


def random_annual_report(rng: random.Random, year: int, group: str | None) -> Row:
    floors = SIZE_GROUPS[group or rng.choice(list(SIZE_GROUPS))]

    def size_employees() -> int:
        return max(0, rng.choice(floors.get("employees", (10, 100, 300))) + rng.choice([-1, 0, 0, 1]))

    def size_money(indicator: str) -> Decimal:
        bound = Decimal(10_000 * rng.choice(floors.get(indicator, (100, 2_000, 10_000))))
        return money_near(rng, bound)

    employees = rng.choice([0, 1, 3, 20, 40, 60, 100, 200, 300, 499, 500, 500, 501, size_employees(), size_employees()])
    if rng.random() < 0.3:
        employees = rng.randrange(1, 520)
    tech_staff = count_near(rng, employees * rng.choice(STAFF_RATIOS))
    if rng.random() < 0.2:
        tech_staff = rng.randrange(0, employees + 2)

    revenue = rng.choice(
        [Decimal(0), money_near(rng, CARD_LIMIT), Decimal(rng.randrange(1, 200_000_000)), size_money("revenue")]
        + [Decimal(rng.randrange(1, 20_000) * 10_000) for _ in range(3)]
    )
    cost = rng.choice(
        [Decimal(0), revenue, (revenue * Decimal("0.9")).quantize(CENT, ROUND_FLOOR)]
        + [Decimal(rng.randrange(1, 15_000) * 10_000) for _ in range(2)]
    )
    rd_expense = rng.choice(
        [money_near(rng, revenue * rng.choice(SALES_RATIOS)) for _ in range(3)]
        + [money_near(rng, cost * rng.choice(COST_RATIOS)) for _ in range(2)]
        + [Decimal(0), Decimal(rng.randrange(0, 10_000_000))]
    )
    assets = rng.choice(
        [
            Decimal(0),
            size_money("assets"),
            Decimal(rng.randrange(0, 200_000_000)),
            CARD_LIMIT - CENT,
            CARD_LIMIT,
            CARD_LIMIT + CENT,
        ]
    )
    report: Row = {
        "fiscal_year": year,
        "revenue": money(revenue),
        "total_cost_expense": money(cost),
        "total_assets": money(assets),
        "rd_expense": money(rd_expense),
        "employees": employees,
        "tech_staff": tech_staff,
        "total_income": money(revenue),
        "operating_profit": rng.randrange(-5_000_000, 5_000_000),
        "total_liabilities": money(Decimal(rng.randrange(0, 100_000_000))),
        "rd_staff": rng.randrange(0, 30),
    }

    def calibre(name: str, value: Any, chance: float) -> None:
        if rng.random() < chance:
            report[name] = None if rng.random() < 0.1 else value

    average = rng.choice([employees, 499, 500, 501, 40, 100])
    calibre("employees_quarterly_avg", average, 0.3)
    if report.get("employees_quarterly_avg") is not None:
        calibre("tech_staff_6m", count_near(rng, average * rng.choice(STAFF_RATIOS)), 0.8)
    else:
        calibre("tech_staff_6m", count_near(rng, employees * rng.choice(STAFF_RATIOS)), 0.2)
    calibre("employees_year_end", size_employees(), 0.5)
    calibre("main_business_revenue", money(size_money("revenue")), 0.5)
    sales = rng.choice([Decimal(0), CARD_LIMIT - CENT, CARD_LIMIT, CARD_LIMIT + CENT, Decimal(50_000_000)])
    calibre("sales_revenue", money(sales), 0.3)
    base = sales if report.get("sales_revenue") is not None else revenue
    calibre("rd_expense_deduction", money(money_near(rng, base * rng.choice(SALES_RATIOS))), 0.3)
    return report


def random_right(rng: random.Random, as_of: dt.date, place: int) -> Row:
    kind = rng.choice(rng.choice([["utility_model", "software_copyright", "design_patent"], IP_KINDS]))
    right: Row = {
        "kind": kind,
        "number": f"R{place:04d}",
        "count": rng.choice([0, 1, 1, 1, 2, 3, 4, 5]),
        "granted_on": iso(random_day(rng, as_of)),
        "in_force": rng.random() < 0.9,
        "supports_main_product": rng.random() < 0.9,
        "acquired_by": rng.choice(["own_rd", "transfer", "gift", "merger"]),
    }
    if rng.random() < 0.4:
        right["disputed"] = rng.random() < 0.2
    return right


def random_certificate(rng: random.Random, as_of: dt.date) -> Row:
    wanted = ["high_tech_enterprise", "tech_sme", "specialised_sme", "little_giant", "gazelle", "unicorn_list"]
    start = random_day(rng, as_of)
    if rng.random() < 0.5:
        end = start.replace(year=start.year + 3, day=min(start.day, 28))
    else:
        end = max(start, random_day(rng, as_of))
    certificate: Row = {
        "kind": rng.choice(rng.choice([wanted, wanted, CERTIFICATE_KINDS])),
        "number": f"C{rng.randrange(10**8):08d}",
        "valid_from": iso(start),
        "valid_to": iso(end),
    }
    if rng.random() < 0.25:
        certificate["revoked_on"] = rng.choice([None, iso(random_day(rng, as_of))])
    return certificate


def random_event(rng: random.Random, as_of: dt.date) -> Row:
    kind = rng.choice(rng.choice([COMPLIANCE_KINDS, DIRECT_KINDS, DIRECT_KINDS, EVENT_KINDS]))
    event: Row = {"kind": kind, "occurred_on": iso(random_day(rng, as_of))}
    if kind in COMPLIANCE_KINDS and (kind.endswith("accident") or rng.random() < 0.3):
        event["severity"] = rng.choice([*SEVERITIES, "general", "larger"])
    if kind in DIRECT_KINDS or rng.random() < 0.3:
        event["level"] = rng.choice(LEVELS)
        event["rank"] = rng.randrange(1, 6)
    if kind in ("abnormal_list", "dishonest_list", "rd_institution") and rng.random() < 0.6:
        ended = max(random_day(rng, as_of), dt.date.fromisoformat(event["occurred_on"]))
        event["ended_on"] = rng.choice([None, iso(ended), iso(ended)])
    return event


def random_dossier(rng: random.Random, as_of: dt.date = AS_OF) -> Row:
    """One dossier with every fact known, crowded around the thresholds as they stand at as_of."""
    group = rng.choice([*SIZE_GROUPS, None])
    region = rng.choice(rng.choice([LIUZHOU, LIUZHOU, REST_OF_GUANGXI, REST_OF_GUANGXI, ELSEWHERE]))
    founding_year = rng.choice([as_of.year, as_of.year - 1, *[rng.randrange(1995, as_of.year - 1) for _ in range(8)]])
    if founding_year == as_of.year:
        founded = dt.date(founding_year, 1, 1) + dt.timedelta(days=rng.randrange(as_of.timetuple().tm_yday))
    else:
        founded = rng.choice(
            [
                dt.date(founding_year, 1, 1),
                dt.date(founding_year, 12, 31),
                dt.date(founding_year, rng.randrange(1, 13), rng.randrange(1, 29)),
            ]
        )
    enterprise: Row = {
        "uscc": random_uscc(rng, region),
        "name": f"测试企业{rng.randrange(10**6)}",
        "established_on": iso(founded),
        "region_code": region,
        "industry_code": industry_code(rng, group),
        "audit_based_tax": rng.random() < 0.93,
        "listed_on": None,
        "park": None,
    }
    if rng.random() < 0.2:
        enterprise["restricted_industry"] = rng.random() < 0.3
    if rng.random() < 0.1:
        enterprise["industry_code_edition"] = "2017"

    years = [year for year in range(as_of.year - 3, as_of.year) if year >= founding_year]
    years = [year for year in years if year == as_of.year - 1 or rng.random() < 0.6]
    if rng.random() < 0.05 or (not years and rng.random() < 0.3):
        years.append(as_of.year)
    reports = [random_annual_report(rng, year, group) for year in years]
    rng.shuffle(reports)

    rights = rng.choice([0, 0, 1, 1, 2, 3, 4, 5])
    certificates = rng.choice([0, 0, 0, 1, 2, 3])
    events = rng.choice([0, 0, 0, 1, 1, 2, 3])
    return {
        "enterprise": enterprise,
        "annual_reports": reports,
        "intellectual_property": [random_right(rng, as_of, place) for place in range(rights)],
        "certificates": [random_certificate(rng, as_of) for _ in range(certificates)],
        "events": [random_event(rng, as_of) for _ in range(events)],
        "financing_rounds": [],
        "zone_memberships": [],
        "expert_grades": {},
    }


def add_duplicates(rng: random.Random, dossier: Row) -> Row:
    """A copy in which some rows of the list tables stand twice, which must change nothing."""
    result = copy.deepcopy(dossier)
    for table in ("intellectual_property", "certificates", "events"):
        rows = result.get(table)
        if rows:
            rows.extend(copy.deepcopy(rng.choice(rows)) for _ in range(rng.randrange(0, 3)))
            rng.shuffle(rows)
    return result


NEVER_DROPPED = {"uscc", "fiscal_year", "number", "row_id", "industry_code_edition"}
ABSENT_OR_NULL_IS_KNOWN = {
    "ended_on",
    "revoked_on",
    "employees_quarterly_avg",
    "employees_year_end",
    "tech_staff_6m",
    "sales_revenue",
    "main_business_revenue",
    "rd_expense_deduction",
    "employees_monthly_avg",
    "tech_staff_183d",
    "rd_expense_hte",
    "rd_expense_hte_domestic",
    "main_product_hitech_income",
}
ABSENT_IS_KNOWN = {"restricted_industry", "disputed", "co_owner_used"}


def drop_facts(rng: random.Random, dossier: Row, *, only_to_unknown: bool = False) -> Row:
    """A copy in which some facts are absent or null.

    With only_to_unknown no fact is changed into another known one (a calibre column into its fallback, an end date
    into "still going on", an exclusion into "not so"), so the bounds must contain the answer for the full dossier.
    """
    result = copy.deepcopy(dossier)
    chance = rng.choice([0.01, 0.05, 0.1, 0.3])

    def thin(row: Row) -> None:
        for name in list(row):
            if name in NEVER_DROPPED or rng.random() >= chance:
                continue
            if only_to_unknown and name in ABSENT_OR_NULL_IS_KNOWN:
                continue
            if rng.random() < 0.5 or (only_to_unknown and name in ABSENT_IS_KNOWN):
                row[name] = None
            else:
                del row[name]

    thin(result["enterprise"])
    thin(result.get("expert_grades") or {})
    for table in ("annual_reports", "intellectual_property", "certificates", "events"):
        for row in result.get(table) or []:
            thin(row)
    if result.get("annual_reports") and rng.random() < chance:
        result["annual_reports"].pop(rng.randrange(len(result["annual_reports"])))
    for table in [name for name in result if name != "enterprise"]:
        if rng.random() < chance:
            if rng.random() < 0.5:
                result[table] = None
            else:
                del result[table]
    return result
