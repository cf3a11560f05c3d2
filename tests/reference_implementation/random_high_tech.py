"""Random applicants for recognition as a high and new technology enterprise, crowded around that card's thresholds."""

import datetime as dt
import random
from decimal import ROUND_CEILING, Decimal
from typing import Any

from .naive import CLASS_ONE, CLASS_TWO, IP_KINDS, LEVELS
from .naive_high_tech import EXPERT_ITEMS, FIELDS
from .random_dossiers import AS_OF, CENT, count_near, iso, money, money_near, random_dossier, random_event

Row = dict[str, Any]

RATES = [Decimal(n) / 100 for n in (5, 4, 3)]
GROWTH = [Decimal(n) / 100 for n in (35, 25, 15, 5, 0)]
BRACKETS = [Decimal(50_000_000), Decimal(200_000_000)]


def random_applicant(rng: random.Random, as_of: dt.date = AS_OF) -> Row:
    """One dossier with every fact known that this card reads; each gate is put at risk now and then, else it is safe."""
    risk = rng.choice([0.03, 0.1, 0.5])
    dossier = random_dossier(rng, as_of)
    enterprise = dossier["enterprise"]
    enterprise["technology_field"] = "outside" if rng.random() < risk / 4 else rng.choice(FIELDS)
    if rng.random() < risk:
        border = as_of - dt.timedelta(days=365 + rng.choice([-1, 0, 1]))
        starts = [dt.date(as_of.year - back, *month) for back in (0, 1, 2, 3) for month in ((1, 1), (12, 31))]
        enterprise["established_on"] = iso(rng.choice([border, *(day for day in starts if day <= as_of)]))
    founded = dt.date.fromisoformat(enterprise["established_on"])
    dossier["annual_reports"] = _reports(rng, [y for y in range(as_of.year - 3, as_of.year) if y >= founded.year], risk)
    dossier["intellectual_property"] = [
        _right(rng, as_of, place) for place in range(rng.randrange(1, 6) if rng.random() > risk / 3 else 0)
    ]
    others = [event for event in dossier["events"] if rng.random() < risk]
    dossier["events"] = others + [_event(rng, as_of, risk) for _ in range(rng.randrange(6))]
    graded = {*EXPERT_ITEMS, "ip_count", "ip_acquisition", "ip_standards_bonus", "achievement_transfer"}
    graded |= {"growth_net_assets", "growth_sales"}
    kept = rng.choice([0.0, 0.5, 0.9, 1.0])
    most = {**dict.fromkeys(graded, 10), **EXPERT_ITEMS, "achievement_transfer": 32}
    dossier["expert_grades"] = {
        f"hte.{item}": _grade(rng, most[item]) for item in sorted(graded) if rng.random() < kept
    }
    return dossier


def _grade(rng: random.Random, most: int) -> int | Decimal:
    points = rng.randrange(most + 2) if rng.random() < 0.2 else rng.randrange(most * 2 // 3, most + 1)
    return points if rng.random() < 0.9 else points + Decimal("0.5")


def _grown(rng: random.Random, before: list[Decimal]) -> Decimal:
    """A year's value that puts the growth over what went before at a threshold, or one cent beside it."""
    rate = rng.choice(GROWTH)
    if not before:
        return Decimal(rng.randrange(1, 20_000) * 10_000)
    last = before[-1]
    if last <= 0:
        return Decimal(rng.choice([0, 1, 1_000_000, 10_000_000]))
    exact = last * (1 + rate)
    if len(before) > 1 and before[-2] > 0:
        exact = last * (2 * (1 + rate) - last / before[-2])
    return exact.quantize(CENT, ROUND_CEILING) + rng.choice([-CENT, Decimal(0), Decimal(0), CENT])


def _reports(rng: random.Random, years: list[int], risk: float) -> list[Row]:
    sales: list[Decimal] = []
    net: list[Decimal] = []
    reports = []
    for year in years:
        odd = rng.random()
        sold = max(_grown(rng, sales), Decimal(0)) if odd > 0.15 else rng.choice([Decimal(0), *BRACKETS])
        sales.append(sold if odd > 0.05 else rng.choice(BRACKETS) + CENT)
        net.append(_grown(rng, net) if rng.random() > 0.2 else Decimal(rng.choice([0, -1, -5_000_000])))
        debts = Decimal(rng.choice([0, 10_000_000]))
        if net[-1] + debts < 0:
            debts = -net[-1]
        income = sales[-1] + rng.choice([0, 1_000_000])
        employees = rng.choice([0, 10, 100, 999, 1000]) if rng.random() < risk else 80
        near = money_near(rng, income * Decimal("0.6"))
        reports.append(
            {
                "fiscal_year": year,
                "revenue": money(sales[-1]),
                "total_income": money(income),
                "hitech_income": money(near if rng.random() < risk else income),
                "total_cost_expense": money(sales[-1]),
                "total_assets": money(net[-1] + debts),
                "total_liabilities": money(debts),
                "employees": employees,
                "tech_staff": count_near(rng, Decimal(employees) / 10) if rng.random() < risk else employees,
            }
        )
    _spend(rng, reports, sales, risk)
    for report in reports:
        _calibres(rng, report)
    return reports


def _spend(rng: random.Random, reports: list[Row], sales: list[Decimal], risk: float) -> None:
    """R&D that puts the sums of all years at one of the rates, most of it or just 60 % of it at home."""
    rate = rng.choice(RATES) if rng.random() < 0.2 + risk else Decimal("0.08")
    at_home = Decimal("0.6") if rng.random() < risk else Decimal(1)
    left = sum(sales, Decimal(0)) * rate + rng.choice([-CENT, Decimal(0), Decimal(0), CENT])
    home = left * at_home + rng.choice([-CENT, Decimal(0), Decimal(0), CENT])
    for place, report in enumerate(reports):
        last = place == len(reports) - 1
        spent = max(left if last else left * rng.choice([0, Decimal("0.3"), Decimal("0.5")]), Decimal(0))
        spent = spent.quantize(CENT, ROUND_CEILING)
        domestic = max(home, Decimal(0)) if last else min(home, spent * at_home)
        domestic = domestic.quantize(CENT, ROUND_CEILING)
        left, home = left - spent, home - domestic
        report["rd_expense"], report["rd_expense_domestic"] = money(spent), money(domestic)


def _calibres(rng: random.Random, report: Row) -> None:
    """Now and then the card's own measure beside the plain one."""

    def beside(name: str, value: Any) -> None:
        if rng.random() < 0.15:
            report[name] = None if rng.random() < 0.1 else value

    beside(
        "sales_revenue",
        money(rng.choice([*BRACKETS, Decimal(str(report["revenue"]))]) + rng.choice([CENT, Decimal(0)])),
    )
    beside("rd_expense_hte", report["rd_expense"])
    beside("rd_expense_hte_domestic", money(Decimal(str(report["rd_expense_domestic"])) * Decimal("0.9")))
    beside("main_product_hitech_income", money(money_near(rng, Decimal(str(report["hitech_income"])) / 2)))
    beside("employees_monthly_avg", rng.choice([100, Decimal("80.5")]))
    beside("tech_staff_183d", rng.choice([10, Decimal("8.05"), Decimal("8.0499")]))


def _right(rng: random.Random, as_of: dt.date, place: int) -> Row:
    right: Row = {
        "kind": rng.choice(rng.choice([CLASS_ONE, CLASS_TWO, CLASS_TWO, CLASS_TWO, IP_KINDS])),
        "number": f"R{place:04d}",
        "count": rng.choice([0, 1, 1, 1, 2, 3, 4, 5]),
        "granted_on": iso(as_of - dt.timedelta(days=rng.choice([-1, 0, 1, 900, 5000]))),
        "in_force": rng.random() < 0.9,
        "supports_main_product": rng.random() < 0.9,
        "acquired_by": rng.choice(["own_rd", "own_rd", "transfer", "gift", "merger"]),
        "used_for_hte": rng.random() < 0.3,
    }
    for name in ("disputed", "co_owner_used"):
        if rng.random() < 0.4:
            right[name] = rng.random() < 0.15
    return right


def _event(rng: random.Random, as_of: dt.date, risk: float) -> Row:
    first, end = dt.date(as_of.year - 3, 1, 1), dt.date(as_of.year, 1, 1)
    kind = rng.random()
    if kind < 0.8 - risk / 2:
        inside = first + dt.timedelta(days=rng.randrange((end - first).days))
        borders = [first, first - dt.timedelta(days=1), end - dt.timedelta(days=1), end]
        day = inside if rng.random() < 0.8 else rng.choice(borders)
        return {
            "kind": "achievement_transfer",
            "occurred_on": iso(day),
            "count": rng.choice([0, 1, 1, 2, 3, 5, 7, 10, 15]),
        }
    if kind < 1 - risk / 3:
        day = as_of - dt.timedelta(days=rng.choice([-1, 0, 1, 4000]))
        which = rng.choice(["standard_led", "standard_participated"])
        return {"kind": which, "occurred_on": iso(day), "level": rng.choice(LEVELS)}
    if kind < 1 - risk / 6:
        day = as_of - dt.timedelta(days=rng.choice([-1, 0, 1, 364, 365, 366, 900]))
        which = rng.choice(["safety_accident", "quality_accident", "environmental_violation"])
        return {"kind": which, "occurred_on": iso(day), "severity": rng.choice(["general", "larger", "major"])}
    return random_event(rng, as_of)
