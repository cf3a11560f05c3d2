"""瞪羚 of earlier rounds and regimes, written anew from the policy pages."""

from .naive_firm import WAN, YI, Firm, bracket, day, years_before
from .naive_gazelles import grew_or_profit, led_a_standard, sum_of


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
    clean = firm.clean_three_years(violation=not firm.yes("gazelle.sichuan.no_violation"))
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


def shandong_third_batch(firm: Firm) -> bool:
    """2019—20: of the brackets only that above 4亿 is on file."""
    revenue = firm.of("revenue")
    if revenue > 4 * YI:
        grown = grew_or_profit(firm, "0.10", "0.10", 2, "gazelle.shandong.profit")
    else:
        grown = firm.yes("gazelle.shandong.growth_up_to_400_million")
    intensity = "0.025" if revenue >= YI else "0.05"
    years = [firm.share(firm.of("rd_expense", ago), firm.of("revenue", ago), intensity) for ago in (1, 2)]
    sums = firm.share(firm.total("rd_expense", 2), firm.total("revenue", 2), intensity)
    rights = sum_of(firm, "invention_patent") >= 2 or sum_of(firm, "software_copyright") >= 4 or led_a_standard(firm)
    return (
        firm.in_region("37")
        and (firm.founded_since(-13) or firm.yes("gazelle.shandong.transformed"))
        and grown
        and (all(years) or (firm.yes("gazelle.shandong.rd_period") and (years[0] or sums)))
        and rights
    )
