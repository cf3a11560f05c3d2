"""A naive reference: every rule is evaluated on fully known facts, bounds come from trying completions.

Nothing here is clever on purpose.  Each item and gate has a function that answers for known facts only; each has a
list of completions of the facts it reads; the answers over all completions are collected.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

Row = dict[str, Any]

CENT = Fraction(1, 100)
ONE = Fraction(1)
LARGEST = Fraction(10**12)

# ---------------------------------------------------------------------------------------------------------------
# Declared domains
# ---------------------------------------------------------------------------------------------------------------

CLASS_ONE = [
    "invention_patent",
    "defence_patent",
    "plant_variety",
    "national_crop_variety",
    "national_new_drug",
    "class1_tcm_protection",
    "ic_layout",
]
CLASS_TWO = ["utility_model", "design_patent", "software_copyright"]
IP_KINDS = [*CLASS_ONE, *CLASS_TWO, "trademark"]

CERTIFICATE_KINDS = [
    "tech_sme",
    "innovative_sme",
    "specialised_sme",
    "little_giant",
    "high_tech_enterprise",
    "gazelle",
    "gazelle_pool",
    "hte_pool",
    "unicorn_pool",
    "unicorn_list",
    "manufacturing_champion",
    "above_scale_industrial",
]

EVENT_KINDS = [
    "safety_accident",
    "quality_accident",
    "environmental_violation",
    "sector_violation",
    "research_dishonesty",
    "fraud",
    "abnormal_list",
    "dishonest_list",
    "tax_evasion",
    "tax_arrears",
    "court_enforcement",
    "loan_default",
    "data_security",
    "st_award",
    "rd_project",
    "rd_institution",
    "new_rd_institution",
    "innovation_platform",
    "pilot_platform",
    "postdoc_station",
    "incubator_recognised",
    "incubator_grade",
    "standard_led",
    "standard_participated",
    "achievement_transfer",
    "result_landed",
    "fdi_realised",
    "support_paid",
    "innovation_credit_selection",
    "relending_list",
    "order_contract",
    "talent_title",
    "niche_since",
    "market_share",
    "credit_score",
]
SEVERITIES = ["general", "larger", "major"]
LEVELS = ["international", "national", "industry", "provincial", "municipal"]

# ---------------------------------------------------------------------------------------------------------------
# Size class: floors of small, medium, large; employees in persons, money in ten thousand yuan
# ---------------------------------------------------------------------------------------------------------------

SIZE_GROUPS: dict[str, dict[str, tuple[int, int, int]]] = {
    "agriculture": {"revenue": (50, 500, 20_000)},
    "industry": {"employees": (20, 300, 1_000), "revenue": (300, 2_000, 40_000)},
    "construction": {"revenue": (300, 6_000, 80_000), "assets": (300, 5_000, 80_000)},
    "wholesale": {"employees": (5, 20, 200), "revenue": (1_000, 5_000, 40_000)},
    "retail": {"employees": (10, 50, 300), "revenue": (100, 500, 20_000)},
    "transport": {"employees": (20, 300, 1_000), "revenue": (200, 3_000, 30_000)},
    "storage": {"employees": (20, 100, 200), "revenue": (100, 1_000, 30_000)},
    "post": {"employees": (20, 300, 1_000), "revenue": (100, 2_000, 30_000)},
    "accommodation": {"employees": (10, 100, 300), "revenue": (100, 2_000, 10_000)},
    "catering": {"employees": (10, 100, 300), "revenue": (100, 2_000, 10_000)},
    "information_transmission": {"employees": (10, 100, 2_000), "revenue": (100, 1_000, 100_000)},
    "software": {"employees": (10, 100, 300), "revenue": (50, 1_000, 10_000)},
    "real_estate_development": {"revenue": (100, 1_000, 200_000), "assets": (2_000, 5_000, 10_000)},
    "property_management": {"employees": (100, 300, 1_000), "revenue": (500, 1_000, 5_000)},
    "leasing_business_services": {"employees": (10, 100, 300), "assets": (100, 8_000, 120_000)},
    "other": {"employees": (10, 100, 300)},
}
SIZE_CLASSES = ["micro", "small", "medium", "large"]


def _industry_table() -> list[tuple[str, str, str | None]]:
    """Every (section letter, digits, size group or None) of GB/T 4754-2017 that the size rules tell apart."""

    def divisions(letter: str, first: int, last: int, group: str | None) -> list[tuple[str, str, str | None]]:
        return [(letter, f"{number:02d}", group) for number in range(first, last + 1)]

    return [
        *divisions("A", 1, 5, "agriculture"),
        *divisions("B", 6, 12, "industry"),
        *divisions("C", 13, 43, "industry"),
        *divisions("D", 44, 46, "industry"),
        *divisions("E", 47, 50, "construction"),
        ("F", "51", "wholesale"),
        ("F", "52", "retail"),
        ("G", "53", None),
        *divisions("G", 54, 58, "transport"),
        ("G", "591", "transport"),
        *[("G", digits, "storage") for digits in ("592", "593", "594", "595", "596", "599")],
        ("G", "60", "post"),
        ("H", "61", "accommodation"),
        ("H", "62", "catering"),
        *divisions("I", 63, 64, "information_transmission"),
        ("I", "65", "software"),
        *divisions("J", 66, 69, None),
        ("K", "701", "real_estate_development"),
        ("K", "702", "property_management"),
        ("K", "703", "other"),
        ("K", "704", None),
        ("K", "709", "other"),
        *divisions("L", 71, 72, "leasing_business_services"),
        *divisions("M", 73, 75, "other"),
        *divisions("N", 76, 79, "other"),
        *divisions("O", 80, 82, "other"),
        ("P", "83", None),
        ("Q", "84", None),
        ("Q", "85", "other"),
        *divisions("R", 86, 90, "other"),
        *divisions("S", 91, 96, None),
        ("T", "97", None),
    ]


INDUSTRY_TABLE = _industry_table()


def possible_groups(code: str | None) -> set[str | None]:
    """Size groups a code may stand for (None = not covered); an unknown code may be any code."""
    if code is None:
        return {group for _, _, group in INDUSTRY_TABLE}
    letter = code[0] if code[:1].isalpha() else None
    digits = code[1:] if letter else code
    found = {
        group
        for section, number, group in INDUSTRY_TABLE
        if letter in (None, section) and (number.startswith(digits) or digits.startswith(number))
    }
    return found or {None}


def size_class_of(group: str | None, facts: dict[str, Fraction]) -> str:
    """The class when everything is known: the lowest band among the indicators of the group."""
    if group is None:
        return "not_classifiable"
    bands = []
    for indicator, floors in SIZE_GROUPS[group].items():
        value = facts[indicator] if indicator == "employees" else facts[indicator] / 10_000
        bands.append(sum(1 for bound in floors if value >= bound))
    return SIZE_CLASSES[min(bands)]


def assess_size_class(dossier: Row, as_of: dt.date) -> Row:
    enterprise = dossier.get("enterprise") or {}
    if str(enterprise.get("industry_code_edition") or "2017") != "2017":
        raise ValueError("this reference reads codes of the 2017 edition only")
    year = as_of.year - 1
    known = {
        "employees": quantity(dossier, year, "employees_year_end", "employees"),
        "revenue": quantity(dossier, year, "main_business_revenue", "revenue"),
        "assets": quantity(dossier, year, "total_assets"),
    }
    reached = set()
    for group in possible_groups(enterprise.get("industry_code")):
        choices = []
        for indicator, value in known.items():
            if value is not None:
                choices.append([value])
                continue
            scale, unit = (1, ONE) if indicator == "employees" else (10_000, CENT)
            bounds = [scale * bound for bound in SIZE_GROUPS.get(group or "", {}).get(indicator, ())]
            choices.append(numeric_candidates(unit, [Fraction(bound) for bound in bounds]))
        for values in product(*choices):
            reached.add(size_class_of(group, dict(zip(known, values, strict=True))))
    return {"class": reached.pop() if len(reached) == 1 else "undetermined"}


# ---------------------------------------------------------------------------------------------------------------
# Reading facts
# ---------------------------------------------------------------------------------------------------------------


def day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def quantity(dossier: Row, year: int, *names: str) -> Fraction | None:
    """The first known of the named columns in one fiscal year; zero before the founding year; None if unknown."""
    rows = [row for row in dossier.get("annual_reports") or [] if row.get("fiscal_year") == year]
    if not rows:
        founded = day((dossier.get("enterprise") or {}).get("established_on"))
        return Fraction(0) if founded is not None and year < founded.year else None
    if any(row != rows[0] for row in rows):
        raise ValueError(f"two different annual reports for {year}")
    for name in names:
        if rows[0].get(name) is not None:
            return Fraction(rows[0][name])
    return None


def distinct_rows(rows: Iterable[Row]) -> list[Row]:
    """Rows alike in every natural field count once; an empty field is like an absent one unless null has a meaning."""
    kept: list[Row] = []
    seen: list[Row] = []
    for row in rows:
        natural = {
            name: value
            for name, value in row.items()
            if name not in ("known_from", "source", "retracted")
            and (value is not None or name in ("disputed", "co_owner_used"))
        }
        if natural not in seen:
            seen.append(natural)
            kept.append(row)
    return kept


def numeric_candidates(unit: Fraction, points: Sequence[Fraction] = ()) -> list[Fraction]:
    """Zero, the smallest amount, a huge one, and the points of interest with their neighbours, in whole units."""
    values = {Fraction(0), unit, LARGEST}
    for point in points:
        steps = floor(point / unit)
        values |= {unit * (steps + shift) for shift in (-1, 0, 1, 2)}
    return sorted(value for value in values if 0 <= value <= LARGEST)


def around(known: Iterable[Fraction | None], ratios: Iterable[Fraction]) -> list[Fraction]:
    """Amounts that put a ratio with one of the known amounts right at a threshold, whichever side it stands on."""
    bounds = list(ratios)
    return [
        point for value in known if value is not None for bound in bounds for point in (value * bound, value / bound)
    ]


# ---------------------------------------------------------------------------------------------------------------
# Items of the 2017 technology SME card
# ---------------------------------------------------------------------------------------------------------------


def percent(number: int) -> Fraction:
    return Fraction(number, 100)


TECH_STAFF_BANDS = [(percent(30), 20), (percent(25), 16), (percent(20), 12), (percent(15), 8), (percent(10), 4)]
RD_SALES_BANDS = [(percent(6), 50), (percent(5), 40), (percent(4), 30), (percent(3), 20), (percent(2), 10)]
RD_COST_BANDS = [(percent(30), 50), (percent(25), 40), (percent(20), 30), (percent(15), 20), (percent(10), 10)]
CLASS_TWO_BANDS = [(4, 24), (3, 18), (2, 12), (1, 6)]


def ratio_points(part: Fraction, whole: Fraction, bands: list[tuple[Fraction, int]]) -> int:
    if whole == 0:
        return 0
    for bound, points in bands:
        if part / whole >= bound:
            return points
    return 0


def bounds_of(points: Iterable[int]) -> dict[str, int]:
    collected = set(points)
    return {"low": min(collected), "high": max(collected)}


def tech_staff_points(tech_staff: Fraction, employees: Fraction) -> int:
    return ratio_points(tech_staff, employees, TECH_STAFF_BANDS)


def tech_staff_item(dossier: Row, as_of: dt.date) -> dict[str, int]:
    year = as_of.year - 1
    known = [
        quantity(dossier, year, "tech_staff_6m", "tech_staff"),
        quantity(dossier, year, "employees_quarterly_avg", "employees"),
    ]
    tries = numeric_candidates(ONE, around(known, [bound for bound, _ in TECH_STAFF_BANDS]))
    return bounds_of(tech_staff_points(*facts) for facts in product(*[[v] if v is not None else tries for v in known]))


def rd_input_points(rd: Fraction, sales: Fraction, cost: Fraction) -> int:
    return max(ratio_points(rd, sales, RD_SALES_BANDS), ratio_points(rd, cost, RD_COST_BANDS))


def rd_input_item(dossier: Row, as_of: dt.date) -> dict[str, int]:
    year = as_of.year - 1
    known = [
        quantity(dossier, year, "rd_expense_deduction", "rd_expense"),
        quantity(dossier, year, "sales_revenue", "revenue"),
        quantity(dossier, year, "total_cost_expense"),
    ]
    ratios = [bound for bound, _ in RD_SALES_BANDS + RD_COST_BANDS]
    if sum(value is None for value in known) <= 1:
        tries = numeric_candidates(CENT, around(known, ratios))
    else:
        tries = numeric_candidates(CENT, around(known, [min(ratios), percent(10), max(ratios)]))
    return bounds_of(rd_input_points(*facts) for facts in product(*[[v] if v is not None else tries for v in known]))


def achievement_points(class_one: int, class_two: int) -> int:
    if class_one >= 1:
        return 30
    for bound, points in CLASS_TWO_BANDS:
        if class_two >= bound:
            return points
    return 0


def right_contribution(
    kind: str, in_force: bool, supports: bool, disputed: bool, granted: dt.date, count: int, as_of: dt.date
) -> tuple[int, int]:
    """How many Class I and Class II rights one fully known row brings."""
    if not (in_force and supports and not disputed and granted <= as_of):
        return (0, 0)
    return (count if kind in CLASS_ONE else 0, count if kind in CLASS_TWO else 0)


def right_possibilities(row: Row, as_of: dt.date) -> set[tuple[int, int]]:
    kinds = IP_KINDS if row.get("kind") is None else [row["kind"]]
    in_force = [True, False] if row.get("in_force") is None else [row["in_force"]]
    supports = [True, False] if row.get("supports_main_product") is None else [row["supports_main_product"]]
    disputed = [True, False] if row.get("disputed", False) is None else [row.get("disputed", False)]
    granted = dates_around(as_of) if row.get("granted_on") is None else [dt.date.fromisoformat(row["granted_on"])]
    counts = [*range(7), 10**6] if row.get("count") is None else [int(row["count"])]
    return {
        right_contribution(*facts) for facts in product(kinds, in_force, supports, disputed, granted, counts, [as_of])
    }


def achievements_item(dossier: Row, as_of: dt.date) -> dict[str, int]:
    rows = dossier.get("intellectual_property")
    if rows is None:
        return bounds_of(achievement_points(one, two) for one, two in product(range(3), range(7)))
    # Counting stops at 1 of Class I and 4 of Class II, beyond which nothing changes.
    reached = {(0, 0)}
    for row in distinct_rows(rows):
        reached = {
            (min(one + more_one, 1), min(two + more_two, 4))
            for (one, two), (more_one, more_two) in product(reached, right_possibilities(row, as_of))
        }
    return bounds_of(achievement_points(one, two) for one, two in reached)


# ---------------------------------------------------------------------------------------------------------------
# Gates
# ---------------------------------------------------------------------------------------------------------------


def verdict_of(truths: set[bool]) -> str:
    if truths == {True}:
        return "pass"
    return "fail" if truths == {False} else "undetermined"


def at_most(dossier: Row, as_of: dt.date, limit: int, *names: str) -> set[bool]:
    value = quantity(dossier, as_of.year - 1, *names)
    unit = ONE if names[-1] == "employees" else CENT
    tries = numeric_candidates(unit, [Fraction(limit)]) if value is None else [value]
    return {amount <= limit for amount in tries}


def dates_around(*days: dt.date) -> list[dt.date]:
    """Long before, long after, and each day of interest with its neighbours."""
    one = dt.timedelta(days=1)
    return [dt.date(1900, 1, 1), dt.date(2200, 1, 1), *[d + s for d in days for s in (-one, 0 * one, one)]]


def any_of(rows: Iterable[set[bool]]) -> set[bool]:
    """Truth values of "at least one row", each row being free to take any of its own."""
    result = {False}
    for truths in rows:
        result = {before or now for before, now in product(result, truths)}
    return result


def breaks_compliance(kind: str, severity: str, occurred: dt.date, ended: dt.date | None, as_of: dt.date) -> bool:
    start = dt.date(as_of.year - 1, 1, 1)
    if occurred > as_of:
        return False
    if kind in ("safety_accident", "quality_accident"):
        return severity == "major" and occurred >= start
    if kind in ("environmental_violation", "research_dishonesty", "fraud"):
        return occurred >= start
    if kind in ("abnormal_list", "dishonest_list"):
        return ended is None or ended >= start
    return False


def five_years_before(as_of: dt.date) -> dt.date:
    try:
        return as_of.replace(year=as_of.year - 5)
    except ValueError:
        return dt.date(as_of.year - 5, 2, 28)


def confirms_directly(
    kind: str, level: str, rank: int, occurred: dt.date, ended: dt.date | None, as_of: dt.date
) -> bool:
    if occurred > as_of:
        return False
    recent = occurred >= five_years_before(as_of)
    if kind == "st_award":
        return recent and level == "national" and rank <= 3
    if kind == "rd_institution":
        return level in ("international", "national", "provincial") and (ended is None or ended >= as_of)
    if kind == "standard_led":
        return recent and level in ("international", "national", "industry")
    return False


def event_completions(row: Row, as_of: dt.date) -> Iterable[tuple[str, str, str, int, dt.date, dt.date | None]]:
    kinds = EVENT_KINDS if row.get("kind") is None else [row["kind"]]
    severities = SEVERITIES if row.get("severity") is None else [row["severity"]]
    levels = LEVELS if row.get("level") is None else [row["level"]]
    ranks = [1, 2, 3, 4, 100] if row.get("rank") is None else [int(row["rank"])]
    interesting = dates_around(dt.date(as_of.year - 1, 1, 1), five_years_before(as_of), as_of)
    occurred = interesting if row.get("occurred_on") is None else [dt.date.fromisoformat(row["occurred_on"])]
    return product(kinds, severities, levels, ranks, occurred, [day(row.get("ended_on"))])


def compliance_gate(dossier: Row, as_of: dt.date) -> set[bool]:
    rows = dossier.get("events")
    if rows is None:
        return {True, False}
    broken = any_of(
        {
            breaks_compliance(kind, severity, occurred, ended, as_of)
            for kind, severity, _, _, occurred, ended in event_completions(row, as_of)
        }
        for row in rows
    )
    return {not truth for truth in broken}


def certificate_in_force(valid_from: dt.date, valid_to: dt.date, revoked_on: dt.date | None, as_of: dt.date) -> bool:
    return valid_from <= as_of <= valid_to and not (revoked_on is not None and revoked_on <= as_of)


def holds(dossier: Row, as_of: dt.date, wanted: Sequence[str]) -> set[bool]:
    """Whether a certificate of one of the wanted kinds is valid at as_of."""
    rows = dossier.get("certificates")
    if rows is None:
        return {True, False}

    def possibilities(row: Row) -> set[bool]:
        kinds = CERTIFICATE_KINDS if row.get("kind") is None else [row["kind"]]
        starts = dates_around(as_of) if row.get("valid_from") is None else [dt.date.fromisoformat(row["valid_from"])]
        ends = dates_around(as_of) if row.get("valid_to") is None else [dt.date.fromisoformat(row["valid_to"])]
        revoked = day(row.get("revoked_on"))
        return {
            kind in wanted and certificate_in_force(start, end, revoked, as_of)
            for kind, start, end in product(kinds, starts, ends)
        }

    return any_of(possibilities(row) for row in rows)


def direct_route(dossier: Row, as_of: dt.date) -> set[bool]:
    rows = dossier.get("events")
    by_event = {True, False}
    if rows is not None:
        by_event = any_of(
            {
                confirms_directly(kind, level, rank, occurred, ended, as_of)
                for kind, _, level, rank, occurred, ended in event_completions(row, as_of)
            }
            for row in rows
        )
    return any_of([by_event, holds(dossier, as_of, ["high_tech_enterprise"])])


# ---------------------------------------------------------------------------------------------------------------
# The card and the ladder
# ---------------------------------------------------------------------------------------------------------------


def stated(present: bool, value: bool | None, when_absent: set[bool]) -> set[bool]:
    if not present:
        return when_absent
    return {True, False} if value is None else {value}


def assess_tech_sme(dossier: Row, as_of: dt.date) -> Row:
    enterprise = dossier.get("enterprise") or {}
    if str(enterprise.get("uscc", ""))[:2] in ("92", "93"):
        return {"verdict": "not_applicable", "score": None, "gates": {}, "items": {}}

    items = {
        "tech_staff": tech_staff_item(dossier, as_of),
        "rd_input": rd_input_item(dossier, as_of),
        "achievements": achievements_item(dossier, as_of),
    }
    score = {end: sum(item[end] for item in items.values()) for end in ("low", "high")}

    restricted = stated("restricted_industry" in enterprise, enterprise.get("restricted_industry"), when_absent={False})
    truths = {
        "employees": at_most(dossier, as_of, 500, "employees_quarterly_avg", "employees"),
        "sales_revenue": at_most(dossier, as_of, 200_000_000, "sales_revenue", "revenue"),
        "total_assets": at_most(dossier, as_of, 200_000_000, "total_assets"),
        "compliance": compliance_gate(dossier, as_of),
        "tech_staff_nonzero": {points != 0 for points in items["tech_staff"].values()},
        "audit_based_tax": stated(
            "audit_based_tax" in enterprise, enterprise.get("audit_based_tax"), when_absent={True, False}
        ),
        "negative_list": {not truth for truth in restricted},
    }

    common = [name for name in truths if name != "tech_staff_nonzero"]
    verdicts = set()
    for gates_hold, enough, staff, direct in product(
        {all(choice) for choice in product(*[truths[name] for name in common])},
        {points >= 60 for points in score.values()},
        truths["tech_staff_nonzero"],
        direct_route(dossier, as_of),
    ):
        verdicts.add(gates_hold and ((enough and staff) or direct))
    return {
        "verdict": verdict_of(verdicts),
        "score": score,
        "gates": {name: verdict_of(values) for name, values in truths.items()},
        "items": items,
    }


RUNG_CERTIFICATES = {
    "tech_sme": ["tech_sme"],
    "specialised_sme": ["specialised_sme", "little_giant"],
    "high_tech_enterprise": ["high_tech_enterprise"],
    "gazelle": ["gazelle"],
    "unicorn": ["unicorn_list"],
}


def ladder_of(region_code: str | None, day: dt.date) -> list[str] | None:
    if region_code is None or not region_code.startswith("45"):
        return None
    # On the city's site since that day.
    if region_code.startswith("4502") and day >= dt.date(2022, 6, 28):
        return ["tech_sme", "specialised_sme", "high_tech_enterprise", "gazelle", "unicorn"]
    # An undated draft that speaks of 2024 or later.
    return ["tech_sme", "high_tech_enterprise", "gazelle"] if day >= dt.date(2024, 1, 1) else None


def assess_tier(dossier: Row, as_of: dt.date, verdicts: Row) -> Row | None:
    """The ladder part, or None where no ladder is known (region unknown, outside Guangxi, or before its texts).

    ``verdicts`` are those of the rungs that have a card; a rung without one is undetermined.
    """
    ladder = ladder_of((dossier.get("enterprise") or {}).get("region_code"), as_of)
    if ladder is None:
        return None
    held = [rung for rung in ladder if holds(dossier, as_of, RUNG_CERTIFICATES[rung]) == {True}]
    recognised = held[-1] if held else None
    qualified = next((rung for rung in reversed(ladder) if verdicts.get(rung) == "pass"), None)
    above_qualified = ladder[ladder.index(qualified) + 1 :] if qualified else ladder
    open_rungs = [rung for rung in above_qualified if verdicts.get(rung, "undetermined") == "undetermined"]
    reached = [ladder.index(rung) for rung in (recognised, qualified) if rung is not None]
    following = max(reached) + 1 if reached else 0
    return {
        "ladder": ladder,
        "held": held,
        "recognised": recognised,
        "qualified": qualified,
        "undetermined": open_rungs,
        "next": ladder[following] if following < len(ladder) else None,
    }
