"""优质中小企业 by the measures of 2026, and 创新型 by those of 2022 as they still hold, written anew from the policy pages."""

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from .naive_firm import CLASS_1, WAN, YI, Firm, day, years_before


def small_or_medium(firm: Firm) -> bool:
    """工信部联企业〔2011〕300号: industry is large from 1000 persons and 4亿, software from 300 persons and 1亿."""
    staff, revenue = firm.of("employees_year_end"), firm.of("main_business_revenue")
    persons, yuan = (300, YI) if firm.enterprise["industry_code"].startswith("I65") else (1000, 4 * YI)
    return staff < persons or revenue < yuan


def compliant_2026(firm: Firm) -> bool:
    return not (
        firm.listed_now("abnormal_list", "dishonest_list")
        or firm.enterprise["restricted_industry"]
        or firm.happened(["safety_accident"], 3, ["larger", "major"])
        or firm.happened(["data_security", "environmental_violation"], 3, ["major"])
        or firm.happened(["quality_accident", "sector_violation"], 3)
    )


def innovative_points(firm: Firm) -> dict[str, int]:
    """63号 附件1."""

    def by(part: Fraction, whole: Fraction, *bands: tuple[str, int]) -> int:
        return next((points for least, points in bands if firm.share(part, whole, least)), 0)

    class_1 = counted(firm, CLASS_1)
    class_2 = [
        row
        for row in counted(firm, {"utility_model", "design_patent", "software_copyright"})
        if row["kind"] == "software_copyright" or day(row["granted_on"]) < years_before(firm.as_of, 2)
    ]
    if any(row["high_value"] for row in class_1):
        ip = 20
    elif any(row["acquired_by"] == "own_rd" for row in class_1):
        ip = 15
    else:
        ip = 10 if class_1 else 5 if class_2 else 0
    revenue, main, before = firm.of("revenue"), firm.of("main_business_revenue"), firm.of("main_business_revenue", 2)
    debt = firm.of("total_liabilities"), firm.of("total_assets")
    return {
        "ip": ip,
        "rd_intensity": by(firm.of("rd_expense"), revenue, ("0.05", 20), ("0.03", 15), ("0.02", 10), ("0.01", 5)),
        "main_growth": by(main - before, before, ("0.15", 20), ("0.10", 15), ("0.05", 10), ("0", 5)),
        "debt_ratio": 10 if firm.at_most_share(*debt, "0.55") else 5 if firm.at_most_share(*debt, "0.75") else 0,
        "field": 10 if firm.enterprise["strategic_emerging"] else 5,
        "main_share": by(main, revenue, ("0.70", 20), ("0.60", 15), ("0.55", 10), ("0.50", 5)),
    }


def counted(firm: Firm, kinds: Iterable[str]) -> list[dict[str, Any]]:
    """Tied to the leading product; one transferred in less than a year ago does not count."""
    year_ago = years_before(firm.as_of, 1)
    return [
        row
        for row in firm.rights(kinds, tied=True)
        if row["acquired_by"] != "transfer" or day(row["acquired_on"]) <= year_ago
    ]


def innovative_sme(firm: Firm) -> bool:
    return small_or_medium(firm) and compliant_2026(firm) and innovative_by_score_or_directly(firm)


def innovative_by_score_or_directly(firm: Firm) -> bool:
    points = innovative_points(firm)
    floors = (
        points["ip"] + points["rd_intensity"] >= 20
        and points["main_growth"] + points["debt_ratio"] >= 15
        and points["field"] + points["main_share"] >= 15
    )
    direct = (
        any(row["level"] in ("national", "provincial") for row in firm.events("st_award", 3))
        or firm.holds("high_tech_enterprise")
        or institution(firm, "international", "national", "provincial")
        or firm.equity(3, 500 * WAN, "innovative_sme.equity_abroad")
    )
    return (sum(points.values()) >= 60 and floors) or direct


def institution(firm: Firm, *levels: str) -> bool:
    standing = (r for r in firm.events("rd_institution") if not r.get("ended_on") or day(r["ended_on"]) >= firm.as_of)
    return any(row["level"] in levels for row in standing)


def _in_niche(firm: Firm, years: int) -> bool:
    """Whole years at the last year-end."""
    begun = dt.date(firm.as_of.year - years, 1, 1)
    return any(day(row["occurred_on"]) <= begun for row in firm.events("niche_since"))


def _platform(firm: Firm, least: int) -> bool:
    """The score of this year."""
    given = firm.raw["expert_grades"]["specialised.platform_score"]
    rows = given if isinstance(given, list) else [{"year": firm.as_of.year, "value": given}]
    return any(row["year"] == firm.as_of.year and row["value"] >= least for row in rows)


def specialised_sme(firm: Firm) -> bool:
    """〔2026〕2号 附件1, new applications."""
    return specialised_in_substance(firm) and _platform(firm, 50)


def specialised_in_substance(firm: Firm) -> bool:
    """All but the platform's score."""
    revenue = firm.of("revenue")
    waived = institution(firm, "international", "national", "provincial") or any(
        row["level"] in ("international", "national", "provincial") and row["rank"] <= 3
        for row in firm.events("st_award", 3)
    )
    return (
        small_or_medium(firm)
        and compliant_2026(firm)
        and firm.holds("tech_sme", "innovative_sme")
        and _in_niche(firm, 3)
        and (revenue >= 1500 * WAN or firm.equity(2, 2000 * WAN, "specialised.equity_abroad"))
        and firm.share(firm.of("main_business_revenue"), revenue, "0.80")
        and firm.at_most_share(firm.of("total_liabilities"), firm.of("total_assets"), "0.80")
        and all(firm.of("rd_expense", ago) >= 100 * WAN for ago in (1, 2))
        and all(firm.share(firm.of("rd_expense", ago), firm.of("revenue", ago), "0.03") for ago in (1, 2))
        and (bool(firm.rights(CLASS_1, tied=True, applied=True)) or waived)
        and firm.yes("specialised.market_position")
    )


def little_giant(firm: Firm) -> bool:
    """〔2026〕2号 附件2 and 117号, new applications."""
    return (
        little_giant_in_substance(firm)
        and firm.grew("revenue", "0.05", 2)
        and _platform(firm, 60)
        and not firm.holds("manufacturing_champion")
        and firm.yes("little_giant.independent")
        and not firm.happened(["fraud"], 3)
    )


def little_giant_in_substance(firm: Firm) -> bool:
    """What a re-verification asks as well, but for the platform's score."""
    own = [
        row
        for row in firm.rights(CLASS_1, tied=True, applied=True)
        if row["acquired_by"] != "transfer" and row["holder_rank"] <= 3
    ]
    waived = any(row["level"] == "national" and row["rank"] <= 3 for row in firm.events("st_award", 3))
    last_year = dt.date(firm.as_of.year - 1, 1, 1)
    position = any(
        Fraction(str(row["value"])) >= Fraction(1, 10) or (row["level"] == "national" and row["rank"] <= 3)
        for row in firm.events("market_share", since=last_year)
    )
    return (
        small_or_medium(firm)
        and compliant_2026(firm)
        and firm.holds("specialised_sme")
        and _in_niche(firm, 3)
        and firm.of("revenue") >= 5000 * WAN
        and firm.share(firm.of("main_business_revenue"), firm.of("revenue"), "0.90")
        and firm.at_most_share(firm.of("total_liabilities"), firm.of("total_assets"), "0.75")
        and firm.total("rd_expense", 2) >= 1200 * WAN
        and all(firm.share(firm.of("rd_expense", ago), firm.of("revenue", ago), "0.03") for ago in (1, 2))
        and (sum(row["count"] for row in own) >= 4 or waived)
        and position
        and firm.yes("little_giant.recognition")
        and firm.yes("little_giant.product_field")
    )
