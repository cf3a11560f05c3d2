"""优质中小企业 by the measures of 2022, and re-verifications, written anew from the policy pages."""

import datetime as dt
from fractions import Fraction
from typing import Any

from .naive_firm import CLASS_1, WAN, YI, Firm, day, years_before
from .naive_sme import (
    compliant_2026,
    counted,
    innovative_by_score_or_directly,
    institution,
    little_giant_in_substance,
    small_or_medium,
    specialised_in_substance,
)


def compliant_2022(firm: Firm) -> bool:
    """The wording of 2022: no 重大 accident of safety, quality or pollution and no tax evasion in three years."""
    return not (
        firm.listed_now("abnormal_list", "dishonest_list")
        or firm.enterprise["restricted_industry"]
        or firm.happened(["safety_accident", "quality_accident", "environmental_violation"], 3, ["major"])
        or firm.happened(["tax_evasion"], 3)
    )


def innovative_before_april(firm: Firm) -> bool:
    return small_or_medium(firm) and compliant_2022(firm) and innovative_by_score_or_directly(firm)


# --- 专精特新 of 2022 --------------------------------------------------------------------------------------------------


def specialised_points(firm: Firm) -> dict[str, int]:
    """63号 附件2, the thirteen items."""

    def by(part: Fraction, whole: Fraction, *bands: tuple[str, int]) -> int:
        return next((points for least, points in bands if firm.share(part, whole, least)), 0)

    def by_amount(amount: Fraction, *bands: tuple[int, int]) -> int:
        return next((points for least, points in bands if amount >= least), 0)

    def graded(name: str, most: int) -> int:
        return min(most, int(firm.raw["expert_grades"][f"specialised.{name}"]))

    revenue, main, rd = firm.of("revenue"), firm.of("main_business_revenue"), firm.of("rd_expense")
    debt = firm.of("total_liabilities"), firm.of("total_assets")
    full = max(
        (
            years
            for years in range(0, 11, 2)
            for row in firm.events("niche_since")
            if day(row["occurred_on"]) <= years_before(firm.as_of, years)
        ),
        default=0,
    )
    class_1, class_2 = counted(firm, CLASS_1), _class_2(firm)
    if any(row["high_value"] for row in class_1):
        ip = 10
    elif any(row["acquired_by"] == "own_rd" for row in class_1):
        ip = 8
    else:
        ip = 6 if class_1 else 2 if class_2 else 0
    standing = next(
        (
            points
            for levels, points in ((("international", "national"), 10), (("provincial",), 8), (("municipal",), 4))
            if institution(firm, *levels)
        ),
        2 if institution(firm, "industry", "below_municipal") else 0,
    )
    growth = (("0.10", 10), ("0.08", 8), ("0.06", 6), ("0.04", 4), ("0", 2))
    return {
        "main_share": by(main, revenue, ("0.80", 5), ("0.70", 3), ("0.60", 1)),
        "main_growth": next((points for least, points in growth if _plain_mean(firm, least)), 0),
        "niche_years": full // 2,
        "field": graded("field", 5),
        "digital_level": {1: 0, 2: 3, 3: 5}[firm.raw["expert_grades"]["specialised.digital_level"]],
        "quality": graded("quality", 5),
        "net_margin": by(
            firm.of("net_profit"), revenue, ("0.10", 10), ("0.08", 8), ("0.06", 6), ("0.04", 4), ("0.02", 2)
        ),
        "debt_ratio": next(
            (points for most, points in (("0.50", 5), ("0.60", 3), ("0.70", 1)) if firm.at_most_share(*debt, most)), 0
        ),
        "provincial": graded("provincial", 15),
        "ip": ip,
        "rd_input": max(
            by_amount(rd, (500 * WAN, 10), (400 * WAN, 8), (300 * WAN, 6), (200 * WAN, 4), (100 * WAN, 2)),
            by(rd, revenue, ("0.10", 10), ("0.08", 8), ("0.06", 6), ("0.04", 4), ("0.03", 2)),
        ),
        "rd_staff": by(firm.of("rd_staff"), firm.of("employees"), ("0.20", 5), ("0.10", 3), ("0.05", 1)),
        "rd_institution": standing,
    }


def _class_2(firm: Firm) -> list[dict[str, Any]]:
    two_years_ago = years_before(firm.as_of, 2)
    return [
        row
        for row in counted(firm, {"utility_model", "design_patent", "software_copyright"})
        if row["kind"] == "software_copyright" or day(row["granted_on"]) < two_years_ago
    ]


def _plain_mean(firm: Firm, least: str) -> bool:
    """Mean of the two yearly growth rates; there is none where a base is nothing."""
    first, second, third = (firm.of("main_business_revenue", ago) for ago in (3, 2, 1))
    if first <= 0 or second <= 0:
        return False
    return ((second - first) / first + (third - second) / second) / 2 >= Fraction(least)


def _years_in_niche(firm: Firm, years: int) -> bool:
    """To the day of the application."""
    return any(day(row["occurred_on"]) <= years_before(firm.as_of, years) for row in firm.events("niche_since"))


def _contest(firm: Firm, places: int) -> bool:
    return any(row["rank"] <= places for row in firm.events("maker_contest", 3))


def _award(firm: Firm, level: str, rank: int) -> bool:
    return any(row["level"] == level and row["rank"] <= rank for row in firm.events("st_award", 3))


def specialised_2022(firm: Firm) -> bool:
    revenue, rd = firm.of("revenue"), firm.of("rd_expense")
    # Guangdong raised its line, since when is not on file.
    line = 70 if firm.in_region("44") and not firm.yes("specialised.guangdong_line_60") else 60
    direct = (
        _award(firm, "provincial", 3)
        or _award(firm, "national", 5)
        or firm.total("rd_expense", 2) >= 2 * 1000 * WAN
        or firm.equity(2, 6000 * WAN, "specialised.equity_abroad_direct")
        or _contest(firm, 500)
    )
    return (
        small_or_medium(firm)
        and compliant_2022(firm)
        and _years_in_niche(firm, 2)
        and rd >= 100 * WAN
        and firm.share(rd, revenue, "0.03")
        and (revenue >= 1000 * WAN or firm.equity(2, 2000 * WAN, "specialised.equity_abroad"))
        and (sum(specialised_points(firm).values()) >= line or direct)
    )


def specialised_renewed(firm: Firm) -> bool:
    """〔2026〕2号, re-verification: the score of either of the last two years."""
    return specialised_in_substance(firm) and _either_year(firm, 50)


def _either_year(firm: Firm, least: int) -> bool:
    rows = firm.raw["expert_grades"]["specialised.platform_score"]
    return any(row["year"] >= firm.as_of.year - 1 and row["value"] >= least for row in rows)


# --- 小巨人 of 2022, and renewals ---------------------------------------------------------------------------------------


def _little_giant_2022(firm: Firm, *, spared: bool = False) -> bool:
    """63号 附件3 专、精、特、新; of 链 and 品 nothing is on file. ``spared``: growth is not asked."""
    revenue = firm.of("revenue")
    each = [(firm.of("rd_expense", ago), firm.of("revenue", ago)) for ago in (1, 2)]
    if revenue >= YI:
        spends = all(firm.share(*one, "0.03") for one in each)
    elif revenue >= 5000 * WAN:
        spends = all(firm.share(*one, "0.06") for one in each)
    else:
        spends = (
            firm.equity(2, 8000 * WAN, "little_giant.equity_abroad")
            and firm.of("rd_expense") >= 3000 * WAN
            and firm.share(firm.of("rd_staff"), firm.of("employees"), "0.50")
        )
    rights = [row for row in counted(firm, CLASS_1) if row["applied_with_benefit"]]
    levels = "international", "national", "industry", "provincial", "municipal", "below_municipal"
    general = spends and institution(firm, *levels) and sum(row["count"] for row in rights) >= 2
    direct = _award(firm, "national", 3) or _contest(firm, 50)
    last_year = dt.date(firm.as_of.year - 1, 1, 1)
    # 全国细分市场: a share of any other market says nothing of it.
    stated = (row for row in firm.events("market_share", since=last_year) if row["level"] == "national")
    shares = [Fraction(str(row["value"])) for row in stated]
    return (
        _years_in_niche(firm, 3)
        and firm.share(firm.of("main_business_revenue"), revenue, "0.70")
        and (spared or _plain_mean(firm, "0.05"))
        and firm.yes("little_giant.core_process_digital")
        and firm.yes("little_giant.certified")
        and firm.at_most_share(firm.of("total_liabilities"), firm.of("total_assets"), "0.70")
        and any(share >= Fraction(1, 10) for share in shares)
        and firm.yes("little_giant.own_brand")
        and (general or direct)
    )


def little_giant_before_april(firm: Firm) -> bool:
    return small_or_medium(firm) and compliant_2022(firm) and _little_giant_2022(firm)


def little_giant_in_2025(firm: Firm) -> bool:
    """The seventh batch: revenue of 5000万 besides."""
    return firm.of("revenue") >= 5000 * WAN and little_giant_before_april(firm)


def little_giant_renewed_in_2025(firm: Firm) -> bool:
    """Revenue of 5000万 besides; batches 1 and 4 need not have grown."""
    within = small_or_medium(firm) and compliant_2022(firm) and firm.of("revenue") >= 5000 * WAN
    return within and _little_giant_2022(firm, spared=firm.yes("little_giant.growth_spared_2025"))


def little_giant_renewed_in_2026(firm: Firm) -> bool:
    """117号: the standard of 2022; whom the measures of 2026 bar, they bar. 链 and 品 stand aside."""
    return small_or_medium(firm) and compliant_2026(firm) and _little_giant_2022(firm)


def little_giant_renewed_later(firm: Firm) -> bool:
    """〔2026〕2号 without the growth of revenue, with the score of either of two years."""
    return little_giant_in_substance(firm) and _either_year(firm, 60)
