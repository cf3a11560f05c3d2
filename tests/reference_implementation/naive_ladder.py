"""The rungs beside 科技型 and 高企, written anew from the policy pages for firms of which everything is known.

Nothing of the product is imported: money is `Fraction` yuan, growth is tested by multiplying out, every card is one function
from a firm to whether it meets the published conditions. What experts decide is recorded in ``expert_grades``.
"""

import datetime as dt
from collections.abc import Callable, Iterable
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


# --- 优质中小企业 -----------------------------------------------------------------------------------------------------


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


# --- 瞪羚 -------------------------------------------------------------------------------------------------------------


def bracket(revenue: Fraction, *rates: tuple[int, str]) -> str:
    """The rate of the highest bracket whose lower bound is reached."""
    return next(rate for least, rate in reversed(rates) if revenue >= least)


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
        and not firm.listed_now("dishonest_list")
    )


def sichuan(firm: Firm) -> bool:
    """四川省瞪羚企业备案, the current regime; the age and the items not seen are for a person."""
    revenue = firm.of("revenue")
    rate = bracket(revenue, (0, "0.20"), (2 * YI, "0.15"), (10 * YI, "0.10"))
    intensity = bracket(revenue, (0, "0.05"), (2 * YI, "0.04"), (10 * YI, "0.03"))
    intervals = 3 if firm.yes("gazelle.sichuan.three_intervals") else 2
    clean = not (
        firm.happened(["safety_accident", "quality_accident"], 3, ["major"])
        or firm.happened(["environmental_violation", "sector_violation", "tax_evasion", "fraud", "loan_default"], 3)
        or firm.listed_in("dishonest_list", 3)
    )
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
    zone = firm.enterprise["zone_type"] == "htz" and firm.enterprise["zone_level"] == "national"
    return zone and threshold and "excluded_kind" not in firm.enterprise and any(routes)


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
        or _led_a_standard(firm)
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


def _led_a_standard(firm: Firm) -> bool:
    return any(row["level"] in ("international", "national", "industry") for row in firm.events("standard_led"))


def jinan(firm: Firm) -> bool:
    """济工信中小企业字〔2020〕16号."""
    revenue = firm.of("revenue")
    rate = "0.10" if revenue > 4 * YI else bracket(revenue, (0, "0.20"), (YI, "0.15"))

    def reached(wanted: str, *, more: bool = False) -> bool:
        return any(firm.grew(field, wanted, 2, more=more) for field in ("revenue", "total_profit"))

    each = all(firm.share(firm.of("rd_expense", ago), firm.of("revenue", ago), "0.035") for ago in (1, 2))
    sums = firm.share(firm.total("rd_expense", 2), firm.total("revenue", 2), "0.035")
    rights = sum_of(firm, "invention_patent") >= 2 or sum_of(firm, "software_copyright") >= 4 or _led_a_standard(firm)
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
    zone = firm.enterprise["zone_type"] == "htz" and firm.enterprise["zone_level"] == "national"
    return (
        firm.in_region("4420")
        and zone
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


def oecd(firm: Firm) -> bool:
    """OECD/Eurostat 2007: the birth year is left out of the growth, so it lies before the first of four years."""
    return (
        firm.age_at_most(5)
        and not firm.founded_since(-4)
        and firm.of("employees_year_end", 4) >= 10
        and (firm.grew("revenue", "0.20", 3, more=True) or firm.grew("employees_year_end", "0.20", 3, more=True))
    )


# --- 独角兽 -----------------------------------------------------------------------------------------------------------


def _valued(firm: Firm, least: int, currency: str) -> bool:
    rounds = firm.last_rounds
    reached = [row["currency"] == currency and Fraction(str(row["post_money"])) >= least for row in rounds]
    return bool(reached) and all(reached)


def _valued_below(firm: Firm, least: int, currency: str) -> bool:
    rounds = firm.last_rounds
    below = [row["currency"] == currency and Fraction(str(row["post_money"])) < least for row in rounds]
    return bool(below) and all(below)


def unicorn(firm: Firm) -> bool:
    valued = _valued(firm, 10**9, "USD") or (not _valued_below(firm, 10**9, "USD") and firm.yes("unicorn.valuation"))
    return firm.founded_since(-10) and bool(firm.last_rounds) and firm.unlisted and valued


def potential_unicorn(firm: Firm) -> bool:
    """GB/T 41464-2022: at most 5 years and 1亿 dollars, or 5 to 9 years and 5亿."""
    young = firm.founded_since(-5)
    valued = _valued(firm, 5 * 10**8, "USD") or (young and _valued(firm, 10**8, "USD"))
    open_ = not _valued_below(firm, 10**8, "USD") and (young or not _valued_below(firm, 5 * 10**8, "USD"))
    return (
        firm.founded_since(-9)
        and bool(firm.last_rounds)
        and firm.unlisted
        and (valued or (open_ and firm.yes("potential_unicorn.valuation")))
    )


def seed_unicorn_sichuan(firm: Firm) -> bool:
    """四川种子独角兽 2025: at most 7 years, 3亿 yuan after the last round, 3000万 in all."""
    closed = [row for row in firm.raw["financing_rounds"] if day(row["closed_on"]) <= firm.as_of]
    raised = sum((Fraction(str(row["amount"])) for row in closed if row["currency"] == "CNY"), Fraction(0))
    abroad = any(row["currency"] != "CNY" for row in closed)
    valued = _valued(firm, 3 * 10**8, "CNY") or (
        not _valued_below(firm, 3 * 10**8, "CNY") and firm.yes("seed_unicorn.sichuan.valuation")
    )
    clean = not (
        firm.happened(["safety_accident", "quality_accident"], 3, ["major"])
        or firm.happened(["environmental_violation", "sector_violation", "tax_evasion", "fraud", "loan_default"], 3)
        or firm.listed_in("dishonest_list", 3)
    )
    return (
        firm.in_region("51")
        and firm.founded >= years_before(firm.as_of, 7)
        and firm.unlisted
        and valued
        and (raised >= 3000 * WAN or (abroad and firm.yes("seed_unicorn.sichuan.financing")))
        and firm.holds("high_tech_enterprise", "tech_sme")
        and clean
    )


CARDS: dict[str, Callable[[Firm], bool]] = {
    "innovative_sme": innovative_sme,
    "specialised_sme": specialised_sme,
    "little_giant": little_giant,
    "gazelle.guangxi_pool": guangxi_pool,
    "gazelle.sichuan": sichuan,
    "gazelle.torch": torch,
    "gazelle.jiangsu": jiangsu,
    "gazelle.shandong": shandong,
    "gazelle.jinan": jinan,
    "gazelle.liaoning": liaoning,
    "gazelle.zhongshan_torch": zhongshan_torch,
    "gazelle.oecd": oecd,
    "unicorn": unicorn,
    "potential_unicorn": potential_unicorn,
    "seed_unicorn.sichuan": seed_unicorn_sichuan,
}
ATTESTED = (
    "innovative_sme.equity_abroad",
    "specialised.equity_abroad",
    "specialised.market_position",
    "little_giant.recognition",
    "little_giant.product_field",
    "little_giant.independent",
    "gazelle.guangxi_pool.growth_compound",
    "gazelle.sichuan.three_intervals",
    "gazelle.no_sharp_fall",
    "gazelle.torch.speed_suffices",
    "gazelle.shandong.rd_over_sums",
    "gazelle.independent",
    "gazelle.jinan.rd_over_sums",
    "gazelle.jinan.credit_report",
    "gazelle.liaoning.venture_suffices",
    "gazelle.liaoning.round_abroad",
    "gazelle.zhongshan_torch.bound_included",
    "gazelle.zhongshan_torch.two_growths",
    "unicorn.valuation",
    "potential_unicorn.valuation",
    "seed_unicorn.sichuan.valuation",
    "seed_unicorn.sichuan.financing",
)
"""What experts decide."""
