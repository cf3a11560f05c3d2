"""Earlier editions, re-verifications and pools, written anew from the policy pages as `naive_ladder` is."""

import datetime as dt
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from .naive_ladder import (
    CLASS_1,
    WAN,
    YI,
    Firm,
    bracket,
    compliant_2026,
    counted,
    day,
    innovative_by_score_or_directly,
    institution,
    little_giant_in_substance,
    small_or_medium,
    specialised_in_substance,
    years_before,
)

FIELDS = {
    "electronic_information",
    "biology_new_medicine",
    "aerospace",
    "new_materials",
    "high_tech_services",
    "new_energy_saving",
    "resources_environment",
    "advanced_manufacturing",
}


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
        and (sum(specialised_points(firm).values()) >= 60 or direct)
    )


def specialised_renewed(firm: Firm) -> bool:
    """〔2026〕2号, re-verification: the score of either of the last two years."""
    return specialised_in_substance(firm) and _either_year(firm, 50)


def _either_year(firm: Firm, least: int) -> bool:
    rows = firm.raw["expert_grades"]["specialised.platform_score"]
    return any(row["year"] >= firm.as_of.year - 1 and row["value"] >= least for row in rows)


# --- 小巨人 of 2022, and renewals ---------------------------------------------------------------------------------------


def _little_giant_2022(firm: Firm) -> bool:
    """63号 附件3 专、精、特、新; of 链 and 品 nothing is on file."""
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
        and _plain_mean(firm, "0.05")
        and firm.yes("little_giant.core_process_digital")
        and firm.yes("little_giant.certified")
        and firm.at_most_share(firm.of("total_liabilities"), firm.of("total_assets"), "0.70")
        and any(share >= Fraction(1, 10) for share in shares)
        and firm.yes("little_giant.own_brand")
        and (general or direct)
    )


def little_giant_before_april(firm: Firm) -> bool:
    return small_or_medium(firm) and compliant_2022(firm) and _little_giant_2022(firm)


def little_giant_renewed_in_2026(firm: Firm) -> bool:
    """117号: the standard of 2022; whom the measures of 2026 bar, they bar."""
    return small_or_medium(firm) and compliant_2026(firm) and _little_giant_2022(firm)


def little_giant_renewed_later(firm: Firm) -> bool:
    """〔2026〕2号 without the growth of revenue, with the score of either of two years."""
    return little_giant_in_substance(firm) and _either_year(firm, 60)


# --- 瞪羚, earlier rounds ----------------------------------------------------------------------------------------------


def guangxi_pool_2021(firm: Firm) -> bool:
    sales = firm.of("revenue")
    rate = bracket(sales, (0, "0.15"), (2000 * WAN, "0.10"), (YI, "0.05"))
    return (
        firm.in_region("45")
        and sales >= 200 * WAN
        and (_grew_as_read(firm, "revenue", rate) or _fast_starter(firm))
        and firm.yes("gazelle.guangxi_pool.innovation_2021")
    )


def _grew_as_read(firm: Firm, field: str, rate: str) -> bool:
    compound = firm.yes("gazelle.guangxi_pool.growth_compound")
    return firm.grew(field, rate, 2) if compound else firm.mean_growth(field, rate)


def _fast_starter(firm: Firm) -> bool:
    return firm.founded >= years_before(firm.as_of, 6) and firm.of("revenue") >= 2 * YI


def tax_flagged(firm: Firm) -> bool:
    """原则上: who misses it is flagged, not refused."""
    rate = bracket(firm.of("revenue"), (0, "0.10"), (2000 * WAN, "0.05"))
    return not (_grew_as_read(firm, "tax_paid", rate) or _fast_starter(firm))


def sichuan_2019(firm: Firm) -> bool:
    """培育行动实施方案(2019–2022), and what Chengdu asked on top of it in 2022."""
    chengdu = firm.in_region("5101")
    revenue = firm.of("revenue")
    intervals = 3 if firm.yes("gazelle.sichuan.three_intervals") else 2

    def both(rate: str) -> bool:
        return firm.grew("revenue", rate, intervals) and firm.grew("net_profit", rate, intervals)

    if revenue >= YI:
        growth = both("0.10" if revenue >= 5 * YI else "0.15")
    elif chengdu:
        growth = both("0.20")
    else:
        growth = firm.yes("gazelle.sichuan.growth_below_100_million")
    base = revenue >= 2000 * WAN or (
        not chengdu and revenue >= 1000 * WAN and firm.yes("gazelle.sichuan.smallest_bracket")
    )
    clean = not (
        firm.happened(["safety_accident", "quality_accident"], 3, ["major"])
        or firm.happened(["environmental_violation", "sector_violation", "tax_evasion", "fraud", "loan_default"], 3)
        or firm.listed_in("dishonest_list", 3)
    )
    return (
        firm.in_region("51")
        and firm.age_at_least(3)
        and firm.age_at_most(10)
        and base
        and growth
        and all(
            firm.grew(field, "0", 1, more=True, ago=ago)
            for ago in range(1, intervals + 1)
            for field in ("revenue", "net_profit")
        )
        and "excluded_kind" not in firm.enterprise
        and clean
        and (not chengdu or _chengdu_2022(firm))
    )


def _chengdu_2022(firm: Firm) -> bool:
    spent = [firm.of("rd_expense", ago) for ago in (1, 2, 3)]
    begin = years_before(firm.as_of, 3)

    def gained(*kinds: str) -> int:
        return sum(row["count"] for row in firm.rights(kinds) if day(row["granted_on"]) >= begin)

    rights = (
        gained("invention_patent") >= 2
        or gained("utility_model") >= 6
        or gained("software_copyright") >= 6
        or gained("ic_layout") >= 2
        or gained("national_crop_variety", "national_new_drug", "class1_tcm_protection") >= 2
    )
    return (
        firm.share(firm.total("rd_expense", 3), firm.total("revenue", 3), "0.05")
        and min(spent) > 0
        and max(spent) >= 100 * WAN
        and rights
        and firm.yes("gazelle.chengdu.recent_rights")
    )


# --- 高企培育库, 规上 ---------------------------------------------------------------------------------------------------


def _pool(firm: Firm, staff: str, income: str) -> bool:
    """What the pools of Guangdong and Jiangsu have in common."""
    had = any(row["kind"] == "high_tech_enterprise" for row in firm.raw["certificates"])
    core = [
        row
        for row in firm.rights({*CLASS_1, "utility_model", "design_patent", "software_copyright"}, tied=True)
        if not row["disputed"] and (row["kind"] in CLASS_1 or not row["used_for_hte"])
    ]
    return (
        firm.founded <= years_before(firm.as_of, 1)
        and not had
        and bool(core)
        and firm.enterprise["technology_field"] in FIELDS
        and firm.share(firm.of("tech_staff"), firm.of("employees"), staff)
        and firm.share(firm.total("rd_expense", 2), firm.total("revenue", 2), "0.03")
        and firm.share(firm.of("hitech_income"), firm.of("total_income"), income)
    )


def pool_guangdong(firm: Firm) -> bool:
    """粤科函高字〔2017〕848号."""
    return (
        firm.in_region("44")
        and _pool(firm, "0.06", "0.40")
        and firm.share(firm.total("rd_expense_province", 2), firm.total("rd_expense", 2), "0.60")
        and firm.yes("hte_pool.guangdong.rd_ledger")
        and firm.yes("hte_pool.guangdong.innovation")
    )


def pool_jiangsu(firm: Firm) -> bool:
    """省高企培育资金管理办法, 2018."""
    return (
        firm.in_region("32")
        and _pool(firm, "0.05", "0.50")
        and firm.share(firm.total("rd_expense_domestic", 2), firm.total("rd_expense", 2), "0.60")
        and firm.yes("hte_pool.jiangsu.innovation")
    )


def above_scale(firm: Firm) -> bool:
    """规模以上工业: industry with 2000万 of main-business revenue."""
    return firm.enterprise["industry_code"].startswith("C") and firm.of("main_business_revenue") >= 2000 * WAN


Meets = Callable[[Firm], bool]
ATTESTED: Iterable[str] = (
    "specialised.equity_abroad_direct",
    "little_giant.equity_abroad",
    "little_giant.core_process_digital",
    "little_giant.certified",
    "little_giant.own_brand",
    "gazelle.guangxi_pool.innovation_2021",
    "gazelle.sichuan.smallest_bracket",
    "gazelle.sichuan.growth_below_100_million",
    "gazelle.chengdu.recent_rights",
    "hte_pool.guangdong.rd_ledger",
    "hte_pool.guangdong.innovation",
    "hte_pool.jiangsu.innovation",
)
"""What experts decide there."""
