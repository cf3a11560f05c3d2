"""Firms at the line of a score, and at the lines of the size classes."""

import random
from collections.abc import Callable, Iterator
from decimal import Decimal

from .aimed import aimed
from .aimed_rows import CLASS_1_LIKE, right
from .card_bounds import Bound
from .naive import INDUSTRY_TABLE, SIZE_GROUPS
from .naive_editions import EDITIONS, Edition
from .naive_firm import WAN, Firm
from .naive_sme_2022 import specialised_points
from .random_climbers import _number
from .random_dossiers import AS_OF, CENT, Row, random_uscc

LEVELS = {
    "ip": (20, 15, 10, 5, 0),
    "rd_expense": {"0.05": 20, "0.03": 15, "0.02": 10, "0.01": 5, "0": 0},
    "growth": {"0.15": 20, "0.1": 15, "0.05": 10, "0": 5},
    "total_liabilities": {"0.55": 10, "0.75": 5, "0.8": 0},
    "main_business_revenue": {"0.7": 20, "0.6": 15, "0.55": 10, "0.5": 5},
}
"""Of an innovative SME: where each level of an item begins, and its points."""
ANYWHERE = Bound("revenue_growth", {}, Decimal("0.5"))


def at_the_line(edition: Edition, firms: int) -> Iterator[Row]:
    """By the score alone: at the line, and at the nearest points below and above."""
    rng = random.Random(f"{edition.name} line")
    if edition.file in LINES:
        for _ in range(firms):
            found = LINES[edition.file](rng, edition)
            if found["enterprise"]["uscc"][:2] == "91":
                yield found


def _innovative(rng: random.Random, edition: Edition) -> Row:
    """At 60 points or the nearest number below, every group at its floor or above."""
    of = LEVELS
    while True:
        ip, rd, growth, debt, main = (rng.choice(list(levels)) for levels in of.values())
        field = rng.choice([10, 5])
        innovation = ip + of["rd_expense"][rd]
        growing = of["growth"][growth] + of["total_liabilities"][debt]
        special = field + of["main_business_revenue"][main]
        if innovation >= 20 and growing >= 15 and special >= 15 and innovation + growing + special in (55, 60):
            break
    bound = Bound("revenue_growth", {}, Decimal(growth))
    dossier = aimed(rng, edition, [bound], bound, 0, 0)
    dossier["enterprise"]["strategic_emerging"] = field == 10
    for place, report in enumerate(dossier["annual_reports"]):
        revenue = 1000 * WAN * (1 + Decimal(growth)) ** place
        shares = {"rd_expense": rd, "main_business_revenue": main}
        report |= {name: _number(revenue * Decimal(share)) for name, share in shares.items()}
        report |= {"revenue": _number(revenue), "total_assets": 1000 * WAN}
        report["total_liabilities"] = _number(1000 * WAN * Decimal(debt))
    kind = CLASS_1_LIKE if ip >= 10 else "software_copyright"
    held = {**right(kind, 1), "high_value": ip == 20, "acquired_by": "own_rd" if ip == 15 else "merger"}
    dossier["intellectual_property"] = [held] if ip else []
    return dossier


def _specialised(rng: random.Random, edition: Edition) -> Row:
    """The points of the province fill up to the line; nothing else lets the firm in."""
    while True:
        dossier = aimed(rng, edition, [ANYWHERE], ANYWHERE, 0, 0)
        dossier["intellectual_property"] = rng.choice([[], [right(CLASS_1_LIKE, 1)]])
        for report in dossier["annual_reports"]:
            report["rd_expense"] = _number(Decimal(report["revenue"]) * Decimal("0.06"))
            report["revenue"], report["rd_expense"] = 3000 * WAN, 180 * WAN
        grades = dossier["expert_grades"]
        grades["specialised.provincial"] = 0
        lacking = 60 + rng.choice([-1, 0, 1]) - sum(specialised_points(Firm(dossier, AS_OF)).values())
        if 0 <= lacking <= 15:
            grades["specialised.provincial"] = lacking
            return dossier


def _high_tech(rng: random.Random, edition: Edition) -> Row:
    """Graded item by item, at 70 or a point beside it; or with more points for rights than count."""
    bands = (
        ("ip_advancement", 0, 8), ("ip_support", 0, 8), ("ip_count", 7, 8), ("ip_acquisition", 1, 6),
        ("rd_management_system", 0, 6), ("rd_institution", 0, 6), ("transfer_incentives", 0, 4), ("talent", 0, 4),
        ("achievement_transfer", 25, 30), ("growth_net_assets", 9, 10), ("growth_sales", 9, 10), ("ip_standards_bonus", 1, 2),
    )  # fmt: skip
    dossier = aimed(rng, edition, [ANYWHERE], ANYWHERE, 0, 0)
    dossier["events"] += [
        {"row_id": "t", "kind": "achievement_transfer", "occurred_on": "2024-05-01", "count": 15},
        {"row_id": "l", "kind": "standard_led", "occurred_on": "2024-05-01", "level": "national"},
    ]
    while True:
        points = {name: rng.randint(low, high) for name, low, high in bands}
        rights = sum(points[name] for name, *_ in bands if name.startswith("ip_"))
        score = min(rights, 30) + sum(number for name, number in points.items() if not name.startswith("ip_"))
        if score in (69, 70, 71, 72) and (rights > 30 or rng.random() < 0.1):
            dossier["expert_grades"] |= {f"hte.{name}": number for name, number in points.items()}
            return dossier


def _tech(rng: random.Random, edition: Edition) -> Row:
    """Points come in twos: at 58, 60 or 62, by whichever items."""
    staff = {"0.3": 20, "0.25": 16, "0.2": 12, "0.15": 8, "0.1": 4}
    spent = {"0.06": 50, "0.05": 40, "0.04": 30, "0.03": 20, "0.02": 10}
    while True:
        share, rate, held = rng.choice(list(staff)), rng.choice(list(spent)), rng.choice([0, 6, 12, 18, 24])
        if staff[share] + spent[rate] + held in (58, 60, 62):
            break
    dossier = aimed(rng, edition, [ANYWHERE], ANYWHERE, 0, 0)
    for report in dossier["annual_reports"]:
        report["tech_staff"] = int(200 * Decimal(share))
        report["rd_expense"] = _number((Decimal(report["revenue"]) * Decimal(rate)).quantize(CENT))
        report["total_cost_expense"], report["total_assets"] = report["revenue"], 1000 * WAN
    dossier["intellectual_property"] = [right("software_copyright", held // 6)] if held else []
    return dossier


LINES: dict[str, Callable[[random.Random, Edition], Row]] = {
    "innovative_sme/2022.yaml": _innovative,
    "specialised_sme/2022.yaml": _specialised,
    "high_tech_enterprise/2016.yaml": _high_tech,
    "tech_sme/2017.yaml": _tech,
}
SIZE = next(edition for edition in EDITIONS if edition.card == "size_class")
COLUMNS = {"employees": "employees_year_end", "revenue": "main_business_revenue", "assets": "total_assets"}


def at_size_lines() -> Iterator[tuple[Decimal, Row]]:
    """Every line of every group in persons or yuan, from below, exactly and from above, beyond all other lines of the group."""
    rng = random.Random("size")
    for group, floors in SIZE_GROUPS.items():
        letter, digits, _ = next(entry for entry in INDUSTRY_TABLE if entry[2] == group)
        for indicator, lines in floors.items():
            for line in lines:
                unit, cent = (Decimal(1), Decimal(1)) if indicator == "employees" else (Decimal(WAN), CENT)
                for off in (-1, 0, 1):
                    dossier = aimed(rng, SIZE, [ANYWHERE], ANYWHERE, 0, 0)
                    code = next(c for c in iter(lambda: random_uscc(rng, "450200"), None) if c.startswith("91"))
                    dossier["enterprise"] |= {"industry_code": letter + digits, "uscc": code}
                    for report in dossier["annual_reports"]:
                        report |= dict.fromkeys(COLUMNS.values(), 10**11) | {"employees_year_end": 10**5}
                        report[COLUMNS[indicator]] = _number(line * unit + cent * off)
                    yield line * unit, dossier
