"""A firm of which everything is known, as the conditions of the rungs speak of it: money is `Fraction` yuan, growth is tested by
multiplying out. Nothing of the product is imported; what experts decide is recorded in ``expert_grades``.
"""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

Dossier = dict[str, Any]
WAN = 10_000
YI = 10**8
CLASS_1 = {
    "invention_patent",
    "defence_patent",
    "plant_variety",
    "national_crop_variety",
    "national_new_drug",
    "class1_tcm_protection",
    "ic_layout",
}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def years_before(at: dt.date, years: int) -> dt.date:
    return at.replace(year=at.year - years)


class Firm:
    """A firm as the conditions speak of it."""

    def __init__(self, dossier: Dossier, as_of: dt.date) -> None:
        self.raw, self.as_of = dossier, as_of
        self.years = {row["fiscal_year"]: row for row in dossier["annual_reports"]}
        self.enterprise = dossier["enterprise"]
        self.founded = day(self.enterprise["established_on"])
        self.region = self.enterprise["region_code"]

    def of(self, field: str, ago: int = 1) -> Fraction:
        """An amount of an accounting year, 1 = the last."""
        return Fraction(str(self.years[self.as_of.year - ago][field]))

    def total(self, field: str, years: int) -> Fraction:
        return sum((self.of(field, ago) for ago in range(1, years + 1)), Fraction(0))

    def yes(self, criterion: str) -> bool:
        return bool(self.raw["expert_grades"][criterion])

    def grew(self, field: str, rate: str, intervals: int, *, more: bool = False, ago: int = 1) -> bool:
        """Compound growth over so many intervals of at least (or of more than) the rate, from a positive base."""
        first, last = self.of(field, ago + intervals), self.of(field, ago)
        if first <= 0:
            return False
        wanted = first * (1 + Fraction(rate)) ** intervals
        return last > wanted if more else last >= wanted

    def mean_growth(self, field: str, rate: str) -> bool:
        """½ (second / first + third / second) − 1; with a first of 0 only the later two years, with a second of 0 none."""
        first, second, third = (max(self.of(field, ago), Fraction(0)) for ago in (3, 2, 1))
        if second == 0:
            return False
        growth = third / second - 1 if first == 0 else (second / first + third / second) / 2 - 1
        return growth >= Fraction(rate)

    def share(self, part: Fraction, whole: Fraction, least: str, *, more: bool = False) -> bool:
        if whole <= 0:
            return False
        return part > whole * Fraction(least) if more else part >= whole * Fraction(least)

    def at_most_share(self, part: Fraction, whole: Fraction, most: str, *, below: bool = False) -> bool:
        if whole <= 0:
            return False
        return part < whole * Fraction(most) if below else part <= whole * Fraction(most)

    def holds(self, *kinds: str) -> bool:
        return any(
            row["kind"] in kinds and day(row["valid_from"]) <= self.as_of <= day(row["valid_to"])
            for row in self.raw["certificates"]
        )

    def events(self, kind: str, years: int | None = None, since: dt.date | None = None) -> Iterable[dict[str, Any]]:
        begin = since or (years_before(self.as_of, years) if years else dt.date(1900, 1, 1))
        for row in self.raw["events"]:
            if row["kind"] == kind and begin <= day(row["occurred_on"]) <= self.as_of:
                yield row

    def happened(self, kinds: Iterable[str], years: int, severities: Iterable[str] = ()) -> bool:
        wanted = set(severities)
        found = (row for kind in kinds for row in self.events(kind, years))
        return any(not wanted or row["severity"] in wanted for row in found)

    def listed_in(self, kind: str, years: int) -> bool:
        """At some time of the last years."""
        begin = years_before(self.as_of, years)
        return any(row.get("ended_on") is None or day(row["ended_on"]) >= begin for row in self.events(kind))

    def listed_now(self, *kinds: str) -> bool:
        rows = (row for kind in kinds for row in self.events(kind))
        return any(row.get("ended_on") is None or day(row["ended_on"]) >= self.as_of for row in rows)

    def clean_three_years(self, *, violation: bool) -> bool:
        """近三年无不良信用记录、违法违规和重大事故 of Sichuan; ``violation``: whether a person takes what is open for one."""
        bad = [
            "environmental_violation",
            "sector_violation",
            "tax_evasion",
            "fraud",
            "loan_default",
            "court_enforcement",
        ]
        lists = ("dishonest_list", "dishonest_debtor", "research_dishonesty")
        open_ = self.happened(["tax_arrears", "data_security"], 3) or self.listed_in("abnormal_list", 3)
        return not (
            self.happened(["safety_accident", "quality_accident"], 3, ["major"])
            or self.happened(bad, 3)
            or any(self.listed_in(one, 3) for one in lists)
            or (open_ and violation)
        )

    def rights(self, kinds: Iterable[str], *, tied: bool = False, applied: bool = False) -> list[dict[str, Any]]:
        return [
            row
            for row in self.raw["intellectual_property"]
            if row["kind"] in set(kinds)
            and row["in_force"]
            and day(row["granted_on"]) <= self.as_of
            and (row["supports_main_product"] or not tied)
            and (row["applied_with_benefit"] or not applied)
        ]

    def age_at_most(self, years: int) -> bool:
        """At the last year-end."""
        end = dt.date(self.as_of.year - 1, 12, 31)
        return self.founded >= years_before(end, years)

    def age_at_least(self, years: int) -> bool:
        end = dt.date(self.as_of.year - 1, 12, 31)
        return self.founded <= years_before(end, years)

    def founded_since(self, year: int) -> bool:
        return self.founded.year >= self.as_of.year + year

    def in_region(self, prefix: str) -> bool:
        return bool(self.region.startswith(prefix))

    @property
    def unlisted(self) -> bool:
        listed = self.enterprise["listed_on"]
        return listed is None or day(listed) > self.as_of

    @property
    def last_rounds(self) -> list[dict[str, Any]]:
        closed = [row for row in self.raw["financing_rounds"] if day(row["closed_on"]) <= self.as_of]
        latest = max((row["closed_on"] for row in closed), default=None)
        return [row for row in closed if row["closed_on"] == latest]

    def equity(self, years: int, least: int, criterion: str) -> bool:
        """New equity that qualified institutions have paid in; what other currencies are in yuan, a person says."""
        paid = [
            row
            for row in self.raw["financing_rounds"]
            if row["arrived"]
            and row["qualified_institution"]
            and years_before(self.as_of, years) <= day(row["closed_on"]) <= self.as_of
        ]
        yuan = sum((Fraction(str(row["amount"])) for row in paid if row["currency"] == "CNY"), Fraction(0))
        return yuan >= least or (any(row["currency"] != "CNY" for row in paid) and self.yes(criterion))


def bracket(revenue: Fraction, *rates: tuple[int, str]) -> str:
    """The rate of the highest bracket whose lower bound is reached."""
    return next(rate for least, rate in reversed(rates) if revenue >= least)
