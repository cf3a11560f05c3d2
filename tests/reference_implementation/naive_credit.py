"""The naive reading of the schemes of innovation credit, for firms of whom every fact is known.

Written from docs/credit-reference.md and the texts that it names, not from the card. What is unknown is for the caller to try out.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from .naive import CLASS_ONE, CLASS_TWO, ONE, day, distinct_rows, percent

Row = dict[str, Any]
MICRO = 10**6

STAGES = {"seed": 0, "startup": 100_0000, "growth": 500_0000, "expansion": 2000_0000, "mature": 1_0000_0000}
"""The least revenue of each in yuan, itself included; Longwan's, and the reference scheme's after it."""
EARLY, LATE = ("seed", "startup"), ("growth", "expansion", "mature")
CATEGORIES = {
    "input": ["rd_intensity", "rd_staff_share", "rd_amount"],
    "output": ["rights", "hitech_income_share", "transfers"],
    "development": ["main_growth", "net_margin", "debt_ratio"],
    "bonus": ["award", "high_growth", "key_project"],
}
FIFTY, THIRD, SIXTH = ("16.7", "16.7", "16.6"), ("11.1", "11.1", "11.1"), ("5.6", "5.6", "5.5")
"""A category's 50.0, 33.3 and 16.7 points in three equal parts to a tenth."""


def weights() -> dict[str, dict[str, Fraction]]:
    """Points of each item at each stage: input before output at the start, output before input from growth on."""
    found: dict[str, dict[str, Fraction]] = {}
    for stage in STAGES:
        first, second = (FIFTY, THIRD) if stage in EARLY else (THIRD, FIFTY)
        for category, parts in (("input", first), ("output", second), ("development", SIXTH), ("bonus", ("10",) * 3)):
            for item, points in zip(CATEGORIES[category], parts, strict=True):
                found.setdefault(item, {})[stage] = Fraction(points)
    return found


@dataclass(frozen=True)
class Scheme:
    """The reference scheme, or what a park made of it."""

    weights: Mapping[str, Mapping[str, Fraction]] = field(default_factory=weights)
    bonus_cap: int = 30
    cuts: Mapping[str, Sequence[Fraction]] = field(default_factory=dict)
    """Where R&D intensity is told from a frozen table: its cuts, of all and of stages."""


@dataclass(frozen=True)
class Assessed:
    """Points in millionths; constraints true where they hold."""

    stage: str
    items: dict[str, int]
    groups: dict[str, int]
    constraints: dict[str, bool]

    @property
    def score(self) -> int:
        return sum(self.groups.values())


def assess_credit(dossier: Row, as_of: dt.date, scheme: Scheme) -> Assessed:
    stage = stage_of(number(dossier, as_of, -1, "revenue"))
    items = {
        item: floor(scheme.weights[item][stage] * MICRO * share)
        for item, share in shares(dossier, as_of, scheme, stage).items()
    }
    groups = {name: sum(items[item] for item in members) for name, members in CATEGORIES.items()}
    groups["bonus"] = min(groups["bonus"], scheme.bonus_cap * MICRO)
    return Assessed(stage, items, groups, constraints(dossier, as_of))


def stage_of(revenue: Fraction) -> str:
    return [stage for stage, least in STAGES.items() if least <= max(revenue, Fraction(0))][-1]


def constraints(dossier: Row, as_of: dt.date) -> dict[str, bool]:
    """The two of Sichuan: no major safety accident in three years, and on neither list today."""
    events = distinct_rows(dossier["events"])
    accidents = [e for e in events if e["kind"] == "safety_accident" and e["severity"] == "major"]
    lists = [e for e in events if e["kind"] in ("dishonest_list", "research_dishonesty")]
    return {
        "safety": not any(recent(e, as_of) for e in accidents),
        "dishonesty": not any(
            happened(e) <= as_of and (e.get("ended_on") is None or happened_at(e["ended_on"]) >= as_of) for e in lists
        ),
    }


def shares(dossier: Row, as_of: dt.date, scheme: Scheme, stage: str) -> dict[str, Fraction]:
    """Of each item the part of its weight that is earned."""

    def value(name: str, year: int = -1) -> Fraction:
        return number(dossier, as_of, year, name)

    intensity = over(value("rd_expense"), value("revenue"))
    return {
        "rd_intensity": table_share(intensity, scheme.cuts, stage) if scheme.cuts else linear(intensity, percent(10)),
        "rd_staff_share": linear(over(value("rd_staff"), value("employees")), percent(20)),
        "rd_amount": linear(value("rd_expense"), Fraction(500_0000)),
        "rights": rights_share(dossier, as_of),
        "hitech_income_share": linear(over(value("hitech_income"), value("total_income")), percent(60)),
        "transfers": linear(transfers(dossier, as_of), Fraction(5)),
        "main_growth": growth_share(*(value("main_business_revenue", year) for year in (-3, -2, -1))),
        "net_margin": linear(over(value("net_profit"), value("revenue")), percent(10)),
        "debt_ratio": debt_share(over(value("total_liabilities"), value("total_assets"))),
        "award": Fraction(event_of(dossier, as_of, "st_award", "international", "national", "provincial")),
        "high_growth": Fraction(holds_title(dossier, as_of)),
        "key_project": Fraction(event_of(dossier, as_of, "rd_project", "national")),
    }


def number(dossier: Row, as_of: dt.date, year: int, name: str) -> Fraction:
    (report,) = (r for r in dossier["annual_reports"] if r["fiscal_year"] == as_of.year + year)
    return Fraction(str(report[name]))


def over(part: Fraction, whole: Fraction) -> Fraction | None:
    return part / whole if whole > 0 else None


def linear(value: Fraction | None, full: Fraction) -> Fraction:
    return min(max(value or Fraction(0), Fraction(0)) / full, ONE)


def table_share(value: Fraction | None, cuts: Mapping[str, Sequence[Fraction]], stage: str) -> Fraction:
    """n cuts part the peers into n + 1 equal groups; whoever is at a cut is above it."""
    own = cuts.get(stage, cuts["all"])
    return Fraction(0) if value is None else Fraction(sum(cut <= value for cut in own), len(own) + 1)


def growth_share(first: Fraction, second: Fraction, third: Fraction) -> Fraction:
    if first <= 0 or second <= 0:
        return Fraction(0)
    mean = (second / first + third / second) / 2 - 1
    return next((Fraction(fifths, 5) for least, fifths in ((10, 5), (8, 4), (6, 3), (4, 2), (0, 1)) if mean >= percent(least)), Fraction(0))  # fmt: skip


def debt_share(ratio: Fraction | None) -> Fraction:
    if ratio is None:
        return Fraction(0)
    return next((Fraction(fifths, 5) for most, fifths in ((50, 5), (60, 3), (70, 1)) if ratio <= percent(most)), Fraction(0))  # fmt: skip


def rights_share(dossier: Row, as_of: dt.date) -> Fraction:
    """The best of: high-value, own, any of Class I; of Class II."""
    found = [0]
    for right in distinct_rows(dossier["intellectual_property"]):
        granted = happened_at(right["granted_on"])
        tied = right["in_force"] and right["supports_main_product"] and granted <= as_of and right["count"] > 0
        late = right["acquired_by"] == "transfer" and happened_at(right["acquired_on"]) > years_ago(as_of, 1)
        if not tied or late:
            continue
        if right["kind"] in CLASS_ONE:
            found.append(10 if right["high_value"] else 8 if right["acquired_by"] == "own_rd" else 6)
        elif right["kind"] in CLASS_TWO and (right["kind"] == "software_copyright" or granted < years_ago(as_of, 2)):
            found.append(2)
    return Fraction(max(found), 10)


def transfers(dossier: Row, as_of: dt.date) -> Fraction | None:
    """A year, over the last three accounting years or since the founding."""
    founded = happened_at(dossier["enterprise"]["established_on"])
    years = range(as_of.year - 3, as_of.year)
    done = sum(
        Fraction(e["count"])
        for e in distinct_rows(dossier["events"])
        if e["kind"] == "achievement_transfer" and happened(e).year in years
    )
    return over(Fraction(done), Fraction(min(3, as_of.year - founded.year)))


def event_of(dossier: Row, as_of: dt.date, kind: str, *levels: str) -> bool:
    rows = distinct_rows(dossier["events"])
    return any(e["kind"] == kind and e["level"] in levels and recent(e, as_of) for e in rows)


def holds_title(dossier: Row, as_of: dt.date) -> bool:
    return any(
        title["kind"] in ("gazelle", "unicorn_list")
        and happened_at(title["valid_from"]) <= as_of <= happened_at(title["valid_to"])
        and (title.get("revoked_on") is None or happened_at(title["revoked_on"]) > as_of)
        for title in distinct_rows(dossier["certificates"])
    )


def recent(event: Row, as_of: dt.date) -> bool:
    return years_ago(as_of, 3) <= happened(event) <= as_of


def years_ago(as_of: dt.date, years: int) -> dt.date:
    return as_of.replace(year=as_of.year - years)


def happened(event: Row) -> dt.date:
    return happened_at(event["occurred_on"])


def happened_at(text: str) -> dt.date:
    found = day(text)
    assert found is not None
    return found
