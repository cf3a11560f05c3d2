"""Random firms crowded around the thresholds of innovation credit, what may be unknown of them, and what it may turn out to be."""

import copy
import datetime as dt
import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from .naive import CERTIFICATE_KINDS, EVENT_KINDS, IP_KINDS, LEVELS, SEVERITIES
from .naive_credit import STAGES
from .random_dossiers import AS_OF, CENT, count_near, iso, money, money_near

Row = dict[str, Any]
Place = tuple[str | int, ...]
"""A path in the dossier: the cell that is unknown, or the whole list."""

MOST = 10**12
"""The largest amount of money in yuan, with the least of it the ends of what an unknown amount may be."""
WINDOWS = sorted(
    day + dt.timedelta(days=step)
    for day in (AS_OF, *(AS_OF.replace(year=AS_OF.year - years) for years in (1, 2, 3)), *(dt.date(AS_OF.year - back, 1, 1) for back in (0, 3)))
    for step in (-1, 0, 1)
)  # fmt: skip
BOUNDS = [Decimal(bound) for bound in STAGES.values() if bound]


def random_firm(rng: random.Random, region: str = "450200") -> Row:
    """One dossier with every fact known that a scheme reads."""
    before, last = _reports(rng)
    rows = {
        "intellectual_property": [_right(rng, place) for place in range(rng.choice([0, 1, 1, 2]))],
        "certificates": [_certificate(rng, place) for place in range(rng.choice([0, 0, 1]))],
        "events": [_event(rng) for _ in range(rng.choice([0, 1, 2, 3]))],
    }
    return {
        "enterprise": {
            "uscc": "91450200MA00000151",
            "established_on": iso(rng.choice([dt.date(2016, 5, 1), dt.date(AS_OF.year - rng.choice([0, 1, 2, 3]), 1, 1)])),
            "region_code": region,
            "industry_code": "C3612",
            "park": "liuzhou",
        },
        "annual_reports": [*before, last],
        **rows,
        "financing_rounds": [],
        "zone_memberships": [],
    }  # fmt: skip


def _reports(rng: random.Random) -> tuple[list[Row], Row]:
    def of(whole: Decimal, *shares: str) -> int | Decimal:
        return money(money_near(rng, whole * Decimal(rng.choice(shares))))

    revenue = rng.choice([Decimal(0), *(bound + rng.choice([-CENT, Decimal(0), CENT, bound]) for bound in BOUNDS)])
    main = [Decimal(rng.choice([0, 1000_0000, 3000_0000])), Decimal(rng.choice([0, 1100_0000, 3300_0000]))]
    growth = Decimal(rng.choice([100, 104, 106, 108, 110])) / 100
    third = main[1] * (2 * growth - main[1] / main[0]) if main[0] and main[1] else Decimal(1)
    income, assets = revenue + rng.choice([0, 100]), Decimal(rng.choice([0, 100, 6000_0000]))
    employees = rng.choice([0, 1, 10, 100])
    margin = of(revenue, "0.1", "0.05", "0")
    last = {
        "fiscal_year": AS_OF.year - 1,
        "revenue": money(revenue),
        "rd_expense": rng.choice([of(revenue, "0.1", "0.05"), of(Decimal(500_0000), "1")]),
        "employees": employees,
        "rd_staff": count_near(rng, employees * Decimal(rng.choice(["0.2", "0.1", "0"]))),
        "total_income": money(income),
        "hitech_income": of(income, "0.6", "0.3", "0"),
        "net_profit": rng.choice([margin, -margin]),
        "total_assets": money(assets),
        "total_liabilities": of(assets, "0.5", "0.6", "0.7", "0.8"),
        "main_business_revenue": money(money_near(rng, max(third, Decimal(0)))),
    }
    years = zip((AS_OF.year - 3, AS_OF.year - 2), main, strict=True)
    return [{"fiscal_year": year, "main_business_revenue": money(value)} for year, value in years], last


def _right(rng: random.Random, place: int) -> Row:
    return {
        "kind": rng.choice([*IP_KINDS, *["software_copyright", "utility_model", "invention_patent"] * 3]),
        "number": f"R{place:04d}",
        "count": rng.choice([0, 1, 1, 2]),
        "granted_on": iso(rng.choice([*WINDOWS, *[dt.date(2021, 5, 6)] * 9])),
        "in_force": rng.random() < 0.9,
        "supports_main_product": rng.random() < 0.9,
        "acquired_by": rng.choice(["own_rd", "transfer", "gift", "merger"]),
        "acquired_on": iso(rng.choice(WINDOWS)),
        "high_value": rng.random() < 0.3,
    }


def _certificate(rng: random.Random, place: int) -> Row:
    kind = rng.choice(["gazelle", "unicorn_list", *CERTIFICATE_KINDS])
    start, end = (
        sorted(rng.choices(WINDOWS, k=2)) if rng.random() < 0.5 else (WINDOWS[0], dt.date(AS_OF.year + 1, 1, 1))
    )
    revoked = {"revoked_on": iso(rng.choice([day for day in WINDOWS if day >= start]))} if rng.random() < 0.2 else {}
    return {"kind": kind, "number": f"C{place:04d}", "valid_from": iso(start), "valid_to": iso(end), **revoked}


def _event(rng: random.Random) -> Row:
    read = [
        "safety_accident",
        "dishonest_list",
        "research_dishonesty",
        "st_award",
        "rd_project",
        "achievement_transfer",
    ]
    day = rng.choice(WINDOWS)
    event = {"kind": rng.choice([*read, *read, rng.choice(EVENT_KINDS)]), "occurred_on": iso(day)}
    ended = {"ended_on": iso(rng.choice([late for late in WINDOWS if late >= day]))} if rng.random() < 0.3 else {}
    few = {"severity": rng.choice(SEVERITIES), "level": rng.choice(LEVELS), "count": rng.choice([0, 1, 2, 5, 14, 15])}
    return {**event, **few, **ended}


# --- what is unknown ------------------------------------------------------------------------------------------------

COUNTS: list[Any] = [0, 1, 2, 14, 15, 10**6]
DAYS: list[Any] = [iso(day) for day in WINDOWS]
CELLS: dict[str, dict[str, list[Any]]] = {
    "enterprise": {"established_on": [iso(dt.date(AS_OF.year - years, 1, 1)) for years in range(5)]},
    "intellectual_property": {
        "kind": IP_KINDS, "count": COUNTS, "granted_on": DAYS, "in_force": [False, True], "supports_main_product": [False, True],
        "acquired_by": ["own_rd", "transfer", "gift", "merger"], "high_value": [False, True],
    },
    "certificates": {"kind": CERTIFICATE_KINDS, "valid_from": DAYS, "valid_to": DAYS},
    "events": {"kind": EVENT_KINDS, "severity": SEVERITIES, "level": LEVELS, "count": COUNTS, "occurred_on": DAYS},
}  # fmt: skip
"""What an unknown cell may turn out to be: all of a few values, of days and counts those about every bound."""
GOOD = [
    {"kind": "st_award", "level": "provincial"},
    {"kind": "rd_project", "level": "national"},
    {"kind": "achievement_transfer", "count": 15},
]
BAD = [{"kind": "safety_accident", "severity": "major"}, {"kind": "dishonest_list"}]
EVENT = {"occurred_on": iso(dt.date(AS_OF.year - 1, 3, 1)), "severity": "general", "level": "municipal", "count": 1}
RIGHT = {
    "kind": "invention_patent", "number": "X", "count": 1, "granted_on": iso(dt.date(2021, 5, 6)), "in_force": True,
    "supports_main_product": True, "acquired_by": "own_rd", "acquired_on": iso(dt.date(2021, 5, 6)), "high_value": True,
}  # fmt: skip
TITLE = {
    "kind": "gazelle",
    "number": "X",
    "valid_from": iso(dt.date(2025, 1, 1)),
    "valid_to": iso(dt.date(2027, 12, 31)),
}
LISTS: dict[str, list[list[Row]]] = {
    "intellectual_property": [[], [RIGHT]],
    "certificates": [[], [TITLE]],
    "events": [[{**EVENT, **row} for row in rows] for rows in ([], GOOD, BAD, [*GOOD, *BAD])],
}
"""What an unknown list may turn out to be: empty, and with a row of everything that counts."""


def unknown(rng: random.Random, dossier: Row, most: int) -> list[Place]:
    """So many places that may be unknown, at least one."""
    places: list[Place] = [("enterprise", column) for column in CELLS["enterprise"]]
    places += [
        ("annual_reports", n, column)
        for n, row in enumerate(dossier["annual_reports"])
        for column in row
        if column != "fiscal_year"
    ]
    places += [(table, n, column) for table in LISTS for n in range(len(dossier[table])) for column in CELLS[table]]
    places += [(table,) for table in LISTS]
    found = rng.sample(places, rng.randint(1, most))
    whole = {place[0] for place in found if len(place) == 1}
    return [place for place in found if len(place) == 1 or place[0] not in whole]  # fmt: skip


def hidden(dossier: Row, places: Sequence[Place]) -> Row:
    """The dossier with these places unknown."""
    return _with(dossier, places, [None] * len(places))


def completions(dossier: Row, places: Sequence[Place]) -> Iterator[Row]:
    """The dossier with every combination of what the places may turn out to be."""
    for values in product(*(_values(dossier, place) for place in places)):
        yield _with(dossier, places, values)


def how_many(dossier: Row, places: Sequence[Place]) -> int:
    """So many completions there are."""
    return prod(len(_values(dossier, place)) for place in places)


def _with(dossier: Row, places: Sequence[Place], values: Sequence[Any]) -> Row:
    made: Any = dossier
    for place, value in zip(places, values, strict=True):
        made = _put(made, place, value)
    found: Row = made
    return found


def _put(node: Any, place: Place, value: Any) -> Any:
    """A copy of what lies along the path; the rest is shared."""
    if not place:
        return value
    made = copy.copy(node)
    made[place[0]] = _put(node[place[0]], place[1:], value)
    return made


def _values(dossier: Row, place: Place) -> list[Any]:
    table, column = str(place[0]), place[-1]
    if len(place) == 1:
        return LISTS[table]
    if table == "annual_reports":
        return _amounts(str(column))
    found = CELLS[table][str(column)]
    if column in ("valid_from", "valid_to", "occurred_on"):
        # A row's days are in order, or it is no row.
        row: Row = dossier[table][place[1]]
        other = {"valid_from": "valid_to", "valid_to": "valid_from", "occurred_on": "ended_on"}[column]
        if row.get(other) is not None:
            found = [day for day in found if (day <= row[other]) == (column != "valid_to") or day == row[other]]
    return found


def _amounts(column: str) -> list[Any]:
    if column in ("employees", "rd_staff"):
        return [0, 1, 10**6]
    if column == "net_profit":
        return [-MOST, 0, MOST]
    bounds = [bound + step for bound in BOUNDS for step in (-CENT, Decimal(0), CENT)] if column == "revenue" else []
    return [0, CENT, *bounds, MOST]
