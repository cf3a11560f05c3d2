"""Firms at one bound of one edition: what else the card asks for is met, as far as that can be, and the bound is hit exactly or
missed by the smallest unit on either side."""

import random
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from .aimed_accounts import (
    SIZES,
    STAFF,
    YEARS,
    add_net_assets,
    add_profits,
    add_shares,
    add_taxes,
    amounts_of,
    part_of,
    staff_of,
)
from .aimed_rows import CLASS_1_LIKE, paid, put_rows, right
from .card_bounds import NUMBERED, Bound, bounds_of, readings_of
from .naive_editions import EVER_ATTESTED, Edition
from .naive_firm import WAN
from .random_climbers import READINGS, _number, random_climber
from .random_dossiers import AS_OF, CENT, Row, random_uscc
from .random_editions import READ_EITHER_WAY

REGIONS = {
    "gazelle.guangxi_pool": "450200",
    "gazelle.sichuan": "510700",
    "gazelle.jiangsu": "320500",
    "gazelle.shandong": "370200",
    "gazelle.jinan": "370100",
    "gazelle.liaoning": "210200",
    "gazelle.zhongshan_torch": "442000",
    "gazelle.jinan_htz": "370100",
    "gazelle.shijiazhuang_htz": "130100",
    "gazelle.yancheng": "320900",
    "gazelle.hangzhou_binjiang": "330100",
    "seed_unicorn.sichuan": "510100",
    "unicorn.shandong": "370200",
    "quasi_unicorn.shandong": "370200",
    "unicorn.chengdu": "510100",
    "industry_leader.chengdu": "510100",
    "hte_pool.guangdong": "440100",
    "hte_pool.jiangsu": "320200",
}
BOTH = ("gazelle.sichuan",)
"""Cards that ask for growth of revenue and of a profit; others take either, or know no profit."""
TITLED = {
    "innovative_sme": ("tech_sme", "specialised_sme"),
    "hte_pool.guangdong": ("tech_sme",),
    "hte_pool.jiangsu": ("tech_sme",),
    "gazelle.yancheng": ("gazelle_pool",),
    "tech_sme": (),
}
"""Titles held, where not all: a certificate would be a way around what is measured."""
EITHER_WAY = (*READINGS, *READ_EITHER_WAY)
"""How a person reads a text that leaves it open."""
GRADED = {"specialised.field": (0, 5), "specialised.quality": (0, 5), "specialised.provincial": (0, 15)}
CURRENCY = {"seed_unicorn.sichuan": "CNY"}
"""In which the card counts, where not in dollars."""
VALUED = {
    "unicorn": (10**9,),
    "unicorn.shandong": (2 * 10**9,),
    "unicorn.chengdu": (10**9,),
    "potential_unicorn": (2 * 10**8, 2 * 10**9),
    "quasi_unicorn.shandong": (2 * 10**8,),
    "seed_unicorn.sichuan": (3 * 10**8,),
}
"""What the last round was worth, in the currency in which the card counts."""
FOUNDED = ("2021-06-01", "2021-06-01", "2021-06-01", "2018-06-01", "2016-06-01")
"""So that an age decides which ways in are open; the first fits every card but those of `FOUNDING`."""
FOUNDING = {"gazelle.jinan_htz": ("2012-06-01", *(f"{year}-06-01" for year in range(2015, 2021)))}
"""Where each year of age has a line of revenue of its own."""


def files_of(edition: Edition) -> list[str]:
    """The edition's file and what is laid over it."""
    return [edition.file, *filter(None, [edition.overlay])]


def at_bound(edition: Edition, bound: Bound, times: int) -> Iterator[Row]:
    """The bound from below, exactly and from above, so many times; what parts brackets or ages four times as often."""
    rng = random.Random(f"{edition.name} {bound}")
    bounds = bounds_of(*files_of(edition))
    readings = readings_of(files_of(edition), EITHER_WAY)
    wide = bound.bracket or bound.indicator in (*NUMBERED, *SIZES)
    for turn in range(times * (4 if wide else 1)):
        for off in (-1, 0, 1):
            found = aimed(rng, edition, bounds, bound, off, turn, readings)
            if found["enterprise"]["uscc"][:2] == "91":
                yield found


def aimed(
    rng: random.Random,
    edition: Edition,
    bounds: list[Bound],
    bound: Bound,
    off: int,
    turn: int,
    readings: Sequence[str] = (),
) -> Row:
    """A dossier without any gap, but that of one of the ``readings`` nothing is recorded in every third turn."""
    card, shape, both = edition.card, turn // 3, edition.card in BOTH
    dossier = _spotless(rng, edition, bound)
    rates = sorted({b.value for b in bounds if "growth" in b.indicator})
    growth, share = _between(rng, rates if bound.bracket else [], "0.5"), {}
    if bound.bracket:
        wanted = sorted({b.value for b in bounds if b.indicator.startswith("rd_to")})
        share = {"rd_expense": _between(rng, wanted, "0.18")}
    elif bound.indicator in (*SIZES, *NUMBERED):
        # Too slow for a way in that asks for growth, or too slow for some of them.
        growth = Decimal(rng.choice(["0.5", "0.41", "0.25", "0.01", "0.01"]))
    if bound.indicator == "equity_financing" and card == "innovative_sme":
        # Too little for a score to stand in for the equity.
        share = {"rd_expense": Decimal("0.035")}
    if card == "little_giant" and bound.within[1] == 5000 * WAN:
        # Below 5000万 equity, an amount of R&D and half the staff are asked for together.
        share = {"rd_expense": Decimal("0.75")}
    if card == "gazelle.torch" and bound.indicator in (*SIZES, *NUMBERED, "revenue_growth_compound"):
        # There growth may stand in for it.
        share["st_activity_expense"] = Decimal(rng.choice(["0.02", "0.08"]))
    sizes = [b.value for b in bounds if b.indicator in SIZES and int(b.settings.get("year", -1)) == -1]
    amounts = amounts_of(rng, bound, off, growth, sizes, shape, both=both)
    staff = staff_of(bound, off, shape)
    add_shares(amounts, share, bound, off, shape)
    if "profit" in bound.indicator or both or rng.random() < 0.3:
        add_profits(rng, amounts, bound, off, shape, both=both)
    add_net_assets(amounts, bound, off, shape)
    add_taxes(rng, amounts, bound, off, shape)
    dossier["annual_reports"] = [
        {
            "fiscal_year": AS_OF.year - ago,
            "rd_super_deduction": True,
            "employees": staff[place],
            "employees_year_end": staff[place],
            **{name: part_of(staff[place], name, bound, off) for name in STAFF},
            **{name: _number(years[place].quantize(CENT, ROUND_HALF_UP)) for name, years in amounts.items()},
        }
        for place, ago in enumerate(YEARS)
    ]
    put_rows(rng, dossier, bound, off)
    if readings:
        grades, reading = dossier["expert_grades"], rng.choice(readings)
        grades[reading] = turn % 3 == 1
        if turn % 3 == 0:
            del grades[reading]
    return dossier


def _between(rng: random.Random, rates: list[Decimal], strong: str) -> Decimal:
    """Between two neighbours, so that a step over a bracket decides; or below or beyond all."""
    middles = [(low + high) / 2 for low, high in pairwise(rates)]
    return rng.choice([*middles, *(rate / 2 for rate in rates[:1]), Decimal(strong)])


def _spotless(rng: random.Random, edition: Edition, bound: Bound) -> Row:
    """Nothing against the firm, and no way around what the card measures."""
    card, dossier = edition.card, random_climber(rng)
    region = "510100" if edition.overlay else REGIONS.get(card, "450200")
    enterprise: Row = dossier["enterprise"]
    enterprise.pop("excluded_kind", None)
    enterprise |= {
        "uscc": random_uscc(rng, region),
        "region_code": region,
        "established_on": rng.choice(
            FOUNDING.get(card, FOUNDED if bound.indicator in (*SIZES, *NUMBERED, "revenue_change") else FOUNDED[:1])
        ),
        "industry_code": "C3612",
        "technology_field": "advanced_manufacturing",
        "zone_type": "htz",
        "zone_level": "national",
        "restricted_industry": False,
        "listed_on": None,
    }
    # Too few points for a score to stand in for what lets the firm in directly.
    alone = bound.indicator in ("rd_expense_mean", "equity_financing") and rng.random() < 0.7
    likely = {one: rng.random() < 0.5 for one in EITHER_WAY}
    titles = TITLED.get(card, ("tech_sme", "specialised_sme", "high_tech_enterprise"))
    institution = {"row_id": "i", "kind": "rd_institution", "occurred_on": "2020-01-01", "level": "municipal"}
    share = {"row_id": "s", "kind": "market_share", "occurred_on": "2025-01-01", "value": "0.1", "level": "national"}
    return {
        **dossier,
        "certificates": [
            {"kind": kind, "number": kind, "valid_from": "2025-01-01", "valid_to": "2027-12-31"} for kind in titles
        ],
        "events": [
            {"row_id": "n", "kind": "niche_since", "occurred_on": "2016-01-01"},
            {**share, "rank": 3},
            {"row_id": "c", "kind": "credit_score", "occurred_on": "2025-01-01", "value": 85},
            *([institution] if card == "little_giant" else []),
        ],
        "intellectual_property": [] if card == "innovative_sme" else [right(CLASS_1_LIKE, 8)],
        "financing_rounds": _rounds(rng, card, bound),
        "expert_grades": {
            **dossier["expert_grades"],
            **dict.fromkeys(EVER_ATTESTED, True),
            **likely,
            **{one: least if alone else rng.choice([least, most]) for one, (least, most) in GRADED.items()},
            "specialised.digital_level": 1 if alone else rng.choice([1, 3]),
            "specialised.platform_score": [{"year": AS_OF.year - ago, "value": 75} for ago in (0, 1)],
        },
    }


def _rounds(rng: random.Random, card: str, bound: Bound) -> list[Row]:
    if card == "little_giant" and bound.within[1] == 5000 * WAN:
        return [paid(Decimal(8000 * WAN))]
    if card == "gazelle.liaoning" and bound.indicator in NUMBERED and rng.random() < 0.5:
        return [paid(Decimal(1000 * WAN))]
    if card in VALUED:
        last = {
            **paid(Decimal(8000 * WAN)),
            "post_money": rng.choice(VALUED[card]),
            "currency": CURRENCY.get(card, "USD"),
        }
        # On the same day one of nearly no worth: which was the last is not clear.
        return [last, {**last, "row_id": "s", "post_money": 10**7}] if rng.random() < 0.3 else [last]
    return []
