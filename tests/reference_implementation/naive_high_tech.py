"""The naive reference for the 2016 card of high and new technology enterprises (measures No. 32, guide No. 195).

As in `naive`: each gate and item has a function that answers for known facts only, each has completions of the facts it
reads, and the answers over all completions are collected.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

from .naive import (
    CENT,
    CLASS_ONE,
    CLASS_TWO,
    EVENT_KINDS,
    IP_KINDS,
    LARGEST,
    LEVELS,
    ONE,
    SEVERITIES,
    any_of,
    around,
    bounds_of,
    dates_around,
    day,
    distinct_rows,
    numeric_candidates,
    percent,
    quantity,
    stated,
    verdict_of,
)

Row = dict[str, Any]
Range = tuple[int, int]

FIELDS = [
    "electronic_information",
    "biology_new_medicine",
    "aerospace",
    "new_materials",
    "high_tech_services",
    "new_energy_saving",
    "resources_environment",
    "advanced_manufacturing",
]
EXPERT_ITEMS = {
    "ip_advancement": 8,
    "ip_support": 8,
    "rd_management_system": 6,
    "rd_institution": 6,
    "transfer_incentives": 4,
    "talent": 4,
}
RIGHTS_GROUP = ["ip_advancement", "ip_support", "ip_count", "ip_acquisition", "ip_standards_bonus"]
TIDY = [Fraction(0), CENT, LARGEST]
"""Nothing, the least amount and the most: between them a ratio of sums and a growth only lie in between."""


def years_of(as_of: dt.date) -> list[int]:
    return [as_of.year - back for back in (3, 2, 1)]


def founding_day(dossier: Row) -> dt.date | None:
    return day((dossier.get("enterprise") or {}).get("established_on"))


# ---------------------------------------------------------------------------------------------------------------
# Gates
# ---------------------------------------------------------------------------------------------------------------


def registered_gate(dossier: Row, as_of: dt.date) -> set[bool]:
    founded = founding_day(dossier)
    return {True, False} if founded is None else {(as_of - founded).days >= 365}


def field_gate(dossier: Row) -> set[bool]:
    field = (dossier.get("enterprise") or {}).get("technology_field")
    return {True, False} if field is None else {field in FIELDS}


def share_gate(part: Fraction | None, whole: Fraction | None, least: Fraction, unit: Fraction) -> set[bool]:
    tries = numeric_candidates(unit, around([part, whole], [least]))
    parts, wholes = ([v] if v is not None else tries for v in (part, whole))
    return {w > 0 and p / w >= least for p, w in product(parts, wholes)}


def main_products_gate(main: Fraction | None, hitech: Fraction | None) -> set[bool]:
    """More than half of the high-tech income comes from products that a right of the firm's own supports."""
    mains, totals = ([v] if v is not None else [Fraction(0), CENT, LARGEST] for v in (main, hitech))
    return {one > total / 2 for one, total in product(mains, totals)}


def required_rate(sales: Fraction) -> Fraction:
    if sales <= 50_000_000:
        return percent(5)
    return percent(4) if sales <= 200_000_000 else percent(3)


def rd_enough(rd: Sequence[Fraction], sales: Sequence[Fraction]) -> bool:
    return sum(sales) > 0 and sum(rd) >= required_rate(sales[-1]) * sum(sales)


def rd_intensity_gate(dossier: Row, as_of: dt.date) -> set[bool]:
    rd = [quantity(dossier, year, "rd_expense_hte", "rd_expense") for year in years_of(as_of)]
    sales = [quantity(dossier, year, "sales_revenue", "revenue") for year in years_of(as_of)]
    brackets = numeric_candidates(CENT, [Fraction(50_000_000), Fraction(200_000_000)])
    rd_tries = [[Fraction(0), LARGEST] if value is None else [value] for value in rd]
    sales_tries = [TIDY if value is None else [value] for value in sales[:2]]
    latest = brackets if sales[2] is None else [sales[2]]
    return {rd_enough(spent, sold) for spent in product(*rd_tries) for sold in product(*sales_tries, latest)}


def rd_domestic_gate(dossier: Row, as_of: dt.date) -> set[bool]:
    def tries(*names: str) -> list[list[Fraction]]:
        found = [quantity(dossier, year, *names) for year in years_of(as_of)]
        return [TIDY if value is None else [value] for value in found]

    at_home = {sum(values) for values in product(*tries("rd_expense_hte_domestic", "rd_expense_domestic"))}
    in_all = {sum(values) for values in product(*tries("rd_expense_hte", "rd_expense"))}
    return {whole > 0 and part >= percent(60) * whole for part, whole in product(at_home, in_all)}


def event_facts(row: Row, as_of: dt.date) -> Iterable[tuple[str, str, str, dt.date, int]]:
    kinds = EVENT_KINDS if row.get("kind") is None else [row["kind"]]
    severities = SEVERITIES if row.get("severity") is None else [row["severity"]]
    levels = LEVELS if row.get("level") is None else [row["level"]]
    window = dates_around(
        dt.date(as_of.year - 3, 1, 1), dt.date(as_of.year, 1, 1), as_of - dt.timedelta(days=365), as_of
    )
    days = window if row.get("occurred_on") is None else [dt.date.fromisoformat(row["occurred_on"])]
    counts = [*range(17), 10**6] if row.get("count") is None else [int(row["count"])]
    return product(kinds, severities, levels, days, counts)


def breaks_record(kind: str, severity: str, occurred: dt.date, as_of: dt.date) -> bool:
    if not 0 <= (as_of - occurred).days <= 365:
        return False
    if kind in ("safety_accident", "quality_accident"):
        return severity == "major"
    return kind == "environmental_violation"


def compliance_gate(dossier: Row, as_of: dt.date) -> set[bool]:
    rows = dossier.get("events")
    if rows is None:
        return {True, False}
    broken = any_of({breaks_record(k, s, d, as_of) for k, s, _, d, _ in event_facts(row, as_of)} for row in rows)
    return {not truth for truth in broken}


# ---------------------------------------------------------------------------------------------------------------
# Rights
# ---------------------------------------------------------------------------------------------------------------

Rights = tuple[int, int, bool]
"""Usable rights of Class I and II, and whether one of them came from own research."""


def right_brings(
    kind: str,
    conditions: tuple[bool, bool, bool, bool],
    used_before: bool,
    granted: dt.date,
    acquired_by: str,
    count: int,
    as_of: dt.date,
) -> Rights:
    in_force, supports, disputed, co_owner_used = conditions
    if not in_force or not supports or disputed or co_owner_used or granted > as_of or count == 0:
        return (0, 0, False)
    if kind in CLASS_ONE:
        return (count, 0, acquired_by == "own_rd")
    if kind in CLASS_TWO and not used_before:
        return (0, count, acquired_by == "own_rd")
    return (0, 0, False)


def right_possibilities(row: Row, as_of: dt.date) -> set[Rights]:
    def either(name: str) -> set[bool]:
        return stated(True, row.get(name), {True, False})

    conditions = product(
        either("in_force"),
        either("supports_main_product"),
        *(stated(name in row, row.get(name), {False}) for name in ("disputed", "co_owner_used")),
    )
    kinds = IP_KINDS if row.get("kind") is None else [row["kind"]]
    granted = dates_around(as_of) if row.get("granted_on") is None else [dt.date.fromisoformat(row["granted_on"])]
    ways = ["own_rd", "transfer", "gift", "merger"] if row.get("acquired_by") is None else [row["acquired_by"]]
    counts = [*range(7), 10**6] if row.get("count") is None else [int(row["count"])]
    facts = product(kinds, list(conditions), either("used_for_hte"), granted, ways, counts, [as_of])
    return {right_brings(*one) for one in facts}


def rights_reached(dossier: Row, as_of: dt.date) -> set[Rights]:
    """Beyond one right of Class I and five of Class II nothing changes."""
    rows = dossier.get("intellectual_property")
    if rows is None:
        return {
            (one, two, own) for one, two, own in product(range(2), range(6), (True, False)) if one or two or not own
        }
    reached: set[Rights] = {(0, 0, False)}
    for row in distinct_rows(rows):
        reached = {
            (min(one + more_one, 1), min(two + more_two, 5), own or more_own)
            for (one, two, own), (more_one, more_two, more_own) in product(reached, right_possibilities(row, as_of))
        }
    return reached


def count_band(rights: Rights) -> Range:
    class_one, class_two, _ = rights
    if class_one >= 1:
        return (7, 8)
    if class_two >= 5:
        return (5, 6)
    if class_two >= 3:
        return (3, 4)
    return (1, 2) if class_two >= 1 else (0, 0)


def acquisition_band(rights: Rights) -> Range:
    class_one, class_two, own = rights
    if own:
        return (1, 6)
    return (1, 3) if class_one or class_two else (0, 0)


# ---------------------------------------------------------------------------------------------------------------
# The other items
# ---------------------------------------------------------------------------------------------------------------


def within(band: Range, grade: Fraction | None) -> Range:
    """What a band gives: the whole of it, or the recorded grade in whole points as far as the band allows."""
    low, high = band
    if grade is None:
        return band
    points = min(max(floor(grade), low), high)
    return (points, points)


def item_of(bands: Iterable[Range], grade: Fraction | None) -> dict[str, int]:
    return bounds_of(points for band in set(bands) for points in within(band, grade))


def takes_part(kind: str, level: str, occurred: dt.date, as_of: dt.date) -> bool:
    return kind in ("standard_led", "standard_participated") and level in ("national", "industry") and occurred <= as_of


def standards_bands(dossier: Row, as_of: dt.date) -> set[Range]:
    rows = dossier.get("events")
    truths = {True, False}
    if rows is not None:
        truths = any_of({takes_part(k, lv, d, as_of) for k, _, lv, d, _ in event_facts(row, as_of)} for row in rows)
    return {(1, 2) if truth else (0, 0) for truth in truths}


def transfer_band(transfers: int, years: int) -> Range:
    if years == 0 or transfers == 0:
        return (0, 0)
    mean = Fraction(transfers, years)
    for least, band in ((5, (25, 30)), (4, (19, 24)), (3, (13, 18)), (2, (7, 12)), (1, (1, 6))):
        if mean >= least:
            return band
    # Less than one a year: the guide names no points between "none" and "at least one".
    return (0, 6)


def transfer_bands(dossier: Row, as_of: dt.date) -> set[Range]:
    founded = founding_day(dossier)
    years = range(4) if founded is None else [min(max(as_of.year - founded.year, 0), 3)]
    rows = dossier.get("events")
    totals = {0}
    if rows is None:
        totals = set(range(16))
    first, last = dt.date(as_of.year - 3, 1, 1), dt.date(as_of.year - 1, 12, 31)
    for row in distinct_rows(rows or []):
        brings = {
            count if kind == "achievement_transfer" and first <= occurred <= last else 0
            for kind, _, _, occurred, count in event_facts(row, as_of)
        }
        totals = {min(total + more, 15) for total, more in product(totals, brings)}
    return {transfer_band(total, number) for total, number in product(totals, years)}


def growth_band(first: Fraction, second: Fraction, third: Fraction) -> Range:
    first, second, third = (max(value, Fraction(0)) for value in (first, second, third))
    if second == 0:
        return (0, 0)
    growth = third / second - 1 if first == 0 else (second / first + third / second) / 2 - 1
    for least, band in ((35, (9, 10)), (25, (7, 8)), (15, (5, 6)), (5, (3, 4))):
        if growth >= percent(least):
            return band
    return (1, 2) if growth > 0 else (0, 0)


def growth_bands(values: Iterable[Sequence[Fraction]]) -> set[Range]:
    return {growth_band(*three) for three in product(*values)}


def sales_values(dossier: Row, as_of: dt.date) -> list[list[Fraction]]:
    found = [quantity(dossier, year, "sales_revenue", "revenue") for year in years_of(as_of)]
    return [TIDY if value is None else [value] for value in found]


def net_asset_values(dossier: Row, as_of: dt.date) -> list[list[Fraction]]:
    result = []
    for year in years_of(as_of):
        assets, debts = (quantity(dossier, year, name) for name in ("total_assets", "total_liabilities"))
        least = (Fraction(0) if assets is None else assets) - (LARGEST if debts is None else debts)
        most = (LARGEST if assets is None else assets) - (Fraction(0) if debts is None else debts)
        result.append(sorted({least, most, *(value for value in TIDY if least <= value <= most)}))
    return result


# ---------------------------------------------------------------------------------------------------------------
# The card
# ---------------------------------------------------------------------------------------------------------------


def grade_of(dossier: Row, item: str) -> Fraction | None:
    value = (dossier.get("expert_grades") or {}).get(f"hte.{item}")
    return None if value is None else Fraction(value)


def negative_net_assets(dossier: Row, as_of: dt.date) -> bool:
    """Whether net assets were certainly negative at some year's end, on which the guide is silent."""
    return any(max(values) < 0 for values in net_asset_values(dossier, as_of))


def assess_high_tech(dossier: Row, as_of: dt.date) -> Row:
    enterprise = dossier.get("enterprise") or {}
    if str(enterprise.get("uscc", ""))[:2] in ("92", "93"):
        return {"verdict": "not_applicable"}
    year = as_of.year - 1
    rights = rights_reached(dossier, as_of)
    bands = {
        **{item: {(0, most)} for item, most in EXPERT_ITEMS.items()},
        "ip_count": {count_band(one) for one in rights},
        "ip_acquisition": {acquisition_band(one) for one in rights},
        "ip_standards_bonus": standards_bands(dossier, as_of),
        "achievement_transfer": transfer_bands(dossier, as_of),
        "growth_net_assets": growth_bands(net_asset_values(dossier, as_of)),
        "growth_sales": growth_bands(sales_values(dossier, as_of)),
    }
    items = {name: item_of(reached, grade_of(dossier, name)) for name, reached in bands.items()}
    score = {}
    for end in ("low", "high"):
        of_rights = sum(items[name][end] for name in RIGHTS_GROUP)
        score[end] = min(of_rights, 30) + sum(items[name][end] for name in items if name not in RIGHTS_GROUP)
    truths = {
        "registered_365_days": registered_gate(dossier, as_of),
        "core_ip": {one > 0 or two > 0 for one, two, _ in rights},
        "technology_field": field_gate(dossier),
        "tech_staff_ratio": share_gate(
            quantity(dossier, year, "tech_staff_183d", "tech_staff"),
            quantity(dossier, year, "employees_monthly_avg", "employees"),
            percent(10),
            ONE / 10_000,
        ),
        "rd_intensity": rd_intensity_gate(dossier, as_of),
        "rd_domestic": rd_domestic_gate(dossier, as_of),
        "hitech_income_share": share_gate(
            quantity(dossier, year, "hitech_income"), quantity(dossier, year, "total_income"), percent(60), CENT
        ),
        "main_products": main_products_gate(
            quantity(dossier, year, "main_product_hitech_income", "hitech_income"),
            quantity(dossier, year, "hitech_income"),
        ),
        "compliance": compliance_gate(dossier, as_of),
    }
    hard = {all(choice) for choice in product(*truths.values())}
    truths["innovation_score"] = {points > 70 for points in score.values()}
    return {
        "verdict": verdict_of({all(choice) for choice in product(hard, truths["innovation_score"])}),
        "hard_gates": verdict_of(hard),
        "score": score,
        "gates": {name: verdict_of(values) for name, values in truths.items()},
        "items": items,
        "manual_review": negative_net_assets(dossier, as_of),
    }
