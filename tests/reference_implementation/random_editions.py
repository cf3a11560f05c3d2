"""Random firms of which everything is known, at the bounds of earlier editions, re-verifications and pools."""

import random
from decimal import Decimal

from .naive_editions import ATTESTED
from .naive_pools import FIELDS
from .random_climbers import WAN, _beside, _day, _number, _path, random_climber
from .random_dossiers import AS_OF, Row, random_uscc

STAFF = [Decimal(n) / 100 for n in (5, 6, 10, 20, 50)]
MARGINS = [Decimal(n) / 100 for n in (2, 4, 6, 8, 10)]
SPENT = [Decimal(n * WAN) for n in (100, 200, 300, 400, 500, 1000, 2000, 3000)]
RATES = [Decimal(n) / 100 for n in (3, 4, 6, 8, 10)]
READ_EITHER_WAY = (
    "gazelle.sichuan.smallest_bracket",
    "gazelle.sichuan.growth_below_100_million",
    "gazelle.shandong.transformed",
    "gazelle.shandong.growth_up_to_400_million",
    "gazelle.shandong.profit",
    "gazelle.shandong.rd_period",
    "unicorn.shandong.transformed",
)
"""How a person reads a text that leaves it open."""


def random_of_any_edition(rng: random.Random) -> Row:
    """A climber with what the other editions ask for beside."""
    dossier = random_climber(rng)
    favoured = rng.random() < 0.7
    enterprise: Row = dossier["enterprise"]
    if enterprise["region_code"] == "510100" and rng.random() < 0.5:
        enterprise["region_code"] = "510700"
        enterprise["uscc"] = random_uscc(rng, "510700")
    if favoured:
        enterprise["established_on"] = _day(rng, 3, 5, 6, 6, 9, 10)
    enterprise["technology_field"] = rng.choice([*sorted(FIELDS), *["outside"] * (0 if favoured else 3)])
    for report in dossier["annual_reports"]:
        _add_staff_and_income(rng, report, favoured=favoured)
    _add_taxes(rng, dossier["annual_reports"])
    last = dossier["annual_reports"][-1]
    if rng.random() < 0.5:
        last["net_profit"] = _number(Decimal(last["revenue"]) * rng.choice(MARGINS) + _beside(rng))
    if rng.random() < 0.4:
        amount = rng.choice([*SPENT, *(Decimal(last["revenue"]) * rate for rate in RATES)])
        last["rd_expense"] = _number(max(Decimal(0), amount + _beside(rng)))
    dossier["events"] = [*dossier["events"], *_events(rng, favoured=favoured)]
    for right in dossier["intellectual_property"]:
        right["used_for_hte"], right["disputed"] = rng.random() < 0.1, rng.random() < 0.05
        right["granted_on"] = _day(rng, 1, 2, 3)
    if rng.random() < 0.5:
        dossier["certificates"] = [c for c in dossier["certificates"] if c["kind"] != "high_tech_enterprise"]
    if rng.random() < 0.2:
        old = {"kind": "high_tech_enterprise", "number": "old", "valid_to": "2010-12-30"}
        dossier["certificates"].append({**old, "valid_from": rng.choice(["2007-12-31", "2008-01-01"])})
    grades = dossier["expert_grades"]
    grades |= {name: rng.random() < (0.95 if favoured and name not in READ_EITHER_WAY else 0.5) for name in ATTESTED}
    grades["specialised.field"] = rng.choice([0, 3, 5])
    grades["specialised.quality"] = rng.choice([0, 3, 5])
    grades["specialised.digital_level"] = rng.choice([1, 2, 3])
    grades["specialised.provincial"] = rng.choice([0, 5, 10, 15])
    grades["specialised.platform_score"] = [
        {"value": rng.choice([49, 50, 59, 60]), "year": AS_OF.year - ago} for ago in range(3)
    ]
    return dossier


def _add_staff_and_income(rng: random.Random, report: Row, *, favoured: bool) -> None:
    income = Decimal(report["revenue"]) * Decimal("1.05")
    staff = Decimal(report["employees"])
    high = [Decimal("0.8")] * (8 if favoured else 2)
    report["total_income"] = _number(income)
    report["hitech_income"] = _number(income * rng.choice([Decimal("0.4"), Decimal("0.5"), *high]) + rng.choice([0, 1]))
    report["rd_staff"] = max(0, int(staff * rng.choice(STAFF)) + rng.choice([-1, 0, 0, 1]))
    report["tech_staff"] = max(0, int(staff * rng.choice([*STAFF, *high])) + rng.choice([-1, 0, 0, 1]))
    spent = Decimal(report["rd_expense"])
    for name in ("rd_expense_province", "rd_expense_domestic"):
        report[name] = _number(max(Decimal(0), spent * rng.choice([Decimal("0.6"), *high]) + _beside(rng)))


def _add_taxes(rng: random.Random, reports: list[Row]) -> None:
    for report, paid in zip(reports, _path(rng, Decimal(600 * WAN)), strict=True):
        report["tax_paid"] = _number(max(Decimal(0), paid))


def _events(rng: random.Random, *, favoured: bool) -> list[Row]:
    rows: list[Row] = []
    if favoured or rng.random() < 0.5:
        rows.append({"kind": "niche_since", "occurred_on": _day(rng, 2, 3, 4, 6, 8, 10)})
    if rng.random() < 0.1:
        contest = {"kind": "maker_contest", "occurred_on": _day(rng, 1, 3), "rank": rng.choice([50, 51, 500, 501])}
        rows.append(contest)
    if rng.random() < 0.6:
        levels = ["national", "provincial", "municipal", "below_municipal", "industry"]
        row = {"kind": "rd_institution", "occurred_on": _day(rng, 1, 3), "level": rng.choice(levels)}
        if rng.random() < 0.3:
            row["ended_on"] = _day(rng, 0)
        rows.append(row)
    return [{**row, "row_id": f"x{place}"} for place, row in enumerate(rows)]
