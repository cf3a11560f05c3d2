"""Firms at one bound of one card: what else the card asks for is met, as far as that can be, and the bound is hit exactly or
missed by the smallest unit on either side."""

import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from .card_bounds import Bound
from .naive_ladder import ATTESTED, CLASS_1
from .random_climbers import READINGS, WAN, _number, random_climber
from .random_dossiers import AS_OF, CENT, Row, random_uscc

YEARS = range(4, 0, -1)
"""Accounting years before as_of's, oldest first."""
FAR = {
    "rd_expense": ("revenue", "0.18"),
    "st_activity_expense": ("revenue", "0.08"),
    "main_business_revenue": ("revenue", "0.96"),
    "total_liabilities": ("total_assets", "0.3"),
    "net_profit": ("revenue", "0.11"),
    "operating_profit": ("revenue", "0.11"),
    "total_profit": ("revenue", "0.11"),
    "hitech_income": ("total_income", "0.8"),
    "rd_expense_domestic": ("rd_expense", "0.8"),
    "rd_expense_province": ("rd_expense", "0.8"),
    "tax_paid": ("revenue", "0.05"),
}
"""Of what each amount is a share, and how much where nothing else is wanted: beyond every bound."""
STAFF = {"rd_staff": "0.6", "tech_staff": "0.7"}
RATIOS = {
    "rd_to_revenue": ("rd_expense", "revenue"),
    "rd_to_revenue_over": ("rd_expense", "revenue"),
    "rd_to_sales_over": ("rd_expense", "revenue"),
    "st_activity_to_revenue_over": ("st_activity_expense", "revenue"),
    "main_share": ("main_business_revenue", "revenue"),
    "net_margin": ("net_profit", "revenue"),
    "debt_ratio": ("total_liabilities", "total_assets"),
    "debt_ratio_over": ("total_liabilities", "total_assets"),
    "hitech_income_share": ("hitech_income", "total_income"),
    "rd_domestic_share": ("rd_expense_domestic", "rd_expense"),
    "rd_province_share": ("rd_expense_province", "rd_expense"),
    "rd_staff_share": ("rd_staff", "employees"),
    "tech_staff_ratio_monthly": ("tech_staff", "employees"),
}
REGIONS = {
    "gazelle.guangxi_pool": "450200",
    "gazelle.sichuan": "510700",
    "gazelle.jiangsu": "320500",
    "gazelle.shandong": "370200",
    "gazelle.jinan": "370100",
    "gazelle.liaoning": "210200",
    "gazelle.zhongshan_torch": "442000",
    "seed_unicorn.sichuan": "510100",
    "hte_pool.guangdong": "440100",
    "hte_pool.jiangsu": "320200",
}
BOTH = ("gazelle.sichuan",)
"""Cards that ask for growth of revenue and of a profit; others take either, or know no profit."""
SIZES = ("revenue", "sales_revenue", "main_business_revenue")
Amounts = dict[str, list[Decimal]]
LEVELS = {
    "ip": (20, 15, 10, 5, 0),
    "rd_expense": {"0.05": 20, "0.03": 15, "0.02": 10, "0.01": 5, "0": 0},
    "growth": {"0.15": 20, "0.1": 15, "0.05": 10, "0": 5},
    "total_liabilities": {"0.55": 10, "0.75": 5, "0.8": 0},
    "main_business_revenue": {"0.7": 20, "0.6": 15, "0.55": 10, "0.5": 5},
}
"""Of an innovative SME: where each level of an item begins, and its points."""


def at_every_bound(
    rng: random.Random, card: str, bounds: list[Bound], readings: Sequence[str], times: int
) -> Iterator[Row]:
    """Every bound of the card from below, exactly and from above, so many times; what parts brackets four times as often."""
    for bound in bounds:
        for off in (-1, 0, 1):
            for turn in range(times * (4 if bound.bracket else 1)):
                yield aimed(rng, card, bounds, bound, off, turn, readings)
    if card == "innovative_sme":
        yield from (innovative_at_the_line(rng) for _ in range(10 * times))


def aimed(
    rng: random.Random, card: str, bounds: list[Bound], bound: Bound, off: int, turn: int, readings: Sequence[str] = ()
) -> Row:
    """A dossier without any gap, but that of one of the ``readings`` nothing is recorded in every third turn."""
    dossier = _spotless(rng, card)
    rates = sorted({b.value for b in bounds if "growth" in b.indicator})
    growth, share = _between(rng, rates if bound.bracket else [], "0.5"), {}
    if bound.bracket:
        wanted = sorted({b.value for b in bounds if b.indicator.startswith("rd_to")})
        share = {"rd_expense": _between(rng, wanted, "0.18")}
    elif bound.indicator == "equity_financing":
        # Too little for a score to stand in for the equity.
        share = {"rd_expense": Decimal("0.035")}
    sizes = [b.value for b in bounds if b.indicator in SIZES and int(b.settings.get("year", -1)) == -1]
    amounts = _amounts(rng, bound, off, growth, sizes, turn // 3, both=card in BOTH)
    staff = _staff(bound, off)
    _shares(amounts, share, bound, off)
    if "profit" in bound.indicator or card in BOTH or rng.random() < 0.3:
        _profits(rng, amounts, bound, off, turn // 3, both=card in BOTH)
    dossier["annual_reports"] = [
        {
            "fiscal_year": AS_OF.year - ago,
            "rd_super_deduction": True,
            "employees": staff[place],
            "employees_year_end": staff[place],
            **{name: _part(staff[place], name, bound, off) for name in STAFF},
            **{name: _number(years[place].quantize(CENT, ROUND_HALF_UP)) for name, years in amounts.items()},
        }
        for place, ago in enumerate(YEARS)
    ]
    _lists(dossier, bound, off)
    if readings:
        grades, reading = dossier["expert_grades"], rng.choice(readings)
        grades[reading] = turn % 3 == 1
        if turn % 3 == 0:
            del grades[reading]
    return dossier


def _between(rng: random.Random, rates: list[Decimal], strong: str) -> Decimal:
    """Between two neighbours, so that a step over a bracket decides; or beyond all."""
    middles = [(low + high) / 2 for low, high in pairwise(rates)]
    return rng.choice([*middles, Decimal(strong)])


def _spotless(rng: random.Random, card: str) -> Row:
    """Nothing against the firm, and no way around what the card measures."""
    dossier = random_climber(rng)
    region = REGIONS.get(card, "450200")
    titles = ["tech_sme", "specialised_sme", "high_tech_enterprise"]
    if card in ("innovative_sme", "hte_pool.guangdong", "hte_pool.jiangsu"):
        titles.remove("high_tech_enterprise")
    enterprise: Row = dossier["enterprise"]
    enterprise.pop("excluded_kind", None)
    enterprise |= {
        "uscc": random_uscc(rng, region),
        "region_code": region,
        "established_on": "2021-06-01",
        "industry_code": "C3612",
        "technology_field": "advanced_manufacturing",
        "zone_type": "htz",
        "zone_level": "national",
        "restricted_industry": False,
        "listed_on": None,
    }
    likely = {one: rng.random() < 0.5 for one in READINGS}
    return {
        **dossier,
        "certificates": [
            {"kind": kind, "number": kind, "valid_from": "2025-01-01", "valid_to": "2027-12-31"} for kind in titles
        ],
        "events": [
            {"row_id": "n", "kind": "niche_since", "occurred_on": "2016-01-01"},
            {"row_id": "s", "kind": "market_share", "occurred_on": "2025-01-01", "value": "0.1", "level": "national", "rank": 3},
            {"row_id": "c", "kind": "credit_score", "occurred_on": "2025-01-01", "value": 75},
        ],
        "intellectual_property": [] if card == "innovative_sme" else [right(CLASS_1_LIKE, 8)],
        "financing_rounds": [],
        "expert_grades": {
            **dossier["expert_grades"],
            **dict.fromkeys(ATTESTED, True),
            **likely,
            "specialised.platform_score": 75,
        },
    }  # fmt: skip


CLASS_1_LIKE = "invention_patent"


def right(kind: str, count: int) -> Row:
    """A right that counts wherever its kind does."""
    return {
        "kind": kind,
        "number": "aimed",
        "count": count,
        "granted_on": "2025-03-01" if kind in CLASS_1 else "2024-03-01",
        "in_force": True,
        "acquired_by": "own_rd",
        "acquired_on": "2025-03-01",
        "supports_main_product": True,
        "applied_with_benefit": True,
        "high_value": False,
        "holder_rank": 1,
        "pct": False,
        "used_for_hte": False,
        "disputed": False,
    }


def innovative_at_the_line(rng: random.Random) -> Row:
    """An innovative SME by its score alone: at 60 points or the nearest number below, every group at its floor or above."""
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
    dossier = aimed(rng, "innovative_sme", [bound], bound, 0, 0)
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


# --- accounts ---------------------------------------------------------------------------------------------------------


def _amounts(
    rng: random.Random, bound: Bound, off: int, growth: Decimal, lines: list[Decimal], shape: int, *, both: bool
) -> Amounts:
    """Revenue of four years, and what is a whole multiple of it."""
    step, name = CENT * off, bound.indicator
    # In the bracket of the bound, else on either side of every line, and far from all.
    low, high = bound.within
    around = [Decimal(900 * WAN), Decimal(4900 * WAN)]
    if low or high:
        around = [*([low * Decimal("1.7")] if low else []), *([high * Decimal("0.9")] if high else [])]
    elif lines:
        around = [line * Decimal(factor) for line in lines for factor in ("0.9", "1.7")]
    top = rng.choice(around)
    if name in SIZES and int(bound.settings.get("year", -1)) == -1:
        revenue = [*(bound.value / (1 + growth) ** n for n in (3, 2, 1)), bound.value + step]
    elif name == "revenue":
        place = 4 + int(bound.settings["year"])
        revenue = [(bound.value + step) * Decimal("1.5") ** (n - place) for n in range(4)]
    elif name.startswith(("employees", "profit")):
        revenue = _steady(top, Decimal("0.3") if both else rng.choice([Decimal("0.06"), growth]))
    elif name in ("revenue_growth", "revenue_change") and bound.value == 0:
        revenue = _flat_in(_steady(top, Decimal("1.2")), int(bound.settings.get("year", -1)), step)
    elif name.endswith("growth_mean") or name == "growth_sales_mean":
        revenue = _uneven(top, bound.value, Decimal(("0", "0.05", "0.001", "0.001")[shape % 4]))
        revenue[-1] += step
    elif "growth" in name:
        revenue = _growing(top, bound, step, shape)
    else:
        revenue = _steady(top, growth)
    assets = [2 * one for one in revenue]
    return {"revenue": revenue, "total_assets": assets, "total_income": list(revenue)}


def _steady(top: Decimal, rate: Decimal) -> list[Decimal]:
    """The same growth each year, exact to the cent, up to about an amount."""
    start = (top / (1 + rate) ** 3 / WAN).to_integral_value(ROUND_HALF_UP) * WAN
    return [start * (1 + rate) ** n for n in range(4)]


def _growing(top: Decimal, bound: Bound, step: Decimal, shape: int) -> list[Decimal]:
    """Compound growth at the bound over every number of intervals, or over that of the bound alone."""
    years = _steady(top, bound.value)
    # Of the other number of intervals growth is the same, more, or less.
    alone = {"2": (0, ("1", "0.6", "1.02")), "3": (1, ("1", "0.98", "1.05"))}
    place, parts = alone.get(str(bound.settings.get("intervals")), (0, ("1",)))
    years[place] *= Decimal(parts[shape % len(parts)])
    years[-1] += step
    return years


def _uneven(top: Decimal, mean: Decimal, by: Decimal) -> list[Decimal]:
    """The mean growth of the last two years, of which compound growth falls a little or much short."""
    unit = 100 * WAN
    start = max(Decimal(1), (top / (1 + mean) ** 2 / unit).to_integral_value(ROUND_HALF_UP)) * unit
    return [start * Decimal("0.8"), start, start * (1 + mean - by), start * (1 + mean - by) * (1 + mean + by)]


def _flat_in(years: list[Decimal], year: int, step: Decimal) -> list[Decimal]:
    """No growth in one year, or a cent of it."""
    place = 4 + year
    return [*years[:place], years[place - 1] + step, *years[place + 1 :]]


def _shares(amounts: Amounts, wanted: dict[str, Decimal], bound: Bound, off: int) -> None:
    part, _ = RATIOS.get(bound.indicator, ("", ""))
    years = 4 if part and "years" in bound.settings else 1
    last = int(bound.settings.get("year", -1))
    for name, (whole, far) in FAR.items():
        amounts[name] = [one * wanted.get(name, Decimal(far)) for one in amounts[whole]]
        if name == part:
            for place in range(5 + last - years, 5 + last):
                amounts[name][place] = amounts[whole][place] * bound.value
            amounts[name][4 + last] += CENT * off
        elif name == "rd_expense" and bound.indicator == "rd_expense":
            amounts[name][4 + last] = max(Decimal(0), bound.value + CENT * off)
        elif name == "rd_expense" and bound.indicator in ("rd_expense_total", "rd_expense_mean"):
            each = bound.value / 2 if bound.indicator == "rd_expense_total" else bound.value
            amounts[name][2:] = [each, each + CENT * off]


def _profits(rng: random.Random, amounts: Amounts, bound: Bound, off: int, shape: int, *, both: bool) -> None:
    """One profit at the bound and revenue elsewhere, or revenue alone; where both must grow, the others grow."""
    aim = bound.settings.get("of") if "profit" in bound.indicator else None
    for name in ("net_profit", "operating_profit", "total_profit"):
        if name != aim:
            other = _steady(Decimal(500 * WAN), Decimal("0.6")) if both else [Decimal(-1)] * 4
            amounts[name] = other if both else rng.choice([amounts[name], other])
        elif bound.value == 0:
            year = int(bound.settings.get("year", -1))
            amounts[name] = _flat_in(_steady(Decimal(500 * WAN), Decimal("1.2")), year, CENT * off)
        else:
            amounts[name] = _growing(Decimal(500 * WAN), bound, CENT * off, shape)


def _staff(bound: Bound, off: int) -> list[int]:
    name, wanted = bound.indicator, bound.value
    if name == "employees_year_end":
        return [int(wanted) + off] + [(int(wanted) + off) * n for n in (2, 3, 4)]
    if name == "employees_growth_compound":
        grown = [int(1000 * (1 + wanted) ** n) for n in range(4)]
        return [*grown[:3], grown[3] + off]
    if name == "employees_growth":
        return [100, 200, 400, 400 + off]
    if name == "employees_mean":
        return [int(wanted)] * 3 + [int(wanted) + off]
    return [200] * 4


def _part(staff: int, name: str, bound: Bound, off: int) -> int:
    wanted, _ = RATIOS.get(bound.indicator, ("", ""))
    return int(staff * bound.value) + off if name == wanted else int(staff * Decimal(STAFF[name]))


# --- lists ------------------------------------------------------------------------------------------------------------


def _lists(dossier: Row, bound: Bound, off: int) -> None:
    wanted = int(bound.value) + off
    of = bound.settings.get("of", "class_1")
    match bound.indicator:
        case "product_rights":
            kind = "software_copyright" if of == "class_2" else CLASS_1_LIKE
            held = {
                **right(kind, wanted),
                "high_value": of == "class_1_high_value",
                "acquired_by": "merger" if of == "class_1" else "own_rd",
            }
            dossier["intellectual_property"] = [held] if wanted else []
        case "applied_rights" | "usable_rights":
            dossier["intellectual_property"] = [right(CLASS_1_LIKE, wanted)] if wanted else []
        case "rights_of" | "rights_granted_in":
            dossier["intellectual_property"] = [right(bound.settings["kinds"][0], wanted)] if wanted else []
        case "equity_financing" | "financing_total":
            paid = _number(bound.value + CENT * off)
            dossier["financing_rounds"] = [
                {
                    "row_id": "r",
                    "closed_on": "2026-01-05",
                    "amount": paid,
                    "post_money": 3 * 10**8,
                    "currency": "CNY",
                    "arrived": True,
                    "qualified_institution": True,
                }
            ]
        case "platform_score":
            dossier["expert_grades"]["specialised.platform_score"] = wanted
