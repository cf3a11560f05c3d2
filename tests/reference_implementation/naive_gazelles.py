"""瞪羚 of the regions, zones, the OECD and Eurostat as they stand, written anew from the policy pages."""

import datetime as dt
from fractions import Fraction

from .naive_firm import CLASS_1, WAN, YI, Firm, bracket, day


def guangxi_pool(firm: Firm) -> bool:
    """桂科高字〔2022〕92号."""
    sales = firm.of("revenue")
    rate = bracket(sales, (0, "0.15"), (2000 * WAN, "0.10"), (YI, "0.05"))
    since = dt.date(firm.as_of.year - 1, 1, 1)
    bad = any(
        row["severity"] == "major"
        for kind in ("safety_accident", "quality_accident")
        for row in firm.events(kind, since=since)
    ) or any(firm.events("environmental_violation", since=since))
    compound, mean = firm.grew("revenue", rate, 2), firm.mean_growth("revenue", rate)
    return (
        firm.in_region("45")
        and firm.holds("high_tech_enterprise")
        and sales >= 200 * WAN
        and (compound if firm.yes("gazelle.guangxi_pool.growth_compound") else mean)
        and firm.share(firm.total("rd_expense", 3), firm.total("revenue", 3), "0.03")
        and not bad
        and not firm.listed_now("dishonest_list", "dishonest_debtor")
    )


def sichuan(firm: Firm) -> bool:
    """四川省瞪羚企业备案, the current regime; the age and the items not seen are for a person."""
    revenue = firm.of("revenue")
    rate = bracket(revenue, (0, "0.20"), (2 * YI, "0.15"), (10 * YI, "0.10"))
    intensity = bracket(revenue, (0, "0.05"), (2 * YI, "0.04"), (10 * YI, "0.03"))
    intervals = 3 if firm.yes("gazelle.sichuan.three_intervals") else 2
    clean = firm.clean_three_years(violation=not firm.yes("gazelle.sichuan.no_violation"))
    return (
        firm.in_region("51")
        and revenue >= 2000 * WAN
        and firm.grew("revenue", rate, intervals)
        and firm.grew("operating_profit", rate, intervals)
        and all(
            firm.grew(field, "0", 1, more=True, ago=ago)
            for ago in range(1, intervals + 1)
            for field in ("revenue", "operating_profit")
        )
        and firm.share(firm.total("rd_expense", 3), firm.total("revenue", 3), intensity)
        and all(firm.of("rd_expense", ago) > 0 for ago in (1, 2, 3))
        and all(firm.years[firm.as_of.year - ago]["rd_super_deduction"] for ago in (1, 2, 3))
        and firm.at_most_share(firm.total("total_liabilities", 3), firm.total("total_assets", 3), "0.70")
        and firm.total("employees", 3) >= 3 * 35
        and clean
    )


def _no_fall(firm: Firm) -> bool:
    never = all(firm.of("revenue", ago) >= firm.of("revenue", ago + 1) for ago in (1, 2, 3))
    return never or firm.yes("gazelle.no_sharp_fall")


def torch(firm: Firm) -> bool:
    """2018 edition of the Torch Center and Great Wall; 超过 is strict."""
    revenue = firm.of("revenue")
    fast = (revenue > 5 * YI and firm.age_at_most(8)) or (revenue > YI and firm.grew("revenue", "0.30", 2, more=True))
    spent = firm.share(firm.total("st_activity_expense", 4), firm.total("revenue", 4), "0.025", more=True)
    threshold = (spent or fast) if firm.yes("gazelle.torch.speed_suffices") else (spent and fast)
    routes = (
        firm.age_at_most(15)
        and firm.of("revenue", 4) > 1000 * WAN
        and firm.grew("revenue", "0.20", 3)
        and firm.grew("revenue", "0", 1, more=True),
        firm.age_at_most(15)
        and firm.of("employees_year_end", 4) > 100
        and firm.grew("employees_year_end", "0.30", 3)
        and firm.grew("employees_year_end", "0", 1, more=True),
        firm.age_at_most(10) and revenue > 10 * YI and _no_fall(firm),
        firm.age_at_most(5) and revenue > 5 * YI and _no_fall(firm),
    )
    return _in_national_htz(firm) and threshold and "excluded_kind" not in firm.enterprise and any(routes)


def jiangsu(firm: Firm) -> bool:
    """Evaluated on the last accounting year; 不少于 is inclusive, ages by calendar years."""
    revenue = firm.of("revenue")
    routes = (
        firm.founded_since(-14)
        and firm.of("revenue", 4) >= 1000 * WAN
        and firm.grew("revenue", "0.20", 3)
        and firm.grew("revenue", "0", 1, more=True),
        firm.founded_since(-14)
        and firm.of("employees_year_end", 4) >= 100
        and firm.grew("employees_year_end", "0.30", 3)
        and firm.grew("employees_year_end", "0", 1, more=True),
        firm.founded_since(-5) and revenue >= 5 * YI and _no_fall(firm),
        firm.founded_since(-10) and revenue >= 10 * YI and _no_fall(firm),
    )
    return (
        firm.in_region("32")
        and firm.share(firm.of("st_activity_expense"), revenue, "0.04", more=True)
        and "excluded_kind" not in firm.enterprise
        and any(routes)
    )


def shandong(firm: Firm) -> bool:
    """鲁工信发〔2020〕8号."""
    revenue = firm.of("revenue")
    rate = "0.10" if revenue > 4 * YI else bracket(revenue, (0, "0.25"), (2000 * WAN, "0.20"), (YI, "0.15"))
    intensity = "0.025" if revenue >= YI else "0.05"
    each = all(firm.share(firm.of("rd_expense", ago), firm.of("revenue", ago), intensity) for ago in (1, 2))
    sums = firm.share(firm.total("rd_expense", 2), firm.total("revenue", 2), intensity)
    rights = (
        sum_of(firm, "invention_patent") >= 2
        or sum_of(firm, "utility_model", "software_copyright") >= 8
        or led_a_standard(firm)
    )
    score = any(
        Fraction(str(row["value"])) >= 75
        for row in firm.events("credit_score", since=dt.date(firm.as_of.year - 1, 1, 1))
    )
    return (
        firm.in_region("37")
        and firm.founded <= dt.date(firm.as_of.year - 3, 1, 1)
        and revenue >= 1000 * WAN
        and (firm.grew("revenue", rate, 2) or firm.grew("net_profit", rate, 2))
        and (each or (firm.yes("gazelle.shandong.rd_over_sums") and sums))
        and rights
        and firm.at_most_share(firm.of("total_liabilities"), firm.of("total_assets"), "0.70", below=True)
        and firm.unlisted
        and firm.yes("gazelle.independent")
        and score
    )


def sum_of(firm: Firm, *kinds: str) -> int:
    return sum(row["count"] for row in firm.rights(kinds))


def led_a_standard(firm: Firm) -> bool:
    return any(row["level"] in ("international", "national", "industry") for row in firm.events("standard_led"))


def jinan(firm: Firm) -> bool:
    """济工信中小企业字〔2020〕16号."""
    revenue = firm.of("revenue")
    rate = "0.10" if revenue > 4 * YI else bracket(revenue, (0, "0.20"), (YI, "0.15"))

    def reached(wanted: str, *, more: bool = False) -> bool:
        return any(firm.grew(field, wanted, 2, more=more) for field in ("revenue", "total_profit"))

    each = all(firm.share(firm.of("rd_expense", ago), firm.of("revenue", ago), "0.035") for ago in (1, 2))
    sums = firm.share(firm.total("rd_expense", 2), firm.total("revenue", 2), "0.035")
    rights = sum_of(firm, "invention_patent") >= 2 or sum_of(firm, "software_copyright") >= 4 or led_a_standard(firm)
    return (
        firm.in_region("3701")
        and firm.founded <= dt.date(firm.as_of.year - 3, 1, 1)
        and (revenue >= 1000 * WAN or (revenue >= 500 * WAN and reached("0.30", more=True)))
        and reached(rate)
        and (each or (firm.yes("gazelle.jinan.rd_over_sums") and sums))
        and rights
        and firm.yes("gazelle.jinan.credit_report")
    )


def liaoning(firm: Firm) -> bool:
    """辽科创办发〔2021〕2号."""
    revenue = firm.of("revenue")
    young = firm.age_at_most(20)
    closed = [row for row in firm.raw["financing_rounds"] if day(row["closed_on"]) <= firm.as_of]
    venture = any(row["currency"] == "CNY" and Fraction(str(row["amount"])) >= 1000 * WAN for row in closed)
    abroad = any(row["currency"] != "CNY" for row in closed) and firm.yes("gazelle.liaoning.round_abroad")
    routes = (
        young
        and firm.of("revenue", 4) > 1000 * WAN
        and firm.grew("revenue", "0.20", 3)
        and firm.grew("revenue", "0", 1, more=True),
        young
        and firm.of("employees_year_end", 4) > 100
        and firm.grew("employees_year_end", "0.30", 3)
        and firm.grew("employees_year_end", "0", 1, more=True),
        firm.age_at_most(5) and revenue >= 5 * YI,
        firm.age_at_most(10) and revenue >= 10 * YI,
        young and (venture or abroad) and firm.yes("gazelle.liaoning.venture_suffices"),
    )
    intensity = firm.share(firm.total("st_activity_expense", 4), firm.total("revenue", 4), "0.025")
    return firm.in_region("21") and intensity and any(routes)


def zhongshan_torch(firm: Firm) -> bool:
    revenue = firm.of("revenue")
    rate = bracket(revenue, (0, "0.40"), (YI, "0.30"), (5 * YI, "0.20"))
    reached = firm.grew("revenue", rate, 2, more=not firm.yes("gazelle.zhongshan_torch.bound_included"))
    growing = [firm.grew("revenue", "0", 1, more=True, ago=ago) for ago in (1, 2, 3)]
    last_year = firm.as_of.year - 1
    gained = any(day(row["granted_on"]).year == last_year and row["count"] >= 1 for row in firm.rights(CLASS_1))
    return (
        firm.in_region("4420")
        and _in_national_htz(firm)
        and firm.age_at_least(3)
        and firm.holds("high_tech_enterprise")
        and 2000 * WAN <= revenue < 10 * YI
        and firm.of("revenue", 3) >= 1000 * WAN
        and reached
        and growing[0]
        and growing[1]
        and (growing[2] or firm.yes("gazelle.zhongshan_torch.two_growths"))
        and firm.share(firm.total("rd_expense", 3), firm.total("revenue", 3), "0.03")
        and gained
    )


PROFITS = ("net_profit", "operating_profit", "total_profit")


def grew_or_profit(firm: Firm, revenue: str, profit: str, intervals: int, criterion: str) -> bool:
    """Growth of revenue, or of a profit of which the text does not say the kind: of all, or of one that a person takes for it."""
    each = [firm.grew(of, profit, intervals) for of in PROFITS]
    return firm.grew("revenue", revenue, intervals) or all(each) or (any(each) and firm.yes(criterion))


def _in_national_htz(firm: Firm) -> bool:
    return firm.enterprise["zone_type"] == "htz" and firm.enterprise["zone_level"] == "national"


def jinan_htz(firm: Firm) -> bool:
    """济南高新区, 2016: growth by bracket, or at most 6 + N years with revenue of (5 + N)亿."""
    revenue = firm.of("revenue")
    rate = bracket(revenue, (0, "0.20"), (YI, "0.15"), (5 * YI, "0.10"))
    grown = revenue >= 1000 * WAN and grew_or_profit(firm, rate, rate, 2, "gazelle.jinan_htz.profit")
    fast = any(firm.age_at_most(6 + n) and revenue >= (5 + n) * YI for n in range(6))
    return firm.in_region("3701") and _in_national_htz(firm) and (grown or fast)


def jinan_htz_told(firm: Firm) -> dict[str, str]:
    """What is asked for reference only."""
    spent = firm.share(firm.total("rd_expense", 3), firm.total("revenue", 3), "0.03", more=True)
    rights = (
        sum_of(firm, "invention_patent") >= 1
        or sum_of(firm, "utility_model") >= 6
        or sum_of(firm, "software_copyright") >= 3
        or led_a_standard(firm)
    )
    return {"gates/rd_intensity": "pass" if spent else "fail", "gates/ip": "pass" if rights else "fail"}


def shijiazhuang_htz(firm: Firm) -> bool:
    """石家庄高新区, 2018: growth of the last year by bracket, or an emerging industry with venture capital above 1000万."""
    revenue = firm.of("revenue")
    rate = bracket(revenue, (0, "0.25"), (5000 * WAN, "0.15"), (YI, "0.10"))
    profit = bracket(revenue, (0, "0.15"), (YI, "0.10"))
    grown = revenue >= 1000 * WAN and grew_or_profit(firm, rate, profit, 1, "gazelle.shijiazhuang_htz.profit")
    emerging = firm.enterprise["strategic_emerging"] or firm.yes("gazelle.shijiazhuang_htz.emerging")
    # Money is kept to the cent: above 1000万 is a cent more.
    funded = firm.equity(3, Fraction(1000 * WAN * 100 + 1, 100), "gazelle.shijiazhuang_htz.venture_abroad")
    return firm.in_region("1301") and _in_national_htz(firm) and (grown or (emerging and funded))


def hangzhou_binjiang(firm: Firm) -> bool:
    """杭州滨江, 2017: main-business revenue grows in each of two years by the rate of its bracket."""
    main = firm.of("main_business_revenue")
    rate = bracket(main, (0, "0.25"), (5000 * WAN, "0.20"), (YI, "0.15"))
    return (
        firm.in_region("3301")
        and firm.yes("gazelle.hangzhou_binjiang.tax_home")
        and main >= 1000 * WAN
        and all(firm.grew("main_business_revenue", rate, 1, ago=ago) for ago in (1, 2))
    )


def yancheng(firm: Firm) -> bool:
    """盐城, 2022: four years of accounts, 高于 is strict."""
    return (
        firm.in_region("3209")
        and firm.holds("gazelle_pool")
        and firm.of("revenue", 4) >= 1000 * WAN
        and firm.grew("revenue", "0.20", 3, more=True)
        and firm.grew("revenue", "0", 1, more=True)
        and firm.yes("gazelle.yancheng.rd_strong")
    )


def oecd(firm: Firm) -> bool:
    """OECD/Eurostat 2007: the birth year is left out of the growth, so it lies before the first of four years."""
    return (
        firm.age_at_most(5)
        and not firm.founded_since(-4)
        and firm.of("employees_year_end", 4) >= 10
        and (firm.grew("revenue", "0.20", 3, more=True) or firm.grew("employees_year_end", "0.20", 3, more=True))
    )


def eurostat(firm: Firm) -> bool:
    """Reg. 439/2014: employees alone, above 10 % a year; who was born in the first of four years or later is newly born."""
    return (
        firm.age_at_most(5)
        and not firm.founded_since(-4)
        and firm.of("employees_year_end", 4) >= 10
        and firm.grew("employees_year_end", "0.10", 3, more=True)
    )
