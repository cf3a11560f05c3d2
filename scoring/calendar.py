"""Dates of a year that no firm decides: when publicity of a yearly title ends, when last year's accounts are due."""

from __future__ import annotations

from datetime import date

from features.identifiers import regions
from scoring.yaml_tree import Tree

ACCOUNTS_DUE = (5, 31)
"""Month and day by which last year's accounts are expected: the stated lag for annual reports, an assumption."""
PUBLICITY_OPEN = "calendar/publicity_open/"
"""Input of the assembly, by rulebook: 1 while this year's publicity has not ended."""
ACCOUNTS_OPEN = "calendar/accounts_open"
"""Input of the assembly: 1 while last year's accounts are not due."""


def accounts_open(as_of: date) -> int:
    """1 while last year's accounts are not yet due."""
    return int((as_of.month, as_of.day) <= ACCOUNTS_DUE)


def publicity_open(card: Tree, as_of: date, region: str | None) -> int:
    """1 while this year's publicity has not ended; where its end is not published, all year."""
    end = publicity_ends(card, as_of.year, region)
    return int(end is None or as_of <= end)


def publicity_ends(card: Tree, year: int, region: str | None) -> date | None:
    """Last day of a year's publicity by the card's calendar, the narrowest region first; None where not published."""
    assert isinstance(card.value, dict)
    calendar = card.value.get("calendar")
    found: list[tuple[str, str]] = []
    for entry in calendar.value if calendar and isinstance(calendar.value, list) else ():
        stated = {k: str(v.value) for k, v in entry.value.items()} if isinstance(entry.value, dict) else {}
        where = stated.get("region", "")
        fits = not where or (region is not None and regions.is_within(region, where))
        if stated.get("year") == str(year) and fits and "publicity_by" in stated:
            found.append((where, stated["publicity_by"]))
    return date.fromisoformat(max(found)[1]) if found else None
