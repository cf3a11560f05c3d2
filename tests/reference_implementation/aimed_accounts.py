"""Accounts and staff of four years that put one figure at a bound, or a cent or a person beside it."""

import random
from decimal import ROUND_HALF_UP, Decimal

from .card_bounds import NUMBERED, Bound
from .naive_firm import WAN
from .random_dossiers import CENT

YEARS = range(4, 0, -1)
"""Accounting years before as_of's, oldest first."""
YI = Decimal(10**8)
FAR = {
    "total_cost_expense": ("revenue", "0.9"),
    "rd_expense": ("revenue", "0.18"),
    "st_activity_expense": ("revenue", "0.08"),
    "main_business_revenue": ("revenue", "0.96"),
    "leading_product_revenue": ("revenue", "0.9"),
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
    "st_activity_to_revenue": ("st_activity_expense", "revenue"),
    "st_activity_to_revenue_over": ("st_activity_expense", "revenue"),
    "main_share": ("main_business_revenue", "revenue"),
    "leading_share": ("leading_product_revenue", "revenue"),
    "net_margin": ("net_profit", "revenue"),
    "debt_ratio": ("total_liabilities", "total_assets"),
    "debt_ratio_over": ("total_liabilities", "total_assets"),
    "hitech_income_share": ("hitech_income", "total_income"),
    "rd_domestic_share": ("rd_expense_domestic", "rd_expense"),
    "rd_province_share": ("rd_expense_province", "rd_expense"),
    "rd_staff_share": ("rd_staff", "employees"),
    "tech_staff_ratio_monthly": ("tech_staff", "employees"),
    "tech_staff_ratio_quarterly": ("tech_staff", "employees"),
    "rd_to_sales": ("rd_expense", "revenue"),
    "rd_to_cost": ("rd_expense", "total_cost_expense"),
}
SIZES = ("revenue", "sales_revenue", "main_business_revenue")
Amounts = dict[str, list[Decimal]]


def amounts_of(
    rng: random.Random, bound: Bound, off: int, growth: Decimal, lines: list[Decimal], shape: int, *, both: bool
) -> Amounts:
    """Revenue of four years, and what is a whole multiple of it."""
    step, name = CENT * off, bound.indicator
    # In the bracket of the bound, else on either side of every line, and far from all.
    low, high = bound.within
    around = [Decimal(wan * WAN) for wan in (900, 1200, 4900, 12_000)]
    if low or high:
        around = [*([low * Decimal("1.7")] if low else []), *([high * Decimal("0.9")] if high else [])]
    elif name.startswith("rd_expense"):
        # An amount that is much of a small firm's revenue and next to nothing of a large one's.
        around.append(5 * YI)
    elif lines and name in NUMBERED:
        # Above each line and below the next.
        above = [*sorted(set(lines))[1:], 3 * max(lines)]
        around = [
            min(line * Decimal("1.7"), (line + next_) / 2)
            for line, next_ in zip(sorted(set(lines)), above, strict=True)
        ]
    elif lines:
        around += [line * Decimal(factor) for line in lines for factor in ("0.9", "1.7")]
    top = rng.choice(around)
    if name == "rd_expense" and bound.value == 100 * WAN and "year" in bound.settings:
        revenue = _steady(Decimal(2000 * WAN), Decimal("0.5"))
    elif name in SIZES and int(bound.settings.get("year", -1)) == -1:
        revenue = [*(bound.value / (1 + growth) ** n for n in (3, 2, 1)), bound.value + step]
    elif name == "revenue":
        place = 4 + int(bound.settings["year"])
        revenue = [(bound.value + step) * Decimal("1.5") ** (n - place) for n in range(4)]
    elif name.startswith(("employees", "profit")):
        revenue = _steady(top, Decimal("0.3") if both else rng.choice([Decimal("0.06"), growth]))
    elif name == "revenue_change":
        # Of a firm that passes by its size alone.
        revenue = _flat_in(_steady(rng.choice([8, 20]) * YI, Decimal("0.03")), int(bound.settings["year"]), step)
    elif name == "revenue_growth" and bound.value == 0:
        revenue = _flat_in(_steady(top, Decimal("1.2")), int(bound.settings.get("year", -1)), step)
    elif name == "main_growth":
        revenue = _grown_in(top, bound, step)
    elif name in ("main_growth_mean", "growth_sales_mean"):
        revenue = _uneven(top, bound.value, Decimal(("0", "0.05", "0.001", "0.001")[shape % 4]))
        revenue[-1] += step
    elif "growth" in name and not name.startswith(("tax", "growth_net")):
        revenue = _growing(top, bound, step, shape)
    else:
        revenue = _steady(top, growth)
    assets = [2 * one for one in revenue]
    if name == "total_assets":
        assets[-1] = bound.value + step
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
    if "intervals" in bound.settings and place == 0 and shape % 2:
        # Uneven growth: the mean of its ratios is more.
        years[2] *= Decimal("1.02")
    years[-1] += step
    return years


def _grown_in(top: Decimal, bound: Bound, step: Decimal) -> list[Decimal]:
    """Growth at the bound in the bound's year, a little more in the others; a share of each is whole in cents."""
    rates = [bound.value + Decimal("0.02")] * 3
    year = int(bound.settings.get("year", -1))
    rates[year] = bound.value
    unit = 100 * WAN
    years = [max(Decimal(1), (top / (1 + bound.value) ** 3 / unit).to_integral_value(ROUND_HALF_UP)) * unit]
    for rate in rates:
        years.append(years[-1] * (1 + rate))
    years[year] += step
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


def add_shares(amounts: Amounts, wanted: dict[str, Decimal], bound: Bound, off: int, shape: int) -> None:
    part, of = RATIOS.get(bound.indicator, ("", ""))
    years = 4 if part and "years" in bound.settings else 1
    last = int(bound.settings.get("year", -1))
    for name, (whole, far) in FAR.items():
        amounts[name] = [one * wanted.get(name, Decimal(far)) for one in amounts[whole]]
        if name == part:
            if "year" in bound.settings and shape % 2:
                # The sums do not reach the bound, the one year may.
                amounts[name] = [one * bound.value / 2 for one in amounts[of]]
            for place in range(5 + last - years, 5 + last):
                amounts[name][place] = amounts[of][place] * bound.value
            amounts[name][4 + last] += CENT * off
            if years > 1 and shape % 2:
                # The sums reach the bound, not each of the years.
                moved = (amounts[name][3 + last] / (10 if shape % 4 == 1 else -10)).quantize(CENT)
                amounts[name][3 + last] -= moved
                amounts[name][4 + last] += moved
        elif name == "main_business_revenue" and bound.indicator == name:
            amounts[name][-1] = bound.value + CENT * off
        elif name == "total_cost_expense" and bound.indicator == "rd_to_cost":
            # So little that R&D is none to speak of beside sales.
            amounts[name] = [one / 20 for one in amounts[whole]]
        elif name == "rd_expense" and bound.indicator == "rd_expense":
            if bound.value == 100 * WAN and "year" in bound.settings and shape % 2:
                # In the other years less than the least that one of them must reach.
                amounts[name] = [Decimal(80 * WAN)] * 4
            amounts[name][4 + last] = max(Decimal(0), bound.value + CENT * off)
        elif name == "rd_expense" and bound.indicator in ("rd_expense_total", "rd_expense_mean"):
            each = bound.value / 2 if bound.indicator == "rd_expense_total" else bound.value
            amounts[name][2:] = [each, each + CENT * off]
    if bound.indicator == "main_products":
        part_of_all = [one * bound.value / 100 for one in amounts["hitech_income"]]
        amounts["main_product_hitech_income"] = [*part_of_all[:-1], part_of_all[-1] + CENT * off]


def add_profits(rng: random.Random, amounts: Amounts, bound: Bound, off: int, shape: int, *, both: bool) -> None:
    """One profit at the bound and revenue elsewhere, or revenue alone; where both must grow, the others grow. Where the text does
    not say which profit it means, the others too may decide."""
    aim = bound.settings.get("of") if "profit" in bound.indicator else None
    grown, none = _steady(Decimal(500 * WAN), Decimal("0.6")), [Decimal(-1)] * 4
    all_grow = both or (aim is not None and rng.random() < 0.5)
    for name in ("net_profit", "operating_profit", "total_profit"):
        if name != aim:
            amounts[name] = grown if all_grow else rng.choice([amounts[name], none])
        elif bound.value == 0:
            year = int(bound.settings.get("year", -1))
            amounts[name] = _flat_in(_steady(Decimal(500 * WAN), Decimal("1.2")), year, CENT * off)
        else:
            amounts[name] = _growing(Decimal(500 * WAN), bound, CENT * off, shape)


def add_net_assets(amounts: Amounts, bound: Bound, off: int, shape: int) -> None:
    """Net assets of which the mean growth is at the bound; debts as they are."""
    if bound.indicator == "growth_net_assets_mean":
        net = _uneven(Decimal(4900 * WAN), bound.value, Decimal(("0", "0.05", "0.001")[shape % 3]))
        net[-1] += CENT * off
        amounts["total_assets"] = [own + debt for own, debt in zip(net, amounts["total_liabilities"], strict=True)]


def add_taxes(rng: random.Random, amounts: Amounts, bound: Bound, off: int, shape: int) -> None:
    """Taxes that grow at the bound, or at a rate that one bracket takes and another does not."""
    name, base = bound.indicator, Decimal(600 * WAN)
    if name == "tax_growth_mean":
        amounts["tax_paid"] = _uneven(base, bound.value, Decimal(("0", "0.05", "0.001")[shape % 3]))
        amounts["tax_paid"][-1] += CENT * off
    elif name == "tax_growth_compound":
        amounts["tax_paid"] = _growing(base, bound, CENT * off, shape)
    else:
        amounts["tax_paid"] = _steady(base, Decimal(rng.choice(["0", "0", "0.07", "0.2"])))


def staff_of(bound: Bound, off: int, shape: int) -> list[int]:
    name, wanted = bound.indicator, bound.value
    if name in NUMBERED and shape % 2:
        return [200, 400, 800, 1600]
    if name == "employees_year_end":
        return [int(wanted) + off] + [(int(wanted) + off) * n for n in (2, 3, 4)]
    if name == "employees_growth_compound":
        grown = [int(1_000_000 * (1 + wanted) ** n) for n in range(4)]
        return [*grown[:3], grown[3] + off]
    if name == "employees_growth":
        return [1_100_000, 2_200_000, 4_400_000, 4_400_000 + off]
    if name == "employees_quarterly":
        return [200] * 3 + [int(wanted) + off]
    if RATIOS.get(name, ("", ""))[1] == "employees":
        # So many that one person is less than the millionth by which a bound is moved.
        return [2_000_000] * 4
    if name == "employees_mean":
        return [int(wanted)] * 3 + [int(wanted) + off]
    return [200] * 4


def part_of(staff: int, name: str, bound: Bound, off: int) -> int:
    wanted, _ = RATIOS.get(bound.indicator, ("", ""))
    return int(staff * bound.value) + off if name == wanted else int(staff * Decimal(STAFF[name]))
